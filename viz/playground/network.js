// The network: weight and gradient on every edge, in every neuron its own picture.
const figure = byId("figure"), unitsGroup = byId("units"), { columns, edges, back } = page.network;
const at = [];  // of each column, of each unit: x, y, half of its side
const flow = { phase: 0, before: 0 };
const measuring = document.createElement("canvas").getContext("2d");
function widthOf(text, font = "13px") {
  measuring.font = `${font} Helvetica, Arial, sans-serif`;
  return measuring.measureText(text).width;
}
function fitted(text, room, font) {  // as much of a name as there is room for
  let kept = text;
  while (kept.length > 2 && widthOf(kept, font) > room) kept = `${kept.slice(0, -2)}…`;
  return kept;
}
// Room beside the first and the last column for their names, and for what runs back.
function margins(width, half) {
  const names = [columns[0], columns.at(-1)].map(({ units }) => {
    for (const unit of units) unit.called = fitted(unit.name, width * 0.22);
    return Math.max(...units.map(({ unit, called }) => unit < 0 ? 0 : widthOf(called)));
  });
  flow.name = names[0];
  return names.map((name, k) => Math.max(width > 520 ? 56 : 40, half + name + 14 + (k ? 0 : lanes(5))));
}
const LABEL = [58, 26];  // pixels of an edge's two numbers
const lane = (n, apart) => 12 + Math.min(apart, 60 / back.length) * n;  // how far off the n-th line that runs back is
const lanes = (apart) => back.length && lane(back.length, apart);
function arrange() {
  const width = figure.clientWidth, height = figure.clientHeight, top = 50, bottom = byId("legend").offsetHeight + 18 + lanes(7);
  const reach = columns.flatMap((c) => c.units.flatMap((u) => [u.y - c.size / 2, u.y + c.size / 2]));
  for (const { label } of edges) if (label) reach.push(label[1] - LABEL[1] / 2, label[1] + LABEL[1] / 2);
  const low = Math.min(...reach), high = Math.max(...reach), wide = columns.at(-1).x - columns[0].x || 1;
  const tall = Math.max(0, Math.min(1.5, (height - top - bottom) / (high - low))), side = Math.min(1.3, tall * 1.06);
  const [before, after] = margins(width, Math.max(columns[0].size, columns.at(-1).size) * side / 2), across = Math.min(2.2, (width - before - after) / wide);
  const left = before + (width - before - after - wide * across) / 2 - columns[0].x * across, middle = top + (height - top - bottom) / 2 - (low + high) / 2 * tall;
  columns.forEach((column, k) => {
    at[k] = column.units.map((unit) => [left + column.x * across, middle + unit.y * tall, column.size * side / 2]);
  });
  Object.assign(flow, { across, tall, left, top: middle, floor: Math.max(...at.flat().map(([, y, half]) => y + half)) });
  flow.gap = Math.min(...columns.slice(1).map((_, k) => at[k + 1][0][0] - at[k][0][0]), width);
  flow.subtitled = columns.every(({ subtitle }) => widthOf(subtitle, "11px") < flow.gap - 8);
  chooseLabels();
  placeUnits();
}
function chooseLabels() {  // those that hide no other; the rest is read by pointing at the edge
  const kept = flow.labels = new Map();
  if (!(flow.across > 0.8 && flow.tall > 0.6)) return;
  for (const edge of edges) {
    if (!edge.label) continue;
    const [x, y] = [flow.left + edge.label[0] * flow.across, flow.top + edge.label[1] * flow.tall];
    const free = [...kept.values()].every(([u, v]) => Math.abs(u - x) >= LABEL[0] || Math.abs(v - y) >= LABEL[1]);
    if (free) kept.set(edge, [x, y]);
  }
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
  paintBack(pen);
  for (const [edge, [x, y]] of flow.labels) paintLabel(pen, edge, x, y);
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
function paintBack(pen) {  // what is remembered for the next step: under everything, and back to the left
  pen.strokeStyle = pen.fillStyle = colours.muted;
  pen.lineWidth = 1.2;
  back.forEach(({ from, to }, n) => {
    const [x0, y0, h0] = at[from[0]][from[1]], [x1, y1, h1] = at[to[0]][to[1]], toItself = from[0] === to[0];
    const right = x0 + h0 + lane(n, 5), end = x1 - h1 - 10 - (to[0] ? 0 : flow.name), left = end - lane(n, 5), below = flow.floor + lane(n, 7);
    const turns = [[right, y0], [right, below], [left, below], [left, y1], [end, y1]];
    pen.setLineDash([4, 3]);
    pen.beginPath();
    if (toItself) {
      pen.moveTo(x0 + h0 * 0.5, y0 - h0);
      pen.bezierCurveTo(x0 + h0 * 1.4, y0 - h0 * 2, x0 - h0 * 1.4, y0 - h0 * 2, x0 - h0 * 0.5, y0 - h0);
    } else {
      pen.moveTo(x0 + h0, y0);
      turns.slice(0, -1).forEach((turn, k) => pen.arcTo(...turn, ...turns[k + 1], 6));
      pen.lineTo(...turns.at(-1));
    }
    pen.stroke();
    pen.setLineDash([]);
    const [x, y, dx, dy] = toItself ? [x0 - h0 * 0.5, y0 - h0, 0, 1] : [end, y1, 1, 0];
    pen.beginPath();
    for (const side of [-1, 0, 1]) pen.lineTo(x - (side ? 6 * dx - 3.5 * side * dy : 0), y - (side ? 6 * dy - 3.5 * side * dx : 0));
    pen.fill();
  });
}
function paintLabel(pen, edge, x, y) {
  const w = mean(program.parameters, edge.of);
  pen.globalAlpha = touches(edge) ? 1 : 0.12;
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
  texts.forEach((text, k) => {
    pen.font = `${k ? "" : "600 "}11px Helvetica, Arial, sans-serif`;
    pen.strokeStyle = colours.background;
    pen.fillStyle = k ? colours.active : w < 0 ? colours.negative : colours.positive;
    pen.lineWidth = 5;
    pen.lineJoin = "round";
    pen.strokeText(text, x, y - 2 + 12 * k);
    pen.fillText(text, x, y - 2 + 12 * k);
  });
  pen.globalAlpha = 1;
}
