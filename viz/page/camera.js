// Fit, zoom, pan, and the small map of a drawing beyond two screens.
const figure = byId("figure"), drawing = byId("drawing"), world = byId("world"), map = byId("map");
const camera = { x: 0, y: 0, scale: 1, bounds: [0, 0, 1, 1], touched: false, width: 1, height: 1 };
drawing.removeAttribute("viewBox");
const calm = matchMedia("(prefers-reduced-motion: reduce)");

function look() {
  world.setAttribute("transform", `translate(${camera.x} ${camera.y}) scale(${camera.scale})`);
  drawing.classList.toggle("tiny", camera.scale < 0.36);  // texts of less than five pixels: a card holds one word
  drawing.classList.toggle("dusty", camera.scale < 0.24);  // or no number either
  const [left, top, width, height] = camera.bounds;
  const large = width * camera.scale > 2 * camera.width || height * camera.scale > 2 * camera.height;
  map.toggleAttribute("hidden", !large);
  map.view?.setAttribute("x", -camera.x / camera.scale);
  map.view?.setAttribute("y", -camera.y / camera.scale);
  map.view?.setAttribute("width", camera.width / camera.scale);
  map.view?.setAttribute("height", camera.height / camera.scale);
}
function inView([x, y, width, height]) {
  const [left, top] = [x * camera.scale + camera.x, y * camera.scale + camera.y];
  return left < camera.width && top < camera.height && left + width * camera.scale > 0 && top + height * camera.scale > 0;
}
const DUST = 0.1;  // a drawing that would be smaller begins at the value in question
const CORNER = [132, 52];  // where the buttons stand: at the top, on a phone at the bottom
function fitting() {
  const whole = within(0), scale = whole.scale;
  if (scale > 0 && scale < DUST) {
    const [x, y, w, h] = placed.at[`v${state.step ? root : 0}`] || camera.bounds;
    return { x: camera.width / 2 - (x + w / 2) * 0.8, y: camera.height / 2 - (y + h / 2) * 0.8, scale: 0.8 };
  }
  return hides(whole) ? within(CORNER[1]) : whole;
}
function within(kept) {  // the whole drawing in the window, but for a strip of it
  const [left, top, width, height] = camera.bounds, air = Math.min(32, camera.width / 24);
  const room = [camera.width - 2 * air, camera.height - (kept ? kept + air / 2 : 2 * air)];
  const scale = Math.min(1.4, Math.max(1, room[0]) / width, Math.max(1, room[1]) / height), above = wide.matches ? kept : 0;
  const [x, y] = [(camera.width - width * scale) / 2, above + (camera.height - kept - height * scale) / 2];
  return { x: x - left * scale, y: y - top * scale, scale };
}
function hides({ x, y, scale }) {  // whether a card stands under the buttons
  const [width, height] = CORNER, low = wide.matches ? 0 : camera.height - height;
  return Object.values(placed.at).some(([left, top, , h]) => (
    left * scale + x < width && top * scale + y < low + height && (top + h) * scale + y > low
  ));
}
function fit() {
  Object.assign(camera, fitting(), { touched: false });
  look();
}
function zoom(factor, x = camera.width / 2, y = camera.height / 2) {
  const scale = Math.min(6, Math.max(0.05, camera.scale * factor)), by = scale / camera.scale;
  Object.assign(camera, { x: x - (x - camera.x) * by, y: y - (y - camera.y) * by, scale, touched: true });
  look();
}
function pan(dx, dy) {
  Object.assign(camera, { x: camera.x + dx, y: camera.y + dy, touched: true });
  look();
}

