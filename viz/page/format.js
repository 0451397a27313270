// Numbers as people write them: what autograd/text/format.py does, to the last digit.
const byId = (id) => document.getElementById(id);

function rounded(write, digits) {  // Python rounds a tie to the even digit, JavaScript up
  const near = write(digits), places = Math.min(100, digits + 30), exact = write(places).split("e")[0];
  const cut = exact.length - (places - digits);
  const kept = exact.slice(0, cut).replace(/\.$/, "");
  if (!/^50*$/.test(exact.slice(cut)) || "13579".includes(kept.slice(-1))) return near;
  const power = near.indexOf("e");
  return kept + (power < 0 ? "" : near.slice(power));
}

function number(x, digits = 4) {
  if (x !== x) return "nan";
  if (Math.abs(x) === Infinity) return x > 0 ? "∞" : "−∞";
  if (!x) return "0";
  const size = Math.abs(x), tie = (size * 4096) % 1 === 0;
  const writing = (write, places) => tie ? rounded(write, places) : write(places);
  let [mantissa, power] = writing((n) => size.toExponential(n), digits - 1).split("e");
  power = Number(power);
  if (power >= -2 && power < Math.max(5, digits)) {
    mantissa = writing((n) => size.toFixed(n), Math.max(0, digits - 1 - power));
    power = 0;
  }
  if (mantissa.includes(".")) mantissa = mantissa.replace(/\.?0+$/, "");
  return ((x < 0 ? "−" : "") + mantissa + (power ? `e${power}` : "")).replace("e-", "e−");
}

const tone = (x) => x > 0 ? "positive" : x < 0 ? "negative" : "zero";
const exact = (x) => x !== x ? "nan" : Object.is(x, -0) ? "-0" : String(x).replace("Infinity", "inf");

function make(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}
function draw(tag, attributes = {}, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}
