"""Write operations.md, the learner's table of operations, from the table that the engine runs.

python docs/operations.py
"""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from autograd import OPS, Op, Value, functions, grad, where
from autograd.formulas.formula import derivative

PAGE = Path(__file__).with_name("operations.md")

# Each section by the row that it begins with.
SECTIONS = {
    "<": "Comparisons and choices",
    "copy": "Arithmetic",
    "exp": "Exponentials, logarithms and roots",
    "sin": "Trigonometry",
    "sigmoid": "Activations",
    "step": "Steps",
    "maximum": "Extremes",
}
WRITTEN = {
    "where": "where(c, a, b)",
    "copy": "+x",
    "neg": "-x",
    "abs": "abs(x)",
    "round": "round(x)",
    "round_to": "round(a, b)",
    "clamp_min": "maximum(a, 2), clamp(a, min=2)",
    "clamp_max": "minimum(a, 2), clamp(a, max=2)",
}
OWN = {"==", "one_minus_square", "sinc_slope"}  # the engine's: a user's == is identity
EDGES: list[tuple[str, Callable[..., Value], tuple[float, ...]]] = [
    ("relu(x) at 0", lambda x: x.relu(), (0.0,)),
    ("leaky_relu(x, 0.01) at 0", lambda x: x.leaky_relu(), (0.0,)),
    ("elu(x) at 0", lambda x: x.elu(), (0.0,)),
    ("abs(x) at 0", abs, (0.0,)),
    ("step(x) at 0", lambda x: x.step(), (0.0,)),
    ("maximum(a, b) at a = b = 3", lambda a, b: a.maximum(b), (3.0, 3.0)),
    ("maximum(x, 3) at 3", lambda x: x.maximum(3), (3.0,)),
    ("clamp(x, 0, 1) at 1", lambda x: x.clamp(0, 1), (1.0,)),
    ("sqrt(x) at 0", lambda x: x.sqrt(), (0.0,)),
    ("log(x) at 0", lambda x: x.log(), (0.0,)),
    ("log(x) at −1", lambda x: x.log(), (-1.0,)),
    ("1 / x at 0", lambda x: 1 / x, (0.0,)),
    ("a / b at 0, 0", lambda a, b: a / b, (0.0, 0.0)),
    ("x ** 0 at 0", lambda x: x**0, (0.0,)),
    ("a ** b at 0, 0", lambda a, b: a**b, (0.0, 0.0)),
    ("a ** b at −2, 3", lambda a, b: a**b, (-2.0, 3.0)),
    ("exp(x) at 1000", lambda x: x.exp(), (1000.0,)),
    ("sigmoid(x) at −1000", lambda x: x.sigmoid(), (-1000.0,)),
    ("softplus(x) at 1000", lambda x: x.softplus(), (1000.0,)),
    ("where(x > 0, log(x), 0) at 0", lambda x: where(x > 0, x.log(), 0), (0.0,)),
    ("relu(x) at nan", lambda x: x.relu(), (math.nan,)),
    ("relu6(x) at 6", lambda x: x.relu6(), (6.0,)),
    ("logaddexp(a, b) at −∞, −∞", lambda a, b: a.logaddexp(b), (-math.inf, -math.inf)),
    ("squareplus(a, b) at 0, 0", lambda a, b: a.squareplus(b), (0.0, 0.0)),
    ("sinc(x) at 0", lambda x: x.sinc(), (0.0,)),
]


class Peer(NamedTuple):
    """A point where PyTorch or JAX answers otherwise: their derivatives of that order by each input."""

    name: str
    at: tuple[float, ...]
    order: int
    torch: tuple[float, ...]
    jax: tuple[float, ...]


inf, nan = math.inf, math.nan
PEERS = [
    Peer("abs", (0.0,), 1, (0,), (1,)),
    Peer("abs", (nan,), 1, (0,), (-1,)),
    Peer("relu", (nan,), 1, (1,), (0,)),
    Peer("leaky_relu", (0.0, 0.01), 1, (0.01,), (1,)),
    Peer("maximum", (nan, 1.0), 1, (1, 1), (0, 0)),
    Peer("log", (-1.0,), 1, (-1,), (-1,)),
    Peer("acosh", (-2.0,), 1, (0.5774,), (0.5774,)),
    Peer("atanh", (2.0,), 1, (-0.3333,), (-0.3333,)),
    Peer("asinh", (1e200,), 1, (0,), (0,)),
    Peer("asin", (1e-309,), 2, (1e-309,), (0,)),
    Peer("sinc", (1e-17,), 1, (0,), (-12.57,)),
    Peer("sinc", (0.0,), 2, (nan,), (-3.29,)),
    Peer("hypot", (0.0, 0.0), 1, (nan, nan), (0.5, 0.5)),
    Peer("atan2", (0.0, 0.0), 1, (0, 0), (nan, nan)),
    Peer("logaddexp", (-inf, -inf), 1, (nan, nan), (nan, nan)),
    Peer("**", (0.0, 0.0), 1, (0, 0), (nan, 0)),
    Peer("**", (0.0, -1.0), 1, (-inf, -inf), (-inf, nan)),
    Peer("%", (5.0, 0.0), 1, (1, -inf), (1, -inf)),
]

