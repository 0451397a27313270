// Cards, lines and frames at their places; when something folds, they glide there.
let placed = { stands: nodes.map((_, i) => i), at: {}, paths: {}, bundles: [] };
const bundled = new Map();  // lines into and out of folded groups
const labelAt = (points, share = 0.5) => {
  const curves = (points.length - 2) / 6, k = Math.min(Math.floor(share * curves), curves - 1), t = share * curves - k;
  const w = [(1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t ** 3];
  return [0, 1].map((axis) => w.reduce((sum, part, n) => sum + part * points[6 * k + 2 * n + axis], 0));
};
const curve = (points) => `M${points.slice(0, 2).join(" ")}C${points.slice(2).join(" ")}`;

function ends(from, to) {  // a line between two cards that the layout did not draw
  const [a, b] = [placedNext.at[from], placedNext.at[to]];
  const along = geometry.across ? 0 : 1, back = geometry.back;
  const start = [a[0] + a[2] / 2, a[1] + a[3] / 2], end = [b[0] + b[2] / 2, b[1] + b[3] / 2];
  start[along] += (back ? -1 : 1) * a[2 + along] / 2;
  end[along] -= (back ? -1 : 1) * b[2 + along] / 2;
  const reach = [0, 0];
  reach[along] = (end[along] - start[along]) / 2;
  return [...start, start[0] + reach[0], start[1] + reach[1], end[0] - reach[0], end[1] - reach[1], ...end];
}
let placedNext = placed;

function arrange(glide = true) {
  const next = placedNext = Object.assign(arrangement(), { paths: {}, labels: {}, bundles: new Map() });
  for (const [id, { tail, head }] of wires) {
    const label = geometry.lines[id].slice(2), points = geometry.paths[id];
    if (next.at[tail] && next.at[head] && !isSpeaker(next, head) && !isMoved(next, tail)) {
      if (next.preset) [next.paths[id], next.labels[id]] = next.preset[id];
      else {
        next.paths[id] = points.map((p, n) => n % 2 ? next.fy(p) : next.fx(p));
        next.labels[id] = [next.fx(label[0]), next.fy(label[1])];
      }
      continue;
    }
    const from = tail[0] === "v" ? `v${next.stands[tail.slice(1)]}` : tail, to = `v${next.stands[head.slice(1)]}`;
    if (from === to || !next.at[from] || tail[0] === "c") continue;
    const key = `d${from}_${to}`;
    if (!next.bundles.has(key)) next.bundles.set(key, { from, to, lines: [] });
    next.bundles.get(key).lines.push(id);
  }
  for (const [key, bundle] of next.bundles) {
    if (next.preset) [next.paths[key], next.labels[key]] = next.preset[key];
    else {
      next.paths[key] = ends(bundle.from, bundle.to);
      next.labels[key] = labelAt(next.paths[key], 0.45);
    }
    if (!bundled.has(key)) bundled.set(key, newBundle(key));
  }
  for (const [id, card] of cards) card.group.classList.toggle("gone", !next.at[id]);
  for (const [id, wire] of [...wires, ...bundled]) wire.group.classList.toggle("gone", !next.paths[id]);
  drawing.classList.toggle("quiet", Boolean(next.quiet));
  showFolds();
  const before = placed;
  placed = next;
  bound(next);
  transit(before, next, glide && !calm.matches && Object.keys(before.at).length > 0);
}
const isSpeaker = (next, id) => { const g = groupOf(Number(id.slice(1))); return g >= 0 && id === `v${speaker(g)}`; };
const isMoved = (next, id) => { if (id[0] !== "v") return false; const g = groupOf(Number(id.slice(1))); return g >= 0 && groups[g].outputs.length > 1; };

function newBundle(id) {
  const line = draw("path", { class: "line" }), hit = draw("path", { class: "hit" });
  const label = draw("text", { class: "local" }), title = draw("title");
  const group = draw("g", { class: "edge bundle", id }, title, hit, line, label);
  byId("edges").append(group);
  return { id, group, line, hit, label, title, was: {} };
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

function bound({ at }) {
  const all = Object.values(at);
  const low = [0, 1].map((k) => Math.min(...all.map((box) => box[k])));
  const high = [0, 1].map((k) => Math.max(...all.map((box) => box[k] + box[k + 2])));
  camera.bounds = [low[0], low[1], high[0] - low[0], high[1] - low[1]];
  drawMap(all);
}

function transit(before, after, glide) {
  const began = performance.now(), [from, to] = [{ ...camera }, camera.touched ? { ...camera } : fitting()];
  const mix = (a, b, t) => b.map((x, k) => a && a.length === b.length ? a[k] + (x - a[k]) * t : x);
  const show = (t) => {
    for (const [id, box] of Object.entries(after.at)) {
      const [x, y] = mix(before.at[id], box, t);
      const card = cards.get(id);
      card.group.setAttribute("transform", `translate(${x.toFixed(1)} ${y.toFixed(1)})`);
      card.unfold?.setAttribute("transform", `translate(${(x + box[2] - 4).toFixed(1)} ${(y + 4 + (geometry.across ? 0 : box[3] - 62)).toFixed(1)})`);
    }
    for (const [id, points] of Object.entries(after.paths)) {
      const wire = wires.get(id) || bundled.get(id), path = curve(mix(before.paths[id], points, t).map((x) => x.toFixed(1)));
      wire.line.setAttribute("d", path);
      wire.hit?.setAttribute("d", path);
      const [x, y] = mix(before.labels?.[id], after.labels[id], t);
      wire.label?.setAttribute("x", x.toFixed(1));
      wire.label?.setAttribute("y", (y + 4).toFixed(1));
    }
    placeFrames(before, after, t);
    if (!camera.touched) {
      for (const key of ["x", "y", "scale"]) camera[key] = from[key] + (to[key] - from[key]) * t;
      look();
    }
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

function placeFrames(before, after, t) {
  for (const [id, [x, y, width, height]] of Object.entries(geometry.frames)) {
    const group = byId(id), [rect, text, button] = group.children;
    const g = Number(group.dataset.group);
    if (after.preset || (g >= 0 && inside(g))) { group.classList.add("gone"); continue; }
    group.classList.remove("gone");
    const corner = (fx, fy) => [fx(x), fy(y), fx(x + width), fy(y + height)];
    const same = (v) => v;
    const now = corner(after.fx, after.fy), old = before.fx ? corner(before.fx, before.fy) : now;
    const [left, top, right, bottom] = now.map((v, k) => old[k] + (v - old[k]) * t);
    for (const [name, value] of Object.entries({ x: left, y: top, width: right - left, height: bottom - top })) rect.setAttribute(name, value.toFixed(1));
    text.setAttribute("x", left + 28);
    text.setAttribute("y", top + 15);
    button?.setAttribute("transform", `translate(${left + 14} ${top + 11})`);
  }
}

// Buttons that fold: in the corner of a frame, and on the card that stands for what is folded.
groups.forEach((group, g) => {
  const frame = byId(group.kind === "layer" ? `layer${group.outputs[group.outputs.length - 1]}` : `g${group.outputs[0]}`);
  if (group.kind !== "part" && frame?.classList.contains("frame")) {
    frame.dataset.group = g;
    frame.append(foldButton(g, "−", `Fold ${group.title}`));
  }
});
function foldButton(g, sign, name) {
  const button = draw("g", { class: "fold", role: "button", tabindex: 0, "aria-label": name }, draw("circle", { r: 8 }), draw("text", { y: 4 }));
  button.lastChild.textContent = sign;
  button.addEventListener("click", (event) => { event.stopPropagation(); toggle(g); });
  button.addEventListener("pointerdown", (event) => event.preventDefault());
  button.addEventListener("keydown", (event) => { if (event.key === "Enter" || event.key === " ") { event.preventDefault(); event.stopPropagation(); toggle(g); } });
  return button;
}
function toggle(g) {
  if (state.folded.has(g)) state.folded.delete(g); else state.folded.add(g);
  arrange();
  refresh();
  remember();
}
function showFolds() {
  const standing = new Map([...state.folded].filter((g) => outermost(g) === g).map((g) => [`v${speaker(g)}`, g]));
  for (const [id, card] of cards) {
    if (!card.name) continue;
    const g = standing.has(id) ? standing.get(id) : -1;
    card.own ??= card.name.textContent;
    card.name.textContent = g < 0 ? card.own : groups[g].title;
    card.group.classList.toggle("folded", g >= 0);
    card.group.classList.toggle("brief", card.name.textContent.length < 8);
    card.unfold?.remove();
    card.unfold = g < 0 ? null : foldButton(g, "+", `Unfold ${groups[g].title}`);
    if (card.unfold) byId("nodes").append(card.unfold);  // beside the card: a button holds no button
    card.group.classList.toggle("many", g >= 0 && groups[g].outputs.length > 1);
    card.many = g >= 0 && groups[g].outputs.length > 1 ? groups[g].outputs.length : 0;
  }
}
