// Inputs that are no plane: images, reconstructions, or answers against targets.
function drawImage(pen, values, start, [rows, across], x, y, side) {  // an image, dark where its numbers are large
  const cell = side / Math.max(rows, across), [paper, ink] = [channels(colours.background), channels(colours.text)];
  const { pixels } = inkFor(across, rows);
  for (let k = 0; k < pixels.length; k++) pixels[k] = pixel(mixed(paper, ink, Math.max(0, Math.min(1, values[start + k]))));
  pen.imageSmoothingEnabled = false;
  pen.drawImage(inked(), x, y, across * cell, rows * cell);
  pen.strokeStyle = colours.hairline;
  pen.lineWidth = 1;
  pen.strokeRect(x, y, across * cell, rows * cell);
}
function guess(values, i, width) {
  if (page.answer.kind === "classes") return winner(values, i * width, width)[0];
  return Number(level(values[i * width]) > 0);
}
const IMAGES = {  // the sample of now, how sure the answers are, and what others are taken for
  paint() {
    const { pen, width } = sheet(view), name = shownSet(), count = columns.at(-1).width, size = width * 0.44;
    drawImage(pen, input, 0, shape, 0, 0, size);
    bars(pen, plane.layers.at(-1), count, size + 16, width);
    const cell = width / 6, n = Math.min(set(name).n, 6 * Math.floor((width - size - 12) / (cell + 8))), answers = program.predict(set(name).x.slice(0, n * program.inputs), n);
    for (let i = 0; i < n; i++) {
      const x = (i % 6) * cell, y = size + 12 + Math.floor(i / 6) * (cell + 8), said = guess(answers, i, count), right = said === kindOf(name, i);
      drawImage(pen, set(name).x, i * program.inputs, shape, x + 4, y, cell - 18);
      if (i === atSample) frameImage(pen, x + 4, y, cell - 18);
      pen.fillStyle = right ? colours.text : colours.active;
      pen.font = `${right ? "" : "bold "}12px Helvetica, Arial, sans-serif`;
      pen.textAlign = "left";
      pen.fillText(`${right ? "" : "✗ "}${page.classes[said] ?? said}`, x + 4, y + cell - 5);
    }
  },
};
function frameImage(pen, x, y, side) {  // the one that is large
  pen.strokeStyle = colours.accent;
  pen.lineWidth = 2;
  pen.strokeRect(x - 2, y - 2, side + 4, side * shape[0] / Math.max(...shape) + 4);
}
function bars(pen, values, count, x, width) {
  const yes = (level(values[0]) + 1) / 2, two = page.answer.kind === "binary", best = two ? Number(yes > 0.5) : winner(values, 0, count)[0];
  const shares = two ? [1 - yes, yes] : Array.from({ length: count }, (_, c) => page.answer.logits ? Math.exp(values[c] - values[best]) : Math.max(0, values[c]));
  const height = Math.min(22, width * 0.44 / shares.length), sum = shares.reduce((a, b) => a + b);
  shares.forEach((share, c) => {
    pen.fillStyle = c === best ? colours.active : colours.accent;
    pen.fillRect(x + 26, c * height + 3, Math.max(1, (width - x - 30) * share / (sum || 1)), height - 6);
    pen.fillStyle = colours.text;
    pen.font = "11px Helvetica, Arial, sans-serif";
    pen.textAlign = "right";
    pen.fillText(String(page.classes[c] ?? c), x + 20, c * height + height / 2 + 4);
  });
}
const RECONSTRUCTION = {  // what went in above what came out
  paint() {
    const { pen, width } = sheet(view), name = shownSet(), n = Math.min(set(name).n, 12), cell = width / 4;
    const out = program.predict(set(name).x.slice(0, n * program.inputs), n), side = Math.min(cell - 8, view.clientHeight / 6 - 10);
    for (let i = 0; i < n; i++) {
      const x = (i % 4) * cell + 4, y = Math.floor(i / 4) * (2 * side + 18) + 4;
      drawImage(pen, set(name).x, i * program.inputs, shape, x, y, side);
      drawImage(pen, out, i * program.inputs, shape, x, y + side + 4, side);
    }
  },
};
const PAIRS = {  // each answer against what it should be: on the diagonal when right
  paint() {
    const paper = sheet(view), { pen, width, height } = paper, [[a, b]] = spans;
    pen.fillStyle = colours.ground;
    pen.fillRect(0, 0, width, height);
    pen.beginPath();
    pen.moveTo(0, height);
    pen.lineTo(width, 0);
    pen.strokeStyle = colours.hairline;
    pen.lineWidth = 1.5;
    pen.stroke();
    axes(pen, width, height);
    for (const name of ["test", "train"]) {
      const { x, n } = set(name), out = n ? program.predict(x, n) : [], wide = out.length / (n || 1);
      for (let i = 0; i < n; i++) {
        const wanted = target(name, i);
        for (let c = 0; c < wide; c++) dotAt(paper, wanted.length < wide ? Number(wanted[0] === c) : wanted[c], out[i * wide + c], name, i, c);
      }
    }
  },
};
const CONFUSION = {  // a row for each class, a column for each that it is taken for
  paint() {
    const { pen, width } = sheet(view), name = shownSet(), { x, n } = set(name), wide = program.outputs, count = page.classes.length;
    const answers = program.predict(x, n), found = Array.from({ length: count }, () => new Array(count).fill(0));
    for (let i = 0; i < n; i++) found[kindOf(name, i)][guess(answers, i, wide)]++;
    const longest = Math.max(...page.classes.map((name) => widthOf(name, "11px"))), edge = Math.max(48, Math.min(longest + 16, width * 0.4)), cell = (width - edge - 8) / count;
    const short = (k, room) => fitted(page.classes[k], room, "11px");
    pen.font = "11px Helvetica, Arial, sans-serif";
    pen.fillStyle = colours.muted;
    pen.textAlign = "right";
    pen.fillText("it is", edge - 8, edge - 8);
    pen.textAlign = "center";
    pen.fillText("and is taken for", edge + cell * count / 2, edge - 30);
    found.forEach((row, k) => {
      pen.fillStyle = colours.text;
      pen.textAlign = "right";
      pen.fillText(short(k, edge - 16), edge - 8, edge + cell * (k + 0.5) + 4);
      pen.textAlign = "center";
      pen.fillText(short(k, cell - 6), edge + cell * (k + 0.5), edge - 8);
      row.forEach((times, c) => {
        pen.globalAlpha = times ? 0.12 + 0.5 * times / Math.max(...row) : 0.04;
        pen.fillStyle = c === k ? colours.positive : times ? colours.active : colours.muted;
        pen.fillRect(edge + cell * c + 1, edge + cell * k + 1, cell - 2, cell - 2);
        pen.globalAlpha = 1;
        pen.fillStyle = colours.text;
        if (times) pen.fillText(times, edge + cell * (c + 0.5), edge + cell * (k + 0.5) + 4);
      });
    });
  },
};
if (page.view === "images") {
  byId("hint").textContent = "Click an image, or press ← →, to look at it.";
  view.setAttribute("role", "application");
  view.onclick = (event) => {
    const size = view.clientWidth * 0.44, box = view.getBoundingClientRect(), cell = view.clientWidth / 6;
    const [x, y] = [event.clientX - box.left, event.clientY - box.top - size - 12];
    if (y > 0) showSample(Math.floor(x / cell) + 6 * Math.floor(y / (cell + 8)));
  };
  view.onkeydown = (event) => {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!by) return;
    event.preventDefault();
    event.stopPropagation();
    showSample(atSample + by);
  };
}
let atSample = 0;  // of the shown set; −1: another
function showSample(i) {
  const name = shownSet();
  if (!(i >= 0 && i < set(name).n)) return;
  atSample = i;
  input.set(row(name, i));
  say(`Sample ${i + 1} ${name === "test" ? "of those held out" : ""}: it is ${page.classes[kindOf(name, i)] ?? target(name, i).join(", ")}.`);
  soon();
}
