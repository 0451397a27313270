"""One run of a function on fresh variables, and the derivatives pulled or pushed along its tape."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from math import isfinite
from typing import Any, TypeAlias

import numpy as np

from autograd import ops
from autograd.derivatives.nested import flatten, pack, rebuilt, unflatten
from autograd.modes import comparing, current, taping
from autograd.ops import run_rule
from autograd.value import Choice, Value

__all__ = ["Argnums", "Function", "Tape"]

Function: TypeAlias = Callable[..., Any]
Argnums: TypeAlias = int | tuple[int, ...]


class Tape:
    """One run of ``f``: its variables, what it returned, and the tape of what lies between.

    Attributes:
        differentiable: whether derivatives are to be Values themselves, within another derivative.
        variables: the fresh copies, flat, and ``nest`` what they were in.
        out: what ``f`` returned.
    """

    def __init__(
        self,
        name: str,
        f: Function,
        args: Sequence[Any],
        argnums: Argnums,
        kwargs: dict[str, Any],
        differentiable: bool = False,
    ) -> None:
        chosen = _chosen(name, args, argnums)
        numbers, self.nest = flatten(chosen, f"{name}(): what it differentiates by")
        self.differentiable = (
            differentiable
            or current().depth > 0
            or any(type(x) is Value for x in (*numbers, *args))
        )
        self.variables = [+x if type(x) is Value else Value(x) for x in numbers]
        given = unflatten(self.nest, lambda leaf: pack(self.variables, leaf))
        args = list(args)
        if isinstance(argnums, int):
            args[argnums] = given
        else:
            for i, part in zip(argnums, given):
                args[i] = part
        with taping() as tape:
            self.out = f(*args, **kwargs)
        self._reached: set[Value] = set(self.variables)
        self._nodes: list[Value] = []  # those that depend on the variables, in topological order
        for node in tape:
            if node._a in self._reached or node._b in self._reached or self._open(node):
                self._reached.add(node)
                self._nodes.append(node)
        self._rules: dict[Value, Sequence[Any]] = {}
        # What a comparison decided in ``f`` decides about the derivative, where it cannot be seen.
        self._compared = self.differentiable and any(
            node.note.compared for node in (*self.variables, *tape)
        )

    def _open(self, node: Value) -> bool:
        """Whether a node chooses by a condition of the graph between what depends on a variable."""
        choice = self._choice(node)
        return choice is not None and any(
            type(x) is Value and x in self._reached for x in (choice.if_true, choice.if_false)
        )

    def _choice(self, node: Value) -> Choice | None:
        """Of a `where` whose condition is a node: both branches count, each where it holds."""
        if self.differentiable and node.operation is ops.WHERE:
            choice = node._da if type(node._da) is Choice else node._db
            return choice if type(choice.condition) is Value else None
        return None

    def _edges(self, node: Value) -> list[tuple[Value, Any]]:
        """The parents that depend on the variables, each with the local derivative by it."""
        reached = self._reached
        return [(x, d) for x, d in zip(node.parents, self._partials(node)) if x in reached]

    def _partials(self, node: Value) -> Sequence[Any]:
        """The local derivatives by each parent: the numbers already found, or the rules on Values."""
        op = node.operation
        chosen = op is ops.WHERE  # by a plain bool: 1 by the branch taken
        if not self.differentiable or op is None or chosen:
            return node.partials
        if node not in self._rules:
            inputs = (node._a, node._b)
            self._rules[node] = [
                run_rule(op, i, *node.operands, node) for i, x in enumerate(inputs) if x is not None
            ]
        return self._rules[node]

    def _comparing(self) -> Any:
        return comparing() if self.differentiable else nullcontext()

    def pull(self, seeds: dict[Any, Any]) -> list[Any]:
        """Reverse mode: from derivatives by outputs to the derivatives by each variable."""
        by = seeds
        gates: dict[Any, Any] = {}  # where the derivative by a node counts; None: everywhere
        with self._comparing():
            for node in reversed(self._nodes):
                outer, gate = by.pop(node, None), gates.pop(node, None)
                if outer is None:
                    continue
                for parent, product, where in self._pulled(node, outer, gate):
                    gates[parent] = _either(gates.get(parent), where) if parent in by else where
                    by[parent] = by[parent] + product if parent in by else product
        return [self.result(by.get(x, 0.0)) for x in self.variables]

    def _pulled(self, node: Value, outer: Any, gate: Any) -> Iterator[tuple[Value, Any, Any]]:
        """Parents, what each gets, and where that counts: of a branch not taken, nothing counts."""
        choice = self._choice(node)
        if choice is not None:
            c, x, y = choice
            if x in self._reached:
                yield x, ops.WHERE(c, outer, 0.0), ops.WHERE(c, 1.0 if gate is None else gate, 0.0)
            if y in self._reached:
                yield y, ops.WHERE(c, 0.0, outer), ops.WHERE(c, 0.0, 1.0 if gate is None else gate)
            return
        for parent, local in self._edges(node):
            product = _times(local, outer)
            if gate is not None and not (type(local) is float and isfinite(local)):
                product = ops.WHERE(gate, product, 0.0)
            yield parent, product, gate

    def push(self, moves: dict[Any, Any]) -> dict[Any, Any]:
        """Forward mode: from movements of variables to those of every node that moves with them."""
        with self._comparing():
            for node in self._nodes:
                choice = self._choice(node)
                if choice is not None:
                    c, x, y = choice
                    if x in moves or y in moves:
                        moves[node] = ops.WHERE(c, moves.get(x, 0.0), moves.get(y, 0.0))
                    continue
                moved: Any = None
                for parent, local in self._edges(node):
                    if parent in moves:
                        product = _times(local, moves[parent])
                        moved = product if moved is None else moved + product
                if moved is not None:
                    moves[node] = moved
        return moves

    def result(self, x: Any) -> Any:
        """``x`` as what the caller gets: a Value where it is to be differentiated, else a number."""
        if not self.differentiable:
            return x
        value = x if type(x) is Value else Value(x)
        if self._compared:
            value = +value
            value._note_comparison()
        return value

    def primal(self, tree: Any) -> Any:
        """What ``f`` returned, as numbers or as Values."""
        numbers, nest = flatten(tree, "what the function returns")
        if not self.differentiable:
            numbers = [x.data if type(x) is Value else x for x in numbers]
        return unflatten(nest, lambda leaf: pack(numbers, leaf))

    def aside(self, part: Any) -> Any:
        """What ``f`` returned beside its result: the Values in it as the caller gets them."""
        if type(part) is Value:
            return part if self.differentiable else part.data
        if isinstance(part, np.ndarray) and part.dtype == object:
            kept = [self.aside(x) for x in part.ravel().tolist()]
            return np.array(kept).reshape(part.shape)
        return rebuilt(part, self.aside) if isinstance(part, (dict, list, tuple)) else part


def _either(gate: Any, other: Any) -> Any:
    """Where one of two gates is open."""
    if gate is None or other is None:
        return None
    return gate if gate is other else ops.WHERE(gate, 1.0, other)


def _times(local: Any, outer: Any) -> Any:
    if type(local) is float and local == 1.0:
        return outer
    return local if type(outer) is float and outer == 1.0 else local * outer


def _chosen(name: str, args: Sequence[Any], argnums: Argnums) -> Any:
    """The argument or the tuple of arguments that ``argnums`` names."""
    try:
        return args[argnums] if isinstance(argnums, int) else tuple(args[i] for i in argnums)
    except IndexError:
        raise TypeError(
            f"{name}(): argnums is {argnums}, counted from 0, but the function was called with "
            f"{len(args)} positional argument(s)"
        ) from None
