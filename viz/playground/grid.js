// What every neuron answers over the plane of the inputs (or along the line, or for one sample).
const FINE = 48, COARSE = 32, COARSEST = 24;  // points a side: at rest, playing, playing on a busy machine
const plane = { size: 0, x: null, layers: [] };
const spans = page.range;  // of each input: from, to
function gridOf(size) {
  if (plane.size === size) return;
  const points = [], [across, up] = spans;
  const at = ([low, high], k) => low + (high - low) * (k + 0.5) / size;
  if (page.view === "line") for (let k = 0; k < size * 4; k++) points.push(across[0] + (across[1] - across[0]) * k / (size * 4 - 1));
  else for (let j = 0; j < size; j++) for (let i = 0; i < size; i++) points.push(at(across, i), at(up, size - 1 - j));
  Object.assign(plane, { size, x: Float64Array.from(points), n: points.length / program.inputs });
}
const input = Float64Array.from(row(shownSet(), 0));  // where there is no plane: the sample that is looked at
// Which of the program's layers is which column of the drawing: the next of as many units.
const layerOf = (() => {
  let next = 0;
  return page.network.columns.map(({ column, width, maps }) => {
    if (!column) return -1;
    const found = program.layers.findIndex(({ shape }, k) => k >= next && (maps ? shape.length === 3 : shape.length === 1) && shape[0] === width);
    if (found >= 0) next = found + 1;
    return found;
  });
})();
function lookOver() {
  if (page.view === "plane" || page.view === "line") {
    gridOf(!session.playing ? FINE : busy() ? COARSEST : COARSE);
    plane.layers = program.activations(plane.x, plane.n);
  } else {
    Object.assign(plane, { size: 0, x: input, n: 1, layers: program.activations(input, 1) });
  }
}
// Numbers of one unit at all the points: an array, where it begins, and from one point to the next.
function seen(k, unit) {
  if (!page.network.columns[k].column) return page.network.columns[k].width === program.inputs ? [plane.x, unit, program.inputs] : null;
  const layer = plane.layers[layerOf[k]];
  return layer ? [layer, unit, layer.length / plane.n] : null;
}
function scaleOf(k) {  // at which number a picture's colour is full: no smaller than 1, or all looks alike
  if (!page.network.columns[k].column) return Math.max(...spans.flat().map(Math.abs));
  let most = 1;
  for (const x of plane.layers[layerOf[k]] ?? []) if (Math.abs(x) > most && Math.abs(x) < Infinity) most = Math.abs(x);
  return most;
}
const brush = document.createElement("canvas"), brushPen = brush.getContext("2d"), ink = {};
function inkFor(width, height) {
  if (ink.image?.width !== width || ink.image.height !== height) {
    Object.assign(brush, { width, height });
    ink.image = new ImageData(width, height);
    ink.pixels = new Uint32Array(ink.image.data.buffer);
  }
  return ink;
}
function inked() {
  brushPen.putImageData(ink.image, 0, 0);
  return brush;
}
function picture(values, start, stride, scale, middle = 0) {  // on the brush, a pixel a point
  const size = plane.size;
  const { pixels } = inkFor(size, size);
  for (let k = 0, at = start; k < pixels.length; k++, at += stride) pixels[k] = shade((values[at] - middle) / scale);
  return inked();
}
