// The page of the review: one draft, one place in it, and an answer a key. The server decides what holds and writes it.

import { coded, Form, signed } from "./form.js";
import { make } from "./make.js";
import { selected, show, Words } from "./text.js";

const $ = (id) => document.getElementById(id);
const page = { frame: null, state: null, at: null, form: null, adding: null, busy: false, warned: false };
const words = new Words($("text"));

// -- the server ---------------------------------------------------------------------------------------------------

async function get(path) {
  try {
    const reply = await fetch(path);
    return await reply.json();
  } catch {
    banner("The server does not answer. Start it again with offramp review; what was saved is in the draft.");
    return null;
  }
}

async function post(answer) {
  const body = JSON.stringify({ revision: page.state.revision, ...answer });
  try {
    const reply = await fetch("/answer", { method: "POST", headers: { "Content-Type": "application/json" }, body });
    return reply.headers.get("Content-Type").startsWith("application/json")
      ? { ok: reply.ok, isStale: reply.status === 409, ...(await reply.json()) } : { ok: false, said: `Not saved: ${await reply.text()}`, faults: [] };
  } catch {
    return { ok: false, said: "Not saved: the server does not answer. Start it again with offramp review; what you typed stays here.", faults: [] };
  }
}

// Gives one answer at a time: what comes before the last is on disk was given to what nobody has seen yet.
async function answer(asked) {
  if (page.busy) return null;
  page.busy = true;
  document.body.setAttribute("aria-busy", "true");
  const reply = await post(asked);
  if (reply.state) page.state = reply.state;
  if (reply.isStale) await load();
  page.busy = false;
  document.body.setAttribute("aria-busy", "false");
  const faults = page.form && reply.faults ? page.form.fault(reply.faults) : (reply.faults ?? []).map((one) => (one.field ? `${label(one.field)}: ${one.said}` : one.said));
  say(reply.ok ? reply.said : "");
  const isInForm = page.form && reply.faults?.length && !faults.length;
  banner(reply.ok ? "" : isInForm ? "Not saved: see the fields marked below." : [reply.said, ...faults].join(" "));
  return reply.ok ? reply : (refreshed(), null);
}

function label(key) {
  return page.frame.fields.find((one) => one.key === key)?.label ?? key;
}

function say(text) {
  $("said").textContent = text;
}

function banner(text) {
  $("banner").textContent = text;
  $("banner").hidden = !text;
}

// -- places -------------------------------------------------------------------------------------------------------

const itemsAt = ({ source, place }) => page.state.items.filter((one) => one.source === source && one.place === place);
const isTicked = ({ source, place }) => (page.state.done[source] ?? []).includes(place);
const isSame = (a, b) => a.source === b.source && a.place === b.place && a.item === b.item;

// Every place to stop at: the items of a paragraph, then the paragraph itself. Place 0 has items of no paragraph.
function stops() {
  return page.frame.articles.flatMap(({ id: source, count }) =>
    Array.from({ length: count + 1 }, (_, place) => ({ source, place })).flatMap((at) =>
      [...itemsAt(at).map((one) => ({ ...at, item: one.id })), ...(at.place ? [{ ...at, item: "" }] : [])]));
}

function isOpen(stop) {
  return stop.item ? item(stop.item).status === "proposed" : !isTicked(stop);
}

const item = (id) => page.state.items.find((one) => one.id === id);
const article = (source) => page.frame.articles.find((one) => one.id === source);

function step(by) {
  const every = stops(), here = every.findIndex((one) => isSame(one, page.at));
  go(every[Math.min(Math.max(here + by, 0), every.length - 1)]);
}

// Goes on to what is still open, after here first, then from the start.
function goOn() {
  const every = stops(), here = every.findIndex((one) => isSame(one, page.at));
  go([...every.slice(here + 1), ...every.slice(0, here + 1)].find(isOpen) ?? page.at);
}

