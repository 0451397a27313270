// In place of numbers.js where speed counts more than the last digits: V8's Math, up to 2 units off.
const { exp, expm1, log, log10, log2, log1p, sinh, cosh, tanh, hypot } = Math, exp2 = (x) => 2 ** x;
function erf(x) {  // a series of terms of one sign
  const a = Math.abs(x);
  if (!(a < 2)) return Math.sign(x) * (1 - erfc(a));
  let term = x, total = x;
  for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(total); n++) total += term *= 2 * x * x / (2 * n + 1);
  return 2 / Math.sqrt(Math.PI) * exp(-x * x) * total;
}
function erfc(x) {  // a continued fraction
  if (x < 2) return 1 - erf(x);
  let tail = x;
  for (let n = 50; n > 0; n--) tail = x + n / 2 / tail;
  return exp(-x * x) / (tail * Math.sqrt(Math.PI));
}
