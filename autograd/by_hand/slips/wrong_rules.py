"""The table of misconceptions: derivatives of functions and powers as people misremember them.

A row holds an operation, the sentence a teacher would say, and the wrong rule: the local derivative by
each input, as in ``ops.py`` a function of the inputs followed by the output. Like the right rules they
run on floats, arrays and formulas alike. What goes wrong at whole nodes stands in `wrong_nodes`.

To add a misconception, add a row: the reverse pass runs it, and the page of slips lists it.

Source: Brown & Burton, Diagnostic models for procedural bugs (1978), calls them buggy rules.

>>> rule = WRONG_RULES["tanh"][0]
>>> rule.says, round(rule.slopes[0](0.5, ops.TANH(0.5)), 5)
('the square is missing', 0.53788)
"""

from __future__ import annotations

import math
from functools import partial

from autograd import ops
from autograd.by_hand.slips.wrong_rule import WRONG_RULES
from autograd.by_hand.slips.wrong_rule import wrong as _wrong

__all__ = ["WRONG_RULES"]

COS, COSH, ERFC, EXP, LOG = ops.COS, ops.COSH, ops.ERFC, ops.EXP, ops.LOG
POW, SIGMOID, SIN, SOFTPLUS = ops.POW, ops.SIGMOID, ops.SIN, ops.SOFTPLUS
SQRT, TANH, where = ops.SQRT, ops.TANH, ops.where

_power = partial(_wrong, POW, kind="power")
_quotient = partial(_wrong, ops.DIV, kind="quotient")

# fmt: off
# Activations --------------------------------------------------------------------------------------
_wrong(TANH, "the square is missing",                        lambda x, y: 1.0 - y)
_wrong(TANH, "that is the rule of the sigmoid",              lambda x, y: y * (1.0 - y))
_wrong(TANH, "the square is that of tanh(x), not of x",      lambda x, y: 1.0 - x * x)
_wrong(TANH, "it is 1 − tanh², not 1 + tanh²",               lambda x, y: 1.0 + y * y)
_wrong(TANH, "the “1 −” is missing",                         lambda x, y: y * y)
_wrong(TANH, "the 1 of 1 − tanh² is missing",                lambda x, y: -y * y)
_wrong(TANH, "the square of 1/cosh is missing",              lambda x, y: 1.0 / COSH(x))
_wrong(TANH, "only tanh is squared, not 1 − tanh",           lambda x, y: (1.0 - y) * (1.0 - y))
_wrong(TANH, "the square belongs outside: tanh(x)²",         lambda x, y: 1.0 - TANH(x * x))
_wrong(TANH, "the square and tanh itself are missing",       lambda x, y: 1.0 - x)
_wrong(TANH, "that is the rule of atan",                     lambda x, y: 1.0 / (1.0 + x * x))
_wrong(TANH, "a factor tanh is too much",                    lambda x, y: y * (1.0 - y * y))
_wrong(TANH, "1/cosh² is right, not cosh²",                  lambda x, y: COSH(x) * COSH(x))
_wrong(TANH, "that is 1/cosh, differentiated",               lambda x, y: -y / COSH(x))
_wrong(TANH, "that is the rule of tanh², not of tanh",       lambda x, y: 2.0 * y)
_wrong(TANH, "that is tanh, integrated",                     lambda x, y: LOG(COSH(x)))

_wrong(SIGMOID, "the factor σ is missing",                   lambda x, y: 1.0 - y)
_wrong(SIGMOID, "that is the rule of tanh",                  lambda x, y: 1.0 - y * y)
_wrong(SIGMOID, "it is σ·(1 − σ) of σ(x), not of x",         lambda x, y: x * (1.0 - x))
_wrong(SIGMOID, "it is 1 − σ, not 1 + σ",                    lambda x, y: y * (1.0 + y))
_wrong(SIGMOID, "it is 1 − σ, not 1 − σ²",                   lambda x, y: y * (1.0 - y * y))
_wrong(SIGMOID, "the factor exp(−x) is missing",             lambda x, y: y * y)
_wrong(SIGMOID, "the inner −1 and exp(−x) are missing",      lambda x, y: -y * y)
_wrong(SIGMOID, "the inner derivative of exp(−x) is −1: the two signs cancel",
       lambda x, y: -y * (1.0 - y))
