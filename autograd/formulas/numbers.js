// What JavaScript's Math lacks, or answers less exactly than Python: see javascript.py.
// Sums and products of doubles as unevaluated pairs [high, low] carry 106 bits.
const sum = (a, b) => { const s = a + b, t = s - a; return [s, a - (s - t) + (b - t)]; };
const split = (a) => { const t = 134217729 * a, h = t - (t - a); return [h, a - h]; };
const times = (a, b) => {
  const p = a * b, [x, u] = split(a), [y, v] = split(b);
  return [p, x * y - p + x * v + u * y + u * v];
};
const add = ([a, b], [c, d]) => { const [s, e] = sum(a, c); return sum(s, e + b + d); };
const mul = ([a, b], [c, d]) => { const [p, e] = times(a, c); return sum(p, e + a * d + b * c); };
const div = ([a, b], d) => {
  const q = a / d[0], r = add([a, b], mul([-q, 0], d));
  return sum(q, (r[0] + r[1]) / d[0]);
};
const LN2 = [0.6931471805599453, 2.3190468138462996e-17], LN10 = [2.302585092994046, -2.1707562233822494e-16];

// exp(x + low) − 1 = 2^k · (1 + p) − 1: Taylor's series of a 256th of the rest, squared eight times.
function grow(x, low = 0) {
  const k = Math.round(x / LN2[0]), r = add([x, low], mul([-k, 0], LN2));
  const t = [r[0] / 256, r[1] / 256];
  let p = div(t, [9, 0]);
  for (let n = 8; n > 1; n--) p = div(mul(t, add([1, 0], p)), [n, 0]);
  p = mul(t, add([1, 0], p));
  for (let n = 0; n < 8; n++) p = add([2 * p[0], 2 * p[1]], mul(p, p));
  return [k, p];
}
const scaled = (x, k) => x * 2 ** (k >> 1) * 2 ** (k - (k >> 1));
const more = (x, low) => { const [k, p] = grow(x, low); return add([scaled(p[0], k), scaled(p[1], k)], sum(scaled(1, k), -1)); };
function exp(x) {
  if (!(Math.abs(x) < 745.2)) return Math.exp(x);
  const [k, p] = grow(x), [h, l] = add([1, 0], p);
  return scaled(h + l, k);
}
function exp2(x) {
  const k = Math.round(x);
  if (!(Math.abs(x) < 1020) || k === x) return Math.pow(2, x);
  const [n, p] = grow(...mul([x - k, 0], LN2)), [h, l] = add([1, 0], p);
  return scaled(h + l, k + n);
}
function expm1(x) {
  if (!(Math.abs(x) < 700) || Math.abs(x) < 1e-17) return Math.expm1(x);
  const [h, l] = more(x);
  return h + l;
}
// Newton's step on a first guess y: log(x) = y + (x · exp(−y) − 1) − …
const logs = ([h, l], y) => {
  const m = more(-y), d = add(add([h, l], mul([h, l], m)), [-1, 0]);
  return add([y, 0], add(d, [-d[0] * d[0] / 2, 0]));
};
const logOf = (base) => (x) => {
  const y = Math.log(x);
  if (!(x > 1e-300 && x < 1e300)) return base ? y / base[0] : y;
  const [h, l] = base ? div(logs([x, 0], y), base) : logs([x, 0], y);
  return h + l;
};
const log = logOf(null), log10 = logOf(LN10), log2Near = logOf(LN2);
const log2 = (x) => x > 1e-300 && x < 1e300 ? log2Near(x) : Math.log2(x);
function log1p(x) {
  const y = Math.log1p(x);
  if (!(Math.abs(x) > 1e-17 && x > -1 && x < 1e300)) return y;
  const m = more(-y), d = add(add(m, mul([x, 0], m)), [x, 0]);
  return y + (d[0] + d[1]);
}
const half = ([h, l]) => h / 2 + l / 2;
function sinh(x) {
  const a = Math.abs(x);
  if (!(a > 1e-8 && a < 700)) return a < 711 && a >= 700 ? Math.sign(x) * exp(a / 2) / 2 * exp(a / 2) : Math.sinh(x);
  const t = more(a);
  return Math.sign(x) * half(add(t, div(t, add([1, 0], t))));
}
function cosh(x) {
  const a = Math.abs(x);
  if (!(a < 700)) return a < 711 ? exp(a / 2) / 2 * exp(a / 2) : Math.cosh(x);
  const e = add([1, 0], more(a));
  return half(add(e, div([1, 0], e)));
}
function tanh(x) {
  const a = Math.abs(x);
  if (!(a > 1e-8 && a < 22)) return Math.tanh(x);
  const t = more(2 * a), [h, l] = div(t, add([2, 0], t));
  return Math.sign(x) * (h + l);
}
function hypot(a, b) {
  const large = Math.max(Math.abs(a), Math.abs(b)), small = Math.min(Math.abs(a), Math.abs(b));
  if (!(small > 0 && large < Infinity)) return Math.hypot(a, b);
  const scale = 2 ** -Math.floor(Math.log2(large)), x = large * scale, y = small * scale;
  const [s, e] = add(times(x, x), times(y, y)), h = Math.sqrt(s), [q, r] = times(h, h);
  return (h + (s - q - r + e) / (2 * h)) / scale;
}
// erf: its series of positive terms up to 5, beyond that the continued fraction of erfc.
const ROOT_PI = [1.772453850905516, -7.666586499825799e-17];
function bell(x) {
  const [k, p] = grow(...times(x, x).map((part) => -part));
  return add([1, 0], p).map((part) => scaled(part, k));
}
function erfSeries(x) {
  const square = times(x, x);
  let term = [x, 0], total = [x, 0];
  for (let n = 1; Math.abs(term[0]) > 1e-33 * Math.abs(total[0]); n++) {
    term = div(mul(term, [2 * square[0], 2 * square[1]]), [2 * n + 1, 0]);
    total = add(total, term);
  }
  return div(mul(mul(total, bell(x)), [2, 0]), ROOT_PI);
}
function erf(x) {
  if (!(Math.abs(x) < 6)) return x === x ? Math.sign(x) : x;
  if (Math.abs(x) < 1e-150) return x * 1.1283791670955126;
  const [h, l] = erfSeries(x);
  return h + l;
}
function erfc(x) {
  if (!(x < 27.3)) return x === x ? 0 : x;
  if (x < -6) return 2;
  if (Math.abs(x) < 1e-150) return 1;
  if (x < 5) return add([1, 0], erfSeries(x).map((part) => -part))[0];
  let tail = [x, 0];
  for (let n = 60; n > 0; n--) tail = add([x, 0], div([n / 2, 0], tail));
  const [k, p] = grow(...times(x, x).map((part) => -part)), [h, l] = div(add([1, 0], p), mul(tail, ROOT_PI));
  return scaled(h + l, k);
}
function power(x, n) {  // SpiderMonkey's ** is up to 5 units off
  let p = [1, 0];
  for (; n > 0; n--) p = mul(p, [x, 0]);
  return p[0];
}
function sincSlope(x, n) {
  const u = Math.PI * x;
  if (!Number.isFinite(u) || !(n >= 0 && n < 100 && n % 1 === 0)) return NaN;
  if (Math.abs(u) > n + 1) {
    const wave = [Math.sin(u), Math.cos(u), -Math.sin(u), -Math.cos(u)];
    let slope = wave[0] / u;
    for (let k = 1; k <= n; k++) slope = (wave[k % 4] - k * slope) / u;
    return power(Math.PI, n) * slope;
  }
  let total = [0, 0];
  const factorial = (m) => { let f = 1; while (m > 1) f *= m--; return f; };
  for (let m = Math.floor((n + 1) / 2); m < n + 16; m++)
    total = add(total, [(m % 2 ? -1 : 1) * power(u, 2 * m - n) / ((2 * m + 1) * factorial(2 * m - n)), 0]);
  return power(Math.PI, n) * total[0];
}
