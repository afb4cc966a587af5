// The two charts over time, drawn from the report's own figures: the specification that Plotly draws there is drawn here
// by a few SVG elements, because it is drawn anew with every step of a hand and Plotly takes ten times as long.
// Known are what these figures use: bands, lines, stacked areas, markers with labels, vertical rules and notes.

import { make } from "./make.js";

const SPACE = "http://www.w3.org/2000/svg";
const DASHES = { dash: "9 5", dot: "2 4", dashdot: "9 4 2 4", longdash: "14 5" };
const ANCHORS = { left: "start", center: "middle", right: "end" };
const RISE = { bottom: -0.25, middle: 0.35, top: 0.9 };
const NARROW = 480, TICK_ROOM = 54;
const dark = window.matchMedia("(prefers-color-scheme: dark)");

export function draw(tag, attributes = {}, ...inside) {
  const element = document.createElementNS(SPACE, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...inside);
  return element;
}

const time = (text) => Date.parse(text.length > 10 ? text + "Z" : text);
const ESCAPES = { "&lt;": "<", "&gt;": ">", "&amp;": "&", "&quot;": '"', "&#x27;": "'" };
const plain = (text) => text.replace(/^<b>(.*)<\/b>$/, "$1").replace(/&(lt|gt|amp|quot|#x27);/g, (one) => ESCAPES[one]);

class Drawing {
  constructor(box, frame, moved, book, overlay) {
    this.box = box;
    this.paint = (colour) => (dark.matches && Object.hasOwn(book, colour) ? book[colour] : colour);
    this.layout = { ...frame.layout, ...moved.layout };
    this.data = frame.data.map((trace, place) => ({ ...trace, ...moved.data[place] }));
    this.ticks = { x: frame.ticks, y: moved.ticks };
    this.overlay = overlay;
    this.width = Math.max(box.clientWidth, 240);
    this.font = this.width < NARROW ? 12 : 13;
    const { height, margin } = this.layout;
    this.area = { left: margin.l, right: this.width - margin.r, top: margin.t, bottom: height - margin.b };
    [this.first, this.last] = this.layout.xaxis.range.map(time);
    this.top = Math.max(this.layout.yaxis.range[1], ...(overlay ? overlay.p : []));
  }

  x(value) { return this.across((typeof value === "number" ? value : time(value)) - this.first, this.last - this.first); }
  across(part, whole) { return this.area.left + ((this.area.right - this.area.left) * part) / whole; }
  y(value) { return this.area.bottom - ((this.area.bottom - this.area.top) * value) / this.top; }
  path(xs, ys) { return "M" + xs.map((x, place) => `${this.x(x).toFixed(1)} ${this.y(ys[place]).toFixed(1)}`).join("L"); }

  text(at, words, { size = 12, colour, anchor = "start", bold = false }) {
    const style = { x: at[0].toFixed(1), y: at[1].toFixed(1), "font-size": Math.min(size, this.font), fill: this.paint(colour), "text-anchor": anchor };
    return draw("text", bold ? { ...style, "font-weight": 700 } : style, words);
  }

  all() {
    const svg = draw("svg", { width: this.width, height: this.layout.height, "aria-hidden": "true" });
    svg.append(...this.axes(), ...(this.layout.shapes || []).map((one) => this.rule(one)), ...this.traces());
    svg.append(...(this.layout.annotations || []).map((one) => this.note(one)), ...this.pinned());
    return svg;
  }

  * axes() {
    const muted = this.layout.xaxis.linecolor, { left, right, bottom } = this.area;
    for (const [value, label] of this.ticks.y) {
      yield draw("line", { x1: left, x2: right, y1: this.y(value), y2: this.y(value), stroke: this.paint(this.layout.yaxis.gridcolor) });
      yield this.text([left - 4, this.y(value) + 4], label, { colour: muted, anchor: "end" });
    }
    yield draw("line", { x1: left, x2: right, y1: bottom, y2: bottom, stroke: this.paint(muted) });
    let before = -Infinity;
    for (const [part, label] of this.ticks.x) {
      const x = this.across(part, 1);
      if (x - before < TICK_ROOM) continue;
      before = x;
      yield draw("line", { x1: x, x2: x, y1: bottom, y2: bottom + 5, stroke: this.paint(muted) });
      for (const [row, line] of label.split("\n").entries()) {
        yield this.text([x, bottom + 18 + 15 * row], line, { colour: muted, anchor: "middle" });
      }
    }
  }

  rule(shape) {
    const x = this.x(shape.x0), line = { x1: x, x2: x, y1: this.area.bottom, y2: this.area.top, stroke: this.paint(shape.line.color) };
    return draw("line", { ...line, "stroke-dasharray": DASHES[shape.line.dash] || "none" });
  }

  * traces() {
    let below = null;
    for (const trace of this.data) {
      if (trace.stackgroup) {
        const lower = below || trace.y.map(() => 0), upper = trace.y.map((value, place) => value + lower[place]);
        const back = [...trace.x].reverse(), outline = `${this.path(trace.x, upper)}L${this.path(back, [...lower].reverse()).slice(1)}z`;
        yield draw("path", { d: outline, fill: this.paint(trace.fillcolor) });
        below = upper;
      } else if (trace.fill === "toself") {
        yield draw("path", { d: this.path(trace.x, trace.y) + "z", fill: this.paint(trace.fillcolor) });
      } else if (trace.mode === "lines") {
        yield this.curve(trace.x, trace.y, trace.line);
      } else {
        yield* this.markers(trace);
      }
    }
  }

  curve(xs, ys, { color, width, dash }) {
    const style = { fill: "none", stroke: this.paint(color), "stroke-width": width, "stroke-linejoin": "round" };
    return draw("path", { ...style, d: this.path(xs, ys), "stroke-dasharray": DASHES[dash] || "none" });
  }

  * markers({ x: xs, y: ys, text, textposition, marker, textfont }) {
    for (const [place, x] of xs.entries()) {
      const at = [this.x(x), this.y(ys[place])], [up, side] = textposition[place].split(" ");
      yield draw("circle", { cx: at[0], cy: at[1], r: marker.size / 2, fill: this.paint(marker.color) });
      const [shift, anchor] = { left: [-6, "end"], center: [0, "middle"], right: [6, "start"] }[side];
      const words = [at[0] + shift, at[1] + (up === "top" ? -8 : 18)];
      if (text[place]) yield this.text(words, plain(text[place]), { size: 13, colour: textfont.color, anchor, bold: true });
    }
  }

  note(one) {
    const { left, right, top, bottom } = this.area, size = Math.min(one.font.size || 13, this.font);
    const x = one.xref === "paper" ? left + (right - left) * one.x : this.x(one.x);
    const y = one.yref === "paper" ? bottom - (bottom - top) * one.y : this.y(one.y);
    const at = [x + (one.xshift || 0), y + RISE[one.yanchor] * size - (one.yshift || 0)];
    return this.text(at, plain(one.text), { size, colour: one.font.color, anchor: ANCHORS[one.xanchor] || "middle", bold: one.text.startsWith("<b>") });
  }

  // The offensive of the pinned state, as a dashed line.
  * pinned() {
    if (!this.overlay) return;
    const { x, p } = this.overlay, place = Math.floor(x.length * 0.6), ink = this.layout.font.color;
    yield this.curve(x, p, { color: ink, width: 2, dash: "dash" });
    yield this.text([this.x(x[place]), this.y(p[place]) - 6], "A", { size: 13, colour: ink, anchor: "middle", bold: true });
  }
}

export class Charts {
  constructor() {
    this.frames = {};
    this.shown = {};
    this.overlay = null;
    dark.addEventListener("change", () => this.redraw());
    new ResizeObserver(() => this.redraw()).observe(document.getElementById("when"));
  }

  build(frames, book) {
    [this.frames, this.book, this.shown] = [frames, book, {}];
  }

  redraw() {
    for (const [name, { moved }] of Object.entries(this.shown)) this.show(name, moved);
  }

  show(name, moved) {
    const box = document.getElementById(name), overlay = name === "incidence" ? this.overlay : null;
    const drawing = new Drawing(box, this.frames[name], moved, this.book, overlay), svg = drawing.all();
    const line = draw("line", { class: "here", y1: drawing.area.top, y2: drawing.area.bottom, visibility: "hidden" });
    const said = make("div", { class: "here-said", hidden: "" });
    svg.append(line);
    const at = this.shown[name]?.at ?? null, shown = (this.shown[name] = { moved, at });
    const point = () => this.pointed(drawing, line, said, shown.at);
    svg.addEventListener("pointermove", (event) => { shown.at = event.clientX; point(); });
    svg.addEventListener("pointerleave", () => { shown.at = null; point(); });
    box.replaceChildren(svg, said);
    if (at !== null) point();
  }

  // What the curves say on the day that is pointed at, or nothing.
  pointed(drawing, line, said, at) {
    said.hidden = at === null;
    line.setAttribute("visibility", at === null ? "hidden" : "visible");
    if (at === null) return;
    const told = drawing.data.filter((trace) => trace.mode === "lines" && trace.text), xs = told[0].x.map((x) => drawing.x(x));
    const here = at - drawing.box.getBoundingClientRect().left;
    const place = xs.reduce((best, x, one) => (Math.abs(x - here) < Math.abs(xs[best] - here) ? one : best), 0);
    const day = new Date(time(told[0].x[place])).toLocaleDateString("en-GB", { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });
    const texts = [day, ...told.map((trace) => plain(trace.text[place]))].filter(Boolean);
    said.replaceChildren(...texts.map((text) => make("p", {}, text)));
    for (const end of ["x1", "x2"]) line.setAttribute(end, xs[place]);
    const right = xs[place] + 12 + said.offsetWidth < drawing.width;
    said.style.left = (right ? xs[place] + 12 : Math.max(0, xs[place] - 12 - said.offsetWidth)) + "px";
  }
}
