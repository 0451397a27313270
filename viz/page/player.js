"use strict";
(() => {
  const byId = (id) => document.getElementById(id);
  const { frames, start } = JSON.parse(byId("steps").textContent);
  const last = frames.length - 1;
  const figure = byId("figure"), caption = byId("caption"), slider = byId("slider");
  const items = byId("list").children;

  // Each card: its two numbers, right-aligned so that their width may change, and its hover text.
  const cards = new Map();
  for (const [id, name] of Object.entries(start)) {
    const group = byId(id);
    const box = group.querySelector("path").getBBox();
    const card = { name, title: group.querySelector("title"), exact: { data: "not yet", grad: "not yet" } };
    for (const field of ["data", "grad"]) {
      const text = group.querySelector(`text.${field}`);
      text.setAttribute("text-anchor", "end");
      text.setAttribute("x", box.x + box.width - 4);
      card[field] = text;
    }
    cards.set(id, card);
  }

  // The drawing shrinks into its window where it stays readable; else it keeps its size and scrolls.
  const svg = figure.querySelector("svg");
  const { width, height } = svg.viewBox.baseVal;
  function fit() {
    const points = 4 / 3, smallest = 0.62;
    const room = Math.min(figure.clientWidth / width, (0.64 * innerHeight) / height) / points;
    const scale = points * (room < smallest ? 1 : Math.min(1, room));
    svg.style.width = `${width * scale}px`;
    svg.style.height = `${height * scale}px`;
  }

  const blank = (id, field) => [id, field, "–", "zero", "not yet"];

  // A change is [card, field, text, tone, exact number]; undoing it sets what was there before.
  const shown = {};
  const undo = frames.map(({ set }) => set.map((change) => {
    const key = `${change[0]} ${change[1]}`;
    const before = shown[key] || blank(change[0], change[1]);
    shown[key] = change;
    return before;
  }).reverse());

  function apply(changes) {
    for (const [id, field, text, tone, exact] of changes) {
      const card = cards.get(id);
      card[field].textContent = text;
      card[field].setAttribute("class", field === "grad" ? `grad ${tone}` : "data");
      card.exact[field] = exact;
      card.title.textContent = `${card.name}: data ${card.exact.data}, grad ${card.exact.grad}`;
    }
  }

  let at = -1;
  function go(step) {
    step = Math.min(last, Math.max(0, step));
    if (step === at) return;
    while (at < step) apply(frames[++at].set);
    while (at > step) apply(undo[at--]);
    const frame = frames[at];
    for (const lit of figure.querySelectorAll(".on")) lit.classList.remove("on");
    for (const id of frame.on) {
      const element = byId(id);
      if (element) element.classList.add("on");
    }
    caption.className = frame.phase;
    caption.replaceChildren(...paragraphs(frame.lines));
    slider.value = at;
    slider.setAttribute("aria-valuetext", `${at} of ${last}: ${frame.lines[0]}`);
    byId("count").textContent = `${at} / ${last}`;
    byId("back").disabled = at === 0;
    byId("next").disabled = at === last;
    byId("here").href = `#step=${at}`;
    for (let i = 0; i <= last; i++) {
      if (i === at) items[i].setAttribute("aria-current", "step");
      else items[i].removeAttribute("aria-current");
    }
    const nodes = frame.on.map(byId).filter((element) => element?.classList.contains("node"));
    if (nodes.length) follow(nodes);
  }

  // Where the drawing is larger than its window, keep what happens in sight.
  function follow(nodes) {
    const frame = figure.getBoundingClientRect();
    for (const [from, to, scroll] of [["left", "right", "scrollLeft"], ["top", "bottom", "scrollTop"]]) {
      let boxes = nodes.map((node) => node.getBoundingClientRect());
      const span = () => [Math.min(...boxes.map((box) => box[from])), Math.max(...boxes.map((box) => box[to]))];
      let [first, end] = span();
      if (end - first > frame[to] - frame[from]) {  // too far apart: the one that passes on
        boxes = boxes.slice(0, 1);
        [first, end] = span();
      }
      if (first < frame[from] || end > frame[to]) figure[scroll] += (first + end - frame[from] - frame[to]) / 2;
    }
  }

  // Room for the longest caption, so that the controls stay where they are.
  function paragraphs(lines) {
    return lines.map((line, i) => {
      const p = document.createElement("p");
      p.className = i ? "" : "head";
      p.textContent = line;
      return p;
    });
  }
  function makeRoom() {
    const trial = caption.cloneNode();
    trial.removeAttribute("role");
    trial.removeAttribute("aria-live");
    trial.style.minHeight = "";
    caption.after(trial);
    let most = 0;
    for (const { lines } of frames.slice(0, 400)) {
      trial.replaceChildren(...paragraphs(lines));
      most = Math.max(most, trial.offsetHeight);
    }
    trial.remove();
    caption.style.minHeight = `${most}px`;
  }

  let timer = 0;
  function pause() {
    clearInterval(timer);
    timer = 0;
    byId("play").textContent = "play";
  }
  function play() {
    if (timer) return pause();
    if (at === last) go(0);
    byId("play").textContent = "pause";
    timer = setInterval(() => {
      go(at + 1);
      if (at === last) pause();
    }, 1200);
  }

  function visit(step) {  // by hand: stop playing, and let the address name the step
    pause();
    go(step);
    try { history.replaceState(null, "", `#step=${at}`); } catch { /* in a frame without an address */ }
  }
  function fromAddress() {
    const found = /^#step=(\d{1,9})$/.exec(location.hash);
    if (found) { pause(); go(Number(found[1])); }
  }

  byId("back").onclick = () => visit(at - 1);
  byId("next").onclick = () => visit(at + 1);
  byId("play").onclick = play;
  slider.oninput = () => visit(Number(slider.value));
  addEventListener("hashchange", fromAddress);
  const moves = { ArrowLeft: () => at - 1, ArrowRight: () => at + 1, Home: () => 0, End: () => last };
  addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key === " " && !event.target.closest("button, summary, a")) {
      event.preventDefault();
      play();
    } else if (moves[event.key]) {
      event.preventDefault();
      visit(moves[event.key]());
    }
  });

  for (const id of cards.keys()) apply([blank(id, "data"), blank(id, "grad")]);
  fit();
  makeRoom();
  addEventListener("resize", () => { fit(); makeRoom(); });
  go(0);
  fromAddress();
})();
