"""What to type instead of what a Value does not have, or does not do."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = [
    "AGAIN", "EQUALITY", "NOTHING_REMEMBERED", "Elsewhere", "bad_data", "bad_gradient", "rebound",
    "tell",
]  # fmt: skip

AGAIN = (
    "after an earlier pass through this value gradients are still there, and this one adds to them: "
    "set x.grad = 0.0 before it, or call zero_grad(), unless they are meant to add up"
)
EQUALITY = (
    "a Value and a number are never ==, which asks whether both are one object: "
    "compare the numbers, x.data == 2.0"
)
NOTHING_REMEMBERED = (
    "backward() goes nowhere here: within no_grad() no operation is remembered, so compute the value "
    "outside"
)


class Elsewhere:
    """An attribute that is not there, with a word on what is.

    Not ``__getattr__``, with which CPython reads every attribute of a class three times as slowly.
    """

    def __init__(self, name: str, instead: str) -> None:
        self._name, self._instead = name, instead

    def __get__(self, thing: object, owner: type) -> Elsewhere:
        if thing is None:
            return self  # of the class: documentation asks, and leaves it out
        raise self._missing(thing)

    def _missing(self, thing: object) -> AttributeError:
        text = f"{type(thing).__name__!r} object has no attribute {self._name!r}; {self._instead}"
        return AttributeError(text, name=self._name, obj=thing)


class NoRoom(Elsewhere):
    """The same where objects have slots, and so cannot be given the attribute either.

    Not ``__setattr__``, with which a node costs twelve times as much to make.
    """

    def __set__(self, thing: object, value: object) -> None:
        raise self._missing(thing)


def tell(kind: type, elsewhere: Mapping[str, str]) -> None:
    """Say of each name, which objects of this class do not have, what there is instead."""
    form = Elsewhere if kind.__dictoffset__ else NoRoom
    for name, instead in elsewhere.items():
        setattr(kind, name, form(name, instead))


def rebound(name: str, sign: str) -> str:
    """Of ``w -= 0.1 * w.grad``, which changes what the name stands for, and no parameter."""
    here = name if name.isidentifier() else "p"
    return (
        f"{sign}= makes a new Value, and the one that was {name or here} stays as it is: "
        f"to change its number, {here}.data {sign}= …"
    )


def bad_gradient(name: str, gradient: object) -> str:
    """Of ``w.grad = None``, as PyTorch has it."""
    return (
        f"the gradient of {name} is {gradient!r}, to which no number can be added: "
        "set it to 0.0, as zero_grad() does"
    )


def bad_data(name: str, data: object) -> str:
    """Of ``w.data = w - 0.1 * w.grad``, which lacks a second ``.data``."""
    here = name if name.isidentifier() else "p"
    return (
        f"the data of {name or 'a leaf'} must be a number, not {type(data).__name__}: on the right of "
        f"{here}.data = … stand numbers too, as in {here}.data - 0.1 * {here}.grad"
    )
