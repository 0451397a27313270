// Why a gradient is what it is: the sum over the arrows that leave a value.
const subject = byId("subject"), why = byId("why");
const unit = (name) => /^[\p{L}\p{M}\p{No}\d_.#⁽⁾]+$/u.test(name) ? name : `(${name})`;
const asked = (i) => `∂${unit(nodes[root].name)}/∂${unit(nodes[i].name)}`;
const line = (className, ...parts) => make("p", { className }, ...parts);
const wrapped = (text) => text[0] === "−" ? `(${text})` : text;

let pinned = -1;  // a value that was clicked: others are explained only while they are pointed at
function choose(i) {
  if (state.chosen === i) return;
  state.chosen = i;
  light([`v${i}`], "chosen");
  showAnswer();
  fitDials();
  explain();
}
function explain() {
  const i = state.chosen;
  if (i < 0) return;
  const node = nodes[i], { now } = state;
  subject.textContent = node.name;
  const rows = [];
  if (node.full !== node.name) rows.push(line("small", node.full));
  if (node.equation) rows.push(line("", node.equation));
  const frame = node.in && steps[forwardStep.get(i)];
  if (frame && knowsData(i)) rows.push(line("", ...terms(frame.lines[1])));
  else if (knowsData(i)) rows.push(line("", `${node.name} = `, term(number(now.data[i]), [`v${i}`])));
  if (node.note) rows.push(line("small", node.note));
  if (node.rules) rows.push(line("small", node.rules));
  rows.push(...gradientOf(i));
  const g = foldable(i);
  if (g >= 0) {
    const button = make("button", { type: "button", textContent: `${state.folded.has(g) ? "unfold" : "fold"} ${groups[g].title}` });
    button.onclick = () => { toggle(g); explain(); };
    rows.push(button);
  }
  why.replaceChildren(...rows);
}
function gradientOf(i) {
  if (!knowsGrad(i)) return [line("small", "The backward pass has not begun.")];
  if (i === root) return [line("small", "It is what is differentiated: its gradient is 1.")];
  if (hidden(i)) return [line("small", `${asked(i)} = ? Answer below.`)];
  const arrows = users[i].length;
  const rows = [line("small", arrows > 1
    ? `Its gradient is a sum: one term for each of its ${arrows} arrows.`
    : "Its gradient comes along its one arrow:")];
  const open = users[i].filter(([head]) => passed(head));
  for (const [head, wire] of open) {
    const ids = lineOf(head, nodes[head].slots[wire]);
    const { local, grad, product } = state.now, part = product[head][wire];
    const guess = hidden(head), [coming, arriving] = [grad[head], part].map((x) => guess ? "" : tone(x));
    const factors = [term(number(local[head][wire]), ids), term(guess ? "?" : wrapped(number(grad[head])), [`v${head}`], coming)];
    rows.push(line("", `${nodes[head].terms[wire]} = `, factors[0], " · ", factors[1], " = ", term(guess && arrows > 1 ? "?" : number(part), ids, arriving)));
  }
  const total = term(number(state.shown[i]), [`v${i}`], tone(state.shown[i]));
  const sum = open.flatMap(([head, wire], k) => [k ? " + " : "", hidden(head) ? "?" : wrapped(number(state.now.product[head][wire]))]);
  if (arrows > 1 && open.length) {
    const added = open.length > 1 ? [...sum, " = "] : [];
    rows.push(line("sum", `${asked(i)} = `, ...added, total, open.length < arrows ? " so far" : ""));
  }
  if (!open.length) rows.push(line("small", "Nothing has arrived yet."));
  return rows;
}
listeners.push(explain);

for (const [i] of nodes.entries()) {
  const card = byId(`v${i}`);
  const pointed = (event) => event.pointerType === "mouse" && !event.buttons && !answering();
  card.addEventListener("pointerenter", (event) => { if (pointed(event)) choose(i); });
  card.addEventListener("pointerleave", (event) => { if (pointed(event) && pinned >= 0) choose(pinned); });
  card.addEventListener("click", () => choose(pinned = i));
  card.addEventListener("focus", () => choose(pinned = i));
  card.addEventListener("dblclick", () => unfoldOrFold(i));
  card.addEventListener("keydown", (event) => {
    if (event.target !== card) return;
    if (event.key === "Enter" && !nodes[i].in && !frozen) { event.preventDefault(); type(i); }
    else if (event.key === "f" || event.key === "F") { event.preventDefault(); unfoldOrFold(i); }
    else if ((event.key === "ArrowUp" || event.key === "ArrowDown") && !nodes[i].in && !frozen) {
      event.preventDefault();
      event.stopPropagation();
      change(i, snapped(i, state.numbers[i] + (event.key === "ArrowUp" ? 1 : -1) * step(i) * 5));
    }
  });
}
function foldable(i) {  // what is folded there, or else the smallest that can be; −1 if nothing can
  const folded = groupOf(i);
  return folded >= 0 ? folded : groupsOf[i].find((k) => groups[k].kind !== "layer") ?? -1;
}
function unfoldOrFold(i) {
  if (foldable(i) >= 0) toggle(foldable(i));
}
for (const [id, wire] of wires) {
  if (!wire.label) continue;
  wire.group.addEventListener("pointerenter", () => light([id, wire.tail, wire.head], "lit"));
  wire.group.addEventListener("pointerleave", () => light([], "lit"));
}
