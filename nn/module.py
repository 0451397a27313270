"""What has parameters: the base of neurons, layers and networks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from autograd import Value
from autograd.value import Note

__all__ = ["Module"]


class Module:
    """Anything built of Values that can be trained.

    Attributes that are Values, Modules, or lists and dicts of them are found by themselves, in the
    order of assignment; their path is their name (``layers.0.neurons.2.w.1``).

    >>> from nn import MLP
    >>> [name for name, _ in MLP(2, [1], rng=0).named_parameters()]
    ['layers.0.neurons.0.w.0', 'layers.0.neurons.0.w.1', 'layers.0.neurons.0.b']
    """

    def named_parameters(self, prefix: str = "") -> Iterator[tuple[str, Value]]:
        """Each parameter once, with its path."""
        for name, found in _walk(self, prefix):
            if isinstance(found, Value):
                yield name, found

    def named_modules(self, prefix: str = "") -> Iterator[tuple[str, Module]]:
        """This module and each one inside it, once, with its path."""
        for name, found in _walk(self, prefix):
            if isinstance(found, Module):
                yield name, found

    def parameters(self) -> list[Value]:
        """Every trainable Value, each once, in the order of `named_parameters`."""
        return [value for _, value in self.named_parameters()]

    def zero_grad(self) -> None:
        """Set the gradient of every parameter to 0."""
        for value in self.parameters():
            value.grad = 0.0


def _walk(root: Module, prefix: str) -> Iterator[tuple[str, Value | Module]]:
    """Every Module and Value below ``root``, itself included, each once, without recursion."""
    seen: set[int] = set()
    stack: list[tuple[str, Any]] = [(prefix, root)]
    while stack:
        name, member = stack.pop()
        if isinstance(member, (Value, Module)):
            if id(member) in seen:
                continue
            seen.add(id(member))
            yield name, member
        inside: list[tuple[Any, Any]] = []
        if isinstance(member, Module):
            inside = list(vars(member).items())
        elif isinstance(member, dict):
            inside = list(member.items())
        elif isinstance(member, (list, tuple)) and not isinstance(member, Note):
            inside = list(enumerate(member))
        dot = "." if name else ""
        stack.extend((f"{name}{dot}{key}", child) for key, child in reversed(inside))
