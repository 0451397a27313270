"""The operations an engine may have: how they are written, and where they are tried."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["METHODS", "OPERATIONS", "Operation"]


@dataclass(frozen=True, slots=True)
class Operation:
    """Something an engine may be able to do.

    Attributes:
        key: the method that does it; a form with a number has a key of its own, ``__add__ number``.
        row: its name in the table of operations, "" if it can be checked against differences only.
        expression: how it is written, of ``a`` (and ``b``).
        points: where it is tried: the numbers of the leaves.
        aliases: other names of the method.
    """

    key: str
    row: str
    expression: str
    points: tuple[tuple[float, ...], ...]
    aliases: tuple[str, ...] = ()

    @property
    def method(self) -> str:
        """The attribute that the class must have."""
        return self.key.split()[0]


_TWO = ((3.0, -2.0), (0.5, 1.25))
_ONE = ((3.0,), (-0.5,))
_POSITIVE = ((3.0,), (0.25,))

OPERATIONS = (
    Operation("__add__", "+", "a + b", _TWO),
    Operation("__mul__", "*", "a * b", _TWO),
    Operation("__add__ number", "+", "a + 2", _ONE),
    Operation("__mul__ number", "*", "a * 2", _ONE),
    Operation("__radd__", "+", "2 + a", _ONE),
    Operation("__rmul__", "*", "2 * a", _ONE),
    Operation("__pow__ number", "**", "a ** 2", _ONE),
    Operation("__pow__ number", "**", "a ** 3", _ONE),
    Operation("__pow__ number", "**", "a ** -1", _ONE),
    Operation("__pow__ number", "**", "a ** 0.5", _POSITIVE),
    Operation("exp", "exp", "a.exp()", ((0.5,), (-1.25,))),
    Operation("log", "log", "a.log()", _POSITIVE, ("ln",)),
    Operation("__neg__", "neg", "-a", _ONE),
    Operation("__sub__", "-", "a - b", _TWO),
    Operation("__sub__ number", "-", "a - 2", _ONE),
    Operation("__rsub__", "-", "2 - a", _ONE),
    Operation("__truediv__", "/", "a / b", _TWO),
    Operation("__truediv__ number", "/", "a / 2", _ONE),
    Operation("__rtruediv__", "/", "2 / a", _ONE),
    Operation("__pow__", "**", "a ** b", ((3.0, 2.0), (0.5, 1.25))),
    Operation("__rpow__", "**", "2 ** a", _ONE),
    Operation("__abs__", "abs", "abs(a)", _ONE),
    Operation("tanh", "tanh", "a.tanh()", ((0.5,), (-1.25,))),
    Operation("relu", "relu", "a.relu()", _ONE, ("ReLU", "Relu")),
    Operation(
        "sigmoid", "sigmoid", "a.sigmoid()", ((0.5,), (-1.25,)), ("sigm", "logistic", "Sigmoid")
    ),
    Operation("sqrt", "sqrt", "a.sqrt()", _POSITIVE),
    Operation("abs", "abs", "a.abs()", _ONE),
    Operation("sin", "sin", "a.sin()", ((0.5,), (-1.25,))),
    Operation("cos", "cos", "a.cos()", ((0.5,), (-1.25,))),
    Operation("tan", "tan", "a.tan()", ((0.5,), (-1.25,))),
    Operation("sinh", "sinh", "a.sinh()", ((0.5,), (-1.25,))),
    Operation("cosh", "cosh", "a.cosh()", ((0.5,), (-1.25,))),
    Operation("square", "", "a.square()", _ONE),
    Operation("softplus", "", "a.softplus()", _ONE),
    Operation("silu", "", "a.silu()", _ONE, ("swish", "SiLU")),
    Operation("gelu", "", "a.gelu()", _ONE, ("GELU",)),
    Operation("elu", "", "a.elu()", _ONE, ("ELU",)),
    Operation("leaky_relu", "", "a.leaky_relu()", _ONE, ("leakyrelu", "LeakyReLU", "lrelu")),
)
METHODS = {operation.key: operation for operation in OPERATIONS}
