"""`compile`: from a graph of scalars, or the function that makes one, to a program on matrices."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from autograd.compiler.errors import TraceError
from autograd.compiler.plan.layout import lay_out
from autograd.compiler.plan.planner import draft
from autograd.compiler.program import Program
from autograd.compiler.read.blocks import blocks
from autograd.compiler.read.fuse import fuse
from autograd.compiler.read.lift import Graph, lift
from autograd.compiler.read.maxima import detach_maxima
from autograd.compiler.read.trace import Example, agree, outputs_of, trace
from autograd.value import Value

__all__ = ["compile"]


def compile(
    loss: Value | Sequence[Value] | Callable[..., Any],
    params: Any,
    inputs: Any = None,
    *,
    dtype: Any = np.float64,
    check: bool = True,
) -> Program:
    """Read a graph of scalars back as matrix products and return the program that runs them.

    Three ways to say what to compile:

    * a finished graph: ``compile(loss, params)``. Its data are part of it; its batch is found.
    * a finished graph of one sample: ``compile(loss, params, inputs=[*x, y])`` with the leaves that
      differ from sample to sample; ``program.run(X)`` with X of shape [batch, len(inputs)].
    * a function, called once on an example: ``compile(function, params, inputs=(x, y))``, a tuple
      with one example an argument (numbers, or nested lists and arrays of them). Whole numbers select
      (see `select`), others are calculated with. ``program.run(X, Y)`` takes arrays [batch, ...].

    Args:
        loss: a Value, or several of which the first is the loss, or a function that returns those.
        params: a model, its parameters (leaf Values), or a dict of them by name.
        inputs: see above.
        dtype: of the program's numbers, float64 or float32.
        check: trace a function a second time, with another example, and compare.

    Raises:
        TraceError: if the program would hold something that depends on the numbers of the example.
        TypeError, ValueError: for arguments of another kind.

    >>> from autograd import Value, compile
    >>> w, b = Value(1.0), Value(0.0)
    >>> program = compile(lambda x, y: (w * x + b - y) ** 2, [w, b], inputs=(1.0, 2.0))
    >>> program.run([1.0, 2.0, 3.0], [2.0, 4.0, 6.0])         # mean of 1, 4 and 9
    (4.666666666666667,)
    """
    names, values = _parameters(params)
    if isinstance(loss, Value) or not callable(loss):
        roots = outputs_of(loss)
        arguments = _arguments(inputs, values)
        shapes = [(len(argument),) for argument in arguments]
        graph = lift(roots, values, arguments)
        for node, operands in graph.more.items():
            if not isinstance(operands[0], int) and not graph.constant[node]:
                raise TraceError(
                    "where() was given a plain True or False, so the graph holds one branch only: "
                    "compile the function that builds it (compile(function, params, inputs=example)), "
                    "or write maximum, minimum, clamp, relu or abs"
                )
    else:
        examples = () if inputs is None else inputs if isinstance(inputs, tuple) else (inputs,)
        example = Example(examples)
        shapes = example.shapes
        roots, arguments = trace(loss, example, values)
        graph = lift(roots, values, arguments)
        if check:
            _check(loss, example, values, graph)
    detach_maxima(graph)
    numbers = np.array([p.data for p in values], dtype=np.float64)
    fused = fuse(graph)
    plan = lay_out(draft(fused, blocks(fused)), fused)
    return Program(plan, numbers, values, names, dtype, shapes)


def _check(
    function: Callable[..., Any], example: Example, values: list[Value], graph: Graph
) -> None:
    """Trace again with other inputs and other parameters, and compare."""
    before = [p.data for p in values]
    try:
        for p in values:
            p.data = p.data * 0.96875 + 0.03125
        roots, arguments = trace(function, example.another(), values)
    finally:
        for p, number in zip(values, before):
            p.data = number
    agree(graph, lift(roots, values, arguments))


def _parameters(params: Any) -> tuple[list[str], list[Value]]:
    """Names, as far as they are known, and Values."""
    if hasattr(params, "named_parameters"):
        params = dict(params.named_parameters())
    if isinstance(params, Mapping):
        names, values = [str(name) for name in params], list(params.values())
    elif isinstance(params, Iterable):
        values = list(params)
        names = [p.label if isinstance(p, Value) else "" for p in values]
    else:
        raise TypeError(
            f"params is a model or a list of Values, not {type(params).__name__} ({params!r:.40})"
        )
    for p in values:
        if not isinstance(p, Value):
            raise TypeError(f"params are Values, not {type(p).__name__} ({p!r:.40})")
        if p._a is not None or p._b is not None:
            raise ValueError(f"params are leaves; one is the result of '{p.op}'")
    if len(set(values)) != len(values):
        raise ValueError("some parameters are listed twice; compile() takes each one once")
    return names, values


def _arguments(inputs: Any, parameters: list[Value]) -> list[list[Value]]:
    """The inputs of a finished graph, by argument."""
    if inputs is None:
        return []
    given = list(inputs)
    nested = bool(given) and all(isinstance(x, (list, tuple)) for x in given)
    arguments = [list(x) for x in given] if nested else [given]
    for argument in arguments:
        for x in argument:
            if not isinstance(x, Value) or x.parents:
                raise TypeError(
                    f"the inputs of a finished graph are its leaf Values, not {x!r:.60}; to give an "
                    "example, compile the function that builds the graph"
                )
    flat = [x for argument in arguments for x in argument]
    if not {*flat}.isdisjoint(parameters):
        raise ValueError(
            "a Value is a parameter and an input: leave it out of one of the two lists"
        )
    if len({*flat}) != len(flat):
        raise ValueError("an input is listed twice; compile() takes each one once, in one column")
    return arguments
