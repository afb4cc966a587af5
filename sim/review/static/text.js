// The words of a paragraph. Spans count characters as the draft does, by code points; JavaScript's own strings count
// UTF-16 units, of which an emoji has two. All text is put in as text.

import { make } from "./make.js";

const points = (text) => Array.from(text);

// Shows a paragraph with spans marked: [{ span: [from, to], current: boolean }].
export function show(box, text, spans) {
  const signs = points(text);
  const ends = [...new Set([0, signs.length, ...spans.flatMap((one) => one.span)])].sort((a, b) => a - b);
  box.replaceChildren(...ends.slice(1).map((end, place) => {
    const start = ends[place], words = signs.slice(start, end).join("");
    const here = spans.filter((one) => one.span[0] <= start && end <= one.span[1]);
    if (!here.length) return document.createTextNode(words);
    return here.some((one) => one.current) ? make("mark", {}, words) : make("span", { class: "coded" }, words);
  }));
}

// The span that is selected within a paragraph, without white space at its ends; null where there is none.
export function selected(box) {
  const selection = getSelection();
  if (!selection.rangeCount || selection.isCollapsed || !selection.getRangeAt(0).intersectsNode(box)) return null;
  const range = selection.getRangeAt(0).cloneRange(), before = document.createRange();
  if (!box.contains(range.startContainer)) range.setStart(box, 0);
  if (!box.contains(range.endContainer)) range.setEnd(box, box.childNodes.length);
  before.setStart(box, 0);
  before.setEnd(range.startContainer, range.startOffset);
  const words = range.toString(), start = before.toString() + words.slice(0, words.length - words.trimStart().length);
  const from = points(start).length, length = points(words.trim()).length;
  return length ? [from, from + length] : null;
}

// Selects word after word by keys: → and ← go on and back, with Shift the selection grows and shrinks.
export class Words {
  constructor(box) {
    this.box = box;
    this.forget();
    box.addEventListener("keydown", (event) => this.key(event));
  }

  forget() {
    this.first = this.last = -1;
  }

  key(event) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    event.stopPropagation();
    const words = [...this.box.textContent.matchAll(/\S+/g)];
    if (!words.length) return;
    this.last = Math.min(Math.max(this.last + step, 0), words.length - 1);
    this.first = event.shiftKey && this.first >= 0 ? Math.min(this.first, this.last) : this.last;
    const from = words[this.first], to = words[this.last];
    getSelection().setBaseAndExtent(...this.at(from.index), ...this.at(to.index + to[0].length));
  }

  // The text node and the place in it of an offset in UTF-16 units.
  at(offset) {
    const walker = document.createTreeWalker(this.box, NodeFilter.SHOW_TEXT);
    let node = walker.nextNode();
    while (node && offset > node.length) {
      offset -= node.length;
      node = walker.nextNode();
    }
    return [node, offset];
  }
}
