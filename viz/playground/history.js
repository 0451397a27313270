// What training was like: losses and parameters at every so manieth step. When there are too many, every
// other one goes, so that memory stays bounded and the whole way can be scrubbed through.
function createHistory(size, first) {
  const most = 2 * Math.max(10, Math.min(128, Math.floor(5e5 / size)));
  const history = { steps: [], train: [], test: [], snapshots: [], every: first };
  const lists = () => [history.steps, history.train, history.test, history.snapshots];
  const keep = (wanted) => {
    const kept = history.steps.map(wanted);
    for (const list of lists()) list.splice(0, Infinity, ...list.filter((_, i) => kept[i]));
  };
  return Object.assign(history, {
    due: (step) => step % history.every === 0,
    add(step, train, test, snapshot) {
      [step, train, test, snapshot].forEach((x, i) => lists()[i].push(x));
      if (history.steps.length <= most) return;
      history.every *= 2;
      keep((s) => s % history.every === 0);
    },
    // The place of the last step that is not after this one.
    place: (step) => Math.max(0, history.steps.findLastIndex((s) => s <= step)),
    cut(step) { keep((s) => s <= step); },
    clear() { keep(() => false); history.every = first; },
  });
}
