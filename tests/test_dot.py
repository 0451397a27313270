"""dot: the same graph as its operators build, to the last bit."""

from __future__ import annotations

from typing import Any

import pytest

from autograd import Value, detect_anomaly, dot, no_grad, topological_order
from autograd.modes import watching


def by_operators(a: list[Any], b: list[Any], start: Any) -> Any:
    for x, y in zip(a, b):
        start = x * y if start is None else start + x * y
    return start


@pytest.mark.parametrize("start", [None, 0.5, "value"])
@pytest.mark.parametrize("kinds", ["vv", "vf", "fv", "mixed"])
def test_the_graph_is_that_of_the_operators(kinds: str, start: Any) -> None:
    def made(f: Any) -> list[tuple[Any, ...]]:
        first = Value(0.5) if start == "value" else start
        a = [Value(0.1 * i) if kinds != "fv" else 0.1 * i for i in range(1, 5)]
        b = [
            Value(-0.3 * i) if kinds in ("vv", "fv") or (kinds == "mixed" and i % 2) else -0.3 * i
            for i in range(1, 5)
        ]
        root = f(a, b, first)
        root.backward()
        order = topological_order(root)
        return [
            (v.data, v.grad, v.op, v.partials, [order.index(p) for p in v.parents]) for v in order
        ]

    assert made(dot) == made(by_operators)


def test_plain_numbers_nothing_and_unequal_lengths() -> None:
    assert dot([1.0, 2.0], [3.0, 4.0]) == 11.0
    assert dot([], []) == 0.0
    b = Value(1.0)
    assert dot([], [], b) is b
    with pytest.raises(ValueError, match="one length, not 1 and 2"):
        dot([b], [b, b])


def test_modes_see_its_nodes() -> None:
    w = [Value(2.0), Value(3.0)]
    seen: list[Value] = []
    with watching(seen.append), detect_anomaly():
        y = dot(w, w, Value(0.0))
    assert [v.op for v in seen] == ["*", "+", "*", "+"]
    assert seen[-1] is y
    with no_grad():
        assert dot(w, w).parents == ()
