# ruff: noqa: E501 (the mutations stand one a line)
"""Somebody's own engine: correct ones pass, and every bug put into one is named."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from autograd import Value, diagnose
from autograd.by_hand.engine.diagnose import findings
from autograd.by_hand.engine.exercise.operations import OPERATIONS
from autograd.by_hand.engine.exercise.process import exercise
from autograd.by_hand.engine.exercise.programs import programs
from autograd.by_hand.engine.exercise.trial import run
from autograd.by_hand.engine.findings import Diagnosis
from autograd.by_hand.engine.twin.routes import COMPOSED as COMPOSED_TRAITS
from autograd.by_hand.engine.twin.traits import Traits
from autograd.by_hand.engine.twin.twin import twin
from viz.terminal.cli import main

# One engine, written as learners write it; a mutation replaces a piece of its text. --------------------
ENGINE = """
import math

class Value:
    def __init__(self, data, parents=(), op=""):
        self.data = data
        self.grad = 0.0
        self._backward = lambda: None
        self._prev = parents
        self._op = op

    def __repr__(self):
        return f"Value(data={self.data})"

    def __add__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        out = Value(self.data + other.data, (self, other), "+")
        def _backward():
            self.grad += out.grad  # add self
            other.grad += out.grad  # add other
        out._backward = _backward  # add
        return out

    def __mul__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        out = Value(self.data * other.data, (self, other), "*")
        def _backward():
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad
        out._backward = _backward  # mul
        return out

    def __pow__(self, n):
        assert isinstance(n, (int, float)), "numbers only"
        out = Value(self.data ** n, (self,), "**")
        def _backward():
            self.grad += n * self.data ** (n - 1) * out.grad
        out._backward = _backward  # pow
        return out

    def __neg__(self):
        return self * -1

    def __sub__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        out = Value(self.data - other.data, (self, other), "-")
        def _backward():
            self.grad += out.grad  # sub self
            other.grad += -out.grad
        out._backward = _backward  # sub
        return out

    def __truediv__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        out = Value(self.data / other.data, (self, other), "/")
        def _backward():
            self.grad += 1 / other.data * out.grad
            other.grad += -self.data / other.data ** 2 * out.grad
        out._backward = _backward  # div
        return out

    def __radd__(self, other):
        return self + other

    def __rmul__(self, other):
        return self * other

    def __rsub__(self, other):
        return Value(other) - self

    def __rtruediv__(self, other):
        return Value(other) / self

    def exp(self):
        out = Value(math.exp(self.data), (self,), "exp")
        def _backward():
            self.grad += out.data * out.grad  # exp
        out._backward = _backward
        return out

    def log(self):
        out = Value(math.log(self.data), (self,), "log")
        def _backward():
            self.grad += 1 / self.data * out.grad
        out._backward = _backward
        return out

    def tanh(self):
        t = math.tanh(self.data)
        out = Value(t, (self,), "tanh")
        def _backward():
            self.grad += (1 - t ** 2) * out.grad
        out._backward = _backward  # tanh
        return out

    def sigmoid(self):
        s = 1 / (1 + math.exp(-self.data))
        out = Value(s, (self,), "sigmoid")
        def _backward():
            self.grad += s * (1 - s) * out.grad
        out._backward = _backward
        return out

    def relu(self):
        out = Value(max(0.0, self.data), (self,), "relu")
        def _backward():
            self.grad += (self.data > 0) * out.grad
        out._backward = _backward
        return out

    def sqrt(self):
        out = Value(math.sqrt(self.data), (self,), "sqrt")
        def _backward():
            self.grad += 0.5 / out.data * out.grad
        out._backward = _backward
        return out

    def backward(self):
        order, visited = [], set()
        def build(v):
            if v not in visited:
                visited.add(v)
                for p in v._prev:
                    build(p)
                order.append(v)
        build(self)
        self.grad = 1.0
        for v in reversed(order):
            v._backward()
