"""A program as a `torch.nn.Module`, for training on other devices or several machines.

The module holds the parameters as one `torch.nn.Parameter` in the program's order and runs the two
lists of instructions on tensors: derivatives by the weights are the program's, at kinks and poles too.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from autograd.compiler.plan.instructions import Plan, Select
from autograd.compiler.program import Program
from autograd.compiler.read.arrays import Array
from autograd.compiler.run.functional.library import refuse_missing
from autograd.compiler.run.functional.runner import Runner
from autograd.compiler.run.functional.source import source_of
from autograd.compiler.run.torch_operations import TorchLibrary
from autograd.compiler.samples import refuse_samples

__all__ = ["device_of", "module_of", "to_torch"]


def to_torch(program: Program, device: Any = None) -> Any:
    """A module whose call takes the arguments of `Program.run` as tensors, and returns each output as
    a tensor [batch]. It can be copied, pickled and given to `torch.save`.

    Args:
        device: where its weights and numbers lie; what `torch.nn.Module.to` takes.

    Raises:
        ModuleNotFoundError: without PyTorch.
        ValueError: naming an operation that PyTorch has no function for, or a device that is not there.
    """
    module = module_of(program.plan, program.names, program.shapes)
    return module.filled(program.parameters).to(device_of(device))


def device_of(device: Any) -> Any:
    """A `torch.device` that is there, the machine's processor by default.

    Raises:
        ValueError: if PyTorch cannot compute there.
    """
    import torch

    try:
        return torch.empty(0, device="cpu" if device is None else device).device
    except (RuntimeError, AssertionError, TypeError) as error:
        there = ["cpu"]
        if torch.accelerator.is_available():
            kind = torch.accelerator.current_accelerator().type
            there += [f"{kind}:{k}" for k in range(torch.accelerator.device_count())]
        raise ValueError(
            f"PyTorch computes on {', '.join(there)} here, not on device={device!r}: {error}"
        ) from None


def module_of(
    plan: Plan, names: Sequence[str] = (), shapes: Sequence[tuple[int, ...]] | None = None
) -> Any:
    """A module without its weights; a pickle calls this and fills in the rest."""
    try:
        import torch
    except ModuleNotFoundError:
        raise ModuleNotFoundError("this needs PyTorch: pip install torch") from None
    return _module_class(torch)(plan, list(names), shapes or [(n,) for n in plan.arguments])


# Classes within a function: their bases are there only when PyTorch is, and only when it is asked for.
@cache
def _module_class(torch: Any) -> Any:
    class Compiled(torch.nn.Module):  # type: ignore[misc]
        """A compiled program; ``weights`` are its parameters, in the program's order."""

        def __init__(self, plan: Plan, names: list[str], shapes: list[tuple[int, ...]]) -> None:
            super().__init__()
            self.plan, self.names, self.shapes = plan, list(names), list(shapes)
            self.weights = torch.nn.Parameter(torch.zeros(len(plan.order), dtype=torch.float64))
            selects = {i.argument for i in plan.instructions if isinstance(i, Select)}
            self._wanted = [  # of each argument; None stands for the dtype of the weights
                (tuple(shape), plan.arguments[k], torch.int64 if k in selects else None)
                for k, shape in enumerate(shapes)
            ]
            self.runner = Runner(plan)
            library = TorchLibrary(torch, False)
            refuse_missing(library, self.runner.operations(), "to_torch()")
            self.two_lists = _function_class(torch)
            self.source = source_of(self.runner)
            self.passes = self.source.functions(torch, library.functions["sinc_slope"])
            for k, array in enumerate(self.runner.numbers):  # they move along, and are no state
                self.register_buffer(f"number{k}", torch.tensor(array), persistent=False)

        def filled(self, parameters: Array) -> Any:
            """With these weights, and numbers of their dtype."""
            self.weights = torch.nn.Parameter(torch.tensor(parameters))
            return self.to(self.weights.dtype)

        def numbers(self) -> list[Any]:
            return list(self._buffers.values())

        def forward(self, *inputs: Any) -> tuple[Any, ...]:
            weights = self.weights
            given = self._given(inputs, weights.dtype)
            if weights.requires_grad and torch.is_grad_enabled():
                found: tuple[Any, ...] = self.two_lists.apply(self, weights, *given)
                return found
            return tuple(self.passes[0](weights, given, self.numbers())[0])

        def _given(self, inputs: tuple[Any, ...], floating: Any) -> list[Any]:
            """The arguments as [columns, batch]; what is not as asked for is looked at closely."""
            found, batch = [], None
            for x, (shape, columns, dtype) in zip(inputs, self._wanted):
                if not isinstance(x, torch.Tensor) or x.requires_grad:
                    break
                size = x.shape
                if x.dtype != (dtype or floating) or size[1:] != shape or not size:
                    break
                if batch not in (None, size[0]):
                    break
                batch = size[0]
                if columns == 1:
                    found.append(x.reshape(1, -1))
                else:
                    found.append((x if len(shape) == 1 else x.reshape(-1, columns)).T)
            return (
                found if len(found) == len(inputs) == len(self._wanted) else self._checked(inputs)
            )

        def _checked(self, inputs: tuple[Any, ...]) -> list[Any]:
            """The same of what may not fit, or may have to be converted."""
            for k, x in enumerate(inputs):
                if not isinstance(x, torch.Tensor):
                    raise TypeError(
                        f"argument {k} is of {type(x).__name__}: give torch.as_tensor(x)"
                    )
            refuse_samples("tensor", inputs, self.shapes)
            found = []
            for k, (x, (_, columns, dtype)) in enumerate(zip(inputs, self._wanted)):
                if dtype is torch.int64 and x.is_floating_point():
                    raise TypeError(f"argument {k} selects: give whole numbers, not {x.dtype}")
                if x.requires_grad:
                    raise ValueError(
                        f"argument {k} asks for a gradient, and a program has those by its weights: "
                        "detach it, or compile with it among the parameters"
                    )
                found.append(x.reshape(-1, columns).T.to(dtype or self.weights.dtype))
            return found

        def extra_repr(self) -> str:
            return f"{len(self.plan.instructions)} instructions, {self.weights.numel()} parameters"

        def __reduce__(self) -> Any:
            made = ("runner", "source", "passes", "two_lists")  # anew, from the plan
            state = {name: x for name, x in self.__dict__.items() if name not in made}
            return module_of, (self.plan, self.names, self.shapes), state

    return Compiled