let gliding = 0;
function glide(dx, dy) {
  cancelAnimationFrame(gliding);
  if (calm.matches) return pan(dx, dy);
  const began = performance.now();
  let done = 0;
  const tick = (now) => {
    const t = Math.min(1, Math.max(0, (now - began) / 260)), eased = 1 - (1 - t) ** 3;
    pan((eased - done) * dx, (eased - done) * dy);
    done = eased;
    if (t < 1) gliding = requestAnimationFrame(tick);
  };
  gliding = requestAnimationFrame(tick);
}
// Where the drawing is larger than its window, keep what happens in sight; too far apart: the first.
function follow(boxes) {
  if (!boxes.length) return;
  const size = [camera.width, camera.height], shift = [0, 0];
  for (const axis of [0, 1]) {
    const at = axis ? camera.y : camera.x;
    const ends = boxes.map((box) => [box[axis] * camera.scale + at, (box[axis] + box[axis + 2]) * camera.scale + at]);
    let low = Math.min(...ends.map((end) => end[0])), high = Math.max(...ends.map((end) => end[1]));
    if (high - low > size[axis] - 24) [low, high] = ends[0];
    if (low < 8 || high > size[axis] - 8) shift[axis] = (size[axis] - low - high) / 2;
  }
  if (shift[0] || shift[1]) glide(...shift);
}

// Pointers: one drags the drawing, two pinch it. A leaf is dragged by leaves.js, which comes first.
const pointers = new Map();
let held = null;  // lets go of the leaf under a first finger: with a second it is a pinch
drawing.addEventListener("pointerdown", (event) => {
  if (event.button || event.defaultPrevented) return;
  held?.();
  pointers.set(event.pointerId, [event.clientX, event.clientY]);
  drawing.setPointerCapture(event.pointerId);
  drawing.classList.add("moving");
});
drawing.addEventListener("pointermove", (event) => {
  const before = pointers.get(event.pointerId);
  if (!before) return;
  const box = figure.getBoundingClientRect(), now = [event.clientX, event.clientY];
  if (pointers.size === 1) pan(now[0] - before[0], now[1] - before[1]);
  else {
    const [, other] = [...pointers].find(([id]) => id !== event.pointerId);
    const apart = (p) => Math.hypot(p[0] - other[0], p[1] - other[1]) || 1;
    zoom(apart(now) / apart(before), (now[0] + other[0]) / 2 - box.x, (now[1] + other[1]) / 2 - box.y);
  }
  pointers.set(event.pointerId, now);
});
for (const end of ["pointerup", "pointercancel"]) {
  drawing.addEventListener(end, (event) => {
    pointers.delete(event.pointerId);
    if (!pointers.size) drawing.classList.remove("moving");
  });
}
// On a page that scrolls the wheel belongs to the page, until the drawing has the focus.
const scrolls = () => document.documentElement.scrollHeight > innerHeight + 1 || window !== window.top;
figure.addEventListener("wheel", (event) => {
  if (scrolls() && !event.ctrlKey && !figure.contains(document.activeElement)) return;
  event.preventDefault();
  typing.blur();  // its card moves away from under it
  const box = figure.getBoundingClientRect();
  const lines = event.deltaMode === 1 ? 16 : 1;
  zoom(Math.exp(-event.deltaY * lines * (event.ctrlKey ? 0.01 : 0.0016)), event.clientX - box.x, event.clientY - box.y);
}, { passive: false });
byId("closer").onclick = () => zoom(1.3);
byId("farther").onclick = () => zoom(1 / 1.3);
byId("fit").onclick = fit;

function drawMap(boxes) {
  const [left, top, width, height] = camera.bounds;
  map.setAttribute("viewBox", `${left - 20} ${top - 20} ${width + 40} ${height + 40}`);
  const spots = boxes.map(([x, y, w, h]) => draw("rect", { class: "spot", x, y, width: w, height: h, rx: 8 }));
  map.view = draw("rect", { class: "view" });
  map.replaceChildren(...spots, map.view);
  look();
}
map.addEventListener("pointerdown", (event) => { map.setPointerCapture(event.pointerId); centre(event); });
map.addEventListener("pointermove", (event) => { if (event.buttons) centre(event); });
function centre(event) {
  const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(map.getScreenCTM().inverse());
  pan(camera.width / 2 - at.x * camera.scale - camera.x, camera.height / 2 - at.y * camera.scale - camera.y);
}
