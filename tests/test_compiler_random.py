"""A thousand random graphs: compiled loss and gradients equal the engine's to 1e-12, over two steps.

Kinks are kept out by constants that no sum meets: the order of a sum may decide which side it is on.
"""

from __future__ import annotations

import math
import random

import numpy as np
import pytest

from autograd import Value, clamp, compile, maximum, minimum, where

FUNCTIONS = {
    name: lambda x, name=name: getattr(x, name)()
    for name in ("tanh", "sigmoid", "sin", "cos", "softplus", "relu", "gelu", "silu", "atan", "erf")
} | {
    "exp": lambda x: (0.3 * x).tanh().exp(),
    "log1p": lambda x: (x * x + 0.5).log1p(),
    "sqrt": lambda x: (x * x + 0.7).sqrt(),
    "power": lambda x: (x * x + 0.7) ** -0.5,
    "cube": lambda x: x.tanh() ** 3,
    "negative": lambda x: -x,
    "square": lambda x: x * x,
    "absolute": abs,
}


def random_function(seed):
    """A function of parameters and inputs made of random operations, and how many it takes of each."""
    rng = random.Random(seed)
    parameters, inputs = rng.randint(1, 8), rng.randint(0, 5)
    count = parameters + inputs
    steps = []
    for _ in range(rng.randint(1, 40)):
        a, b, c, d = (rng.randrange(count) for _ in range(4))
        number = round(rng.uniform(-2, 2), 2)
        several = [rng.randrange(count) for _ in range(rng.randint(2, 7))]
        others = [rng.randrange(count) for _ in several]
        kind = rng.choice(
            ["+", "-", "*", "/", "+c", "c*", "c-", "max", "min", "clamp", "f", "f", "dot", "dot", "sum",
             "where", "where c"]
        )  # fmt: skip
        steps.append((kind, a, b, c, d, number, several, others, rng.choice(list(FUNCTIONS))))
        count += 1
    tail = [rng.randrange(count) for _ in range(rng.randint(1, 6))]

    def function(p, x):
        v = [*p, *x]
        for step in steps:
            value = value_of(step, v)
            v.append((value * 0.05).tanh() if len(v) % 7 == 0 else value)
        total = v[-1] * 0.7
        for i in tail:
            total = total + (v[i] * v[i] * 0.1 if i % 2 else v[i].tanh())
        return total

    return function, parameters, inputs


def value_of(step, v):
    kind, a, b, c, d, number, several, others, name = step
    return {
        "+": lambda: v[a] + v[b],
        "-": lambda: v[a] - v[b],
        "*": lambda: v[a] * v[b],
        "/": lambda: v[a] / (v[b] * v[b] + 1.0),
        "+c": lambda: v[a] + number,
        "c*": lambda: number * v[a],
        "c-": lambda: number - v[a],
        "max": lambda: maximum(v[a], v[b] + 0.0137),
        "min": lambda: minimum(v[a] - 0.0191, v[b]),
        "clamp": lambda: clamp(v[a], number - 1, number + 1),
        "f": lambda: FUNCTIONS[name](v[a]),
        "dot": lambda: sum((v[i] * v[j] for i, j in zip(several, others)), v[a]),
        "sum": lambda: sum((v[i] for i in several[1:]), v[several[0]]),
        "where": lambda: where(v[a] > v[b] + 0.0173, v[c], v[d]),
        "where c": lambda: where(v[a] < number + 0.0011, v[c], v[d].tanh()),
    }[kind]()


def check(seed):
    function, parameters, inputs = random_function(seed)
    rng = np.random.default_rng(seed)
    p = [Value(x) for x in rng.normal(size=parameters).tolist()]
    batch = int(rng.choice([1, 2, 5])) if inputs else 1
    x = rng.normal(size=(batch, inputs))
    if inputs:
        program = compile(lambda x: function(p, x), p, inputs=(x[0],))
    else:
        program = compile(lambda: function(p, []), p)
    program.plan.check()
    for step in range(2):
        loss = 0.0
        for value in p:
            value.grad = 0.0
        for sample in x.tolist():
            result = function(p, [Value(xi) for xi in sample])
            result.backward()
            loss += result.data / batch
        gradients = np.array([value.grad for value in p]) / batch
        if not math.isfinite(loss) or np.abs(gradients).max() > 1e9:
            return  # nothing to compare to twelve digits
        (found,) = program.run(x) if inputs else program.run()
        assert abs(found - loss) <= 1e-12 * max(1.0, abs(loss)), (seed, step)
        difference = np.abs(program.gradients - gradients[program.order]).max()
        assert difference <= 1e-12 * max(1.0, np.abs(gradients).max()), (seed, step)
        program.parameters[...] -= 0.01 * np.clip(program.gradients, -1, 1)
        program.sync()


@pytest.mark.parametrize(
    "start", [0, *(pytest.param(n, marks=pytest.mark.slow) for n in (250, 500, 750))]
)
def test_random_graphs(start):
    for seed in range(start, start + 250):
        check(seed)