function go(at, focus = true) {
  page.at = at;
  leave();
  words.forget();
  getSelection().removeAllRanges();
  refreshed();
  if (focus) $(at.item ? "item-title" : "title").focus({ preventScroll: true });
  $("places").querySelector("[aria-current]")?.scrollIntoView({ block: "nearest" });
}

// -- what is shown ------------------------------------------------------------------------------------------------

function refreshed() {
  if (!(page.at.place <= article(page.at.source)?.count)) page.at = stops()[0];
  if (page.at.item && !item(page.at.item)) page.at = { ...page.at, item: "" };
  const { progress, left, last } = page.state;
  $("progress").textContent = progress.said;
  $("share").style.width = `${100 * progress.share}%`;
  $("undo").disabled = !last;
  $("undo").title = last ? `Take back: ${last}` : "";
  $("left").replaceChildren(...(left.length ? left : ["Nothing. Close this page and run offramp adopt."]).map((text) => make("li", {}, text)));
  list();
  reading();
  if (!page.form) coding();
}

function list() {
  $("places").replaceChildren(...page.frame.articles.map((one) =>
    make("section", {}, make("h2", {}, one.title), make("div", { class: "chips" }, ...Array.from({ length: one.count + 1 }, (_, place) => chip({ source: one.id, place })).filter(Boolean)))));
}

function chip(at) {
  const items = itemsAt(at), open = items.filter((one) => one.status === "proposed").length;
  if (!at.place && !items.length) return null;
  const done = at.place ? isTicked(at) : !open, name = at.place ? `Paragraph ${at.place}` : "Items of no paragraph";
  const button = make("button", { type: "button", class: open ? "open" : done ? "ticked" : "", "aria-label": `${name}, ${open} open, ${done ? "nothing more" : "not ticked"}` },
    make("b", {}, at.place ? String(at.place) : "–"), make("small", {}, [open || "", done ? "✓" : ""].join("") || "·"));
  if (at.source === page.at.source && at.place === page.at.place) button.setAttribute("aria-current", "true");
  button.addEventListener("click", () => visit({ ...at, item: (items.find((one) => one.status === "proposed") ?? items[0])?.id ?? "" }));
  return button;
}

function reading() {
  const { source, place } = page.at, from = article(source), text = from.paragraphs?.[place - 1], before = from.paragraphs?.[place - 2];
  $("article").textContent = `${from.title} (${from.from})`;
  $("title").textContent = place ? `Paragraph ${place} of ${from.count}` : "Items of no paragraph";
  $("text").hidden = $("text-help").hidden = text === undefined;
  $("before").hidden = before === undefined;
  $("before-text").textContent = before ?? "";
  if (text !== undefined) show($("text"), text, spans());
  const unmarked = [from.missing, item(page.at.item)?.unmarked].filter(Boolean).join(" ");
  $("missing").textContent = unmarked;
  $("missing").hidden = !unmarked;
  $("tick").checked = isTicked(page.at);
  $("tick").disabled = $("new").disabled = !place;
}

function spans() {
  const others = itemsAt(page.at).filter((one) => one.span).map((one) => ({ span: one.span, current: !page.adding && one.id === page.at.item }));
  return page.adding?.span ? [...others, { span: page.adding.span, current: true }] : others;
}

function coding() {
  const items = itemsAt(page.at), one = item(page.at.item);
  $("tabs").replaceChildren(...items.map((other) => tab(other)));
  $("tabs").hidden = !items.length;
  $("item-title").replaceChildren(...(one ? [one.id, " ", badge(one.status)] : ["Is there anything more?"]));
  $("item").replaceChildren(...(one ? shown(one) : asked(items.length)));
}

const badge = (status) => make("span", { class: `badge ${status}` }, status);

function tab(one) {
  const button = make("button", { type: "button", class: "tab" }, one.id, " ", badge(one.status));
  if (one.id === page.at.item) button.setAttribute("aria-current", "true");
  button.addEventListener("click", () => visit({ ...page.at, item: one.id }));
  return button;
}

