"""The live page with a kernel behind it: numbers go both ways. Needs anywidget, an extra."""

from __future__ import annotations

import weakref
from functools import cache
from pathlib import Path
from typing import Any

from autograd import Value, leaves
from autograd.derivatives.evaluation import Evaluation

__all__ = ["two_way"]

_HERE = Path(__file__).parent


def two_way(root: Value, page: str) -> Any:
    """A widget that shows ``page``, whose numbers are those of the leaves of ``root``.

    Raises:
        ImportError: without anywidget; the message says how to install it.
    """
    known = str(root.grad != 0).lower()
    page = page.replace('"bridge":false', f'"bridge":true,"known":{known}', 1)
    try:
        widget = _kind()(page=page)
    except ModuleNotFoundError as error:
        raise ImportError(
            "a page that speaks with the kernel needs anywidget: pip install 'chainrule[notebook]'"
        ) from error
    widget.follow(root)
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

        def follow(self, root: Value) -> None:
            """Take the leaves of ``root`` for the page's, now and after each cell."""
            self._graph = Evaluation(root)
            self._leaves = leaves(root)
            self.value = root.data
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
            _recompute(self._graph)
            self.value = self._graph.order[-1].data

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
