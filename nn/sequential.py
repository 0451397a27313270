"""Modules one after the other, and lists made flat and nested again between them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Generic, TypeAlias, overload

from autograd import Value
from nn.architecture import Architecture
from nn.counterpart import refuse_other
from nn.keeps import Keeps
from nn.layers import number_layers
from nn.module import Module
from nn.nested import flat, plain, shaped
from nn.signatures import Nested

if TYPE_CHECKING:  # what Python 3.10 lacks, and no running program needs
    from typing_extensions import TypeVar, Unpack

    Out = TypeVar("Out", default=Any)
    _Any: TypeAlias = tuple[Any, ...]
    _Step: TypeAlias = Callable[[Any], Out]
else:
    from typing import TypeVar

    Out = TypeVar("Out")

__all__ = ["Flatten", "Sequential", "Unflatten"]


class Sequential(Module, Generic[Out]):
    """Each module is given what the one before it answered.

    Args:
        layers: modules, or functions of what comes before.

    Raises:
        TypeError: for what cannot be called, and for classes.

    >>> from nn import Linear, Tanh
    >>> Sequential(Linear(4, 3, rng=0), Tanh(), Linear(3, 1, rng=1))
    Sequential(Linear(4, 3), Tanh(), Linear(3, 1))
    """

    @overload  # the answer is the last one's; of those that keep the shape, of the one before them
    def __init__(self: Sequential[Any]) -> None: ...
    @overload
    def __init__(self, *layers: Unpack[tuple[Unpack[_Any], _Step[Out], Keeps, Keeps]]) -> None: ...
    @overload
    def __init__(self, *layers: Unpack[tuple[Unpack[_Any], _Step[Out], Keeps]]) -> None: ...
    @overload
    def __init__(self, *layers: Unpack[tuple[Unpack[_Any], _Step[Out]]]) -> None: ...
    @overload
    def __init__(self: Sequential[Any], *layers: _Step[Any]) -> None: ...
    def __init__(self, *layers: Any) -> None:  # type: ignore[misc]
        for layer in layers:
            _check(layer)
        self.layers = list(layers)
        number_layers(self.layers)

    def __call__(self, x: Any) -> Out:
        out = plain(x)
        for layer in self.layers:
            out = layer([out] if type(out) is Value else out)
        return out  # type: ignore[no-any-return]

    def __len__(self) -> int:
        return len(self.layers)

    def __getitem__(self, index: int) -> Any:
        return self.layers[index]

    def __iter__(self) -> Iterator[Any]:
        return iter(self.layers)

    def __repr__(self) -> str:
        return f"Sequential({', '.join(map(repr, self.layers))})"


def _check(layer: Any) -> None:
    if callable(layer) and not isinstance(layer, type):
        return
    if isinstance(layer, type):
        hint = f"the class {layer.__name__}: {layer.__name__}(…) makes one"
    elif isinstance(layer, (list, tuple)):
        hint = f"a {type(layer).__name__} of them: Sequential(*layers)"
    elif isinstance(layer, str):
        hint = f"{layer!r:.40}: an activation by name is Activate({layer!r:.40})"
    else:
        hint = f"{layer!r:.40}"
    raise TypeError(f"Sequential takes modules and functions, not {hint}")


class Flatten(Module):
    """An image, a sequence, or any nest of lists, as one list.

    >>> Flatten()([[1.0, 2.0], [3.0, 4.0]])
    [1.0, 2.0, 3.0, 4.0]
    """

    @overload
    def __call__(self, x: Nested[Value]) -> list[Value]: ...
    @overload
    def __call__(self, x: Nested[float]) -> list[float]: ...
    @overload
    def __call__(self, x: Any) -> list[Any]: ...
    def __call__(self, x: Any) -> list[Any]:
        return flat(plain(x))

    def describe(self, network: Architecture) -> bool:
        return bool(network.columns)  # the layer behind it draws the numbers in a column

    def __repr__(self) -> str:
        return "Flatten()"

    def torch_module(self, torch: Any) -> Any:
        return torch.nn.Flatten()

    @classmethod
    def like_torch(cls, module: Any) -> Flatten:
        refuse_other(module, start_dim=1, end_dim=-1)
        return Flatten()


class Unflatten(Module):
    """One list as nested lists of the given lengths: the way back from `Flatten`.

    Args:
        shape: the lengths of the lists, from the outside in.

    Raises:
        ValueError: when called with another number of numbers.

    >>> Unflatten(2, 2)([1.0, 2.0, 3.0, 4.0])
    [[1.0, 2.0], [3.0, 4.0]]
    """

    def __init__(self, *shape: int) -> None:
        self.shape = shape

    def __call__(self, x: Any) -> Any:
        out = flat(plain(x))
        if len(out) != math.prod(self.shape):
            raise ValueError(f"{len(out)} numbers do not fill the shape {self.shape}")
        return shaped(out, self.shape)

    def __repr__(self) -> str:
        return f"Unflatten{self.shape}"

    def torch_module(self, torch: Any) -> Any:
        return torch.nn.Unflatten(1, self.shape)

    @classmethod
    def like_torch(cls, module: Any) -> Unflatten:
        refuse_other(module, dim=1)
        return Unflatten(*module.unflattened_size)
