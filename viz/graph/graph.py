"""An expression graph, and how much of it is shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from autograd import Names, Value
from viz.graph.groups import Group
from viz.graph.kinds import NUMBER
from viz.graph.samples import Samples

__all__ = ["FORMULA_UP_TO", "Graph", "box_id"]

FORMULA_UP_TO = 20  # characters of a formula on a card


@dataclass
class Graph:
    """An expression graph, and how much of it is shown."""

    order: Sequence[Value]
    names: Names
    titles: Sequence[str]
    kinds: Sequence[str]
    merged: bool = False
    edge_labels: bool = True
    digits: int = 4
    shown: set[int] = field(default_factory=set)
    groups: Sequence[Group] = ()
    framing: bool = False
    highlighted: set[int] = field(default_factory=set)
    reserve: Mapping[Value, Iterable[float]] = field(default_factory=dict)
    samples: Samples | None = None
    backward: bool = False

    def __post_init__(self) -> None:
        self.index = {id(node): i for i, node in enumerate(self.order)}
        root = self.order[-1]
        self.computed = any(
            node.grad != 0 for node in self.order if node.operation is not None or node is root
        )
        operations = [i for i, node in enumerate(self.order) if node.operation is not None]
        self.step = {i: k for k, i in enumerate(reversed(operations), 2)}  # 1 starts at the root
        self.framed = {i: group for group in self.groups if self.framing for i in group.members}
        self.box: dict[int, Group] = {}
        for group in self.groups:
            for folded in (group, group.parent):
                if folded is not None and folded.folded:
                    self.box.update(dict.fromkeys(folded.members, folded))

    def gradient(self, i: int) -> float | None:
        """The gradient of node ``i``, None before a backward pass gave it one."""
        node = self.order[i]
        known = self.computed or (node.operation is None and node.grad != 0)
        return node.grad if known else None

    def title(self, i: int) -> str:
        """The title of a card; within a neuron's frame, what the frame says already is left out."""
        group = self.framed.get(i)
        if group is None:
            return self.titles[i] or self._sum(i)
        node = self.order[i]
        if self.names.named(node):
            return self.titles[i]
        short = self.names.formula(node, group.path).text
        return self._sum(i) if short == group.title or NUMBER.search(short) else short

    def _sum(self, i: int) -> str:
        """A sum too long to spell out, by what was added last."""
        node = self.order[i]
        if node.operation is None or node.operation.name != "+" or len(node.parents) < 2:
            return ""
        last = self.names[node.parents[1]]
        return "" if NUMBER.search(last) or len(last) > FORMULA_UP_TO else f"… + {last}"

    def ranks_crossed(self) -> int:
        """How many ranks all lines cross together, about, in the better of two layouts.

        In one each value stands right before its first user, in the other right after its operands.
        """
        lines = [
            (p, i)
            for i in sorted(self.shown)
            for p in (self.index[id(parent)] for parent in self.order[i].parents)
            if p in self.shown and self.element(p) != self.element(i)
        ]
        late = dict.fromkeys(self.shown, 0)
        for p, i in reversed(lines):
            late[p] = min(late[p], late[i] - 1)
        early = dict.fromkeys(self.shown, 0)
        for p, i in lines:
            early[i] = max(early[i], early[p] + 1)
        first: dict[int, int] = {}  # of a leaf, the rank before its first user
        for p, i in lines:
            if not self.order[p].parents:
                first[p] = min(first.get(p, early[i] - 1), early[i] - 1)
        early |= first
        return min(sum(rank[i] - rank[p] for p, i in lines) for rank in (early, late))

    @property
    def all_folded(self) -> bool:
        """Whether there are neurons, and each that is shown is in a box."""
        drawn = [group for group in self.groups if group.members]
        return bool(drawn) and all(group.members[0] in self.box for group in drawn)

    def element(self, i: int) -> str:
        """The id of what stands for node ``i``: its card, or the box it is folded into."""
        box = self.box.get(i)
        return f"v{i}" if box is None else box_id(box)


def box_id(group: Group) -> str:
    """The id of a folded group's box, by its last output."""
    return f"f{group.outputs[-1]}"
