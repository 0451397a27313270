"""The expression graph of a Value: what was computed from what, with every local derivative."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from autograd import Names, Value
from viz.arguments import check_flag, check_text, check_whole
from viz.drawing import Drawing
from viz.graph.cards import scene_of
from viz.graph.graph import Graph
from viz.graph.groups import fold as fold_groups
from viz.graph.groups import groups
from viz.graph.highlight import on_a_path, products
from viz.graph.kinds import kinds, titles
from viz.graph.limits import LABELS_UP_TO, check_size, make_room
from viz.graph.samples import samples
from viz.scene import Scene
from viz.style import FONT, Palette, checked_digits

__all__ = ["draw_dot", "draw_graph", "expression_scene"]

_NAME_WIDTH = 18
_BOXES = 0.3, 0.8  # of folded neurons side by side: each sees all of the layer before it
_STACKED, _FRAMED = (0.28, 0.3), (0.22, 0.3)  # inches between neighbours, and between ranks
_BACK = {"LR": "RL", "RL": "LR", "TB": "BT", "BT": "TB"}


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
    backward: bool = False,
    depth: int | None = None,
    force: bool = False,
    digits: int = 4,
    rankdir: str = "LR",
    theme: str | Palette | None = None,
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
        merged: fold each operator into the value it made; None: above 150 values, or where lines are
            long.
        edge_labels: write local derivatives on the edges; None: up to 600 values, and where lines are
            short enough for the layout to end soon.
        clusters: frame neurons and layers; None: where there are several neurons.
        fold: draw as one box each: "neurons", "layers", or the titles of some ("layers.0"); "samples":
            of a loss over several samples one, marked with their number; or a list of these.
        highlight: a value (or its name): every path from it to ``root``, with the products.
        backward: the backward pass by itself: arrows run from the root to the leaves, and each says
            what it brings; cards show gradients only, and the step at which they are passed on.
        depth: draw only what is at most this many operations away from ``root``.
        force: draw more than 1500 values, however long that takes.
        digits: significant digits of data and grad.
        rankdir: where the arrows point: "LR", "TB", "RL" or "BT".
        theme: "light", "dark" or another of `style.THEMES`, or a `Palette` of your own; None: the one
            that `use_theme` set, or light.
        font: the names of fonts, the preferred first.
        format: the format for `Drawing.render` and `Drawing.pipe`.
        timeout: seconds after which the layout is given up.

    Raises:
        TypeError: if ``root`` is no Value.
        TooLargeError: for more than 1500 values; the message names the ways out.
        ValueError: for an unknown rankdir, theme, format or name to fold, for samples where there are
            none, for ``backward=True`` before `backward()` ran.
        KeyError: for an unknown name to highlight.

    >>> x, w = Value(2.0, label="x"), Value(-3.0, label="w")
    >>> drawing = draw_graph((x * w).tanh())
    >>> [node.id for node in drawing.scene.nodes]
    ['v0', 'v1', 'v2', 'o2', 'v3', 'o3']
    """
    scene = expression_scene(
        root, names=names, parameters=parameters, title=title, merged=merged,
        edge_labels=edge_labels, clusters=clusters, fold=fold, highlight=highlight, backward=backward,
        depth=depth, force=force, digits=digits, rankdir=rankdir,
    )  # fmt: skip
    return Drawing(scene, theme, font=font, format=format, timeout=timeout)


