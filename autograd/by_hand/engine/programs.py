"""The exercise: small programs, the simple before the complex, each about one operation or one habit.

A program is Python that a learner can paste: its first line makes the leaves. What is right is not
written here: a `twin` without bugs says it, and the tests hold that against `autograd.Value`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

__all__ = ["METHODS", "OPERATIONS", "Operation", "Program", "programs"]


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


@dataclass(frozen=True, slots=True)
class Program:
    """A few lines to run.

    Attributes:
        source: the lines.
        key: what they are about: a key of `Operation`, or "backward".
        leaves: the names whose gradients are read.
        needs: the operations they use besides.
        about: what it means if they come out wrong and no known bug explains it.
        purpose: for the twin: "value", "chain", "reuse", "order", "again",
            "fresh" and "apart" (a new leaf knows of no other graph); with known numbers: "slope"
            (of the engine's own values), "kink", "zeroed", "limit" (how far it goes), "deep" and
            "paths" (large graphs).
    """

    source: str
    key: str
    leaves: tuple[str, ...]
    needs: tuple[str, ...] = ()
    about: str = ""
    purpose: str = "value"


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


def programs(has: dict[str, str]) -> Iterator[Program]:
    """The exercise for an engine, the simple programs first.

    Args:
        has: for each method of `OPERATIONS` (and ``zero_grad``, ``__lt__`` …) that the class has,
            what it is called.
    """
    known = [operation for operation in OPERATIONS if operation.method in has]
    every = [_BARE]
    for kind in (_value, _chain, _reuse):
        every += [program for operation in known for program in kind(operation, has)]
    for program in (*every, *_ORDER, *_HABITS, *_LARGE):
        needed = {METHODS[key].method for key in program.needs} | {program.key.split()[0]}
        if needed <= {*has, "backward"}:
            yield program


def _leaves(names: Collection[str], numbers: Collection[float]) -> str:
    return f"{', '.join(names)} = {', '.join(f'Value({x})' for x in numbers)}"


def _written(operation: Operation, has: dict[str, str]) -> str:
    return operation.expression.replace(f".{operation.method}(", f".{has[operation.method]}(")


def _value(operation: Operation, has: dict[str, str]) -> Iterator[Program]:
    for point in operation.points:
        names = ("a", "b")[: len(point)]
        written = _written(operation, has)
        source = f"{_leaves(names, point)}\nc = {written}\nc.backward()"
        if not operation.row:
            low, high = (
                written.replace("a.", f"Value({x}).") for x in (point[0] - 1e-3, point[0] + 1e-3)
            )
            source += f"\nlow, high = {low}, {high}"
        yield Program(source, operation.key, names, purpose="value" if operation.row else "slope")


def _chain(operation: Operation, has: dict[str, str]) -> Iterator[Program]:
    if operation.row:
        point = operation.points[0]
        names = ("a", "b")[: len(point)]
        leaves = _leaves((*names, "w"), (*point, -7.0))
        source = f"{leaves}\nc = {_written(operation, has)}\nd = c * w\nd.backward()"
        yield Program(source, operation.key, (*names, "w"), ("__mul__",), purpose="chain")


def _reuse(operation: Operation, has: dict[str, str]) -> Iterator[Program]:
    if not operation.row:
        return
    point = operation.points[0]
    names, written = ("a", "b")[: len(point)], _written(operation, has)
    if len(point) == 2:
        source = f"{_leaves('a', point[:1])}\nb = {written.replace('b', 'a')}\nb.backward()"
        yield Program(source, operation.key, ("a",), purpose="reuse")
    source = f"{_leaves(names, point)}\nc = {written}\nd = {written}\ne = c + d\ne.backward()"
    yield Program(source, operation.key, names, ("__add__",), purpose="reuse")


_SUM, _PRODUCT, _BOTH = ("__add__",), ("__mul__",), ("__add__", "__mul__")
_BARE = Program(
    "a = Value(3.0)\na.backward()",
    "backward",
    ("a",),
    (),
    "the derivative of a value by itself is 1",
)
_ORDER = (
    Program(
        "a, b, c, d = Value(3.0), Value(-2.0), Value(5.0), Value(7.0)\np = a * b\nq = p "
        "* c\nr = q * d\nr.backward()",
        "backward",
        ("a", "b", "c", "d"),
        _PRODUCT,
        purpose="order",
    ),
    Program(
        "a, b = Value(3.0), Value(-2.0)\nc = a * b\nd = c + a\nd.backward()",
        "backward",
        ("a", "b"),
        _BOTH,
        purpose="order",
    ),
    Program(
        "a, b = Value(3.0), Value(-2.0)\nc = a * b\nd = a + c\nd.backward()",
        "backward",
        ("a", "b"),
        _BOTH,
        purpose="order",
    ),
    Program(
        "a = Value(3.0)\nb = a + a\nc = b + b\nc.backward()",
        "backward",
        ("a",),
        _SUM,
        purpose="order",
    ),
    Program(
        "a = Value(3.0)\nb = a * a\nc = b * b\nc.backward()",
        "backward",
        ("a",),
        _PRODUCT,
        purpose="order",
    ),
    Program(
        "a, b = Value(3.0), Value(-2.0)\nc = a * b\nd = c * a\ne = c + d\ne.backward()",
        "backward",
        ("a", "b"),
        _BOTH,
        purpose="order",
    ),
    Program(
        "a, b = Value(3.0), Value(-2.0)\nc = a * b\nd = c * a\ne = d + c\ne.backward()",
        "backward",
        ("a", "b"),
        _BOTH,
        purpose="order",
    ),
    Program(
        "a, b = Value(3.0), Value(-2.0)\nc = a + b\nd = a * b\ne = c * d\nf = e + c\nf.backward()",
        "backward",
        ("a", "b"),
        _BOTH,
        purpose="order",
    ),
    Program(
        "a, b = Value(3.0), Value(-2.0)\nc = a + b\nd = c * a\ne = d * b\nf = c * e\nf.backward()",
        "backward",
        ("a", "b"),
        _BOTH,
        purpose="order",
    ),
    Program(
        "a, b = Value(3.0), Value(-2.0)\nc = a * b\nd = c * a\ne = c * b\nf = d + e\nf.backward()",
        "backward",
        ("a", "b"),
        _BOTH,
        purpose="order",
    ),
    Program(
        "a, b, c, d = Value(2.0), Value(3.0), Value(1.0), Value(5.0)\np = a * b\nq = c + "
        "d\nr = p * q\nr.backward()",
        "backward",
        ("a", "b", "c", "d"),
        _BOTH,
        purpose="order",
    ),
    Program(
        "a, b = Value(3.0), Value(-2.0)\nc = a * b\nd = a + b\nc.backward()",
        "backward",
        ("a", "b"),
        _BOTH,
        "d is no part of c",
        "order",
    ),
)
_HABITS = (
    Program(
        "a = Value(3.0)\nfor _ in range(2):\n    a.grad = 0\n    b = a * a\n    c = b * "
        "a\n    c.backward()",
        "backward",
        ("a",),
        _PRODUCT,
        "a gradient set to 0 between two passes must start at 0 again",
        "again",
    ),
    Program(
        "a = Value(3.0)\nb = a * a\nb.backward()\nc = Value(5.0)\nd = c * c\nd.backward()",
        "backward",
        ("a", "c"),
        _PRODUCT,
        "two graphs must not know of each other: is there a list, a set or a default "
        "argument that all share?",
        "again",
    ),
    Program(
        "a, b = Value(3.0), Value(-2.0)\nc = a * b\nc.backward()\nd = a + b\nd.backward()",
        "backward",
        ("a", "b"),
        _BOTH,
        "the gradients of two passes add up",
        "again",
    ),
    Program(
        "a, b = Value(3.0), Value(-2.0)\nc = a * b\nd = a + b\nc.backward()\nd.backward()",
        "backward",
        ("a", "b"),
        _BOTH,
        "the gradients of two passes add up",
        "again",
    ),
    Program(
        "a = Value(3.0)\nb = a * a\nc = b * a\nc.backward()\na.grad = 0\nc.backward()",
        "backward",
        ("a",),
        _PRODUCT,
        "a second pass over the same graph",
        "again",
    ),
    Program(
        "a = Value(3.0)\nb = a * a\nb.backward()\nc = b * a\na.grad = 0\nc.backward()",
        "backward",
        ("a",),
        _PRODUCT,
        "a pass over a graph that grew",
        "again",
    ),
    Program(
        "a = Value(3.0)\nb = a * a\nc = b * a\nb.backward()\na.grad = 0\nc.backward()",
        "backward",
        ("a",),
        _PRODUCT,
        "a pass over a graph after one over a part of it",
        "again",
    ),
    Program(
        "a = Value(3.0)\nb = a * a\nb.backward()\nc = Value(5.0)",
        "backward",
        ("a", "c"),
        _PRODUCT,
        "a new Value does not begin with gradient 0: do all share one (an array in a default argument "
        "or in the class, which += changes in place)?",
        "fresh",
    ),
    Program(
        "a, b = Value(3.0), Value(-2.0)\nc = a * b\nd = Value(5.0)\nd.backward()",
        "backward",
        ("a", "b", "d"),
        _PRODUCT,
        "a new Value has inputs already: do all share one list of them (a default argument `[]` or a "
        "class attribute that is changed in place)?",
        "apart",
    ),
    Program(
        "a, b = Value(3.0), Value(-2.0)\nc = sum([a, b, a * b])\nc.backward()",
        "__radd__",
        ("a", "b"),
        _BOTH,
        "sum() begins with 0 + a",
        "order",
    ),
    Program(
        "a, b = Value(3.0), Value(-2.0)\nc = a * b\nd = c\nc += a\ne = c * d\ne.backward()",
        "__iadd__",
        ("a", "b"),
        _PRODUCT,
        "`__iadd__` changes the node itself, which may be part of a graph: let c += a "
        "make a new node, as c = c + a does, "
        "or leave the method out",
        "order",
    ),
    Program(
        "a, b = Value(3), Value(2)\nc = a / b\nc.backward()",
        "__truediv__",
        ("a", "b"),
        (),
        "whole numbers must divide as numbers do: 3 / 2 is 1.5",
        "again",
    ),
    Program(
        "a = Value(np.float64(3.0))\nb = a * a\nb.backward()",
        "__mul__",
        ("a",),
        (),
        "a NumPy number as data",
        "again",
    ),
    Program(
        "a = Value(3.0)\nb = a * 2.5\nb.backward()",
        "__mul__ number",
        ("a",),
        (),
        "a float as operand",
        "again",
    ),
    Program(
        "a, b = Value(3.0), Value(5.0)\nless, more = bool(a < b), bool(b < a)",
        "__lt__",
        ("a", "b"),
        (),
        "a < b compares the data",
        "again",
    ),
    Program(
        "a, b = Value(3.0), Value(5.0)\nmore, less = bool(b > a), bool(a > b)",
        "__gt__",
        ("a", "b"),
        (),
        "a > b compares the data",
        "again",
    ),
    Program(
        "a = Value(3.0)\nb = a * a\ntext = repr(b)",
        "__repr__",
        ("a",),
        _PRODUCT,
        "`repr()`",
        "again",
    ),
    Program(
        "a = Value(3.0)\nb = a * a\nb.backward()\na.zero_grad()",
        "zero_grad",
        ("a",),
        _PRODUCT,
        "`zero_grad` must leave a.grad at 0",
        "zeroed",
    ),
)
_LARGE = (
    Program("a = Value(0.0)\nb = a.relu()\nb.backward()", "relu", ("a",), (), "", "kink"),
    Program(
        "a = Value(0.0)\nb = a ** 2\nb.backward()",
        "__pow__ number",
        ("a",),
        (),
        "the power rule at 0 is n·0ⁿ⁻¹; a logarithm of the base is not defined there",
        "again",
    ),
    Program(
        "a = Value(400.0)\nb = a.tanh()\nb.backward()",
        "tanh",
        ("a",),
        (),
        "`{op}` overflows for large inputs: (e²ˣ − 1)/(e²ˣ + 1) does from x = 355 on; "
        "math.tanh does not",
        "limit",
    ),
    Program(
        "a = Value(-800.0)\nb = a.sigmoid()\nb.backward()",
        "sigmoid",
        ("a",),
        (),
        "`{op}` overflows for large negative inputs: 1/(1 + e⁻ˣ) does from x = −710 on; "
        "there, use eˣ/(1 + eˣ)",
        "limit",
    ),
    Program(
        "x = a = Value(3.0)\nfor _ in range(5000):\n    x = x + a\nx.backward()",
        "backward",
        ("a",),
        _SUM,
        "a chain of 5 000 operations: where Python's recursion ends, a list of your own goes on",
        "deep",
    ),
    Program(
        "x = a = Value(3.0)\nfor _ in range(40):\n    x = x + x\nx.backward()",
        "backward",
        ("a",),
        _SUM,
        "40 additions make 2⁴⁰ paths: backward() goes along each of them, where it "
        "should visit each node once, after all its uses",
        "paths",
    ),
)
