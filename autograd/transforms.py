"""Derivatives of functions: grad, value_and_grad, jacobian, hessian, jvp, vjp, nested to any depth.

A function runs once on fresh copies of its variables while a tape lists the nodes it makes; the tape is
a topological order. Derivatives are pulled back along it (reverse mode) or pushed forward. Where a
derivative is to be differentiated itself, each operation's rule runs again, on Values, and so records a
graph of its own. The fresh copies keep the variable of an inner derivative apart from the outer ones.

Names and arguments are JAX's. Numbers in, numbers out; with a Value among the arguments, or inside
another derivative, the results are Values and part of the graph. No ``grad`` attribute is touched.

>>> from autograd import tanh
>>> f"{grad(grad(grad(tanh)))(0.5):.4f}"       # 2 (1 − t²) (3 t² − 1) with t = tanh 0.5
'-0.5652'
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from autograd import ops
from autograd.modes import taping, thread
from autograd.ops import run_rule
from autograd.structure import Structure, block, flatten, pack, unflatten
from autograd.value import Value

__all__ = ["grad", "hessian", "jacfwd", "jacobian", "jacrev", "jvp", "value_and_grad", "vjp"]

Function: TypeAlias = Callable[..., Any]
Argnums: TypeAlias = int | tuple[int, ...]


class _Run:
    """One run of ``f``: its variables, what it returned, and the tape of what lies between.

    Attributes:
        nested: whether derivatives are to be Values, differentiable themselves.
        variables: the fresh copies, flat, and ``structure`` what they were in.
        out: what ``f`` returned.
    """

    def __init__(
        self,
        name: str,
        f: Function,
        args: Sequence[Any],
        argnums: Argnums,
        kwargs: dict[str, Any],
        nested: bool = False,
    ) -> None:
        chosen = _chosen(name, args, argnums)
        numbers, self.structure = flatten(chosen, f"{name}(): what it differentiates by")
        self.nested = nested or thread.depth > 0 or any(type(x) is Value for x in (*numbers, *args))
        self.variables = [+x if type(x) is Value else Value(x) for x in numbers]
        given = unflatten(self.structure, lambda leaf: pack(self.variables, leaf))
        args = list(args)
        if isinstance(argnums, int):
            args[argnums] = given
        else:
            for i, part in zip(argnums, given):
                args[i] = part
        with taping() as tape:
            self.out = f(*args, **kwargs)
        self._reached = set(map(id, self.variables))
        self._nodes = [node for node in tape if self._reach(node)]
        self._rules: dict[int, list[Any]] = {}

    def _reach(self, node: Value) -> bool:
        """Whether ``node`` depends on the variables, given that its parents were asked before it."""
        if not any(id(parent) in self._reached for parent in node.parents):
            return False
        self._reached.add(id(node))
        return True

    def _partials(self, node: Value) -> Sequence[Any]:
        """The local derivatives by each parent: the numbers already found, or the rules on Values."""
        op = node.operation
        if not self.nested or op is None or op is ops.WHERE:  # of `where`, 1 by the branch taken
            return node.partials
        if id(node) not in self._rules:
            inputs = (node._a, node._b)
            self._rules[id(node)] = [
                run_rule(op, i, *node.operands, node) for i, x in enumerate(inputs) if x is not None
            ]
        return self._rules[id(node)]

    def pull(self, seeds: dict[int, Any]) -> list[Any]:
        """Reverse mode: from derivatives by outputs to the derivatives by each variable."""
        by = seeds
        for node in reversed(self._nodes):
            outer = by.pop(id(node), None)
            if outer is None:
                continue
            for parent, local in zip(node.parents, self._partials(node)):
                key = id(parent)
                if key in self._reached:
                    product = _times(local, outer)
                    by[key] = by[key] + product if key in by else product
        return [self.result(by.get(id(x), 0.0)) for x in self.variables]

    def push(self, moves: dict[int, Any]) -> dict[int, Any]:
        """Forward mode: from movements of variables to those of every node that moves with them."""
        for node in self._nodes:
            moved: Any = None
            for parent, local in zip(node.parents, self._partials(node)):
                if id(parent) in moves:
                    product = _times(local, moves[id(parent)])
                    moved = product if moved is None else moved + product
            if moved is not None:
                moves[id(node)] = moved
        return moves

    def result(self, x: Any) -> Any:
        """``x`` as what the caller gets: a Value where it is to be differentiated, else a number."""
        return Value(x) if self.nested and type(x) is not Value else x

    def primal(self, tree: Any) -> Any:
        """What ``f`` returned, as numbers or as Values."""
        numbers, structure = flatten(tree, "what the function returns")
        if not self.nested:
            numbers = [x.data if type(x) is Value else x for x in numbers]
        return unflatten(structure, lambda leaf: pack(numbers, leaf))


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


def _scalar(name: str, out: Any) -> Any:
    """The one number that ``out`` is."""
    numbers, structure = flatten(out, f"{name}(): what the function returns")
    if len(numbers) != 1 or getattr(structure, "shape", ...) not in (None, ()):
        raise TypeError(
            f"{name}() takes a function that returns one number, not {type(out).__name__} of "
            f"{len(numbers)}; jacobian() takes functions that return several"
        )
    return numbers[0]


def value_and_grad(f: Function, argnums: Argnums = 0, has_aux: bool = False) -> Function:
    """A function that returns ``(f(x), its gradient by x)``, of one run of ``f``.

    Args:
        f: takes numbers, arrays, or lists, tuples and dicts of them; returns one number.
        argnums: which positional argument, or which ones, to differentiate by.
        has_aux: ``f`` returns a pair, and only its first part is differentiated; the result is then
            ``((value, aux), gradient)``.

    Returns:
        a function of the same arguments; the gradient has the structure of the argument.

    Raises:
        TypeError: when called, if ``f`` returns several numbers or an argument holds no numbers.

    >>> value_and_grad(lambda w: w[0] * w[1] ** 2)([2.0, 3.0])
    (18.0, [9.0, 12.0])
    """
    return _value_and_grad("value_and_grad", f, argnums, has_aux)


def _value_and_grad(name: str, f: Function, argnums: Argnums, has_aux: bool) -> Function:
    @functools.wraps(f)
    def function(*args: Any, **kwargs: Any) -> Any:
        run = _Run(name, f, args, argnums, kwargs)
        out, aux = run.out if has_aux else (run.out, None)
        scalar = _scalar(name, out)
        gradient = run.pull({id(scalar): 1.0})
        value = run.result(scalar) if run.nested else float(getattr(scalar, "data", scalar))
        return (
            (value, run.primal(aux)) if has_aux else value,
            unflatten(run.structure, lambda leaf: pack(gradient, leaf)),
        )

    return function


def grad(f: Function, argnums: Argnums = 0, has_aux: bool = False) -> Function:
    """The gradient of ``f`` as a function, see `value_and_grad`; with ``has_aux``, ``(gradient, aux)``.

    >>> grad(lambda x: x**3)(2.0), grad(grad(lambda x: x**3))(2.0)
    (12.0, 12.0)
    >>> grad(lambda x, y: x * y, argnums=(0, 1))(2.0, 5.0)
    (5.0, 2.0)
    """
    both = _value_and_grad("grad", f, argnums, has_aux)

    @functools.wraps(f)
    def function(*args: Any, **kwargs: Any) -> Any:
        value, gradient = both(*args, **kwargs)
        return (gradient, value[1]) if has_aux else gradient

    return function


def jacrev(f: Function, argnums: Argnums = 0) -> Function:
    """The matrix of derivatives, one reverse pass a row: for few outputs. `jacobian` is this one.

    Args:
        f: takes and returns numbers, arrays, or lists, tuples and dicts of them.
        argnums: which positional argument, or which ones, to differentiate by.

    Returns:
        a function; its result has the structure of what ``f`` returns, and in the place of each number
        the structure of the argument; arrays have the shape of the output's, then the input's.

    >>> jacobian(lambda x: [x[0] * x[1], x[0] + x[1]])([2.0, 3.0])
    [[3.0, 2.0], [1.0, 1.0]]
    """
    return _matrix("jacobian", f, argnums, forward=False)


jacobian = jacrev


def jacfwd(f: Function, argnums: Argnums = 0) -> Function:
    """The matrix of derivatives, one forward pass a column: for few inputs. See `jacrev`.

    >>> import numpy as np
    >>> jacfwd(lambda x: x**2)(np.array([1.0, 2.0]))
    array([[2., 0.],
           [0., 4.]])
    """
    return _matrix("jacfwd", f, argnums, forward=True)


def _matrix(name: str, f: Function, argnums: Argnums, forward: bool) -> Function:
    @functools.wraps(f)
    def function(*args: Any, **kwargs: Any) -> Any:
        run = _Run(name, f, args, argnums, kwargs)
        outputs, structure = flatten(run.out, f"{name}(): what the function returns")
        if forward:
            columns = [run.push({id(x): 1.0}) for x in run.variables]
            rows = [[run.result(c.get(id(out), 0.0)) for c in columns] for out in outputs]
        else:
            rows = [run.pull({id(out): 1.0}) for out in outputs]
        return unflatten(
            structure, lambda row: unflatten(run.structure, lambda column: block(rows, row, column))
        )

    return function


def hessian(f: Function, argnums: Argnums = 0) -> Function:
    """The matrix of second derivatives: forward over reverse.

    Returns:
        a function; its result has the structure of the argument twice, one within the other.

    >>> hessian(lambda x: x[0] ** 2 * x[1])([3.0, 5.0])
    [[10.0, 6.0], [6.0, 0.0]]
    """
    return jacfwd(jacrev(f, argnums), argnums)


def jvp(f: Function, primals: Sequence[Any], tangents: Sequence[Any]) -> tuple[Any, Any]:
    """Forward mode: ``f(*primals)``, and its derivative along ``tangents``.

    Args:
        f: takes and returns numbers, arrays, or lists, tuples and dicts of them.
        primals: the arguments of ``f``, in a tuple or list.
        tangents: how each of them moves, in the same structure. What moves by 0 contributes nothing,
            even where its derivative is infinite.

    Returns:
        the output, and how it moves, in the same structure.

    Raises:
        TypeError: if the tangents differ from the primals in structure.

    >>> jvp(lambda x, y: x * y, (2.0, 3.0), (1.0, 0.5))
    (6.0, 4.0)
    """
    if not isinstance(primals, (tuple, list)) or not isinstance(tangents, (tuple, list)):
        raise TypeError("jvp() takes the arguments in a tuple, and their tangents in another")
    moves, moved = flatten(tuple(tangents), "jvp(): the tangents")
    run = _run_all("jvp", f, primals, nested=any(type(x) is Value for x in moves))
    _same("jvp(): the tangents", moved, "the arguments", run.structure)
    outputs, structure = flatten(run.out, "jvp(): what the function returns")
    pushed = run.push({id(x): move for x, move in zip(run.variables, moves) if not _still(move)})
    tangent = [run.result(pushed.get(id(out), 0.0)) for out in outputs]
    return run.primal(run.out), unflatten(structure, lambda leaf: pack(tangent, leaf))


def vjp(f: Function, *primals: Any) -> tuple[Any, Function]:
    """Reverse mode: ``f(*primals)``, and what turns derivatives by it into those by the arguments.

    >>> out, pull = vjp(lambda x, y: [x * y, x + y], 2.0, 3.0)
    >>> out, pull([1.0, 10.0])
    ([6.0, 5.0], (13.0, 12.0))
    """
    run = _run_all("vjp", f, primals)
    outputs, structure = flatten(run.out, "vjp(): what the function returns")

    def pull(cotangents: Any) -> Any:
        """The derivative by each argument, given the derivative by each output."""
        numbers, given = flatten(cotangents, "vjp(): the cotangents")
        _same("vjp(): the cotangents", given, "the output", structure)
        seeds: dict[int, Any] = {}
        for out, number in zip(outputs, numbers):
            seeds[id(out)] = seeds[id(out)] + number if id(out) in seeds else number
        pulled = run.pull(seeds)
        return unflatten(run.structure, lambda leaf: pack(pulled, leaf))

    return run.primal(run.out), pull


def _run_all(name: str, f: Function, args: Sequence[Any], nested: bool = False) -> _Run:
    return _Run(name, f, args, tuple(range(len(args))), {}, nested)


def _still(move: Any) -> bool:
    return type(move) is float and move == 0.0


def _same(what: str, given: Structure, other: str, expected: Structure) -> None:
    if given != expected:
        raise TypeError(f"{what} do not have the structure of {other}: {given} against {expected}")
