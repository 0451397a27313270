"""Modes end where their block ends: after an interrupt, in other tasks, in other threads."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable

import pytest
from interrupts import interrupted

import autograd
from autograd import Value, detect_anomaly, grad, no_grad, record_sources, where
from autograd.modes import Mode, current, recording, special, tracing, watching

FILES = (autograd.modes.__file__, contextlib.__file__, autograd.derivatives.tape.__file__, __file__)


def squared() -> Value:
    with no_grad():
        return Value(3.0) * Value(3.0)


def anomalous() -> None:
    with detect_anomaly(), record_sources(), no_grad(), recording():
        Value(3.0).tanh()


def traced() -> None:
    with tracing(lambda value: None):
        where(Value(3.0) > 2.0, 1.0, 2.0)


def third() -> None:
    grad(grad(lambda x: x**3))(2.0)


@pytest.mark.parametrize("block", [squared, anomalous, traced, third])
def test_ctrl_c_at_any_bytecode_leaves_no_mode_on(block: Callable[[], object]) -> None:
    at = 0
    while interrupted(block, at := at + 1, FILES):
        assert current() == Mode(), f"at bytecode {at}"
        assert not special, f"at bytecode {at}"
    assert at > 100
    x = Value(2.0)
    assert (x * x).parents == (x, x)
    assert grad(lambda x: x**3)(2.0) == 12.0


def test_no_grad_stays_in_the_task_that_said_it() -> None:
    seen = {}

    async def quiet() -> None:
        with no_grad():
            await asyncio.sleep(0)
            seen["inside"] = (Value(2.0) * 2).parents
            await asyncio.sleep(0)
        seen["after"] = (Value(2.0) * 2).parents

    async def loud() -> None:
        seen["beside"] = (Value(2.0) * 2).parents
        with no_grad():  # left after the other one
            for _ in range(4):
                await asyncio.sleep(0)

    async def both() -> None:
        await asyncio.gather(quiet(), loud())
        seen["above"] = (Value(2.0) * 2).parents

    asyncio.run(both())
    assert {name: len(parents) for name, parents in seen.items()} == {
        "inside": 0, "beside": 1, "after": 1, "above": 1
    }  # fmt: skip
    assert not special


def test_a_thread_records_while_another_does_not() -> None:
    found: list[Value] = []
    with no_grad():
        thread = threading.Thread(target=lambda: found.append(Value(2.0) * 2))
        thread.start()
        thread.join()
    assert len(found[0].parents) == 1


def test_no_grad_keeps_nothing_alive_and_compares_numbers() -> None:
    x = Value(2.0)
    with no_grad():
        assert (x > 1.0) is True
        for made in (x * 3.0, x.tanh(), where(x > 1.0, x, x * 5.0), where(x > 1.0, 2.0, x)):
            assert made.parents == made.operands == made.partials == ()
            assert (made._da, made._db) == (0.0, 0.0)


def test_tracing_records_comparisons_and_hears_of_every_number_that_leaves() -> None:
    x, left = Value(2.0), list[Value]()
    with no_grad(), tracing(left.append):
        condition = x > 1.0
        assert isinstance(condition, Value)
        assert (condition.data, condition.parents) == (1.0, (x,))
        assert (x * 3.0).parents == (x,)
        assert left == []
        assert (float(x), int(x), bool(x)) == (2.0, 2, True)
    assert left == [x, x, x]
    assert x.data == 2.0
    assert len(left) == 3


def test_within_watching_alone_a_comparison_tells_nobody_and_is_a_bool() -> None:
    seen: list[Value] = []
    with watching(seen.append):
        assert (Value(2.0) > 1.0) is True
        y = Value(2.0) * 2
        with watching(lambda node: seen.append(node)):
            z = y + 1
    assert seen == [y, z, z]
