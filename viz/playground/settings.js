// What training goes by: each a choice that holds from the next step on.
const CALLED = { sgd: "SGD", momentum: "momentum", nesterov: "Nesterov", rmsprop: "RMSprop", adam: "Adam", adamw: "AdamW" };
const SETTINGS = {
  rate: ["learning rate", [0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3]],
  schedule: ["schedule", Object.keys(SCHEDULES)],
  epochs: ["epochs", [1, 3, 10, 30, 100, 300]],
  gamma: ["γ", [0.1, 0.5, 0.9, 0.95, 0.99]],
  optimizer: ["optimizer", Object.keys(CALLED)],
  momentum: ["μ", [0, 0.5, 0.9, 0.99]],
  batch: ["batch", [1, 4, 8, 16, 32, 64, 128]],
  penalty: ["penalty", [0, 0.0001, 0.001, 0.01, 0.1]],
};
const HINTS = {
  rate: "How far each weight goes down its gradient in a step", schedule: "How the learning rate changes from epoch to epoch, once through all samples",
  epochs: "Over how many epochs: StepLR's step_size, LinearLR's total_iters, CosineAnnealingLR's T_max", gamma: "γ: what the learning rate is multiplied by",
  optimizer: "The rule that makes a step of a gradient", momentum: "μ, momentum: how much of the last step stays",
  batch: "Samples a step", penalty: "α: adds α · Σ weight² to the loss (L2)",
};
const SPOKEN = { momentum: "momentum μ", gamma: "factor γ of the schedule", epochs: "epochs of the schedule" };
const USED = {  // fields that not every choice has a use for
  momentum: ({ optimizer }) => OPTIMIZERS[optimizer].keeps[0] === "momentum", gamma: ({ schedule }) => ["StepLR", "ExponentialLR"].includes(schedule),
  epochs: ({ schedule }) => !["constant", "ExponentialLR"].includes(schedule),
};
const SUITED = { StepLR: { gamma: 0.1 }, ExponentialLR: { gamma: 0.95 } };  // what each begins with
const isText = (name) => name === "optimizer" || name === "schedule";
const fields = {};
for (const [name, [label, choices]] of Object.entries(SETTINGS)) {
  const given = training.settings[name], every = new Set(choices);
  every.add(given);
  const sorted = isText(name) ? [...every] : [...every].filter((x) => name !== "batch" || x).sort((a, b) => a - b);
  const options = sorted.map((value) => make("option", { value, textContent: CALLED[value] ?? String(value) }));
  if (name === "batch") options.push(make("option", { value: 0, textContent: "all" }));
  fields[name] = make("select", { title: HINTS[name] }, ...options);
  if (SPOKEN[name]) fields[name].setAttribute("aria-label", SPOKEN[name]);
  fields[name].onchange = () => {
    const { value } = fields[name];
    choose({ [name]: isText(name) ? value : Number(value), ...(name === "schedule" && SUITED[value]) });
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
  for (const [name, used] of Object.entries(USED)) fields[name].parentNode.hidden = !used(training.settings);
}
