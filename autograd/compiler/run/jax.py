"""A program as a pure function that JAX compiles, differentiates by the program's own reverse pass, and
spreads over devices.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

import numpy as np

from autograd.compiler.plan.instructions import Plan, Select
from autograd.compiler.program import Program
from autograd.compiler.read.arrays import Array
from autograd.compiler.run.functional.library import Library, functions, refuse_missing
from autograd.compiler.run.functional.places import Slices
from autograd.compiler.run.functional.runner import Runner, State
from autograd.compiler.samples import refuse_samples

__all__ = ["device_of", "function_of", "to_jax"]


def to_jax(program: Program) -> Any:
    """A function of weights and the arguments of `Program.run` that returns each output, [batch].

    Its attribute ``weights`` holds the program's parameters, in its order. ``jax.jit``, ``jax.grad``,
    ``jax.vmap`` and sharded arrays work as with any function of JAX; derivatives by the weights are
    those of the program, at kinks and poles too, and there are none by the inputs. Numbers are of the
    program's dtype: float64 needs ``jax.config.update("jax_enable_x64", True)``.

    Raises:
        ModuleNotFoundError: without JAX.
        ValueError: naming an operation that JAX has no function for, or for float64 without x64.
    """
    return function_of(program.plan, program.parameters, program.shapes)


def function_of(
    plan: Plan, parameters: Array, shapes: Sequence[tuple[int, ...]] | None = None
) -> Any:
    """The same of a plan, with these weights."""
    jax = _jax()
    if parameters.dtype == np.float64 and jax.numpy.zeros(0).dtype != parameters.dtype:
        raise ValueError(
            "this program is of float64, and JAX is set to float32: call "
            'jax.config.update("jax_enable_x64", True) first, or compile with dtype=np.float32'
        )
    return _Function(jax, plan, parameters, shapes or [(n,) for n in plan.arguments])


def device_of(device: Any) -> Any:
    """A device of JAX's, by its kind too, or a mesh of them; None for JAX's own choice.

    Raises:
        ModuleNotFoundError: without JAX.
        ValueError: if it is none, or not there.
    """
    jax = _jax()
    if device is None or isinstance(device, (jax.Device, jax.sharding.Mesh)):
        return device
    if isinstance(device, str):
        with suppress(RuntimeError):
            return jax.devices(device)[0]
    raise ValueError(
        f"JAX computes on {', '.join(map(str, jax.devices()))} here, not on device={device!r}: "
        'a kind as "cpu" or "gpu", one of jax.devices(), or a jax.sharding.Mesh of them'
    )


def _jax() -> Any:
    try:
        import jax
    except ModuleNotFoundError:
        raise ModuleNotFoundError("this needs JAX: pip install jax") from None
    return jax


class _JaxLibrary(Library):
    name = "JAX"

    def __init__(self, jax: Any) -> None:
        self.jax, self.np = jax, jax.numpy
        nn = jax.nn
        self.functions = functions(self.np, self.where, lambda function: function) | {
            "erf": jax.scipy.special.erf, "erfc": jax.scipy.special.erfc, "sigmoid": nn.sigmoid,
            "relu": lambda x: self.np.maximum(x, 0.0), "relu6": lambda x: self.np.clip(x, 0.0, 6.0),
            "softplus": lambda x: self.np.logaddexp(x, 0.0), "silu": nn.silu, "mish": nn.mish,
            "gelu": lambda x: nn.gelu(x, approximate=False),
        }  # fmt: skip

    def concat(self, arrays: Sequence[Any]) -> Any:
        return self.np.concatenate(arrays)

    def broadcast(self, x: Any, shape: tuple[int, ...]) -> Any:
        return self.np.broadcast_to(x, shape)

    def permute(self, x: Any, axes: tuple[int, ...]) -> Any:
        return self.np.transpose(x, axes)

    def take(self, x: Any, index: Any) -> Any:
        return self.np.take(x, index, 0, mode="clip")

    def scatter(self, size: int, index: Any, rows: Any) -> Any:
        return self.np.zeros((size, rows.shape[1]), rows.dtype).at[index].add(rows)

    def laid(self, size: int, parts: dict[Slices, Any]) -> Any:
        width = max(value.shape[-1] for value in parts.values())
        whole = self.np.zeros((size, width), next(iter(parts.values())).dtype)
        for rows, value in parts.items():
            at = tuple(map(slice, rows.start, rows.stop))
            block = whole.reshape(*rows.block, width).at[at].set(value.reshape(*rows.sizes, -1))
            whole = block.reshape(size, width)
        return whole

    def columns(self, x: Any, index: Any) -> Any:
        return self.np.take(x, index, 1, mode="clip")

    def scattered(self, size: int, index: Any, columns: Any) -> Any:
        return self.np.zeros((len(columns), size), columns.dtype).at[:, index].add(columns)

    def zeros(self, rows: int, like: Any) -> Any:
        return self.np.zeros((rows, like.shape[1]), like.dtype)

    def along(self, x: Any, index: Any) -> Any:
        return self.np.take_along_axis(x, index, 1)

    def along_first(self, x: Any, index: Any) -> Any:
        return self.np.take_along_axis(x, index, 0)

    def softmax(self, x: Any, axis: int) -> Any:
        return self.jax.nn.softmax(x, axis)

    def log_softmax(self, x: Any) -> Any:
        return self.jax.nn.log_softmax(x, 0)

    def where(self, condition: Any, x: Any, y: Any) -> Any:
        return self.np.where(condition, x, y)

    def einsum(self, equation: str, *arrays: Any) -> Any:
        return self.np.einsum(equation, *arrays)

    def numbers_to(self, x: Any, size: int) -> Any:
        return self.np.arange(size, dtype=x.dtype)

    def largest(self, x: Any) -> Any:
        return self.np.max(x, 0)


class _Function:
    """What `to_jax` returns."""

    def __init__(
        self, jax: Any, plan: Plan, parameters: Array, shapes: Sequence[tuple[int, ...]]
    ) -> None:
        self.plan, self.shapes, self.dtype = plan, list(shapes), parameters.dtype
        self.weights = jax.numpy.array(parameters)
        self._jax, self._library = jax, _JaxLibrary(jax)
        self._runner = Runner(plan)
        refuse_missing(self._library, self._runner.operations(), "to_jax()")
        self._selects = {i.argument for i in self.plan.instructions if isinstance(i, Select)}
        self._outputs = self._differentiable()

    def __call__(self, weights: Any, *inputs: Any) -> tuple[Any, ...]:
        found: tuple[Any, ...] = self._outputs(weights, *self._given(inputs))
        return found

    def value_and_grad(self, weights: Any, *inputs: Any) -> tuple[tuple[Any, ...], Any]:
        """The mean of each output, and the derivative of the first by the weights: `Program.run`."""

        def loss(weights: Any) -> tuple[Any, Any]:
            means = tuple(output.mean() for output in self(weights, *inputs))
            return means[0], means

        (_, means), gradient = self._jax.value_and_grad(loss, has_aux=True)(weights)
        return means, gradient

    def _given(self, inputs: Sequence[Any]) -> list[Any]:
        """The arguments as [columns, batch], checked."""
        arrays = [self._jax.numpy.asarray(x) for x in inputs]
        refuse_samples("array", arrays, self.shapes)
        found = []
        for k, x in enumerate(arrays):
            whole = k in self._selects
            if whole and not self._jax.numpy.issubdtype(x.dtype, np.integer):
                raise TypeError(f"argument {k} selects: give whole numbers, not {x.dtype}")
            found.append(x.reshape(len(x), -1).T.astype(x.dtype if whole else self.dtype))
        return found

    def _run(self, weights: Any, inputs: Sequence[Any]) -> State:
        return self._runner.forward(self._library, weights, inputs, self._numbers())

    def _numbers(self) -> list[Any]:
        """The program's own, of its dtype."""
        return [
            x if x.dtype.kind == "b" else x.astype(self.dtype if x.dtype.kind == "f" else np.int32)
            for x in self._runner.numbers
        ]

    def _differentiable(self) -> Callable[..., tuple[Any, ...]]:
        """The outputs, with the reverse pass of the plan in place of JAX's."""
        jax, runner, library = self._jax, self._runner, self._library

        def outputs(weights: Any, *inputs: Any) -> tuple[Any, ...]:
            return tuple(runner.answers(library, self._run(weights, inputs)))

        function = jax.custom_vjp(outputs)

        def forward(weights: Any, *inputs: Any) -> tuple[tuple[Any, ...], Any]:
            given = [x.value for x in inputs]
            state = self._run(weights.value, given)
            return tuple(runner.answers(library, state)), (state.results, given)

        def backward(kept: Any, seeds: Any) -> tuple[Any, ...]:
            results, inputs = kept
            zero = jax.custom_derivatives.SymbolicZero
            state = State(results, inputs, self._numbers(), inputs[0].shape[1] if inputs else 1)
            found = [
                runner.backward(library, state, k, seed)
                for k, seed in enumerate(seeds)
                if not isinstance(seed, zero)
            ]
            whole = [g for g in found if g is not None]
            gradient = sum(whole[1:], whole[0]) if whole else jax.numpy.zeros_like(self.weights)
            return (gradient, *(None for _ in inputs))

        function.defvjp(forward, backward, symbolic_zeros=True)
        return function  # type: ignore[no-any-return]
