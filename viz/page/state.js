// What the page shows now; `refresh` shows it again after a change.
const initial = Float64Array.from(nodes, (node) => node.data);
const state = {
  numbers: Float64Array.from(initial),
  step: page.start,
  overview: page.start === last && page.live,  // everything known, and no step under the light
  chosen: -1,  // the value that is explained
  folded: new Set(),
  predict: false,
  answered: new Set(),
  now: null,  // values, local derivatives, gradients
  shown: null,  // gradients as far as the step has come
};
const listeners = [];
let waiting = false;
function refresh(hurried = false) {  // hurried: what is out of sight may wait until the hand lets go
  state.hurried = hurried;
  state.now = run(state.numbers);
  state.shown = state.step < last ? backward(state.now, state.step).grad : state.now.grad;
  waiting = waiting && hurried;
  for (const listener of listeners) listener();
}
function soon() {  // once a frame, however many changes came
  if (waiting) return;
  waiting = true;
  requestAnimationFrame(() => { if (waiting) refresh(true); waiting = false; });
}
const moved = () => leaves.filter((i) => !Object.is(state.numbers[i], initial[i]));
const knowsData = (i) => !nodes[i].in || state.step >= forwardStep.get(i);
const knowsGrad = (i) => state.step >= turn;
const hidden = (i) => state.predict && !state.answered.has(i) && i !== root;
const passed = (i) => state.step >= backwardStep.get(i);  // its gradient has been handed on
