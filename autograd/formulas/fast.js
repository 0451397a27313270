// In place of numbers.js where speed counts more than the last digit: V8's Math, up to 2 units off.
const { exp, expm1, log, log10, log2, log1p, sinh, cosh, tanh, hypot } = Math, exp2 = (x) => 2 ** x;
