// The loss of both sets over the steps; on a logarithmic scale where it spans more than a factor of 20.
function paintCurves() {
  const { steps, train, test } = training.history, { pen, width, height } = sheet(byId("curves"));
  const pad = { left: 44, right: 8, top: 8, bottom: 18 }, every = [...train, ...(set("test").n ? test : [])].filter((y) => Math.abs(y) < Infinity);
  if (!every.length) return;
  let low = every.reduce((a, b) => Math.min(a, b)), high = every.reduce((a, b) => Math.max(a, b));
  const log = low > 0 && high > 20 * low, scale = log ? Math.log : (y) => y;
  if (!log) low = Math.min(0, low);
  if (high === low) high = low + 1;
  const last = Math.max(1, steps.at(-1)), x = (s) => pad.left + (width - pad.left - pad.right) * s / last;
  const y = (v) => height - pad.bottom - (height - pad.top - pad.bottom) * (scale(v) - scale(low)) / (scale(high) - scale(low));
  frameCurves(pen, pad, width, height, [low, high], last, y, log);
  const draw = (values, colour, dash) => {
    pen.beginPath();
    const by = Math.max(1, Math.floor(values.length / width));
    for (let k = 0; k < values.length; k += by) if (Math.abs(values[k]) < Infinity) pen.lineTo(x(steps[k]), y(values[k]));
    pen.strokeStyle = colour;
    pen.setLineDash(dash);
    pen.lineWidth = 1.8;
    pen.stroke();
    pen.setLineDash([]);
  };
  if (set("test").n) draw(test, colours.muted, [4, 3]);
  draw(train, colours.accent, []);
  if (session.step < steps.at(-1)) {  // looking back
    pen.beginPath();
    pen.moveTo(x(session.step), pad.top);
    pen.lineTo(x(session.step), height - pad.bottom);
    pen.strokeStyle = colours.active;
    pen.lineWidth = 1.5;
    pen.stroke();
  }
}
function frameCurves(pen, pad, width, height, [low, high], last, y, log) {
  pen.font = "11px Helvetica, Arial, sans-serif";
  pen.fillStyle = colours.muted;
  pen.strokeStyle = colours.hairline;
  pen.lineWidth = 1;
  for (const v of [low, high]) {
    pen.beginPath();
    pen.moveTo(pad.left, y(v));
    pen.lineTo(width - pad.right, y(v));
    pen.stroke();
    pen.textAlign = "right";
    pen.fillText(number(v, 2), pad.left - 5, y(v) + 4);
  }
  pen.textAlign = "left";
  pen.fillText("0", pad.left, height - 3);
  pen.textAlign = "right";
  if (training.history.steps.at(-1)) pen.fillText(`step ${last}`, width - pad.right, height - 3);
  if (log) pen.fillText("logarithmic", width - pad.right, pad.top + 12);
}
function numbersNow() {
  const sets = set("test").n ? [["train", "training"], ["test", "held out"]] : [["train", "training"]];
  return sets.map(([name, label]) => {
    const right = accuracyOf(name);
    return [name, label, number(training.loss(name), 3), right === null ? "" : `${percent(right)} right`];
  }).concat(training.settings.schedule === "constant" ? [] : [["rate", "learning rate", number(training.rate(), 3), "now"]]);
}
const numberRows = new Map();
function writeNumbers() {
  const now = numbersNow();
  numberRows.get("rate")?.loss.closest("div").toggleAttribute("hidden", now.at(-1)[0] !== "rate");
  for (const [name, label, loss, right] of now) {
    if (!numberRows.has(name)) {
      const parts = { loss: make("b"), right: make("span", { className: "small" }) };
      numberRows.set(name, parts);
      byId("numbers").append(make("div", {}, make("dt", { className: name, textContent: label }), make("dd", {}, parts.loss, " ", parts.right)));
    }
    const parts = numberRows.get(name);
    if (parts.loss.textContent !== loss) parts.loss.textContent = loss;
    if (parts.right.textContent !== right) parts.right.textContent = right;
  }
}