@cache
def _function_class(torch: Any) -> Any:
    class TwoLists(torch.autograd.Function):  # type: ignore[misc]
        """The outputs; backwards, the plan's own list in place of PyTorch's tape."""

        @staticmethod
        def forward(context: Any, module: Any, weights: Any, *inputs: Any) -> tuple[Any, ...]:
            answers, kept = module.passes[0](weights, inputs, module.numbers())
            context.module = module
            context.kept = kept
            context.save_for_backward(weights, *inputs)
            context.set_materialize_grads(False)
            return tuple(answers)

        @staticmethod
        def backward(context: Any, *seeds: Any) -> tuple[Any, ...]:
            weights, *inputs = context.saved_tensors  # refuses weights that have changed meanwhile
            first, *others = seeds
            if torch.is_grad_enabled() or others.count(None) < len(others):
                gradient = _by_runner(context.module, weights, inputs, seeds)
            elif first is None:
                gradient = torch.zeros_like(weights)
            else:
                gradient = context.module.passes[1](first, context.kept)
            return None, gradient, *[None] * len(inputs)

    def _by_runner(module: Any, weights: Any, inputs: Sequence[Any], seeds: Sequence[Any]) -> Any:
        """From any outputs, and so that PyTorch's tape can record a derivative of this derivative."""
        library, runner = TorchLibrary(torch, torch.is_grad_enabled()), module.runner
        state = runner.forward(library, weights, inputs, module.numbers())
        gradient = torch.zeros_like(weights)
        for output, seed in enumerate(seeds):
            found = None if seed is None else runner.backward(library, state, output, seed)
            gradient = gradient if found is None else gradient + found
        return gradient

    return TwoLists
