"""A graph of scalars as one function in C, a line for each node: the best a compiler makes of it."""

from __future__ import annotations

import ctypes
import subprocess
from pathlib import Path

import numpy as np

from autograd.compiler.read.arrays import OPERATIONS, lift
from autograd.compiler.read.trace import Example, trace

# The value, then the derivative by each input, of inputs a, b, c and the output y.
_RULES = {
    "copy": ("a", "1.0"), "+": ("a + b", "1.0", "1.0"), "-": ("a - b", "1.0", "-1.0"),
    "*": ("a * b", "b", "a"), "/": ("a / b", "1.0 / b", "-y / b"), "neg": ("-a", "-1.0"),
    "exp": ("exp(a)", "y"), "log": ("log(a)", "1.0 / a"), "sqrt": ("sqrt(a)", "0.5 / y"),
    "tanh": ("tanh(a)", "1.0 - y * y"), "sigmoid": ("1.0 / (1.0 + exp(-a))", "y * (1.0 - y)"),
    "relu": ("a > 0.0 ? a : 0.0", "y > 0.0 ? 1.0 : 0.0"),
    "maximum": ("a > b ? a : b", "a > b ? 1.0 : 0.0", "a > b ? 0.0 : 1.0"),
    "softplus": ("log1p(exp(a))", "1.0 / (1.0 + exp(-a))"),
    "logaddexp": ("(a > b ? a : b) + log1p(exp(-fabs(a - b)))", "exp(a - y)", "exp(b - y)"),
    ">": ("a > b", "0.0", "0.0"), "<": ("a < b", "0.0", "0.0"),
    "where": ("a != 0.0 ? b : c", "0.0", "a != 0.0 ? 1.0 : 0.0", "a != 0.0 ? 0.0 : 1.0"),
}  # fmt: skip


def source(function, parameters, sample) -> str:
    """The C code of the loss of one sample and its gradient, and of the mean over a batch."""
    example = Example([sample] if len(sample) else [])
    roots, inputs = trace(lambda *x: function(parameters, x[0] if x else []), example, parameters)

    graph = lift(roots, parameters, inputs)
    name, nodes = {}, range(len(graph))
    name |= {int(n): f"p[{k}]" for k, n in enumerate(graph.parameters) if n >= 0}
    name |= {int(n): f"x[{k}]" for nodes in graph.inputs for k, n in enumerate(nodes) if n >= 0}
    forward, backward = [], []
    wanted = graph.needs | (graph.depends > 0)
    for n in nodes:
        op = OPERATIONS[graph.code[n]]
        if n in name:
            continue
        if graph.depends[n] == 0:
            name[n] = repr(float(graph.data[n]))
            continue
        name[n] = f"v{n}"
        operands = list(graph.more.get(n, ((graph.a[n], graph.ca[n]), (graph.b[n], graph.cb[n]))))
        operands = [_operand(x, name) for x in operands[: op.arity]]
        texts = {letter: text for letter, (text, _) in zip("abc", operands)} | {"y": f"v{n}"}
        value, *slopes = _RULES[op.name]
        if op.name == "**":
            raise NotImplementedError
        forward.append(f"double v{n} = {_filled(value, texts)};")
        lines = [
            f"g{node} += g{n} * ({_filled(slope, texts)});"
            for (_, node), slope in zip(operands, slopes)
            if node >= 0 and graph.needs[node] and slope != "0.0"
        ]
        if graph.needs[n]:
            backward.append(" ".join(lines))
    zero = [f"double g{n} = 0.0;" for n in nodes if wanted[n]]
    root = roots and graph.roots[0]
    given = [f"g[{k}] += g{n};" for k, n in enumerate(graph.parameters) if n >= 0]
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
for (long i = 0; i < count; i++) total += one(p, x + i * {len(sample)}, g, 1.0 / count);
return total / count;
}}
"""


def _operand(x, name) -> tuple[str, int]:
    if isinstance(x, tuple):
        node, number = int(x[0]), float(x[1])
    else:
        node, number = (x, 0.0) if isinstance(x, (int, np.integer)) else (-1, float(x))
    return (name[node], node) if node >= 0 else (repr(number), -1)


def _filled(rule: str, texts: dict[str, str]) -> str:
    import re

    return re.sub(r"\b[abcy]\b", lambda m: f"({texts[m.group()]})", rule)


def compiled(function, parameters, batch, folder: str):
    """A step on the parameters [n] and samples as a C library, and the gradients [n] that it fills."""
    path = Path(folder) / "straight.c"
    path.write_text(source(function, parameters, batch[0] if len(batch) else []))
    library = path.with_suffix(".so")
    subprocess.run(
        ["gcc", "-O2", "-march=native", "-shared", "-fPIC", "-o", library, path, "-lm"], check=True
    )
    call = ctypes.CDLL(str(library)).batch
    call.restype, call.argtypes = ctypes.c_double, [ctypes.c_void_p] * 3 + [ctypes.c_long]
    numbers, gradients = np.array([p.data for p in parameters]), np.zeros(len(parameters))
    samples = np.ascontiguousarray(batch, dtype=float)
    count = max(len(batch), 1)
    pointers = numbers.ctypes.data, samples.ctypes.data, gradients.ctypes.data

    def step() -> float:
        return call(*pointers, count)

    step.kept = numbers, samples, gradients
    return step, gradients
