"""What people would rather look at than read: curves and boundaries, by matplotlib (extra "plots").

Each function draws into ``ax`` (axes of a figure of yours, or new ones) and returns the figure; nothing
is shown or written before ``figure.savefig("x.png")`` or the notebook does.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from autograd import Value, no_grad
from nn.activations import Activation, activation_name, resolve_activation
from nn.history import History
from nn.nested import data_of
from viz.style import LIGHT, theme

__all__ = ["plot_activation", "plot_decision_boundary", "plot_loss"]


def plot_activation(
    activation: Activation, lo: float = -4.0, hi: float = 4.0, points: int = 401, ax: Any = None
) -> Any:
    """An activation and its derivative side by side, the derivative by the engine itself.

    Where there is no derivative its curve has a gap and a "?".

    Args:
        activation: a name ("tanh", "relu" …) or a function of a Value.
        lo, hi: the range of inputs.
        points: at how many inputs.
        ax: two axes; None for a new figure.

    Raises:
        ImportError: without matplotlib; the message says what to install.

    >>> figure = plot_activation("tanh")
    >>> [round(float(max(axes.lines[-1].get_ydata())), 2) for axes in figure.axes]
    [1.0, 1.0]
    """
    function = resolve_activation(activation)
    name = activation_name(activation)

    def at(x: float) -> tuple[float, float]:
        """The activation and its slope at one place."""
        place = Value(x)
        y = place.clone() if function is None else function(place)
        y.backward()
        return y.data, place.grad

    xs = np.linspace(lo, hi, points).tolist()
    ys, slopes = zip(*map(at, xs))
    look = theme(None)
    left, right = ax if ax is not None else _axes(1, 2, (8.0, 3.2))
    jumps = _jumps(lambda x: at(x)[0], xs)
    kinks = jumps | _jumps(lambda x: at(x)[1], xs)
    for axes, curve, breaks, colour, title in (
        (left, ys, jumps, look.positive, f"{name}(x)"),
        (right, slopes, kinks, look.negative, f"∂{name}(x)/∂x"),
    ):
        axes.axhline(0.0, color=look.fills["cluster"].border, linewidth=0.8)
        axes.axvline(0.0, color=look.fills["cluster"].border, linewidth=0.8)
        _curve(axes, xs, curve, breaks, colour)
        if axes is right:
            _ask(axes, curve, breaks, colour)
        axes.set_title(title, loc="left", fontsize=11)
        axes.set_xlabel("x")
        _bare(axes)
    return left.figure


def _jumps(curve: Callable[[float], float], xs: Sequence[float]) -> dict[int, float]:
    """Before which points a curve jumps, however closely one looks, and where."""
    ys = [curve(x) for x in xs]
    most = max(0.25 * float(np.ptp(ys)), 1e-9)
    found = {}
    for k in range(1, len(xs)):
        low, high = xs[k - 1], xs[k]
        if abs(ys[k] - ys[k - 1]) <= most:
            continue
        for _ in range(40):  # into the half where it changes more
            middle = (low + high) / 2
            left_half = abs(curve(middle) - curve(low)) >= abs(curve(high) - curve(middle))
            low, high = (low, middle) if left_half else (middle, high)
        if abs(curve(high) - curve(low)) > most:
            found[k] = round(low, 9)
    return found


def _curve(
    axes: Any, xs: Sequence[float], ys: Sequence[float], breaks: Mapping[int, float], colour: str
) -> None:
    """A line with a gap where it jumps."""
    for first, last in pairwise([0, *sorted(breaks), len(xs)]):
        axes.plot(xs[first:last], ys[first:last], color=colour, linewidth=2.2)


def _ask(axes: Any, slopes: Sequence[float], kinks: Mapping[int, float], colour: str) -> None:
    """A "?" where there is no derivative, between open ends."""
    for k, x in sorted(kinks.items()):
        ends = slopes[k - 1], slopes[min(k + 1, len(slopes) - 1)]
        for y in ends:
            axes.plot([x], [y], "o", color=colour, markerfacecolor="white", markersize=6)
        axes.annotate(
            "?", (x, sum(ends) / 2), fontsize=16, color=theme(None).highlight, ha="center", va="center",
            xytext=(0, 14), textcoords="offset points", fontweight="bold",
        )  # fmt: skip


def plot_loss(
    losses: History | Sequence[float] | Mapping[str, Sequence[float]], ax: Any = None
) -> Any:
    """The loss of each epoch, on a logarithmic scale where it spans more than a factor of 20.

    Args:
        losses: what `fit` returned; or one number an epoch, or several such curves by name.
        ax: axes; None for a new figure.

    Raises:
        ImportError: without matplotlib; the message says what to install.

    >>> figure = plot_loss([1.0, 0.5, 0.25])
    >>> figure.axes[0].get_xlabel()
    'epoch'
    """
    if isinstance(losses, History):
        losses = losses.losses
    curves = losses if isinstance(losses, Mapping) else {"": losses}
    look = theme(None)
    axes = ax if ax is not None else _axes(1, 1, (5.6, 3.4))
    colours = [look.positive, look.negative, look.fills["output"].border, look.highlight]
    for k, (name, curve) in enumerate(curves.items()):
        numbers = data_of(list(curve))
        epochs = range(1, len(numbers) + 1)
        colour = colours[k % len(colours)]
        axes.plot(epochs, numbers, color=colour, linewidth=1.8, label=name or None)
    if any(curves):
        axes.legend(frameon=False, fontsize=9)
    finite = [x for curve in curves.values() for x in data_of(list(curve)) if np.isfinite(x)]
    if finite and min(finite) > 0 and max(finite) > 20 * min(finite):
        axes.set_yscale("log")
    axes.set_xlabel("epoch")
    axes.set_ylabel("loss")
    _bare(axes)
    return axes.figure


def plot_decision_boundary(
    predict: Callable[[list[float]], Any],
    x: Any,
    y: Any,
    *,
    threshold: float = 0.0,
    steps: int = 60,
    features: Sequence[str] = ("x₁", "x₂"),
    classes: Sequence[str] = (),
    ax: Any = None,
) -> Any:
    """What a classifier answers over the plane, and the points it was to learn.

    Args:
        predict: a model, or any function from two numbers to a number (two classes, told apart by
            ``threshold``) or to several (the class of the largest).
        x: the points [points, 2].
        y: the class of each point [points].
        threshold: of the answer, for two classes: 0 for scores and tanh, 0.5 for a sigmoid.
        steps: the plane is asked at steps × steps places, without recording.
        features: what the two numbers are called.
        classes: what the classes are called, in the order of their numbers; the numbers if not given.
        ax: axes; None for a new figure.

    Raises:
        ImportError: without matplotlib; the message says what to install.
        ValueError: if the points do not lie in a plane.

    >>> figure = plot_decision_boundary(lambda p: p[0] - p[1], [[1, 0], [0, 1]], [1, 0], steps=9)
    >>> len(figure.axes)
    1
    """
    points, kinds = np.asarray(x, dtype=float), np.asarray(y)
    if points.ndim != 2 or points.shape[1] != 2:
        raise ValueError(f"a boundary is drawn in a plane: x is [points, 2], not {points.shape}")
    margin = 0.08 * np.ptp(points, axis=0) + 1e-9
    low, high = points.min(axis=0) - margin, points.max(axis=0) + margin
    across, up = (np.linspace(low[k], high[k], steps) for k in (0, 1))
    with no_grad():
        answers = [[_number(predict([float(a), float(b)])) for a in across] for b in up]
    look = theme(None)
    axes = ax if ax is not None else _axes(1, 1, (5.2, 4.4))
    several = isinstance(answers[0][0], list)
    colours = [
        look.negative,
        look.positive,
        look.fills["output"].border,
        look.highlight,
        "#6B4FA0",
    ]
    plane = np.argmax(answers, axis=-1) if several else np.asarray(answers) - threshold
    if several:
        levels = np.arange(plane.max() + 2) - 0.5
        axes.contourf(across, up, plane, levels=levels, colors=colours, alpha=0.25)
    else:
        reach = float(np.nanmax(np.abs(plane))) or 1.0
        from matplotlib.colors import LinearSegmentedColormap

        signs = LinearSegmentedColormap.from_list("sign", [colours[0], look.background, colours[1]])
        axes.contourf(
            across, up, plane, levels=np.linspace(-reach, reach, 21), cmap=signs, alpha=0.6
        )
        if plane.min() < 0 < plane.max():
            axes.contour(across, up, plane, levels=[0.0], colors=look.text, linewidths=1.4)
    for k, kind in enumerate(sorted(set(kinds.tolist()))):
        chosen = points[kinds == kind]
        axes.scatter(
            chosen[:, 0], chosen[:, 1], s=22, color=colours[k % len(colours)], edgecolor="white",
            linewidth=0.6, marker="osD^v"[k % 5], zorder=3,
            label=classes[k] if k < len(classes) else str(kind),
        )  # fmt: skip
    axes.legend(fontsize=9, framealpha=0.9)
    axes.set_xlabel(features[0])
    axes.set_ylabel(features[1])
    _bare(axes)
    return axes.figure


def _number(answer: Any) -> Any:
    if isinstance(answer, (list, tuple)) and len(answer) == 1:
        answer = answer[0]
    if isinstance(answer, (list, tuple, np.ndarray)):
        return data_of(list(answer))
    return data_of(answer)


def _axes(rows: int, columns: int, size: tuple[float, float]) -> Any:
    """Axes of a new figure that no window manager knows of, so none has to be closed."""
    try:
        from matplotlib import rc_context
        from matplotlib.figure import Figure
    except ImportError:
        raise ImportError("plots need matplotlib: pip install matplotlib") from None

    class Plot(Figure):
        """A figure that a notebook shows without being told to."""

        def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> tuple[Any, Any]:
            svg, png = io.StringIO(), io.BytesIO()
            with rc_context({"svg.hashsalt": "chainrule"}):  # the same bytes each time
                self.savefig(svg, format="svg", metadata={"Date": None})
            self.savefig(png, format="png", dpi=200)
            width, height = (round(96 * inches) for inches in self.get_size_inches())
            size = {"image/png": {"width": width, "height": height}}  # shown as large as the SVG
            return {"image/svg+xml": svg.getvalue(), "image/png": png.getvalue()}, size

    figure = Plot(figsize=size, layout="constrained")
    return figure.subplots(rows, columns)


def _bare(axes: Any) -> None:
    """Without a frame, in the colours of the theme; light is matplotlib's own black on white."""
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(labelsize=9)
    look = theme(None)
    if look is LIGHT:
        return
    from matplotlib.text import Text

    axes.figure.set_facecolor(look.background)
    axes.set_facecolor(look.background)
    axes.tick_params(colors=look.text)
    axes.spines[:].set_color(look.muted)
    if axes.get_legend():
        axes.get_legend().get_frame().set(facecolor=look.background, edgecolor=look.muted)
    for text in axes.findobj(Text):
        if text.get_color() == "black":
            text.set_color(look.text)
