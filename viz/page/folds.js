// What is folded, and where everything stands then: gaps close, nothing changes places.
const { lines } = page.places;
let geometry = page.places;  // or, on a phone, page.places.tall
const groups = page.groups;
const cards = new Map();  // by element id: its group, its texts
for (const id of Object.keys(page.places.boxes)) {
  const group = byId(id);
  cards.set(id, {
    id, group, title: group.querySelector("title"), name: group.querySelector(".name"),
    data: group.querySelector("text.data"), grad: group.querySelector("text.grad"), was: {},
  });
}
page.places.paths = {};
const wires = new Map();  // by element id: its line, its label
for (const id of Object.keys(lines)) {
  const group = byId(id), [tail, head] = lines[id], line = group.querySelector(".line");
  page.places.paths[id] = line.getAttribute("d").match(/-?[\d.]+/g).map(Number);
  const hit = tail[0] === "v" ? draw("path", { class: "hit" }) : null;
  if (hit) line.before(hit);
  wires.set(id, {
    id, group, tail, head, line, hit,
    label: group.querySelector(".local"), title: group.querySelector("title"), was: {},
  });
}
for (const i of made) nodes[i].lines = nodes[i].slots.map((slot) => `e${i}_${slot}`);

const inside = (g) => g >= 0 && (state.folded.has(g) || inside(groups[g].parent));
const outermost = (g) => inside(groups[g].parent) ? outermost(groups[g].parent) : g;
function groupOf(i) {  // the folded group that a node is in, or −1
  const g = groups.findIndex((group, k) => state.folded.has(k) && group.members.includes(i));
  return g < 0 ? -1 : outermost(g);
}
const speaker = (g) => groups[g].outputs[groups[g].outputs.length >> 1];  // the card that stands for it

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

const ofKind = (kind) => groups.flatMap((group, g) => group.kind === kind || (kind === "layer" && group.kind === "neuron" && group.parent < 0) ? [g] : []);
const sameFolds = (which) => which.length === state.folded.size && which.every((g) => state.folded.has(g));

function arrangement() {
  const preset = Object.keys(geometry.folded).find((kind) => ofKind(kind).length && sameFolds(ofKind(kind)));
  const stands = nodes.map((_, i) => { const g = groupOf(i); return g < 0 ? i : speaker(g); });
  if (preset) {  // laid out for itself
    const { boxes: corners, lines: paths } = geometry.folded[preset], at = {};
    for (const [id, corner] of Object.entries(corners)) at[id] = [...corner, ...geometry.boxes[id].slice(2)];
    return { stands, at, preset: paths, quiet: geometry.folded[preset].quiet };
  }
  const own = (id) => { const i = Number(id.slice(1).split("_")[0]); return stands[i] === i && groupOf(i) < 0; };
  const seen = new Set(nodes.map((_, i) => i).filter((i) => stands[i] === i).map((i) => `v${i}`));
  for (const id of Object.keys(page.places.boxes)) if (id[0] === "c" && own(id)) seen.add(id);
  const spans = [[], []];
  for (const id of seen) {
    const [x, y, width, height] = geometry.boxes[id];
    spans[0].push([x, x + width]);
    spans[1].push([y, y + height]);
  }
  const across = geometry.across, [fx, fy] = [closing(spans[0], across ? 64 : 28), closing(spans[1], across ? 28 : 64)];
  const at = {};
  for (const id of seen) {
    const [x, y, width, height] = geometry.boxes[id];
    at[id] = [fx(x), fy(y), width, height];
  }
  for (const g of state.folded) {
    if (outermost(g) !== g || groups[g].outputs.length < 2) continue;
    const side = geometry.across ? 1 : 0, stand = groups[g].outputs.map((i) => [fx, fy][side](geometry.boxes[`v${i}`][side]));
    at[`v${speaker(g)}`][side] = (Math.min(...stand) + Math.max(...stand)) / 2;
  }
  return { stands, at, fx, fy };
}
