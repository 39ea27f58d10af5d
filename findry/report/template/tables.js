// A table whose columns can be sorted: columns are { name, cell, sort, right }.
const table = (label, columns, lines) => {
  const body = h("tbody");
  const fill = (order) => body.replaceChildren(...order.map((line) => h("tr", {}, columns.map((column, at) =>
    h(at ? "td" : "th", { scope: at ? null : "row", class: column.right ? "right" : null }, column.cell(line))))));
  const heads = columns.map((column) => h("th", { scope: "col", class: column.right ? "right" : null },
    column.sort ? h("button", { type: "button", onclick: () => sort(column) }, column.name) : column.name));
  const sort = (column) => {
    const own = heads[columns.indexOf(column)];
    const down = own.getAttribute("aria-sort") ? own.getAttribute("aria-sort") === "ascending" : column.right;
    heads.forEach((head) => head.removeAttribute("aria-sort"));
    own.setAttribute("aria-sort", down ? "descending" : "ascending");
    const compare = (a, b) => (missing(a) ? 1 : missing(b) ? -1 : typeof a === "string" ? a.localeCompare(b) : a - b);
    fill([...lines].sort((a, b) => {
      const [x, y] = [column.sort(a), column.sort(b)];
      return missing(x) || missing(y) ? compare(x, y) : down ? compare(y, x) : compare(x, y);
    }));
  };
  fill(lines);
  return h("div", { class: "scroll", role: "region", tabindex: 0, "aria-label": label },
    h("table", { "aria-label": label }, h("thead", {}, h("tr", {}, heads)), body));
};
const choice = (label, options, value, change) => {
  const made = h("select", { "aria-label": label, onchange: () => change(made.value) },
    options.map(([key, text]) => h("option", { value: key, selected: String(key) === String(value) ? "" : null }, text)));
  return h("label", {}, label, made);
};
const section = (title, ...children) => report.append(h("section", {}, h("h2", {}, title), ...children));
const short = (text, most = 34) => (text.length > most ? `${text.slice(0, most - 1)}…` : text);

function head() {
  report.append(
    h("h1", {}, data.title),
    h("dl", { class: "facts" }, Object.entries(data.about).map(([name, value]) =>
      h("div", {}, h("dt", {}, name), h("dd", {}, value)))),
    h("code", { class: "command", tabindex: 0, "aria-label": "the command that made this report" }, data.command),
    data.summary.length ? h("ul", { class: "summary" }, data.summary.map((line) => h("li", {}, line))) : "",
    ...data.notes.map((line) => h("p", { class: "note" }, line)));
}

function tables() {
  const base = systems[data.baseline], { measures } = data;
  const ranges = measures.map((_, at) => rangeOf(systems.map((one) => one.measures[at])));
  section("Systems",
    h("p", { class: "note" }, "Mean over the queries and its 95 % interval. The dotted line is the baseline",
      ` (${base.name}). Judged: the share of the hits that ${measures[0]} reads which have a judgment. `,
      systems.some((one) => one.p50) ? "p50 and p95: milliseconds of a query asked alone; queries/s: in one batch." : ""),
    table("Systems", [
      { name: "system", cell: (one) => one.name, sort: (one) => one.name },
      ...measures.map((name, at) => ({ name, right: true, sort: (one) => one.measures[at].mean,
        cell: (one) => measured(one.measures[at], fixed, ranges[at], base.measures[at].mean) })),
      { name: "judged", right: true, cell: (one) => percent(one.measures[0].judged), sort: (one) => one.measures[0].judged },
      ...["p50", "p95"].map((key) => ({ name: `${key} ms`, right: true, sort: (one) => one[key] && one[key].mean,
        cell: (one) => one[key] ? [time(one[key].mean), h("br"), h("span", { class: "span", title: one[key].note || null },
          span(one[key], time))] : "–" })),
      { name: "queries/s", right: true, cell: (one) => speed(one.speed), sort: (one) => one.speed },
      { name: "calls", right: true, cell: (one) => count(one.calls), sort: (one) => one.calls },
      { name: "index", right: true, cell: (one) => size(one.bytes), sort: (one) => one.bytes },
    ], systems));
  if (!data.differences.length || data.kind === "marginal") return;
  const signs = { tie: "= tie", better: "▲ better", worse: "▼ worse" };
  const axes = Object.fromEntries(measures.map((name) =>
    [name, rangeOf(data.differences.filter((row) => row.measure === name), true)]));
  section(`Differences to ${base.name}`,
    h("p", { class: "note" }, "System minus baseline over the same queries, with its 95 % interval; p of a randomisation test, and",
      " corrected for all rows of this table (Holm). A tie: the corrected p is 0.05 or more, so no difference is shown;",
      " that is no proof that there is none."),
    table("Differences", [
      { name: "system", cell: (row) => systems[row.system].name, sort: (row) => systems[row.system].name },
      { name: "measure", cell: (row) => row.measure, sort: (row) => row.measure },
      { name: "difference", right: true, cell: (row) => measured(row, signed, axes[row.measure], 0, 150), sort: (row) => row.mean },
      { name: "", cell: (row) => h("span", { class: `verdict ${row.verdict}` }, signs[row.verdict]) },
      { name: "p", right: true, cell: (row) => fixed(row.p, 4), sort: (row) => row.p },
      { name: "p (Holm)", right: true, cell: (row) => fixed(row.p_holm, 4), sort: (row) => row.p_holm },
      { name: "better / worse / same", right: true, cell: (row) => row.counts.map(count).join(" / ") },
    ], data.differences));
}

function stages() {
  const gains = data.stages.filter((one) => one.gain).map((one) => one.gain);
  const slower = data.stages.filter((one) => one.milliseconds).map((one) => one.milliseconds);
  const [wide, late] = [rangeOf(gains.length ? gains : [{ mean: 1 }], true), rangeOf(slower.length ? slower : [{ mean: 1 }], true)];
  const signs = { pays: "▲ ", hurts: "▼ " };
  section("Stages",
    h("p", { class: "note" }, `What the whole pipeline has over the same without the stage, in ${data.measures[0]}, with its 95 % `,
      `interval. A gain of ${data.stages.length ? data.stages[0].effect : ""} or more would matter.`),
    table("Stages", [
      { name: "stage", cell: (one) => one.label, sort: (one) => one.label },
      { name: "kind", cell: (one) => one.kind, sort: (one) => one.kind },
      { name: "gain", right: true, cell: (one) => measured(one.gain, signed, wide, 0, 190), sort: (one) => one.gain && one.gain.mean },
      { name: "ms/query", right: true, cell: (one) => measured(one.milliseconds, (x) => signed(x, 2), late, 0),
        sort: (one) => one.milliseconds && one.milliseconds.mean },
      { name: "calls/query", right: true, cell: (one) => (one.calls ? signed(one.calls, 1) : "0"), sort: (one) => one.calls },
      { name: "p (Holm)", right: true, cell: (one) => (one.gain ? fixed(one.p_holm, 4) : "–"), sort: (one) => one.p_holm },
      { name: "verdict", cell: (one) => h("span", { class: `told ${one.verdict}` }, (signs[one.verdict] || "") + one.told) },
    ], data.stages));
}
