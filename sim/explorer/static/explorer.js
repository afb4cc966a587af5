// The page: one connection, one state, and what comes back for it. What the server sends is written as text, never as HTML.

import * as address from "./address.js";
import { Charts } from "./charts.js";
import { Controls } from "./controls.js";
import { Dots, Fans, fill } from "./figures.js";
import { make } from "./make.js";

const $ = (id) => document.getElementById(id);
const FIRST_LOOK = 4096, RETRIES = [300, 600, 1200, 2500, 5000];
const page = { socket: null, tries: 0, stamp: 0, shown: 0, scene: null, b: null, a: null, answer: null, pinned: null, focused: null, warning: "", moves: new Map() };
const charts = new Charts(), fans = new Fans($("fans")), dots = new Dots($("dots"), $("ends"), tellRun);
const controls = new Controls($("groups"), moved, focusOn);

// -- connection ---------------------------------------------------------------------------------------------------

function connect() {
  const socket = (page.socket = new WebSocket(`ws://${location.host}/live`));
  socket.addEventListener("open", () => { page.tries = 0; banner(""); sendState(); });
  socket.addEventListener("message", (event) => take(JSON.parse(event.data)));
  socket.addEventListener("close", () => {
    document.body.classList.add("stale");
    banner("The connection is lost. This page keeps its state and connects again by itself.");
    $("tip").disabled = !page.focused;
    setTimeout(connect, RETRIES[Math.min(page.tries++, RETRIES.length - 1)]);
  });
}

function send(message) {
  if (page.socket && page.socket.readyState === WebSocket.OPEN) page.socket.send(JSON.stringify(message));
}

function sendState() {
  page.stamp += 1;
  busy(true);
  send({ type: "state", n: page.stamp, b: page.b, a: page.a });
}

// Whether what is shown does not yet follow the controls, told to screen readers too.
function busy(waiting) {
  document.body.setAttribute("aria-busy", String(waiting));
}

function take(message) {
  const takers = { scene: takeScene, answer: takeAnswer, fault: takeFault, export: takeExport, import: takeImport, story: takeStory, tip: takeTip, variants: (one) => picker(one.variants) };
  takers[message.type]?.(message);
}

function banner(text) {
  $("banner").textContent = text;
  $("banner").hidden = !text;
}

function takeFault(fault) {
  busy(false);
  if (fault.about === "story") takeStory({ title: $("story-title").textContent, sentences: [fault.said] });
  else if (fault.about === "tip") takeTip({ path: page.focused, sentences: [fault.said] });
  else if (fault.about || page.answer) banner(fault.said);
  else fallBack(fault.said);
}

// An address that this server cannot show: say so, and show what it can.
function fallBack(said) {
  if (page.warning) return;
  page.warning = said;
  page.a = null;
  setState({ scenario: page.scene ? page.b.scenario : "", values: {}, off: [] });
}

// -- state --------------------------------------------------------------------------------------------------------

function moved(event) {
  page.warning = "";
  page.b = { scenario: page.b.scenario, ...controls.state() };
  const started = event.timeStamp;
  sendState();
  page.moves.set(page.stamp, started);
  settled();
}

function settled() {
  const count = Object.keys(page.b.values).length + page.b.off.length;
  $("moved-note").textContent = count
    ? `${count} changed. A slider moved is one number; those not moved keep their distributions.`
    : "Nothing moved: every input is as the scenario writes it.";
  $("reset").disabled = !count;
  $("compare").hidden = !page.a;
  $("pin").textContent = page.a ? "Pin anew" : "Pin as A";
  address.write(page.b, page.a);
}

function setState(state) {
  const same = page.b && state.scenario === page.b.scenario, started = performance.now();
  page.b = state;
  if (same) controls.set(state);
  sendState();
  page.moves.set(page.stamp, started);
  settled();
}

function takeScene(scene) {
  page.scene = scene;
  document.title = `${scene.title} – offramp explorer`;
  $("title").textContent = scene.title;
  $("window").textContent = "Window: " + scene.window;
  $("resolves").textContent = scene.resolves;
  $("does-not-resolve").textContent = scene.does_not_resolve;
  controls.build(scene.groups);
  page.b = { ...page.b, scenario: scene.scenario };
  controls.set(page.b);
  charts.build(scene.figures, scene.dark);
  fans.build(scene.actors);
  picker(scene.variants);
  settled();
}

function picker(variants) {
  $("picker").replaceChildren(...variants.map((one) => {
    const option = make("option", { value: one.file }, `${one.file.replace(/\.yaml$/, "")}: ${one.title}`);
    option.selected = one.file === page.b.scenario;
    return option;
  }));
}

