// "Your answer": a number or a formula for a gradient, and what autograd.compare says of it.
const given = byId("given"), reply = byId("reply");
const close = (a, b) => a === b || Math.abs(a - b) <= Math.max(1e-6 * Math.max(Math.abs(a), Math.abs(b)), 1e-12);
const names = new Map(nodes.map((node, i) => [node.full, i]));

const answering = () => byId("answer").contains(document.activeElement);
function showAnswer() {
  const open = state.chosen >= 0 && state.chosen !== root;
  given.disabled = byId("check").disabled = !open;  // what is below stays where it is
  byId("asked").textContent = open ? `Your answer for ${asked(state.chosen)}` : "Your answer";
  byId("tell").hidden = !open || !hidden(state.chosen);
  given.value = "";
  reply.textContent = open ? "" : "Choose a value to answer for it.";
  reply.className = "";
}
// One in the last digit that was typed, and how many digits count: see autograd/by_hand/answer.py.
function lastDigit(text) {
  const found = /^\s*[-−+]?(\d*)(?:[.,](\d*))?(?:e([-+−]?\d+))?\s*$/i.exec(text);
  if (!found) return [0, 17];
  const [, whole = "", part = "", power = "0"] = found, unit = 10 ** (Number(power.replace("−", "-")) - part.length);
  const digits = (whole + part).replace(/^0+/, "").length;
  return [unit, digits || Math.max(1, part.length)];
}
function judged(text, i) {
  const read = readFormula(text, names), truth = state.now.grad[i];
  if (!read) return [false, "A number or a formula, like −1.5, 2/3 or 2*x*y."];
  const x = read((k) => state.now.data[k]);
  if (/[\p{L}]/u.test(text.replace(/e[-+]?\d/gi, "")) && !evaluated(text)) return ofFormula(read, x, i, truth);
  if (close(x, truth)) return [true, "right"];
  const [unit, digits] = lastDigit(text);
  const half = digits >= (unit < 1 ? 2 : 3) ? unit / 2 : 0;
  const careless = digits > 2 || !x ? 0 : 0.5001 * 10 ** (Math.floor(Math.log10(Math.abs(x))) - 2);
  if (Math.abs(x - truth) <= Math.max(1.0001 * half, careless)) return [true, "right to the digits given"];
  const reasons = slips(x, i, 1.0001 * Math.max(half || careless, 1e-8 * Math.abs(x)) + 1e-12);
  const off = Math.abs(x - truth);
  if (digits >= 2 && off <= 5 * unit && off <= 0.05 * Math.abs(truth)) {
    reasons.unshift(`close: rounded on the way? right is ${number(truth, 6)}`);
  }
  return [false, reasons.length ? `wrong: ${reasons.slice(0, 3).join(" – or ")}` : "wrong: none of the usual slips gives this"];
}
function ofFormula(read, x, i, truth) {  // it has to hold at other numbers too
  const right = close(x, truth);
  const elsewhere = [0.37, -0.53, 0.91].every((shift, n) => {
    const numbers = state.numbers.map((value, k) => value + shift * (1 + ((k * 7 + n * 3) % 5) / 5));
    const other = run(numbers), [a, b] = [read((k) => other.data[k]), other.grad[i]];
    return close(a, b) || (a !== a && b !== b);
  });
  if (right && elsewhere) return [true, "right"];
  if (right) return [false, "right at these numbers only"];
  const reasons = slips(x, i, 1e-6 * Math.abs(x) + 1e-12);
  return [false, reasons.length ? `wrong: ${reasons.slice(0, 3).join(" – or ")}` : "wrong"];
}
// The slips were worked out for the numbers that the page came with; at others the plain ones are known.
function slips(x, i, tolerance) {
  const made = moved().length ? null : page.answers[i];
  const known = made ? made.map(([value, text]) => [value, page.texts[text]]) : plainSlips(i);
  const fits = known.filter(([value]) => Math.abs(value - x) <= tolerance && Math.abs(value - state.now.grad[i]) > tolerance);
  return [...new Set(fits.map(([, text]) => text))];
}
function plainSlips(i) {
  const { now } = state, total = now.grad[i], found = [[-total, "the sign is flipped"]], several = users[i].length > 1;
  for (const [head, wire] of users[i]) {
    const { name } = nodes[head], part = now.product[head][wire], local = now.local[head][wire];
    if (several) {
      found.push([total - part, `the arrow to ${name} is forgotten`]);
      found.push([part, `only the arrow to ${name} is counted: the others add to it`]);
    } else {
      found.push([local, `the gradient of ${name} is forgotten: ${number(local)} · ${wrapped(number(now.grad[head]))}`]);
    }
  }
  return found;
}
function settle(i) {
  state.answered.add(i);
  refresh();
  byId("tell").hidden = true;
}
function check() {  // no form: a frame of a notebook may not send one
  const i = state.chosen, [right, text] = judged(given.value, i);
  reply.className = right ? "right" : "wrong";
  reply.textContent = (right ? "✓ " : "✗ ") + text;
  if (right && hidden(i)) settle(i);
}
byId("check").onclick = check;
given.onkeydown = (event) => { if (event.key === "Enter") check(); };
byId("tell").onclick = () => { settle(state.chosen); reply.textContent = `It is ${number(state.now.grad[state.chosen], 6)}.`; };
byId("predict").onclick = () => {
  state.predict = !state.predict;
  state.answered.clear();
  byId("predict").setAttribute("aria-pressed", state.predict);
  if (state.predict && state.step < turn) go(last);
  refresh();
  showAnswer();
};