_wrong(SIGMOID, "1 − σ takes σ(x), not x",                   lambda x, y: y * (1.0 - x))
_wrong(SIGMOID, "the first factor is σ(x), not x",           lambda x, y: x * (1.0 - y))
_wrong(SIGMOID, "the square of 1 + exp(−x) is wanted once",  lambda x, y: (1.0 - y) * (1.0 - y))
_wrong(SIGMOID, "one factor σ is too much",                  lambda x, y: y * y * (1.0 - y))
_wrong(SIGMOID, "one factor 1 − σ is too much",              lambda x, y: y * (1.0 - y) * (1.0 - y))
_wrong(SIGMOID, "only exp(−x) is differentiated",            lambda x, y: EXP(-x))
_wrong(SIGMOID, "only exp(−x) is differentiated",            lambda x, y: -EXP(-x))
_wrong(SIGMOID, "the sign of the exponent is lost",          lambda x, y: EXP(x) * y * y)
_wrong(SIGMOID, "it is σ − σ², not 1 − 2σ",                  lambda x, y: 1.0 - 2.0 * y)
_wrong(SIGMOID, "that is 1/σ, not σ",                        lambda x, y: 1.0 / (y * (1.0 - y)))
_wrong(SIGMOID, "that is σ, integrated",                     lambda x, y: SOFTPLUS(x))

_wrong(ops.RELU, "the slope is 1 where x > 0 and 0 elsewhere: the two are exchanged",
       lambda x, y: where(x > 0.0, 0.0, 1.0))
_wrong(ops.RELU, "the slope is 0 or 1, not x",               lambda x, y: 1.0 * x)
_wrong(ops.RELU, "below 0 the slope is 0, not −1",           lambda x, y: where(x > 0.0, 1.0, -1.0))
_wrong(ops.RELU, "relu′ is 0 only where x < 0",              lambda x, y: 0.0 * x)
_wrong(ops.RELU, "that is leaky relu",                       lambda x, y: where(x > 0.0, 1.0, 0.01))
_wrong(ops.RELU, "that is relu, integrated",                 lambda x, y: y * y / 2.0)
_wrong(ops.LEAKY_RELU, "below 0 the slope is that of relu",  lambda a, b, z: where(a > 0.0, 1.0, 0.0))
_wrong(ops.LEAKY_RELU, "the two slopes are exchanged",       lambda a, b, z: where(a > 0.0, b, 1.0))
_wrong(ops.LEAKY_RELU, "below 0 the slope is positive too",  lambda a, b, z: where(a > 0.0, 1.0, -b))
_wrong(ops.LEAKY_RELU, "the slope is a number, not times x", lambda a, b, z: 1.0 * z)
_wrong(ops.ELU, "below 0 the factor exp(x) is missing",      lambda a, b, z: where(a > 0.0, 1.0, b))
_wrong(ops.ELU, "below 0 the slope is α·exp(x), without −1", lambda a, b, z: where(a > 0.0, 1.0, z))
_wrong(ops.ELU, "below 0 the slope is not that of relu",     lambda a, b, z: where(a > 0.0, 1.0, 0.0))
_wrong(ops.ELU, "α is missing",
       lambda a, b, z: where(a > 0.0, 1.0, EXP(a)))
_wrong(SOFTPLUS, "that is 1 − σ: softplus′ is σ",            lambda x, y: 1.0 / (1.0 + EXP(x)))
_wrong(SOFTPLUS, "the denominator 1 + exp(x) is missing",    lambda x, y: EXP(x))
_wrong(SOFTPLUS, "softplus′ is σ, not σ′",
       lambda x, y: SIGMOID(x) * (1.0 - SIGMOID(x)))
_wrong(SOFTPLUS, "softplus′ is σ, not tanh",                 lambda x, y: TANH(x))
_wrong(ops.SILU, "product rule: x·σ′ is missing",            lambda x, y: SIGMOID(x))
_wrong(ops.SILU, "product rule: σ is missing",               lambda x, y: y * (1.0 - SIGMOID(x)))
_wrong(ops.SILU, "product rule: that is x′·σ′",
       lambda x, y: SIGMOID(x) * (1.0 - SIGMOID(x)))
_wrong(ops.GELU, "product rule: x·Φ′ is missing",            lambda x, y: 0.5 * ERFC(-x / math.sqrt(2)))
_wrong(ops.GELU, "product rule: Φ is missing",
       lambda x, y: x / math.sqrt(2 * math.pi) * EXP(-(x * x) / 2))
_wrong(ops.GELU, "product rule: that is x′·Φ′",
       lambda x, y: 1.0 / math.sqrt(2 * math.pi) * EXP(-(x * x) / 2))

