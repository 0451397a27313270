// The history of training: back to any step that was kept, and on from there.
const past = byId("past");
past.oninput = () => { play(false); goBack(training.history.steps[Number(past.value)]); };
past.onchange = () => { say(spokenState()); remember(); };
function goBack(step) {
  Object.assign(session, { step: training.scrub(step), sample: -1 });
  slopes();
  soon();
}
function visit(by) {
  const { steps } = training.history, k = Math.max(0, Math.min(steps.length - 1, nowAt() + by));
  play(false);
  goBack(steps[k]);
  say(spokenState());
  remember();
}
function nowAt() {  // the last that was kept up to now
  const { steps } = training.history;
  let k = steps.length - 1;
  while (k > 0 && steps[k] > session.step) k--;
  return k;
}
let wrotePast = "";
function showPast() {
  const most = String(training.history.steps.length - 1), k = String(nowAt());
  if (past.max !== most) past.max = most;
  if (past.value !== k) past.value = k;
  const text = `step ${String(session.step).replace(/\B(?=(\d{3})+$)/g, "\u202f")}`;
  if (text !== wrotePast) byId("count").textContent = wrotePast = text;
  past.setAttribute("aria-valuetext", text);
}
