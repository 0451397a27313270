"""The live page with a kernel behind it: numbers go both ways. Needs anywidget, an extra."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from autograd import Value, leaves
from autograd.derivatives.evaluation import Evaluation

__all__ = ["bridged", "two_way"]

_HERE = Path(__file__).parent


def two_way(root: Value, page: str) -> Any:
    """A widget that shows ``page``, whose numbers are those of the leaves of ``root``.

    Raises:
        ImportError: without anywidget; the message says how to install it.
    """
    graph = Evaluation(root)

    def again() -> float:
        _recompute(graph)
        return root.data

    widget = bridged(page, leaves(root), again, known=root.grad != 0)
    widget.value = root.data
    return widget


def bridged(
    page: str,
    values: Sequence[Value],
    again: Callable[[], float] | None = None,
    known: bool = False,
) -> Any:
    """A widget that shows ``page``, and keeps its numbers and those of ``values`` the same.

    Args:
        page: a page with a bridge.
        values: whose numbers they are, in the page's order.
        again: works out what is made of them, and returns the widget's ``value``.
        known: whether the gradients are known when it opens.

    Raises:
        ImportError: without anywidget; the message says how to install it.
    """
    page = page.replace('"bridge":false', f'"bridge":true,"known":{str(known).lower()}', 1)
    try:
        widget = _kind()(page=page)
    except ModuleNotFoundError as error:
        raise ImportError(
            "a page that speaks with the kernel needs anywidget: pip install 'chainrule[notebook]'"
        ) from error
    widget.follow(values, again)
    return widget


@cache
def _kind() -> Any:
    """The class, made when first needed: nobody else has to have anywidget."""
    import anywidget
    import traitlets

    class LiveWidget(anywidget.AnyWidget):  # type: ignore[misc]
        """A live page and the graph behind it.

        Attributes:
            numbers: the leaves' numbers as texts, in topological order.
            value: the number of the root; observe it.
            passes: how many backward passes have changed the leaves' gradients.
        """

        _esm = (_HERE / "widget.js").read_text("utf-8")
        page = traitlets.Unicode().tag(sync=True)
        numbers = traitlets.List(traitlets.Unicode()).tag(sync=True)
        value = traitlets.Float()
        passes = traitlets.Int(0).tag(sync=True)

        def follow(self, values: Sequence[Value], again: Callable[[], float] | None) -> None:
            """Take these for the page's numbers, now and after each cell."""
            self._leaves, self._again = values, again
            self._grads = [leaf.grad for leaf in self._leaves]
            self.take()
            self.observe(self._give, "numbers")
            _after_each_cell(self)

        def take(self) -> None:
            """Show the numbers that the leaves have in Python; play a pass that was taken there."""
            self.numbers = [repr(float(leaf.data)) for leaf in self._leaves]
            grads = [leaf.grad for leaf in self._leaves]
            self.passes += any(grads) and grads != self._grads
            self._grads = grads

        def _give(self, _: Any) -> None:
            """Set the Values to the page's numbers, and what is made of them."""
            for leaf, text in zip(self._leaves, self.numbers):
                leaf.data = float(text)
            if self._again is not None:
                self.value = self._again()

    return LiveWidget


def _recompute(graph: Evaluation) -> None:
    """Work the graph out again, in place, at the numbers its leaves have now."""
    order: Any = graph.order
    there = graph.at({node: node.data for node in order if not node.parents})
    for node, data in zip(order, there.data):
        node.data = data
    for edge, local in zip(graph.edges, there.locals):
        child = order[edge.child]
        if edge.slot:
            child._db = local
        else:
            child._da = local


def _after_each_cell(widget: Any) -> None:
    """Where IPython runs, look at the leaves whenever a cell has run, as long as the widget lives."""
    try:
        from IPython import get_ipython
    except ModuleNotFoundError:
        return
    shell = get_ipython()
    if shell is None:
        return
    known = weakref.ref(widget)

    def look(*_: Any) -> None:
        alive = known()
        if alive is None:
            shell.events.unregister("post_run_cell", look)
        else:
            alive.take()

    shell.events.register("post_run_cell", look)
