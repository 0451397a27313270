// The neurons of the drawing: pictures, names, and a button on each for pointer and keys.
const KINDS = { input: "input-line", output: "output-line" };
const buttons = columns.map((column, k) => column.units.map((unit, j) => {
  if (unit.unit < 0) return null;
  const button = make("button", { type: "button", className: "unit", tabIndex: k || j ? -1 : 0 });
  button.setAttribute("aria-label", `${column.title} ${unit.name}`);
  button.onpointerenter = () => look(k, j);
  button.onpointerleave = () => look();
  button.onfocus = () => { look(k, j); roam(k, j); };
  button.onblur = () => look();
  button.onkeydown = (event) => walk(event, k, j);
  unitsGroup.append(button);
  return button;
}));
function roam(k, j) {  // one stop for the tabulator, arrows within
  for (const button of buttons.flat()) if (button) button.tabIndex = button === buttons[k][j] ? 0 : -1;
}
function walk(event, k, j) {
  const [dk, dj] = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key] ?? [];
  if (dk === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  event.stopPropagation();
  const column = buttons[k + dk];
  if (!column) return;
  let to = dk ? Math.round((j + 0.5) / buttons[k].length * column.length - 0.5) : j + dj;
  if (!column[to]) to += dj || 1;
  column[to]?.focus();
}
function look(k, j) {
  session.looked = k === undefined ? null : [k, j];
  if (k !== undefined) buttons[k][j].setAttribute("aria-label", spokenUnit(k, j));
  showCard();
  soon();
}
function spokenUnit(k, j) {
  const { name, bias = [] } = columns[k].units[j], [b] = bias;
  const own = b === undefined ? "" : `: bias ${number(program.parameters[b])}, its gradient ${number(program.gradients[b])}`;
  return `${columns[k].title} ${name}${own}`;
}
function placeUnits() {
  buttons.forEach((column, k) => column.forEach((button, j) => {
    const [x, y, half] = at[k][j];
    if (button) Object.assign(button.style, { left: `${x - half}px`, top: `${y - half}px`, width: `${2 * half}px`, height: `${2 * half}px` });
  }));
}
function paintColumn(pen, column, k) {
  const [x] = at[k][0], scale = plane.layers.length ? scaleOf(k) : 1;
  pen.textAlign = "center";
  pen.fillStyle = colours.text;
  pen.font = "600 12px Helvetica, Arial, sans-serif";
  writeWithin(pen, column.title, x, 20);
  if (column.after) pen.fillText("⋯", (x + at[k - 1][0][0]) / 2, 20);
  pen.fillStyle = colours.muted;
  pen.font = "11px Helvetica, Arial, sans-serif";
  if (flow.subtitled) writeWithin(pen, column.subtitle, x, 35);
  column.units.forEach((unit, j) => paintUnit(pen, unit, k, j, scale));
}
function writeWithin(pen, text, x, y) {  // centred, unless that were beyond the edge
  const half = pen.measureText(text).width / 2 + 8;
  pen.fillText(text, Math.max(half, Math.min(figure.clientWidth - half, x)), y);
}
function paintUnit(pen, unit, k, j, scale) {
  const [x, y, half] = at[k][j], chosen = session.looked?.[0] === k && session.looked[1] === j;
  if (unit.unit < 0) {
    pen.fillStyle = colours.muted;
    pen.font = "11px Helvetica, Arial, sans-serif";
    pen.strokeStyle = colours.background;
    pen.lineWidth = 5;
    pen.lineJoin = "round";
    pen.strokeText(`⋮ ${unit.name}`, x, y + 4);
    pen.fillText(`⋮ ${unit.name}`, x, y + 4);
    return;
  }
  pen.save();
  pen.beginPath();
  pen.roundRect(x - half, y - half, 2 * half, 2 * half, Math.min(8, half * 0.4));
  pen.fillStyle = colours.background;
  pen.fill();
  pen.clip();
  if (shape && unit.into?.length === shape[0] * shape[1]) pen.drawImage(weightPicture(unit.into), x - half, y - half, 2 * half, 2 * half);
  else fillUnit(pen, unit.unit, k, scale, x, y, half);
  pen.restore();
  pen.beginPath();
  pen.roundRect(x - half, y - half, 2 * half, 2 * half, Math.min(8, half * 0.4));
  pen.strokeStyle = colours[chosen ? "active" : KINDS[unit.kind] ?? "value-line"];
  pen.lineWidth = chosen ? 3 : 1.2;
  pen.stroke();
  nameUnit(pen, unit, k, x, y, half);
}
function fillUnit(pen, unit, k, scale, x, y, half) {
  if (columns[k].maps) { fillMap(pen, unit, k, x, y, half); return; }
  const found = seen(k, unit);
  if (!found) return;
  const [values, start, stride] = found;
  if (page.view === "plane") {
    const answer = k === columns.length - 1 && page.answer.kind === "binary";
    const image = answer ? answerPicture(unit) : picture(values, start, stride, scale);
    pen.imageSmoothingEnabled = true;
    pen.drawImage(image, x - half, y - half, 2 * half, 2 * half);
  } else if (page.view === "line") {
    pen.strokeStyle = colours.accent;
    pen.lineWidth = 1.5;
    pen.beginPath();
    for (let i = 0; i < plane.n; i++) pen.lineTo(x - half + 2 * half * i / (plane.n - 1), y - half * 0.9 * values[start + i * stride] / scale);
    pen.stroke();
  } else {
    const [r, g, b] = [0, 8, 16].map((bits) => shade(values[start] / scale) >> bits & 255);
    pen.fillStyle = `rgb(${r},${g},${b})`;
    pen.fill();
  }
}
function fillMap(pen, unit, k, x, y, half) {  // an image, of the sample that is looked at
  const values = k ? plane.layers[layerOf[k]] : input, [rows, across] = k ? program.layers[layerOf[k]]?.shape.slice(1) ?? [] : shape ?? [];
  if (!across) return;
  const { pixels } = inkFor(across, rows), most = k ? scaleOf(k) : Math.max(1, ...input);
  for (let p = 0; p < pixels.length; p++) pixels[p] = shade(values[unit * pixels.length + p] / most);
  pen.drawImage(inked(), x - half, y - half, 2 * half, 2 * half);
}
function weightPicture(into) {  // what a neuron of images looks for
  const weights = into.map((p) => program.parameters[p]), most = Math.max(...weights.map(Math.abs)) || 1, { pixels } = inkFor(shape[1], shape[0]);
  weights.forEach((w, i) => { pixels[i] = shade(w / most); });
  return inked();
}
function nameUnit(pen, unit, k, x, y, half) {
  const [b] = unit.bias ?? [];
  if (b !== undefined) {  // its bias: a small square in the corner
    const bias = program.parameters[b];
    pen.fillStyle = bias < 0 ? colours.negative : colours.positive;
    pen.globalAlpha = Math.min(1, 0.15 + Math.abs(bias));
    pen.fillRect(x - half - 2, y + half - 5, 6, 6);
    pen.globalAlpha = 1;
  }
  if (k && k < columns.length - 1) return;
  pen.fillStyle = colours.text;
  pen.font = "13px Helvetica, Arial, sans-serif";
  pen.textAlign = k ? "left" : "right";
  pen.fillText(unit.called, k ? x + half + 6 : x - half - 6, y + 4);
  pen.textAlign = "center";
}
