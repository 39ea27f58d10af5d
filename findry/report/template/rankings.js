function rankings() {
  let [system, against] = data.chosen, measure = 0, order = "gain";
  const value = (row) => row.values[system][measure] - (against < 0 ? 0 : row.values[against][measure]);
  const listed = () => {
    const ways = { gain: (a, b) => value(b) - value(a), loss: (a, b) => value(a) - value(b),
      size: (a, b) => Math.abs(value(b)) - Math.abs(value(a)), query: (a, b) => a.text.localeCompare(b.text), given: () => 0 };
    const most = Math.max(...rows.map((row) => Math.abs(value(row))), 1e-9);
    return [...rows].sort(ways[order]).map((row) => {
      const v = value(row), kind = v > 0 ? "gain" : "loss";
      return { row, share: v / most, value: against < 0 ? fixed(v) : signed(v), drawn: against < 0 ? track(0, v / most, "gain")
        : track(0.5, 0.5 + v / most / 2, v ? kind : "", true) };
    });
  };
  const mover = (own, other) => {
    if (against < 0 || against === system) return "";
    if (!other) return h("span", { class: "tag up" }, "not in the other");
    const by = other - own;
    if (!by) return h("span", { class: "tag" }, "= same rank");
    return h("span", { class: `tag ${by > 0 ? "up" : "down"}` }, by > 0 ? `▲ ${by}` : `▼ ${-by}`, ` from ${count(other)}`);
  };
  const ranking = (row, one, other) => {
    const top = row.items.filter(([, , ranks]) => ranks[one] && ranks[one] <= queries.top).sort((a, b) => a[2][one] - b[2][one]);
    return h("div", {}, h("h4", {}, systems[one].name, " ", h("span", { class: "soft" },
      `${data.measures[measure]} ${fixed(row.values[one][measure])}`)),
    top.length ? h("ol", { class: "hits" }, top.map(([at, judged, ranks]) =>
      card(ranks[one], at, mover(ranks[one], other < 0 ? 0 : ranks[other]), grade(judged)))) : h("p", { class: "soft" }, "no hit"));
  };
  const show = (row) => {
    const pair = against < 0 || against === system ? [system] : [system, against];
    const below = row.items.filter(([, judged, ranks]) => judged > 0 && pair.every((at) => !ranks[at] || ranks[at] > queries.top));
    const places = (ranks) => pair.map((at) => h("span", { class: "tag" },
      `${short(systems[at].name, 24)}: ${ranks[at] ? `rank ${count(ranks[at])}` : "not found"}`));
    return [h("h3", { class: "asked", dir: "auto" }, row.text || row.id),
      h("p", { class: "soft" }, `query ${row.id} · ${count(row.relevant)} relevant judged · ${data.measures[measure]} `,
        pair.map((at) => fixed(row.values[at][measure])).join(" against "),
        pair.length > 1 ? ` (${signed(value(row))})` : ""),
      h("div", { class: "pair" }, ranking(row, system, against), pair.length > 1 ? ranking(row, against, system) : ""),
      below.length ? h("h4", {}, `Relevant, below the top ${queries.top}`) : "",
      below.length ? h("ul", { class: "hits" }, below.map(([at, judged, ranks]) => card("", at, grade(judged), places(ranks)))) : ""]
      .filter((part) => part !== "");
  };
  const names = systems.map((one, at) => [at, one.name]);
  browser("Query by query", `the ${count(rows.length)} with the largest difference to the baseline in any measure`,
    "Arrows: how far a document stands above (▲) or below (▼) its place in the other ranking.", (refresh) => [
      choice("system", names, system, (v) => { system = +v; refresh(true); }),
      choice("against", [...names, [-1, "nothing: the value itself"]], against, (v) => { against = +v; refresh(true); }),
      choice("measure", data.measures.map((name, at) => [at, name]), measure, (v) => { measure = +v; refresh(true); }),
      choice("order", [["gain", "largest gain first"], ["loss", "largest loss first"], ["size", "largest change first"],
        ["query", "by query text"], ["given", "as in the data set"]], order, (v) => { order = v; refresh(); })],
    listed, show);
  section("Pipelines", h("dl", { class: "pipelines" }, systems.map((one) => [h("dt", {}, one.name), h("dd", {}, one.pipeline)])));
}
