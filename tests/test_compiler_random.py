"""Random programs: compiled loss and gradients equal the engine's, at new inputs and in mid-training.

What they are made of: operations, sums and products; `where` with conditions of every kind, plain,
joined and nested; maxima; derivatives of derivatives; values selected by whole numbers; `detach` and
`no_grad`; leaves that are shared, aliased and copied; whole numbers for inputs; optimizers over some of
the parameters; steps that are compiled, and in between some that are not; threads that share a program
and build graphs of their own beside it.

Kinks are kept out by constants that no sum meets: the order of a sum may decide which side it is on.

The slow tests make it 500 programs in all, 250 traced ones and 250 finished graphs. For others, run
this file with the first seed and how many: ``python tests/test_compiler_random.py 20000 250``.
"""

from __future__ import annotations

import copy
import functools
import math
import random
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from autograd import (
    Value,
    clamp,
    compile,
    elu,
    grad,
    hessian,
    jvp,
    leaky_relu,
    maximum,
    minimum,
    no_grad,
    select,
    where,
)
from nn import SGD, Adam

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
# Of what derivatives are taken: every rule that chooses is among them.
CURVES = {
    "relu": lambda t, c: (t * c).relu() * t,
    "elu": lambda t, c: elu(t + 0.0113) * c,
    "leaky": lambda t, c: leaky_relu(t - 0.0171, 0.1) * t * c,
    "maximum": lambda t, c: maximum(t * t, c + 0.0119) * t,
    "minimum": lambda t, c: minimum(t * c, t * t - 0.313) * t,
    "clamp": lambda t, c: clamp(t * 1.5, -1.013, 1.017) * c * t,
    "absolute": lambda t, c: abs(t + c * 0.3) * t,
    "log": lambda t, c: (t * t + 0.6).log() * c,
    "power": lambda t, c: (t * t + 0.8) ** 1.5 * c,
    "mod": lambda t, c: (t % 1.5113) * c * t,
    "tanh": lambda t, c: (t * c).tanh() * t,
    "quotient": lambda t, c: t * c / (t * t + 1.0),
}
CHOICES = {  # these hold a comparison, which only a traced function records
    "where": lambda t, c: where(t > 0.0127, t * t * c, c.sin() * t),
    "where log": lambda t, c: where(t > 0.0193, t.log() * t * c, -t),
    "where where": lambda t, c: where(t < c + 0.013, where(t > -0.5117, t**3, t * c), t * t),
}
FREE = ["+", "-", "*", "/", "+c", "c*", "c-", "max", "min", "clamp", "f", "f", "dot", "dot", "sum",
        "alias", "copy", "grad", "grad", "grad of grad", "jvp", "hessian"]  # fmt: skip
TRACED = ["where", "where c", "where and", "where or", "where not", "where value", "where number",
          "select", "detach", "no_grad"]  # fmt: skip


def random_function(seed, traced, longest=40):
    """A function of parameters, inputs and whole numbers, and how many it takes of each."""
    rng = random.Random(seed)
    parameters, inputs = rng.randint(1, 8), rng.randint(0, 5)
    indices = rng.randint(0, 2) if traced and inputs else 0
    count = parameters + inputs
    kinds = [*FREE, *TRACED] if traced else FREE
    curves = CURVES | CHOICES if traced else CURVES
    steps = []
    for _ in range(rng.randint(1, longest)):
        kind = rng.choice(kinds)
        if kind == "select" and not indices:
            kind = "+"
        steps.append(
            Step(
                kind,
                [rng.randrange(count) for _ in range(4)],
                round(rng.uniform(-2, 2), 2),
                [(rng.randrange(count), rng.randrange(count)) for _ in range(rng.randint(3, 7))],
                rng.choice(list(FUNCTIONS)),
                curves[rng.choice(list(curves))],
                rng.randrange(indices) if indices else 0,
            )
        )
        count += 1
    tail = [rng.randrange(count) for _ in range(rng.randint(1, 6))]

    def function(p, x, chosen=()):
        v = [*p, *x]
        for step in steps:
            value = step.value(v, x, chosen)
            v.append((value * 0.05).tanh() if len(v) % 7 == 0 or "grad" in step.kind else value)
        total = v[-1] * 0.7
        for i in tail:
            total = total + (v[i] * v[i] * 0.1 if i % 2 else v[i].tanh())
        return total

    return function, parameters, inputs, indices