# Exponentials, logarithms, roots ------------------------------------------------------------------
_wrong(EXP, "that is the power rule: exp′ is exp",           lambda x, y: x * EXP(x - 1.0))
_wrong(EXP, "exp′ is exp: the exponent stays",               lambda x, y: EXP(x - 1.0))
_wrong(EXP, "the exponent does not come down as a factor",   lambda x, y: x * y)
_wrong(EXP, "exp′ is exp, without dividing by the exponent", lambda x, y: y / x)
_wrong(EXP, "exp′ is exp, not the exponent",                 lambda x, y: 1.0 * x)
_wrong(EXP, "that is the rule of log",                       lambda x, y: 1.0 / x)
_wrong(LOG, "that is 1/x, differentiated once more",         lambda x, y: -1.0 / (x * x))
_wrong(LOG, "that is the rule of log10: log is the natural one", lambda x, y: 1.0 / (x * math.log(10)))
_wrong(LOG, "that is the rule of log2: log is the natural one", lambda x, y: 1.0 / (x * math.log(2)))
_wrong(LOG, "log′ is 1/x, not 1/log(x)",                     lambda x, y: 1.0 / y)
_wrong(LOG, "log′ is 1/x, not x",                            lambda x, y: 1.0 * x)
_wrong(LOG, "log′ is 1/x, not 1/x²",                         lambda x, y: 1.0 / (x * x))
_wrong(LOG, "that is the inverse function exp",              lambda x, y: EXP(x))
_wrong(LOG, "log′ is 1/x, without the logarithm",            lambda x, y: y / x)
_wrong(LOG, "that is log, integrated",                       lambda x, y: x * y - x)
_wrong(ops.LOG1P, "it is 1/(1 + x)",                         lambda x, y: 1.0 / x)
_wrong(ops.EXPM1, "exp(x) − 1 has the derivative exp(x)",    lambda x, y: 1.0 * y)
_wrong(SQRT, "the ½ is missing",                             lambda x, y: 1.0 / y)
_wrong(SQRT, "the exponent ½ becomes −½",                    lambda x, y: 0.5 * y)
_wrong(SQRT, "the root is missing",                          lambda x, y: 0.5 / x)
_wrong(SQRT, "the 2 belongs below",                          lambda x, y: 2.0 / y)
_wrong(SQRT, "the 2 and the root belong below",              lambda x, y: 2.0 * y)
_wrong(SQRT, "the sign of the exponent is not that of the slope", lambda x, y: -0.5 / y)
_wrong(SQRT, "the exponent ½ becomes −½, not −3/2",          lambda x, y: 0.5 / (x * y))
_wrong(SQRT, "that is 1/√x, differentiated",                 lambda x, y: -0.5 / (x * y))
_wrong(SQRT, "the ½ and the root are missing",               lambda x, y: 1.0 / x)
_wrong(SQRT, "the root is not to be squared",                lambda x, y: 0.5 * x)
_wrong(SQRT, "that is the root, integrated",                 lambda x, y: 2.0 / 3.0 * x * y)

