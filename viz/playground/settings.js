// What training goes by: each a choice that holds from the next step on.
const CALLED = { sgd: "SGD", momentum: "momentum", nesterov: "Nesterov", rmsprop: "RMSprop", adam: "Adam", adamw: "AdamW" };
const SETTINGS = {
  rate: ["learning rate", [0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3]],
  optimizer: ["optimizer", Object.keys(CALLED)],
  momentum: ["μ", [0, 0.5, 0.9, 0.99]],
  batch: ["batch", [1, 4, 8, 16, 32, 64, 128]],
  penalty: ["penalty", [0, 0.0001, 0.001, 0.01, 0.1]],
};
const HINTS = { penalty: "α: adds α · Σ weight² to the loss (L2)", batch: "Samples a step", momentum: "Momentum: how much of the last step stays" };
const fields = {};
for (const [name, [label, choices]] of Object.entries(SETTINGS)) {
  const given = training.settings[name], every = new Set(choices);
  every.add(given);
  const sorted = name === "optimizer" ? [...every] : [...every].filter((x) => name !== "batch" || x).sort((a, b) => a - b);
  const options = sorted.map((value) => make("option", { value, textContent: CALLED[value] ?? String(value) }));
  if (name === "batch") options.push(make("option", { value: 0, textContent: "all" }));
  fields[name] = make("select", { title: HINTS[name] ?? "" }, ...options);
  if (name === "momentum") fields[name].setAttribute("aria-label", "momentum μ");
  fields[name].onchange = () => {
    const { value } = fields[name];
    choose({ [name]: name === "optimizer" ? value : Number(value) });
  };
  byId("settings").append(make("label", {}, `${label} `, fields[name]));
}
const seed = fields.seed = make("input", { type: "text", inputMode: "numeric", autocomplete: "off", title: "Draws the order of the samples; any but 0 deals the first weights anew" });
seed.onchange = () => { if (/^\d{1,9}$/.test(seed.value.trim())) { choose({ seed: Number(seed.value) }); restart(); } else showSettings(); };
byId("settings").append(make("label", {}, "seed ", seed));
function choose(change) {
  training.change(change);
  showSettings();
  remember();
  soon();
}
function showSettings() {
  for (const [name, field] of Object.entries(fields)) {
    const value = String(training.settings[name]);
    if (field.options && ![...field.options].some((option) => option.value === value)) {
      field.append(make("option", { value, textContent: value }));
    }
    field.value = value;
  }
  fields.momentum.parentNode.hidden = !["momentum", "nesterov"].includes(training.settings.optimizer);
}
