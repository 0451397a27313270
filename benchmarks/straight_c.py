"""A graph of scalars as one function in C, a line for each node: the best a compiler makes of it."""

from __future__ import annotations

import ctypes
import re
import subprocess
from pathlib import Path

import numpy as np

from autograd.compiler.read.arrays import OPERATIONS, Graph, lift
from autograd.compiler.read.trace import Example, trace

# The value, then the derivative by each input, of inputs a, b, c and the output y.
_RULES = {
    "copy": ("a", "1.0"), "+": ("a + b", "1.0", "1.0"), "-": ("a - b", "1.0", "-1.0"),
    "*": ("a * b", "b", "a"), "/": ("a / b", "1.0 / b", "-y / b"), "neg": ("-a", "-1.0"),
    "exp": ("exp(a)", "y"), "log": ("log(a)", "1.0 / a"), "sqrt": ("sqrt(a)", "0.5 / y"),
    "sin": ("sin(a)", "cos(a)"), "tanh": ("tanh(a)", "1.0 - y * y"),
    "sigmoid": ("1.0 / (1.0 + exp(-a))", "y * (1.0 - y)"),
    "relu": ("a > 0.0 ? a : 0.0", "y > 0.0 ? 1.0 : 0.0"),
    "maximum": ("a > b ? a : b", "a > b ? 1.0 : 0.0", "a > b ? 0.0 : 1.0"),
    "clamp_min": ("a > b ? a : b", "a > b ? 1.0 : 0.0", "0.0"),
    "softplus": ("log1p(exp(a))", "1.0 / (1.0 + exp(-a))"),
    ">": ("a > b", "0.0", "0.0"), "<": ("a < b", "0.0", "0.0"),
    "where": ("a != 0.0 ? b : c", "0.0", "a != 0.0 ? 1.0 : 0.0", "a != 0.0 ? 0.0 : 1.0"),
}  # fmt: skip


def source(graph: Graph) -> str:
    """The C code of the loss of one sample and its gradient, and of the mean over a batch."""
    columns = [int(n) for nodes in graph.inputs for n in nodes]
    name = {int(n): f"p[{k}]" for k, n in enumerate(graph.parameters) if n >= 0}
    name |= {n: f"x[{k}]" for k, n in enumerate(columns) if n >= 0}
    forward, backward = [], []
    for n in range(len(graph)):
        if n in name:
            continue
        if graph.depends[n] == 0:
            name[n] = repr(float(graph.data[n]))
            continue
        name[n] = f"v{n}"
        op = OPERATIONS[graph.code[n]]
        operands = [_operand(x, name) for x in _operands(graph, n)[: op.arity]]
        texts = {letter: text for letter, (text, _) in zip("abc", operands)} | {"y": f"v{n}"}
        value, *slopes = (
            (f"pow(a, {operands[1][0]})", f"{operands[1][0]} * pow(a, {operands[1][0]} - 1.0)", "0.0")
            if op.name == "**" else _RULES[op.name]
        )  # fmt: skip
        forward.append(f"double v{n} = {_filled(value, texts)};")
        backward += [
            f"g{node} += g{n} * ({_filled(slope, texts)});"
            for (_, node), slope in zip(operands, slopes)
            if node >= 0 and graph.needs[node] and slope != "0.0"
        ][::-1]
    zero = [f"double g{n} = 0.0;" for n in np.flatnonzero(graph.depends > 0)]
    given = [f"g[{k}] += g{n};" for k, n in enumerate(graph.parameters) if n >= 0]
    root = graph.roots[0]
    body = "\n".join([*zero, *forward, f"g{root} = seed;", *reversed(backward), *given])
    return f"""#include <math.h>
#define IN const double *restrict
static double one(IN p, IN x, double *restrict g, double seed) {{
{body}
return {name[root]};
}}
double batch(const double *p, const double *x, double *g, long count) {{
double total = 0.0;
for (long i = 0; i < {len(graph.parameters)}; i++) g[i] = 0.0;
for (long i = 0; i < count; i++) total += one(p, x + i * {len(columns)}, g, 1.0 / count);
return total / count;
}}
"""


def _operands(graph: Graph, n: int) -> list:
    pairs = [(graph.a[n], graph.ca[n]), (graph.b[n], graph.cb[n])]
    return list(graph.more.get(n, [int(node) if node >= 0 else float(x) for node, x in pairs]))


def _operand(x: int | float, name: dict[int, str]) -> tuple[str, int]:
    """Its text, and its node."""
    return (name[x], x) if isinstance(x, int) else (repr(x), -1)


def _filled(rule: str, texts: dict[str, str]) -> str:
    return re.sub(r"\b[abcy]\b", lambda m: f"({texts[m.group()]})", rule)


def compiled(function, parameters, samples, folder: str):
    """A step on the parameters [n] and samples as a C library, and the gradients [n] that it fills."""
    example = Example([x[0] for x in samples])
    roots, inputs = trace(function, example, parameters)
    path = Path(folder) / "straight.c"
    path.write_text(source(lift(roots, parameters, inputs)))
    library = path.with_suffix(".so")
    subprocess.run(
        ["gcc", "-O2", "-march=native", "-shared", "-fPIC", "-o", library, path, "-lm"], check=True
    )
    call = ctypes.CDLL(str(library)).batch
    call.restype, call.argtypes = ctypes.c_double, [ctypes.c_void_p] * 3 + [ctypes.c_long]
    count = len(samples[0]) if samples else 1
    numbers, gradients = np.array([p.data for p in parameters]), np.zeros(len(parameters))
    flat = np.concatenate([np.reshape(x, (count, -1)) for x in samples] or [np.zeros((1, 0))], 1)
    kept = numbers, np.ascontiguousarray(flat, dtype=float), gradients
    pointers = [array.ctypes.data for array in kept]
    return lambda kept=kept: call(*pointers, count), gradients
