"""A number that remembers how it was made.

One flat object a node: the number, its gradient, the operation, two inputs and two local derivatives,
each in a slot of its own. A constant operand is no node: its slot for the input is empty and its slot
for the local derivative holds the number (``x + 3`` keeps 3). Interior nodes never form a cycle, so
reference counting frees a graph as soon as its root is dropped.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from math import ceil, floor
from numbers import Real
from operator import index
from sys import _getframe
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias, Union

import numpy as np

from autograd import ops
from autograd.backward import backward, pass_on
from autograd.copying import deep_copy, reduce, shallow_copy
from autograd.graph import leaves
from autograd.modes import current, observed, peeked, special, warn_at, warn_of_cut
from autograd.ops import Op
from autograd.record import binary, comparison, looked_at, method, operand, reflected, unary
from autograd.text.hints import (
    AGAIN,
    EQUALITY,
    NOTHING_REMEMBERED,
    bad_data,
    bad_gradient,
    rebound,
    tell,
)

__all__ = ["Choice", "Note", "Number", "Value"]

if TYPE_CHECKING:
    from types import FrameType

    Number: TypeAlias = "Value" | float | int | np.floating[Any] | np.integer[Any]
else:
    Number = Union["Value", float]

_new: Any = object.__new__
_ADD, _SUB, _MUL = ops.ADD, ops.SUB, ops.MUL

_NODES = (  # to those who bring a program for micrograd
    "nodes are made by operations on Values, not by Value(data, children, op) and a _backward of your "
    "own; an operation of your own is a row, autograd.Op(...), to call on Values"
)


class Note(NamedTuple):
    """What a node's operation slot holds where there is more to say than the operation."""

    op: Op | None = None
    label: str = ""
    scope: object = None
    source: str = ""
    parameter: bool = False
    compared: bool = False  # what that decided is nowhere in the graph: `compile` warns of it


_compared = cache(partial(Note, compared=True))  # one note for all nodes of an operation


class Choice(NamedTuple):
    """What `where` chose from; it stands in the empty slot of the branch not taken."""

    condition: Any
    if_true: Any
    if_false: Any


