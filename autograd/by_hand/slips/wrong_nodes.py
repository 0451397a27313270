"""The table of misconceptions about whole nodes: product, quotient and chain rule, constants.

A row holds an operation, the sentence a teacher would say, and the wrong derivative of the whole node:
a function of its inputs, their derivatives and its output (`Node`).

>>> (product, *_) = WRONG_RULES["*"]
>>> product.says, product.whole(Node(2.0, 3.0, 6.0, 5.0, 7.0, 1.0, abs))
('the product of the derivatives is not the derivative of the product', 35.0)
"""

from __future__ import annotations

from functools import partial

from autograd import ops
from autograd.by_hand.slips.wrong_rule import ANY, FACTOR, RECIPROCAL, TERM, WRONG_RULES, Node
from autograd.by_hand.slips.wrong_rule import whole as _whole

__all__ = ["WRONG_RULES", "Node"]

_product = partial(_whole, ops.MUL, "product")
_quotient = partial(_whole, ops.DIV, "quotient")
_chain = partial(_whole, ANY, "chain")

# fmt: off
# Quotients and products ---------------------------------------------------------------------------
_quotient("u′v − uv′ is a difference",     lambda n: (n.da * n.b + n.a * n.db) / (n.b * n.b))
_quotient("the order is u′v − uv′",        lambda n: (n.a * n.db - n.da * n.b) / (n.b * n.b))
_quotient("the derivatives are not divided one by the other", lambda n: n.da / n.db)
_quotient("the square of the denominator is missing", lambda n: (n.da * n.b - n.a * n.db) / n.b)
_quotient("the denominator v² is missing", lambda n: n.da * n.b - n.a * n.db)
_quotient("the denominator is v², not u²", lambda n: (n.da * n.b - n.a * n.db) / (n.a * n.a))
_quotient("the denominator is v², not v′²", lambda n: (n.da * n.b - n.a * n.db) / (n.db * n.db))
_quotient("that is the product rule",      lambda n: n.da * n.b + n.a * n.db)
_quotient("u′ is multiplied by v, v′ by u", lambda n: (n.da * n.a - n.b * n.db) / (n.b * n.b))
_quotient("u′ is multiplied by v, v′ by u", lambda n: (n.da - n.db) / (n.b * n.b))
_quotient("the factor v is missing",       lambda n: (n.da - n.a * n.db) / (n.b * n.b))
_quotient("the factor u is missing",       lambda n: (n.da * n.b - n.db) / (n.b * n.b))
_quotient("order and square: it is (u′v − uv′)/v²", lambda n: (n.a * n.db - n.da * n.b) / n.b)
_quotient("order and denominator: it is (u′v − uv′)/v²", lambda n: n.a * n.db - n.da * n.b)
_quotient("a difference, and the square: it is (u′v − uv′)/v²",
       lambda n: (n.da * n.b + n.a * n.db) / n.b)
_quotient("that is u′v′/v²",               lambda n: n.da * n.db / (n.b * n.b))
_quotient("(1/v)′ is −v′/v², not v′",       lambda n: n.da / n.b + n.a * n.db)
_quotient("the denominator is v², not v⁴",
       lambda n: (n.da * n.b - n.a * n.db) / (n.b * n.b) / (n.b * n.b))
_quotient("only the denominator is differentiated, and left below", lambda n: n.a / n.db)
_product("the product of the derivatives is not the derivative of the product",
       lambda n: n.da * n.db)
_product("the derivatives are not added: it is u′v + uv′", lambda n: n.da + n.db)
_product("u′v + uv′ is a sum",             lambda n: n.da * n.b - n.a * n.db)
_product("u′v + uv′ is a sum",             lambda n: n.a * n.db - n.da * n.b)
_product("each derivative is multiplied by the other factor", lambda n: n.da * n.a + n.b * n.db)
_product("u′v and uv′ are added, not multiplied", lambda n: n.da * n.b * n.a * n.db)
_product("that is the quotient rule",      lambda n: (n.da * n.b - n.a * n.db) / (n.b * n.b))
_product("the term u′v′ does not belong",  lambda n: n.da * n.b + n.a * n.db + n.da * n.db)
_product("u′ and v′ are not multiplied together first", lambda n: (n.da + n.db) * n.a * n.b)
_whole(ops.ADD, "chain", "the derivative of a sum is the sum of the derivatives", lambda n: n.da * n.db)
_whole(ops.SUB, "chain", "the derivative of a difference is the difference of the derivatives",
       lambda n: n.da * n.db)

# The chain rule, at any operation on one variable: z = f(a) ---------------------------------------
_chain("the inner derivative is forgotten",    lambda n: n.slope(n.a) + 0.0 * n.da)
_chain("it is f′, not f",                      lambda n: n.z * n.da)
_chain("the outer derivative is taken at the inner function, not at the variable",
       lambda n: n.slope(n.x) * n.da)
_chain("the outer derivative is taken at the inner function, not at the variable, and the inner is "
       "forgotten",
       lambda n: n.slope(n.x) + 0.0 * n.da)
_chain("f′ is taken at the inner function, not at its derivative: f′(g′)", lambda n: n.slope(n.da))
_chain("f′ is taken at the inner function, not at its derivative", lambda n: n.slope(n.da) * n.da)
_whole(ANY, "point", "the derivative is taken at its own output, in place of its input",
       lambda n: n.slope(n.z) * n.da)
_chain("the inner function stands where its derivative belongs", lambda n: n.slope(n.a) * n.a)
_chain("outer and inner derivative are multiplied, not added", lambda n: n.slope(n.a) + n.da)
_chain("it is f′, not f, and the inner derivative is forgotten", lambda n: n.z + 0.0 * n.da)
_chain("the inner derivative stands twice",    lambda n: n.slope(n.a) * n.da * n.da)
_chain("the outer derivative stands twice",    lambda n: n.slope(n.a) * n.slope(n.a) * n.da)
_chain("the derivatives are multiplied, not divided", lambda n: n.slope(n.a) / n.da)
_chain("the derivatives are multiplied, not divided", lambda n: n.da / n.slope(n.a))
_chain("outer and inner derivative are multiplied, not nested", lambda n: n.z * n.slope(n.a) * n.da)

# Constants ----------------------------------------------------------------------------------------
_whole(TERM, "constant", "the derivative of a constant is 0: it does not stay", lambda n: n.da + n.b)
_whole(TERM, "constant", "the derivative of a constant is 0, not 1", lambda n: n.da + n.db)
_whole(FACTOR, "constant", "a constant factor stays, it is not differentiated",
       lambda n: n.da * n.b + n.a)
_whole(FACTOR, "constant", "a constant factor stays: its derivative 0 does not make the product 0",
       lambda n: 0.0 * n.da)
_whole(FACTOR, "constant", "a constant factor stays, its derivative is no factor",
       lambda n: n.a + 0.0 * n.da)
_whole(RECIPROCAL, "quotient", "the derivative of v is not left below: (c/v)′ is no c/v′",
       lambda n: n.b / n.da)
_whole(RECIPROCAL, "quotient", "the derivative of the constant above is 0, not 1",
       lambda n: (n.a - n.b * n.da) / (n.a * n.a))
_whole(RECIPROCAL, "quotient", "that is 1/v, integrated, and the inner derivative is forgotten",
       lambda n: n.b * ops.LOG(n.a) + 0.0 * n.da)
# fmt: on
