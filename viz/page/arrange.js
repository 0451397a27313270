// Where everything stands when this and that is folded: gaps close, nothing changes places.
// One axis: boxes keep their size, and the gaps that folding left shrink to what is usual.
function closing(spans, widest) {
  spans.sort((a, b) => a[0] - b[0]);
  const knots = [];
  let end = -Infinity, shift = 0;
  for (const [from, to] of spans) {
    if (from > end) {
      if (end > -Infinity) shift -= Math.max(0, from - end - widest);
      knots.push([end, from, shift]);
    }
    end = Math.max(end, to);
  }
  return (x) => {
    let before = 0;
    for (const [low, high, by] of knots) {
      if (x <= low) break;
      if (x < high) return low === -Infinity ? x : x + before + (by - before) * (x - low) / (high - low);
      before = by;
    }
    return x + before;
  };
}

function visible(stands) {  // the ids of the cards, and of the constants, that are not folded away
  const own = (id) => id[0] === "v" ? stands[nodeOf(id)] === nodeOf(id) : groupOf(nodeOf(id)) < 0;
  return [...cards.keys()].filter(own);
}
function borders(axis) {  // of the frames: room for a title, and for the air around what they hold
  const open = Object.entries(geometry.frames).filter(([id]) => !inside(Number(byId(id).dataset.group ?? -1)));
  return open.flatMap(([, box]) => {
    const from = box[axis], to = from + box[axis + 2];
    return [[from, from + (axis ? 24 : 10)], [to - 10, to]];
  });
}
function closed(seen) {  // everything that is seen, at its place in a drawing without gaps
  const at = {}, { boxes, across } = geometry;
  const spans = (axis) => seen.map((id) => [boxes[id][axis], boxes[id][axis] + boxes[id][axis + 2]]);
  const [fx, fy] = [0, 1].map((axis) => closing([...spans(axis), ...borders(axis)], (axis === 0) === across ? 64 : 28));
  for (const id of seen) at[id] = [fx(boxes[id][0]), fy(boxes[id][1]), ...boxes[id].slice(2)];
  const side = across ? 1 : 0, move = [fx, fy][side];
  for (const g of state.folded) {  // a layer stands in the middle of its outputs
    if (outermost(g) !== g || single(g)) continue;
    const stand = groups[g].outputs.map((i) => move(boxes[`v${i}`][side]));
    at[`v${speaker(g)}`][side] = (Math.min(...stand) + Math.max(...stand)) / 2;
  }
  return { at, fx, fy };
}
function arrangement() {
  const stands = nodes.map((_, i) => { const g = groupOf(i); return g < 0 ? i : speaker(g); });
  const kind = Object.keys(geometry.folded).find((kind) => ofKind(kind).length && sameFolds(ofKind(kind)));
  if (!kind) return { stands, ...closed(visible(stands)) };
  const preset = geometry.folded[kind], at = {};  // laid out for itself
  for (const [id, corner] of Object.entries(preset.boxes)) at[id] = [...corner, ...geometry.boxes[id].slice(2)];
  return { stands, at, preset: preset.lines, quiet: preset.quiet };
}

const labelAt = (points, t) => [0, 1].map((k) => (  // on a line of one curve
  (1 - t) ** 3 * points[k] + 3 * t * (1 - t) ** 2 * points[2 + k] + 3 * t * t * (1 - t) * points[4 + k] + t ** 3 * points[6 + k]
));
function between(a, b) {  // a line between two cards that the layout did not draw
  const axis = geometry.across ? 0 : 1, sign = geometry.back ? -1 : 1;
  const start = [a[0] + a[2] / 2, a[1] + a[3] / 2], end = [b[0] + b[2] / 2, b[1] + b[3] / 2], reach = [0, 0];
  start[axis] += sign * a[2 + axis] / 2;
  end[axis] -= sign * b[2 + axis] / 2;
  reach[axis] = (end[axis] - start[axis]) / 2;
  return [...start, start[0] + reach[0], start[1] + reach[1], end[0] - reach[0], end[1] - reach[1], ...end];
}
// A line is as the layout drew it, unless an end of it is folded: then it is one of a bundle.
function lay(next) {
  const folded = (id) => id[0] === "v" ? groupOf(nodeOf(id)) : -1;
  const leaves = (tail) => folded(tail) < 0 || single(folded(tail));  // from a card in its own place
  const plain = (tail, head) => next.at[tail] && next.at[head] && folded(head) < 0 && leaves(tail);
  Object.assign(next, { paths: {}, labels: {}, bundles: new Map() });
  const draws = (id, path, label) => {
    if (next.preset) [next.paths[id], next.labels[id]] = next.preset[id];
    else { next.paths[id] = path(); next.labels[id] = label(); }
  };
  for (const [id, { tail, head }] of wires) {
    const label = geometry.lines[id].slice(2);
    if (plain(tail, head)) {
      const path = () => geometry.paths[id].map((p, n) => n % 2 ? next.fy(p) : next.fx(p));
      draws(id, path, () => [next.fx(label[0]), next.fy(label[1])]);
    } else if (tail[0] === "v") {
      const [from, to] = [tail, head].map((end) => `v${next.stands[nodeOf(end)]}`), key = `d${from}_${to}`;
      if (from === to) continue;
      if (!next.bundles.has(key)) next.bundles.set(key, { from: nodeOf(from), to: nodeOf(to), lines: [] });
      next.bundles.get(key).lines.push(id);
    }
  }
  for (const [key, { from, to }] of next.bundles) {
    draws(key, () => between(next.at[`v${from}`], next.at[`v${to}`]), () => labelAt(next.paths[key], 0.45));
    if (!bundled.has(key)) bundled.set(key, newBundle(key));
  }
  return next;
}
const bundled = new Map();  // lines into and out of folded groups
function newBundle(id) {
  const line = draw("path", { class: "line" }), hit = draw("path", { class: "hit" });
  const label = draw("text", { class: "local" }), title = draw("title");
  const group = draw("g", { class: "edge bundle", id }, title, hit, line, label);
  byId("edges").append(group);
  return { id, group, line, hit, label, title, was: {} };
}
