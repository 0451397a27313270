// The graph: every value, local derivative and gradient from the numbers of its leaves.
const page = JSON.parse(byId("steps").textContent);
const { nodes, steps } = page;
const root = nodes.length - 1, last = steps.length - 1;
for (const node of nodes) {
  node.in = node.in?.map((x) => typeof x === "number" ? x : [Number(x[0])]);
  node.wires = (node.in || []).flatMap((x, k) => typeof x === "number" ? [k] : []);
  node.held = node.held?.map(Number);
  node.data = Number(node.data);
}
const made = nodes.flatMap((node, i) => node.in ? [i] : []);
const leaves = nodes.flatMap((node, i) => node.in ? [] : [i]);
const users = nodes.map(() => []);  // [head, wire] of each line that leaves a node, first the last
for (const i of [...made].reverse()) nodes[i].wires.forEach((k, wire) => users[nodes[i].in[k]].push([i, wire]));
const turn = made.length + 1;  // the step at which the backward pass begins
const forwardStep = new Map(made.map((i, k) => [i, k + 1]));
const backwardStep = new Map(made.map((i, k) => [i, last - k]));
for (const i of made) {  // the caption of a backward step holds the rules, and each term of the sum
  const [, rules, ...products] = steps[backwardStep.get(i)].lines;
  nodes[i].rules = rules[0];
  nodes[i].terms = products.map(([head]) => head.slice(head.indexOf(".grad += ") + 9, -3));
}
const frozen = nodes.some((node) => node.held);

function forward(numbers) {
  const data = Float64Array.from(numbers), local = [];
  for (const i of made) {
    const node = nodes[i];
    if (node.held) { [data[i], ...local[i]] = node.held; continue; }
    const inputs = node.in.map((x) => typeof x === "number" ? data[x] : x[0]);
    const [value, ...slopes] = TABLE[node.op];
    data[i] = value(...inputs);
    local[i] = node.wires.map((k) => slopes[k](...inputs, data[i]));
  }
  return { data, local };
}

// The reverse pass in the engine's order, up to a step: parent.grad += local · node.grad.
function backward({ local }, until = last, from = root) {
  const grad = new Float64Array(nodes.length), before = [], product = [], after = [];
  grad[from] = 1;
  for (const i of [...made].reverse()) {
    if (backwardStep.get(i) > until) break;
    [before[i], product[i], after[i]] = [[], [], []];
    nodes[i].wires.forEach((k, wire) => {
      const parent = nodes[i].in[k];
      before[i][wire] = grad[parent];
      product[i][wire] = local[i][wire] * grad[i];
      grad[parent] += product[i][wire];
      after[i][wire] = grad[parent];
    });
  }
  return { grad, before, product, after };
}

function run(numbers) {
  const found = forward(numbers);
  return Object.assign(found, backward(found));
}
