"""What is changed for a while is afterwards as it was: after an interrupt, and after two of them."""

from __future__ import annotations

import bisect
import contextlib
import gc
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from interrupts import interrupted

import autograd
import autograd.restored
from autograd import Value, compile
from autograd.compiler import growing
from autograd.restored import restored
from nn import SGD, Dropout, Linear, Sequential, fit, inference, predict
from viz.page import player as page

FILES = (autograd.restored.__file__, contextlib.__file__)


def at_each_of_the_last(
    count: int, block: Callable[[], object], check: Callable[[int], Any], *files: str | None
) -> None:
    """Ctrl-C at each of the last bytecodes of a block that ends by a Ctrl-C of its own."""
    every = (*FILES, *files)
    total = bisect.bisect(range(1, 100_000), 0, key=lambda at: not interrupted(block, at, every))
    for at in range(max(1, total - count), total + 1):
        assert interrupted(block, at, every)
        check(at)


def test_two_interrupts_leave_every_attribute_as_it_was() -> None:
    values = [Value(float(i)) for i in range(5)]

    def block() -> None:
        with restored(values, "data"):
            for value in values:
                value.data = 9.0
            raise KeyboardInterrupt

    def check(at: int) -> None:
        assert [value.data for value in values] == [0, 1, 2, 3, 4], at

    at_each_of_the_last(500, block, check, __file__)


def test_a_page_that_is_given_up_leaves_the_gradients() -> None:
    x, y = Value(2.0), Value(3.0)
    root = x * y + x
    x.grad, y.grad, root.grad = 5.0, 6.0, 7.0

    def block() -> None:
        def parameters() -> Any:
            raise KeyboardInterrupt
            yield

        page.player(root, parameters=parameters())

    def check(at: int) -> None:
        assert (x.grad, y.grad, root.grad) == (5.0, 6.0, 7.0), at

    at_each_of_the_last(100, block, check, page.__file__)


def test_a_compilation_that_is_given_up_leaves_the_parameters() -> None:
    w, b = Value(2.0), Value(3.0)

    def block() -> None:
        traces: list[Any] = []

        def function(x: Value) -> Value:
            traces.append(x)
            if len(traces) == 3:
                raise KeyboardInterrupt
            return w * x + b

        compile(function, [w, b], inputs=(0.5,))

    def check(at: int) -> None:
        assert (w.data, b.data) == (2.0, 3.0), at
        assert gc.isenabled(), at

    files = (autograd.compiler.read.trace.__file__, growing.__file__)
    at_each_of_the_last(100, block, check, *files)


@pytest.mark.parametrize("last", [1, 2])  # counting what dropout sees; tracing
def test_a_training_that_is_given_up_before_it_began_leaves_dropout_on(last: int) -> None:
    calls: list[Any] = []

    class Stopping(Linear):
        def __call__(self, x: Any) -> Any:
            calls.append(x)
            if len(calls) == last:
                raise KeyboardInterrupt
            return super().__call__(x)

    drop = Dropout(0.5, rng=0)
    model = Sequential(drop, Stopping(8, 1, rng=0))
    data = np.ones((4, 8)), np.ones(4)
    with contextlib.suppress(KeyboardInterrupt):
        fit(model, data, "mse", SGD(model.parameters()), epochs=1, compiled=True, progress=False)
    assert len(calls) == last
    drop.train()
    assert set(drop([1.0] * 64)) == {0.0, 2.0}


def test_a_prediction_that_is_given_up_leaves_the_model_in_training() -> None:
    class Stopping(Linear):
        def __call__(self, x: Any) -> Any:
            raise KeyboardInterrupt

    model = Sequential(Dropout(0.5), Stopping(1, 1, rng=0))

    def check(at: int) -> None:
        assert all(module.training for module in model.modules()), at

    at_each_of_the_last(150, lambda: predict(model, [[1.0]]), check, inference.__file__)