class Step:
    """One value made of earlier ones."""

    def __init__(self, kind, places, number, pairs, name, curve, which):
        self.kind, self.places, self.number, self.pairs = kind, places, number, pairs
        self.name, self.curve, self.which = name, curve, which

    def value(self, v, x, chosen):
        a, b, c, d = (v[i] for i in self.places)
        number, curve = self.number, self.curve
        return {
            "+": lambda: a + b,
            "-": lambda: a - b,
            "*": lambda: a * b,
            "/": lambda: a / (b * b + 1.0),
            "+c": lambda: a + number,
            "c*": lambda: number * a,
            "c-": lambda: number - a,
            "max": lambda: maximum(a, b + 0.0137),
            "min": lambda: minimum(a - 0.0191, b),
            "clamp": lambda: clamp(a, number - 1, number + 1),
            "f": lambda: FUNCTIONS[self.name](a),
            "dot": lambda: sum((v[i] * v[j] for i, j in self.pairs), a),
            "sum": lambda: sum((v[i] for i, _ in self.pairs), b),
            "alias": lambda: a,
            "copy": lambda: +a,
            "grad": lambda: grad(lambda t: curve(t, b))(a.tanh()),
            "grad of grad": lambda: grad(grad(lambda t: curve(t, b) * t))(a.tanh()),
            "hessian": lambda: hessian(lambda t: curve(*t) * t[1])([a.tanh(), c.tanh() + b])[0][1],
            "jvp": lambda: jvp(lambda t: curve(t, b), (a.tanh(),), (c,))[1] * 0.1,
            "where": lambda: where(a > b + 0.0173, c, d),
            "where c": lambda: where(a < number + 0.0011, c, d.tanh()),
            "where and": lambda: where((a >= number + 0.0013) & (b <= c + 0.0117), c, d),
            "where or": lambda: where((a > 0.5119) | (b < -0.0131) | (c > d + 0.0151), a, d * 0.5),
            "where not": lambda: where(opposite(a > b + 0.0171), c, 0.25),
            "where value": lambda: where((a - 0.0177).relu(), c, b),
            "where number": lambda: where(a > 0.0179, 1.0, 0.0) * b,
            # from what depends on the inputs: some that do and some that do not are refused
            "select": lambda: select([y + 0.1 * x[0] for y in (a, b, c)], chosen[self.which]),
            "detach": lambda: a.detach() * b,
            "no_grad": lambda: held(a, b) + c,
        }[self.kind]()  # fmt: skip


def opposite(condition):
    """``not``, also of a condition that is being traced."""
    return ~condition if isinstance(condition, Value) else not condition


def held(a, b):
    with no_grad():
        return a * b


def close(found, expected):
    scale = max(1.0, np.abs(expected).max(initial=0.0))
    return np.abs(np.asarray(found) - expected).max(initial=0.0) <= 1e-10 * scale


def eager(function, p, x, chosen):
    """The mean loss over a batch and its gradients, node by node."""
    for value in p:
        value.grad = 0.0
    loss = 0.0
    for sample, whole in zip(x.tolist(), chosen.tolist()):
        result = function(p, [Value(xi) for xi in sample], whole)
        result.backward()
        loss += result.data / len(x)
    for value in p:
        value.grad /= len(x)
    return loss, np.array([value.grad for value in p])


def fresh(numbers):
    """Leaves that nobody has compared."""
    return [Value(x) for x in numbers]


def data(rng, batch, inputs):
    """Numbers for a batch; at times whole ones, of any kind."""
    kind = rng.choice([float, float, np.float32, np.uint8, np.int32])
    if kind in (float, np.float32):
        return rng.normal(size=(batch, inputs)).astype(kind)
    return rng.integers(0, 4, (batch, inputs)).astype(kind)


