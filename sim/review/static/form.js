// The form of an item, made of the fields that the server names. What is wrong with a field, the server says.

import { make } from "./make.js";

const NONE = "none";

export class Form {
  // `frame` has the fields and the cast; `suggest` the occasions and the other items by id.
  constructor(frame, values, suggest) {
    this.frame = frame;
    this.suggest = suggest;
    this.first = structuredClone(values);
    this.readers = new Map();
    this.boxes = new Map();
    this.element = make("form", { class: "form", novalidate: "", autocomplete: "off" },
      ...frame.fields.map((field) => this.field(field, values[field.key])));
  }

  field(field, value) {
    const id = `field-${field.key}`, hint = make("p", { class: "hint", id: `${id}-hint` }, field.hint);
    const fault = make("p", { class: "fault", id: `${id}-fault`, hidden: "" });
    const control = this[field.widget](field, value, { id, "aria-describedby": `${id}-hint ${id}-fault` });
    const isGroup = control.tagName === "FIELDSET", isFlag = field.widget === "flag";
    const label = isGroup ? [] : [make("label", { for: id }, field.label)];
    const box = make("div", { class: `field of-${field.widget} key-${field.key}` }, ...(isFlag ? [control, ...label] : [...label, control]), hint, fault);
    this.boxes.set(field.key, { box, fault, control });
    return box;
  }

  group(field, attributes, type, options, chosen) {
    const inputs = options.map(({ value, label, more }, place) => {
      const input = make("input", { type, name: attributes.id, id: `${attributes.id}-${place}`, value });
      input.checked = chosen.includes(value);
      return { input, label: make("label", { for: input.id }, input, make("span", {}, label, ...(more ? [" ", make("small", {}, more)] : []))) };
    });
    return { inputs: inputs.map((one) => one.input), set: make("fieldset", attributes, make("legend", {}, field.label), make("div", { class: "options" }, ...inputs.map((one) => one.label))) };
  }

  cast(field, value, attributes) {
    const options = this.frame.cast.map(({ id, name, role }) => ({ value: id, label: name, more: role }));
    const { inputs, set } = this.group(field, attributes, "checkbox", options, value);
    this.readers.set(field.key, () => inputs.filter((one) => one.checked).map((one) => one.value));
    return set;
  }

  steps(field, value, attributes) {
    const values = field.choices.map(([one]) => one), every = values.includes(value) ? values : [...values, value];
    const options = every.toSorted((a, b) => a - b).map((one) => ({ value: one, label: signed(one).replace("0.", ".") }));
    const { inputs, set } = this.group(field, attributes, "radio", options, [value]);
    this.readers.set(field.key, () => inputs.find((one) => one.checked)?.value ?? "");
    return set;
  }

  flag(field, value, attributes) {
    const input = make("input", { type: "checkbox", ...attributes });
    input.checked = value;
    this.readers.set(field.key, () => input.checked);
    return input;
  }

  choice(field, value, attributes) {
    const own = field.choices.some(([one]) => one === value) ? [] : [[value, coded(field, value)]];
    return this.select(field.key, value, attributes, [...own, ...field.choices]);
  }

  item(field, value, attributes) {
    return this.select(field.key, value, attributes, [["", NONE], ...this.suggest.items.map(({ id, says }) => [id, `${id}: ${says.slice(0, 60)}`])]);
  }

  select(key, value, attributes, choices) {
    const select = make("select", attributes, ...choices.map(([one, words]) => make("option", { value: one }, words)));
    select.value = value;
    this.readers.set(key, () => select.value);
    return select;
  }

  typed(key, input, value) {
    input.value = value;
    this.readers.set(key, () => input.value);
    return input;
  }

  date(field, value, attributes) {
    return this.typed(field.key, make("input", { type: "date", ...attributes }), value);
  }

  number(field, value, attributes) {
    return this.typed(field.key, make("input", { type: "number", min: "0", max: "1", step: "0.05", ...attributes }), value);
  }

  long(field, value, attributes) {
    return this.typed(field.key, make("textarea", { rows: "3", maxlength: "4000", ...attributes }), value);
  }

  text(field, value, attributes) {
    const list = field.key === "occasion" ? { list: "occasions" } : {};
    const input = this.typed(field.key, make("input", { type: "text", maxlength: "64", spellcheck: "false", ...attributes, ...list }), value);
    return field.key === "occasion" ? make("span", {}, input, make("datalist", { id: "occasions" }, ...this.suggest.occasions.map((one) => make("option", { value: one })))) : input;
  }

  values() {
    return Object.fromEntries([...this.readers].map(([key, read]) => [key, read()]));
  }

  // What differs from what the form began with: what else somebody changes meanwhile stays theirs.
  changed() {
    return Object.fromEntries(Object.entries(this.values()).filter(([key, value]) => String(value) !== String(this.first[key])));
  }

  isChanged() {
    return Object.keys(this.changed()).length > 0;
  }

  focus() {
    focusable(this.element)?.focus();
  }

  // Says what is wrong, field by field, and goes to the first; returns what is of no field.
  fault(faults) {
    for (const { fault, box, control } of this.boxes.values()) {
      fault.hidden = true;
      fault.textContent = "";
      box.classList.remove("wrong");
      control.removeAttribute("aria-invalid");
    }
    const known = faults.filter((one) => this.boxes.has(one.field));
    for (const one of known) {
      const { fault, box, control } = this.boxes.get(one.field);
      fault.textContent = one.said;
      fault.hidden = false;
      box.classList.add("wrong");
      control.setAttribute("aria-invalid", "true");
    }
    const first = this.frame.fields.find((field) => known.some((one) => one.field === field.key));
    if (first) focusable(this.boxes.get(first.key).box)?.focus();
    return faults.filter((one) => !this.boxes.has(one.field)).map((one) => one.said);
  }
}

function focusable(box) {
  return box.querySelector("input:checked, select, textarea, input:not([type=radio])") ?? box.querySelector("input");
}

export function signed(text) {
  const value = Number(text);
  return value > 0 ? `+${text}` : String(text).replace("-", "−");
}

// What a choice is called; a code below a root by its root.
export function coded(field, value) {
  const named = (code) => field.choices.find(([one]) => one === code)?.[1];
  return named(value) ?? (named(value.slice(0, 2)) ? `${value} (${named(value.slice(0, 2))})` : value);
}
