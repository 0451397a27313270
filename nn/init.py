"""Where weights begin: drawn at random, by name or by a function of one's own."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import numpy as np

__all__ = ["INITS", "Init", "Rng", "generator", "initial"]

Rng: TypeAlias = "int | np.random.Generator | None"
Init: TypeAlias = "str | Callable[[Any, int, int], Sequence[float] | np.ndarray[Any, Any]]"


class _PythonRandom:
    """Python's own ``random`` behind NumPy's names: what micrograd draws from, digit for digit."""

    def uniform(self, low: float, high: float, size: int) -> Any:
        return np.array([random.uniform(low, high) for _ in range(size)])

    def normal(self, loc: float, scale: float, size: int) -> Any:
        return np.array([random.gauss(loc, scale) for _ in range(size)])


def generator(rng: Rng) -> Any:
    """A source of random numbers: for a seed or a NumPy Generator that one, for None Python's `random`.

    With None a program written for micrograd, `random.seed(1337)` included, starts from micrograd's
    very weights.

    Raises:
        TypeError: for anything else.
    """
    if rng is None:
        return _PythonRandom()
    if isinstance(rng, (np.random.Generator, _PythonRandom)):
        return rng
    if isinstance(rng, (int, np.integer)) and rng >= 0:
        return np.random.default_rng(rng)
    raise TypeError(f"rng is a seed (0 or more) or a NumPy Generator, not {rng!r}")


# fmt: off
INITS: dict[str, Callable[[Any, int, int], Any]] = {
    # The lectures': weights between −1 and 1, or from the normal distribution.
    "uniform":        lambda rng, n, m: rng.uniform(-1.0, 1.0, n),
    "normal":         lambda rng, n, m: rng.normal(0.0, 1.0, n),
    # Glorot & Bengio, Understanding the difficulty of training deep feedforward networks (2010).
    "xavier_uniform": lambda rng, n, m: math.sqrt(6 / (n + m)) * rng.uniform(-1.0, 1.0, n),
    "xavier_normal":  lambda rng, n, m: math.sqrt(2 / (n + m)) * rng.normal(0.0, 1.0, n),
    # He et al., Delving deep into rectifiers, arXiv:1502.01852.
    "he_uniform":     lambda rng, n, m: math.sqrt(6 / n) * rng.uniform(-1.0, 1.0, n),
    "he_normal":      lambda rng, n, m: math.sqrt(2 / n) * rng.normal(0.0, 1.0, n),
    # The default of PyTorch's Linear and Conv2d; draws the bias as well.
    "torch":          lambda rng, n, m: math.sqrt(1 / n) * rng.uniform(-1.0, 1.0, n),
    "zeros":          lambda rng, n, m: np.zeros(n),
}
# fmt: on
INITS["kaiming_uniform"], INITS["kaiming_normal"] = INITS["he_uniform"], INITS["he_normal"]


def initial(init: Init, rng: Any, fan_in: int, fan_out: int) -> tuple[list[float], float]:
    """The first weights and the first bias of one neuron.

    Args:
        init: a name in `INITS`, or a function of (rng, fan_in, fan_out) that gives `fan_in` numbers.
        rng: what `generator` gave.
        fan_in: how many inputs the neuron has.
        fan_out: how many neurons share those inputs.

    Raises:
        ValueError: for an unknown name, or a function that gives another number of weights.

    >>> initial("zeros", generator(0), 3, 1)
    ([0.0, 0.0, 0.0], 0.0)
    """
    if not callable(init) and init not in INITS:
        raise ValueError(f"unknown initial weights {init!r}; known are: {', '.join(INITS)}")
    draw = init if callable(init) else INITS[init]
    weights = [float(w) for w in draw(rng, fan_in, fan_out)]
    if len(weights) != fan_in:
        raise ValueError(f"the init function gave {len(weights)} weights for {fan_in} inputs")
    bias = (
        rng.uniform(-1 / math.sqrt(fan_in), 1 / math.sqrt(fan_in), 1)[0] if init == "torch" else 0.0
    )
    return weights, float(bias)
