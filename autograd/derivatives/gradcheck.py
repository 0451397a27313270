"""gradcheck: derivatives against differences, with PyTorch's names."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from autograd.derivatives.nested import flatten, names, number_of, pack, unflatten
from autograd.derivatives.numerical import central_difference, step
from autograd.derivatives.transforms import vjp
from autograd.modes import no_grad
from autograd.value import Value

__all__ = ["GradcheckError", "gradcheck", "gradgradcheck"]

_PIECES = 8  # on each side of the input, when a disagreement is looked at closely


class GradcheckError(RuntimeError):
    """A derivative disagrees with the differences; the message says which and by how much.

    >>> from autograd import stop_gradient
    >>> gradcheck(lambda x: x * stop_gradient(x), [3.0])
    Traceback (most recent call last):
    autograd.derivatives.gradcheck.GradcheckError: input 0 (3): autograd says 3, the differences
    say 6; 3 apart, 0.00601 allowed
    """


class Allowed(NamedTuple):
    """How far a derivative may be from the numerical one."""

    atol: float
    rtol: float

    def around(self, numerical: float) -> float:
        return self.atol + self.rtol * abs(numerical)

    def agree(self, analytic: float, numerical: float) -> bool:
        return abs(analytic - numerical) <= self.around(numerical)  # False for nan


class Finding(NamedTuple):
    """One derivative that needs a word: ``fault`` if it is wrong, else a kink."""

    fault: bool
    text: str


def gradcheck(
    func: Callable[..., Any],
    inputs: Any,
    *,
    eps: float = 1e-6,
    atol: float = 1e-5,
    rtol: float = 1e-3,
    raise_exception: bool = True,
) -> bool:
    """Whether the derivatives of ``func`` agree with central differences, for every input and output.

    Args:
        func: takes ``inputs``, returns a Value or lists, tuples, dicts, arrays of them.
        inputs: the arguments in a tuple or list; a single number or Value stands for itself.
        eps: the step, in proportion to the input where that is larger than 1.
        atol: the absolute difference allowed,
        rtol: and the one in proportion to the numerical derivative.
        raise_exception: False to return False instead of raising.

    Returns:
        True. Where the function has a kink within ``eps`` and the derivative is one of its
        subgradients, that is right too, and a warning says so.

    Raises:
        GradcheckError: naming the input, the output and both numbers.

    >>> gradcheck(lambda a, b: (a * b).tanh(), (0.3, -2.0))
    True
    >>> gradcheck(lambda a: a * a.detach(), Value(3.0, label="a"))
    Traceback (most recent call last):
        ...
    autograd.derivatives.gradcheck.GradcheckError: input 0 (a = 3): autograd says 3, the differences \
