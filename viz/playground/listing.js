// Every weight as text: to read, and to type another number. A click on an edge leads here.
const MOST_ROWS = 1000;
const text = byId("text"), rows = [];
let wroteRows = 0;
function makeRows() {
  for (let k = 0; k < Math.min(MOST_ROWS, program.size); k++) {
    const field = make("input", { type: "text", inputMode: "decimal", autocomplete: "off" }), gradient = make("td");
    field.setAttribute("aria-label", parameterName(k));
    field.onchange = () => setWeight(k, field.value);
    rows.push({ field, gradient });
    byId("rows").append(make("tr", {}, make("th", { scope: "row", textContent: parameterName(k) }), make("td", {}, field), gradient));
  }
  if (program.size > MOST_ROWS) text.append(make("p", { className: "small", textContent: `and ${program.size - MOST_ROWS} more` }));
}
function setWeight(k, typed) {
  const x = Number(typed.trim().replace("−", "-").replace(",", "."));
  if (typed.trim() && x - x === 0) {
    training.put(k, x);
    slopes();
    say(`${parameterName(k)} is ${number(x)} now: loss ${number(training.loss("train"), 3)} on the training set.`);
  }
  remember();
  soon();
}
listeners.push((now) => {
  if (!text.open || (session.playing && now - wroteRows < 500)) return;
  wroteRows = now;
  if (!rows.length) makeRows();
  rows.forEach(({ field, gradient }, k) => {
    if (field !== document.activeElement) field.value = number(program.parameters[k]);
    const g = program.gradients[k];
    gradient.textContent = number(g);
    gradient.className = tone(g);
  });
});
text.ontoggle = soon;
figure.addEventListener("click", () => {
  const k = session.edge?.of.length === 1 ? session.edge.of[0] : MOST_ROWS;
  if (k >= Math.min(MOST_ROWS, program.size)) return;
  play(false);
  text.open = true;
  if (!rows.length) makeRows();
  rows[k].field.value = number(program.parameters[k]);
  rows[k].field.focus();
  rows[k].field.select();
});
