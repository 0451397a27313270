// A model in training: the losses are those of nn.fit with the same settings, to 1e-12.
//
// data: { train: { x, y, n }, test: { x, y, n } }, numbers one sample after the other.
// settings: optimizer (a name of OPTIMIZERS), rate, momentum, batch (0: all samples), penalty α (adds
// α·Σp² to the loss: a weight_decay of 2α), seed, schedule (a name of SCHEDULES) and what UNSCHEDULED lists.
// A seed draws the samples' order as NumPy's default_rng does. Seed 0 begins with the model's own numbers;
// any other deals those of each layer anew among its weights, so their distribution is the model's.
function createTraining(program, data, settings = {}) {
  const { size, parameters, gradients, inputs, targets } = program;
  const first = parameters.slice(), groups = grouped(program.names);
  const train = copied(data.train), test = copied(data.test);
  const chosen = { optimizer: "sgd", momentum: 0.9, batch: 0, penalty: 0, seed: 0, ...UNSCHEDULED, ...settings };
  chosen.rate ??= OPTIMIZERS[chosen.optimizer].rate;
  // Where it takes long to look at all samples, no more time goes there than into the steps.
  const all = train.n + test.n, seldom = all * size < 1e6 ? 1 : Math.max(1, all / 3 / (chosen.batch || train.n));
  const history = createHistory(size, 2 ** Math.ceil(Math.log2(seldom)));
  let random, order, position, epoch, step, kept, updates, looking, begun, straight, origin, changes;

  function copied(part) {
    const { x = [], y = [], n = x.length / inputs } = part ?? {};
    return { x: Float64Array.from(x), y: Float64Array.from(y), n };
  }
  function grouped(names) {  // the weights of a layer's neurons belong together
    const found = new Map();
    names.forEach((name, i) => {
      const key = name.replace(/neurons\.\d+/g, "neurons").replace(/(\.\d+)+$/, "");
      found.set(key, [...(found.get(key) ?? []), i]);
    });
    return [...found.values()];
  }

  const whole = () => !chosen.batch || chosen.batch >= train.n;
  function begin() {  // an epoch
    [position, begun] = [0, random.state()];
    order = whole() ? null : random.permutation(train.n);
  }
  function forget() {  // what the optimizer keeps
    updates = 0;
    kept = Object.fromEntries(OPTIMIZERS[chosen.optimizer].keeps.map((name) => [name, new Float64Array(size)]));
  }
  function reset(seed = chosen.seed) {
    chosen.seed = seed;
    random = createRandom(seed);
    parameters.set(first);
    if (seed) {
      const dealer = createRandom(seed);
      for (const group of groups) dealer.permutation(group.length).forEach((from, to) => { parameters[group[to]] = first[group[from]]; });
    }
    [step, epoch, looking, straight, origin, changes] = [0, 0, false, true, { ...chosen }, []];
    forget();
    begin();
    history.clear();
    record();
  }

  const loss = (set) => mean(set === "test" ? test : train);
  const mean = ({ x, y, n }) => n ? program.evaluate(x, y, n) : NaN;
  function record() {
    if (history.due(step)) history.add(step, mean(train), mean(test), snapshot());
  }
  const snapshot = () => ({ parameters: parameters.slice(), kept: Object.entries(kept).map(([name, x]) => [name, x.slice()]), updates, epoch });

  function rows(numbers) {
    const x = new Float64Array(numbers.length * inputs), y = new Float64Array(numbers.length * targets);
    numbers.forEach((from, to) => {
      x.set(train.x.subarray(from * inputs, (from + 1) * inputs), to * inputs);
      y.set(train.y.subarray(from * targets, (from + 1) * targets), to * targets);
    });
    return { x, y, n: numbers.length };
  }
  const rate = () => SCHEDULES[chosen.schedule](chosen.rate, epoch, chosen);
  function penalty() {
    let total = 0;
    if (chosen.penalty) for (let i = 0; i < size; i++) total += parameters[i] * parameters[i];
    return chosen.penalty * total;
  }
  // One step on these samples; where the loss is no number nothing changes.
  function learn({ x, y, n }) {
    if (looking) {  // at an earlier step: training goes on from there
      history.cut(step);
      looking = straight = false;
    }
    const now = rate(), found = { step: step + 1, rate: now, loss: program.loss(x, y, n), penalty: penalty() };
    if (!Number.isFinite(found.loss)) return found;
    const { rule, apart } = OPTIMIZERS[chosen.optimizer], decay = 2 * chosen.penalty;
    updates++;
    const move = rule({ ...chosen, rate: now }, kept, updates);
    for (let i = 0; i < size; i++) {
      if (apart) parameters[i] *= 1 - now * decay;
      move(parameters, i, decay && !apart ? gradients[i] + decay * parameters[i] : gradients[i]);
    }
    step++;
    return found;
  }
  function next() {
    let batch = train;
    if (!whole()) {
      batch = rows(order.slice(position, position + chosen.batch));
      position += batch.n;
    }
    const found = learn(batch);
    if (!Number.isFinite(found.loss)) return found;
    if (whole() || position >= train.n) {
      epoch++;
      begin();
    }
    record();
    return found;
  }

  function replace(x, y) {  // the samples to train on; another epoch begins
    Object.assign(train, { x: Float64Array.from(x), y: Float64Array.from(y), n: x.length / inputs });
    straight = false;
    begin();
  }
  const cut = (list, i, width, ...put) => { const found = Array.from(list); found.splice(i * width, width, ...put); return found; };

  reset();
  return {
    history, loss, reset, rate, data: { train, test }, settings: chosen,
    step: next,
    steps: () => step,
    // The settings it began with and those changed on the way, [step, settings], if they lead to here.
    way: () => straight && changes.every(([at]) => at <= step) ? { origin, changes } : null,
    put(i, x) { parameters[i] = x; straight = false; },
    // One step on one sample of the training set.
    sample(i) {
      straight = false;
      const found = learn(rows([i]));
      if (Number.isFinite(found.loss)) record();
      return found;
    },
    // Steps until so many milliseconds are over; returns how many.
    run(milliseconds) {
      const end = performance.now() + milliseconds;
      let done = 0;
      do done++; while (Number.isFinite(next().loss) && performance.now() < end);
      return done;
    },
    // The share of right answers; NaN where there is no right or wrong.
    accuracy(set) {
      const { x, y, n } = set === "test" ? test : train, { outputs, threshold } = program;
      if (!n || !threshold) return NaN;
      const answers = program.predict(x, n);
      let right = 0;
      for (let i = 0; i < n; i++) {
        if (outputs === 1) right += answers[i] > threshold[0] === y[i] > threshold[1];
        else {
          const row = answers.subarray(i * outputs, (i + 1) * outputs);
          right += row.indexOf(Math.max(...row)) === y[i];
        }
      }
      return right / n;
    },
    // Settings that are to differ from now on.
    change(settings) {
      const { optimizer, batch } = chosen;
      Object.assign(chosen, settings);
      if (!step && straight && !looking) { reset(); return; }
      changes.push([step, settings]);
      straight &&= !looking;
      if (chosen.optimizer !== optimizer) forget();
      if (chosen.batch !== batch) begin();
    },
    add(x, y) { replace([...train.x, ...x], [...train.y, ...[y].flat()]); },
    move(i, x, y) { replace(cut(train.x, i, inputs, ...x), y === undefined ? train.y : cut(train.y, i, targets, ...[y].flat())); },
    remove(i) { replace(cut(train.x, i, inputs), cut(train.y, i, targets)); },
    // The parameters of a step that has been; the last that is remembered before it. Returns which.
    scrub(at) {
      if (!looking && history.steps.at(-1) !== step) history.add(step, mean(train), mean(test), snapshot());
      const place = history.place(at), found = history.snapshots[place];
      parameters.set(found.parameters);
      kept = Object.fromEntries(found.kept.map(([name, x]) => [name, x.slice()]));
      ({ updates, epoch } = found);
      [step, looking] = [history.steps[place], true];
      return step;
    },
    // Everything, as JSON has it; the history begins anew.
    state: () => ({
      settings: { ...chosen }, step, epoch, position, updates, random: begun,
      parameters: [...parameters], kept: Object.entries(kept).map(([name, x]) => [name, [...x]]),
      train: { x: [...train.x], y: [...train.y] },
    }),
    restore(state) {
      Object.assign(chosen, state.settings);
      random = createRandom(chosen.seed);
      random.restore(state.random);
      Object.assign(train, copied(state.train));
      begin();
      parameters.set(state.parameters);
      kept = Object.fromEntries(state.kept.map(([name, x]) => [name, Float64Array.from(x)]));
      ({ step, epoch, position, updates } = state);
      looking = straight = false;
      history.clear();
      history.add(step, mean(train), mean(test), snapshot());
    },
  };
}
