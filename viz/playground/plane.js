// The large picture of a plane: what is answered where, the boundary, and the points.
const view = byId("view");
function level(x) {  // an answer as −1 … 1, with 0 where it is undecided
  const { middle, half, logits } = page.answer;
  return logits ? Math.tanh(x / 2) : (x - middle) / half;
}
function answerPicture(unit = 0) {
  const [values, , stride] = seen(columns.length - 1, unit);
  if (page.answer.kind === "classes") return classPicture(values, stride);
  if (page.answer.logits) return picture(Float64Array.from(values, level), unit, stride, 1);
  return picture(values, unit, stride, page.answer.half, page.answer.middle);
}
function classPicture(values, count) {
  const paper = channels(colours.background), { pixels } = inkFor(plane.size, plane.size);
  for (let k = 0; k < pixels.length; k++) {
    const [best, share] = winner(values, k * count, count);
    pixels[k] = pixel(mixed(paper, channels(SERIES[best % SERIES.length]), 0.12 + 0.6 * share));
  }
  return inked();
}
function winner(values, start, count) {  // the class of the largest, and its share
  let best = 0, sum = 0;
  for (let c = 1; c < count; c++) if (values[start + c] > values[start + best]) best = c;
  for (let c = 0; c < count; c++) sum += page.answer.logits ? Math.exp(values[start + c] - values[start + best]) : values[start + c];
  return [best, page.answer.logits ? 1 / sum : Math.max(0, Math.min(1, values[start + best]))];
}
const place = ({ width, height }, x, y) => {  // of a point of the plane on the sheet
  const [[a, b], [c, d]] = spans;
  return [(x - a) / (b - a) * width, (d - y) / (d - c) * height];
};
const PLANE = {
  paint() {
    const paper = sheet(view), { pen, width, height } = paper, looked = session.looked;
    const unit = looked && columns[looked[0]].units[looked[1]].unit, found = looked && seen(looked[0], unit);
    const image = found && looked[0] < columns.length - 1 ? picture(...found, scaleOf(looked[0])) : answerPicture(unit ?? 0);
    pen.imageSmoothingEnabled = true;
    pen.imageSmoothingQuality = "high";
    pen.drawImage(image, 0, 0, width, height);
    if (!looked && page.answer.kind === "binary") boundary(pen, width, height);
    axes(pen, width, height);
    for (const name of ["test", "train"]) for (let i = 0; i < set(name).n; i++) dot(paper, name, i);
    paintCursor(paper);
  },
  where(x, y) {
    const [[a, b], [c, d]] = spans;
    return [a + x * (b - a), d - y * (d - c)];
  },
};
function boundary(pen, width, height) {  // marching squares between the points of the grid
  const [values, , stride] = seen(columns.length - 1, 0), size = plane.size, cell = width / size, z = (i, j) => level(values[(j * size + i) * stride]);
  pen.beginPath();
  for (let j = 0; j + 1 < size; j++) for (let i = 0; i + 1 < size; i++) {
    const corners = [[i, j, z(i, j)], [i + 1, j, z(i + 1, j)], [i + 1, j + 1, z(i + 1, j + 1)], [i, j + 1, z(i, j + 1)]];
    let drawn = 0;
    corners.forEach(([x, y, v], k) => {
      const [X, Y, V] = corners[(k + 1) % 4];
      if (v > 0 === V > 0) return;
      const t = v / (v - V), to = [(x + (X - x) * t + 0.5) * cell, (y + (Y - y) * t + 0.5) * height / size];
      if (drawn++ % 2) pen.lineTo(...to); else pen.moveTo(...to);
    });
  }
  pen.strokeStyle = colours.text;
  pen.lineWidth = 1.6;
  pen.stroke();
}
function axes(pen, width, height) {
  const [[a, b], [c, d]] = spans;
  pen.font = "11px Helvetica, Arial, sans-serif";
  pen.lineWidth = 3;
  pen.strokeStyle = colours.background;
  pen.fillStyle = colours.text;
  const write = (text, x, y, align) => { pen.textAlign = align; pen.strokeText(text, x, y); pen.fillText(text, x, y); };
  write(number(a, 2), 5, height - 5, "left");
  write(number(b, 2), width - 5, height - 5, "right");
  write(page.axes[0], width / 2, height - 5, "center");
  write(number(d, 2), 5, 14, "left");
  write(page.axes[1], 5, height / 2, "left");
  pen.textAlign = "center";
}
function dot(paper, name, i) {  // held out: smaller, and hollow
  const [x, y] = place(paper, ...row(name, i)), { pen } = paper, kind = kindOf(name, i), half = name === "train" ? 4.2 : 3.2;
  pen.beginPath();
  if (kind % 2) pen.arc(x, y, half, 0, 7); else { pen.moveTo(x, y - half * 1.25); pen.lineTo(x + half * 1.25, y); pen.lineTo(x, y + half * 1.25); pen.lineTo(x - half * 1.25, y); pen.closePath(); }
  pen.fillStyle = name === "train" ? pointColour(kind, name, i) : colours.background;
  pen.strokeStyle = name === "train" ? colours.background : pointColour(kind, name, i);
  pen.lineWidth = name === "train" ? 1.2 : 1.8;
  pen.fill();
  pen.stroke();
  if (name === "train" && i === session.sample) ring(pen, x, y);
}
function ring(pen, x, y) {
  pen.beginPath();
  pen.arc(x, y, 10, 0, 7);
  pen.strokeStyle = colours.active;
  pen.lineWidth = 3;
  pen.stroke();
}
const kindOf = (name, i) => {
  const y = target(name, i);
  if (page.answer.kind === "classes") return y.length === 1 ? y[0] : y.indexOf(Math.max(...y));
  return page.answer.kind === "binary" ? Number(y[0] > page.answer.middle) : 1;
};
const pointColour = (kind, name, i) => page.answer.kind === "numbers" ? (target(name, i)[0] < page.answer.middle ? colours.negative : colours.positive) : kindColour(kind);
