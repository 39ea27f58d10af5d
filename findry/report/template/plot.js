// Quality against latency.
function plot() {
  if (!systems.some((one) => one.p50)) return;
  let measure = 0, key = "p50", known = 0;
  const holder = h("div", { class: "plot" });
  const draw = () => {
    const wide = Math.max(holder.clientWidth, 280), high = Math.round(Math.min(440, 250 + wide * 0.16));
    const points = systems.filter((one) => one[key]).map((one) => ({ name: one.name, x: one[key], y: one.measures[measure] }));
    const box = { left: 52, right: wide - 18, top: 16, bottom: high - 44 };
    const all = points.flatMap(({ x }) => [x.mean, x.low, x.high]).filter((v) => v > 0);
    const log = Math.max(...all) / Math.min(...all) > 4;
    const [y0, y1] = rangeOf(points.map((p) => p.y));
    const [x0, x1] = log ? [Math.log10(Math.min(...all)) - 0.12, Math.log10(Math.max(...all)) + 0.12]
      : rangeOf(points.map((p) => p.x), true).map((v) => Math.max(0, v));
    const px = (v) => box.left + (((log ? Math.log10(Math.max(v, 1e-9)) : v) - x0) / (x1 - x0)) * (box.right - box.left);
    const py = (v) => box.bottom - ((v - y0) / (y1 - y0)) * (box.bottom - box.top);
    const svg = s("svg", { viewBox: `0 0 ${wide} ${high}`, height: high, role: "img",
      "aria-label": `${data.measures[measure]} against ${key} latency; the figures are in the table of systems` });
    const steps = (low, high, most) => {
      const raw = (high - low) / most, ten = 10 ** Math.floor(Math.log10(raw));
      const one = [1, 2, 5, 10].map((n) => n * ten).find((n) => n >= raw);
      return Array.from({ length: Math.floor(high / one) - Math.ceil(low / one) + 1 }, (_, i) => (Math.ceil(low / one) + i) * one);
    };
    const logs = [1, 2, 5].flatMap((n) => Array.from({ length: 16 }, (_, e) => n * 10 ** (e - 6)));
    const inside = (ticks) => ticks.filter((v) => Math.log10(v) >= x0 && Math.log10(v) <= x1);
    const few = inside(logs).length > wide / 60 ? inside(logs.filter((_, at) => at < 16)) : inside(logs);
    for (const v of log ? few : steps(x0, x1, wide / 90)) svg.append(
      s("line", { class: "axis", x1: px(v), x2: px(v), y1: box.top, y2: box.bottom }),
      s("text", { class: "tick", x: px(v), y: box.bottom + 16, "text-anchor": "middle" }, String(+v.toPrecision(4))));
    for (const v of steps(y0, y1, 5)) svg.append(
      s("line", { class: "axis", x1: box.left, x2: box.right, y1: py(v), y2: py(v) }),
      s("text", { class: "tick", x: box.left - 6, y: py(v) + 4, "text-anchor": "end" }, String(+v.toPrecision(3))));
    svg.append(s("text", { class: "tick", x: box.right, y: high - 8, "text-anchor": "end" },
      `${key} latency of a query asked alone, ms${log ? " (log)" : ""} →`));
    svg.append(s("text", { class: "tick", x: 8, y: 12 }, `↑ ${data.measures[measure]}`));
    const front = points.filter((p) => !points.some((o) => o !== p && o.x.mean <= p.x.mean && o.y.mean >= p.y.mean
      && (o.x.mean < p.x.mean || o.y.mean > p.y.mean))).sort((a, b) => a.x.mean - b.x.mean);
    svg.append(s("path", { class: "front-line", d: front.map((p, at) => at
      ? `H${px(p.x.mean)}V${py(p.y.mean)}` : `M${px(p.x.mean)},${py(p.y.mean)}`).join("") }));
    for (const { x, y } of points) {
      if (!missing(x.low)) svg.append(s("line", { class: "thin", x1: px(x.low), x2: px(x.high), y1: py(y.mean), y2: py(y.mean) }));
      if (!missing(y.low)) svg.append(s("line", { class: "thin", x1: px(x.mean), x2: px(x.mean), y1: py(y.low), y2: py(y.high) }));
    }
    const taken = points.map((p) => [px(p.x.mean) - 7, py(p.y.mean) - 7, px(p.x.mean) + 7, py(p.y.mean) + 7]);
    for (const p of points) svg.append(s("circle", { class: `point${front.includes(p) ? " front" : ""}`, cx: px(p.x.mean),
      cy: py(p.y.mean), r: 5 }, s("title", {}, `${p.name}: ${fixed(p.y.mean)} at ${time(p.x.mean)} ms`)));
    holder.replaceChildren(svg);
    const room = wide < 520 ? 20 : 34;
    for (const p of points) {  // a label stands at the nearest place that is free
      const text = s("text", { class: "name" }, short(p.name, room));
      svg.append(text);
      const w = text.getComputedTextLength(), [cx, cy] = [px(p.x.mean), py(p.y.mean)];
      const places = [];
      for (let far = 11; far < 200; far += 9) for (const [dx, dy] of [[1, -.7], [1, .9], [-1, -.7], [-1, .9], [0, -1], [0, 1.2]])
        places.push([cx + dx * Math.min(far, 30) - (dx < 0 ? w : dx ? 0 : w / 2), cy + dy * far + 4]);
      const free = ([x, y]) => x >= box.left + 2 && x + w <= wide - 3 && y - 11 >= box.top && y + 3 <= box.bottom
        && taken.every(([l, t, r, b]) => x > r || x + w < l || y - 11 > b || y + 3 < t);
      const [x, y] = places.find(free) || places[0];
      taken.push([x - 2, y - 12, x + w + 2, y + 4]);
      put(text, { x, y }, []);
      const end = Math.min(Math.max(cx, x), x + w), edge = y - 11 > cy ? y - 11 : y + 3 < cy ? y + 3 : y - 4;
      if (Math.hypot(end - cx, edge - cy) > 16) text.before(s("line", { class: "leader", x1: cx, y1: cy, x2: end, y2: edge }));
    }
  };
  section("Quality against latency",
    h("p", { class: "note" }, "Filled points on the dashed line are the Pareto front: no other system is at once as good and as fast.",
      " Thin lines are 95 % intervals."),
    h("div", { class: "choices" },
      choice("measure", data.measures.map((name, at) => [at, name]), 0, (v) => { measure = +v; draw(); }),
      choice("latency", [["p50", "p50"], ["p95", "p95"]], key, (v) => { key = v; draw(); })), holder);
  new ResizeObserver(() => { if (holder.clientWidth !== known) { known = holder.clientWidth; requestAnimationFrame(draw); } }).observe(holder);
}
