// The numbers of now on every card and line; only what changed is written.
const unknown = "–";
function set(thing, key, element, text, kind) {
  if (thing.was[key] !== text) { element.textContent = thing.was[key] = text; squeeze(thing, key, element, text); }
  if (kind !== undefined && thing.was[`${key} kind`] !== kind) {
    element.setAttribute("class", thing.was[`${key} kind`] = kind);
  }
}
function squeeze(card, key, element, text) {  // −1.234e−300 on a card for −1.234e−5
  if (key !== "data" && key !== "grad") return;
  if (text.length > 9) element.setAttribute("textLength", 64);
  else if (element.hasAttribute("textLength")) element.removeAttribute("textLength");
  element.setAttribute("lengthAdjust", "spacingAndGlyphs");
}

function paint() {
  const { now, shown } = state;
  const tiny = state.hurried && camera.scale < 0.36, dusty = state.hurried && camera.scale < 0.24;
  nodes.forEach((node, i) => {
    const card = cards.get(`v${i}`), at = placed.at[`v${i}`];
    if (dusty || (tiny && card.brief) || (state.hurried && !(at && inView(at)))) return;
    if (card.many) {
      set(card, "data", card.data, `${card.many} numbers`, "data");
      set(card, "grad", card.grad, "", "grad");
      return;
    }
    const known = knowsGrad(i), grad = known ? shown[i] : 0;
    set(card, "data", card.data, knowsData(i) ? number(now.data[i]) : unknown, "data");
    if (hidden(i)) set(card, "grad", card.grad, "?", "grad");
    else set(card, "grad", card.grad, known ? number(grad) : unknown, `grad ${tone(grad)}`);
    if (state.hurried) return;
    const said = [knowsData(i) ? exact(now.data[i]) : "not yet", hidden(i) ? "?" : known ? exact(grad) : "not yet"];
    set(card, "title", card.title, `${node.name}: data ${said[0]}, grad ${said[1]}`);
  });
  paintLines(tiny);
}
const flowing = (i) => passed(i) && !hidden(i);  // whether what a node hands on is known
function paintLines(tiny) {
  const { now } = state, flows = new Map();
  let most = 0;
  const note = (wire, flow, local) => {
    flows.set(wire, [flow, local]);
    if (flow !== null && Math.abs(flow) < Infinity) most = Math.max(most, Math.abs(flow));
  };
  for (const i of made) {
    nodes[i].lines.forEach((id, k) => {
      const wire = wires.get(id);
      if (wire) note(wire, flowing(i) ? now.product[i][k] : null, knowsData(i) ? now.local[i][k] : null);
    });
  }
  for (const [key, bundle] of placed.bundles) note(bundled.get(key), ...bundleFlow(bundle));
  const faint = state.hurried ? 0.4 / camera.scale : 0, mute = state.hurried && placed.quiet;  // what nobody sees may wait
  for (const [wire, [flow, local]] of flows) {
    if (state.hurried && wire.gone) continue;
    const width = flow ? (1.2 + 3.6 * Math.sqrt(Math.min(1, Math.abs(flow) / (most || 1)))).toFixed(1) : "1.2";
    if (wire.was.width !== width && !(Math.abs(width - wire.was.width) < faint)) wire.line.style.strokeWidth = wire.was.width = width;
    const kind = flow === null ? "" : tone(flow);
    if (wire.was.kind !== kind) {
      wire.group.classList.remove("positive", "negative", "zero");
      if (kind) wire.group.classList.add(kind);
      wire.was.kind = kind;
    }
    if (!wire.label || tiny || (mute && !wire.group.matches(".lit, .on"))) continue;
    set(wire, "label", wire.label, local === null ? "" : `×${number(local, 3)}`, `local ${tone(local ?? 0)}`);
    set(wire, "title", wire.title, local === null ? "" : `local derivative ${exact(local)}`);
  }
}
// Through a folded group: the sum over its inner paths, and what runs along all lines together.
function bundleFlow({ lines: ids, from, to }) {
  const ends = ids.map((id) => id.slice(1).split("_").map(Number)), known = ends.every(([i]) => flowing(i));
  const flow = ends.reduce((sum, [i, slot]) => sum + state.now.product[i][nodes[i].slots.indexOf(slot)], 0);
  const [tail, head] = [groupOf(from), groupOf(to)];
  const simple = head >= 0 && single(head) && (tail < 0 || single(tail)) && knowsData(to);
  return [known ? flow : null, simple ? through(head).get(from) ?? null : null];
}
const passage = { of: null, slopes: new Map() };  // of the numbers of now
function through(g) {
  if (passage.of !== state.now) { passage.of = state.now; passage.slopes.clear(); }
  if (!passage.slopes.has(g)) passage.slopes.set(g, slopesThrough(g));
  return passage.slopes.get(g);
}
function slopesThrough(g) {
  const slopes = new Map([[groups[g].outputs[0], 1]]);
  for (const i of [...groups[g].members].reverse()) {
    nodes[i].wires.forEach((k, wire) => {
      const parent = nodes[i].in[k];
      slopes.set(parent, (slopes.get(parent) || 0) + state.now.local[i][wire] * (slopes.get(i) || 0));
    });
  }
  return slopes;
}

// Light: on what takes part in a step, on what a term of the arithmetic speaks of.
const elementOf = (id) => {
  if (id[0] === "v") return byId(`v${placed.stands[id.slice(1)]}`);
  const wire = byId(id);
  if (!wire?.classList.contains("gone") || id[0] !== "e") return wire;
  for (const [key, bundle] of placed.bundles) if (bundle.lines.includes(id)) return byId(key);
  return null;
};
function light(ids, kind) {
  for (const lit of drawing.querySelectorAll(`.${kind}`)) lit.classList.remove(kind);
  for (const id of ids) elementOf(id)?.classList.add(kind);
}
const lineOf = (i, slot) => [`e${i}_${slot}`, `v${i}`, `v${nodes[i].in[nodes[i].wires[nodes[i].slots.indexOf(slot)]]}`];
const lightOf = ([kind, i, slot]) => kind === "data" || kind === "grad" ? [`v${i}`] : lineOf(i, slot);

function read([kind, i, slot]) {
  const { now } = state, wire = nodes[i].slots?.indexOf(slot);
  if (kind === "data") return now.data[i];
  if (kind === "grad") return now.grad[i];
  return now[kind][i][wire];
}
function masked([kind, i, slot]) {
  if (!state.predict || kind === "data" || kind === "local") return false;
  return hidden(i) || (kind !== "grad" && hidden(nodes[i].in[nodes[i].wires[nodes[i].slots.indexOf(slot)]]));
}
function written(hole) {
  const text = masked(hole) ? "?" : number(read(hole));
  return hole[3] && text[0] === "−" ? `(${text})` : text;
}
const spoken = (line) => line.map((part) => typeof part === "string" ? part : written(part)).join("");
function terms(line) {  // a line whose numbers light up what they belong to
  return line.map((part) => {
    if (typeof part === "string") return part;
    const signed = part[0] === "grad" || part[0] === "product" || part[0] === "after";
    return term(written(part), lightOf(part), signed && !masked(part) ? tone(read(part)) : "");
  });
}
function term(text, ids, kind = "") {
  const span = make("span", { className: `term ${kind}`, textContent: text });
  span.onpointerenter = () => light(ids, "lit");
  span.onpointerleave = () => light([], "lit");
  return span;
}
listeners.push(paint);
