"""A compiled program: run it, train it, bring its numbers back into the Values."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Sequence
from threading import RLock
from typing import Any, Protocol

import numpy as np

from autograd.compiler.plan.instructions import Plan
from autograd.compiler.read.arrays import Array
from autograd.compiler.run.batches import Batches
from autograd.compiler.run.engines import choose, has_machine_code
from autograd.compiler.samples import Samples
from autograd.compiler.write.backward import Backward
from autograd.compiler.write.listing import listing
from autograd.compiler.write.saving import Saved, load, save
from autograd.grouped import grouped
from autograd.text.format import plural
from autograd.text.html import preformatted
from autograd.value import Value

__all__ = ["Program"]


class _Optimizer(Protocol):
    @property
    def update(self) -> Callable[..., None]: ...


class Program:
    """What `compile` returns. It owns the parameters as one array; `sync` writes them to the Values.

    Attributes:
        parameters: the numbers of all parameters, in the program's own order; change them in place.
        gradients: the derivative of the mean loss by each, after `run`; the same order.
        order: which of the given parameters stands at each place.
        names: of the given parameters, "" where none is known.
        inputs: the names of the arguments, where they are known.
        results: the names of the outputs, where the function returned a dict.
        shapes: of each argument, the shape of one sample.

    ``print(program)`` lists the instructions in the notation of the lectures. As a context manager a
    program syncs when the block ends. It can be copied and pickled. Threads may share one: they run it
    one at a time, and `gradients` and `outputs` are those of the last `run`, whoever called it.

    >>> from autograd import Value, compile
    >>> w = Value(3.0)
    >>> with compile(lambda x: w * x * x, [w], inputs=(1.0,)) as program:
    ...     mean, = program.run([1.0, 2.0])
    >>> mean, w.grad
    (7.5, 2.5)
    """

    def __init__(
        self,
        plan: Plan,
        numbers: Array,
        values: Sequence[Value] = (),
        names: Sequence[str] = (),
        dtype: Any = np.float64,
        shapes: Sequence[tuple[int, ...]] | None = None,
        engine: str = "auto",
        device: Any = None,
        inputs: Sequence[str] = (),
        results: Sequence[str] = (),
    ) -> None:
        if np.dtype(dtype) not in (np.dtype(np.float64), np.dtype(np.float32)):
            raise ValueError(f"dtype is float64 or float32, not {np.dtype(dtype)}")
        self.plan, self._wanted, self._device = plan, engine, device
        self.names, self.inputs, self.results = list(names), list(inputs), list(results)
        self.shapes = list(shapes or [(n,) for n in plan.arguments])
        self._values = list(values)
        self._ordered = [self._values[i] for i in plan.order.tolist()] if values else []
        self._static = np.zeros(plan.static_size, dtype=dtype)
        self._gradient = np.zeros(plan.static_size, dtype=dtype)
        p = len(plan.order)
        self._static[:p] = numbers[plan.order]
        self._static[p : p + len(plan.constants)] = plan.constants
        self._begin()

    def _begin(self) -> None:
        """What a copy does not take along: its arrays are views of each other."""
        self._lock = RLock()
        self.engine = choose(self.plan, self._wanted, self._device)
        self._machine = has_machine_code(self._wanted)
        count = len(self.plan.order)
        self._parameters, self._gradients = self._static[:count], self._gradient[:count]
        self._samples = Samples(self.plan, self.shapes, self.dtype)
        self._batches = Batches(self.plan, self.engine, self._static, self._gradient)

    def __getstate__(self) -> dict[str, Any]:
        with self._lock:
            state = {**self.__dict__, "_outputs": self.outputs}
        for name in ("_lock", "engine", "_parameters", "_gradients", "_samples", "_batches"):
            del state[name]
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        outputs = state.pop("_outputs")
        self.__dict__.update({"inputs": [], "results": [], **state})
        self._begin()
        self._batches.keep(outputs)

    @property
    def parameters(self) -> Array:
        return self._parameters

    @property
    def gradients(self) -> Array:
        return self._gradients

    def named_parameters(self) -> dict[str, Array]:
        """The parameters under their names, in the shapes of a model's ``state_dict()``; a copy."""
        return self._named(self.parameters)

    def named_gradients(self) -> dict[str, Array]:
        """The gradients of the last `run`, likewise.

        What has no name, or shares it, stands under its number among the given parameters.

        >>> from autograd import Value, compile
        >>> w, b = [Value(1.0), Value(2.0)], Value(3.0)
        >>> program = compile(lambda x: w[0] * x + w[1] * x * x + b, {"w.0": w[0], "w.1": w[1], "b": b},
        ...                   inputs=1.0)
        >>> mean, = program.run([1.0, 3.0])
        >>> program.named_gradients()                # the means of x, x² and 1
        {'w': array([2., 5.]), 'b': array(1.)}
        """
        return self._named(self.gradients)

    def _named(self, ordered: Array) -> dict[str, Array]:
        given = np.empty(len(self.order), dtype=self.dtype)
        given[self.order] = ordered
        names = self.names or [""] * len(given)
        often = Counter(names)
        known = [x if x and often[x] == 1 else str(i) for i, x in enumerate(names)]
        groups = grouped(zip(known, given.tolist()))
        return {name: np.array(found, self.dtype).reshape(shape) for name, shape, found in groups}

    @property
    def order(self) -> Array:
        return self.plan.order

    @property
    def dtype(self) -> np.dtype[Any]:
        """float64 or float32."""
        kind: np.dtype[Any] = self._static.dtype
        return kind

    # Running --------------------------------------------------------------------------------------

    def run(self, *inputs: Any) -> tuple[float, ...]:
        """Compute the loss and its gradients.

        Args:
            inputs: an array for each argument, ``[batch, *shape]``, with the shape of the example
                behind the batch, or flat, [batch, size]. One that is C-contiguous and of the program's
                dtype is read where it lies; whole numbers that do not select are converted to it.

        Returns:
            the mean of each output over the batch; `gradients` then holds those of the first mean.

        Raises:
            ValueError: for arrays of another number, shape or length.
            IndexError: for a whole number that selects what does not exist.
        """
        arrays, batch = self._samples.checked(inputs)
        with self._lock:
            return self._batches.run(arrays, batch)

    def forward(self, *inputs: Any) -> list[Array]:
        """Each output for each sample, [batch]; no gradients. The arguments are those of `run`."""
        arrays, batch = self._samples.checked(inputs)
        with self._lock:
            return self._batches.forward(arrays, batch)

    __call__ = forward

    @property
    def outputs(self) -> list[Array]:
        """Each output for each sample of the last `run`, [batch] ([1] if it does not depend on one)."""
        with self._lock:
            return self._batches.outputs()

    def named_outputs(self) -> dict[str, Array]:
        """The same under the names in the dict that the function returned, else under their numbers.

        >>> from autograd import Value, compile
        >>> w = Value(2.0)
        >>> def judged(x, y):
        ...     return {"loss": (w * x - y) ** 2, "prediction": w * x}
        >>> program = compile(judged, [w], inputs=(1.0, 1.0))
        >>> loss, mean = program.run([1.0, 2.0], [3.0, 4.0])
        >>> program.named_outputs()
        {'loss': array([1., 0.]), 'prediction': array([2., 4.])}
        """
        outputs = self.outputs
        return dict(zip(self.results or map(str, range(len(outputs))), outputs))

    # Training -------------------------------------------------------------------------------------

    def update(self, optimizer: _Optimizer) -> None:
        """Let an optimizer change its parameters, as arrays: ``optimizer.update(data, grad, params)``.

        ``params`` are the Values of the numbers, for an optimizer that has ``params`` of its own; where
        there are none (one was loaded, or knows no Values) it is called without, and changes all.
        """
        update = optimizer.update
        if self._machine:
            update = getattr(optimizer, "update_fused", update)
        if self._ordered and getattr(optimizer, "params", None):
            update(self._parameters, self._gradients, self._ordered)
        else:
            update(self._parameters, self._gradients)

    def sync(self) -> None:
        """Write parameters and gradients into the Values' ``data`` and ``grad``."""
        self._owned()
        values = self._values
        for place, data, grad in zip(
            self.order.tolist(), self.parameters.tolist(), self.gradients.tolist()
        ):
            value = values[place]
            value.data, value.grad = data, grad

    def refresh(self) -> None:
        """Read the parameters from the Values, after these were changed."""
        self._owned()
        self.parameters[...] = np.array([p.data for p in self._values])[self.order]

    def _owned(self) -> None:
        if len(self._values) != len(self.order):
            raise ValueError(
                "this program was loaded and has no Values: read parameters, order and names"
            )

    def __enter__(self) -> Program:
        return self

    def __exit__(self, *_: object) -> None:
        self.sync()

    # Reading, keeping, handing on -----------------------------------------------------------------

    def __str__(self) -> str:
        return listing(self.plan, self.names, self.inputs, self.results)

    @property
    def backward(self) -> Backward:
        """The reverse pass: printed, backpropagation in matrices as the lectures write it.

        >>> from autograd import compile
        >>> from nn import MLP
        >>> model = MLP(4, [3, 1], activation="tanh", rng=0)
        >>> program = compile(lambda x, y: (model(x) - y) ** 2, model, inputs=([0.0] * 4, 1.0))
        >>> print(program.backward)
        ∂a1[1]        = 1/batch
        ∂s1[1]        = ∂a1 · 2·s1
        ∂layers.1[1]  = ∂s1
        ∂W₂[1×3]      = ∂layers.1 @ layers.0ᵀ
        ∂b₂[1]        = Σ ∂layers.1
        ∂layers.0[3]  = W₂ᵀ @ ∂layers.1 ∘ (1 − layers.0²)
        ∂W₁[3×4]      = ∂layers.0 @ xᵀ
        ∂b₁[3]        = Σ ∂layers.0
        """
        return Backward(self.plan, self.names, self.inputs)

    def _repr_html_(self) -> str:
        return preformatted(str(self))

    def __repr__(self) -> str:
        return (
            f"<Program: {plural(len(self.plan.instructions), 'instruction')}, "
            f"{plural(len(self.order), 'parameter')}, {plural(sum(self.plan.arguments), 'input')}, "
            f"{self.dtype}, {self.engine}>"
        )

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write instructions and parameters to a file of NumPy's npz format; no pickle."""
        save(
            path,
            Saved(self.plan, self.parameters, self.names, self.shapes, self.inputs, self.results),
        )

    @classmethod
    def load(cls, path: str | os.PathLike[str], engine: str = "auto") -> Program:
        """A program from a file that `save` wrote; it runs without the code that built it.

        Args:
            path: of the file.
            engine: what runs it, see `compile`.

        Raises:
            ValueError: if the file is truncated, damaged or something else.
        """
        saved = load(path)
        numbers = np.empty_like(saved.parameters)
        numbers[saved.plan.order] = saved.parameters
        return cls(
            saved.plan, numbers, (), saved.names, saved.parameters.dtype, saved.shapes, engine,
            inputs=saved.inputs, results=saved.results,
        )  # fmt: skip

    def to_torch(self, device: Any = None) -> Any:
        """A `torch.nn.Module` that computes the same: see `autograd.compiler.run.torch`.

        Args:
            device: where it computes, "cuda" say; the machine's processor by default.

        Raises:
            ModuleNotFoundError: without PyTorch.
            ValueError: naming an operation that PyTorch has no function for, or a device that is not
                there.
        """
        from autograd.compiler.run.torch import to_torch

        return to_torch(self, device)

    def to_jax(self) -> Any:
        """A pure function for `jax.jit`, `jax.grad` and sharding: see `autograd.compiler.run.jax`.

        Raises:
            ModuleNotFoundError: without JAX.
            ValueError: naming an operation that JAX has no function for, or for float64 without x64.
        """
        from autograd.compiler.run.jax import to_jax

        return to_jax(self)

    def to_javascript(self) -> str:
        """An expression of JavaScript that makes an object with ``parameters``, ``gradients``, ``run``
        and ``forward``: see `autograd.compiler.run.javascript`.

        Raises:
            TypeError: naming an operation that has no text in JavaScript.
        """
        from autograd.compiler.run.javascript.script import to_javascript

        return to_javascript(self)
