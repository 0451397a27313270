"""The table of bugs in backward() itself, and in how nodes know of each other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from autograd.by_hand.engine.bugs.bug import Bug, Change, after
from autograd.by_hand.engine.twin.traits import Again, Walk

__all__ = ["PASS_BUGS", "freed_bug"]


def _bug(sentence: str, *changes: Change, kind: str = "wrong") -> Bug:
    return Bug("backward", sentence, changes, kind)


def _walk(walk: Walk) -> tuple[Change, ...]:
    adding = _walking(walk, Again.ALL_ADD)
    plain = (_walking(walk, Again.LEAVES_ADD), adding)
    if walk in (Walk.EVERY_PATH, Walk.EVERY_LEVEL, Walk.EVERY_USE):  # inputs may be kept in a set
        return (*plain, *(after(change, lambda t: t.switch("distinct")) for change in plain))
    return plain


def _walking(walk: Walk, again: Again) -> Change:
    return lambda t: replace(t, walk=walk, again=again)


def _seed(seed: Callable[[float], float]) -> Change:
    return lambda t: replace(t, seed=seed)


def _switch(name: str, walk: Walk = Walk.TOPOLOGICAL) -> tuple[Change, ...]:
    return tuple(after(change, lambda t: t.switch(name)) for change in _walk(walk))


_EARLY = (
    "a node passes its gradient on before all its uses have added to it. "
    "Go through the nodes in reverse topological order: each after all that use it"
)


def freed_bug() -> Bug:
    """Not a bug where backward() was seen to take the graph apart."""
    return _bug(
        "backward() takes the graph apart: a second pass over it passes nothing on. Build the graph "
        "anew for each",
        *_walk(Walk.SEEN_BEFORE),
        kind="limit",
    )


PASS_BUGS: tuple[Bug, ...] = (
    _bug(
        "every operation assigns `grad =` where it must add: `+=`",
        lambda t: t.assigning(("", 0)),
    ),
    _bug(
        "backward() sets the gradients of a node's inputs to 0 before the node adds to them, so that "
        "only what is added last is left: set them to 0 before the pass, or not at all",
        *_switch("clears"),
    ),
    _bug(
        "`__add__` hands one array on as the gradient of several nodes, and `+=` changes it in all of "
        "them: write `x.grad = x.grad + g`, or copy",
        *_switch("aliased"),
        *_switch("aliased root"),
        *_switch("aliased sum"),
    ),
    _bug(
        "backward() waits for every use of a node, also for those that are no part of this graph: what "
        "is used elsewhere too never passes its gradient on. Count the uses below the root",
        *_walk(Walk.WAITING),
    ),
    _bug(
        "backward() does not begin with 1: set `self.grad = 1` for d root/d root, after all that sets "
        "gradients to 0",
        _seed(lambda data: 0.0),
    ),
    _bug("backward() begins with the root's data: d root/d root is 1", _seed(lambda data: data)),
    _bug("backward() goes one level deep: only the root's own rule runs", *_walk(Walk.ROOT_ONLY)),
    _bug(
        "backward() goes two levels deep: the rules of the root and of its inputs run, "
        "the others never",
        *_walk(Walk.TWO_LEVELS),
    ),
    _bug(
        "the results of operations take no gradient, only leaves do, so that backward() comes no "
        "further than one level: is `requires_grad` False for them?",
        *_switch("leaves only"),
    ),
    _bug("backward() follows the first input of each node only", *_walk(Walk.FIRST_INPUT)),
    _bug("backward() follows the last input of each node only", *_walk(Walk.LAST_INPUT)),
    _bug(
        "the order is leaves first: the topological order must be gone through "
        "backwards, `reversed(topo)`, with a node put into it after its inputs",
        *_walk(Walk.FROM_LEAVES),
    ),
    _bug(
        "a node's inputs are kept in a set (or a dictionary), so that in a·a one of the "
        "two is lost: use a tuple",
        *_switch("set of inputs"),
    ),
    _bug(
        "every node that backward() calls sets its own gradient to 1: only the root's is 1",
        *_switch("seeds", Walk.EVERY_PATH),
        *_switch("seeds", Walk.DEPTH_FIRST),
        *_switch("seeds"),
    ),
    _bug(
        "the rule is kept on the input, `self._backward`, where a second use replaces "
        "it: keep it on the result, "
        "`out._backward`",
        *_switch("attached"),
    ),
    _bug(
        "a rule reads the gradient of the node that used its input last, not that of its "
        "own result: the closure "
        "must hold its own `out`",
        *_switch("late"),
    ),
    _bug(f"the order is depth first, each node once: {_EARLY}", *_walk(Walk.DEPTH_FIRST)),
    _bug(
        "the order is depth first, along every path: a node that is used twice passes "
        "its gradient on twice, and the "
        "second time what it passed before once more. Visit each node once, after all its uses: is "
        "`visited.add(node)` missing?",
        *_walk(Walk.EVERY_PATH),
    ),
    _bug(
        "the order has a node that is used twice in it twice, and it passes its gradient on twice. "
        "Visit each node once",
        *_walk(Walk.EVERY_USE),
    ),
    _bug(
        f"the order is breadth first (a queue), each node once: {_EARLY}",
        *_walk(Walk.BREADTH_FIRST),
    ),
    _bug(
        "the order is breadth first (a queue), and a node that is used twice is visited twice. "
        "Visit each node once, after all its uses",
        *_walk(Walk.EVERY_LEVEL),
    ),
    _bug(
        "nodes with equal data count as the same: one of them is taken for visited. Does "
        "`__eq__` or `__hash__` "
        "compare the data? Remember nodes by identity",
        *_walk(Walk.BY_VALUE),
    ),
    _bug(
        "`visited` is kept between two passes (a default argument, a class attribute?): "
        "nodes of the first are left "
        "out of the second",
        *_walk(Walk.SEEN_BEFORE),
    ),
    _bug(
        "the list of nodes is kept between two passes (a default argument, a class "
        "attribute?): the nodes of the first "
        "pass on once more in the second",
        *_walk(Walk.ONCE_MORE),
        *_walk(Walk.TAPE),
    ),
    _bug(
        "all nodes share one list of inputs (a default argument `[]` or a class "
        "attribute that is changed in place)",
        *_walk(Walk.CREATION),
    ),
    _bug(
        "all nodes share one gradient: it is kept in the class, or in a default argument",
        *_switch("shared"),
    ),
    _bug(
        "an operation sets the gradients of its inputs to 0 when it is computed: what an earlier pass "
        "added is lost. Only a new Value begins with 0",
        *_switch("resets all"),
        *_switch("resets"),
    ),
    _bug(
        "backward() empties the tape: what was computed before serves for one pass. Build the graph "
        "anew for each",
        lambda t: t.switch("emptied"),
        kind="limit",
    ),
    _bug(
        "a second backward() over the same graph adds to what the first left in the "
        "nodes between, 45 for 27. "
        "Build the graph anew for each pass, or let backward() begin by setting them to 0",
        lambda t: replace(t, again=Again.ALL_ADD),
        lambda t: replace(t, again=Again.SEED_ADDS),
        kind="limit",
    ),
    _bug(
        "backward() sets the gradients of leaves afresh, too: those of two losses do not "
        "add up, as they do in "
        "micrograd and PyTorch",
        lambda t: replace(t, again=Again.AFRESH),
        kind="limit",
    ),
    _bug(
        "backward() sets every gradient to 0 first, those of other graphs too: use them before the "
        "next pass",
        lambda t: replace(t, again=Again.ALL_AFRESH),
        kind="limit",
    ),
)
