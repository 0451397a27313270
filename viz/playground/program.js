// What trains, for one model: the loops that were printed for it, under the names that a playground uses.
// rows: Float64Array [n · inputs]; targets: Float64Array [n · targets].
function createModel(loops, facts) {
  const arrays = facts.arrays.map(spread), names = namesOf(arrays);
  const { inputs, outputs, targets, layers, drops } = facts;
  const nothing = new Float64Array(targets), answers = Array.from({ length: outputs }, (_, k) => k + 1);
  const kept = drops.map(({ size }) => new Float64Array(size).fill(1)), random = createRandom(0);
  const dropped = (n) => drops.map(({ size, p }) =>
    Float64Array.from({ length: n * size }, () => random.uniform() >= p ? 1 / (1 - p) : 0));
  return {
    ...facts, arrays, names,
    size: loops.parameters.length, parameters: loops.parameters, gradients: loops.gradients,
    // The mean loss; the gradients are filled.
    loss(rows, targets, n = rows.length / inputs) { return loops.run([rows, targets, ...dropped(n)], n); },
    // The mean loss; nothing else changes.
    evaluate(rows, targets, n = rows.length / inputs) {
      return loops.forward([rows, targets, ...kept], n, [0]).reduce((a, b) => a + b, 0) / n;
    },
    // [n · outputs]
    predict(rows, n = rows.length / inputs) { return loops.forward([rows, nothing, ...kept], n, answers); },
    // Of each layer [n · width].
    activations(rows, n = rows.length / inputs) {
      const wanted = layers.flatMap(({ first, width }) => Array.from({ length: width }, (_, k) => first + k));
      const all = loops.forward([rows, nothing, ...kept], n, wanted);
      let before = 0;
      return layers.map(({ width }) => {
        const found = new Float64Array(n * width);
        for (let i = 0; i < n; i++) found.set(all.subarray(i * wanted.length + before, i * wanted.length + before + width), i * width);
        before += width;
        return found;
      });
    },
  };
}

// Where each number of an array is among the parameters: they were counted from the first where they follow.
function spread({ from, ...array }) {
  const size = array.shape.reduce((a, b) => a * b, 1);
  return { ...array, from: Number.isInteger(from) ? Array.from({ length: size }, (_, i) => from + i) : from };
}

// The paths of the parameters: the array's name, then the place in it.
function namesOf(arrays) {
  const names = [];
  for (const { name, shape, from = [] } of arrays) from.forEach((at, i) => {
    const path = [];
    for (const n of [...shape].reverse()) {
      path.unshift(i % n);
      i = Math.floor(i / n);
    }
    names[at] = [name, ...path].join(".");
  });
  return names;
}
