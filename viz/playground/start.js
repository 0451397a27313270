// At first sight, what is drawn in a frame, and the keys.
const SHOWS = { plane: PLANE, line: LINE, images: IMAGES, reconstruction: RECONSTRUCTION, pairs: PAIRS, confusion: CONFUSION };
listeners.unshift((now) => {
  if (!busy() || turn % 2) {
    lookOver();
    SHOWS[page.view].paint();
  }
  if (!busy() || turn % 2 === 0) paintNetwork(now);
  if (session.playing && turn % 6) return;  // what is read, not seen to move
  paintCurves();
  writeNumbers();
  showPast();
});
const keys = { " ": () => play(), s: () => byId("step").click(), o: () => byId("one").click(), ArrowLeft: () => visit(-1), ArrowRight: () => visit(1) };
addEventListener("keydown", (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey || event.defaultPrevented) return;
  if (event.target.closest?.("input, select, textarea")) return;
  if (event.key === " " && event.target.closest?.("button, summary, a")) return;
  const run = keys[event.key.length > 1 ? event.key : event.key.toLowerCase()];
  if (!run) return;
  event.preventDefault();
  run();
});
new ResizeObserver(() => { arrange(); soon(); }).observe(figure);
new ResizeObserver(soon).observe(view);
addEventListener("beforeprint", () => { play(false); frame(performance.now()); });
offerKinds();
byId("later").hidden = !back.length;
showSettings();
arrange();
say("Press play, and the network learns.");
fromAddress();
frame(performance.now());  // at once: the page is never empty
