// The controls: sliders and switches by actor. All text is written as text.

import { make } from "./make.js";

const KINDS = { stance: "Stance and posture", tie: "Ties", pressure: "Strength of its pressures" };

function written(value, kind) {
  const text = Math.abs(value).toFixed(2);
  if (kind !== "stance") return text;
  return Number(text) === 0 ? text : (value < 0 ? "−" : "+") + text;
}

export class Controls {
  constructor(box, changed, focused) {
    this.box = box;
    this.changed = changed;
    this.focused = focused;
    this.sliders = new Map();
    this.switches = new Map();
  }

  build(groups) {
    const open = new Set([...this.box.querySelectorAll("details[open]")].map((box) => box.dataset.group));
    const first = this.sliders.size === 0;
    this.sliders.clear();
    this.switches.clear();
    this.box.replaceChildren(...groups.map((group, place) => this.group(group, first ? place < 2 : open.has(group.id))));
  }

  group(group, open) {
    const count = make("span", { class: "count" });
    const box = make("details", { class: "group", "data-group": group.id },
      make("summary", {}, group.name + " ", make("small", {}, group.role), count));
    box.open = open;
    let kind = null;
    for (const slider of group.sliders) {
      if (slider.kind !== kind && KINDS[slider.kind]) box.append(make("p", { class: "kind" }, KINDS[slider.kind]));
      kind = slider.kind;
      box.append(this.slider({ ...slider, of: group.name }, count));
    }
    if (group.switches.length) box.append(make("p", { class: "kind" }, group.role ? "Its pressures, on or off" : "On or off"));
    for (const one of group.switches) box.append(this.switch(one, count));
    return box;
  }

  slider(slider, count) {
    const id = "i-" + slider.path, share = (value) => (100 * (value - slider.low)) / (slider.high - slider.low) + "%";
    const input = make("input", {
      type: "range", id, min: slider.low, max: slider.high, step: 0.01, "data-path": slider.path,
      "aria-describedby": "h-" + slider.path,
    });
    const output = make("output", { for: id });
    const undo = make("button", { type: "button", class: "undo", "aria-label": "Reset " + slider.label }, "↺");
    const spread = make("i", { class: "spread" }), median = make("i", { class: "median" });
    spread.style.left = share(slider.q05);
    spread.style.right = `calc(100% - ${share(slider.q95)})`;
    median.style.left = share(slider.median);
    const box = make("div", { class: "slider" },
      make("div", { class: "row" }, make("label", { for: id }, slider.label), output, undo),
      make("div", { class: "groove" }, make("span", { class: "base", "aria-hidden": "true" }, spread, median), input),
      make("span", { class: "hidden", id: "h-" + slider.path }, slider.hint));
    const entry = { slider, input, output, box, count, value: null };
    input.addEventListener("input", (event) => { this.show(entry, Number(input.value)); this.changed(event); });
    undo.addEventListener("click", (event) => { this.show(entry, null); input.focus(); this.changed(event); });
    for (const kind of ["pointerenter", "focusin"]) box.addEventListener(kind, () => this.focused(slider));
    this.sliders.set(slider.path, entry);
    this.show(entry, null);
    return box;
  }

  switch(one, count) {
    const input = make("input", { type: "checkbox", "data-path": one.path, "aria-describedby": "h-" + one.path });
    input.checked = true;
    input.addEventListener("change", (event) => { this.counted(count); this.changed(event); });
    this.switches.set(one.path, { input, count });
    return make("label", { class: "switch", "data-explain": one.hint }, input, make("span", {}, one.label),
      make("span", { class: "hidden", id: "h-" + one.path }, one.hint));
  }

  show(entry, value) {
    const { slider, input, output, box } = entry, { kind, q05, q95, median } = slider;
    entry.value = value;
    input.value = value === null ? median : value;
    box.classList.toggle("moved", value !== null);
    const spread = value === null && q05 !== q95 ? `${written(q05, kind)} to ${written(q95, kind)}` : "";
    output.textContent = spread || written(value === null ? median : value, kind);
    input.setAttribute("aria-valuetext", spread ? `as in the scenario, ${spread}` : output.textContent);
    this.counted(entry.count);
  }

  counted(count) {
    let moved = 0;
    for (const entry of this.sliders.values()) moved += entry.count === count && entry.value !== null;
    for (const entry of this.switches.values()) moved += entry.count === count && !entry.input.checked;
    count.textContent = moved ? `${moved} changed` : "";
  }

  state() {
    const values = {};
    for (const [path, entry] of this.sliders) if (entry.value !== null) values[path] = entry.value;
    const off = [...this.switches].filter(([, entry]) => !entry.input.checked).map(([path]) => path);
    return { values, off };
  }

  set(state) {
    for (const [path, entry] of this.sliders) {
      this.show(entry, Object.hasOwn(state.values, path) ? state.values[path] : null);
    }
    for (const [path, entry] of this.switches) {
      entry.input.checked = !state.off.includes(path);
      this.counted(entry.count);
    }
  }
}
