// The rules of nn.optim, in its order of operations: each changes p[i] by the gradient g.
const OPTIMIZERS = {
  sgd: { keeps: [], rate: 0.1, rule: ({ rate }) => (p, i, g) => { p[i] -= g * rate; } },
  momentum: {
    keeps: ["momentum"], rate: 0.1,
    rule: ({ rate, momentum }, { momentum: v }, updates) => (p, i, g) => {
      v[i] = updates === 1 ? v[i] + g : v[i] * momentum + g;
      p[i] -= v[i] * rate;
    },
  },
  nesterov: {
    keeps: ["momentum"], rate: 0.1,
    rule: ({ rate, momentum }, { momentum: v }, updates) => (p, i, g) => {
      v[i] = updates === 1 ? v[i] + g : v[i] * momentum + g;
      p[i] -= (g + momentum * v[i]) * rate;
    },
  },
  rmsprop: {
    keeps: ["square"], rate: 0.01,
    rule: ({ rate }, { square }) => (p, i, g) => {
      square[i] = square[i] * 0.99 + g * (1 - 0.99) * g;
      p[i] -= g / (Math.sqrt(square[i]) + 1e-8) * rate;
    },
  },
  adam: { keeps: ["mean", "square"], rate: 0.01, rule: adam },
  adamw: { keeps: ["mean", "square"], rate: 0.01, rule: adam, apart: true },
};
function adam({ rate }, { mean, square }, updates) {
  const root = Math.sqrt(1 - 0.999 ** updates), step = rate / (1 - 0.9 ** updates);
  return (p, i, g) => {
    mean[i] += (g - mean[i]) * (1 - 0.9);
    square[i] = square[i] * 0.999 + g * g * (1 - 0.999);
    p[i] -= mean[i] / (Math.sqrt(square[i]) / root + 1e-8) * step;
  };
}

// The learning rate of an epoch, counted from 0: nn.schedule's formulas. `epochs` is what each of them calls
// step_size, total_iters or T_max.
const SCHEDULES = {
  constant: (rate) => rate,
  StepLR: (rate, epoch, { epochs, gamma }) => rate * gamma ** Math.floor(epoch / epochs),
  ExponentialLR: (rate, epoch, { gamma }) => rate * gamma ** epoch,
  LinearLR: (rate, epoch, { epochs, start_factor, end_factor }) => rate * (start_factor + (end_factor - start_factor) * Math.min(epoch / epochs, 1)),
  CosineAnnealingLR: (rate, epoch, { epochs, eta_min }) => eta_min + (rate - eta_min) * ((1 + Math.cos(Math.PI * epoch / epochs)) / 2),
};
const UNSCHEDULED = { schedule: "constant", epochs: 30, gamma: 0.1, start_factor: 1 / 3, end_factor: 1, eta_min: 0 };
