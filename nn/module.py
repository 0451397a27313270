"""What has parameters: the base of neurons, layers and networks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeVar

from autograd import Value
from autograd.value import Note
from nn.state import Array, load_parameters, parameter_arrays

__all__ = ["Module"]

_M = TypeVar("_M", bound="Module")


class Module:
    """Anything built of Values that can be trained.

    Attributes that are Values, Modules, or lists and dicts of them are found by themselves, in the
    order of assignment; their path is their name (``layers.0.neurons.2.w.1``). Write ``__call__``, or
    ``forward`` as in PyTorch, to say what the module computes.

    Attributes:
        training: False after `eval()`; dropout asks it.

    >>> from nn import MLP
    >>> [name for name, _ in MLP(2, [1], rng=0).named_parameters()]
    ['layers.0.neurons.0.w.0', 'layers.0.neurons.0.w.1', 'layers.0.neurons.0.b']
    """

    training = True

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.forward(*args, **kwargs)

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        """What the module computes: written by each kind of module."""
        raise NotImplementedError(f"{type(self).__name__} has neither __call__ nor forward")

    def named_parameters(self, prefix: str = "") -> Iterator[tuple[str, Value]]:
        """Each parameter once, with its path."""
        for path, found in _walk(self):
            if isinstance(found, Value):
                yield _name(prefix, path), found

    def named_modules(self, prefix: str = "") -> Iterator[tuple[str, Module]]:
        """This module and each one inside it, once, with its path."""
        for path, found in _walk(self):
            if isinstance(found, Module):
                yield _name(prefix, path), found

    def modules(self) -> list[Module]:
        """This module and each one inside it, once."""
        return [found for _, found in _walk(self) if isinstance(found, Module)]

    def parameters(self) -> list[Value]:
        """Every trainable Value, each once, in the order of `named_parameters`."""
        return [found for _, found in _walk(self) if isinstance(found, Value)]

    def zero_grad(self) -> None:
        """Set the gradient of every parameter to 0."""
        for value in self.parameters():
            value.grad = 0.0

    def train(self: _M, mode: bool = True) -> _M:
        """Switch to training (or, with False, to use) and return the module."""
        for module in self.modules():
            module.training = mode
        return self

    def eval(self: _M) -> _M:
        """Switch to use: dropout lets everything through."""
        return self.train(False)

    def state_dict(self) -> dict[str, Array]:
        """A copy of every parameter: one array for each Value or list of Values, by its path.

        >>> from nn import MLP
        >>> {name: array.shape for name, array in MLP(2, [1], rng=0).state_dict().items()}
        {'layers.0.neurons.0.w': (2,), 'layers.0.neurons.0.b': ()}
        """
        return parameter_arrays(self.named_parameters())

    def load_state_dict(self, state: dict[str, Array]) -> None:
        """Take over the numbers of a `state_dict`; all of them or, on an error, none.

        Raises:
            ValueError: if a name is missing or unknown, or an array has another shape.
        """
        load_parameters(self.named_parameters(), state)


def _name(prefix: str, path: Any) -> str:
    parts: list[str] = []
    while path:
        path, key = path
        parts.append(str(key))
    return ".".join([prefix, *reversed(parts)] if prefix else reversed(parts))


def _walk(root: Module) -> Iterator[tuple[Any, Value | Module]]:
    """Every Module and Value below ``root``, itself included, each once, without recursion.

    A path is a pair of the path above and the last key, so that whoever needs no name pays for none.
    """
    seen: set[int] = set()
    stack: list[tuple[Any, Any]] = [((), root)]
    while stack:
        path, member = stack.pop()
        if isinstance(member, (Value, Module)):
            if id(member) in seen:
                continue
            seen.add(id(member))
            yield path, member
        inside: Any = ()
        if isinstance(member, Module):
            inside = vars(member).items()
        elif isinstance(member, dict):
            inside = member.items()
        elif isinstance(member, (list, tuple)) and not isinstance(member, Note):
            inside = enumerate(member)
        stack += [
            ((path, key), child)
            for key, child in reversed(list(inside))
            if isinstance(child, (Value, Module, list, tuple, dict))
        ]
