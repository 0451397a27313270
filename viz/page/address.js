// The address holds the step, the numbers and the folds; in a frame there may be none to hold them.
// A leaf may be called step or fold: its first letter is written in another way.
const inAddress = (name) => encodeURIComponent(name).replace(/^[sf](?=tep$|old$)/, (c) => `%${c.charCodeAt().toString(16)}`);
function stated() {
  const parts = [];
  if (!(state.overview && state.step === last)) parts.push(`step=${state.step}`);
  for (const i of moved()) parts.push(`${inAddress(nodes[i].full)}=${exact(state.numbers[i])}`);
  if ([...state.folded].join() !== [...usual].join()) parts.push(`fold=${[...state.folded].sort((a, b) => a - b).join(".")}`);
  return `#${parts.join("&")}`;
}
let usual = new Set();  // what is folded at first sight
let settled = 0, spare = 50, wrote = 0;
function remember() {
  byId("here").setAttribute("href", stated());
  clearTimeout(settled);  // browsers allow some hundred changes of the address in half a minute
  const write = () => { try { history.replaceState(null, "", stated()); } catch { /* a frame */ } };
  const now = performance.now();
  spare = Math.min(50, spare + (now - wrote) / 300);
  wrote = now;
  if (spare < 1) { settled = setTimeout(write, 400); return; }
  spare--;
  write();
}
function said() {  // by the address, as far as it can be read
  const known = new Map(leaves.map((i) => [nodes[i].full, i])), found = { numbers: [], any: false };
  for (const part of location.hash.slice(1).split("&")) {
    const [name, value] = part.split("=");
    if (name === "step" && /^\d{1,9}$/.test(value)) found.step = Number(value);
    else if (name === "fold") found.folds = (value || "").split(".").filter(Boolean).map(Number);
    else {
      let label = "";
      try { label = decodeURIComponent(name); } catch { continue; }
      const x = value && value.trim() ? Number(value.replace("inf", "Infinity")) : NaN;
      if (!known.has(label) || frozen || (x !== x && value !== "nan")) continue;
      found.numbers.push([known.get(label), x]);
    }
    found.any = true;
  }
  return found;
}
function fromAddress() {
  const { step, folds, numbers } = said();
  for (const [i, x] of numbers) state.numbers[i] = x;
  if (folds) fold(folds);
  if (folds || numbers.length) refresh();
  if (step !== undefined) { pause(); go(step); }
}
function fold(which) {
  state.folded = new Set(which.filter((g) => g in groups));
  arrange(false);
}
if (!/^(file|https?):$/.test(location.protocol)) byId("here").hidden = true;
addEventListener("hashchange", () => {  // an address says all: what it does not name is as it came
  if (location.hash.length > 1 && !said().any) return;
  pause();
  state.numbers.set(initial);
  Object.assign(state, { step: page.start, overview: page.live });
  fold([...usual]);
  fromAddress();
  refresh();
  mark();
  remember();
});
