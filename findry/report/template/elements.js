"use strict";
const data = JSON.parse(document.getElementById("data").textContent);
const report = document.getElementById("report");
const NS = document.querySelector("svg").namespaceURI;
const systems = data.systems || [], queries = data.queries, rows = queries.rows;

// Elements.  Texts only ever become text nodes.
const put = (made, attributes, children) => {
  for (const [name, value] of Object.entries(attributes || {})) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value !== null && value !== undefined && value !== false) made.setAttribute(name, value);
  }
  made.append(...children.flat(2).filter((child) => child !== null && child !== undefined && child !== ""));
  return made;
};
const h = (tag, attributes, ...children) => put(document.createElement(tag), attributes, children);
const s = (tag, attributes, ...children) => put(document.createElementNS(NS, tag), attributes, children);

// Numbers.
const missing = (x) => x === null || x === undefined;
const fixed = (x, digits = 3) => (missing(x) ? "–" : x.toFixed(digits).replace(/^-/, "−"));
const signed = (x, digits = 3) => (missing(x) ? "–" : (x > 0 ? "+" : "") + fixed(x, digits));
const count = (x) => (missing(x) ? "–" : Math.round(x).toLocaleString("en"));
const percent = (x) => (missing(x) ? "–" : `${(100 * x).toFixed(x < 0.1 && x > 0 ? 1 : 0)} %`);
const time = (x) => (missing(x) ? "–" : x.toFixed(x < 1 ? 3 : x < 10 ? 2 : x < 100 ? 1 : 0));
const speed = (x) => (missing(x) ? "–" : x < 10 ? x.toFixed(1) : count(x));
const span = (v, show) => (missing(v.low) ? "no interval" : `[${show(v.low)}, ${show(v.high)}]`);
const size = (x) => {
  for (const [unit, one] of [["GB", 1e9], ["MB", 1e6], ["kB", 1e3]]) if (x >= one) return `${(x / one).toFixed(1)} ${unit}`;
  return x ? `${x} B` : "–";
};

// An interval as a bar; `range` is the axis that all bars of a column share.
const rangeOf = (values, zero) => {
  const ends = values.flatMap((v) => [v.mean, v.low, v.high]).filter((x) => !missing(x)).concat(zero ? [0] : []);
  const low = Math.min(...ends), high = Math.max(...ends), room = (high - low || Math.abs(high) || 1) * 0.06;
  return [low - room, high + room];
};
const bar = (v, [low, high], at, wide = 112) => {
  const x = (value) => ((value - low) / (high - low)) * wide;
  return s("svg", { class: "bar", width: wide, height: 14, viewBox: `0 0 ${wide} 14`, "aria-hidden": "true" },
    s("line", { class: "axis", x1: 0, x2: wide, y1: 7, y2: 7 }),
    missing(at) ? null : s("line", { class: "zero", x1: x(at), x2: x(at), y1: 0, y2: 14 }),
    missing(v.low) ? null : s("line", { class: "whisker", x1: x(v.low), x2: x(v.high), y1: 7, y2: 7 }),
    s("circle", { class: "dot", cx: x(v.mean), cy: 7, r: 3.5 }));
};
const measured = (v, show, range, at, wide) => missing(v) || missing(v.mean) ? "–" : [
  h("span", { class: "number" }, show(v.mean)), " ", h("span", { class: "span number", title: v.note || null }, span(v, show)),
  bar(v, range, at, wide)];