function asked(count) {
  const found = count ? "Those above are all that was found in this paragraph." : "Nothing was found in this paragraph.";
  return [make("p", {}, found), make("p", {}, "About half of what an article says is missed: read it, add what is missing, then tick “nothing more here”.")];
}

function shown(one) {
  const rows = page.frame.fields.filter(({ key }) => key !== "says").map((field) => [field.label, written(field, one.values[field.key])]).filter(([, text]) => text);
  const buttons = [["a", "Accept"], ["r", "Reject"], ["e", "Edit"]].map(([key, words]) => {
    const button = make("button", { type: "button", ...(key === "a" && one.status === "proposed" ? { class: "main" } : {}) }, words, " ", make("kbd", {}, key));
    button.addEventListener("click", () => ACTS[key]());
    return button;
  });
  return [make("p", { class: "lead", dir: "auto" }, one.values.says), make("div", { class: "buttons" }, ...buttons),
    make("dl", { class: "facts" }, ...rows.map(([name, text]) => make("div", {}, make("dt", {}, name), make("dd", { dir: "auto" }, text)))),
    make("p", { class: "small" }, one.small)];
}

function written(field, value) {
  if (field.widget === "cast") return value.map((id) => page.frame.cast.find((one) => one.id === id)?.name ?? id).join(", ");
  if (field.widget === "flag") return value ? "yes" : "";
  if (field.key === "bearing") return `${signed(value)}${Number(value) > 0 ? ", for an offensive" : Number(value) < 0 ? ", against an offensive" : ""}`;
  return value && field.widget === "choice" ? coded(field, value) : value;
}

// -- answers ------------------------------------------------------------------------------------------------------

async function decide(what) {
  if (page.at.item && (await answer({ do: what, item: page.at.item }))) goOn();
}

async function tick() {
  if (!page.at.place) return;
  const on = !isTicked(page.at);
  if (!(await answer({ do: "tick", source: page.at.source, paragraph: page.at.place, on }))) return;
  if (on) goOn();
  else refreshed();
}

function edit() {
  const one = item(page.at.item);
  if (one) fill(one.values, one.id, null);
}

function add() {
  if (!page.at.place) return;
  const span = $("text").hidden ? null : selected($("text"));
  fill(article(page.at.source).blank, "", { span });
}

function fill(values, id, adding) {
  page.adding = adding;
  const others = page.state.items.filter((one) => one.id !== id && one.status !== "rejected").map((one) => ({ id: one.id, says: one.values.says }));
  page.form = new Form(page.frame, values, { items: others, occasions: page.state.occasions });
  const save = make("button", { class: "main" }, "Save ", make("kbd", {}, "Ctrl"), " ", make("kbd", {}, "Enter")), back = make("button", { type: "button" }, "Leave ", make("kbd", {}, "Esc"));
  const buttons = make("div", { class: "buttons" }, save, back);
  page.form.element.append(buttons);
  page.form.element.addEventListener("submit", (event) => { event.preventDefault(); saved(id); });
  back.addEventListener("click", abandon);
  if (adding) page.at = { ...page.at, item: "" };
  reading();
  coding();
  $("item-title").replaceChildren(id ? `Edit ${id}` : adding.span ? "New item on the words marked" : "New item on the whole paragraph");
  $("item").replaceChildren(page.form.element);
  page.form.focus();
}

async function saved(id) {
  const { source, place: paragraph } = page.at;
  const asked = id ? { do: "edit", item: id, values: page.form.changed() } : { do: "add", source, paragraph, span: page.adding.span, values: page.form.values() };
  const reply = await answer(asked);
  if (!reply) return;
  if (id) goOn();
  else go({ ...page.at, item: reply.item });
}

function leave() {
  page.form = page.adding = null;
  page.warned = false;
}

// Leaves the form for a place; where something was typed, only when asked twice.
function visit(at) {
  if (page.form?.isChanged() && !page.warned) {
    page.warned = true;
    say("What you typed is not saved. Once more drops it.");
    return;
  }
  say("");
  banner("");
  go(at);
}

