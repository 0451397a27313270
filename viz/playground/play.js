// Play, one step, one sample.
const BUDGET = 9;  // milliseconds of training in a frame: the rest is for the drawing
let before = 0, owed = 0;
function advance(now) {
  const pace = Number(byId("pace").value), budget = busy() ? BUDGET / 2 : BUDGET, until = performance.now() + budget;
  session.sample = -1;
  if (pace === Infinity) {
    training.run(budget);
    session.step = training.steps();
    if (!Number.isFinite(training.loss("train"))) stuck();
  } else {
    owed = Math.min(pace / 10 + 1, owed + pace * Math.min(100, now - before) / 1000);
    while (session.playing && owed >= 1 && performance.now() < until) { owed--; took(training.step()); }
  }
  before = now;
}
function took({ step, loss }) {
  if (!Number.isFinite(loss)) { stuck(); return; }
  session.step = step;
}
function stuck() {
  play(false);
  say("The loss is no number any more, and nothing moves: a smaller learning rate, then reset.");
}
function play(on = !session.playing) {
  if (on === session.playing) return;
  session.playing = on;
  byId("play").textContent = on ? "❚❚ pause" : "▶ play";
  before = performance.now();
  owed = 1;
  if (on) say("Training."); else { say(spokenState()); remember(); }
  soon();
}
function single(run, sentence) {
  play(false);
  const was = program.parameters.slice(), result = run();
  took(result);
  if (Number.isFinite(result.loss)) say(sentence(result), moved(was, result.rate));
  remember();
  soon();
}
function moved(was, rate) {  // the weight that the step moved the furthest
  let most = -1;
  was.forEach((w, k) => { if (!(Math.abs(w - program.parameters[k]) <= Math.abs(was[most] - program.parameters[most]))) most = k; });
  if (most < 0) return "";
  const { optimizer, penalty } = training.settings, g = program.gradients[most];
  const [from, to] = [number(was[most]), number(program.parameters[most])];
  const plain = optimizer === "sgd" && !penalty;
  return plain ? `The furthest: ${parameterName(most)} = ${from} − ${number(rate)} · ${g < 0 ? `(${number(g)})` : number(g)} = ${to}`
    : `The furthest: ${parameterName(most)}, from ${from} to ${to}; its gradient is ${number(g)}`;
}
const stepped = ({ step, loss }) => `Step ${step}: the mean loss of the batch was ${number(loss)}. Each weight went a little down its gradient.`;
function sampled({ step, loss }) {
  const i = session.sample, inputs = row("train", i);
  const x = inputs.length > 4 ? "" : ` (${Array.from(inputs, (x) => number(x, 3)).join(", ")})`;
  return `Step ${step}, on sample ${i + 1} alone${x}, which should give ${target("train", i).map((y) => number(y, 3)).join(", ")}: its loss was ${number(loss)}.`;
}
function oneSample() {
  session.sample = (session.sample + 1) % set("train").n;
  if (plane.size === 0) { input.set(row("train", session.sample)); atSample = shownSet() === "train" ? session.sample : -1; }
  single(() => training.sample(session.sample), sampled);
}
function say(...lines) {
  byId("caption").replaceChildren(...lines.filter(Boolean).map((line) => make("p", { textContent: line })));
}
const percent = (x) => `${Math.round(1000 * x) / 10} %`;
function spokenState() {
  const parts = [`Step ${session.step}: loss ${number(training.loss("train"), 3)} on the training set`];
  if (set("test").n) parts.push(`${number(training.loss("test"), 3)} held out`);
  const right = accuracyOf("train");
  if (right !== null) parts.push(`${percent(right)} right`);
  return `${parts.join(", ")}.`;
}
const accuracyOf = (name) => { const share = training.accuracy(name); return share === share ? share : null; };
byId("play").onclick = () => play();
byId("step").onclick = () => single(() => training.step(), stepped);
byId("one").onclick = oneSample;
byId("reset").onclick = () => restart();
function restart() {
  play(false);
  training.reset(training.settings.seed);
  Object.assign(session, { step: 0, sample: -1 });
  slopes();
  say("Back at step 0.");
  remember();
  soon();
}
