"""Programs of scalars that are no networks: machine code, NumPy, eager, and C from the same graph.

    python benchmarks/machine_code.py
    python benchmarks/machine_code.py --only lorenz

Every contestant starts from the same numbers; losses and gradients have to agree to 1e-9 before
anything is timed. A step is the mean loss over a batch and its gradient, in CPU time on one thread;
rounds go in turn. C is one function with a line for each node, made from the same graph, compiled by
``gcc -O2 -march=native`` and called for each sample.
"""

# ruff: noqa: E402 (the number of threads is set before NumPy is imported)
from __future__ import annotations

import os

for _variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_variable] = "1"

import argparse
import shutil
import tempfile
import time
from itertools import combinations
from statistics import median

import numpy as np
import straight_c

from autograd import Value, compile, dot, exp, log, logaddexp, maximum, sigmoid, sqrt, tanh, where
from autograd.compiler.run.native.shape import available

# Families: a function of parameters and one sample, how many of each, and the batch ----------------


def factorisation_machine(p, x, n=48, k=4):
    w, v = p[:n], [p[n + k * i : n + k * i + k] for i in range(n)]
    score = dot(w, x)
    for i, j in combinations(range(n), 2):
        score = score + dot(v[i], v[j]) * x[i] * x[j]
    return (score - 1.0) * (score - 1.0)


def gaussian_process(p, x, n=16):
    """The negative log likelihood; the data are the sample, or fixed."""
    y = x if len(x) else [np.sin(3.0 * i / n) for i in range(n)]
    scale, length, noise = (exp(q) for q in p)
    points = [i / n for i in range(n)]

    def kernel(i, j):
        apart = points[i] - points[j]
        return scale * exp(-(apart * apart) / length) + (noise if i == j else 0.0)

    rows: list[list[Value]] = []
    total = Value(0.0)
    solved: list[Value] = []
    for i in range(n):
        row: list[Value] = []
        for j in range(i):
            row.append(
                (kernel(i, j) - dot(row, rows[j][:j])) / rows[j][j]
                if j
                else kernel(i, j) / rows[0][0]
            )
        row.append(sqrt(kernel(i, i) - dot(row, row)) if i else sqrt(kernel(i, i)))
        rows.append(row)
        z = (y[i] - dot(row[:i], solved)) / row[i] if i else y[i] / row[i]
        solved.append(z)
        total = total + z * z * 0.5 + log(row[i])
    return total


def binomial_tree(p, x, n=20):
    """An American put; the sample holds its strike."""
    spot, rate, volatility = (exp(q) for q in p)
    strike = x[0] if len(x) else 1.1
    step = 1.0 / n
    up = exp(volatility * step**0.5)
    down = 1.0 / up
    discount = exp(-rate * step)
    chance = (1.0 / discount - down) / (up - down)
    other = 1.0 - chance

    def price(i, ups):
        out = spot
        for _ in range(abs(2 * ups - i)):
            out = out * (up if 2 * ups > i else down)
        return out

    values = [maximum(strike - price(n, j), 0.0) for j in range(n + 1)]
    for i in range(n - 1, -1, -1):
        values = [
            maximum(discount * (chance * values[j + 1] + other * values[j]), strike - price(i, j))
            for j in range(i + 1)
        ]
    return values[0]


def ising(p, x, n=48):
    energy = dot(p[:n], x)
    for place, (i, j) in enumerate(combinations(range(n), 2)):
        energy = energy + p[n + place] * x[i] * x[j]
    return log(1.0 + exp(energy * 0.05))


def ctc(p, x, length=20, labels=(1, 2, 1)):
    """The probability of a word over all alignments; the sample scales the scores."""
    classes = 4
    word = [0, *(symbol for label in labels for symbol in (label, 0))]
    factor = x[0] if len(x) else 1.0
    scores = [[q * factor for q in p[classes * t : classes * t + classes]] for t in range(length)]
    logs = []
    for row in scores:
        whole = log(sum((exp(s) for s in row[1:]), exp(row[0])))
        logs.append([s - whole for s in row])
    alpha = {0: logs[0][word[0]], 1: logs[0][word[1]]}
    for t in range(1, length):
        new = {}
        for s, symbol in enumerate(word):
            before = [alpha[k] for k in (s, s - 1) if k in alpha]
            if s > 1 and symbol and symbol != word[s - 2] and s - 2 in alpha:
                before.append(alpha[s - 2])
            if before:
                total = before[0]
                for other in before[1:]:
                    total = logaddexp(total, other)
                new[s] = total + logs[t][symbol]
        alpha = new
    last = len(word) - 1
    return -logaddexp(alpha[last], alpha[last - 1])


