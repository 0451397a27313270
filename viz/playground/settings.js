// What training goes by: each a choice that holds from the next step on.
const SETTINGS = {
  rate: ["learning rate", [0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3]],
  optimizer: ["optimizer", page.optimizers],
  momentum: ["momentum", [0, 0.5, 0.9, 0.99]],
  batch: ["batch", [1, 4, 8, 16, 32, 64, 128]],
  penalty: ["penalty", [0, 0.0001, 0.001, 0.01, 0.1]],
};
const HINTS = { penalty: "Adds this times each weight to its gradient (L2)", batch: "Samples a step", momentum: "Of SGD: how much of the last step stays" };
const OPTIMIZERS = { sgd: "SGD", adam: "Adam", adamw: "AdamW", rmsprop: "RMSprop" };
const fields = {};
for (const [name, [label, choices]] of Object.entries(SETTINGS)) {
  const given = page.settings[name], every = new Set(choices);
  every.add(given);
  const sorted = name === "optimizer" ? [...every] : [...every].sort((a, b) => a - b);
  const options = sorted.map((value) => make("option", { value, textContent: OPTIMIZERS[value] ?? String(value) }));
  if (name === "batch") options.push(make("option", { value: "all", textContent: "all" }));
  fields[name] = make("select", { title: HINTS[name] ?? "" }, ...options);
  fields[name].onchange = () => {
    const { value } = fields[name];
    choose({ [name]: name === "optimizer" ? value : value === "all" ? set("train").n : Number(value) });
  };
  byId("settings").append(make("label", {}, `${label} `, fields[name]));
}
const seed = fields.seed = make("input", { type: "text", inputMode: "numeric", autocomplete: "off", title: "Draws the first weights, and the order of the samples" });
seed.onchange = () => { if (/^\d{1,9}$/.test(seed.value.trim())) { choose({ seed: Number(seed.value) }); restart(); } else showSettings(); };
byId("settings").append(make("label", {}, "seed ", seed));
function choose(change) {
  Object.assign(page.settings, change);
  training.change(change);
  showSettings();
  remember();
  soon();
}
function showSettings() {
  for (const [name, field] of Object.entries(fields)) {
    const value = String(page.settings[name]);
    if (field.options && ![...field.options].some((option) => option.value === value)) {
      if (name === "batch" && page.settings.batch >= set("train").n) { field.value = "all"; continue; }
      field.append(make("option", { value, textContent: value }));
    }
    field.value = value;
  }
  fields.momentum.disabled = page.settings.optimizer !== "sgd";
}