say 6; 3 apart, 0.00601 allowed
    """
    args = tuple(inputs) if isinstance(inputs, (tuple, list)) else (inputs,)
    given, nest = flatten(args, "gradcheck(): the inputs")
    numbers = [number_of(x) for x in given]

    def call(numbers: Sequence[Any]) -> Any:
        return func(*unflatten(nest, lambda leaf: pack(numbers, leaf)))

    def outputs(numbers: Sequence[float]) -> Any:
        with no_grad():
            out, _ = flatten(call(list(map(Value, numbers))), "gradcheck(): the outputs")
        return np.array([number_of(x) for x in out])

    out, pull = vjp(lambda *xs: flatten(call(xs), "gradcheck(): the outputs")[0], *numbers)
    rows = [pull([float(i == j) for j in range(len(out))]) for i in range(len(out))]
    allowed = Allowed(atol, rtol)
    findings = []
    for i, (x, name) in enumerate(zip(given, _names(nest))):
        label = f"{getattr(x, 'label', '')} = {numbers[i]:g}".removeprefix(" = ")

        def along(x: float, i: int = i) -> Any:
            return outputs([*numbers[:i], x, *numbers[i + 1 :]])

        for j, found in _compared(along, numbers[i], [row[i] for row in rows], eps, allowed):
            which = f"output {j}, " if len(out) > 1 else ""
            findings.append(Finding(found.fault, f"{which}{name} ({label}): {found.text}"))
    for finding in findings:
        if not finding.fault:
            warnings.warn(finding.text, stacklevel=2)
    faults = [finding.text for finding in findings if finding.fault]
    if faults and raise_exception:
        raise GradcheckError("\n".join(faults))
    return not faults


def _names(nest: tuple[Any, ...]) -> list[str]:
    return [name for i, part in enumerate(nest) for name in names(part, f"input {i}")]


def _compared(
    along: Callable[[float], Any],
    x: float,
    analytic: Sequence[float],
    eps: float,
    allowed: Allowed,
) -> Iterator[tuple[int, Finding]]:
    """The outputs whose derivatives by one input disagree, by their numbers."""
    with np.errstate(all="ignore"):  # a difference of infinities is nan, and looked at below
        central = central_difference(along, x, eps).tolist()
    for j, (exact, numerical) in enumerate(zip(analytic, central)):
        if not allowed.agree(exact, numerical):

            def output(x: float, j: int = j) -> float:
                return float(along(x)[j])

            yield j, _examine(output, x, step(x, eps), exact, numerical, allowed)


def _examine(
    f: Callable[[float], float],
    x: float,
    h: float,
    analytic: float,
    central: float,
    allowed: Allowed,
) -> Finding:
    """Look closely at a disagreement: is the derivative wrong, or the function not smooth here?

    Within a kink's reach the slopes of short pieces are constant but for one leap; where a function
    is smooth, however curved, they change little by little.
    """
    points = [x + h * k / _PIECES for k in range(-_PIECES, _PIECES + 1)]
    values = [f(point) for point in points]
    if not all(map(math.isfinite, values)):
        return Finding(
            True,
            f"autograd says {analytic:g}, but the function is nan or infinite within {h:g} of it; "
            "choose an input inside its domain",
        )
    slopes = [(v - u) / (q - p) for p, q, u, v in zip(points, points[1:], values, values[1:])]
    reach = max(slopes) - min(slopes)
    leap = max(abs(b - a) for a, b in pairwise(slopes))
    left, right = slopes[_PIECES - 1], slopes[_PIECES]
    if reach > allowed.around(central) and leap > 0.49 * reach:
        slack = max(allowed.around(left), allowed.around(right))
        fault = not min(left, right) - slack <= analytic <= max(left, right) + slack
        return Finding(
            fault,
            f"a kink or jump lies within {h:g}: the slope is {left:g} on the left, {right:g} on the "
            f"right, and autograd says {analytic:g}"
            + ("" if fault else ", which is as right as can be"),
        )
    hint = ""
    if abs(analytic - (left + right) / 2) < abs(analytic - central) / _PIECES:
        hint = f"; closer by they come together: choose an eps well below {h:g}"
    return Finding(
        True,
        f"autograd says {analytic:g}, the differences say {central:g}; "
        f"{abs(analytic - central):g} apart, {allowed.around(central):g} allowed{hint}",
    )


def gradgradcheck(func: Callable[..., Any], inputs: Any, **options: Any) -> bool:
    """`gradcheck` of the first derivatives: whether the second ones are right.

    Args:
        func: as for `gradcheck`.
        inputs: as for `gradcheck`.
        options: as for `gradcheck`: eps, atol, rtol, raise_exception.

    Raises:
        GradcheckError: if a second derivative is wrong.

    >>> gradgradcheck(lambda a, b: a**3 * b, (2.0, 3.0))
    True
    """
    args = tuple(inputs) if isinstance(inputs, (tuple, list)) else (inputs,)

    def gradients(*xs: Any) -> list[Any]:
        out, pull = vjp(lambda *ys: flatten(func(*ys), "gradgradcheck(): the outputs")[0], *xs)
        return [pull([float(i == j) for j in range(len(out))]) for i in range(len(out))]

    return gradcheck(gradients, args, **options)