def check(seed):
    """A function, traced, then trained: some steps compiled, some not, by an optimizer of its own."""
    function, parameters, inputs, indices = random_function(seed, traced=True)
    rng = np.random.default_rng(seed)
    start = rng.normal(size=parameters).tolist()
    p, q = fresh(start), fresh(start)  # one is trained by the program, the other never compiled
    batch = int(rng.choice([1, 2, 5])) if inputs else 1
    example = (rng.normal(size=inputs), np.array([1] * indices))
    if indices:
        program = compile(lambda x, i: function(p, x, i), p, inputs=example)
    elif inputs:
        program = compile(lambda x: function(p, x), p, inputs=example[:1])
    else:
        program = compile(lambda: function(p, []), p)
    program.plan.check()
    some = slice(None, None, int(rng.choice([1, 2])))
    kind = [SGD, Adam][int(rng.integers(2))]
    optimizers = [kind(values[some], lr=0.01) for values in (p, q)]
    for step in range(4):
        x, chosen = data(rng, batch, inputs), rng.integers(0, 3, (batch, indices))
        loss, gradients = eager(function, q, x.astype(float), chosen)
        if not math.isfinite(loss) or not np.abs(gradients).max() < 1e4:
            return  # nothing to compare to ten digits
        optimizers[1].step()
        if step == 2:  # one that is not compiled
            program.sync()
            eager(function, p, x.astype(float), chosen)
            optimizers[0].step()
            program.refresh()
            continue
        running = copy.deepcopy(program) if step == 1 else program
        (found,) = running.run(*[x, chosen][: bool(inputs) + bool(indices)])
        assert close(found, loss), (seed, step)
        assert close(running.gradients, gradients[program.order]), (seed, step)
        program.run(*[x, chosen][: bool(inputs) + bool(indices)])
        program.update(optimizers[0])
        assert close(program.parameters, np.array([v.data for v in q])[program.order]), (seed, step)
    if inputs:
        in_threads(function, program, [v.data for v in q], rng, indices)


def in_threads(function, program, numbers, rng, indices):
    """One program shared by threads, each of which builds its graphs beside the others."""
    inputs = program.plan.arguments[0]

    def work(size):
        x, chosen = samples[size]
        (found,) = program.run(*[x, chosen][: 1 + bool(indices)])
        loss, gradients = eager(function, fresh(numbers), x, chosen)
        return close(found, loss) or not np.abs(gradients).max() < 1e4

    samples = {
        size: (rng.normal(size=(size, inputs)), rng.integers(0, 3, (size, indices)))
        for size in (1, 2, 3)
    }
    with ThreadPoolExecutor(3) as threads:
        assert all(threads.map(work, [1, 2, 3, 2, 1, 3]))


def check_finished(seed):
    """A finished graph, of one sample or with its data, run at other numbers."""
    function, parameters, inputs, _ = random_function(seed, traced=False, longest=20)
    rng = np.random.default_rng(seed)
    p, x = fresh(rng.normal(size=parameters).tolist()), fresh(rng.normal(size=inputs).tolist())
    given = bool(inputs) and bool(rng.integers(2))
    program = compile(function(p, x), p, inputs=x if given else None)
    program.plan.check()
    for _ in range(3):
        program.parameters[...] = rng.normal(size=parameters)
        numbers = np.empty(parameters)
        numbers[program.order] = program.parameters
        new = rng.normal(size=(3, inputs)) if given else np.array([[xi.data for xi in x]])
        loss, gradients = eager(function, fresh(numbers.tolist()), new, np.zeros((len(new), 0)))
        if not math.isfinite(loss) or not np.abs(gradients).max() < 1e4:
            continue
        (found,) = program.run(new) if given else program.run()
        assert close(found, loss), seed
        assert close(program.gradients, gradients[program.order]), seed


@pytest.mark.parametrize(
    "first", [0, *(pytest.param(n, marks=pytest.mark.slow) for n in (50, 150))]
)
@pytest.mark.parametrize("checked", [check, check_finished])
@pytest.mark.filterwarnings("ignore:every gradient is 0")  # so it is in some of them
def test_random_programs(checked, first, request):
    request.addfinalizer(functools.partial(sys.setswitchinterval, sys.getswitchinterval()))
    sys.setswitchinterval(1e-5)  # threads take turns all the time
    for seed in range(first, first + (100 if first else 50)):
        checked(seed)


if __name__ == "__main__":
    begin, number = (int(text) for text in sys.argv[1:])
    for each in range(begin, begin + number):
        check(each)
        check_finished(each)
    print(f"{2 * number} programs are right")
