"""Layers over images as columns: convolution and pooling."""

from __future__ import annotations

from typing import Any

from nn.activations import activation_name
from viz.network.architecture import Architecture, Column, Kernel, Weight, plural

__all__ = ["convolution", "pooling"]


def _images(images: Any) -> list[Any]:
    return list(images) if images else []


def _map_size(images: list[Any]) -> str:
    return f" of {len(images[0])} × {len(images[0][0])}" if images else ""


def _map_source(found: Architecture, size: int, images: list[Any]) -> int:
    if found.columns and found.columns[-1].maps and found.columns[-1].size == size:
        return len(found.columns) - 1
    return found.add(
        Column(
            "input", plural(size, "image") + _map_size(images), "input", "x", size,
            outputs=images, maps=True,
        )
    )  # fmt: skip


def convolution(found: Architecture, module: Any) -> None:
    inputs, outputs = _images(module.last_input), _images(module.last_output)
    source = _map_source(found, module.in_channels, inputs)
    units = module.neurons
    rows, columns = module.kernel_size
    target = found.add(
        Column(
            "convolution",
            f"{plural(len(units), 'map')}{_map_size(outputs)} · {activation_name(units[0].activation)}",
            "neuron", "m", len(units), outputs=outputs,
            biases=[unit.b for unit in units], maps=True,
        )
    )  # fmt: skip
    seen = module.in_channels // module.groups
    share = module.out_channels // module.groups

    def into(j: int) -> dict[int, Weight]:
        first = j // share * seen
        w = units[j].w
        return {
            first + c: Kernel(
                tuple(
                    tuple(w[(c * rows + r) * columns : (c * rows + r + 1) * columns])
                    for r in range(rows)
                )
            )
            for c in range(seen)
        }

    found.link(source, target, into)


def pooling(found: Architecture, module: Any) -> None:
    outputs = _images(module.last_output)
    size = found.columns[-1].size if found.columns and found.columns[-1].maps else len(outputs) or 1
    source = _map_source(found, size, [])
    rows, columns = module.kernel_size
    kind = "largest" if type(module).__name__.startswith("Max") else "mean"
    target = found.add(
        Column(
            "pooling", f"{kind} of {rows} × {columns}{_map_size(outputs).replace(' of', ' →')}",
            "value", "p", size, outputs=outputs, maps=True,
        )
    )  # fmt: skip
    found.link(source, target, lambda j: {j: None})
