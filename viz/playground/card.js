// What is under the pointer, or has the focus, in numbers.
const card = byId("card");
const HIT = 6;  // pixels from an edge
figure.addEventListener("pointermove", (event) => {
  if (session.looked) return;
  const box = figure.getBoundingClientRect(), x = event.clientX - box.left, y = event.clientY - box.top;
  let best = HIT, found = null;
  for (const edge of edges) {
    if (!edge.of.length) continue;
    const away = distance(ends(edge), x, y);
    if (away < best) [best, found] = [away, edge];
  }
  if (found === session.edge && !found) return;
  session.edge = found;
  showCard([x, y]);
  soon();
});
figure.addEventListener("pointerleave", () => { session.edge = null; showCard(); soon(); });
function distance([x0, y0, x1, y1], x, y) {
  const [dx, dy] = [x1 - x0, y1 - y0], t = Math.max(0, Math.min(1, ((x - x0) * dx + (y - y0) * dy) / (dx * dx + dy * dy)));
  return Math.hypot(x0 + t * dx - x, y0 + t * dy - y);
}
const nameOf = ([k, j]) => columns[k].units[j].name;
const nameAt = new Map();  // by its place among the parameters
for (const { from, to, of } of edges) if (of.length === 1) nameAt.set(of[0], `${nameOf(from)} → ${nameOf(to)}`);
for (const column of columns) for (const { name, bias = [] } of column.units) for (const b of bias) nameAt.set(b, `bias of ${name}`);
const parameterName = (k) => nameAt.get(k) ?? hiddenName(program.names[k]);
function hiddenName(path) {  // of what is not drawn: as its neighbours are named, x₁ and x₂₄
  const [found, layer, neuron, from] = /^layers\.(\d+)\.neurons\.(\d+)\.(?:w\.(\d+)|b)$/.exec(path) ?? [];
  const name = (c, i) => columns.find(({ column }) => column === c)?.units[0].name.replace(/[₀-₉]+/, [...String(i + 1)].map((d) => "₀₁₂₃₄₅₆₇₈₉"[d]).join(""));
  const to = found && name(Number(layer) + 1, Number(neuron)), start = from && name(Number(layer), Number(from));
  const known = (text) => /[₀-₉]/.test(text ?? "");
  if (!known(to) || (from && !known(start))) return path;
  return from ? `${start} → ${to}` : `bias of ${to}`;
}
const signed = (x) => make("td", { className: tone(x), textContent: number(x) });
let shownCard = null, cardAt = [0, 0], wroteCard = 0;
function showCard(place) {
  shownCard = session.looked ?? session.edge;
  card.hidden = !shownCard;
  if (!shownCard) return;
  if (session.looked) { const [x, y, half] = at[session.looked[0]][session.looked[1]]; cardAt = [x + half, y]; }
  else if (place) cardAt = place;
  writeCard();
  const room = figure.clientWidth - card.offsetWidth - 8, left = cardAt[0] + 14 > room ? cardAt[0] - card.offsetWidth - (session.looked ? 48 : 14) : cardAt[0] + 14;
  card.style.left = `${Math.max(8, left)}px`;
  card.style.top = `${Math.max(8, Math.min(cardAt[1] - 20, figure.clientHeight - card.offsetHeight - 8))}px`;
}
function writeCard() {
  wroteCard = performance.now();
  if (!session.looked) { card.replaceChildren(...edgeLines(session.edge)); return; }
  const [k, j] = session.looked, unit = columns[k].units[j], [b] = unit.bias ?? [];
  const into = edges.filter(({ to, of }) => to[0] === k && to[1] === j && of.length);
  const heaviest = [...into].sort((p, q) => Math.abs(mean(program.parameters, q.of)) - Math.abs(mean(program.parameters, p.of))).slice(0, 8);
  const line = (name, of) => make("tr", {}, make("th", { scope: "row", textContent: name }), signed(mean(program.parameters, of)), signed(mean(program.gradients, of)));
  const rows = heaviest.map((edge) => line(nameOf(edge.from), edge.of));
  if (b !== undefined) rows.push(line("bias", [b]));
  const head = make("tr", {}, ...["from", "weight", "gradient"].map((text) => make("th", { scope: "col", textContent: text })));
  const parts = [make("p", { className: "head", textContent: `${columns[k].title} ${unit.name}` })];
  if (into.length && program.layers[layerOf[k]] && !columns[k].maps) parts.push(make("p", { className: "small", textContent: formulaOf(unit, k, into, b) }));
  if (rows.length) parts.push(make("table", {}, make("thead", {}, head), make("tbody", {}, ...rows)));
  if (into.length > heaviest.length) parts.push(make("p", { className: "small", textContent: `and ${into.length - heaviest.length} smaller` }));
  card.replaceChildren(...parts);
}
function formulaOf(unit, k, into, b) {  // with its numbers, if they are few
  const { activation } = program.layers[layerOf[k]], whole = into.length === columns[into[0].from[0]].width && into.every(({ of }) => of.length === 1);
  const bare = !activation || activation === "linear", said = (sum) => `${unit.name} = ${bare ? sum : `${activation}(${sum})`}`;
  if (!whole || into.length > 3) return said(`Σ weight · from${b === undefined ? "" : " + bias"}`);
  const terms = into.map(({ from, of }) => [program.parameters[of[0]], ` · ${nameOf(from)}`]).concat(b === undefined ? [] : [[program.parameters[b], ""]]);
  return said(terms.map(([w, rest], n) => `${n ? (w < 0 ? " − " : " + ") : w < 0 ? "−" : ""}${number(Math.abs(w), 3)}${rest}`).join(""));
}
function edgeLines(edge) {
  const w = mean(program.parameters, edge.of), g = mean(program.gradients, edge.of);
  const says = !g ? "It does not move the loss now." : `A little more of it would ${g > 0 ? "raise" : "lower"} the loss: the gradient pushes it ${g > 0 ? "down" : "up"}. Click to type another.`;
  const say = (label, x) => make("p", {}, `${label} `, make("b", { className: tone(x), textContent: number(x) }));
  return [
    make("p", { className: "head", textContent: `${nameOf(edge.from)} → ${nameOf(edge.to)}` }),
    say(edge.of.length > 1 ? "mean weight" : "weight", w), say("gradient ∂loss/∂w", g), make("p", { className: "small", textContent: says }),
  ];
}
listeners.push((now) => { if (shownCard && now - wroteCard > 120) writeCard(); });
