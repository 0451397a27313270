// The elements of the drawing, and what is folded: which card stands for whom.
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

const groupsOf = nodes.map((_, i) => groups.flatMap((group, g) => group.members.includes(i) ? [g] : []));
const inside = (g) => g >= 0 && (state.folded.has(g) || inside(groups[g].parent));
const outermost = (g) => inside(groups[g].parent) ? outermost(groups[g].parent) : g;
function groupOf(i) {  // the folded group that a node is in, or −1
  const g = groupsOf[i].find((k) => state.folded.has(k));
  return g === undefined ? -1 : outermost(g);
}
const single = (g) => groups[g].outputs.length === 1;
const speaker = (g) => groups[g].outputs[groups[g].outputs.length >> 1];  // whose card stands for it
const nodeOf = (id) => Number(id.slice(1).split("_")[0]);  // of v3, of c3_1
const foldsWith = (group, kind) => group.kind === kind || (kind === "layer" && group.kind === "neuron" && group.parent < 0);
const ofKind = (kind) => groups.flatMap((group, g) => foldsWith(group, kind) ? [g] : []);
const sameFolds = (which) => which.length === state.folded.size && which.every((g) => state.folded.has(g));

function toggle(g) {
  if (state.folded.has(g)) state.folded.delete(g); else state.folded.add(g);
  arrange();
  refresh();
  remember();
}

// Buttons that fold: in the corner of a frame, and beside the card that stands for what is folded.
function foldButton(g, sign, name) {
  const text = draw("text", { y: 4 }, sign);
  const button = draw("g", { class: "fold", role: "button", tabindex: 0, "aria-label": name }, draw("circle", { r: 8 }), text);
  const press = (event) => {
    event.preventDefault();
    event.stopPropagation();
    toggle(g);
  };
  button.addEventListener("click", press);
  button.addEventListener("pointerdown", (event) => event.preventDefault());
  button.addEventListener("keydown", (event) => { if (event.key === "Enter" || event.key === " ") press(event); });
  return button;
}
groups.forEach((group, g) => {
  if (group.kind === "part") return;
  const frame = byId(group.kind === "layer" ? `layer${group.outputs[group.outputs.length - 1]}` : `g${group.outputs[0]}`);
  if (!frame?.classList.contains("frame")) return;
  frame.dataset.group = g;
  frame.append(foldButton(g, "−", `Fold ${group.title}`));
});
function showFolds() {
  const standing = new Map([...state.folded].filter((g) => outermost(g) === g).map((g) => [`v${speaker(g)}`, g]));
  for (const [id, card] of cards) {
    if (!card.name) continue;
    const g = standing.get(id) ?? -1, folded = g >= 0;
    card.own ??= card.name.textContent;
    card.name.textContent = folded ? groups[g].title : card.own;
    card.many = folded && !single(g) ? groups[g].outputs.length : 0;
    card.group.classList.toggle("folded", folded);
    card.group.classList.toggle("many", card.many > 0);
    card.group.classList.toggle("brief", card.brief = card.name.textContent.length < 8);
    card.unfold?.remove();
    card.unfold = folded ? foldButton(g, "+", `Unfold ${groups[g].title}`) : null;
    if (folded) byId("nodes").append(card.unfold);  // beside the card: a button holds no button
  }
}
