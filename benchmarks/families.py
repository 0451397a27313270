"""Families of programs that are no layers: as loops over scalars.

Each is a function that gives back a `Family`: a function of one sample, its parameters, its data. Where
they are short, `families_numpy` has the same in matrices, by hand. `cliffs.py` runs them all.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np

from autograd import Value, dot, exp, log, maximum, sigmoid, sqrt, tanh, where
from autograd.graph import topological_order

Numbers = list[Any]  # floats or Values


@dataclass
class Family:
    """One program.

    Attributes:
        function: of one sample, after the parameters; of nothing, where the data are part of it.
        parameters: their numbers, flat.
        sample: draws arguments for a batch of so many; ``()`` where there are none.
        data: what a twin takes, where it is part of the function.
    """

    function: Callable[..., Any]
    parameters: np.ndarray
    sample: Callable[[int], tuple[np.ndarray, ...]]
    data: tuple[Any, ...] = ()


def _rng() -> np.random.Generator:
    return np.random.default_rng(0)


def _nothing(batch: int) -> tuple[np.ndarray, ...]:
    return ()


def _triangle(p: Numbers, n: int) -> dict[tuple[int, int], Any]:
    return dict(zip(combinations(range(n), 2), p))


def factorisation_machine(n: int = 48, rank: int = 4) -> Family:
    """Rendle 2010: b + Σ wᵢxᵢ + Σ over pairs of ⟨vᵢ, vⱼ⟩ xᵢ xⱼ, squared error."""

    def loss(p: Numbers, x: Numbers, y: Any) -> Any:
        v = [p[n + 1 + i * rank : n + 1 + (i + 1) * rank] for i in range(n)]
        total = dot(p[1 : n + 1], x, p[0])
        for i, j in combinations(range(n), 2):
            total = total + dot(v[i], v[j]) * x[i] * x[j]
        return (total - y) ** 2

    rng = _rng()
    parameters = rng.normal(size=1 + n + n * rank) * 0.1
    return Family(loss, parameters, lambda b: (rng.normal(size=(b, n)), rng.normal(size=b)))


def ising(n: int = 48) -> Family:
    """−Σ over pairs of Jᵢⱼ xᵢ xⱼ − Σ hᵢ xᵢ."""

    def energy(p: Numbers, x: Numbers) -> Any:
        total: Any = 0.0
        for (i, j), coupling in _triangle(p[n:], n).items():
            total = total - coupling * x[i] * x[j]
        for h, xi in zip(p, x):
            total = total - h * xi
        return total

    rng = _rng()
    parameters = rng.normal(size=n + n * (n - 1) // 2)
    return Family(energy, parameters, lambda b: (rng.choice([-1.0, 1.0], (b, n)),))


def gaussian_process(n: int = 16) -> Family:
    """Negative log marginal likelihood by a Cholesky factor; lengthscale, amplitude, noise."""

    def loss(p: Numbers, x: Numbers, y: Numbers) -> Any:
        scale, amplitude, noise = (exp(q) for q in p)
        factor: list[Numbers] = []
        for i in range(n):
            row: Numbers = []
            for j in range(i + 1):
                z = (x[i] - x[j]) / scale
                k = amplitude * exp(-0.5 * z * z) + (noise if i == j else 0.0)
                k = k - dot(row, factor[j][:j] if j < i else row) if j else k
                row.append(k / factor[j][j] if j < i else sqrt(k))
            factor.append(row)
        total: Any = 0.0
        solved: Numbers = []
        for i in range(n):
            rest = y[i] - dot(factor[i][:i], solved) if i else y[i]
            solved.append(rest / factor[i][i])
            total = total + 0.5 * solved[i] * solved[i] + log(factor[i][i])
        return total

    rng = _rng()
    parameters = np.log([0.7, 1.3, 0.2])
    return Family(loss, parameters, lambda b: (rng.normal(size=(b, n)), rng.normal(size=(b, n))))


def binomial_tree(n: int = 20) -> Family:
    """An American put (Cox, Ross & Rubinstein 1979) by rate and volatility; inputs: spot, strike."""

    def price(p: Numbers, spot: Any, strike: Any) -> Any:
        rate, volatility = p
        step = 1.0 / n
        up = exp(volatility * step**0.5)
        down, growth = 1.0 / up, exp(rate * step)
        q = (growth - down) / (up - down)
        value = [maximum(strike - spot * up ** (2 * j - n), 0.0) for j in range(n + 1)]
        for i in range(n - 1, -1, -1):
            for j in range(i + 1):
                held = (q * value[j + 1] + (1.0 - q) * value[j]) / growth
                value[j] = maximum(held, strike - spot * up ** (2 * j - i))
        return value[0]

    rng = _rng()
    return Family(
        price, np.array([0.05, 0.3]), lambda b: (rng.uniform(80, 120, b), rng.uniform(90, 110, b))
    )


def ctc(frames: int = 20, symbols: int = 4, target: tuple[int, ...] = (1, 2, 2, 3)) -> Family:
    """Graves 2006: −log of the sum over all alignments; logits are scaled and shifted."""
    path = [0, *(s for label in target for s in (label, 0))]

    def together(terms: Numbers) -> Any:
        largest = terms[0]
        for x in terms[1:]:
            largest = maximum(largest, x)
        return largest + log(sum(exp(x - largest) for x in terms)) if terms[1:] else largest

    def loss(p: Numbers, logits: list[Numbers]) -> Any:
        ends: dict[int, Any] = {}
        for t in range(frames):
            z = [p[s] * logits[t][s] + p[symbols + s] for s in range(symbols)]
            total = together(z)
            before, ends = ends, {}
            for s, symbol in enumerate(path):
                jump = s > 1 and symbol != 0 and path[s - 2] != symbol
                come = [before[r] for r in (s, s - 1, s - 2)[: 2 + jump] if r in before]
                if come:
                    ends[s] = together(come) + (z[symbol] - total)
                elif t == 0 and s < 2:
                    ends[s] = z[symbol] - total
        return -together([ends[len(path) - 2], ends[len(path) - 1]])

    rng = _rng()
    parameters = np.concatenate([rng.uniform(0.5, 1.5, symbols), rng.normal(size=symbols)])
    return Family(loss, parameters, lambda b: (rng.normal(size=(b, frames, symbols)),))


def kalman(steps: int = 20) -> Family:
    """Negative log likelihood of a local level, by the logarithms of both variances."""

    def loss(p: Numbers, y: Numbers) -> Any:
        drift, noise = exp(p[0]), exp(p[1])
        mean, variance, total = 0.0 * drift, 1.0 + drift, 0.0
        for observed in y:
            variance = variance + drift
            spread = variance + noise
            gain, surprise = variance / spread, observed - mean
            mean = mean + gain * surprise
            variance = (1.0 - gain) * variance
            total = total + 0.5 * (log(spread) + surprise * surprise / spread)
        return total

    rng = _rng()
    return Family(loss, np.array([-1.0, -0.5]), lambda b: (rng.normal(size=(b, steps)).cumsum(1),))


def matrix_factorisation(
    ratings: int = 1024, users: int = 60, items: int = 80, rank: int = 8
) -> Family:
    """Squared error of ⟨u, v⟩ over a whole batch of ratings; rows by ``table[i]``."""
    rng = _rng()
    who, what = rng.integers(0, users, ratings), rng.integers(0, items, ratings)
    stars = rng.normal(size=ratings)

    def loss(p: Numbers) -> Any:
        rows = [p[i * rank : (i + 1) * rank] for i in range(users + items)]
        errors = (
            (dot(rows[u], rows[users + v]) - r) ** 2
            for u, v, r in zip(who.tolist(), what.tolist(), stars.tolist())
        )
        return sum(errors) * (1.0 / ratings)

    return Family(
        loss, rng.normal(size=(users + items) * rank) * 0.3, _nothing, (who, users + what, stars)
    )


def skip_gram(pairs: int = 256, words: int = 50, rank: int = 8, negatives: int = 3) -> Family:
    """Mikolov 2013: −Σ log σ(±⟨in, out⟩) over a whole batch of pairs; rows by ``table[i]``."""
    rng = _rng()
    centre = rng.integers(0, words, pairs).repeat(1 + negatives)
    other = rng.integers(0, words, len(centre))
    sign = np.where(np.arange(len(centre)) % (1 + negatives), -1.0, 1.0)

    def loss(p: Numbers) -> Any:
        rows = [p[i * rank : (i + 1) * rank] for i in range(2 * words)]
        terms = (
            log(sigmoid(s * dot(rows[c], rows[words + o])))
            for c, o, s in zip(centre.tolist(), other.tolist(), sign.tolist())
        )
        return sum(terms) * (-1.0 / pairs)

    return Family(
        loss,
        rng.normal(size=2 * words * rank) * 0.3,
        _nothing,
        (centre, words + other, sign, pairs),
    )


def lorenz(steps: int = 10, h: float = 0.01) -> Family:
    """The Lorenz system by Runge and Kutta's fourth-order steps; the squared distance at the end."""

    def slope(p: Numbers, s: Numbers) -> Numbers:
        x, y, z = s
        return [p[0] * (y - x), x * (p[1] - z) - y, x * y - p[2] * z]

    def loss(p: Numbers, start: Numbers) -> Any:
        s = list(start)
        for _ in range(steps):
            a = slope(p, s)
            b = slope(p, [u + 0.5 * h * k for u, k in zip(s, a)])
            c = slope(p, [u + 0.5 * h * k for u, k in zip(s, b)])
            d = slope(p, [u + h * k for u, k in zip(s, c)])
            s = [u + h / 6 * (e + 2 * f + 2 * g + i) for u, e, f, g, i in zip(s, a, b, c, d)]
        return sum(u * u for u in s)

    rng = _rng()
    return Family(loss, np.array([10.0, 28.0, 8 / 3]), lambda b: (rng.normal(size=(b, 3)) + 1.0,))