# Trigonometry -------------------------------------------------------------------------------------
_wrong(SIN, "sin′ is cos, without a minus",                  lambda x, y: -COS(x))
_wrong(SIN, "that is cos, differentiated",                   lambda x, y: -y)
_wrong(SIN, "degrees were taken for radians",                lambda x, y: COS(x * (math.pi / 180)))
_wrong(SIN, "the factor π/180 belongs to degrees",           lambda x, y: math.pi / 180 * COS(x))
_wrong(SIN, "degrees were taken for radians",    lambda x, y: math.pi / 180 * COS(x * (math.pi / 180)))
_wrong(SIN, "sin′ is cos, not 1/cos",                        lambda x, y: 1.0 / COS(x))
_wrong(SIN, "that is the rule of tan",                       lambda x, y: 1.0 / (COS(x) * COS(x)))
_wrong(COS, "cos′ is −sin: the minus is missing",            lambda x, y: SIN(x))
_wrong(COS, "that is sin, differentiated",                   lambda x, y: -y)
_wrong(COS, "degrees were taken for radians",                lambda x, y: -SIN(x * (math.pi / 180)))
_wrong(COS, "the factor π/180 belongs to degrees",           lambda x, y: -math.pi / 180 * SIN(x))
_wrong(COS, "degrees were taken for radians",   lambda x, y: -math.pi / 180 * SIN(x * (math.pi / 180)))
_wrong(ops.TAN, "the square of 1/cos is missing",            lambda x, y: 1.0 / COS(x))
_wrong(ops.TAN, "the “1 +” is missing",                      lambda x, y: y * y)
_wrong(ops.TAN, "that is the rule of tanh",                  lambda x, y: 1.0 - y * y)
_wrong(ops.TAN, "that is 1/cos, differentiated",             lambda x, y: y / COS(x))
_wrong(ops.TAN, "it is 1/cos², not 1/sin²",                  lambda x, y: 1.0 / (SIN(x) * SIN(x)))
_wrong(ops.TAN, "that is 1/tan, differentiated",             lambda x, y: -1.0 / (SIN(x) * SIN(x)))
_wrong(ops.TAN, "it is 1/cos², not 1/tan²",                  lambda x, y: 1.0 / (y * y))
_wrong(ops.TAN, "it is 1/cos², not cos²",                    lambda x, y: COS(x) * COS(x))
_wrong(ops.TAN, "sin and cos are not differentiated apart",  lambda x, y: -1.0 / y)
_wrong(ops.TAN, "the square is that of tan(x), not of x",    lambda x, y: 1.0 + x * x)
_wrong(ops.TAN, "the square is missing",                     lambda x, y: 1.0 + y)
_wrong(ops.ASIN, "it is 1 − x², not 1 + x²",                 lambda x, y: 1.0 / SQRT(1.0 + x * x))
_wrong(ops.ASIN, "the root is missing",                      lambda x, y: 1.0 / (1.0 - x * x))
_wrong(ops.ASIN, "that is 1/cos, not the inverse of sin",    lambda x, y: 1.0 / COS(x))
_wrong(ops.ASIN, "asin is the inverse function, not 1/sin",  lambda x, y: 1.0 / SIN(x))
_wrong(ops.ASIN, "the root belongs below",                   lambda x, y: SQRT(1.0 - x * x))
_wrong(ops.ACOS, "the minus is missing",                     lambda x, y: 1.0 / SQRT(1.0 - x * x))
_wrong(ops.ACOS, "the root is missing",                      lambda x, y: -1.0 / (1.0 - x * x))
_wrong(ops.ACOS, "it is 1 − x², not 1 + x²",                 lambda x, y: -1.0 / SQRT(1.0 + x * x))
_wrong(ops.ATAN, "it is 1 + x², not 1 − x²",                 lambda x, y: 1.0 / (1.0 - x * x))
_wrong(ops.ATAN, "the square is missing",                    lambda x, y: 1.0 / (1.0 + x))
_wrong(ops.ATAN, "there is no root",                         lambda x, y: 1.0 / SQRT(1.0 + x * x))
_wrong(ops.ATAN, "it is 1/(1 + x²), not 1 + x²",             lambda x, y: 1.0 + x * x)
_wrong(ops.ATAN, "that is the rule of asin",                 lambda x, y: 1.0 / SQRT(1.0 - x * x))
_wrong(ops.ATAN, "atan is the inverse function, not 1/tan",  lambda x, y: -1.0 / (SIN(x) * SIN(x)))
_wrong(ops.ATAN, "atan is the inverse function, not 1/tan",
       lambda x, y: COS(x) * COS(x) / (SIN(x) * SIN(x)))
_wrong(ops.ATAN, "that is the rule of tan",                  lambda x, y: 1.0 / (COS(x) * COS(x)))
_wrong(ops.SINH, "sinh′ is cosh, not cos",                   lambda x, y: COS(x))
_wrong(COSH, "cosh′ is +sinh: only cos has a minus",         lambda x, y: -ops.SINH(x))
_wrong(ops.ERF, "the factor 2/√π is missing",                lambda x, y: EXP(-(x * x)))
_wrong(ops.ERF, "the minus in the exponent is missing",
       lambda x, y: 2.0 / math.sqrt(math.pi) * EXP(x * x))
_wrong(ops.ERF, "the 2 is missing",
       lambda x, y: 1.0 / math.sqrt(math.pi) * EXP(-(x * x)))
_wrong(ops.ABS, "the slope is −1 or 1, not x",               lambda x, y: 1.0 * x)
_wrong(ops.ABS, "the slope is −1 or 1, not |x|",             lambda x, y: 1.0 * y)
_wrong(ops.ABS, "below 0 the slope is −1, not 0",            lambda x, y: where(x > 0.0, 1.0, 0.0))
_wrong(ops.MAXIMUM, "only the larger one has a slope",
       lambda a, b, z: 1.0 + 0.0 * a, lambda a, b, z: 1.0 + 0.0 * b)
_wrong(ops.MAXIMUM, "the slope belongs to the larger one",
       lambda a, b, z: where(a > b, 0.0, 1.0), lambda a, b, z: where(a > b, 1.0, 0.0))
_wrong(ops.MAXIMUM, "only the larger one has a slope",
       lambda a, b, z: 0.5 + 0.0 * a, lambda a, b, z: 0.5 + 0.0 * b)
_wrong(ops.MINIMUM, "only the smaller one has a slope",
       lambda a, b, z: 1.0 + 0.0 * a, lambda a, b, z: 1.0 + 0.0 * b)
