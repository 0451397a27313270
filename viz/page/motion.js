// Cards, lines and frames at their places; when something folds, they glide there.
let placed = { stands: nodes.map((_, i) => i), at: {}, paths: {}, bundles: [] };

function arrange(glide = true) {
  const before = placed, next = lay(arrangement());
  for (const [id, card] of cards) card.group.classList.toggle("gone", !next.at[id]);
  for (const [id, wire] of [...wires, ...bundled]) wire.group.classList.toggle("gone", wire.gone = !next.paths[id]);
  drawing.classList.toggle("quiet", Boolean(next.quiet));
  showFolds();
  placed = next;
  bound(next);
  transit(before, next, glide && !calm.matches && Object.keys(before.at).length > 0);
}
function bound({ at }) {
  const all = Object.values(at);
  const low = [0, 1].map((k) => Math.min(...all.map((box) => box[k])));
  const high = [0, 1].map((k) => Math.max(...all.map((box) => box[k] + box[k + 2])));
  camera.bounds = [low[0], low[1], high[0] - low[0], high[1] - low[1]];
  drawMap(all);
}

const curve = (points) => `M${points.slice(0, 2).join(" ")}C${points.slice(2).join(" ")}`;
const mix = (a, b, t) => b.map((x, k) => a && a.length === b.length ? a[k] + (x - a[k]) * t : x);
const shift = (element, x, y) => element?.setAttribute("transform", `translate(${x.toFixed(1)} ${y.toFixed(1)})`);

function transit(before, after, glide) {
  const began = performance.now(), [from, to] = [{ ...camera }, camera.touched ? { ...camera } : fitting()];
  const show = (t) => {
    placeCards(before, after, t);
    placeLines(before, after, t);
    placeFrames(before, after, t);
    if (camera.touched) return;
    for (const key of ["x", "y", "scale"]) camera[key] = from[key] + (to[key] - from[key]) * t;
    look();
  };
  if (!glide) return show(1);
  const tick = (now) => {
    if (placed !== after) return;
    const t = Math.min(1, Math.max(0, (now - began) / 320));
    show(t < 0.5 ? 4 * t ** 3 : 1 - (2 - 2 * t) ** 3 / 2);
    if (t < 1) requestAnimationFrame(tick);
  };
  requestAnimationFrame(tick);
}
function placeCards(before, after, t) {
  for (const [id, box] of Object.entries(after.at)) {
    const [x, y] = mix(before.at[id], box, t), card = cards.get(id);
    shift(card.group, x, y);
    shift(card.unfold, x + box[2] - 4, y + 4 + (geometry.across ? 0 : box[3] - 62));
  }
}
function placeLines(before, after, t) {
  for (const [id, points] of Object.entries(after.paths)) {
    const wire = wires.get(id) || bundled.get(id), path = curve(mix(before.paths[id], points, t).map((x) => x.toFixed(1)));
    wire.line.setAttribute("d", path);
    wire.hit?.setAttribute("d", path);
    const [x, y] = mix(before.labels?.[id], after.labels[id], t);
    wire.label?.setAttribute("x", x.toFixed(1));
    wire.label?.setAttribute("y", (y + 4).toFixed(1));
  }
}
function placeFrames(before, after, t) {
  for (const [id, [x, y, width, height]] of Object.entries(geometry.frames)) {
    const group = byId(id), [rect, text, button] = group.children, g = Number(group.dataset.group ?? -1);
    const gone = Boolean(after.preset) || inside(g);
    group.classList.toggle("gone", gone);
    if (gone) continue;
    const corners = ({ fx, fy }) => fx && [fx(x), fy(y), fx(x + width), fy(y + height)];
    const [left, top, right, bottom] = mix(corners(before), corners(after), t);
    const sides = { x: left, y: top, width: right - left, height: bottom - top };
    for (const [name, value] of Object.entries(sides)) rect.setAttribute(name, value.toFixed(1));
    text.setAttribute("x", left + 28);
    text.setAttribute("y", top + 15);
    shift(button, left + 14, top + 11);
  }
}

// Downwards on a phone: the operator moves from the side of its card to the top.
function upright(tall) {
  geometry = tall ? page.places.tall : page.places;
  document.body.classList.toggle("tall", tall);
  for (const [id, { group }] of cards) {
    const badge = group.querySelector(".operator"), [, , width, height] = page.places.boxes[id];
    if (badge) badge.style.translate = tall ? `${width / 2 - 18.75}px ${12.5 - height / 2}px` : "";
  }
}
