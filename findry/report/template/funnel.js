function funnel() {
  const line = (label, kind, number, fill) => h("li", {}, h("span", { class: "label" }, label,
    kind ? h("span", { class: "soft" }, ` ${kind}`) : ""), track(0, number / Math.max(data.total, 1), fill),
  h("span", { class: "number" }, `${count(number)} `, h("span", { class: "soft" }, percent(number / Math.max(data.total, 1)))));
  section("What is left after each step",
    h("p", { class: "note" }, `Of ${count(data.total)} relevant documents.`),
    h("ol", { class: "steps" }, data.steps.map((step) => line(step.label, step.kind, step.left, null))));
  section("What became of them", h("ol", { class: "steps" }, data.fates.map(([fate, number]) =>
    line(fate, "", number, fate === `in the top ${data.k}` ? "kept" : null))),
  ...data.deeper.map((one) => h("p", { class: "note" }, `Of the ${count(one.of)} not retrieved by any branch, ${one.label} asked for `,
    `${count(data.deep)} has ${count(one.there)}${one.there ? `, at the median rank ${count(one.median)}` : ""}.`)));
  let order = "lost";
  const listed = () => [...rows].sort({ lost: (a, b) => b.lost - a.lost, share: (a, b) => b.lost / b.total - a.lost / a.total,
    query: (a, b) => a.text.localeCompare(b.text) }[order]).map((row) =>
    ({ row, value: `${row.lost} of ${row.total}`, drawn: track(0, row.lost / row.total, "loss") }));
  const rank = (n) => (n ? count(n) : "–");
  const show = (row) => [h("h3", { class: "asked", dir: "auto" }, row.text || row.id),
    h("p", { class: "soft" }, `query ${row.id} · ${row.total - row.lost} of ${row.total} relevant documents in the top ${data.k}`,
      row.items.length < row.total ? ` · the first ${row.items.length} are shown` : ""),
    table("relevant documents and their rank after each step", [
      { name: "relevant document", sort: ([at]) => named(at).title, cell: ([at]) => [h("div", { class: "title", dir: "auto" }, named(at).title),
        named(at).title === named(at).id ? "" : h("div", { class: "id" }, named(at).id), h("div", { class: "snippet", dir: "auto" }, named(at).text)] },
      { name: "grade", right: true, cell: (item) => count(item[1]), sort: (item) => item[1] },
      { name: "fate", cell: (item) => [item[2], ...item[4].map(([label, n]) => h("div", { class: "snippet" },
        n ? `${label} has it at rank ${count(n)}` : `${label}: not in the first ${count(data.deep)}`))], sort: (item) => item[2] },
      ...data.steps.map((step, at) => ({ name: short(step.label, 22), right: true, cell: (item) => rank(item[3][at]),
        sort: (item) => item[3][at] || null })),
    ], row.items)];
  browser("Query by query", `the ${count(rows.length)} that lost most`, "", (refresh) => [
    choice("order", [["lost", "most lost first"], ["share", "largest share lost first"], ["query", "by query text"]], order,
      (v) => { order = v; refresh(); })], listed, show, data.opened ? rows[0] : null);
  section("Pipeline", h("dl", { class: "pipelines" }, h("dd", {}, data.pipeline)));
}