def kalman(p, x, n=20):
    transition, noise, error = p[0], exp(p[1]), exp(p[2])
    mean, variance, total = Value(0.0), Value(1.0), Value(0.0)
    for k in range(n):
        mean, variance = transition * mean, transition * transition * variance + noise
        spread = variance + error
        surprise = x[k] - mean
        total = total + log(spread) + surprise * surprise / spread
        gain = variance / spread
        mean, variance = mean + gain * surprise, (1.0 - gain) * variance
    return total * 0.5


def lorenz(p, x, steps=10, h=0.01):
    def slope(s):
        return [p[0] * (s[1] - s[0]), s[0] * (p[1] - s[2]) - s[1], s[0] * s[1] - p[2] * s[2]]

    state = list(p[3:6])
    for _ in range(steps):
        k1 = slope(state)
        k2 = slope([s + h / 2 * k for s, k in zip(state, k1)])
        k3 = slope([s + h / 2 * k for s, k in zip(state, k2)])
        k4 = slope([s + h * k for s, k in zip(state, k3)])
        state = [
            s + h / 6 * (a + 2.0 * b + 2.0 * c + d) for s, a, b, c, d in zip(state, k1, k2, k3, k4)
        ]
    return dot(state, state)


def logistic_map(p, x, steps=100):
    y = p[1]
    for _ in range(steps):
        y = p[0] * y * (1.0 - y)
    return y


def loop_of_where(p, x, steps=50):
    y = p[0]
    for _ in range(steps):
        y = where(y > 0.4, p[1] * y - 0.5, p[2] * y + 0.6)
    return y * y


def chain(p, x, steps=1500):
    y = p[0]
    for k in range(steps):
        y = y * p[1] + p[2] if k % 3 else y * 0.9
    return y


def lstm(p, x, hidden=8, steps=4):
    """A few steps of an LSTM on one input a step."""
    size = hidden + 2
    gates = [[p[size * (hidden * g + i) :][:size] for i in range(hidden)] for g in range(4)]
    h = [Value(0.0)] * hidden
    c = [Value(0.0)] * hidden
    for t in range(steps):
        given = [*h, x[t]]
        i, f, g, o = (
            [kind(dot(row[:-1], given) + row[-1]) for row in gate]
            for kind, gate in zip((sigmoid, sigmoid, tanh, sigmoid), gates)
        )
        c = [fi * ci + ii * gi for fi, ci, ii, gi in zip(f, c, i, g)]
        h = [oi * tanh(ci) for oi, ci in zip(o, c)]
    return dot(h, h)


def families():
    """Name, function, parameters, samples."""
    rng = np.random.default_rng(0)
    signs = np.sign(rng.normal(size=(64, 48)))
    yield (
        "factorisation machine, 48, B 64",
        factorisation_machine,
        rng.normal(size=240) * 0.1,
        signs,
    )
    start = np.array([0.1, -1.5, -2.0])
    yield "Gaussian process by Cholesky, 16, B 1", gaussian_process, start, []
    yield (
        "Gaussian process by Cholesky, 16, B 32",
        gaussian_process,
        start,
        rng.normal(size=(32, 16)),
    )
    market = np.log([1.0, 0.05, 0.3])
    yield "binomial tree, 20, B 1", binomial_tree, market, []
    yield "binomial tree, 20, B 64", binomial_tree, market, rng.uniform(0.8, 1.3, (64, 1))
    yield "Ising energy, 48, B 64", ising, rng.normal(size=48 + 1128) * 0.1, signs
    yield "CTC, 20, B 1", ctc, rng.normal(size=80), []
    yield "CTC, 20, B 32", ctc, rng.normal(size=80), rng.uniform(0.5, 1.5, (32, 1))
    yield "Kalman filter, 20, B 1", kalman, np.array([0.9, -1.0, -2.0]), rng.normal(size=(1, 20))
    yield "Kalman filter, 20, B 32", kalman, np.array([0.9, -1.0, -2.0]), rng.normal(size=(32, 20))
    yield "Lorenz, 10 RK4 steps, B 1", lorenz, np.array([10.0, 28.0, 8 / 3, 1.0, 1.0, 1.05]), []
    yield "logistic map, 100, B 1", logistic_map, np.array([3.2, 0.3]), []
    yield "loop of where, 50, B 1", loop_of_where, np.array([0.3, 1.7, 0.8]), []
    yield "chain of 2 500, B 1", chain, np.array([0.3, 0.999, 0.01]), []
    yield "LSTM, 8, 4 steps, B 1", lstm, rng.normal(size=320) * 0.3, rng.normal(size=(1, 4))
    yield "LSTM, 8, 4 steps, B 32", lstm, rng.normal(size=320) * 0.3, rng.normal(size=(32, 4))


