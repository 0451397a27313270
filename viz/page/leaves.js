// A leaf is dragged on its card, or with a slider; or a number is typed, on the card or beside the slider.
const dials = byId("dials"), typing = byId("typing");
const dialOf = new Map();
const nice = (x) => { const power = 10 ** Math.floor(Math.log10(x)); return power * (x / power < 2 ? 1 : x / power < 5 ? 2 : 5); };
const reachOf = (i) => {  // how far a slider goes to each side; its ends are finite too
  const x = Math.abs(initial[i]);
  return x < Infinity ? Math.max(2, Math.min(2 * x, (Number.MAX_VALUE - x) / 2)) : 2;
};

function change(i, x, { settle = true } = {}) {
  if (frozen || Object.is(state.numbers[i], x)) return;
  state.numbers[i] = x;
  if (state.step === last && page.live) state.overview = true;
  if (settle) { refresh(); remember(); } else soon();
}
const step = (i) => nice(reachOf(i) / 100);
const snapped = (i, x) => Number((Math.round(x / step(i)) * step(i)).toPrecision(12));

const home = (i) => groups.findIndex((group) => group.kind === "neuron" && group.members.includes(i));
const many = leaves.length > 8;
const crowd = leaves.length > 40;
function fitDials() {  // of a large network the inputs, and what the neuron in question has
  if (!crowd) return;
  const here = state.chosen < 0 ? -1 : home(state.chosen);
  for (const item of dials.children) item.hidden = Number(item.dataset.home) >= 0 && Number(item.dataset.home) !== here;
  byId("more").hidden = here >= 0;
}
// Inputs first, then layer by layer: a network's leaves come in the order in which it was computed.
const natural = new Intl.Collator("en", { numeric: true }), network = groups.some((group) => group.kind === "neuron");
const layerOf = (i) => /⁽.*⁾/.exec(nodes[i].name)?.[0] ?? "", isParameter = (i) => nodes[i].kind === "parameter";
function inOrder([i, g], [j, h]) {
  if (g !== h || !network) return g - h;
  const by = [isParameter, layerOf, (k) => nodes[k].name].map((key) => natural.compare(key(i), key(j)));
  return by[0] || by[1] || by[2];
}
function makeDials() {
  if (frozen) return dials.append(make("li", { className: "hint", textContent: nodes.find((node) => node.held).note }));
  let under = -1;
  for (const [i, g] of leaves.map((i) => [i, home(i)]).sort(inOrder)) {
    if (g !== under) {
      dials.append(make("li", { className: "hint", textContent: groups[under = g].title }));
      dials.lastChild.dataset.home = g;
    }
    const range = make("input", { type: "range", id: `dial${i}` });
    const field = make("input", { type: "text", inputMode: "decimal", autocomplete: "off" });
    const label = make("label", { htmlFor: range.id, textContent: nodes[i].name, title: nodes[i].full });
    field.setAttribute("aria-label", `${nodes[i].full}, typed`);
    const reach = reachOf(i), centre = Number.isFinite(initial[i]) ? snapped(i, initial[i]) : 0;
    Object.assign(range, { min: centre - reach, max: centre + reach, step: step(i) });
    range.oninput = () => change(i, Number(range.value), { settle: false });
    range.onchange = () => { refresh(); remember(); };
    field.onchange = () => accept(i, field);
    field.onkeydown = (event) => { if (event.key === "Enter" && !accept(i, field)) field.reportValidity(); };
    range.onfocus = () => attend(i, range);
    field.onfocus = () => { attend(i, field); field.value = exact(state.numbers[i]).replace("-", "−"); };
    field.onblur = () => { dialOf.get(i).was = null; valid(field, true); showDials(); };
    const item = make("li", {}, label, range, field);
    item.onpointerenter = () => light([`v${i}`], "lit");
    item.onpointerleave = () => light([], "lit");
    item.dataset.home = g;
    dials.append(item);
    dialOf.set(i, { range, field });
  }
}
function attend(i, element) {  // what is said above may have moved it
  choose(pinned = i);
  element.scrollIntoView({ block: "nearest" });
}
function valid(field, is) {
  field.setAttribute("aria-invalid", !is);
  field.setCustomValidity(is ? "" : "A number, like −1.5 or 2/3 or 1e-3");
}
function accept(i, field) {
  const x = evaluated(field.value);
  valid(field, x !== null);
  if (x === null) return false;
  change(i, x);
  showDials();
  return true;
}
function showDials() {
  for (const [i, dial] of dialOf) {
    const { range, field } = dial;
    if (Object.is(dial.was, state.numbers[i]) && document.activeElement !== field) continue;
    dial.was = state.numbers[i];
    if (document.activeElement !== field) field.value = number(state.numbers[i], 5);
    if (document.activeElement !== range || Number(range.value) !== state.numbers[i]) range.value = state.numbers[i];
  }
  byId("reset").disabled = !moved().length;
}
listeners.push(showDials);

// On the card: a drag to the side changes the number, a click types it.
for (const i of frozen ? [] : leaves) {
  const card = byId(`v${i}`);
  card.classList.add("leaf");
  card.addEventListener("pointerdown", (event) => {
    if (event.button || pointers.size || !event.isPrimary) return;
    event.preventDefault();  // the drawing stays where it is
    card.focus({ preventScroll: true });
    const [began, at] = [event.clientX, state.numbers[i]];
    let dragged = false, place = [event.clientX, event.clientY];
    const leave = () => { card.onpointermove = card.onpointerup = card.onpointercancel = held = null; };
    card.setPointerCapture(event.pointerId);
    held = () => { leave(); change(i, at); pointers.set(event.pointerId, place); };
    card.onpointermove = (move) => {
      place = [move.clientX, move.clientY];
      const dx = move.clientX - began;
      dragged ||= Math.abs(dx) > 3;
      if (!dragged) return;
      const by = dx * step(i) * (move.shiftKey ? 0.1 : 1);
      change(i, snapped(i, (Number.isFinite(at) ? at : 0) + by), { settle: false });
    };
    card.onpointercancel = () => { leave(); change(i, at); };  // the finger scrolls the page
    card.onpointerup = (up) => {
      leave();
      choose(i);
      if (dragged) { refresh(); remember(); }
      else if (up.pointerType === "mouse") type(i);
    };
  });
}
function type(i) {
  const box = cards.get(`v${i}`).data.getBoundingClientRect(), frame = figure.getBoundingClientRect();
  const width = Math.max(72, 84 * camera.scale);
  const left = box.right - frame.left - width + 8, top = box.top - frame.top - (32 - box.height) / 2;
  Object.assign(typing.style, { left: `${left}px`, top: `${top}px`, width: `${width}px` });
  typing.hidden = false;
  typing.value = exact(state.numbers[i]).replace("-", "−");
  typing.setAttribute("aria-label", `New number of ${nodes[i].full}`);
  typing.focus();
  typing.select();
  valid(typing, true);
  const done = () => {
    typing.onblur = typing.onkeydown = null;
    typing.hidden = true;
  };
  typing.onblur = () => { accept(i, typing); done(); };  // the focus is elsewhere already, and stays there
  typing.onkeydown = (event) => {
    event.stopPropagation();
    if (event.key === "Enter" && !accept(i, typing)) return typing.reportValidity();
    if (event.key !== "Enter" && event.key !== "Escape") return;
    done();
    cards.get(`v${i}`).group.focus({ preventScroll: true });
  };
}
byId("reset").onclick = () => {
  state.numbers.set(initial);
  refresh();
  remember();
};