_wrong(ops.MINIMUM, "the slope belongs to the smaller one",
       lambda a, b, z: where(a > b, 1.0, 0.0), lambda a, b, z: where(a > b, 0.0, 1.0))

# Powers -------------------------------------------------------------------------------------------
_power("the exponent does not come down as a factor",   lambda a, b, z: POW(a, b - 1.0))
_power("the exponent is not lowered by 1",              lambda a, b, z: b * z)
_power("the power is missing",                          lambda a, b, z: b * a)
_power("only the exponent is left",                     lambda a, b, z: b + 0.0 * a)
_power("the factor is the exponent before it is lowered", lambda a, b, z: (b - 1.0) * POW(a, b - 1.0))
_power("the exponent is raised where it is to be lowered", lambda a, b, z: b * POW(a, b + 1.0))
_power("the exponent is lowered by 1, not by 2",        lambda a, b, z: b * POW(a, b - 2.0))
_power("that is a power, integrated",                   lambda a, b, z: POW(a, b + 1.0) / (b + 1.0))
_power("the exponent multiplies, it does not divide",   lambda a, b, z: POW(a, b - 1.0) / b)
_power("that is the rule of aˣ, where the exponent varies", lambda a, b, z: z * LOG(a))
_power("only the base is raised, not the exponent before it", lambda a, b, z: POW(b * a, b - 1.0))
_power("the factor is the exponent before it is lowered, and it is lowered once",
       lambda a, b, z: (b - 1.0) * POW(a, b - 2.0))
_power("base and exponent are exchanged",               lambda a, b, z: POW(b, a - 1.0))
_power("the exponent is lowered by 1, not halved",      lambda a, b, z: b * POW(a, b / 2.0))
_power("that is 1/x, integrated",                       lambda a, b, z: LOG(a))
_power("that is the power rule: here the exponent varies", None, lambda a, b, z: b * POW(a, b - 1.0))
_power("the factor log(a) is missing",                  None, lambda a, b, z: 1.0 * z)
_power("the exponent does not come down as a factor",   None, lambda a, b, z: b * z)
_power("the exponent stays as it is",         None, lambda a, b, z: POW(a, b - 1.0) * LOG(a))
_power("log(a) multiplies, it does not divide",         None, lambda a, b, z: z / LOG(a))
_power("it is the logarithm of the base",               None, lambda a, b, z: z * LOG(b))
_power("it is the natural logarithm",         None, lambda a, b, z: z * LOG(a) / math.log(10))
_power("the factor is log(a), not a",                   None, lambda a, b, z: z * a)
_power("the exponent comes down only of a power of x",  None, lambda a, b, z: b * z * LOG(a))
_power("the power itself is missing",                   None, lambda a, b, z: LOG(a) + 0.0 * z)
_power("the exponent stays as it is",                   None, lambda a, b, z: POW(a, b - 1.0))
_power("that is the logarithm of the power",            None, lambda a, b, z: b * LOG(a))

# Quotients: one local derivative --------------------------------------------------------------------
_quotient("the square of the denominator is missing",  None, lambda a, b, z: -a / b)
_quotient("the numerator is missing",                  None, lambda a, b, z: -1.0 / (b * b))
_quotient("the minus of (1/v)′ = −1/v² is missing",    None, lambda a, b, z: a / (b * b))
_quotient("the minus of (1/v)′ = −1/v² and the numerator are missing",
       None, lambda a, b, z: 1.0 / (b * b))
_quotient("minus and square of (1/v)′ = −1/v² are missing", None, lambda a, b, z: a / b)
_quotient("that is 1/v, integrated",                   None, lambda a, b, z: a * LOG(b))
_quotient("numerator and denominator are exchanged",   None, lambda a, b, z: -b / (a * a))
_quotient("the denominator is v², not u²",             None, lambda a, b, z: -1.0 / a)
_quotient("the denominator is v², not v⁴",             None, lambda a, b, z: -a / (b * b * b * b))
_quotient("the denominator is squared, not cubed",     None, lambda a, b, z: -a / (b * b * b))
_quotient("that is 1/v², differentiated",              None, lambda a, b, z: -2.0 * a / (b * b * b))
_quotient("the denominator is missing",                None, lambda a, b, z: -a + 0.0 * b)
_quotient("the numerator is not squared",              None, lambda a, b, z: -a * a / (b * b))
_quotient("only the numerator is differentiated: the denominator stays as it is",
       lambda a, b, z: 1.0 / (b * b))
_quotient("dividing is not multiplying",               lambda a, b, z: 1.0 * b)
# fmt: on