def logistic_map(steps: int = 50) -> Family:
    """xₜ₊₁ = r·xₜ·(1 − xₜ)."""

    def last(p: Numbers, x: Any) -> Any:
        for _ in range(steps):
            x = p[0] * x * (1.0 - x)
        return x

    rng = _rng()
    return Family(last, np.array([3.2]), lambda b: (rng.uniform(0.1, 0.9, b),))


def bouncing(steps: int = 50) -> Family:
    """A loop of `where`: a ball that is turned round at the floor."""

    def height(p: Numbers, y: Any) -> Any:
        v: Any = 0.0 * p[0]
        for _ in range(steps):
            v = v - p[0] * 0.05
            y = y + v * 0.05
            below = y < 0.0
            y, v = where(below, -y, y), where(below, -p[1] * v, v)
        return y * y

    rng = _rng()
    return Family(height, np.array([9.81, 0.8]), lambda b: (rng.uniform(0.5, 2.0, b),))


def lstm_step(size: int = 8) -> Family:
    """Hochreiter & Schmidhuber 1997, one step; the state is an input."""

    def loss(p: Numbers, x: Numbers, h: Numbers, c: Numbers) -> Any:
        k = 2 * size + 1
        rows = [p[i * k : (i + 1) * k] for i in range(4 * size)]
        z = [dot(row[:-1], [*x, *h], row[-1]) for row in rows]
        total: Any = 0.0
        for i in range(size):
            gates = (sigmoid(z[i + g * size]) for g in range(3))
            keep, write, read = gates
            cell = keep * c[i] + write * tanh(z[i + 3 * size])
            total = total + read * tanh(cell)
        return total

    rng = _rng()
    parameters = rng.normal(size=4 * size * (2 * size + 1)) * 0.3
    return Family(loss, parameters, lambda b: tuple(rng.normal(size=(3, b, size))))


def chain(steps: int = 200) -> Family:
    """x ← sin(w·x), again and again."""

    def last(p: Numbers, x: Any) -> Any:
        for _ in range(steps):
            x = (p[0] * x).sin()
        return x

    rng = _rng()
    return Family(last, np.array([1.1]), lambda b: (rng.normal(size=b),))


FAMILIES: list[Callable[[], Family]] = [
    factorisation_machine, ising, gaussian_process, binomial_tree, ctc, kalman, matrix_factorisation,
    skip_gram, lorenz, logistic_map, bouncing, lstm_step, chain,
]  # fmt: skip


def built(family: Family) -> tuple[Callable[..., Any], list[Value]]:
    """The function of one sample alone, and the Values of its parameters."""
    values = [Value(x) for x in family.parameters.tolist()]
    return lambda *sample: family.function(values, *sample), values


def _values(x: Any) -> Any:
    return [_values(part) for part in x] if isinstance(x, list) else Value(x)


def nodes(family: Family) -> int:
    """How many the graph of one sample has."""
    function, _ = built(family)
    return len(topological_order(function(*(_values(x[0].tolist()) for x in family.sample(1)))))