"""

BACKWARD = ENGINE[ENGINE.index("    def backward(self):") :]
SUB = ENGINE[ENGINE.index("    def __sub__") : ENGINE.index("    def __truediv__")]
DIV = ENGINE[ENGINE.index("    def __truediv__") : ENGINE.index("    def __radd__")]
COMPOSED = {  # as micrograd does it: sub and div made of other operations
    SUB: "    def __sub__(self, other):\n        return self + (-other)\n\n",
    DIV: "    def __truediv__(self, other):\n        return self * other ** -1\n\n",
    "return Value(other) - self": "return other + (-self)",
    "return Value(other) / self": "return other * self ** -1",
    'assert isinstance(n, (int, float)), "numbers only"': "n = n.data if isinstance(n, Value) and False else n",
}


def changed(*changes: tuple[str, str], composed: bool = False) -> str:
    """The text of the engine with pieces replaced."""
    source = ENGINE
    for old, new in [*(COMPOSED.items() if composed else ()), *changes]:
        assert old in source, old
        source = source.replace(old, new)
    return source


def engine(source: str) -> Any:
    """The class that the text defines."""
    names: dict[str, Any] = {}
    exec(source, names)
    return names["Value"]


class Mutation(NamedTuple):
    """A bug: what it is called here, a pattern of the sentence that names it, what it replaces."""

    name: str
    says: str
    changes: tuple[tuple[str, str], ...]


def pass_(body: str) -> tuple[tuple[str, str], ...]:
    """Another backward()."""
    return ((BACKWARD, "    def backward(self):\n" + body),)


RECURSIVE = """        self.grad = 1.0
        self._walk()

    def _walk(self):
        self._backward()
        for p in self._prev:
            p._walk()
