// Forwards, then backwards: the caption, the slider, play, and pulses along the lines.
const wide = matchMedia("(min-width: 760.02px)");
const caption = byId("caption"), slider = byId("slider"), list = byId("list");
const intro = [
  ["Drag a number: every value and every gradient follows."],
  ["◀ walks back through the pass, play shows it from the start."],
];
const paragraphs = (rows) => rows.map((row, k) => make("p", { className: k ? "" : "head" }, ...row));

let told = "";
function tell() {
  const frame = steps[state.step];
  const saying = `${state.step} ${[...state.folded]} ${state.overview ? "intro" : frame.lines.map(spoken).join("\n")}`;
  if (told === saying) return;  // a write that changes nothing lays out the page all the same
  told = saying;
  caption.className = state.overview ? "" : frame.phase;
  caption.replaceChildren(...paragraphs(state.overview ? intro : frame.lines.map(terms)));
  light(state.overview ? [] : frame.on, "on");
  slider.value = state.step;
  slider.setAttribute("aria-valuetext", `${state.step} of ${last}: ${spoken(frame.lines[0])}`);
  byId("count").textContent = `${state.step} / ${last}`;
  byId("back").disabled = state.step === 0;
  byId("next").disabled = state.step === last;
}
listeners.push(tell);

function go(step) {
  step = Math.min(last, Math.max(0, step));
  if (step === state.step && !state.overview) return;
  const onwards = step === state.step + 1;
  Object.assign(state, { step, overview: false });
  refresh();
  mark();
  const frame = steps[step];
  follow(frame.on.filter((id) => id[0] === "v").map((id) => placed.at[`v${placed.stands[id.slice(1)]}`]).filter(Boolean));
  pinned = -1;
  if (frame.on.length) choose(Number(frame.on[0].slice(1)));
  if (onwards) pulse(frame);
}
function mark() {
  list.querySelector("[aria-current]")?.removeAttribute("aria-current");
  if (!state.overview) list.children[state.step].setAttribute("aria-current", "step");
}

let pulses = [];
function pulse(frame) {
  for (const old of pulses) old.remove();
  pulses = [];
  if (calm.matches) return;
  const edges = new Set(frame.on.filter((id) => id[0] === "e").map(elementOf).filter(Boolean));
  const paths = [...edges].map((edge) => edge.querySelector(".line"));
  const running = paths.map((path) => [path, path.getTotalLength(), draw("circle", { class: "pulse", r: 5 })]);
  pulses = running.map(([, , dot]) => dot);
  byId("edges").append(...pulses);
  const began = performance.now(), mine = pulses;
  const tick = (now) => {
    if (mine !== pulses) return;
    const t = Math.min(1, Math.max(0, (now - began) / 480)), eased = t < 0.5 ? 2 * t * t : 1 - 2 * (1 - t) ** 2;
    for (const [path, length, dot] of running) {
      const at = path.getPointAtLength(length * (frame.phase === "forward" ? eased : 1 - eased));
      dot.setAttribute("cx", at.x);
      dot.setAttribute("cy", at.y);
    }
    if (t < 1) requestAnimationFrame(tick);
    else for (const dot of mine) dot.remove();
  };
  requestAnimationFrame(tick);
}

function greet() {  // once, at first sight: where the gradients run
  const ids = made.length < 40 ? made.flatMap((i) => nodes[i].lines) : [];
  pulse({ phase: "backward", on: ids });
}

let timer = 0;
function pause() {
  clearInterval(timer);
  timer = 0;
  byId("play").textContent = "play";
}
function play() {
  if (timer) return pause();
  if (state.step === last) go(0);
  byId("play").textContent = "pause";
  timer = setInterval(() => {
    go(state.step + 1);
    if (state.step === last) pause();
  }, 1200 / Number(byId("speed").value));
}
function visit(step) {  // by hand: stop playing, and let the address name the step
  pause();
  go(step);
  remember();
}

// Room for the longest caption, so that the controls stay where they are.
function makeRoom() {
  const trial = make("div");
  trial.id = "trial";
  caption.after(trial);
  Object.assign(trial.style, { borderLeft: "4px solid", paddingLeft: "12px", visibility: "hidden" });
  const long = ({ lines: rows }) => rows.reduce((sum, row) => sum + 40 + spoken(row).length, 0);
  const longest = steps.map((frame) => [long(frame), frame]).sort((a, b) => b[0] - a[0]).slice(0, 40);
  const indent = (p) => Object.assign(p.style, { margin: 0, paddingLeft: "2ch" }) && p;
  trial.append(...longest.map(([, { lines: rows }]) => (
    make("div", {}, ...rows.map((row) => indent(make("p", { textContent: spoken(row) }))))
  )));
  const most = Math.max(...[...trial.children].map((one) => one.offsetHeight));  // laid out once
  trial.remove();
  const room = wide.matches ? most : Math.min(most, 0.17 * innerHeight);  // on a phone it scrolls
  Object.assign(caption.style, { minHeight: `${room}px`, maxHeight: wide.matches ? "" : `${room}px` });
  const below = wide.matches ? 0 : byId("dock").offsetHeight;  // there it stands before what has the focus
  document.documentElement.style.scrollPaddingBottom = `${below}px`;
  if (room < most) caption.tabIndex = 0; else caption.removeAttribute("tabindex");
}

function placeNumbers() {  // few stand above what is said of a value, if that is beside the drawing
  const next = wide.matches && !many ? byId("reason") : list.closest("details"), numbers = byId("numbers");
  if (numbers.nextElementSibling === next) return;
  const focused = document.activeElement;
  next.before(numbers);
  focused.focus({ preventScroll: true });  // what is moved loses it
}

function relist() {  // the list as the numbers are now
  steps.forEach((frame, k) => {
    const link = list.children[k].firstElementChild;
    link.replaceChildren(...frame.lines.flatMap((line, n) => n ? [make("br"), spoken(line)] : [spoken(line)]));
  });
}
list.addEventListener("click", (event) => {
  const item = event.target.closest("li");
  if (!item) return;
  event.preventDefault();  // in a frame, a link would load the notebook into its own cell
  visit([...list.children].indexOf(item));
});
list.closest("details").addEventListener("toggle", relist);
listeners.push(() => { if (list.closest("details").open && !state.hurried) relist(); });
byId("back").onclick = () => visit(state.step - 1);
byId("next").onclick = () => visit(state.step + 1);
byId("play").onclick = play;
byId("speed").onchange = () => { if (timer) { pause(); play(); } };
slider.oninput = () => visit(Number(slider.value));