def draw_dot(root: Value, format: str = "svg", rankdir: str = "LR") -> Drawing:
    """micrograd's name for `draw_graph`.

    Args:
        root: the Value to draw, with all that it was made from.
        format: of the picture that `render` makes: svg, png, pdf …
        rankdir: "LR" from left to right, "TB" from top to bottom.

    Raises:
        TooLargeError: for a graph of more than 1500 values.

    >>> draw_dot(Value(2.0) * Value(3.0)).source.splitlines()[0]
    'digraph expression {'
    """
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
    backward: bool = False,
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
        hint = "; draw_network draws a model" if hasattr(root, "parameters") else ""
        raise TypeError(f"draw_graph takes a Value, not {type(root).__name__}{hint}")
    if rankdir not in ("LR", "TB", "RL", "BT"):
        raise ValueError(f"rankdir is LR, TB, RL or BT, not {rankdir!r}")
    checked_digits(digits)
    check_text("title", title)
    for name, flag in (("merged", merged), ("edge_labels", edge_labels), ("clusters", clusters)):
        check_flag(name, flag)
    known = Names(root, names=names, limit=_NAME_WIDTH)
    order = known.order
    shown = (
        set(range(len(order))) if depth is None else _near(order, check_whole("depth", depth, 0))
    )
    if fold == ():
        check_size(len(shown), force)
    fold, of_samples = _without_samples(fold)
    folded = samples(order) if of_samples else None
    if of_samples and folded is None:
        raise ValueError(
            "fold='samples' folds a sum of the same loss for several samples: here is none"
        )
    if folded is not None:
        shown -= folded.hidden
    found = groups(order, known, shown)
    fold_groups(found, fold)
    called = titles(order, known)
    graph = Graph(
        order, known, called, kinds(order, called, parameters), digits=digits, shown=shown,
        groups=found, framing=len(found) > 1 if clusters is None else clusters,
        reserve=reserve or {}, samples=folded, backward=backward,
    )  # fmt: skip
    size = len({graph.element(i) for i in shown})
    check_size(size, force)
    if backward and not graph.computed:
        raise ValueError(
            "backward=True draws the gradients of a backward pass: call backward() first"
        )
    crowded = make_room(graph, size, merged, edge_labels, force)
    if highlight is not None:
        start = _highlighted(highlight, known)
        graph.highlighted = on_a_path(order, start)
    scene = scene_of(graph)
    scene.title, scene.direction = title, _BACK[rankdir] if backward else rankdir
    if rankdir in ("TB", "BT"):
        scene.spacing = _FRAMED if scene.clusters else _STACKED
    elif graph.box and graph.edge_labels:
        scene.spacing = _BOXES
    if folded is not None and rankdir in ("LR", "RL"):
        _from_above(scene)
        scene.layered = not graph.edge_labels and graph.all_folded
    scene.ordered = folded is not None and graph.all_folded
    if folded is not None:
        many = len(folded.each)
        scene.captions = [
            f"sample 1 of {many} is drawn; a parameter's gradient is the sum over all {many}"
        ]
    if backward:
        scene.captions = ["each arrow brings: local derivative · gradient of what it comes from"]
    scene.large, scene.crowded = size > LABELS_UP_TO, crowded
    if highlight is not None:
        scene.captions += products(root, start, known)
    return scene


def _from_above(scene: Scene) -> None:
    """Within frames Graphviz stacks what it reads first at the bottom, and heeds no other order."""
    scene.nodes.reverse()
    scene.in_order = []


def _without_samples(fold: str | Iterable[str]) -> tuple[Any, bool]:
    """What else is to be folded, and whether samples are."""
    if isinstance(fold, str) or not isinstance(fold, Iterable):
        return ((), True) if fold == "samples" else (fold, False)
    titles = list(fold)
    return [title for title in titles if title != "samples"], "samples" in titles


def _highlighted(given: Any, names: Names) -> Value:
    if not isinstance(given, (str, Value)):
        raise TypeError(f"highlight is a Value or its name, not {type(given).__name__}")
    start = names.find(given) if isinstance(given, str) else given
    if start not in names:
        raise ValueError("the value to highlight is no part of this graph")
    return start


def _near(order: Sequence[Value], depth: int) -> set[int]:
    """The places of what is at most ``depth`` operations away from the root, the last in order."""
    index = {id(node): i for i, node in enumerate(order)}
    level = {len(order) - 1}
    found = set(level)
    for _ in range(depth):
        level = {index[id(p)] for i in level for p in order[i].parents} - found
        if not level:
            break
        found |= level
    return found