"""
# fmt: off
MUTATIONS = (
    Mutation("mul assigns", r"`__mul__` assigns `grad =`", (("self.grad += other.data * out", "self.grad = other.data * out"), ("other.grad += self.data * out", "other.grad = self.data * out"))),
    Mutation("mul assigns self", r"`__mul__` assigns `self.grad =`", (("self.grad += other.data * out", "self.grad = other.data * out"),)),
    Mutation("mul assigns other", r"`__mul__` assigns `other.grad =`", (("other.grad += self.data * out", "other.grad = self.data * out"),)),
    Mutation("add assigns", r"`__add__` assigns `grad =`", (("self.grad += out.grad  # add", "self.grad = out.grad  # add"), ("other.grad += out.grad  # add", "other.grad = out.grad  # add"))),
    Mutation("all assign", r"every operation assigns", ((".grad +=", ".grad ="),)),
    Mutation("tanh assigns", r"`tanh` assigns", (("self.grad += (1 - t", "self.grad = (1 - t"),)),
    Mutation("mul exchanged", r"`__mul__` has its two derivatives exchanged", (("self.grad += other.data * out", "self.grad += self.data * out"), ("other.grad += self.data * out", "other.grad += other.data * out"))),
    Mutation("mul self only", r"`__mul__` passes no gradient to `other`", (("other.grad += self.data * out.grad", "pass"),)),
    Mutation("add other forgotten", r"`__add__` passes no gradient to `other`", (("other.grad += out.grad  # add other", "pass"),)),
    Mutation("sub sign", r"`__sub__` (takes 1 |forgets|.*sign)", (("other.grad += -out.grad", "other.grad += out.grad"),)),
    Mutation("div sign", r"`__truediv__` takes a/b² for the derivative by b|sign of the derivative by `other` of `__truediv__`", (("-self.data / other.data ** 2", "self.data / other.data ** 2"),)),
    Mutation("div square", r"`__truediv__` takes −a/b for the derivative by b", (("-self.data / other.data ** 2", "-self.data / other.data"),)),
    Mutation("div first", r"`__truediv__` takes b for the derivative by a", (("self.grad += 1 / other.data * out", "self.grad += other.data * out"),)),
    Mutation("pow n x^n", r"`__pow__` takes b·a\^b for", (("self.data ** (n - 1) * out", "self.data ** n * out"),)),
    Mutation("pow factor", r"`__pow__` takes a\^\(b − 1\) for", (("n * self.data ** (n - 1) * out", "self.data ** (n - 1) * out"),)),
    Mutation("exp power rule", r"`exp` takes x·exp\(x − 1\) for", (("out.data * out.grad  # exp", "self.data * math.exp(self.data - 1) * out.grad  # exp"),)),
    Mutation("exp one", r"`exp` forgets its local derivative", (("out.data * out.grad  # exp", "out.grad  # exp"),)),
    Mutation("exp no upstream", r"`exp` forgets `out.grad`", (("out.data * out.grad  # exp", "out.data  # exp"),)),
    Mutation("log of out", r"`log` takes 1/log\(x\) for", (("self.grad += 1 / self.data * out", "self.grad += 1 / out.data * out"),)),
    Mutation("tanh square", r"`tanh` takes 1 − tanh\(x\) for", (("(1 - t ** 2)", "(1 - t)"),)),
    Mutation("tanh of x", r"`tanh` takes 1 − x² for", (("(1 - t ** 2)", "(1 - self.data ** 2)"),)),
    Mutation("tanh as sigmoid", r"`tanh` takes tanh\(x\)·\(1 − tanh\(x\)\)", (("(1 - t ** 2)", "t * (1 - t)"),)),
    Mutation("tanh no upstream", r"`tanh` forgets `out.grad`", (("(1 - t ** 2) * out.grad", "(1 - t ** 2)"),)),
    Mutation("tanh adds", r"`tanh` adds the local derivative and `out.grad`", (("(1 - t ** 2) * out.grad", "(1 - t ** 2) + out.grad"),)),
    Mutation("tanh unattached", r"`tanh` passes no gradient on", (("        out._backward = _backward  # tanh\n", ""),)),
    Mutation("tanh half", r"`tanh` computes tanh\(x/2\)", (("t = math.tanh(self.data)", "t = (math.exp(self.data) - 1) / (math.exp(self.data) + 1)"),)),
    Mutation("sigmoid s", r"`sigmoid` takes sigmoid\(x\) for", (("s * (1 - s)", "s"),)),
    Mutation("sigmoid at out", r"`sigmoid` takes sigmoid\(sigmoid\(x\)\)", (("s * (1 - s)", "(lambda r: r * (1 - r))(1 / (1 + math.exp(-s)))"),)),
    Mutation("sigmoid value", r"`sigmoid` computes 1/\(1 \+ eˣ\)", (("math.exp(-self.data))", "math.exp(self.data))"),)),
    Mutation("relu passes all", r"`relu` (takes 1 |forgets its local)", (("(self.data > 0) * out.grad", "out.grad"),)),
    Mutation("relu out", r"`relu` takes relu\(x\) for", (("(self.data > 0) * out.grad", "out.data * out.grad"),)),
    Mutation("relu mirrored", r"`relu` takes (.*x < 0|0 if x > 0 else 1)", (("(self.data > 0) * out", "(self.data < 0) * out"),)),
    Mutation("sqrt half", r"`sqrt` takes 1/√?\(?sqrt\(x\)|`sqrt` takes 1/sqrt\(x\)|derivative of `sqrt` is twice", (("0.5 / out.data", "1 / out.data"),)),
    Mutation("rsub order", r"`__rsub__` computes a − 2", (("return Value(other) - self", "return self - other"),)),
    Mutation("rdiv order", r"`__rtruediv__` computes a / 2", (("return Value(other) / self", "return self / other"),)),
    Mutation("floor division", r"`__truediv__` divides with //", (("self.data / other.data, (", "self.data // other.data, ("),)),
    Mutation("radd itself", r"`__radd__` calls itself", (("        return self + other\n", "        return other + self\n"),)),
    Mutation("no seed", r"does not begin with 1", (("        self.grad = 1.0\n", ""),)),
    Mutation("seed data", r"begins with the root's data", (("self.grad = 1.0", "self.grad = self.data"),)),
    Mutation("one level", r"one level deep", pass_("        self.grad = 1.0\n        self._backward()\n")),
    Mutation("two levels", r"two levels deep", pass_("        self.grad = 1.0\n        self._backward()\n        for p in set(self._prev):\n            p._backward()\n")),
    Mutation("not reversed", r"leaves first", (("in reversed(order)", "in order"),)),
    Mutation("every path", r"depth first, along every path", pass_(RECURSIVE)),
    Mutation("depth first", r"depth first, each node once", pass_("        self.grad = 1.0\n        visited = set()\n        def go(v):\n            if v not in visited:\n                visited.add(v)\n                v._backward()\n                for p in v._prev:\n                    go(p)\n        go(self)\n")),
    Mutation("breadth first", r"^the order is breadth first \(a queue\), each node once", pass_("        self.grad = 1.0\n        queue, visited = [self], {self}\n        for v in queue:\n            v._backward()\n            for p in v._prev:\n                if p not in visited:\n                    visited.add(p)\n                    queue.append(p)\n")),
    Mutation("every level", r"breadth first \(a queue\), and a node that is used twice", pass_("        self.grad = 1.0\n        queue = [self]\n        while queue:\n            v = queue.pop(0)\n            v._backward()\n            queue += v._prev\n")),
    Mutation("seeds", r"sets its own gradient to 1", pass_("        self.grad = 1.0\n        self._backward()\n        for p in self._prev:\n            p.backward()\n")),
    Mutation("first input", r"first input of each node only", pass_("        self.grad = 1.0\n        v = self\n        while v is not None:\n            v._backward()\n            v = v._prev[0] if v._prev else None\n")),
    Mutation("equal data", r"equal data count as the same", (("    def __repr__", "    def __eq__(self, other):\n        return self.data == other.data\n    def __hash__(self):\n        return hash(self.data)\n    def __repr__"),)),
    Mutation("eq without hash", r"`__eq__` but no `__hash__`", (("    def __repr__", "    def __eq__(self, other):\n        return self.data == other.data\n    def __repr__"),)),
    Mutation("visited kept", r"`visited` is kept between two passes", (("class Value:", "class Value:\n    visited = set()"), ("order, visited = [], set()", "order, visited = [], Value.visited"))),
    Mutation("order kept", r"list of nodes is kept between two passes", (("def backward(self):", "def backward(self, order=[]):"), ("order, visited = [], set()", "visited = set()"))),
    Mutation("attached to self", r"kept on the input, `self._backward`", (("out._backward = _backward", "self._backward = _backward"),)),
    Mutation("into data", r"changes `data` of a leaf", ((".grad += ", ".data += "),)),
    Mutation("iadd in place", r"`__iadd__` changes the node itself", (("    def __mul__", "    def __iadd__(self, other):\n        self.data += other.data\n        return self\n    def __mul__"),)),
    Mutation("mul hangs", r"does not come back", (("        out._backward = _backward  # mul\n", "        while True:\n            pass\n"),)),
    Mutation("relu raises", r"`relu`: .*NameError", (("max(0.0, self.data)", "maximum(0.0, self.data)"),)),
    Mutation("pow minus last", r"`__pow__` takes b·a\^b − 1 for", (("n * self.data ** (n - 1) * out", "(n * self.data ** n - 1) * out"),)),
    Mutation("pow once too often", r"`__pow__` multiplies once too often", (("        out = Value(self.data ** n, (", "        n += ((n > 0) - (n < 0)) * (n == int(n))\n        out = Value(self.data ** n, ("),)),
    Mutation("pow sign", r"`__pow__` takes abs\(b\)·a\^\(b − 1\)", (("n * self.data ** (n - 1) * out", "abs(n) * self.data ** (n - 1) * out"),)),
    Mutation("relu of gradient", r"^`relu` looks at the sign of `out.grad`", (("(self.data > 0) * out", "(out.grad > 0) * out"),)),
    Mutation("mul own gradient", r"^`__mul__` multiplies by the gradient of its own input", (("self.grad += other.data * out", "self.grad += other.data * self"), ("self.data * out.grad\n        out._backward = _backward  # mul", "self.data * other.grad\n        out._backward = _backward  # mul"))),
    Mutation("mul kept on class", r"^`__mul__` keeps its inputs where all its calls share them", (("        out = Value(self.data * other.data", "        Value.a, Value.b = self.data, other.data\n        out = Value(self.data * other.data"), ("+= other.data * out.grad", "+= Value.b * out.grad"), ("+= self.data * out.grad", "+= Value.a * out.grad"))),
    Mutation("rule called", r"`__mul__`: .*not callable.*without \(\)", (("out._backward = _backward  # mul", "out._backward = _backward()  # mul"),)),
    Mutation("forward resets other", r"sets the gradients of its inputs to 0 when it is computed", (("other = other if isinstance(other, Value) else Value(other)", "other = other if isinstance(other, Value) else Value(other); other.grad = 0.0"),)),
    Mutation("forward resets both", r"sets the gradients of its inputs to 0 when it is computed", (("        self._prev = parents", "        self._prev = parents\n        for p in parents: p.grad = 0.0"),)),
    Mutation("never visited", r"`visited.add\(node\)` missing", (("                visited.add(v)\n", ""),)),
    Mutation("never visited, set of parents", r"`visited.add\(node\)` missing", (("                visited.add(v)\n", ""), ("self._prev = parents", "self._prev = set(parents)"))),
    Mutation("every path, set of parents", r"depth first, along every path", (("self._prev = parents", "self._prev = set(parents)"), *pass_(RECURSIVE))),
    Mutation("queue by age, twice", r"is used twice in it twice", (("        self._prev = parents", "        self._prev = parents\n        self.age = 1 + max([p.age for p in parents], default=0)"), *pass_("        self.grad = 1.0\n        queue = [self]\n        while queue:\n            queue.sort(key=lambda v: v.age)\n            v = queue.pop()\n            v._backward()\n            queue += v._prev\n"))),
    Mutation("tape kept", r"list of nodes is kept between two passes", (("        self._prev = parents", "        self._prev = parents\n        Value.tape.append(self)"), ("class Value:", "class Value:\n    tape = []"), *pass_("        self.grad = 1.0\n        for v in reversed(Value.tape):\n            v._backward()\n"))),
    Mutation("shared array", r"do all share one \(an array", (("        self.grad = 0.0\n", "        self.grad = grad\n"), ('parents=(), op=""', 'parents=(), op="", grad=np.zeros(())'), ("import math", "import math\nimport numpy as np"))),
    Mutation("div by value only", r"`__truediv__` takes a/b² for the derivative by b|sign of the derivative by `other` of `__truediv__`", (("    def __truediv__(self, other):\n", "    def __truediv__(self, other):\n        if not isinstance(other, Value):\n            return self * (1 / other)\n"), ("-self.data / other.data ** 2", "self.data / other.data ** 2"))),
    Mutation("sub given the other's", r"`__sub__` gives `self` the derivative that is the other", (("    def __sub__(self, other):\n", "    def __sub__(self, other):\n        if not isinstance(other, Value):\n            return self + -1 * other\n"), ("self.grad += out.grad  # sub", "self.grad -= out.grad  # sub"))),
    Mutation("mul remembers self only", r"`__mul__` does not remember `other`", (('(self, other), "*")', '(self,), "*")'),)),
    Mutation("tanh doubled", r"`tanh` takes 1 − 2·tanh\(x\)", (("(1 - t ** 2)", "(1 - t * 2)"),)),
    Mutation("inputs cleared", r"inputs to 0 before", (("            v._backward()\n", "            for p in v._prev:\n                p.grad = 0.0\n            v._backward()\n"),)),
    Mutation("add both", r"`__add__` takes a for .* And: `__add__` takes b", (("self.grad += out.grad  # add self", "self.grad += self.data * out.grad"), ("other.grad += out.grad  # add other", "other.grad += other.data * out.grad"))),
    Mutation("results without gradient", r"results of operations take no gradient", (("            v._backward()\n", "            v._backward()\n            for p in v._prev:\n                p.grad = 0.0 if p._prev else p.grad\n"),)),
    Mutation("waits for all uses", r"waits for every use of a node", (("        self._prev = parents\n", "        self._prev, self.uses = parents, 0\n        for p in parents:\n            p.uses += 1\n"), *pass_("        self.grad = 1.0\n        left, queue = {}, [self]\n        while queue:\n            v = queue.pop()\n            v._backward()\n            for p in v._prev:\n                left[p] = left.get(p, p.uses) - 1\n                if left[p] == 0:\n                    queue.append(p)\n"))),
    Mutation("shared gradient", r"share one gradient", (("        self.grad = 0.0\n", "        self.cell[0] = 0.0\n"), ("    def __repr__", "    cell = [0.0]\n    @property\n    def grad(self):\n        return self.cell[0]\n    @grad.setter\n    def grad(self, x):\n        self.cell[0] = x\n    def __repr__"))),
)
# fmt: on


EVERY = [
    pytest.param(m, id=m.name.replace(" ", "-"), marks=() if i % 3 == 0 else pytest.mark.slow)
    for i, m in enumerate(MUTATIONS)
]


@pytest.mark.parametrize("mutation", EVERY)
def test_every_bug_is_named_and_nothing_else(mutation: Mutation) -> None:
    assert_named(diagnose(engine(changed(*mutation.changes))), mutation)


@pytest.mark.slow
@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda m: m.name.replace(" ", "-"))
def test_every_bug_is_named_where_operations_are_made_of_others(mutation: Mutation) -> None:
    if any(old in part or part in old for old, _ in mutation.changes for part in COMPOSED):
        pytest.skip("needs the operation itself: here it is made of others")
    assert_named(diagnose(engine(changed(*mutation.changes, composed=True))), mutation)


def assert_named(found: Diagnosis, mutation: Mutation) -> None:
    """One fault, with the sentence that the mutation asks for."""
    faults = [finding for finding in found.findings if finding.kind in ("wrong", "fails", "slow")]
    assert [bool(re.search(mutation.says, fault.sentence)) for fault in faults] == [True], found
    assert not found


# What is right is called right -------------------------------------------------------------------------

PROPERTY = """    @property
    def grad(self):
        return self._grad
    @grad.setter
    def grad(self, x):
        self._grad = x

    def __repr__"""
ITERATIVE = """    def backward(self):
        order, visited, stack = [], set(), [(self, False)]
        while stack:
            v, done = stack.pop()
            if done:
                order.append(v)
            elif id(v) not in visited:
                visited.add(id(v))
                stack += [(v, True), *((p, False) for p in v._prev)]
        for v in order:
            if v._prev:
                v.grad = 0.0
        self.grad = 1.0
        for v in reversed(order):
            v._backward()
