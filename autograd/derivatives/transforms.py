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
from collections.abc import Sequence
from typing import Any

from autograd.derivatives.nested import Nest, block, flatten, pack, unflatten
from autograd.derivatives.tape import Argnums, Function, Tape
from autograd.value import Value

__all__ = ["grad", "hessian", "jacfwd", "jacobian", "jacrev", "jvp", "value_and_grad", "vjp"]


def _function(name: str, f: Any) -> None:
    """Refuse at once what is no function: grad(f)(x), not grad(f(x))."""
    if not callable(f):
        raise TypeError(f"{name}() takes a function, not {type(f).__name__} ({f!r:.40})")


def _scalar(name: str, out: Any) -> Any:
    """The one number that ``out`` is."""
    numbers, nest = flatten(out, f"{name}(): what the function returns")
    if len(numbers) != 1 or getattr(nest, "shape", ...) not in (None, ()):
        raise TypeError(
            f"{name}() takes a function that returns one number, not {type(out).__name__} of "
            f"{len(numbers)}; jacobian() takes functions that return several"
        )
    return numbers[0]


def _with_aux(name: str, out: Any, has_aux: bool) -> tuple[Any, Any]:
    """What is differentiated of what a function returned, and what only comes along."""
    if not has_aux:
        return out, None
    if not isinstance(out, (tuple, list)) or len(out) != 2:
        many = f" of {len(out)}" if isinstance(out, (tuple, list)) else ""
        raise TypeError(
            f"{name}(): with has_aux=True the function returns a pair (what is differentiated, what "
            f"else you want back), not {type(out).__name__}{many}"
        )
    return out[0], out[1]


def value_and_grad(f: Function, argnums: Argnums = 0, has_aux: bool = False) -> Function:
    """A function that returns ``(f(x), its gradient by x)``, of one run of ``f``.

    Args:
        f: takes numbers, arrays, or lists, tuples and dicts of them; returns one number.
        argnums: which positional argument, or which ones, to differentiate by.
        has_aux: ``f`` returns a pair, and only its first part is differentiated; the second may be
            anything and comes back as it is; the result is then ``((value, aux), gradient)``.

    Returns:
        a function of the same arguments; the gradient is nested like the argument.

    Raises:
        TypeError: when called, if ``f`` returns several numbers or an argument holds no numbers.

    >>> value_and_grad(lambda w: w[0] * w[1] ** 2)([2.0, 3.0])
    (18.0, [9.0, 12.0])
    """
    return _value_and_grad("value_and_grad", f, argnums, has_aux)


def _value_and_grad(name: str, f: Function, argnums: Argnums, has_aux: bool) -> Function:
    _function(name, f)

    @functools.wraps(f)
    def function(*args: Any, **kwargs: Any) -> Any:
        tape = Tape(name, f, args, argnums, kwargs)
        out, aux = _with_aux(name, tape.out, has_aux)
        scalar = _scalar(name, out)
        gradient = tape.pull({scalar: 1.0})
        value = (
            tape.result(scalar) if tape.differentiable else float(getattr(scalar, "data", scalar))
        )
        return (
            (value, tape.aside(aux)) if has_aux else value,
            unflatten(tape.nest, lambda leaf: pack(gradient, leaf)),
        )

    return function


