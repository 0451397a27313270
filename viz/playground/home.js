// What goes home: the weights as a file, the page as an address.
const framed = !/^(file|https?):$/.test(location.protocol);
byId("weights").onclick = () => {
  const file = new Blob([weightsFile(program)], { type: "application/octet-stream" });
  const link = make("a", { href: URL.createObjectURL(file), download: "weights.npz" });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  say("The weights, as weights.npz: nn.load(model, \"weights.npz\") reads them.");
};
const stated = () => `#${encodeURIComponent(JSON.stringify(training.state()))}`;
let remembering = 0;
function remember() {  // browsers allow some hundred changes of the address in half a minute
  clearTimeout(remembering);
  remembering = setTimeout(() => {
    byId("here").setAttribute("href", stated());
    try { history.replaceState(null, "", stated()); } catch { /* a frame */ }
  }, 400);
}
function fromAddress() {
  const text = location.hash.slice(1);
  if (!text) return;
  try { training.restore(JSON.parse(decodeURIComponent(text))); } catch { return; }
  const state = training.state();
  Object.assign(page.settings, state.settings);
  session.step = state.step;
  showSettings();
  soon();
}
byId("here").onclick = async (event) => {
  event.preventDefault();
  const here = byId("here");
  try {
    history.replaceState(null, "", stated());
    await navigator.clipboard.writeText(location.href);
    here.textContent = "copied";
  } catch { here.textContent = "see address"; }
  setTimeout(() => { here.textContent = "link"; }, 1600);
};
byId("here").hidden = byId("weights").hidden = framed;
addEventListener("hashchange", fromAddress);
