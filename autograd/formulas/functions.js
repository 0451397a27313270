// What is made of the elementary functions: those of numbers.js, or Math's.
const pow = (a, b) => a === 1 || (a === -1 && Math.abs(b) === Infinity) ? 1 : Math.pow(a, b);

// Python's remainder has the sign of the divisor; its quotient is rounded down.
function mod(a, b) {
  const r = a % b;
  return r ? (b < 0 !== r < 0 ? r + b : r) : b === 0 || r !== r ? NaN : b < 0 ? -0 : 0;
}
function floorDivide(a, b) {
  if (b === 0 || a !== a || b !== b || Math.abs(a) === Infinity) return b === 0 ? a / b : NaN;
  const r = a % b, q = (a - r) / b - (r && b < 0 !== r < 0 ? 1 : 0);
  if (!q) return a / b < 0 || Object.is(a / b, -0) ? -0 : 0;
  const f = Math.floor(q);
  return q - f > 0.5 ? f + 1 : f;
}
const round = (x) => Math.abs(x % 1) === 0.5 ? 2 * Math.round(x / 2) : Math.round(x);
function roundTo(x, digits) {
  if (!x || !Number.isFinite(x) || digits > 100) return x;
  if (digits < 0) return round(x / 10 ** -digits) * 10 ** -digits;
  const exact = Math.abs(x).toFixed(Math.min(100, digits + 30)), cut = exact.length - Math.min(30, 100 - digits);
  const [kept, rest] = [exact.slice(0, cut), exact.slice(cut)];
  const even = "02468".includes(kept.replace(".", "").slice(-1));  // a tie goes to the even digit
  return Math.sign(x) * Number(/^50*$/.test(rest) && even ? kept : Math.abs(x).toFixed(digits));
}

const sigmoid = (x) => {
  if (x >= 0) return 1 / (1 + exp(-x));
  const e = exp(x);
  return e / (1 + e);
};
const softplus = (x) => (x > 0 ? x : 0) + log1p(exp(-Math.abs(x)));
const apart = (a, b) => a === b ? 0 : Math.abs(a - b);  // ∞ − ∞ too
const logaddexp = (a, b) => (a > b ? a : b) + log1p(exp(-apart(a, b)));
const logaddexp2 = (a, b) => (a > b ? a : b) + log1p(exp2(-apart(a, b))) / Math.LN2;
function squareplus(a, b) {
  const h = hypot(a, Math.sqrt(b));
  return a >= 0 ? (a + h) / 2 : b / (h - a) / 2;
}
const sinc = (x) => { const u = Math.PI * x; return u === 0 ? 1 : Math.sin(u) / u; };
