"""`compile`: from a graph of scalars, or the function that makes one, to a program on matrices."""

from __future__ import annotations

import inspect
import itertools
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from autograd.compiler.errors import TraceError
from autograd.compiler.growing import growing
from autograd.compiler.plan.instructions import Plan
from autograd.compiler.plan.layout import lay_out
from autograd.compiler.plan.pieces import can_be_straight
from autograd.compiler.plan.planner import draft
from autograd.compiler.plan.tape import tape
from autograd.compiler.program import Program
from autograd.compiler.read.arrays import Graph, lift
from autograd.compiler.read.blocks import blocks
from autograd.compiler.read.fuse import Fused, fuse
from autograd.compiler.read.maxima import detach_maxima
from autograd.compiler.read.serial import serial
from autograd.compiler.read.simplify.common import factor_out
from autograd.compiler.read.simplify.merge import merge
from autograd.compiler.read.trace import Example, outputs_of, retrace, trace
from autograd.compiler.run.engines import has_machine_code
from autograd.value import Note, Value

__all__ = ["compile"]


def compile(
    loss: Value | Sequence[Value] | Callable[..., Any],
    params: Any,
    inputs: Any = None,
    *,
    dtype: Any = np.float64,
    check: bool = True,
    engine: str = "auto",
    device: Any = None,
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
        loss: a Value, or several (a list, a dict) of which the first is the loss, or a function that
            returns those.
        params: a model, its parameters (leaf Values), or a dict of them by name.
        inputs: see above.
        dtype: of the program's numbers, float64 or float32.
        check: trace a function three times more, with other examples, and compare.
        engine: what runs it: "numpy", "native" (machine code, ``pip install "chainrule[native]"``),
            "python" (for a few samples of scalars), "torch", "jax", or "auto", the one of the first
            three that suits this program; ``repr(program)`` says which and why.
        device: where "torch" or "jax" compute: "cuda" say, or a mesh of JAX's devices for the batch.

    Raises:
        TraceError: if the program would hold something that depends on the numbers of the example.
        TypeError, ValueError: for arguments of another kind, a device that is not there, an engine that
            cannot run this program.
        ModuleNotFoundError: if an engine that was asked for is not installed.

    Warns:
        UserWarning: if a number of a finished graph was compared, see docs/compile.md.

    >>> from autograd import Value, compile
    >>> w, b = Value(1.0), Value(0.0)
    >>> program = compile(lambda x, y: (w * x + b - y) ** 2, [w, b], inputs=(1.0, 2.0))
    >>> program.run([1.0, 2.0, 3.0], [2.0, 4.0, 6.0])         # mean of 1, 4 and 9
    (4.666666666666667,)
    """
    with growing():
        names, values = _parameters(params)
        if isinstance(loss, Value) or not callable(loss):
            arguments, called = _arguments(inputs, values), []
            shapes = [(len(argument),) for argument in arguments]
            roots = outputs_of(loss)
            graph = lift(roots, values, arguments)
            _refuse_branches(graph)
            _warn_of_comparisons(graph, [*values, *itertools.chain(*arguments)])
        else:
            example = Example(_examples(loss, inputs))
            shapes, called = example.shapes, _called(loss, len(example.shapes))
            roots, arguments = trace(loss, example, values)
            graph = lift(roots, values, arguments)
            if check:
                retrace(loss, example, values, graph)
        detach_maxima(graph)
        numbers = np.array([p.data for p in values], dtype=np.float64)
        return Program(
            _planned(fuse(graph), engine),
            numbers,
            values,
            names,
            dtype,
            shapes,
            engine,
            device,
            called,
            roots.names,
        )


def _planned(fused: Fused, engine: str) -> Plan:
    """The instructions: over rows that run at once, or a tape where nothing does."""
    machine = has_machine_code(engine)
    if serial(fused, machine) and not (machine and can_be_straight(fused.graph)):
        graph = fused.graph
        del fused
        return tape(graph)
    fused = merge(factor_out(fused))
    return lay_out(draft(fused, blocks(fused)), fused)


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


def _examples(function: Callable[..., Any], inputs: Any) -> tuple[Any, ...]:
    """The example of each argument of a function."""
    if inputs is None:
        return ()
    if isinstance(inputs, list) and _takes(function, len(inputs)) and not _takes(function, 1):
        raise TypeError(
            f"inputs=[...] is one argument, a list of {len(inputs)}; for {len(inputs)} arguments give "
            "a tuple, inputs=(...), with an example of each"
        )
    return inputs if isinstance(inputs, tuple) else (inputs,)


def _takes(function: Callable[..., Any], count: int) -> bool:
    """Whether a function can be called with so many arguments, as far as its signature tells."""
    try:
        inspect.signature(function).bind(*range(count))
    except ValueError:  # it has none
        return True
    except TypeError:
        return False
    return True


def _called(function: Callable[..., Any], count: int) -> list[str]:
    """What a function calls its first arguments, as far as its signature tells."""
    try:
        bound = inspect.signature(function).bind(*range(count)).arguments
    except (TypeError, ValueError):  # it has none
        return []
    return list(bound) if all(type(x) is int for x in bound.values()) else []


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


# Finished graphs ----------------------------------------------------------------------------------


def _refuse_branches(graph: Graph) -> None:
    """A `where` that was given a plain bool holds one branch for good."""
    for node in graph.more:
        condition = graph.values[node].operands[0]
        if isinstance(condition, bool) and not graph.constant[node]:
            raise TraceError(
                "where() was given a plain True or False, so the graph holds one branch only: "
                "compile the function that builds it (compile(function, params, inputs=example)), "
                "or write maximum, minimum, clamp, relu or abs"
            )


def _warn_of_comparisons(graph: Graph, leaves: list[Value]) -> None:
    """What was decided by a comparison is part of the graph, and nothing of it is to be seen there."""
    changing = itertools.compress(graph.values, (~graph.constant).tolist())
    for value in itertools.chain(changing, leaves):  # these also where the graph does without them
        if type(value._how) is Note and value._how.compared:
            what = f"the result of '{value.op}'" if value.op else value.label or "a leaf"
            warnings.warn(
                f"{what}, a part of this graph, was compared (an if, while, max, min, sorted, where or "
                "bool) before compile() saw the graph: what that decided is frozen into the program. "
                "Compile the function that builds the graph, compile(function, params, "
                "inputs=example), or write maximum, minimum, clamp, relu or abs. Compare .data where "
                "nothing in the graph depends on it",
                stacklevel=3,
            )
            return
