"""Programs about habits: a second pass, other numbers, kinks, large graphs."""

from __future__ import annotations

from autograd.by_hand.engine.exercise.program import BOTH, PRODUCT, SUM, Program

__all__ = ["HABITS", "LARGE"]

HABITS = (
    Program(
        "a = Value(3.0)\nfor _ in range(2):\n    a.grad = 0\n    b = a * a\n    c = b * "
        "a\n    c.backward()",
        "backward",
        ("a",),
        PRODUCT,
        "a gradient set to 0 between two passes must start at 0 again",
        "again",
    ),
    Program(
        "a = Value(3.0)\nb = a * a\nb.backward()\nc = Value(5.0)\nd = c * c\nd.backward()",
        "backward",
        ("a", "c"),
        PRODUCT,
        "two graphs must not know of each other: is there a list, a set or a default "
        "argument that all share?",
        "again",
    ),
    Program(
        "a, b = Value(3.0), Value(-2.0)\nc = a * b\nc.backward()\nd = a + b\nd.backward()",
        "backward",
        ("a", "b"),
        BOTH,
        "the gradients of two passes add up",
        "again",
    ),
    Program(
        "a, b = Value(3.0), Value(-2.0)\nc = a * b\nd = a + b\nc.backward()\nd.backward()",
        "backward",
        ("a", "b"),
        BOTH,
        "the gradients of two passes add up",
        "again",
    ),
    Program(
        "a = Value(3.0)\nb = a * a\nc = b * a\nc.backward()\na.grad = 0\nc.backward()",
        "backward",
        ("a",),
        PRODUCT,
        "a second pass over the same graph",
        "again",
    ),
    Program(
        "a = Value(3.0)\nb = a * a\nb.backward()\nc = b * a\na.grad = 0\nc.backward()",
        "backward",
        ("a",),
        PRODUCT,
        "a pass over a graph that grew",
        "again",
    ),
    Program(
        "a = Value(3.0)\nb = a * a\nc = b * a\nb.backward()\na.grad = 0\nc.backward()",
        "backward",
        ("a",),
        PRODUCT,
        "a pass over a graph after one over a part of it",
        "again",
    ),
    Program(
        "a = Value(3.0)\nb = a * a\nb.backward()\nc = Value(5.0)",
        "backward",
        ("a", "c"),
        PRODUCT,
        "a new Value does not begin with gradient 0: do all share one (an array in a default argument "
        "or in the class, which += changes in place)?",
        "fresh",
    ),
    Program(
        "a, b = Value(3.0), Value(-2.0)\nc = a * b\nd = Value(5.0)\nd.backward()",
        "backward",
        ("a", "b", "d"),
        PRODUCT,
        "a new Value has inputs already: do all share one list of them (a default argument `[]` or a "
        "class attribute that is changed in place)?",
        "apart",
    ),
    Program(
        "a, b = Value(3.0), Value(-2.0)\nc = sum([a, b, a * b])\nc.backward()",
        "__radd__",
        ("a", "b"),
        BOTH,
        "sum() begins with 0 + a",
        "order",
    ),
    Program(
        "a, b = Value(3.0), Value(-2.0)\nc = a * b\nd = c\nc += a\ne = c * d\ne.backward()",
        "__iadd__",
        ("a", "b"),
        PRODUCT,
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
        PRODUCT,
        "`repr()`",
        "again",
    ),
    Program(
        "a = Value(3.0)\nb = a * a\nbefore = reaches(b, a)\nb.backward()\nafter = reaches(b, a)",
        "__mul__",
        ("a",),
        (),
        "whether backward() takes the graph apart",
        "held",
    ),
    Program(
        "a = Value(3.0)\nb = a * a\nb.backward()\na.zero_grad()",
        "zero_grad",
        ("a",),
        PRODUCT,
        "`zero_grad` must leave a.grad at 0",
        "zeroed",
    ),
)
LARGE = (
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
        SUM,
        "a chain of 5 000 operations: where Python's recursion ends, a list of your own goes on",
        "deep",
    ),
    Program(
        "x = a = Value(3.0)\nfor _ in range(16):\n    x = x + x\nx.backward()",
        "backward",
        ("a",),
        SUM,
        "16 additions make 2¹⁶ paths: backward() goes along each of them, where it "
        "should visit each node once, after all its uses",
        "paths",
    ),
)