def grad(f: Function, argnums: Argnums = 0, has_aux: bool = False) -> Function:
    """The gradient of ``f`` as a function, see `value_and_grad`; with ``has_aux``, ``(gradient, aux)``.

    Args:
        f: takes and returns numbers, arrays, or lists, tuples and dicts of them; for this one
            the result is one number.
        argnums: by which argument, counted from 0; a tuple for several.
        has_aux: whether ``f`` returns a pair, the second of which is handed through.

    Raises:
        TypeError: if the result of ``f`` is not one number, or an argument is none.

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


def jacrev(f: Function, argnums: Argnums = 0, has_aux: bool = False) -> Function:
    """The matrix of derivatives, one reverse pass a row: for few outputs. `jacobian` is this one.

    Args:
        f: takes and returns numbers, arrays, or lists, tuples and dicts of them.
        argnums: which positional argument, or which ones, to differentiate by.
        has_aux: as for `value_and_grad`; the result is then ``(matrix, aux)``.

    Returns:
        a function; its result is nested like what ``f`` returns, and in the place of each number like
        the argument; arrays have the shape of the output's, then the input's.

    Raises:
        TypeError: for arguments and results that are no numbers.

    >>> jacobian(lambda x: [x[0] * x[1], x[0] + x[1]])([2.0, 3.0])
    [[3.0, 2.0], [1.0, 1.0]]
    """
    return _matrix("jacobian", f, argnums, has_aux, forward=False)


jacobian = jacrev


def jacfwd(f: Function, argnums: Argnums = 0, has_aux: bool = False) -> Function:
    """The matrix of derivatives, one forward pass a column: for few inputs. See `jacrev`.

    Args:
        f: takes and returns numbers, arrays, or lists, tuples and dicts of them.
        argnums: by which argument, counted from 0; a tuple for several.
        has_aux: whether ``f`` returns a pair, the second of which is handed through.

    Raises:
        TypeError: for arguments and results that are no numbers.

    >>> import numpy as np
    >>> jacfwd(lambda x: x**2)(np.array([1.0, 2.0]))
    array([[2., 0.],
           [0., 4.]])
    """
    return _matrix("jacfwd", f, argnums, has_aux, forward=True)


def _matrix(name: str, f: Function, argnums: Argnums, has_aux: bool, forward: bool) -> Function:
    _function(name, f)

    @functools.wraps(f)
    def function(*args: Any, **kwargs: Any) -> Any:
        tape = Tape(name, f, args, argnums, kwargs)
        out, aux = _with_aux(name, tape.out, has_aux)
        outputs, nest = flatten(out, f"{name}(): what the function returns")
        if forward:
            columns = [tape.push({x: 1.0}) for x in tape.variables]
            rows = [[tape.result(c.get(out, 0.0)) for c in columns] for out in outputs]
        else:
            rows = [tape.pull({out: 1.0}) for out in outputs]
        matrix = unflatten(
            nest,
            lambda row: unflatten(tape.nest, lambda column: block(rows, row, column)),
        )
        return (matrix, tape.aside(aux)) if has_aux else matrix

    return function


def hessian(f: Function, argnums: Argnums = 0, has_aux: bool = False) -> Function:
    """The matrix of second derivatives: forward over reverse; arguments as for `jacrev`.

    Args:
        f: takes and returns numbers, arrays, or lists, tuples and dicts of them; for this one
            the result is one number.
        argnums: by which argument, counted from 0; a tuple for several.
        has_aux: whether ``f`` returns a pair, the second of which is handed through.

    Returns:
        a function; its result is nested like the argument, and within that like the argument again.

    Raises:
        TypeError: if the result of ``f`` is not one number, or an argument is none.

    >>> hessian(lambda x: x[0] ** 2 * x[1])([3.0, 5.0])
    [[10.0, 6.0], [6.0, 0.0]]
    """
    first = _matrix("hessian", f, argnums, has_aux, forward=False)
    return _matrix("hessian", first, argnums, has_aux, forward=True)


def jvp(
    f: Function, primals: Sequence[Any], tangents: Sequence[Any], has_aux: bool = False
) -> tuple[Any, ...]:
    """Forward mode: ``f(*primals)``, and its derivative along ``tangents``.

    Args:
        f: takes and returns numbers, arrays, or lists, tuples and dicts of them.
        primals: the arguments of ``f``, in a tuple or list.
        tangents: how each of them moves, nested alike. What moves by 0 contributes nothing,
            even where its derivative is infinite.
        has_aux: as for `value_and_grad`.

    Returns:
        the output, and how it moves, nested alike; with ``has_aux``, aux as a third.

    Raises:
        TypeError: if the tangents are not nested like the primals.

    >>> jvp(lambda x, y: x * y, (2.0, 3.0), (1.0, 0.5))
    (6.0, 4.0)
    """
    if not isinstance(primals, (tuple, list)) or not isinstance(tangents, (tuple, list)):
        raise TypeError("jvp() takes the arguments in a tuple, and their tangents in another")
    moves, moved = flatten(tuple(tangents), "jvp(): the tangents")
    tape = _tape_all("jvp", f, primals, differentiable=any(type(x) is Value for x in moves))
    _same("jvp(): the tangents", moved, "the arguments", tape.nest)
    out, aux = _with_aux("jvp", tape.out, has_aux)
    outputs, nest = flatten(out, "jvp(): what the function returns")
    pushed = tape.push({x: move for x, move in zip(tape.variables, moves) if not _still(move)})
    tangent = [tape.result(pushed.get(x, 0.0)) for x in outputs]
    both = tape.primal(out), unflatten(nest, lambda leaf: pack(tangent, leaf))
    return (*both, tape.aside(aux)) if has_aux else both


def vjp(f: Function, *primals: Any, has_aux: bool = False) -> tuple[Any, ...]:
    """Reverse mode: ``f(*primals)``, and what turns derivatives by it into those by the arguments.

    With ``has_aux``, as for `value_and_grad`, aux comes as a third.

    Args:
        f: takes and returns numbers, arrays, or lists, tuples and dicts of them.
        primals: the arguments of ``f``.
        has_aux: whether ``f`` returns a pair, the second of which is handed through.

    Raises:
        TypeError: for arguments and results that are no numbers.

    >>> out, pull = vjp(lambda x, y: [x * y, x + y], 2.0, 3.0)
    >>> out, pull([1.0, 10.0])
    ([6.0, 5.0], (13.0, 12.0))
    """
    tape = _tape_all("vjp", f, primals)
    out, aux = _with_aux("vjp", tape.out, has_aux)
    outputs, nest = flatten(out, "vjp(): what the function returns")

    def pull(cotangents: Any) -> Any:
        """The derivative by each argument, given the derivative by each output."""
        numbers, given = flatten(cotangents, "vjp(): the cotangents")
        _same("vjp(): the cotangents", given, "the output", nest)
        seeds: dict[Any, Any] = {}
        for out, number in zip(outputs, numbers):
            seeds[out] = seeds[out] + number if out in seeds else number
        pulled = tape.pull(seeds)
        return unflatten(tape.nest, lambda leaf: pack(pulled, leaf))

    both = tape.primal(out), pull
    return (*both, tape.aside(aux)) if has_aux else both


def _tape_all(name: str, f: Function, args: Sequence[Any], differentiable: bool = False) -> Tape:
    return Tape(name, f, args, tuple(range(len(args))), {}, differentiable)


def _still(move: Any) -> bool:
    return type(move) is float and move == 0.0


def _same(what: str, given: Nest, other: str, expected: Nest) -> None:
    if _as_numbers(given) != _as_numbers(expected):
        raise TypeError(f"{what} are not nested like {other}: {given} against {expected}")


def _as_numbers(nest: Nest) -> Nest:
    """An array of no axes holds one number, and stands for it."""
    return unflatten(nest, lambda leaf: leaf._replace(shape=leaf.shape or None))
