"""How much of an expression graph fits: what is left out of larger ones, and when to say no."""

from __future__ import annotations

from viz.graph.graph import Graph

__all__ = ["LABELS_UP_TO", "NODES_UP_TO", "TooLargeError", "check_page", "check_size", "make_room"]

OPERATORS_UP_TO, LABELS_UP_TO, NODES_UP_TO = 150, 600, 1500
FOLDABLE_UP_TO = 5000  # on a page
# Laying out takes time by the square of how many ranks all lines cross together: seconds at so many,
# and at so many of lines that share their way.
RANKS_UP_TO, SHARED_RANKS_UP_TO = 4000, 30_000


class TooLargeError(ValueError):
    """A graph that nobody could read and that would take minutes to lay out.

    >>> from autograd import Value
    >>> from viz import draw_graph
    >>> x = Value(1.0)
    >>> for _ in range(3000):
    ...     x = x + 1.0
    >>> try:
    ...     draw_graph(x)
    ... except TooLargeError as error:
    ...     print(str(error).partition(":")[0])
    3001 values are too many to read (the limit is 1500)
    """


def check_size(size: int, force: bool) -> None:
    """Refuse what would be too large to read.

    Raises:
        TooLargeError: unless ``force``.
    """
    if size > NODES_UP_TO and not force:
        raise _too_large(f"{size} values are too many to read (the limit is {NODES_UP_TO})")


def check_page(size: int, foldable: bool, force: bool) -> None:
    """Refuse what would be too large for a page; what can be folded may be larger.

    Raises:
        TooLargeError: unless ``force``.
    """
    if size > (FOLDABLE_UP_TO if foldable else NODES_UP_TO) and not force:
        raise TooLargeError(
            f"{size} values are too many for a page (the limit is {NODES_UP_TO}, and {FOLDABLE_UP_TO} "
            "of a network, whose neurons can be folded): take one sample of the mean, or a value on "
            "the way to it; draw_graph(o, depth=5) draws the part near the root; playground(model, "
            "data) trains what is too large to look at; or all of it, however long that takes, with "
            "force=True"
        )


def _too_large(why: str) -> TooLargeError:
    return TooLargeError(
        f"{why}: draw the part near the root with depth=5, each neuron as one box with fold='neurons', "
        "or all of it, however long that takes, with force=True (.save('graph.dot') then writes only "
        "the text)"
    )


def make_room(
    graph: Graph, size: int, merged: bool | None, edge_labels: bool | None, force: bool
) -> bool:
    """Leave operators and labels out where nobody asked for them and the layout would take long.

    Returns whether lines have to share their way besides.
    """
    crossed = graph.ranks_crossed()
    if crossed > SHARED_RANKS_UP_TO and not force:
        raise _too_large(
            f"{size} values with long lines, across {crossed} ranks together, take minutes"
        )
    graph.merged = (
        graph.backward or size > OPERATORS_UP_TO or 4 * crossed > RANKS_UP_TO
        if merged is None or graph.backward
        else merged
    )
    crossed *= 1 if graph.merged else 2
    roomy = size <= LABELS_UP_TO and 2 * crossed <= RANKS_UP_TO
    graph.edge_labels = roomy if edge_labels is None else edge_labels
    return not graph.edge_labels and crossed > RANKS_UP_TO
