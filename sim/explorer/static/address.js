// The state of the page in its address: scenario, inputs moved, what is off; the pinned state beside it.

function packed(state) {
  const parts = new URLSearchParams();
  parts.set("s", state.scenario);
  for (const path of Object.keys(state.values).sort()) parts.set(path, String(state.values[path]));
  if (state.off.length) parts.set("off", [...state.off].sort().join(","));
  return parts;
}

function unpacked(parts) {
  const state = { scenario: parts.get("s"), values: {}, off: [] };
  if (!state.scenario) return null;
  for (const [key, value] of parts) {
    if (key === "off") state.off = value.split(",").filter(Boolean);
    else if (key !== "s" && key !== "a" && Number.isFinite(Number(value))) state.values[key] = Number(value);
  }
  return state;
}

export function read() {
  const parts = new URLSearchParams(location.hash.slice(1));
  const pinned = parts.get("a");
  return { b: unpacked(parts), a: pinned ? unpacked(new URLSearchParams(pinned)) : null };
}

let waiting = 0;

// Not at every step of a hand that moves: browsers limit how often an address may change.
export function write(b, a) {
  clearTimeout(waiting);
  waiting = setTimeout(() => {
    const parts = packed(b);
    if (a) parts.set("a", packed(a).toString());
    history.replaceState(null, "", "#" + parts.toString().replaceAll("%2C", ","));
  }, 200);
}
