// At first sight, and what the keys and the window do.
const NAMES = { neuron: "neurons folded", layer: "layers folded", part: "named parts folded" };
const there = Object.entries(NAMES).filter(([kind]) => groups.some((group) => group.kind === kind));
const kindsOfFold = [["", "every value"], ...there];
const foldChoice = byId("fold");
foldChoice.append(...kindsOfFold.map(([value, text]) => make("option", { value, textContent: text })));
byId("show").hidden = kindsOfFold.length < 2;
const some = make("option", { value: "some", textContent: "some folded", hidden: true });
foldChoice.append(some);
listeners.push(() => {
  const kind = state.folded.size ? kindsOfFold.find(([kind]) => kind && sameFolds(ofKind(kind)))?.[0] ?? "some" : "";
  if (foldChoice.value !== kind) foldChoice.value = kind;
});
foldChoice.onchange = () => {
  state.folded = new Set(foldChoice.value ? ofKind(foldChoice.value) : []);
  camera.touched = false;
  arrange();
  refresh();
  remember();
};

let opened = false;
function openUp() {
  opened = true;
  drawing.classList.add("closed");  // nothing of it is laid out before it is clear what is folded
  makeDials();
  if (isTall()) upright(true);
  refresh();
  makeRoom();
  placeNumbers();
  takeRoom();
  arrange(false);
  for (const kind of ["neuron", "layer"]) {  // too small to read: begin with an overview
    const { scale } = within(0), open = [...state.folded];
    if (scale > (kind === "neuron" ? 0.42 : 0.34) || !ofKind(kind).length) break;
    fold(ofKind(kind));
    if (within(0).scale < scale) fold(open);
  }
  usual = new Set(state.folded);
  drawing.classList.remove("closed");
  fit();
  refresh();
  mark();
  fitDials();
  if (page.live) choose(root);
  fromAddress();
  remember();
  if (state.overview) greet();
}
const moves = { ArrowLeft: () => state.step - 1, ArrowRight: () => state.step + 1, Home: () => 0, End: () => last };
const pans = { ArrowLeft: [80, 0], ArrowRight: [-80, 0], ArrowUp: [0, 80], ArrowDown: [0, -80] };
addEventListener("keydown", (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey || event.defaultPrevented) return;
  const field = event.target.closest?.("input:not(#slider), select, textarea");
  if (field) return;
  if (event.shiftKey && pans[event.key]) { event.preventDefault(); pan(...pans[event.key]); }
  else if (event.key === " " && !event.target.closest("button, summary, a, .fold")) { event.preventDefault(); play(); }
  else if (moves[event.key]) { event.preventDefault(); visit(moves[event.key]()); }
  else if (event.key === "+" || event.key === "=") zoom(1.3);
  else if (event.key === "-" || event.key === "−") zoom(1 / 1.3);
  else if (event.key === "0") fit();
});
new ResizeObserver(() => {
  if (!figure.clientWidth || !figure.clientHeight) return;  // in a notebook behind another one
  Object.assign(camera, { width: figure.clientWidth, height: figure.clientHeight });
  if (!camera.touched) fit(); else look();
}).observe(figure);
const stage = byId("stage");
const isTall = () => Boolean(page.places.tall) && (
  wide.matches ? stage.clientHeight > 1.4 * figure.clientWidth : innerWidth < 560 && innerHeight > innerWidth
);
const takeRoom = () => {
  figure.style.height = wide.matches ? `${stage.clientHeight}px` : "";
  Object.assign(camera, { width: figure.clientWidth, height: figure.clientHeight });
};
new ResizeObserver(takeRoom).observe(stage);
addEventListener("resize", () => {
  if (!innerWidth) return;
  if (!opened) return openUp();
  makeRoom();
  placeNumbers();
  takeRoom();
  if (isTall() === geometry.across && page.places.tall) {
    upright(isTall());
    arrange(false);
    fit();
    refresh();
  }
});

let unrolled = false;  // for paper
addEventListener("beforeprint", () => {
  const details = list.closest("details");
  relist();
  unrolled ||= !details.open;
  details.open = true;
  const [left, top, width, height] = camera.bounds;
  drawing.setAttribute("viewBox", `${left - 8} ${top - 8} ${width + 16} ${height + 16}`);
  world.removeAttribute("transform");
});
addEventListener("afterprint", () => {
  if (unrolled) unrolled = list.closest("details").open = false;
  drawing.removeAttribute("viewBox");
  look();
});
if (innerWidth) openUp();  // else it is a frame that is not shown yet
