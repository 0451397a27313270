// The network: weight and gradient on every edge, in every neuron its own picture.
const figure = byId("figure"), unitsGroup = byId("units"), { columns, edges } = page.network;
const at = [];  // of each column, of each unit: x, y, half of its side
const flow = { phase: 0, before: 0 };
function arrange() {
  const width = figure.clientWidth, height = figure.clientHeight, top = 50, bottom = byId("legend").offsetHeight + 18;
  const reach = columns.flatMap((c) => c.units.flatMap((u) => [u.y - c.size / 2, u.y + c.size / 2]));
  const low = Math.min(...reach), high = Math.max(...reach), wide = columns.at(-1).x - columns[0].x || 1;
  const tall = Math.min(1.5, (height - top - bottom) / (high - low)), side = Math.min(1.3, tall * 1.06);
  const edge = Math.max(columns[0].size * side / 2 + 28, width > 520 ? 56 : 40), across = Math.min(2.2, (width - 2 * edge) / wide);
  columns.forEach((column, k) => {
    at[k] = column.units.map((unit) => [
      width / 2 + (column.x - wide / 2 - columns[0].x) * across,
      top + (height - top - bottom) / 2 + (unit.y - (low + high) / 2) * tall,
      column.size * side / 2,
    ]);
  });
  Object.assign(flow, { across, tall, left: width / 2 - (wide / 2 + columns[0].x) * across, top: top + (height - top - bottom) / 2 - (low + high) / 2 * tall });
  flow.gap = Math.min(...columns.slice(1).map((_, k) => at[k + 1][0][0] - at[k][0][0]), width);
  placeUnits();
}
function ends({ from, to }) {
  const [a, b] = [at[from[0]][from[1]], at[to[0]][to[1]]];
  return [a[0] + a[2], a[1], b[0] - b[2], b[1]];
}
const mean = (numbers, of) => of.length === 1 ? numbers[of[0]] : of.reduce((sum, p) => sum + numbers[p], 0) / of.length;
const finite = (x) => x === x && Math.abs(x) < Infinity ? x : 0;
function strongest(numbers) {
  let most = 0;
  for (const { of } of edges) for (const p of of) most = Math.max(most, Math.abs(finite(numbers[p])));
  return most || 1;
}
const touches = (edge) => {
  const { from, to } = edge;
  if (!session.looked) return !session.edge || session.edge === edge;
  const [k, j] = session.looked;
  return (from[0] === k && from[1] === j) || (to[0] === k && to[1] === j);
};
function paintNetwork(now) {
  const { pen } = sheet(byId("network"));
  if (session.playing && !still.matches) flow.phase = (flow.phase + Math.min(50, now - flow.before) / 1500) % 1;
  flow.before = now;
  const heavy = strongest(program.parameters), steep = strongest(program.gradients);
  pen.lineCap = "butt";
  for (const edge of edges) {
    const w = mean(program.parameters, edge.of), share = Math.min(1, Math.abs(w) / heavy), [x0, y0, x1, y1] = ends(edge);
    pen.globalAlpha = (touches(edge) ? 1 : 0.12) * (edge.of.length ? 0.16 + 0.84 * share : 0.5);
    pen.strokeStyle = !edge.of.length ? colours.edge : w < 0 ? colours.negative : colours.positive;
    pen.lineWidth = 0.5 + 4 * share;
    pen.beginPath();
    pen.moveTo(x0, y0);
    pen.lineTo(x1, y1);
    pen.stroke();
  }
  paintGradients(pen, steep);
  pen.globalAlpha = 1;
  if (flow.across > 0.8 && flow.tall > 0.6) for (const edge of edges) if (edge.label) paintLabel(pen, edge);
  columns.forEach((column, k) => paintColumn(pen, column, k));
}
function paintGradients(pen, steep) {  // dots that run backwards, as the gradients do
  pen.fillStyle = pen.strokeStyle = colours.active;
  pen.lineWidth = 1.2;
  for (const edge of edges) {
    if (!edge.of.length || !touches(edge)) continue;
    const g = mean(program.gradients, edge.of), share = Math.sqrt(Math.min(1, Math.abs(g) / steep));
    if (!(share > 0.12)) continue;
    const [x0, y0, x1, y1] = ends(edge), t = 0.94 - 0.88 * ((flow.phase + 0.28) % 1), radius = 0.6 + 3.2 * share;
    pen.globalAlpha = 0.35 + 0.65 * share;
    pen.beginPath();
    pen.arc(x0 + (x1 - x0) * t, y0 + (y1 - y0) * t, radius, 0, 7);
    if (g > 0) pen.fill(); else pen.stroke();
  }
}
function paintLabel(pen, edge) {
  const x = flow.left + edge.label[0] * flow.across, y = flow.top + edge.label[1] * flow.tall, w = mean(program.parameters, edge.of);
  if (edge.anchor) {  // beside its line: a thin one leads there
    pen.beginPath();
    pen.moveTo(x, y);
    pen.lineTo(flow.left + edge.anchor[0] * flow.across, flow.top + edge.anchor[1] * flow.tall);
    pen.strokeStyle = colours.muted;
    pen.lineWidth = 0.8;
    pen.stroke();
  }
  const texts = [number(w, 3), `∇ ${number(mean(program.gradients, edge.of), 3)}`];
  pen.textAlign = "center";
  pen.globalAlpha = touches(edge) ? 1 : 0.12;
  texts.forEach((text, k) => {
    pen.font = `${k ? 11 : "600 12"}px Helvetica, Arial, sans-serif`;
    pen.strokeStyle = colours.background;
    pen.fillStyle = k ? colours.active : w < 0 ? colours.negative : colours.positive;
    pen.lineWidth = 5;
    pen.lineJoin = "round";
    pen.strokeText(text, x, y - 2 + 14 * k);
    pen.fillText(text, x, y - 2 + 14 * k);
  });
  pen.globalAlpha = 1;
}
