"""Paths: the chain rule spelled out; and what a depth-first pass gets wrong."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import Value, naive, parse, paths


def built(text: str, **data: float) -> tuple[Value, dict[str, Value]]:
    v = {name: Value(x, label=name) for name, x in data.items()}
    return parse(text)(v), v


def test_each_path_with_its_product() -> None:
    f, v = built("g = x*y; f = g*g + x", x=3.0, y=4.0)
    found = paths(f, v["x"])
    assert found.count == len(found) == 3
    assert [p.product for p in found] == [48.0, 48.0, 1.0]  # 12·4 twice, and 1
    assert [p.locals for p in found] == [(4.0, 12.0, 1.0), (4.0, 12.0, 1.0), (1.0,)]
    assert [n.label or n.op for n in next(iter(found)).nodes] == ["x", "g", "*", "f"]
    assert found.total == 97.0  # 2xy·y + 1
    assert str(found) == (
        "∂f/∂x is the sum over 3 paths\n"
        "  x → g → g² → f: 4 · 12 · 1 = 48\n"
        "  x → g → g² → f: 4 · 12 · 1 = 48\n"
        "  x → f: 1\n"
        "48 + 48 + 1 = 97"
    )


def test_the_root_itself_and_a_stranger() -> None:
    f, _ = built("f = x*y", x=3.0, y=4.0)
    with pytest.raises(ValueError, match="not in the graph of f"):
        paths(f, Value(1.0))
    assert [p.text for p in paths(f, f)] == ["f: 1"]


numbers = st.floats(-2.0, 2.0)


@given(
    st.lists(
        st.tuples(st.integers(0, 3), st.integers(0, 99), st.integers(0, 99)), min_size=1, max_size=9
    ),
    numbers,
)
def test_their_sum_is_the_gradient(moves: list[tuple[int, int, int]], start: float) -> None:
    x = Value(start, label="x")
    pool = [x, Value(0.5)]
    for kind, i, j in moves:
        a, b = pool[i % len(pool)], pool[j % len(pool)]
        pool.append((a + b, a * b, a.tanh(), b - a)[kind])
    root = pool[-1] + x
    root.backward()
    found = paths(root, x)
    assert found.total == pytest.approx(x.grad, rel=1e-12, abs=1e-12)
    assert math.fsum(p.product for p in found) == pytest.approx(x.grad, rel=1e-9, abs=1e-9)
    assert len(list(found)) == found.count


def test_two_to_the_sixty_paths_are_counted_and_not_listed() -> None:
    x = Value(1.0, label="x")
    y = x
    for _ in range(60):
        y = y + y
    found = paths(y, x)
    assert found.count == 2**60
    assert found.total == float(2**60)
    printed = str(found)
    assert "1152921504606846976 paths" in printed
    assert len(printed.splitlines()) < 10
    assert next(iter(found)).product == 1.0
    with pytest.raises(OverflowError, match=r"use \.count or \.log10"):
        len(found)


def test_more_paths_than_a_number_can_say() -> None:
    x = Value(1.0, label="x")
    y = x
    for _ in range(5000):
        y = (y + y) * 0.5
    found = paths(y, x)
    assert found.count is None
    assert found.log10 == pytest.approx(5000 * math.log10(2))
    assert found.total == 1.0
    assert "about 10^1505.1 paths" in str(found)


def test_a_long_path_is_printed_by_its_ends() -> None:
    x = Value(1.0, label="x")
    y = x
    for _ in range(2000):
        y = y * 1.0 + 0.0
    assert "more …" in str(paths(y, x))
    assert len(str(paths(y, x))) < 1000


def test_what_is_no_value_is_refused() -> None:
    with pytest.raises(TypeError, match=r"paths\(\) takes a Value or its name, not int"):
        paths(Value(1.0), 3)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"paths\(\) takes a Value first, not str"):
        paths("f", "x")  # type: ignore[arg-type]


# Why this order -----------------------------------------------------------------------------------


def test_the_canonical_example_gives_two_in_place_of_four() -> None:
    c, v = built("b = a + a; c = b + b", a=1.0)
    found = naive(c)
    (early,) = found.early
    assert (early.node.label, early.passed, early.complete, early.missing.label) == (
        "b",
        1.0,
        2.0,
        "c",
    )
    assert found.wrong == ((v["a"], 2.0, 4.0),)
    assert v["a"].grad == 0.0


def test_a_value_used_at_two_depths_is_left_too_early() -> None:
    f, _ = built("h = x*w; f = h*y + h", x=2.0, w=3.0, y=5.0)
    found = naive(f)
    assert [e.node.label for e in found.early] == ["h"]
    assert found.early[0].passed == 5.0  # y, before the 1 of f has come
    assert {leaf.label: (bad, good) for leaf, bad, good in found.wrong} == {
        "x": (15.0, 18.0),
        "w": (10.0, 12.0),
    }
    assert str(found) == (
        "depth first, h passes 5 on before the contribution of f has come: complete it is 6\n"
        "leaf  depth first  reverse topological order\n"
        "x              15                         18\n"
        "w              10                         12"
    )


def test_a_tree_goes_well() -> None:
    f, _ = built("f = tanh(x*w + b)", x=1.0, w=2.0, b=3.0)
    assert not naive(f)
    assert str(naive(f)) == "no intermediate value is used twice: here depth first goes well"


def test_a_hundred_thousand_nodes_deep() -> None:
    x = Value(1.0, label="x")
    y = x
    for _ in range(50_000):
        y = y * 0.5 + y
    assert len(naive(y).early) > 0


def test_len_is_exact_or_refuses() -> None:
    x = Value(1.0, label="x")
    y = x
    for _ in range(52):
        y = y + y
    assert len(paths(y, x)) == 2**52
    with pytest.raises(OverflowError):
        len(paths(y + y, x))


def test_a_leaf_beside_a_huge_number_of_paths_adds_none() -> None:
    x, z = Value(1e-300, label="x"), Value(1.0, label="z")
    y = x
    for _ in range(2100):
        y = y + y * 0.5
    found = paths(y + z, x)
    assert found.count is None
    assert found.log10 == pytest.approx(2100 * math.log10(2))


@pytest.mark.parametrize(("length", "shown"), [(12, 13), (13, 13)])
def test_from_fourteen_nodes_on_a_path_is_shown_by_its_ends(length: int, shown: int) -> None:
    x = Value(1.0, label="v0")
    y = x
    for k in range(length):
        y = -y
        y.label = f"v{k + 1}"
    way = next(iter(paths(y, x))).text.split(": ")[0].split(" → ")
    assert len(way) == shown
    assert ("… 2 more …" in way) == (length == 13)


def test_how_many_leave_too_early_is_said() -> None:
    a = Value(1.0, label="a")
    b = a + a
    for k in range(3):
        b.label = f"b{k}"
        b = b + b
    assert "so do 2 more" in str(naive(b))
    assert len(naive(b).early) == 3
