"""What to draw, as plain data: nodes, edges and clusters. How it looks is `style`'s concern.

A tone ("positive", "negative", "zero", "muted" …) stands where a palette will put a colour.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

__all__ = ["Cluster", "Edge", "Grid", "Line", "Node", "Row", "Scene", "Text"]


class Text(NamedTuple):
    """A piece of text in one style; size in points, 0 for the surrounding size."""

    text: str
    tone: str = ""
    bold: bool = False
    size: float = 0.0


Line = tuple[Text, ...]


class Row(NamedTuple):
    """A name and a number below the title of a card."""

    name: str
    value: Text


class Grid(NamedTuple):
    """A table of coloured cells: an image or a kernel. ``digits``: how many are written, 0 for none."""

    cells: tuple[tuple[float, ...], ...]
    width: float
    height: float
    digits: int


@dataclass(slots=True)
class Node:
    """One thing drawn: a card, a circle, a text, or a grid (``gradient``: a second one below it).

    ``shape`` is "card" (a title over rows), "circle", "grid" or "text"; ``kind`` picks the colours.
    ``tone`` colours the border of a circle.
    ``position`` (points, y upwards) and ``size`` (diameter, points) are for scenes laid out already.
    """

    id: str
    kind: str
    shape: str = "card"
    lines: tuple[Line, ...] = ()
    rows: tuple[Row, ...] = ()
    tooltip: str = ""
    emphasis: bool = False
    tone: str = ""
    highlighted: bool = False
    position: tuple[float, float] | None = None
    size: float = 0.0
    font_size: float = 0.0
    grid: Grid | None = None
    gradient: Grid | None = None


@dataclass(slots=True)
class Edge:
    """A line from one node to another.

    ``path`` holds the points of a cubic Bézier curve for scenes laid out already; for others ``length``
    is how many ranks it spans at least; ``opacity`` 0 … 1; ``dot`` marks where it begins.
    """

    id: str
    tail: str
    head: str
    tone: str = ""
    label: Text | None = None
    tooltip: str = ""
    width: float = 0.0
    weight: int = 0
    length: int = 0
    opacity: float = 1.0
    style: str = ""
    highlighted: bool = False
    path: tuple[tuple[float, float], ...] = ()
    arrow: bool = False
    dot: bool = False


@dataclass(slots=True)
class Cluster:
    """Nodes, and smaller clusters, that belong together: a neuron, a layer."""

    id: str
    title: str
    nodes: list[str] = field(default_factory=list)
    clusters: list[Cluster] = field(default_factory=list)


@dataclass(slots=True)
class Scene:
    """A whole drawing.

    ``placed`` says that every node and edge has its coordinates; ``large``, that the layout may end
    before it is the tightest possible; ``crowded``, that long lines from one node may share their
    way; ``ordered``, that nodes stand in the order given, whatever the crossings; ``layered``, that
    lines lead straight from layer to layer. ``first`` stand where the drawing begins, in that order;
    each of ``in_order`` are nodes that stand side by side, with the clusters they are in; of two in
    ``before`` the second stands in a later rank.
    """

    name: str
    nodes: list[Node] = field(default_factory=list)
    edges: list[Edge] = field(default_factory=list)
    clusters: list[Cluster] = field(default_factory=list)
    title: str = ""
    captions: list[str] = field(default_factory=list)
    direction: str = "LR"
    placed: bool = False
    large: bool = False
    crowded: bool = False
    ordered: bool = False
    layered: bool = False
    first: list[str] = field(default_factory=list)
    in_order: list[list[str]] = field(default_factory=list)
    before: list[tuple[str, str]] = field(default_factory=list)
    spacing: tuple[float, float] = (0.22, 0.42)  # inches: between neighbours, between ranks

    def summary(self) -> str:
        """The drawing in a few words."""
        what = self.title or self.name
        return ": ".join([what, *self.captions[-1:]])

    def every_cluster(self) -> Iterator[Cluster]:
        """The clusters, and those within them."""
        inner = list(self.clusters)
        while inner:
            cluster = inner.pop()
            yield cluster
            inner.extend(cluster.clusters)

    def titles(self) -> Iterator[tuple[str, str]]:
        """The readable text of each element, by its id."""
        for node in self.nodes:
            yield node.id, node.tooltip
        for edge in self.edges:
            yield edge.id, edge.tooltip
        for cluster in self.every_cluster():
            yield cluster.id, cluster.title