# Contestants --------------------------------------------------------------------------------------


def compiled(function, numbers, batch, engine):
    """A step, the gradients that it fills, how long compiling took, and the program."""
    p = [Value(x) for x in numbers.tolist()]
    if len(batch):
        program = compile(
            lambda x: function(p, x), p, inputs=(batch[0],), check=False, engine=engine
        )
        step = lambda: program.run(batch)[0]  # noqa: E731
    else:
        program = compile(lambda: function(p, []), p, check=False, engine=engine)
        step = lambda: program.run()[0]  # noqa: E731
    start = time.process_time()
    step()
    return step, lambda: _given(program), time.process_time() - start, program


def _given(program):
    out = np.empty(len(program.order))
    out[program.order] = program.gradients
    return out


def eager(function, numbers, batch):
    p = [Value(x) for x in numbers.tolist()]

    def step() -> float:
        for q in p:
            q.grad = 0.0
        total = 0.0
        for x in batch if len(batch) else [[]]:
            loss = function(p, [float(xi) for xi in x]) * (1.0 / max(len(batch), 1))
            loss.backward()
            total += loss.data
        return total

    return step, lambda: np.array([q.grad for q in p])


def timed(contestants, rounds):
    times = {who: [] for who in contestants}
    counts = {}
    for who, step in contestants.items():
        start = time.process_time()
        step()
        counts[who] = max(1, min(2000, int(0.02 / max(time.process_time() - start, 1e-6))))
    for _ in range(rounds):
        for who, step in contestants.items():
            start = time.process_time()
            for _ in range(counts[who]):
                step()
            times[who].append((time.process_time() - start) / counts[who])
    return {who: median(each) for who, each in times.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", default="", help="run the families whose name contains this")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--dtype", default="float64")
    arguments = parser.parse_args()
    with_c, with_native = bool(shutil.which("gcc")), available()
    print(
        "| family | nodes | native: run() | NumPy ÷ native | eager ÷ native | the code alone | ÷ C | "
        "compiling, a node | auto |"
    )
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- |")
    for name, function, numbers, batch in families():
        if arguments.only.lower() not in name.lower():
            continue
        row(name, function, numbers, batch, arguments.rounds, with_native, with_c)


def row(name, function, numbers, batch, rounds, with_native, with_c) -> None:
    by_numpy, numpy_gradients, _, _ = compiled(function, numbers, batch, "numpy")
    contestants = {"NumPy": by_numpy}
    contestants["eager"], eager_gradients = eager(function, numbers, batch)
    gradients = {"NumPy": numpy_gradients, "eager": eager_gradients}
    seconds, nodes, auto = float("nan"), 0, ""
    if with_native:
        step, gradients["native"], seconds, program = compiled(function, numbers, batch, "native")
        contestants["native"] = step
        contestants["code"] = program._runner(max(len(batch), 1)).again
        auto = compiled(function, numbers, batch, "auto")[-1].engine.name
    p = [Value(x) for x in numbers.tolist()]
    nodes = count(function(p, [float(x) for x in batch[0]] if len(batch) else []))
    with tempfile.TemporaryDirectory() as folder:
        if with_c:
            contestants["C"], found = straight_c.compiled(function, p, batch, folder)
            gradients["C"] = lambda: found
        losses = {who: step() for who, step in contestants.items() if who != "code"}
        assert np.ptp(list(losses.values())) < 1e-9 * max(map(abs, losses.values())), losses
        for who, each in gradients.items():
            np.testing.assert_allclose(
                each(), numpy_gradients(), rtol=1e-8, atol=1e-10, err_msg=f"{name}, {who}"
            )
        t = timed(contestants, rounds)
    native, code = t.get("native", float("nan")), t.get("code", float("nan"))
    print(
        f"| {name} | {nodes} | {1e6 * native:.2f} µs | {t['NumPy'] / native:.1f} | "
        f"{t['eager'] / native:.0f} | {1e6 * code:.2f} µs | {code / t.get('C', float('nan')):.2f} | "
        f"{1e3 * seconds / nodes:.3f} ms | {auto} |",
        flush=True,
    )


def count(root) -> int:
    """How many Values a graph has."""
    seen, stack = {root}, [root]
    while stack:
        for parent in stack.pop().parents:
            if parent not in seen:
                seen.add(parent)
                stack.append(parent)
    return len(seen)


if __name__ == "__main__":
    main()