class Value:
    """A scalar that records every operation on it, and knows its gradient after `backward()`.

    Args:
        data: the number: an int, a float or a NumPy scalar; kept as a float (IEEE 754 double).
        label: a name for drawings and tables.

    A Value has no room for attributes of your own; keep them in a dictionary by Value:
    ``momentum = {p: 0.0 for p in model.parameters()}``.

    Attributes:
        data: the number.
        grad: the derivative by this value of whatever `backward()` was last called on; 0.0 before.
        label: the name, "" if none.

    Raises:
        TypeError: for anything that is not one real number.

    >>> a, b = Value(-4.0, label="a"), Value(2.0, label="b")
    >>> c = a * b + b**3
    >>> c
    Value(data=0.0, grad=0.0)
    >>> c.backward()
    >>> a.grad, b.grad                # dc/da = b, dc/db = a + 3 b²
    (2.0, 8.0)
    >>> c.op, c.parents[0].op, c.partials
    ('+', '*', (1.0, 1.0))
    """

    __array_priority__ = -1.0  # above NumPy's scalars, which leave the operator to us; below arrays
    __slots__ = ("_a", "_b", "_da", "_db", "_how", "data", "grad")

    data: float
    grad: float
    _a: Value | None
    _b: Value | None
    _da: Any
    _db: Any
    _how: Any

    def __init__(
        self, data: float | np.floating[Any] | np.integer[Any], label: str = "", _op: str = ""
    ) -> None:
        self.data = data if type(data) is float else _real(data)
        self.grad = 0.0
        self._a = self._b = None
        self._da = self._db = 0.0
        self._how = None
        if _op:
            raise TypeError(_NODES)
        if label:
            self.label = label

    def __init_subclass__(cls) -> None:
        raise TypeError(
            f"Value cannot be subclassed (by {cls.__name__}): a node is one flat object. "
            "Keep a Value in an attribute of your class instead."
        )

    # What it is -----------------------------------------------------------------------------------

    @property
    def label(self) -> str:
        """The name of this value in drawings and tables; assign any text."""
        how = self._how
        return how.label if type(how) is Note else ""

    @label.setter
    def label(self, text: str) -> None:
        if isinstance(text, (tuple, set)):
            raise TypeError(_NODES)
        if not isinstance(text, str):
            raise TypeError(f"a label is text, not {type(text).__name__} ({text!r})")
        self._how = self.note._replace(label=text)

    @property
    def note(self) -> Note:
        """Operation, label, scope (the neuron that made it) and source line, as far as known."""
        how = self._how
        return how if type(how) is Note else Note(how)

    @property
    def operation(self) -> Op | None:
        """The row of the table that made this value; None for a leaf."""
        how = self._how
        return how.op if type(how) is Note else how

    @property
    def op(self) -> str:
        """The name of the operation that made this value, "" for a leaf."""
        op = self.operation
        return op.name if op else ""

    @property
    def parents(self) -> tuple[Value, ...]:
        """The Values this one was computed from, in order; a value used twice stands twice."""
        a, b = self._a, self._b
        if a is None:
            return () if b is None else (b,)
        return (a,) if b is None else (a, b)

    @property
    def partials(self) -> tuple[float, ...]:
        """The local derivative by each of `parents`, found when this value was computed."""
        a, b = self._a, self._b
        if a is None:
            return () if b is None else (self._db,)
        return (self._da,) if b is None else (self._da, self._db)

    @property
    def operands(self) -> tuple[Value | float, ...]:
        """What the operation was given, constants included, in order."""
        op = self.operation
        if op is None:
            return ()
        first = self._da if self._a is None else self._a
        second = self._db if self._b is None else self._b
        for choice in (first, second):
            if type(choice) is Choice:
                return choice
        return (first, second)[: op.arity]

    _prev = parents  # micrograd's names
    _op = op

    @property
    def _backward(self) -> Callable[[], None]:
        """micrograd's: ``o.grad = 1.0; o._backward()`` steps through the pass by hand, node by node."""
        return partial(pass_on, self)

    @_backward.setter
    def _backward(self, function: Any) -> None:
        raise AttributeError(_NODES)

    __copy__ = shallow_copy
    __deepcopy__ = deep_copy
    __reduce__ = reduce

    def __dir__(self) -> list[str]:
        return [name for name in object.__dir__(self) if name not in _ELSEWHERE]

    def __repr__(self) -> str:
        label = f", label={self.label!r}" if self.label else ""
        return f"Value(data={self.data}, grad={self.grad}{label})"

    def _repr_latex_(self) -> str | None:
        """The formula, number and gradient, set by a notebook; None where the graph is large."""
        from autograd.formulas.tex import equation

        text = equation(self)
        return f"$\\displaystyle {text}$" if text else None

    def __format__(self, spec: str) -> str:
        return format(self.data, spec) if spec else repr(self)

    def backward(self) -> None:
        """Compute the derivative of this value by every value it was made from, into their ``grad``.

        Intermediate gradients are set afresh; leaves (parameters, inputs) accumulate, so set their
        ``grad = 0.0`` between passes, as ``zero_grad()`` of a model or an optimizer does. A second pass
        from the same value to leaves that were not set to 0 is warned of.

        >>> a = Value(3.0)
        >>> b = a * a
        >>> b.backward(); a.grad
        6.0
        >>> c = b * 2.0
        >>> c.backward(); a.grad, b.grad          # the leaf adds up, 6 + 12, the rest does not
        (18.0, 2.0)

        Raises:
            TypeError: if something else than a number was put into the data or gradient of a leaf.
        """
        if self.operation is None and not current().recording:
            warn_at(_getframe(1), NOTHING_REMEMBERED)
        if self.grad == 1.0 and self.operation is not None and _a_leaf(self).grad:
            warn_at(_getframe(1), AGAIN)
        if type(self.data) is not float:
            for leaf in leaves(self):
                if not _is_real(leaf.data):
                    raise TypeError(bad_data(leaf.label, leaf.data))
        try:
            backward(self)
        except TypeError:
            for leaf in leaves(self):
                if not isinstance(leaf.grad, float):
                    text = bad_gradient(leaf.label or repr(leaf), leaf.grad)
                    raise TypeError(text) from None
            raise

    def conjugate(self) -> Value:
        """Itself: a Value is real. NumPy asks, on the way to a variance."""
        return self

    def detach(self) -> Value:
        """A new leaf with the same number, cut off from the graph."""
        stop = current().stop if special else None
        return Value(self.data) if stop is None else stop(self)

    # The numbers leave the graph here -------------------------------------------------------------

    def __float__(self) -> float:
        if special:
            peeked(self)
        mode = current()
        if mode.recording and mode.peek is None:
            warn_of_cut(_getframe(1), Value)
        return float(self.data)

    def item(self) -> float:
        """The number, as PyTorch users type it: `data`."""
        if special:
            peeked(self)
        return self.data

    def __int__(self) -> int:
        looked_at(self)
        return int(self.data)

    __trunc__ = __int__

    def __floor__(self) -> int:  # flat, so no gradient is lost
        looked_at(self)
        return floor(self.data)

    def __ceil__(self) -> int:
        looked_at(self)
        return ceil(self.data)

    def __bool__(self) -> bool:
        looked_at(self)
        return self.data != 0.0

    def _note_comparison(self) -> None:
        """Remember that a plain comparison, which may have decided something, looked at this number."""
        how = self._how
        if type(how) is not Note:
            self._how = _compared(how)
        elif not how.compared:
            self._how = how._replace(compared=True)

    __lt__ = comparison(ops.LESS)
    __le__ = comparison(ops.LESS_EQUAL)
    __gt__ = comparison(ops.GREATER)
    __ge__ = comparison(ops.GREATER_EQUAL)

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self) and isinstance(other, (Real, np.bool_)):
            warn_at(_getframe(1), EQUALITY)
        return (
            NotImplemented  # two Values are one if they are the same object: a key of dictionaries
        )

    __hash__ = object.__hash__

    # Conditions that are nodes, as while tracing, are joined like bools ------------------------------

    def _is_condition(self) -> bool:
        op = self.operation
        if op is ops.WHERE:
            return any(type(x) is bool for x in self.operands[1:])
        return op is not None and op.compares

    def __and__(self, other: Any) -> Any:
        return ops.WHERE(self, other, False) if self._is_condition() else NotImplemented

    def __or__(self, other: Any) -> Any:
        return ops.WHERE(self, True, other) if self._is_condition() else NotImplemented

    def __invert__(self) -> Any:
        if not self._is_condition():
            raise TypeError(
                "~ is for conditions, such as x > 0 in a compiled function; not for Values"
            )
        return ops.WHERE(self, False, True)

    __rand__, __ror__ = __and__, __or__

    # Arithmetic: the three hottest operations by hand, their derivatives being 1, −1 or the other ---

    def __add__(self, other: Number) -> Value:
        out: Value = _new(Value)
        if type(other) is Value:
            out.data = self.data + other.data
            out._b = other
            out._db = 1.0
        else:
            y = other if type(other) is float else operand(other)
            if y is NotImplemented:
                return NotImplemented
            out.data = self.data + y
            out._b = None
            out._db = y
        out._a = self
        out._da = 1.0
        out._how = _ADD
        out.grad = 0.0
        return observed(out) if special else out

    def __sub__(self, other: Number) -> Value:
        out: Value = _new(Value)
        if type(other) is Value:
            out.data = self.data - other.data
            out._b = other
            out._db = -1.0
        else:
            y = other if type(other) is float else operand(other)
            if y is NotImplemented:
                return NotImplemented
            out.data = self.data - y
            out._b = None
            out._db = y
        out._a = self
        out._da = 1.0
        out._how = _SUB
        out.grad = 0.0
        return observed(out) if special else out

    def __mul__(self, other: Number) -> Value:
        out: Value = _new(Value)
        if type(other) is Value:
            out._da = y = other.data
            out._db = x = self.data
            out.data = x * y
            out._b = other
        else:
            y = other if type(other) is float else operand(other)
            if y is NotImplemented:
                return NotImplemented
            out._da = out._db = y
            out.data = self.data * y
            out._b = None
        out._a = self
        out._how = _MUL
        out.grad = 0.0
        return observed(out) if special else out

    def __iadd__(self, other: Number) -> Value:
        if self._a is None and type(other) is not Value:
            self._note_rebinding(_getframe(1), "+")
        return self + other

    def __isub__(self, other: Number) -> Value:
        if self._a is None and type(other) is not Value:
            self._note_rebinding(_getframe(1), "-")
        return self - other

    def _note_rebinding(self, frame: FrameType, sign: str) -> None:
        """A number added to a leaf that has a gradient is a step of training, in the wrong place."""
        if self._b is None and self.grad:
            warn_at(frame, rebound(self.label, sign))

    __radd__ = reflected(ops.ADD)
    __rsub__ = reflected(ops.SUB)
    __rmul__ = reflected(ops.MUL)
    __truediv__ = binary(ops.DIV)
    __rtruediv__ = reflected(ops.DIV)
    __floordiv__ = binary(ops.FLOORDIV)
    __rfloordiv__ = reflected(ops.FLOORDIV)
    __mod__ = binary(ops.MOD)
    __rmod__ = reflected(ops.MOD)
    __pow__ = binary(ops.POW)
    __rpow__ = reflected(ops.POW)
    __neg__ = unary(ops.NEG)
    __pos__ = clone = unary(ops.IDENTITY)
    __abs__ = abs = unary(ops.ABS)

    def __divmod__(self, other: Number) -> tuple[Value, Value]:
        return self // other, self % other

    def __rdivmod__(self, other: Number) -> tuple[Value, Value]:
        return other // self, other % self

    exp = unary(ops.EXP)
    expm1 = unary(ops.EXPM1)
    exp2 = unary(ops.EXP2)
    log = unary(ops.LOG)
    log2 = unary(ops.LOG2)
    log10 = unary(ops.LOG10)
    log1p = unary(ops.LOG1P)
    sqrt = unary(ops.SQRT)
    logaddexp = method(ops.LOGADDEXP)
    logaddexp2 = method(ops.LOGADDEXP2)
    sin = unary(ops.SIN)
    cos = unary(ops.COS)
    tan = unary(ops.TAN)
    asin = arcsin = unary(ops.ASIN)
    acos = arccos = unary(ops.ACOS)
    atan = arctan = unary(ops.ATAN)
    atan2 = arctan2 = method(ops.ATAN2)
    hypot = method(ops.HYPOT)
    sinh = unary(ops.SINH)
    cosh = unary(ops.COSH)
    tanh = unary(ops.TANH)
    asinh = arcsinh = unary(ops.ASINH)
    acosh = arccosh = unary(ops.ACOSH)
    atanh = arctanh = unary(ops.ATANH)
    sinc = unary(ops.SINC)
    rad2deg = degrees = unary(ops.RAD2DEG)
    deg2rad = radians = unary(ops.DEG2RAD)
    erf = unary(ops.ERF)
    erfc = unary(ops.ERFC)
    sigmoid = unary(ops.SIGMOID)
    relu = unary(ops.RELU)
    relu6 = unary(ops.RELU6)
    softplus = unary(ops.SOFTPLUS)
    gelu = unary(ops.GELU)
    silu = unary(ops.SILU)
    mish = unary(ops.MISH)
    step = unary(ops.STEP)
    sign = unary(ops.SIGN)
    floor = unary(ops.FLOOR)
    rint = unary(ops.ROUND)

    maximum = method(ops.MAXIMUM, constant=ops.CLAMP_MIN)
    minimum = method(ops.MINIMUM, constant=ops.CLAMP_MAX)
    leaky_relu = method(ops.LEAKY_RELU, default=0.01)
    elu = method(ops.ELU, default=1.0)
    squareplus = method(ops.SQUAREPLUS, default=4.0)

    def clamp(self, min: Number | None = None, max: Number | None = None) -> Value:
        """The nearest number within [min, max]; the gradient is 0 at a constant bound."""
        low = self if min is None else self.maximum(min)
        return low if max is None else low.minimum(max)

    def round(self, ndigits: int | None = None) -> Value:
        """To ``ndigits`` decimals, halves to even, as Python's own `round`; flat, so of gradient 0."""
        return self.rint() if ndigits is None else self._round(index(ndigits))

    __round__ = round
    _round = method(ops.ROUND_TO)