// -- answers ------------------------------------------------------------------------------------------------------

function takeAnswer(answer) {
  if (answer.slot === "a") {
    if (!page.a) return;
    page.pinned = answer;
    charts.overlay = answer.curve;
    charts.redraw();
    compare(answer.difference);
    return;
  }
  if (!page.scene || answer.n < page.shown) return;
  const came = performance.now();
  const fresh = answer.n > page.shown;
  page.answer = answer;
  page.shown = answer.n;
  document.body.classList.remove("stale");
  if (answer.n === page.stamp) busy(false);
  if (fresh) banner(page.warning);  // what was said of something else stays while an answer is refined
  headline(answer);
  for (const name of ["incidence", "states"]) {
    charts.show(name, answer.figures[name]);
    caption(name, answer.captions[name]);
  }
  if (answer.captions.dots) caption("dots", answer.captions.dots);
  dots.show(answer.dots, answer.ends, page.scene.ends);
  fans.show(answer.fans);
  compare(answer.difference);
  rerun(answer);
  measured(answer, came);
}

function headline(answer) {
  const { text, is_long, word, frequency, what, interval, input, said } = answer.headline;
  $("number").textContent = $("now-number").textContent = text;
  $("number").classList.toggle("long", is_long);
  const [range, ...words] = word.split(", ").reverse();
  $("word").replaceChildren(...(word ? [`(${words.reverse().join(", ")}, `, make("b", {}, `${range}):`), " "] : []), make("b", {}, frequency));
  $("now-word").textContent = word ? `(${word})` : frequency;
  $("what").textContent = what;
  $("interval").textContent = interval;
  $("input").textContent = input;
  $("runs").textContent = `${answer.runs.toLocaleString("en")} of ${answer.of.toLocaleString("en")} runs`;
  $("done").style.width = (100 * answer.runs) / answer.of + "%";
  const head = answer.milestones.at(-1), at = (value) => Math.min(100, Math.max(0, 50 + (100 * (value - head.p)) / 0.06));
  // a transform, unlike an edge that moves, is animated without laying the page out again for each frame
  $("zoom-mc").style.transform = `translateX(${at(head.low)}%) scaleX(${Math.max(0.005, (at(head.high) - at(head.low)) / 100)})`;
  $("zoom").setAttribute("aria-label", `Monte Carlo interval ${interval}`);
  if (answer.runs <= FIRST_LOOK || answer.runs >= answer.of) $("said").textContent = said;
  $("milestones").replaceChildren(...answer.milestones.map(strip));
}

function strip(one) {
  const box = make("div", { class: "strip", role: "img", "aria-label": one.alt });
  const part = (kind, low, high) => {
    const span = make("span", { class: kind });
    span.style.left = 100 * low + "%";
    if (high !== undefined) span.style.right = 100 - 100 * high + "%";
    box.append(span);
  };
  if (one.range) part("range", ...one.range);
  part("mc", one.low, one.high);
  part("point", one.p);
  const words = make("p", {}, make("strong", {}, `Within ${one.days} days`), `, by ${one.until}`, make("br"), one.line);
  return make("div", { class: "row" }, words, box);
}

function caption(name, { title, unit, alt, table }) {
  $(name + "-title").textContent = title;
  $(name + "-unit").textContent = unit;
  $(name).setAttribute("aria-label", alt);
  const box = $(name + "-table"), folded = box.closest("details");
  folded.ontoggle = () => { if (folded.open) fill(box, table); };
  folded.ontoggle();
}

function compare(difference) {
  if (!page.a || !difference) return;
  $("difference").textContent = difference.said;
  $("differences").replaceChildren(...difference.rows.map((row) =>
    make("tr", {}, make("th", { scope: "row" }, row.outcome), make("td", { class: "r" }, row.line))));
  const { text, interval } = page.pinned ? page.pinned.headline : {};
  const pinned = page.pinned ? `A is ${text} (${interval}), ${page.pinned.runs.toLocaleString("en")} runs. ` : "";
  $("pinned").textContent = `${pinned}B is what the controls say. The dashed line is the offensive in A.`;
}

function rerun(answer) {
  const changed = Object.keys(page.b.values).length + page.b.off.length, name = page.b.scenario.replace(/\.yaml$/, "");
  $("command").textContent = `offramp run ${changed ? name + "-explored.yaml" : page.b.scenario} --runs ${answer.of} --seed ${answer.seed}`;
  $("hash").textContent = answer.hash;
  $("seed").textContent = answer.seed;
}