const abandon = () => visit(page.at);

async function undo() {
  const before = page.state, reply = await answer({ do: "undo" });
  if (reply) go(moved(before, page.state) ?? page.at);
}

// The place at which two states differ.
function moved(before, after) {
  const was = new Map(before.items.map((one) => [one.id, JSON.stringify(one)])), now = new Map(after.items.map((one) => [one.id, JSON.stringify(one)]));
  const one = [...after.items, ...before.items].find(({ id }) => was.get(id) !== now.get(id));
  if (one) return { source: one.source, place: one.place, item: now.has(one.id) ? one.id : "" };
  const ticks = ({ done }) => Object.entries(done).flatMap(([source, numbers]) => numbers.map((place) => JSON.stringify({ source, place, item: "" })));
  const [old, current] = [new Set(ticks(before)), new Set(ticks(after))];
  const place = [...current].find((at) => !old.has(at)) ?? [...old].find((at) => !current.has(at));
  return place ? JSON.parse(place) : null;
}

// -- keys ---------------------------------------------------------------------------------------------------------

const ACTS = {
  a: () => decide("accept"), r: () => decide("reject"), e: edit, n: add, x: tick, " ": tick, u: undo, "?": help,
  j: () => step(1), k: () => step(-1), ArrowRight: () => step(1), ArrowDown: () => step(1), ArrowLeft: () => step(-1), ArrowUp: () => step(-1),
};

function help() {
  $("keys").showModal();
}

function inForm(event) {
  if (event.key === "Escape") abandon();
  else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) page.form.element.requestSubmit();
  else {
    page.warned = false;
    return;
  }
  event.preventDefault();
}

document.addEventListener("keydown", (event) => {
  if (!page.state || $("keys").open || event.isComposing) return;
  if (page.form) { inForm(event); return; }
  const isOnControl = event.target.closest("button, a, input, summary");
  if (event.ctrlKey || event.metaKey || event.altKey || !Object.hasOwn(ACTS, event.key) || (event.key === " " && isOnControl)) return;
  event.preventDefault();
  if (event.repeat && !/^(j|k|Arrow.*)$/.test(event.key)) return;
  ACTS[event.key]();
});

$("tick").addEventListener("change", () => { $("tick").checked = isTicked(page.at); if (!page.form) tick(); });
$("new").addEventListener("mousedown", (event) => event.preventDefault());  // it would drop what is selected
$("new").addEventListener("click", () => { if (!page.form) add(); });
$("undo").addEventListener("click", () => { if (!page.form) undo(); });
$("help").addEventListener("click", help);
window.addEventListener("beforeunload", (event) => { if (page.form?.isChanged()) event.preventDefault(); });

// Another window or an editor may have changed the draft.
async function look() {
  if (!page.state || page.busy || document.hidden) return;
  const reply = await get("/state");
  if (!reply || page.busy || (reply.state.revision === page.state.revision && !reply.faults)) return;
  await load();
  say("The draft was changed by somebody else; this is how it is now.");
  banner((reply.faults ?? []).map((one) => one.said).join(" "));
  refreshed();
}
window.addEventListener("focus", look);
document.addEventListener("visibilitychange", look);

// Reads the draft with its articles; returns what there is to say where it cannot be shown.
async function load() {
  const opened = await get("/draft");
  if (opened?.frame) {
    page.frame = opened.frame;
    page.state = opened.state;
    $("caution").textContent = page.frame.caution;
    document.title = `${page.frame.articles[0].title} – offramp review`;
  }
  return opened?.frame ? "" : [opened?.said ?? $("banner").textContent, ...(opened?.faults ?? []).map((one) => one.said)].join(" ");
}

banner(await load());
if (page.state) {
  $("list").open = matchMedia("(min-width: 62rem)").matches;
  const every = stops();
  go(every.find(isOpen) ?? every[0]);
}
document.body.setAttribute("aria-busy", "false");
