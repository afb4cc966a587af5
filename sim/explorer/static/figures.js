// The fans of the actors, the dots of the futures, and tables.

import { draw } from "./charts.js";
import { make } from "./make.js";

const SHAPES = {
  standoff: ["circle", { r: 6.2 }],
  agreement: ["path", { d: "M0-8.6 8.6 0 0 8.6-8.6 0z" }],
  terms: ["path", { d: "M0-8.4 7.3-4.2v8.4L0 8.4-7.3 4.2v-8.4z" }],
  limited: ["circle", { r: 7.2 }],
  full: ["rect", { x: -6.8, y: -6.8, width: 13.6, height: 13.6 }],
};
const PANEL = { width: 126, height: 76, top: 38 };
const PANELS = [
  { key: "stance", left: 22, low: -1, ticks: [[-1, "−1"], [0, "0"], [1, "+1"]] },
  { key: "posture", left: 184, low: 0, ticks: [[0, "0"], [0.5, "0.5"], [1, "1"]] },
];

export class Fans {
  constructor(box) {
    this.box = box;
    this.parts = [];
  }

  build(actors) {
    this.parts = actors.map((actor) => this.card(actor));
    this.box.replaceChildren(...this.parts.map((part) => part.card));
  }

  card(actor) {
    const svg = draw("svg", { viewBox: "0 0 316 120", class: "fan", role: "img" });
    const panels = PANELS.map((panel) => this.panel(svg, panel, panel.key === "stance" ? "stance" : actor.posture));
    const table = make("table");
    const more = make("details", {}, make("summary", {}, "Data table", make("span", { class: "hidden" }, ` of ${actor.name}`)),
      make("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": `${actor.name}, numbers` }, table));
    const head = make("figcaption", {}, make("h3", {}, actor.name + " ", make("small", {}, actor.role)));
    const part = { actor, svg, panels, table, more, card: make("figure", { class: "card actor" }, head, svg, more) };
    more.addEventListener("toggle", () => this.tabled(part));
    return part;
  }

  panel(svg, panel, name) {
    const { left, low, ticks } = panel, at = (value) => PANEL.top + PANEL.height * (1 - (value - low) / (1 - low));
    for (const [value, text] of ticks) {
      svg.append(draw("line", { class: "line", x1: left, x2: left + PANEL.width, y1: at(value), y2: at(value) }));
      svg.append(draw("text", { x: left - 4, y: at(value) + 4, "text-anchor": "end" }, text));
    }
    const change = draw("text", { class: "label", x: left, y: 28 });
    svg.append(draw("text", { class: "label head", x: left, y: 12 }, name[0].toUpperCase() + name.slice(1)), change);
    const shapes = ["band90", "band50", "median"].map((kind) => draw("path", { class: kind }));
    svg.append(...shapes);
    return { ...panel, at, change, shapes };
  }

  show(fans) {
    fans.forEach((fan, place) => {
      const part = this.parts[place], said = `Stance ${fan.stance_text}, ${part.actor.posture} ${fan.posture_text}`;
      part.fan = fan;
      for (const panel of part.panels) this.drawn(panel, fan[panel.key], fan[panel.key + "_text"]);
      part.svg.setAttribute("aria-label", `Two fan charts of ${part.actor.name}. ${said}: medians of the first and the last week.`);
      this.tabled(part);
    });
  }

  drawn(panel, curves, text) {
    const last = Math.max(curves.q50.length - 1, 1);
    const known = curves.q50.map((_, week) => week).filter((week) => curves.q50[week] !== null);
    const point = (key) => (week) => `${(panel.left + (PANEL.width * week) / last).toFixed(1)} ${panel.at(curves[key][week]).toFixed(1)}`;
    const line = (key) => known.map(point(key)).join("L");
    const band = (low, high) => `M${line(high)}L${[...known].reverse().map(point(low)).join("L")}z`;
    const paths = known.length ? [band("q05", "q95"), band("q25", "q75"), "M" + line("q50")] : ["", "", ""];
    panel.shapes.forEach((shape, place) => shape.setAttribute("d", paths[place]));
    panel.change.textContent = text;
  }

  tabled({ fan, table, actor, more }) {
    if (!fan || !more.open) return;
    const cell = (value) => (value === null ? "–" : value.toFixed(2).replace("-", "−"));
    const cells = (week) => ["stance", "posture"].flatMap((key) => ["q05", "q50", "q95"].map((q) => cell(fan[key][q][week])));
    const rows = fan.stance.q50.map((_, week) => [`week ${week}`, ...cells(week)]);
    const columns = ["", "Stance 5%", "median", "95%", `${actor.posture[0].toUpperCase()}${actor.posture.slice(1)} 5%`, "median", "95%"];
    fill(table, { caption: actor.name, columns, align: "lrrrrrr", rows });
  }
}

export function fill(table, { caption, columns, align, rows }) {
  const head = make("tr", {}, ...columns.map((name, place) => make("th", { scope: "col", class: align[place] }, name)));
  const cell = (text, place) => make(place ? "td" : "th", place ? { class: align[place] } : { scope: "row", class: align[0] }, text);
  const body = rows.map((row) => make("tr", {}, ...row.map(cell)));
  table.replaceChildren(make("caption", {}, caption), make("thead", {}, head), make("tbody", {}, ...body));
}

function mark(end) {
  const [tag, attributes] = SHAPES[end];
  return draw(tag, { ...attributes, class: end });
}

export class Dots {
  constructor(svg, list, chosen) {
    this.svg = svg;
    this.list = list;
    this.chosen = chosen;
    this.shown = "";
    svg.addEventListener("keydown", (event) => this.key(event));
  }

  show(dots, ends, names) {
    const now = JSON.stringify(dots);
    if (now !== this.shown) {
      const at = Math.max(0, [...this.svg.children].indexOf(document.activeElement));
      const held = this.svg.contains(document.activeElement);
      this.shown = now;
      this.svg.replaceChildren(...dots.map((dot, place) => this.dot(dot, place, names, place === at)));
      if (held) this.svg.children[at]?.focus();
    }
    this.list.replaceChildren(...Object.keys(names).map((end) => {
      const count = dots.filter((dot) => dot.end === end).length;
      const sign = draw("svg", { viewBox: "-10 -10 20 20", "aria-hidden": "true" }, mark(end));
      return make("li", {}, sign, make("span", {}, make("strong", {}, String(count)), " " + names[end], make("small", {}, ends[end] + " of all runs")));
    }));
  }

  dot(dot, place, names, first) {
    const day = dot.day === null ? "" : ` on day ${dot.day + 1} of the window`, text = `Run ${dot.run}: ${names[dot.end].toLowerCase()}${day}`;
    const at = `translate(${10 + 20 * (place % 10)} ${10 + 20 * Math.floor(place / 10)})`;
    const group = draw("g", { transform: at, role: "button", tabindex: first ? 0 : -1, "aria-label": text, "data-run": dot.run },
      draw("title", {}, text), draw("rect", { class: "hit", x: -9, y: -9, width: 18, height: 18 }), mark(dot.end));
    group.addEventListener("click", () => this.chosen(dot.run));
    return group;
  }

  key(event) {
    const marks = [...this.svg.children], place = marks.indexOf(document.activeElement);
    const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: 10, ArrowUp: -10 }[event.key];
    if (place < 0) return;
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      this.chosen(Number(marks[place].dataset.run));
    } else if (step && marks[place + step]) {
      event.preventDefault();
      marks[place].setAttribute("tabindex", -1);
      marks[place + step].setAttribute("tabindex", 0);
      marks[place + step].focus();
    }
  }
}
