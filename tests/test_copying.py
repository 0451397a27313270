"""copy, deepcopy and pickle: the graph comes along, what was shared stays shared, nothing recurses."""

from __future__ import annotations

import copy
import io
import pickle
import threading
from collections.abc import Callable
from typing import Any

import pytest

import nn
from autograd import Op, Value, leaves, topological_order, where


def chain(n: int) -> tuple[Value, Value]:
    w = Value(0.5, label="w")
    x = w * 1
    for i in range(n - 1):
        x = x.tanh() if i % 1000 == 0 else x + w if i % 2 else x * 0.999
    return w, x


def by_python(x: Any) -> Any:
    """Through the pickler written in Python, which looks further ahead than the one in C."""
    file = io.BytesIO()
    pickle._Pickler(file, 4).dump(x)  # type: ignore[attr-defined]
    return pickle._loads(file.getvalue())  # type: ignore[attr-defined]


WAYS: list[Callable[[Any], Any]] = [
    copy.deepcopy,
    by_python,
    *(
        lambda x, protocol=protocol: pickle.loads(pickle.dumps(x, protocol))
        for protocol in range(pickle.HIGHEST_PROTOCOL + 1)
    ),
]
NAMES = ["deepcopy", "python", *(f"protocol {p}" for p in range(pickle.HIGHEST_PROTOCOL + 1))]
every_way = pytest.mark.parametrize("again", WAYS, ids=NAMES)


def facts(root: Value) -> list[tuple[Any, ...]]:
    return [
        (node.data, node.grad, node.op, node.label, node.partials)
        for node in topological_order(root)
    ]


@every_way
def test_a_graph_comes_back_the_same_and_apart(again: Callable[[Any], Any]) -> None:
    w, x = chain(5_000)
    x.backward()
    y = again(x)
    assert facts(y) == facts(x)
    assert not set(topological_order(y)) & set(topological_order(x))
    gradient, w.grad = w.grad, 0.0
    (v,) = leaves(y)
    v.grad = 0.0
    y.backward()
    assert (v.grad, w.grad) == (gradient, 0.0)


@every_way
@pytest.mark.parametrize("order", [(0, 1, 2), (1, 2, 0), (2, 0, 1), (2, 1, 0)])
def test_what_was_shared_stays_shared(again: Callable[[Any], Any], order: tuple[int, ...]) -> None:
    w, x = chain(3_000)
    originals = [w, x.parents[0], x]
    copies = again([originals[i] for i in order])
    w, h, x = (copies[order.index(i)] for i in range(3))
    assert x.parents[0] is h
    assert leaves(x) == [w]


@every_way
def test_the_branch_not_taken_comes_along(again: Callable[[Any], Any]) -> None:
    w, x = chain(3_000)
    _, y = chain(3_000)
    chosen = again(where(w > 0, x, y))
    condition, first, second = chosen.operands
    assert (condition, chosen.parents) == (True, (first,))
    assert facts(first) == facts(x)
    assert facts(second) == facts(y)


@every_way
def test_a_model_and_its_loss_stay_together(again: Callable[[Any], Any]) -> None:
    model = nn.MLP(2, [3, 1], rng=0)
    loss = model([1.0, 2.0])
    for pair in ((model, loss), (loss, model)):
        copied = again(pair)
        mlp, root = copied if pair[0] is model else copied[::-1]
        assert set(leaves(root)) <= set(mlp.parameters())
        assert root.note.scope is mlp.layers[-1].neurons[0]
        assert root.note.scope is not model.layers[-1].neurons[0]


def test_a_shallow_copy_shares_its_parents() -> None:
    a = Value(2.0, label="a")
    b = a * 3
    c = copy.copy(b)
    assert c is not b
    assert (c.data, c.op, c.parents, c.partials) == (6.0, "*", (a,), (3.0,))
    c.backward()
    assert (a.grad, b.grad) == (3.0, 0.0)


def test_a_pickle_that_failed_leaves_no_trace() -> None:
    _, x = chain(3_000)
    with pytest.raises((AttributeError, pickle.PicklingError)):
        pickle.dumps([x, x * 2, lambda: 0])
    bad = x + 1
    bad._how = bad.note._replace(scope=lambda: 0)
    with pytest.raises((AttributeError, pickle.PicklingError)):
        pickle.dumps(bad * 2)
    assert facts(pickle.loads(pickle.dumps(x * 2))) == facts(x * 2)


def test_a_row_outside_the_table_is_refused_clearly() -> None:
    cube = Op("cube", "³", "x³", lambda x: x**3, lambda x: x**3, (lambda x, y: 3 * x * x,))
    y = cube(Value(2.0))
    with pytest.raises(TypeError, match=r"cube: x³.* is no row of the table OPS"):
        pickle.dumps(y)
    assert copy.deepcopy(y).operation is cube


@pytest.mark.slow
def test_a_million_nodes_are_copied_pickled_and_dropped() -> None:
    w, x = chain(1_000_000)
    y = copy.deepcopy(x)
    text = pickle.dumps(x)
    z = pickle.loads(text)
    for root in (x, y, z):
        root.backward()
    assert [leaf.grad for root in (y, z) for leaf in leaves(root)] == [w.grad, w.grad]
    assert len(text) < 100 * 1_000_000
    del x, y, z


class Full(io.BytesIO):
    """A disk that is full after some bytes."""

    def write(self, data: Any) -> int:
        if self.tell() + len(data) > 50_000:
            raise OSError("No space left on device")
        return super().write(data)


@pytest.mark.parametrize("pickler", [pickle.Pickler, pickle._Pickler])  # type: ignore[attr-defined]
def test_a_pickler_kept_after_a_failed_write_is_in_nobodys_way(pickler: Any) -> None:
    w, x = chain(20_000)
    kept = pickler(Full())
    with pytest.raises(OSError, match="No space"):
        kept.dump([x, w])
    assert facts(by_python(x)) == facts(pickle.loads(pickle.dumps(x))) == facts(x)


@pytest.mark.parametrize("pickler", [pickle.Pickler, pickle._Pickler])  # type: ignore[attr-defined]
def test_a_pickler_kept_after_it_is_done_is_in_nobodys_way(pickler: Any) -> None:
    _, x = chain(20_000)
    kept = pickler(io.BytesIO())
    kept.dump(x)
    assert facts(pickle.loads(pickle.dumps(x))) == facts(x)


def test_threads_pickle_and_copy_one_graph_at_once() -> None:
    _, x = chain(3_000)
    expected, found = facts(x), []

    def again() -> None:
        found.extend(facts(way(x)) == expected for way in WAYS for _ in range(2))

    threads = [threading.Thread(target=again) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [True] * (4 * 2 * len(WAYS))