"""
STYLES = {
    "closures": (),
    "a set of parents": (("self._prev = parents", "self._prev = set(parents)"),),
    "a grad property": (("    def __repr__", PROPERTY),),
    "numpy numbers": (("self.data = data", "self.data = np.float64(data)"), ("import math", "import math\nimport numpy as np")),
    "single precision": (("self.data = data", "self.data = np.float32(data)"), ("import math", "import math\nimport numpy as np")),
    "arrays of one": (("self.data = data", "self.data = np.asarray(data, dtype=float)"), ("import math", "import math\nimport numpy as np")),
    "an iterative order": ((BACKWARD, ITERATIVE),),
    "prints": (("        self.grad = 1.0\n", "        self.grad = 1.0\n        print(order)\n"),),
    "slots": (("class Value:", "class Value:\n    __slots__ = ('data', 'grad', '_backward', '_prev', '_op')"),),
    "leaves set afresh": (("        self.grad = 1.0\n", "        for v in order:\n            v.grad = 0.0\n        self.grad = 1.0\n"),),
    "the graph taken apart": (("            v._backward()\n", "            v._backward()\n        for v in order:\n            v._prev, v._backward = (), lambda: None\n"),),
    "comparison by data": (("    def __repr__", "    def __lt__(self, other):\n        return self.data < other.data\n    def __repr__"),),
    "relu with slope 1 at 0": (("(self.data > 0) * out", "(self.data >= 0) * out"),),
}  # fmt: skip


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("composed", [False, True], ids=["direct", "composed"])
def test_a_correct_engine_is_all_right(style: str, composed: bool, capfd: Any) -> None:
    found = diagnose(engine(changed(*STYLES[style], composed=composed)))
    assert found, found
    assert {finding.kind for finding in found.findings} <= {"limit", "missing"}
    assert found.tried > 80
    assert capfd.readouterr() == ("", "")


def test_micrograd_and_this_engine_are_all_right() -> None:
    micrograd = pytest.importorskip(
        "micrograd.engine", reason="needs micrograd: pip install micrograd"
    ).Value
    found = diagnose(micrograd)
    assert found
    assert "`__rpow__` for 2 ** a" in str(found)
    ours = diagnose(Value)
    assert ours
    assert ours.findings == ()


class Tape:
    """A correct engine of another kind: a list of what was done, emptied by each pass."""

    done: list[tuple[Tape, Any]] = []  # noqa: RUF012

    def __init__(self, data: float) -> None:
        self.data, self.grad = data, 0.0

    def kept(self, data: float, *shares: tuple[Tape, float]) -> Tape:
        out = Tape(data)
        self.done.append((out, shares))
        return out

    def __add__(self, other: Tape) -> Tape:
        return self.kept(self.data + other.data, (self, 1.0), (other, 1.0))

    def __mul__(self, other: Tape) -> Tape:
        return self.kept(self.data * other.data, (self, other.data), (other, self.data))

    def backward(self) -> None:
        self.grad = 1.0
        for out, shares in reversed(self.done):
            for x, local in shares:
                x.grad += local * out.grad
        self.done.clear()


def test_a_tape_that_serves_for_one_pass_is_right() -> None:
    found = diagnose(Tape)
    assert found, found
    said = {finding.kind: finding.sentence for finding in found.findings[:3]}
    assert "empties the tape" in said["limit"]


def test_a_value_where_a_number_belongs_is_said() -> None:
    trial = run(Tape, "a = Value(3.0)\nb = Value(a)", ("a",))
    assert trial.failure is not None
    assert trial.failure.message == "b.data is a Tape itself, where a number belongs"


class Edges:
    """All nodes share one list of inputs: the default argument, which a product changes."""

    def __init__(self, data: float, edges: list[tuple[Edges, float]] = []) -> None:  # noqa: B006
        self.data, self.grad, self.edges = data, 0.0, edges

    def __mul__(self, other: Edges) -> Edges:
        out = Edges(self.data * other.data)
        out.edges += [(self, other.data), (other, self.data)]
        return out

    def backward(self) -> None:
        order: list[Edges] = []

        def build(v: Edges) -> None:
            if v not in order:
                order.append(v)
                for p, _ in v.edges:
                    build(p)

        build(self)
        self.grad = 1.0
        for v in order:
            for p, local in v.edges:
                p.grad += local * v.grad


def test_inputs_in_a_default_argument_are_found_and_nothing_after_them() -> None:
    (fault,) = [f for f in diagnose(Edges).findings if f.kind not in ("limit", "missing")]
    assert "do all share one list of them" in fault.sentence


class Paths:
    """A correct engine of another kind: it goes along every path, with the product so far."""

    def __init__(self, data: float, edges: tuple[tuple[Paths, float], ...] = ()) -> None:
        self.data, self.grad, self.edges = data, 0.0, edges

    def __add__(self, other: Paths) -> Paths:
        return Paths(self.data + other.data, ((self, 1.0), (other, 1.0)))

    def __mul__(self, other: Paths) -> Paths:
        return Paths(self.data * other.data, ((self, other.data), (other, self.data)))

    def backward(self, grad: float = 1.0) -> None:
        self.grad += grad
        for parent, local in self.edges:
            parent.backward(grad * local)


def test_what_is_right_but_goes_along_every_path_is_slow() -> None:
    (fault,) = [f for f in diagnose(Paths).findings if f.kind not in ("limit", "missing")]
    assert fault.kind == "slow"
    assert "2¹⁶ paths" in fault.sentence


# The twin is what the reasons rest on ------------------------------------------------------------------


def test_a_twin_without_bugs_computes_as_our_own_engine_does() -> None:
    has = {operation.method: operation.method for operation in OPERATIONS}
    for program in programs({**has, "__lt__": "__lt__"}):
        if program.purpose in ("value", "chain", "reuse", "order", "again", "fresh", "apart"):
            ours = run(Value, program.source, program.leaves)
            assert ours.failure is None
            for traits in (Traits(), COMPOSED_TRAITS):
                numbers = run(twin(traits), program.source, program.leaves).numbers
                assert numbers == pytest.approx(ours.numbers, rel=1e-12), program.source


def test_every_program_shows_the_right_number_and_the_learners() -> None:
    (fault,) = [
        f for f in diagnose(engine(changed(*MUTATIONS[0].changes))).findings if f.kind == "wrong"
    ]
    assert fault.program == "a = Value(3.0)\nb = a * a\nb.backward()"
    assert (fault.operation, fault.quantity, fault.given, fault.right) == (
        "__mul__",
        "a.grad",
        3.0,
        6.0,
    )
    assert fault.causes == ("`__mul__` assigns `grad =` where it must add: `+=`",)


# What does not behave ----------------------------------------------------------------------------------


def test_a_class_stays_as_it_is() -> None:
    kind = engine(
        changed(
            ("class Value:", "class Value:\n    made = []"),
            ("        self._op = op\n", "        self._op = op\n        self.made.append(1)\n"),
        )
    )
    before = dict(vars(kind))
    diagnose(kind)
    assert dict(vars(kind)) == before
    assert kind.made == []


@pytest.mark.parametrize(
    ("body", "says"),
    [
        pytest.param("while True: pass", "does not come back", marks=pytest.mark.slow),
        ("import os; os._exit(3)", "takes the whole process down"),
        ("raise SystemExit", "SystemExit"),
        ("raise KeyboardInterrupt", "KeyboardInterrupt"),
        pytest.param("self.backward()", "calls itself without end", marks=pytest.mark.slow),
        ("input()", "EOFError"),
        ("import os; os.fork()", "does not begin with 1"),
    ],
)
def test_what_ends_or_hangs_is_a_finding(body: str, says: str) -> None:
    found = diagnose(engine(changed((BACKWARD, f"    def backward(self):\n        {body}\n"))))
    assert not found
    assert any(says in finding.sentence for finding in found.findings), found


def test_without_fork_the_same_is_found_and_a_hang_ended() -> None:
    for mutation in (MUTATIONS[0], next(m for m in MUTATIONS if m.name == "mul hangs")):
        kind = engine(changed(*mutation.changes))
        done = exercise(lambda: kind, fork=False)  # noqa: B023
        assert_named(Diagnosis("Value", tuple(findings(done)), 0), mutation)


def test_an_engine_that_lacks_something_is_told_what() -> None:
    class Bare:
        def __init__(self, data: float) -> None:
            self.data, self.grad = data, 0.0

    found = diagnose(Bare)
    assert not found
    assert "no attribute 'backward'" in found.findings[0].sentence
    kind = engine(
        changed(
            (
                "        other = other if isinstance(other, Value) else Value(other)\n        out = Value(self.data * o",
                "        out = Value(self.data * o",
            ),
            ("    def __neg__", "    def _neg"),
        )
    )
    missing = [f.sentence for f in diagnose(kind).findings if f.kind == "missing"]
    assert any("`__mul__` with a number, a * 2: AttributeError" in sentence for sentence in missing)


@pytest.mark.parametrize("share", [0.0, 0.01, 0.02, 0.04, 0.08])
def test_a_search_that_is_cut_short_claims_no_second_fault(share: float) -> None:
    mutation = next(mutation for mutation in MUTATIONS if mutation.name == "sub sign")
    broken = engine(changed(*mutation.changes))
    found = findings(exercise(lambda: broken), time.process_time() + share)
    assert [finding.operation for finding in found if finding.kind == "wrong"] == ["__sub__"]


def test_where_the_class_is_may_be_said_in_words(tmp_path: Path) -> None:
    file = tmp_path / "engine.py"
    file.write_text(changed(*MUTATIONS[0].changes))
    assert not diagnose(f"{file}:Value")
    assert str(diagnose(str(file))) == str(diagnose(f"{file}:Value"))
    assert diagnose("autograd.value:Value")
    with pytest.raises(ImportError, match="no file"):
        diagnose(str(tmp_path / "other.py"))
    with pytest.raises(ImportError, match="did you mean 'Value'"):
        diagnose(f"{file}:Valu")
    with pytest.raises(ImportError, match="there is no module no_such_module"):
        diagnose("no_such_module:Value")
    with pytest.raises(TypeError, match="the class of your engine"):
        diagnose(3)
    file.write_text("1 / 0")
    assert "ZeroDivisionError" in str(diagnose(str(file)))


def test_the_command(tmp_path: Path, capsys: Any) -> None:
    file = tmp_path / "engine.py"
    file.write_text(changed(*MUTATIONS[0].changes))
    assert main(["diagnose", f"{file}:Value"]) == 1
    assert "`__mul__` assigns" in capsys.readouterr().out
    file.write_text(ENGINE)
    assert main(["diagnose", f"{file}:Value"]) == 0
    assert main(["diagnose", f"{file}:Walue"]) == 2
    assert "did you mean 'Value'" in capsys.readouterr().err
