// Points by hand: a click adds one, a drag moves one, Delete removes it; with a cursor for the keys.
const cursor = { shown: false, x: 0.5, y: 0.5, kind: 1, held: -1, tapped: false };  // x, y: 0 … 1 of the picture, from the upper left
const editable = page.view === "plane" || (page.view === "line" && page.answer.kind === "numbers");
const NEAR = 10, LONG = 600;  // pixels; milliseconds
let pressed = 0, from = [0, 0];  // a finger that is down on a point: until it removes it, and where
function endPress() { clearTimeout(pressed); pressed = 0; }
const spot = () => SHOWS[page.view].where(cursor.x, cursor.y);
function nearest() {  // the training point under the cursor, or −1
  const paper = { width: view.clientWidth, height: view.clientHeight };
  let best = NEAR, found = -1;
  for (let i = 0; i < set("train").n; i++) {
    const [x, y] = pointPlace(paper, i), away = Math.hypot(x - cursor.x * paper.width, y - cursor.y * paper.height);
    if (away < best) [best, found] = [away, i];
  }
  return found;
}
const pointPlace = (paper, i) => page.view === "line" ? place(paper, row("train", i)[0], target("train", i)[0]) : place(paper, ...row("train", i));
function pointOf() {  // inputs and target of a point at the cursor
  const [a, b] = spot(), { kind, middle, half, width } = page.answer;
  if (page.view === "line") return [[a], [b]];
  if (kind === "classes") return [[a, b], width === 1 ? [cursor.kind] : Array.from({ length: width }, (_, c) => Number(c === cursor.kind))];
  return [[a, b], [middle + half * (cursor.kind ? 1 : -1)]];
}
function addPoint() {
  training.add(...pointOf());
  session.edited = true;
  told(`Added a point: ${set("train").n} to train on.`);
}
function movePoint(i) {
  const [x, y] = pointOf();
  session.edited = true;
  training.move(i, x, page.view === "line" ? y : undefined);
}
function removePoint(i) {
  if (i < 0 || set("train").n < 2) return;
  training.remove(i);
  session.edited = true;
  session.sample = -1;
  told(`Removed a point: ${set("train").n} to train on.`);
}
function told(sentence) {
  slopes();
  say(sentence);
  remember();
  soon();
}
function follow(event) {
  const box = view.getBoundingClientRect(), inside = (x) => Math.max(0, Math.min(1, x));
  Object.assign(cursor, { x: inside((event.clientX - box.left) / box.width), y: inside((event.clientY - box.top) / box.height) });
}
if (editable) {
  view.onpointerdown = (event) => {
    if (event.button) return;
    follow(event);
    cursor.shown = false;
    cursor.held = nearest();
    cursor.tapped = cursor.held < 0;
    view.setPointerCapture(event.pointerId);
    if (event.pointerType === "touch") pressed = setTimeout(() => { removePoint(cursor.held); cursor.held = -1; }, LONG);
    from = [event.clientX, event.clientY];
  };
  // A finger scrolls the page, unless it is on a point.
  view.addEventListener("touchstart", (event) => { follow(event.touches[0]); if (nearest() >= 0) event.preventDefault(); }, { passive: false });
  view.onpointercancel = () => { endPress(); cursor.tapped = false; cursor.held = -1; };
  view.onpointermove = (event) => {
    if (!view.hasPointerCapture(event.pointerId) || cursor.held < 0) return;
    if (pressed && Math.hypot(event.clientX - from[0], event.clientY - from[1]) < 4) return;  // a finger is never quite still
    endPress();
    follow(event);
    movePoint(cursor.held);
    soon();
  };
  view.onpointerup = () => {
    endPress();
    if (cursor.tapped) addPoint();
    else if (cursor.held >= 0) { slopes(); remember(); }
    Object.assign(cursor, { tapped: false, held: -1 });
  };
  view.oncontextmenu = (event) => { event.preventDefault(); if (event.pointerType === "touch") return; follow(event); removePoint(nearest()); };
  view.onkeydown = keyOnView;
  view.onblur = () => { cursor.shown = false; cursor.held = -1; soon(); };
}
const MOVES = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
function keyOnView(event) {
  if (event.altKey || event.ctrlKey || event.metaKey) return;
  const way = MOVES[event.key], by = event.shiftKey ? 0.1 : 0.02;
  if (way) {
    [cursor.x, cursor.y] = [cursor.x, cursor.y].map((x, k) => Math.max(0, Math.min(1, x + way[k] * by)));
    if (cursor.held >= 0) movePoint(cursor.held);
    view.setAttribute("aria-label", `${byId("shown").textContent}; cursor at ${spot().map((x) => number(x, 3)).join(", ")}`);
  } else if (event.key === "Enter") addPoint();
  else if (event.key === "Delete" || event.key === "Backspace") removePoint(nearest());
  else if (event.key === "m" || event.key === "M") holdPoint();
  else return;
  cursor.shown = true;
  event.preventDefault();
  event.stopPropagation();
  soon();
}
function holdPoint() {
  cursor.held = cursor.held >= 0 ? -1 : nearest();
  say(cursor.held >= 0 ? "Holding a point: arrows move it, M lets go." : "No point held.");
}
function paintCursor({ pen, width, height }) {
  if (!cursor.shown) return;
  const [x, y] = [cursor.x * width, cursor.y * height];
  pen.beginPath();
  for (const [dx, dy] of Object.values(MOVES)) { pen.moveTo(x + 4 * dx, y + 4 * dy); pen.lineTo(x + 14 * dx, y + 14 * dy); }
  pen.strokeStyle = colours.active;
  pen.lineWidth = 2.5;
  pen.stroke();
}
const TOLD = {
  confusion: `How often each kind is taken for which, of the ${set("test").n ? "samples held out" : "training set"}.`,
  reconstruction: "Above what goes in, below what the network makes of it.",
  pairs: "A dot a sample: on the line where the answer is the target.",
};
function nameOutputs() {  // which of several outputs has which colour
  const last = columns.at(-1);
  if (!["line", "pairs"].includes(page.view) || last.width < 2) return;
  byId("kinds").setAttribute("aria-label", "The colours of the outputs");
  for (const { unit, name } of last.units) if (unit >= 0) {
    const swatch = make("span", { className: "swatch" });
    swatch.style.background = SERIES[unit % SERIES.length];
    byId("kinds").append(make("span", { className: "small" }, swatch, name));
  }
}
function offerKinds() {
  nameOutputs();
  if (!editable) {
    view.style.cursor = "default";
    if (page.view !== "images") view.removeAttribute("tabindex");
    byId("hint").textContent ||= TOLD[page.view] ?? "";
    return;
  }
  byId("hint").textContent = matchMedia("(pointer: coarse)").matches ? "A tap adds a point, a drag moves one, a long press removes it."
    : "Click adds a point, drag moves one, right click removes it.";
  view.setAttribute("role", "application");
  if (page.answer.kind === "numbers" && page.view === "line") return;
  const names = page.answer.kind === "classes" ? page.classes : [page.classes[0] ?? "low", page.classes[1] ?? "high"];
  names.forEach((name, k) => {
    const button = make("button", { type: "button", title: `A click adds a point of ${name}` }, make("span", { className: "swatch" }), String(name));
    button.onclick = () => { cursor.kind = k; showKinds(); };
    byId("kinds").append(button);
  });
  showKinds();
}
function showKinds() {
  [...byId("kinds").children].forEach((button, k) => {
    button.setAttribute("aria-pressed", k === cursor.kind);
    button.firstChild.style.background = kindColour(k);
  });
}