// From a control's event to the paint after every figure followed, and the page's own part of that, as measures of the
// browser's timeline.
function measured(answer, came) {
  const started = page.moves.get(answer.n);
  if (started === undefined) return;
  for (const stamp of page.moves.keys()) if (stamp <= answer.n) page.moves.delete(stamp);
  requestAnimationFrame(() => {
    const channel = new MessageChannel();
    channel.port1.onmessage = () => {
      const end = performance.now();
      performance.measure("offramp-answer", { start: started, end });
      performance.measure("offramp-paint", { start: came, end });
    };
    channel.port2.postMessage(0);
  });
}

// -- questions ----------------------------------------------------------------------------------------------------

function focusOn(slider) {
  if (page.focused === slider.path) return;
  page.focused = slider.path;
  $("focus-title").textContent = `${slider.of}: ${slider.label}`;
  $("focus-hint").textContent = slider.hint;
  $("tip").disabled = false;
  $("tip-answer").replaceChildren();
}

function takeTip(tip) {
  $("tip").disabled = false;
  if (tip.path !== page.focused) return;
  $("tip-answer").replaceChildren(...tip.sentences.map((text) => make("p", {}, text)));
  if (typeof tip.value === "number") {
    const button = make("button", { type: "button" }, "Move it there");
    button.addEventListener("click", () => setState({ ...page.b, values: { ...page.b.values, [tip.path]: tip.value } }));
    $("tip-answer").append(button);
  }
}

function tellRun(run) {
  $("story-title").textContent = `Run ${run}`;
  $("story-text").replaceChildren(make("p", {}, "It is played once more …"));
  if (!$("story").open) $("story").showModal();
  send({ type: "story", run, state: page.b });
}

function takeStory(story) {
  $("story-title").textContent = story.title;
  $("story-text").replaceChildren(...story.sentences.map((text) => make("p", {}, text)));
}

function takeExport({ text, name }) {
  const link = make("a", { href: URL.createObjectURL(new Blob([text], { type: "application/yaml" })), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

function takeImport({ state }) {
  banner("");
  setState(state);
}

async function imported(file) {
  if (!file) return;
  if (file.size > 256 * 1024) banner("That file is too large for a scenario.");
  else send({ type: "import", text: await file.text() });
}

// -- the page's own buttons -----------------------------------------------------------------------------------------

$("picker").addEventListener("change", (event) => setState({ scenario: event.target.value, values: {}, off: [] }));
$("reset").addEventListener("click", () => setState({ scenario: page.b.scenario, values: {}, off: [] }));
$("pin").addEventListener("click", () => { page.a = page.b; page.pinned = null; sendState(); settled(); });
$("unpin").addEventListener("click", () => { page.a = page.pinned = charts.overlay = null; sendState(); settled(); charts.redraw(); });
$("swap").addEventListener("click", () => setState(page.a));
$("export").addEventListener("click", () => send({ type: "export", state: page.b }));
$("import").addEventListener("change", (event) => { imported(event.target.files[0]); event.target.value = ""; });
$("story").addEventListener("close", () => send({ type: "stop" }));
$("tip").addEventListener("click", () => {
  $("tip").disabled = true;
  $("tip-answer").replaceChildren(make("p", {}, "Looking, value by value …"));
  send({ type: "tip", path: page.focused, state: page.b });
});
$("drawer").addEventListener("click", () => {
  const open = $("controls").classList.toggle("open");
  $("drawer").setAttribute("aria-expanded", open);
  if (open) $("controls").focus();
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && $("controls").classList.contains("open") && !$("story").open) $("drawer").click();
});
for (const kind of ["dragover", "drop", "dragleave"]) {
  document.addEventListener(kind, (event) => {
    event.preventDefault();
    document.body.classList.toggle("dropping", kind === "dragover");
    if (kind === "drop") imported(event.dataTransfer.files[0]);
  });
}

function explain(event) {
  const target = event.target instanceof Element ? event.target.closest("[data-explain]") : null, box = $("tooltip");
  box.hidden = !target;
  if (!target) return;
  box.textContent = target.dataset.explain;
  const place = target.getBoundingClientRect();
  box.style.left = Math.max(8, Math.min(place.left, innerWidth - box.offsetWidth - 8)) + "px";
  box.style.top = (place.bottom + box.offsetHeight + 8 < innerHeight ? place.bottom + 6 : place.top - box.offsetHeight - 6) + "px";
}
document.addEventListener("pointerover", explain);
document.addEventListener("focusin", explain);
window.addEventListener("hashchange", () => {
  const { a, b } = address.read();
  page.a = a;
  if (b) setState(b);
});

for (const one of document.querySelectorAll("[data-explain]")) one.setAttribute("aria-description", one.dataset.explain);
const opened = address.read();
page.b = opened.b || { scenario: "", values: {}, off: [] };
page.a = opened.a;
connect();
