// One number in: the fitted line, and the points.
const LINE = {
  paint() {
    const paper = sheet(view), { pen } = paper, count = columns.at(-1).width, looked = session.looked;
    pen.fillStyle = colours.ground;
    pen.fillRect(0, 0, paper.width, paper.height);
    axes(pen, paper.width, paper.height);
    for (const name of ["test", "train"]) for (let i = 0; i < set(name).n; i++) {
      target(name, i).forEach((y, c) => dotAt(paper, row(name, i)[0], y, name, i, c));
    }
    const unit = looked && columns[looked[0]].units[looked[1]].unit, found = looked && seen(looked[0], unit);
    if (found && looked[0] < columns.length - 1) curve(paper, ...found, colours.active);
    const values = plane.layers.at(-1);
    for (let c = 0; c < count; c++) curve(paper, values, c, count, count > 1 ? SERIES[c % SERIES.length] : colours.positive);
    paintCursor(paper);
  },
  where: (x, y) => PLANE.where(x, y),
};
function curve(paper, values, start, stride, colour) {
  const { pen } = paper;
  pen.beginPath();
  for (let k = 0; k < plane.n; k++) pen.lineTo(...place(paper, plane.x[k], values[start + k * stride]));
  pen.strokeStyle = colour;
  pen.lineWidth = 2.5;
  pen.stroke();
}
function dotAt(paper, px, py, name, i, c) {
  const { pen } = paper, [x, y] = place(paper, px, py);
  pen.beginPath();
  pen.arc(x, y, name === "train" ? 4.2 : 3.2, 0, 7);
  pen.fillStyle = name === "train" ? (columns.at(-1).width > 1 ? SERIES[c % SERIES.length] : colours.text) : colours.background;
  pen.strokeStyle = name === "train" ? colours.background : colours.muted;
  pen.lineWidth = 1.4;
  pen.fill();
  pen.stroke();
  if (name === "train" && i === session.sample) ring(pen, x, y);
}
