// The palette as the style sheet has it now: by the reader's scheme, and light on paper.
const NAMES = ["background", "text", "muted", "edge", "positive", "negative", "active", "accent", "hairline", "ground", "input-line", "output-line", "value-line"];
const SERIES = ["#0072B2", "#D55E00", "#009E73", "#AA4499", "#B8860B", "#56B4E9", "#882255", "#555555", "#E69F00", "#44AA99"];
const colours = {};
const shades = new Uint32Array(513);  // −1 … 1: negative, the background, positive
const channels = (hex) => [1, 3, 5].map((k) => parseInt(hex.slice(k, k + 2), 16));
const pixel = ([r, g, b]) => (255 << 24 | Math.round(b) << 16 | Math.round(g) << 8 | Math.round(r)) >>> 0;
const mixed = (a, b, t) => a.map((x, k) => x + (b[k] - x) * t);
function readColours() {
  const style = getComputedStyle(document.documentElement);
  for (const name of NAMES) colours[name] = style.getPropertyValue(`--${name}`).trim();
  const [paper, up, down] = ["background", "positive", "negative"].map((name) => channels(colours[name]));
  for (let k = 0; k <= 512; k++) {
    const x = k / 256 - 1;
    shades[k] = pixel(mixed(paper, x < 0 ? down : up, Math.abs(x) * 0.86));
  }
}
const shade = (x) => shades[x !== x ? 256 : x <= -1 ? 0 : x >= 1 ? 512 : Math.round((x + 1) * 256)];
const kindColour = (k) => page.answer.kind === "binary" ? (k ? colours.positive : colours.negative) : SERIES[k % SERIES.length];
for (const query of ["(prefers-color-scheme: dark)", "print"]) {
  matchMedia(query).addEventListener("change", () => { readColours(); soon(); });
}
readColours();
