"""PyTorch and JAX as engines of a program: batches go there, outputs and gradients come back.

The parameters stay the program's own array, so that every optimizer of this project trains them; they
are handed over at each run. For optimizers that run where the numbers are, see `Program.to_torch` and
`Program.to_jax`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from autograd.compiler.plan.instructions import Plan
from autograd.compiler.read.arrays import Array
from autograd.compiler.run.numpy.selection import limits

__all__ = ["JaxEngine", "TorchEngine"]


class _Run:
    """One batch size: what `Program` asks of any engine."""

    def __init__(self, engine: Any, plan: Plan, static: Array, gradient: Array, batch: int) -> None:
        self.engine, self.plan, self.batch = engine, plan, batch
        count = len(plan.order)
        self.weights, self.gradient = static[:count], gradient[:count]
        self._outputs: list[Array] = []
        self._limits = limits(plan.instructions)

    def run(self, inputs: Sequence[Array], share: float) -> None:
        """The outputs, and the gradient of the mean of the first, times ``share``."""
        given = self._checked(inputs)
        self._outputs, found = self.engine.both(self.weights, given, share)
        self.gradient[...] = found

    def forward(self, inputs: Sequence[Array]) -> None:
        self._outputs = self.engine.outputs(self.weights, self._checked(inputs))

    def outputs(self) -> list[Array]:
        return self._outputs

    def means(self) -> tuple[float, ...]:
        return tuple([float(np.add.reduce(o)) / len(o) for o in self._outputs])

    def _checked(self, inputs: Sequence[Array]) -> list[Array]:
        """The arguments; what selects as whole numbers that select something."""
        given = [np.require(x, requirements=["C", "W"]) for x in inputs]
        for limit in self._limits:
            whole = np.empty(inputs[limit.argument].T.shape, dtype=np.intp)
            limit.read(inputs[limit.argument], whole)
            given[limit.argument] = np.ascontiguousarray(whole.T)
        return given


class TorchEngine:
    """A plan on a device of PyTorch's.

    Args:
        device: what `torch.device` takes; by default the machine's processor.

    Raises:
        ModuleNotFoundError: without PyTorch.
        ValueError: naming an operation that PyTorch has no function for, or a device that is not there.
    """

    def __init__(self, plan: Plan, device: Any = None) -> None:
        from autograd.compiler.run.torch import device_of, module_of

        self.module = module_of(plan)
        import torch

        self.torch, self.device = torch, device_of(device)
        self.module.to(self.device)

    def start(self, plan: Plan, static: Array, gradient: Array, batch: int) -> _Run:
        dtype = self.torch.from_numpy(static[:0]).dtype
        if self.module.weights.dtype != dtype:
            self.module.to(dtype)
        return _Run(self, plan, static, gradient, batch)

    def both(self, weights: Array, inputs: list[Array], share: float) -> tuple[list[Array], Array]:
        with self.torch.no_grad():
            there = self.torch.from_numpy(weights).to(self.device)
            answers, kept = self._forward(there, inputs)
            seed = self.torch.full_like(answers[0], share / len(answers[0]))
            gradient = self.module.passes[1](seed, kept)
        return [a.cpu().numpy() for a in answers], gradient.cpu().numpy()

    def outputs(self, weights: Array, inputs: list[Array]) -> list[Array]:
        with self.torch.no_grad():
            there = self.torch.from_numpy(weights).to(self.device)
            return [a.cpu().numpy() for a in self._forward(there, inputs)[0]]

    def _forward(self, weights: Any, inputs: list[Array]) -> tuple[list[Any], list[Any]]:
        given = [self.torch.from_numpy(x).to(self.device).T for x in inputs]
        found: tuple[list[Any], list[Any]] = self.module.passes[0](
            weights, given, self.module.numbers()
        )
        return found


class JaxEngine:
    """A plan compiled by XLA, on a device of JAX's or over several.

    Args:
        device: "gpu" say, a `jax.Device`, or a `jax.sharding.Mesh`, over whose first axis the batch is
            spread; by default JAX's own choice. A batch that does not divide stays whole.

    Raises:
        ModuleNotFoundError: without JAX.
        ValueError: naming an operation that JAX has no function for, or a device that is not there, or
            for float64 without x64.
    """

    def __init__(self, plan: Plan, device: Any = None) -> None:
        from autograd.compiler.run.jax import device_of

        self.plan, self.device = plan, device_of(device)
        self._made: Any = None

    def start(self, plan: Plan, static: Array, gradient: Array, batch: int) -> _Run:
        if self._made is None:
            self._make(static.dtype)
        return _Run(self, plan, static, gradient, batch)

    def _make(self, dtype: np.dtype[Any]) -> None:
        from autograd.compiler.run.jax import function_of

        function = self._made = function_of(self.plan, np.zeros(len(self.plan.order), dtype))
        import jax

        self.jax = jax
        self._outputs = jax.jit(function)

        def both(weights: Any, share: Any, *inputs: Any) -> tuple[Any, Any]:
            def loss(weights: Any) -> tuple[Any, Any]:
                answers = function(weights, *inputs)
                return answers[0].mean() * share, answers

            (_, answers), gradient = jax.value_and_grad(loss, has_aux=True)(weights)
            return answers, gradient

        self._both = jax.jit(both)

    def both(self, weights: Array, inputs: list[Array], share: float) -> tuple[list[Array], Array]:
        answers, gradient = self._both(self._weights(weights), share, *self._spread(inputs))
        return [np.asarray(a) for a in answers], np.asarray(gradient)

    def outputs(self, weights: Array, inputs: list[Array]) -> list[Array]:
        found = self._outputs(self._weights(weights), *self._spread(inputs))
        return [np.asarray(a) for a in found]

    def _weights(self, weights: Array) -> Any:
        """A copy, which JAX may still be reading when the program's own array changes."""
        return self.jax.device_put(weights.copy(), self._place())

    def _spread(self, inputs: list[Array]) -> list[Any]:
        place = self._place(len(inputs[0]) if inputs else 0)
        return [self.jax.device_put(x, place) for x in inputs]

    def _place(self, batch: int = 0) -> Any:
        """The device; of a mesh a share of the batch each, or all of it where it does not divide."""
        sharding, mesh = self.jax.sharding, self.device
        if not isinstance(mesh, sharding.Mesh):
            return mesh
        axis = mesh.axis_names[0]
        split = batch and not batch % mesh.shape[axis]
        spec = sharding.PartitionSpec(axis) if split else sharding.PartitionSpec()
        return sharding.NamedSharding(mesh, spec)
