"""Programs about the order in which backward() goes through a graph."""

from __future__ import annotations

from autograd.by_hand.engine.exercise.program import BOTH, PRODUCT, SUM, Program

__all__ = ["BARE", "ORDER"]

BARE = Program(
    "a = Value(3.0)\na.backward()",
    "backward",
    ("a",),
    (),
    "the derivative of a value by itself is 1",
)
ORDER = (
    Program(
        "a, b, c, d = Value(3.0), Value(-2.0), Value(5.0), Value(7.0)\np = a * b\nq = p "
        "* c\nr = q * d\nr.backward()",
        "backward",
        ("a", "b", "c", "d"),
        PRODUCT,
        purpose="order",
    ),
    Program(
        "a, b = Value(3.0), Value(-2.0)\nc = a * b\nd = c + a\nd.backward()",
        "backward",
        ("a", "b"),
        BOTH,
        purpose="order",
    ),
    Program(
        "a, b = Value(3.0), Value(-2.0)\nc = a * b\nd = a + c\nd.backward()",
        "backward",
        ("a", "b"),
        BOTH,
        purpose="order",
    ),
    Program(
        "a = Value(3.0)\nb = a + a\nc = b + b\nc.backward()",
        "backward",
        ("a",),
        SUM,
        purpose="order",
    ),
    Program(
        "a = Value(3.0)\nb = a * a\nc = b * b\nc.backward()",
        "backward",
        ("a",),
        PRODUCT,
        purpose="order",
    ),
    Program(
        "a, b = Value(3.0), Value(-2.0)\nc = a * b\nd = c * a\ne = c + d\ne.backward()",
        "backward",
        ("a", "b"),
        BOTH,
        purpose="order",
    ),
    Program(
        "a, b = Value(3.0), Value(-2.0)\nc = a * b\nd = c * a\ne = d + c\ne.backward()",
        "backward",
        ("a", "b"),
        BOTH,
        purpose="order",
    ),
    Program(
        "a, b = Value(3.0), Value(-2.0)\nc = a + b\nd = a * b\ne = c * d\nf = e + c\nf.backward()",
        "backward",
        ("a", "b"),
        BOTH,
        purpose="order",
    ),
    Program(
        "a, b = Value(3.0), Value(-2.0)\nc = a + b\nd = c * a\ne = d * b\nf = c * e\nf.backward()",
        "backward",
        ("a", "b"),
        BOTH,
        purpose="order",
    ),
    Program(
        "a, b = Value(3.0), Value(-2.0)\nc = a * b\nd = c * a\ne = c * b\nf = d + e\nf.backward()",
        "backward",
        ("a", "b"),
        BOTH,
        purpose="order",
    ),
    Program(
        "a, b, c, d = Value(2.0), Value(3.0), Value(1.0), Value(5.0)\np = a * b\nq = c + "
        "d\nr = p * q\nr.backward()",
        "backward",
        ("a", "b", "c", "d"),
        BOTH,
        purpose="order",
    ),
    Program(
        "a, b = Value(3.0), Value(-2.0)\nc = a * b\nd = a + b\nc.backward()",
        "backward",
        ("a", "b"),
        BOTH,
        "d is no part of c",
        "order",
    ),
    Program(
        "a, b = Value(3.0), Value(-2.0)\nc = a * b\nd = c + a\ne = c * b\ne.backward()",
        "backward",
        ("a", "b"),
        BOTH,
        "d is no part of e",
        "order",
    ),
)
