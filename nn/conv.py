"""Convolution and pooling over images [channel][row][column]."""

from __future__ import annotations

from collections.abc import Iterator
from functools import reduce
from typing import Any, TypeAlias

from autograd import Value, maximum
from autograd.text.format import plural
from nn.activations import Activation, activation_name
from nn.architecture import Architecture, Column, Kernel, Weight, image_size
from nn.counterpart import activated, refuse_other
from nn.init import Init, Rng, generator
from nn.keeps import Keeps
from nn.layers import Neuron, dense_layout
from nn.module import Module
from nn.nested import data_of, plain, shape_of, shaped
from nn.settings import positive

__all__ = ["AvgPool2d", "Conv2d", "MaxPool2d"]

Pair: TypeAlias = "int | tuple[int, int]"


class Conv2d(Module):
    """One neuron a channel, which slides over the image: the same weights at every place.

    The names, arguments and initial weights are PyTorch's; like there, the kernel is not flipped
    (a cross-correlation).

    Args:
        in_channels: how many images come in.
        out_channels: how many go out: the number of neurons (filters).
        kernel_size: rows and columns that a neuron sees, one number for both or a pair.
        stride: how far it moves.
        padding: rows and columns of zeros around the image.
        dilation: the distance between the pixels that it sees.
        groups: into how many separate groups the channels are divided.
        bias: False for neurons without one.
        activation: of the neurons; PyTorch has none.
        init: the initial weights, see `Neuron`.
        rng: a seed or a NumPy Generator, see `Neuron`.

    Attributes:
        neurons: the filters; ``w`` in the order channel, row, column.

    Raises:
        ValueError: for settings out of range; when called with what is no image of so many
            channels.

    >>> edge = Conv2d(1, 1, (1, 2), bias=False, rng=0)
    >>> edge.neurons[0].w[0].data, edge.neurons[0].w[1].data = -1.0, 1.0
    >>> [pixel.data for pixel in edge([[[0.0, 0.0, 1.0, 1.0]]])[0][0]]
    [0.0, 1.0, 0.0]
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Pair,
        stride: Pair = 1,
        padding: Pair = 0,
        dilation: Pair = 1,
        groups: int = 1,
        bias: bool = True,
        *,
        activation: Activation = "linear",
        init: Init = "torch",
        rng: Rng = None,
    ) -> None:
        self.in_channels = positive("in_channels", in_channels)
        self.out_channels = positive("out_channels", out_channels)
        self.groups = positive("groups", groups)
        if in_channels % groups or out_channels % groups:
            raise ValueError(
                f"{in_channels} and {out_channels} channels do not divide into {groups} groups"
            )
        self.kernel_size = pair("kernel_size", kernel_size)
        self.stride = pair("stride", stride)
        self.padding = pair("padding", padding, least=0)
        self.dilation = pair("dilation", dilation)
        rows, columns = self.kernel_size
        source = generator(rng)
        area = rows * columns
        self.neurons = [
            Neuron(
                in_channels // groups * area, activation, init=init, bias=bias,
                fan_out=out_channels // groups * area, rng=source,
            )
            for _ in range(out_channels)
        ]  # fmt: skip

    def __call__(self, x: Any) -> list[list[list[Value]]]:
        image = padded(checked(plain(x), self.in_channels), self.padding, 0.0)
        size = self.in_channels // self.groups
        per_group = self.out_channels // self.groups
        out: list[list[list[Value]]] = [[] for _ in self.neurons]
        for group in range(self.groups):
            channels = image[group * size : (group + 1) * size]
            neurons = range(group * per_group, (group + 1) * per_group)
            for row in windows(channels, self.kernel_size, self.stride, self.dilation):
                patches = [[pixel for channel in patch for pixel in channel] for patch in row]
                for i in neurons:
                    out[i].append([self.neurons[i].answer(patch) for patch in patches])
        self.last_input, self.last_output = data_of(x), data_of(out)
        return out

    def __repr__(self) -> str:
        extra = "".join(
            f", {name}={getattr(self, name)}"
            for name, usual in (
                ("stride", (1, 1)), ("padding", (0, 0)), ("dilation", (1, 1)), ("groups", 1),
            )
            if getattr(self, name) != usual
        )  # fmt: skip
        activation = activation_name(self.neurons[0].activation)
        if activation != "linear":
            extra += f", activation={activation!r}"
        return f"Conv2d({self.in_channels}, {self.out_channels}, {self.kernel_size}{extra})"

    def describe(self, network: Architecture) -> bool:
        outputs = self.last_output or []
        source = network.images(self.in_channels, self.last_input or [])
        maps = plural(self.out_channels, "map") + image_size(outputs)
        target = network.add(
            Column(
                "convolution", f"{maps} · {activation_name(self.neurons[0].activation)}", "neuron",
                "m", self.out_channels, outputs=outputs,
                biases=[neuron.b for neuron in self.neurons], maps=True,
            )
        )  # fmt: skip
        network.link(source, target, self._kernels)
        return True

    def _kernels(self, j: int) -> dict[int, Weight]:
        """The kernel of filter ``j`` for each channel that it sees."""
        seen = self.in_channels // self.groups
        first = j // (self.out_channels // self.groups) * seen
        channels = shaped(self.neurons[j].w, (seen, *self.kernel_size))
        return {first + c: Kernel(tuple(map(tuple, rows))) for c, rows in enumerate(channels)}

    def torch_module(self, torch: Any) -> Any:
        first = self.neurons[0]
        made = torch.nn.Conv2d(
            self.in_channels, self.out_channels, self.kernel_size, self.stride, self.padding,
            self.dilation, self.groups, bias=first.b is not None,
        )  # fmt: skip
        return activated(torch, made, first.activation)

    def torch_layout(self) -> dict[str, Any]:
        shape = (self.in_channels // self.groups, *self.kernel_size)
        dense = dense_layout(self.neurons)
        return {**dense, "weight": [shaped(w, shape) for w in dense["weight"]]}

    @classmethod
    def like_torch(cls, module: Any) -> Conv2d:
        refuse_other(module, padding_mode="zeros")
        return Conv2d(
            module.in_channels, module.out_channels, module.kernel_size, module.stride,
            module.padding, module.dilation, module.groups, module.bias is not None, rng=0,
        )  # fmt: skip


class _Pool2d(Keeps):
    """What pooling of either kind shares; ``kind`` is the word for drawings."""

    kind = ""

    def __init__(self, kernel_size: Pair, stride: Pair | None = None, padding: Pair = 0) -> None:
        self.kernel_size = pair("kernel_size", kernel_size)
        self.stride = self.kernel_size if stride is None else pair("stride", stride)
        self.padding = pair("padding", padding, least=0)
        if any(2 * p > k for p, k in zip(self.padding, self.kernel_size)):
            raise ValueError(f"padding {padding} is more than half the kernel {kernel_size}")

    def _pooled(self, x: Any, border: float) -> list[list[list[Any]]]:
        image = checked(plain(x))
        out = [
            [
                [self._pool([v for v in patch[0] if v is not None]) for patch in row]
                for row in windows([channel], self.kernel_size, self.stride, (1, 1))
            ]
            for channel in padded(image, self.padding, border)
        ]
        self.last_output = data_of(out)
        return out

    def _pool(self, patch: list[Any]) -> Any:
        raise NotImplementedError

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.kernel_size}, stride={self.stride})"

    def describe(self, network: Architecture) -> bool:
        outputs = self.last_output or []
        last = network.columns[-1] if network.columns else None
        size = last.size if last is not None and last.maps else len(outputs) or 1
        source = network.images(size, [])
        rows, columns = self.kernel_size
        to = image_size(outputs).replace(" of", " →")
        target = network.add(
            Column(
                "pooling", f"{self.kind} of {rows} × {columns}{to}", "value", "p", size,
                outputs=outputs, maps=True,
            )
        )  # fmt: skip
        network.link(source, target, lambda j: {j: None})
        return True

    @classmethod
    def like_torch(cls, module: Any) -> _Pool2d:
        refuse_other(
            module, dilation=1, ceil_mode=False, return_indices=False, count_include_pad=True,
            divisor_override=None,
        )  # fmt: skip
        return cls(module.kernel_size, module.stride, module.padding)


class MaxPool2d(_Pool2d):
    """The largest number of each window. Where two are equally large they share the gradient.

    Args:
        kernel_size: rows and columns of the window, one number for both or a pair.
        stride: how far it moves; None: by its own size.
        padding: a border that never wins.

    Raises:
        ValueError: for settings out of range; when called with what is no image.

    >>> MaxPool2d(2)([[[1.0, 2.0, 5.0, 0.0], [3.0, 4.0, 0.0, 6.0]]])
    [[[4.0, 6.0]]]
    """

    kind = "largest"

    def forward(self, x: Any) -> list[list[list[Any]]]:
        return self._pooled(x, None)  # type: ignore[arg-type]

    def _pool(self, patch: list[Any]) -> Any:
        return reduce(maximum, patch)

    def torch_module(self, torch: Any) -> Any:
        return torch.nn.MaxPool2d(self.kernel_size, self.stride, self.padding)


class AvgPool2d(_Pool2d):
    """The mean of each window; a border of padding counts as zeros, as in PyTorch.

    Args:
        kernel_size: rows and columns of the window, one number for both or a pair.
        stride: how far it moves; None: by its own size.
        padding: a border of zeros.

    Raises:
        ValueError: for settings out of range; when called with what is no image.

    >>> AvgPool2d(2)([[[1.0, 2.0], [3.0, 4.0]]])
    [[[2.5]]]
    """

    kind = "mean"

    def forward(self, x: Any) -> list[list[list[Any]]]:
        return self._pooled(x, 0.0)

    def _pool(self, patch: list[Any]) -> Any:
        return sum(patch[1:], patch[0]) * (1.0 / len(patch))

    def torch_module(self, torch: Any) -> Any:
        return torch.nn.AvgPool2d(self.kernel_size, self.stride, self.padding)


def pair(name: str, size: Pair, least: int = 1) -> tuple[int, int]:
    """One number for rows and columns, or one each, checked."""
    sizes = (size, size) if isinstance(size, int) else tuple(size)
    if len(sizes) != 2 or not all(isinstance(n, int) and n >= least for n in sizes):
        raise ValueError(f"{name} is one whole number of {least} or more, or two, not {size!r}")
    return (sizes[0], sizes[1])


def checked(image: Any, channels: int | None = None) -> list[list[list[Any]]]:
    """The image, if it is one: [channel][row][column]."""
    shape = shape_of(image)
    if len(shape) != 3 or channels not in (None, shape[0]):
        wanted = "channels" if channels is None else f"{channels} channel{'s'[: channels != 1]}"
        raise ValueError(
            f"an image is [channel][row][column] with {wanted} here, not of shape {shape}"
        )
    return image  # type: ignore[no-any-return]


def padded(image: list[list[list[Any]]], padding: tuple[int, int], border: Any) -> Any:
    """The image with a border around each channel."""
    above, left = padding
    if not above and not left:
        return image
    width = len(image[0][0]) + 2 * left
    side = [border] * left
    empty = [[border] * width] * above
    return [[*empty, *(side + list(row) + side for row in channel), *empty] for channel in image]


def windows(
    channels: list[list[list[Any]]],
    kernel: tuple[int, int],
    stride: tuple[int, int],
    dilation: tuple[int, int],
) -> Iterator[list[list[list[Any]]]]:
    """Row by row of windows; a window holds for each channel its pixels in one list."""
    height, width = len(channels[0]), len(channels[0][0])
    rows = range(0, dilation[0] * kernel[0], dilation[0])
    columns = range(0, dilation[1] * kernel[1], dilation[1])
    if rows[-1] >= height or columns[-1] >= width:
        raise ValueError(f"the window is larger than the image of {height} × {width} pixels")
    for top in range(0, height - rows[-1], stride[0]):
        yield [
            [[channel[top + i][left + j] for i in rows for j in columns] for channel in channels]
            for left in range(0, width - columns[-1], stride[1])
        ]