_OWN = (
    "a Value has no room for attributes of your own: keep them in a dictionary by Value, "
    "like momentum = {p: 0.0 for p in model.parameters()}"
)
_ELSEWHERE = {  # of a tensor or an array, and what programs for micrograd hang on their Values
    **dict.fromkeys(("m", "v", "momentum", "velocity", "cache", "color", "_vis_color"), _OWN),
    "grad_fn": "x.op and x.parents say how it was made",
    "gradient": "it is x.grad",
    "mean": "sum(values) / len(values) is the mean of a list of Values",
    "name": "its name is x.label",
    "numpy": "the number is x.data",
    "pow": "x ** y is the power",
    "requires_grad": "every Value has a gradient; a constant is a plain number, or x.detach()",
    "shape": "a Value is one number, and a vector a list of them",
    "softmax": "nn.softmax takes a list of Values",
    "square": "x**2 is the square",
    "sum": "sum(values) adds up a list of Values",
    "value": "the number is x.data",
    "zero_grad": "set x.grad = 0.0, or call zero_grad() of the model or the optimizer",
}
tell(Value, _ELSEWHERE)

for _name, _method in vars(Value).items():  # those made from rows, by the names they are called by
    if getattr(_method, "__module__", "") == unary.__module__:
        _method.__module__, _method.__name__ = __name__, _name
        _method.__qualname__ = f"Value.{_name}"


def _a_leaf(node: Value) -> Value:
    """One of the leaves that ``node`` was made from."""
    above: Value | None = node
    while above is not None:
        node, above = above, above._b if above._a is None else above._a
    return node


def _is_real(x: object) -> bool:
    return isinstance(x, (Real, np.bool_)) and not isinstance(x, Value)


def _real(x: Any) -> float:
    """``x`` as a float, if it is one real number."""
    if _is_real(x):
        return float(x)
    hint = "; it is a Value already (use it, or its .detach())" if isinstance(x, Value) else ""
    raise TypeError(
        f"a Value takes one real number (int, float or NumPy scalar), "
        f"not {type(x).__name__} ({_short(x)}){hint}"
    )


def _short(x: Any, width: int = 40) -> str:
    text = repr(x)
    return text if len(text) <= width else text[: width - 1] + "…"
