"""The expression graph of a Value: what was computed from what, with every local derivative."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from autograd import Names, Value
from viz.drawing import Drawing
from viz.graph.cards import Graph, scene_of
from viz.graph.groups import fold as fold_groups
from viz.graph.groups import groups
from viz.graph.highlight import on_a_path, products
from viz.graph.kinds import kinds, titles
from viz.scene import Scene
from viz.style import FONT, Palette, checked_digits

__all__ = ["TooLargeError", "draw_dot", "draw_graph", "expression_scene"]

OPERATORS_UP_TO, LABELS_UP_TO, NODES_UP_TO = 150, 600, 1500
_NAME_WIDTH = 18


class TooLargeError(ValueError):
    """A graph that nobody could read and that would take minutes to lay out."""


def draw_graph(
    root: Value,
    *,
    names: Any = None,
    parameters: Iterable[Value] = (),
    title: str = "",
    merged: bool | None = None,
    edge_labels: bool | None = None,
    clusters: bool | None = None,
    fold: str | Iterable[str] = (),
    highlight: Value | str | None = None,
    depth: int | None = None,
    force: bool = False,
    digits: int = 4,
    rankdir: str = "LR",
    theme: str | Palette = "light",
    font: str = FONT,
    format: str = "svg",
    timeout: float = 60.0,
) -> Drawing:
    """The graph that made ``root``: values, operators, and the local derivative on each edge.

    A gradient is visibly the sum, over the arrows that leave a value, of local derivative ×
    gradient at the arrow's head. Before ``backward()`` gradients read –.

    Args:
        root: the value to explain.
        names: a dictionary from names to Values, or a model whose parameters are named by path.
        parameters: leaves to draw as parameters; those of a model, and names like w1 or b, are.
        title: stands above the drawing.
        merged: fold each operator into the value it made; None: above 150 values.
        edge_labels: write local derivatives on the edges; None: up to 600 values.
        clusters: frame neurons and layers; None: where there are several neurons.
        fold: draw as one box each: "neurons", "layers", or the titles of some ("layers.0").
        highlight: a value (or its name): every path from it to ``root``, with the products.
        depth: draw only what is at most this many operations away from ``root``.
        force: draw more than 1500 values, however long that takes.
        digits: significant digits of data and grad.
        rankdir: where the arrows point: "LR", "TB", "RL" or "BT".
        theme: "light", "dark" or another of `style.THEMES`, or a `Palette` of your own.
        font: the names of fonts, the preferred first.
        format: the format for `Drawing.render` and `Drawing.pipe`.
        timeout: seconds after which the layout is given up.

    Raises:
        TypeError: if ``root`` is no Value.
        TooLargeError: for more than 1500 values; the message names the ways out.
        ValueError: for an unknown rankdir, theme, format, or name to fold or highlight.

    >>> x, w = Value(2.0, label="x"), Value(-3.0, label="w")
    >>> drawing = draw_graph((x * w).tanh())
    >>> [node.id for node in drawing.scene.nodes]
    ['v0', 'v1', 'v2', 'o2', 'v3', 'o3']
    """
    scene = expression_scene(
        root, names=names, parameters=parameters, title=title, merged=merged,
        edge_labels=edge_labels, clusters=clusters, fold=fold, highlight=highlight, depth=depth,
        force=force, digits=digits, rankdir=rankdir,
    )  # fmt: skip
    return Drawing(scene, theme, font=font, format=format, timeout=timeout)


def draw_dot(root: Value, format: str = "svg", rankdir: str = "LR") -> Drawing:
    """micrograd's name for `draw_graph`."""
    return draw_graph(root, format=format, rankdir=rankdir)


def expression_scene(
    root: Value,
    *,
    names: Any = None,
    parameters: Iterable[Value] = (),
    title: str = "",
    merged: bool | None = None,
    edge_labels: bool | None = None,
    clusters: bool | None = None,
    fold: str | Iterable[str] = (),
    highlight: Value | str | None = None,
    depth: int | None = None,
    force: bool = False,
    digits: int = 4,
    rankdir: str = "LR",
    reserve: Mapping[Value, Iterable[float]] | None = None,
) -> Scene:
    """The graph as plain data; arguments as `draw_graph`.

    ``v7`` is the eighth value in topological order, ``o7`` the operator that made it, ``e7_0`` the
    edge of its first operand, ``m7`` the edge from the operator, ``c7_1`` a constant operand.
    ``reserve`` lists, by Value, gradients to keep room for: each card then is as wide as its widest
    text, so that a page can change the numbers and nothing moves.
    """
    if not isinstance(root, Value):
        raise TypeError(f"draw_graph takes a Value, not {type(root).__name__}")
    if rankdir not in ("LR", "TB", "RL", "BT"):
        raise ValueError(f"rankdir is LR, TB, RL or BT, not {rankdir!r}")
    if depth is not None and depth < 0:
        raise ValueError(f"depth is 0 or more operations, not {depth}")
    checked_digits(digits)
    known = Names(root, names=names, limit=_NAME_WIDTH)
    order = known.order
    shown = set(range(len(order))) if depth is None else _near(order, depth)
    if len(shown) > NODES_UP_TO and not fold and not force:
        raise _too_large(len(shown))
    found = groups(order, known)
    fold_groups(found, fold)
    called = titles(order, known, names)
    framed = len(found) > 1 if clusters is None else clusters
    graph = Graph(
        order, known, called, kinds(order, called, parameters), digits=digits, shown=shown,
        groups=found, framing=framed, reserve=reserve or {},
    )  # fmt: skip
    size = len({graph.element(i) for i in shown})
    if size > NODES_UP_TO and not force:
        raise _too_large(size)
    graph.merged = size > OPERATORS_UP_TO if merged is None else merged
    graph.edge_labels = size <= LABELS_UP_TO if edge_labels is None else edge_labels
    if highlight is not None:
        start = known.find(highlight) if isinstance(highlight, str) else highlight
        if start not in known:
            raise ValueError("the value to highlight is no part of this graph")
        graph.highlighted = on_a_path(order, start)
    scene = scene_of(graph)
    scene.title, scene.direction = title, rankdir
    scene.large = size > LABELS_UP_TO
    if highlight is not None:
        scene.captions = products(root, start, known)
    return scene


def _near(order: Sequence[Value], depth: int) -> set[int]:
    """The places of what is at most ``depth`` operations away from the root, the last in order."""
    index = {id(node): i for i, node in enumerate(order)}
    level = found = {len(order) - 1}
    for _ in range(depth):
        level = {index[id(p)] for i in level for p in order[i].parents} - found
        found = found | level
    return found


def _too_large(size: int) -> TooLargeError:
    return TooLargeError(
        f"{size} values are too many to read (the limit is {NODES_UP_TO}): draw the part near the "
        "root with depth=5, each neuron as one box with fold='neurons', or all of it, however long "
        "that takes, with force=True (.save('graph.dot') then writes only the text)"
    )
