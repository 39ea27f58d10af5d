// Lists of queries, and one of them in detail.
const track = (from, to, kind, middle) => {
  const fill = h("i", { class: kind });
  fill.style.left = `${100 * Math.min(from, to)}%`;
  fill.style.width = `${100 * Math.abs(to - from)}%`;
  return h("span", { class: `track${middle ? " middle" : ""}`, "aria-hidden": "true" }, fill);
};
const named = (at) => { const [id, title, text] = data.documents[at]; return { id, title: title || id, text: text || "" }; };
const grade = (value) => missing(value) ? h("span", { class: "tag unjudged" }, "unjudged")
  : h("span", { class: value > 0 ? "tag relevant" : "tag" }, value > 0 ? `✓ relevant, grade ${value}` : `not relevant, grade ${value}`);
const card = (rank, at, ...tags) => {
  const { id, title, text } = named(at);
  return h("li", {}, h("span", { class: "rank" }, rank), h("div", {}, h("div", { class: "title", dir: "auto" }, title),
    text ? h("p", { class: "snippet", dir: "auto" }, text) : "", h("div", { class: "tags" }, ...tags,
      title !== id ? h("span", { class: "id" }, short(id, 60)) : "")));
};
function browser(title, note, hint, choices, listed, show, opened) {
  const detail = h("div", { class: "detail", tabindex: -1, role: "region", "aria-label": "one query in detail" });
  const list = h("ul", { class: "list", "aria-label": "queries" });
  const left = h("p", { class: "note" });
  let chosen = null, wanted = "";
  const open = (row, move) => {
    chosen = row;
    for (const item of list.children) item.firstChild.setAttribute("aria-current", String(item.row === row));
    detail.replaceChildren(...show(row));
    const below = innerWidth <= 760;  // the list stands above, so that the reader has to be taken down
    if (move && below) detail.focus({ preventScroll: true });
    if (move && (below || detail.getBoundingClientRect().top < 0)) detail.scrollIntoView({ block: "start" });
  };
  const sky = h("div", { class: "skyline" });
  const skyline = (found) => sky.replaceChildren(...(found.length && "share" in found[0] ? [s("svg", { width: "100%", height: 72,
    viewBox: `0 -1 ${found.length} 2`, preserveAspectRatio: "none", role: "img", "aria-label": "all of them, in the order of the list",
    onclick: (event) => open(found[Math.min(found.length - 1, Math.floor((event.offsetX / sky.clientWidth) * found.length))].row, true) },
  s("rect", { class: "ground", x: 0, width: found.length, y: -1, height: 2 }),
  found.map(({ share }, at) => s("rect", { class: share > 0 ? "gain" : "loss", x: at, width: 0.82, y: Math.min(0, -share),
    height: Math.abs(share) })))] : []));
  const refresh = (keep) => {
    const found = listed().filter(({ row }) => `${row.id} ${row.text}`.toLowerCase().includes(wanted));
    list.replaceChildren(...found.map(({ row, value, drawn }) => {
      const item = h("li", {}, h("button", { type: "button", onclick: () => open(row, true) },
        h("span", { class: "text", dir: "auto", title: row.text }, row.text || row.id), h("span", { class: "right" }, value), drawn));
      item.row = row;
      return item;
    }));
    skyline(found);
    left.textContent = found.length ? "" : "No query has these words.";
    if (found.length) open(found.some(({ row }) => row === chosen) && keep ? chosen : found[0].row);
    list.scrollTop = 0;
  };
  list.addEventListener("keydown", (event) => {
    const step = { ArrowDown: "nextElementSibling", ArrowUp: "previousElementSibling" }[event.key];
    const next = step && document.activeElement.parentElement[step];
    if (next) { next.firstChild.focus(); event.preventDefault(); }
  });
  const search = h("input", { type: "search", "aria-label": "find a query", oninput: () => { wanted = search.value.toLowerCase(); refresh(true); } });
  const cut = queries.total > rows.length ? ` Of ${count(queries.total)} queries the page holds ${note}.` : "";
  section(title, h("p", { class: "note" }, "Click a query, or press Enter on it, to see it in full. ", hint, cut,
    data.documents.some((one) => one.length < 2) ? " Some documents have no text here, to keep the page small." : ""),
  h("div", { class: "choices" }, ...choices(refresh), h("label", {}, "find a query", search)), left, sky,
  h("div", { class: "split" }, list, detail));
  refresh();
  if (opened) open(opened);
}