HEAD = """\
# The operations

Every operation that a `Value` knows, with its symbol in drawings, its formula, and the local derivative
that the chain rule multiplies by. This page is written by `python docs/operations.py` from the table
that the engine itself runs (`autograd/ops.py`), so it cannot say anything else than the engine does.
x is the only input; of two, a is the first and b the second. What has a name is also a method
(`tanh(x)` is `x.tanh()`) and takes numbers and arrays as well. A comparison gives a plain bool, and
`==` asks whether two Values are the same object, as for any key of a dict.
"""
EDGE_HEAD = """\
## At the edges

Arithmetic is IEEE 754: nothing raises for a numerical reason. Where a derivative does not exist, the
engine takes the subgradient of the smallest norm, else the limit (which may be infinite), else nan.

| case | value | derivative |
| --- | --- | --- |
"""

PEER_HEAD = """\
## Where PyTorch and JAX answer otherwise

PyTorch 2.13 and JAX 0.10, in double precision. A value that is nan has no slope here: it passes nan
on, at every order, eagerly and compiled, where they pass on a number. At ±∞, and where x² overflows,
the derivatives of atan, asinh, erf, erfc, gelu, silu and mish are their limits, at every order; there
the others come to ∞·0 or ∞/∞, and to nan.

| case | derivative | here | PyTorch | JAX |
| --- | --- | --- | --- | --- |
"""


def written(op: Op) -> str:
    """How a program writes the operation."""
    if op.name in WRITTEN:
        return WRITTEN[op.name]
    if op.name in functions.__all__:
        return f"{op.name}({'x' if op.arity == 1 else 'a, b'})"
    return f"a {op.name} b"


def derivatives(op: Op) -> str:
    """The local derivative by each input that has one."""
    if op.compares:
        return "none: the answer is a bool"
    if op.name == "where":
        return "the branch taken: 1; the other: 0"
    if op.arity == 1:
        return derivative(op, "x")
    texts = [derivative(op, "a", "b", index=i) for i in (0, 1)]
    if op.active == (0,):
        return texts[0] if texts[0] == "0" else f"by a: {texts[0]}"
    return texts[0] if set(texts) == {"0"} else f"by a: {texts[0]}; by b: {texts[1]}"


def cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;").replace("*", "\\*")


def number(x: float) -> str:
    return f"{x:.4g}".replace("-", "−").replace("inf", "∞")


def page() -> str:
    """The whole page."""
    lines = [HEAD]
    for op in OPS.values():
        if op.name in OWN:
            continue
        if op.name in SECTIONS:
            lines += [
                f"\n## {SECTIONS[op.name]}\n",
                "| you write | symbol | formula | derivative |",
            ]
            lines += ["| --- | --- | --- | --- |"]
        code = written(op).replace("|", "\\|")
        texts = map(cell, (op.symbol, op.formula, derivatives(op)))
        lines.append(f"| `{code}` | {' | '.join(texts)} |")
    lines.append("\n" + EDGE_HEAD.rstrip())
    for name, f, at in EDGES:
        inputs = [Value(x) for x in at]
        root: Any = f(*inputs)
        root.backward()
        slopes = ", ".join(number(x.grad) for x in inputs)
        lines.append(f"| `{name}` | {number(root.data)} | {slopes} |")
    lines.append("\n" + PEER_HEAD.rstrip())
    for peer in PEERS:
        case = f"{written(OPS[peer.name])} at {', '.join(map(number, peer.at))}"
        shown = (", ".join(map(number, found)) for found in (ours(peer), peer.torch, peer.jax))
        lines.append(f"| `{case}` | {ORDINALS[peer.order]} | {' | '.join(shown)} |")
    return "\n".join(lines) + "\n"


def ours(peer: Peer) -> list[float]:
    """The derivatives here, by as many inputs as the peers were asked for."""
    found = []
    for i in range(len(peer.torch)):
        f: Callable[..., Any] = OPS[peer.name]
        for _ in range(peer.order):
            f = grad(f, i)
        found.append(f(*peer.at))
    return found


ORDINALS = ("", "first", "second")


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    print(f"wrote {PAGE}")
