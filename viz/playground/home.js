// What goes home: the weights as a file, the page as an address.
const framed = !/^(file|https?):$/.test(location.protocol);
byId("weights").onclick = () => {
  const file = new Blob([weightsFile(program)], { type: "application/octet-stream" });
  const link = make("a", { href: URL.createObjectURL(file), download: "weights.npz" });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  say("The weights, as weights.npz: nn.load(\"weights.npz\", model) reads them.");
};
const LONGEST = 4000;  // weights that an address has room for
const initial = { ...training.settings };
const bytes = (array) => btoa(Array.from(new Uint8Array(Float64Array.from(array).buffer), (b) => String.fromCharCode(b)).join(""));
const numbersIn = (text) => new Float64Array(Uint8Array.from(atob(text), (c) => c.charCodeAt()).buffer);
// The settings that differ; and once there is anything to lose, all that training holds.
function stated() {
  const differ = Object.entries(training.settings).filter(([name, x]) => name in fields && x !== initial[name]);
  const parts = differ.map(([name, x]) => `${name}=${x}`);
  if ((training.steps() || session.typed || session.edited) && program.size <= LONGEST) parts.push(`state=${encodeURIComponent(packed(training.state()))}`);
  return `#${parts.join("&")}`;
}
function packed({ train, parameters, kept, ...rest }) {
  const points = session.edited ? { x: bytes(train.x), y: bytes(train.y) } : null;
  return JSON.stringify({ ...rest, parameters: bytes(parameters), kept: kept.map(([name, x]) => [name, bytes(x)]), train: points });
}
function unpacked(text) {
  const state = JSON.parse(text), { train, parameters, kept } = state;
  const points = train ? { x: numbersIn(train.x), y: numbersIn(train.y) } : page.data.train;
  return { ...state, parameters: numbersIn(parameters), kept: kept.map(([name, x]) => [name, numbersIn(x)]), train: points };
}
let remembering = 0;
function remember() {  // browsers allow some hundred changes of the address in half a minute
  clearTimeout(remembering);
  remembering = setTimeout(() => {
    byId("here").setAttribute("href", stated());
    try { history.replaceState(null, "", stated()); } catch { /* a frame */ }
  }, 400);
}
function fromAddress() {
  const given = new URLSearchParams(location.hash.slice(1)), change = {};
  for (const [name, value] of given) {
    if (name === "optimizer" && value in CALLED) change.optimizer = value;
    else if (name in fields && name !== "optimizer" && value.trim() && Number(value) >= 0) change[name] = Number(value);
  }
  training.change(change);
  if ("seed" in change) training.reset(change.seed);
  try {
    if (given.get("state")) {
      const state = unpacked(given.get("state"));
      training.restore(state);
      session.edited = state.train !== page.data.train;
    }
  } catch { say("This address was cut off: only its settings are taken."); }
  session.step = training.steps();
  slopes();
  showSettings();
  soon();
}
byId("here").hidden = byId("weights").hidden = framed;
addEventListener("hashchange", fromAddress);
