"""Ways through a graph, right and wrong: the nodes to pass on from, and along which edge or all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from itertools import islice
from typing import TYPE_CHECKING, TypeAlias

from autograd.by_hand.engine.twin.traits import Walk

if TYPE_CHECKING:
    from autograd.by_hand.engine.twin.twin import Node

__all__ = ["MOST_VISITS", "WALKS", "topological"]

MOST_VISITS = 200  # of one pass: what goes along every path has no end

Visits: TypeAlias = "Iterator[tuple[Node, int | None]]"


def topological(root: Node) -> list[Node]:
    """Every node after all that use it, in one of the orders that do."""
    order: dict[Node, None] = {}
    stack: list[tuple[Node, bool]] = [(root, False)]
    while stack:
        node, done = stack.pop()
        if done:
            order.setdefault(node)
        elif node not in order:
            stack.append((node, True))
            stack += [(x, False) for x in reversed(node.listed()) if x not in order]
    nodes = list(order)[::-1]
    if root.traits.order == 1:
        return sorted(nodes, key=lambda node: -node.number)
    return _by_uses(root, nodes) if root.traits.order == 2 else nodes


def _by_uses(root: Node, nodes: list[Node]) -> list[Node]:
    """A queue of nodes all of whose uses, by these nodes, have passed on."""
    uses = Counter(x for node in nodes for x in node.listed())
    queue = [root]
    for node in queue:
        for x in node.listed():
            uses[x] -= 1
            if not uses[x]:
                queue.append(x)
    return queue


def _all(nodes: list[Node]) -> Visits:
    return ((node, None) for node in nodes)


def _deep(once: bool) -> Callable[[Node], Visits]:
    def walk(root: Node) -> Visits:
        if not root.traits.interleaved:
            seen: set[Node] = set()
            stack = [root]
            while stack:
                node = stack.pop()
                if not (once and node in seen):
                    seen.add(node)
                    yield node, None
                    stack += reversed(node.listed())
            return
        seen = {root}
        edges = [(root, i) for i in reversed(range(len(root.inputs)))]
        while edges:
            node, i = edges.pop()
            yield node, i
            x = (node.inputs[::-1] if root.traits.backwards else node.inputs)[i][0]
            if not (once and x in seen):
                seen.add(x)
                edges += [(x, j) for j in reversed(range(len(x.inputs)))]

    return walk


def _wide(once: bool) -> Callable[[Node], Visits]:
    def walk(root: Node) -> Visits:
        queue, seen = [root], {root}
        for node in queue:
            yield node, None
            for x in node.listed():
                if not (once and x in seen):
                    seen.add(x)
                    queue.append(x)
            if len(queue) > MOST_VISITS:
                return

    return walk


def _every_use(root: Node) -> Visits:
    nodes = [node for node, _ in islice(_wide(once=False)(root), MOST_VISITS)]
    return _all(sorted(nodes, key=lambda node: -node.number))


def _waiting(root: Node) -> Visits:
    return _all(_by_uses(root, root.every))


def _line(last: bool) -> Callable[[Node], Visits]:
    def walk(root: Node) -> Visits:
        node = root
        while True:
            yield node, None
            if not node.inputs:
                return
            node = node.inputs[-1 if last else 0][0]

    return walk


def _by_value(root: Node) -> Visits:
    order: list[Node] = []
    seen: set[float] = set()
    stack: list[tuple[Node, bool]] = [(root, False)]
    while stack:
        node, done = stack.pop()
        if done:
            order.append(node)
        elif node.data not in seen:
            seen.add(node.data)
            stack.append((node, True))
            stack += [(x, False) for x in reversed(node.listed())]
    return _all(order[::-1])


def _unseen(root: Node) -> Visits:
    order = [node for node in topological(root) if node not in root.seen]
    root.seen.extend(order)
    return _all(order)


def _again(root: Node) -> Visits:
    root.seen.extend(topological(root)[::-1])
    return _all(root.seen[::-1])


def _tape(root: Node) -> Visits:
    root.seen.extend(node for node in topological(root)[::-1] if node not in root.seen)
    return _all(root.seen[::-1])


WALKS: dict[Walk, Callable[[Node], Visits]] = {
    Walk.TOPOLOGICAL: lambda root: _all(topological(root)),
    Walk.FROM_LEAVES: lambda root: _all(topological(root)[::-1]),
    Walk.DEPTH_FIRST: _deep(once=True),
    Walk.EVERY_PATH: _deep(once=False),
    Walk.BREADTH_FIRST: _wide(once=True),
    Walk.EVERY_LEVEL: _wide(once=False),
    Walk.EVERY_USE: _every_use,
    Walk.ROOT_ONLY: lambda root: _all([root]),
    Walk.TWO_LEVELS: lambda root: _all([root, *dict.fromkeys(root.listed())]),
    Walk.FIRST_INPUT: _line(last=False),
    Walk.LAST_INPUT: _line(last=True),
    Walk.BY_VALUE: _by_value,
    Walk.SEEN_BEFORE: _unseen,
    Walk.ONCE_MORE: _again,
    Walk.TAPE: _tape,
    Walk.WAITING: _waiting,
    Walk.CREATION: lambda root: _all([root, *(node for node in root.made if node is not root)]),
}
