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
const MOST_WORK = 1e9;  // products that opening an address may take: some seconds
const initial = { ...training.settings };
const float32 = (array) => btoa(Array.from(new Uint8Array(Float32Array.from(array).buffer), (b) => String.fromCharCode(b)).join(""))
  .replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
const numbersIn = (text) => Float64Array.from(new Float32Array(bytesOf(text.replaceAll("-", "+").replaceAll("_", "/")).buffer));
// What it takes to train to a step: passes of its samples, and of all to know the losses.
function work(step) {
  const { train, test } = training.data, all = train.n + test.n;
  return step * program.size * (3 * Math.min(training.settings.batch || train.n, train.n) + all / training.history.every);
}
// The settings that differ, the step and what was changed on the way, if they lead here; else, once there is
// anything to lose, all that training holds.
function stated() {
  const step = training.steps(), way = session.edited ? null : training.way(), short = way && work(step) < MOST_WORK;
  const { origin, changes } = short ? way : { origin: training.settings, changes: [] };
  const parts = Object.keys(fields).filter((name) => origin[name] !== initial[name]).map((name) => `${name}=${origin[name]}`);
  if (short && step) parts.push(`step=${step}`);
  const then = changes.flatMap(([at, change]) => Object.entries(change).map((pair) => [at, ...pair].join(":")));
  if (then.length) parts.push(`then=${then.join(";")}`);
  if (!short && program.size <= LONGEST) parts.push(`state=${encodeURIComponent(packed(training.state()))}`);
  return `#${parts.join("&")}`;
}
function packed({ train, parameters, kept, ...rest }) {
  const points = session.edited ? { x: float32(train.x), y: float32(train.y) } : null;
  return JSON.stringify({ ...rest, parameters: float32(parameters), kept: kept.map(([name, x]) => [name, float32(x)]), train: points });
}
function unpacked(text) {
  const state = JSON.parse(text), { train, parameters, kept } = state;
  const points = train ? { x: numbersIn(train.x), y: numbersIn(train.y) } : page.data.train;
  return { ...state, parameters: numbersIn(parameters), kept: kept.map(([name, x]) => [name, numbersIn(x)]), train: points };
}
byId("here").addEventListener("click", () => {
  if (training.steps() && !/(step|state)=/.test(stated())) say("The address holds the settings only: there are too many weights for it. Save the weights as a file.");
});
let remembering = 0;
function remember() {  // browsers allow some hundred changes of the address in half a minute
  clearTimeout(remembering);
  remembering = setTimeout(() => {
    byId("here").setAttribute("href", stated());
    try { history.replaceState(null, "", stated()); } catch { /* a frame */ }
  }, 400);
}
const LEAST = { batch: 0, epochs: 1, seed: 0 };  // of what is counted
function settingOf(name, value) {  // a setting, or nothing
  if (!(name in fields)) return {};
  if (isText(name)) return [...fields[name].options].some((option) => option.value === value) ? { [name]: value } : {};
  const x = value.trim() ? Number(value) : NaN, least = LEAST[name];
  return x >= (least ?? 0) && x < Infinity && (least === undefined || Number.isInteger(x)) ? { [name]: x } : {};
}
function fromAddress() {  // at step 0
  const given = new URLSearchParams(location.hash.slice(1)), change = Object.assign({}, ...[...given].map(([name, value]) => settingOf(name, value)));
  training.change(change);
  try {
    if (given.get("state")) restoreFrom(given.get("state"));
    else if (given.get("step")) retrace(Number(given.get("step")), given.get("then"));
    session.step = training.steps();
    if (session.step) say(spokenState());
  } catch { training.reset(); say("This address was cut off: only its settings are taken."); }
  session.step = training.steps();
  slopes();
  showSettings();
  soon();
}
function restoreFrom(text) {
  const state = unpacked(text);
  training.restore(state);
  session.edited = state.train !== page.data.train;
}
function retrace(step, then) {  // from the beginning, as whoever sent the address did
  for (const part of then?.split(";") ?? []) {
    const [at, name, value] = part.split(":");
    trainTo(Number(at));
    training.change(settingOf(name, value));
  }
  trainTo(step);
}
function trainTo(step) {
  if (!(Number.isInteger(step) && step > 0 && work(step) < MOST_WORK)) throw RangeError("too far");
  while (training.steps() < step && Number.isFinite(training.step().loss));
}
byId("here").hidden = byId("weights").hidden = framed;
addEventListener("hashchange", () => {  // an address says all: what it does not name is as it came
  Object.assign(training.data.train, page.data.train);
  Object.assign(training.settings, initial);
  session.edited = false;
  restart();
  fromAddress();
});
