// The program, its training, and who draws what came of it: at most once a frame.
const page = JSON.parse(byId("data").textContent);
const bytesOf = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt());
const spelled = ({ kind, bytes, by = 1 }) => {  // numbers of packed.py
  const raw = { u1: Uint8Array, f4: Float32Array, f8: Float64Array }[kind];
  return Float64Array.from(new raw(bytesOf(bytes).buffer), (x) => x / by);
};
for (const part of Object.values(page.data)) Object.assign(part, { x: spelled(part.x), y: spelled(part.y) });
const shape = page.shape;  // rows and columns, of inputs that are images
const program = createProgram();
const training = createTraining(program, page.data, page.settings);
const session = {
  playing: false,
  step: 0,
  edited: false,  // whether points came, went or moved
  sample: -1,  // of the training set, the one that the last step looked at
  looked: null,  // the unit whose picture is large: [column, place]
  edge: null,  // the edge under the pointer
};
const listeners = [];
const still = matchMedia("(prefers-reduced-motion: reduce)");
let asked = false, turn = 0, since = 0, between = 16;  // milliseconds from frame to frame, of late
const busy = () => session.playing && between > 18;  // then the picture and the network take turns
function soon() {
  if (asked) return;
  asked = true;
  requestAnimationFrame(frame);
}
function frame(now) {
  asked = false;
  turn++;
  if (session.playing) between += (Math.min(100, now - since) - between) * 0.1;
  since = now;
  if (session.playing) advance(now);
  for (const listener of listeners) listener(now);
  if (session.playing) soon();
}
const set = (name) => training.data[name];
const shownSet = () => set("test").n ? "test" : "train";  // whose samples are shown
const row = (name, i) => set(name).x.slice(i * program.inputs, (i + 1) * program.inputs);
const target = (name, i) => {
  const { y, n } = set(name), width = y.length / n;
  return Array.from(y.slice(i * width, (i + 1) * width));
};

// Where no step has left its gradients: those of the mean loss of all samples.
function slopes() {
  if (program.drops.length) return;  // dropout would draw its chances anew
  const { x, y, n } = set("train");
  program.loss(x, y, n);
}

// A canvas as sharp as the screen, in CSS pixels.
function sheet(canvas) {
  const ratio = devicePixelRatio || 1, { clientWidth: width, clientHeight: height } = canvas;
  const [w, h] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== w || canvas.height !== h) Object.assign(canvas, { width: w, height: h });
  const pen = canvas.getContext("2d");
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  pen.clearRect(0, 0, width, height);
  return { pen, width, height };
}
