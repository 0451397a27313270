"""A model that answers with what each of its layers answered, too."""

from __future__ import annotations

from math import prod
from typing import Any

from autograd import Value
from nn import MLP, Module, Sequential
from nn.activations import activation_name
from nn.architecture import units_of
from nn.nested import plain, shape_of

__all__ = ["Watched"]


class Watched(Module):
    """Answers ``[answer, layer, layer, …]``.

    What has no parameters and as many numbers as before (an activation) is part of the layer before.
    """

    def __init__(self, model: Module) -> None:
        self.model = model
        self._seen: list[dict[str, Any]] = []

    def forward(self, x: Any) -> list[Any]:
        found: list[tuple[dict[str, Any], Any]] = []
        answer = self._through(self.model, "", x, found)
        self._seen = [about for about, _ in found]
        return [answer, *(out for _, out in found)]

    def layers(self, first: int) -> list[dict[str, Any]]:
        """What was seen of each layer; ``first`` is the number of the output that its first one is."""
        listed = []
        for about in self._seen:
            listed.append({**about, "first": first})
            first += about["width"]
        return listed

    def _through(self, module: Any, path: str, x: Any, found: list[Any]) -> Any:
        if isinstance(module, (MLP, Sequential)):
            x = plain(x)
            for i, layer in enumerate(module.layers):
                x = [x] if type(x) is Value else x
                x = self._through(layer, f"{path}.layers.{i}".lstrip("."), x, found)
            return x
        out = module(x)
        shape = list(shape_of(plain(out))) or [1]
        about = {"path": path, "kind": type(module).__name__, "width": prod(shape), "shape": shape}
        name = _activation(module)
        before = found[-1][0] if found else None
        if before and not _learns(module) and before["shape"] == shape and len(shape) == 1:
            found.pop()
            about = {**about, "path": before["path"], "kind": before["kind"]}
            name = name or before["activation"]
        found.append(({**about, "activation": name}, out))
        return out


def _learns(module: Any) -> bool:
    return isinstance(module, Module) and bool(module.parameters())


def _activation(module: Any) -> str:
    """The name of the activation of a layer's neurons, or of one that stands by itself."""
    units = units_of(module)
    chosen = getattr(units[0] if units else module, "activation", None)
    return "" if chosen is None else activation_name(chosen)
