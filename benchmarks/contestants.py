"""One engine in a process of its own: reads requests as lines of JSON, answers each with one.

The same program, written for each engine as its users write it: micrograd's demo (100 moons, an MLP
2-16-16-1, hinge loss and L2), and a chain of multiplications and additions. Runs in any Python >= 3.9
that has the engine; needs nothing of chainrule but for chainrule itself.
"""

from __future__ import annotations

import gc
import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
DATA = json.loads((HERE / "moons.json").read_text())
X, Y, PARAMETERS = DATA["X"], DATA["y"], DATA["parameters"]
SIZES = [2, 16, 16, 1]
CLOCK = time.process_time  # this process's own time: what else the machine does disturbs it less


class Contestant:
    """What is asked of every engine."""

    def demo(self) -> tuple[Any, Callable[[], Any]]:
        """Run the demo forward; return its loss, and a function that runs backward."""
        raise NotImplementedError

    def chain(self, n: int) -> tuple[Any, Callable[[], Any]]:
        """Build w·x + x, n nodes long; return the last, and a function that runs backward."""
        raise NotImplementedError

    def number(self, x: Any) -> float:
        return float(x)


def layers(parameters: list[Any]) -> list[list[tuple[list[Any], Any]]]:
    """The flat parameters as layers of (weights, bias)."""
    rest = iter(parameters)
    return [
        [([next(rest) for _ in range(n)], next(rest)) for _ in range(m)]
        for n, m in zip(SIZES, SIZES[1:])  # noqa: RUF007 (3.9 has no pairwise)
    ]


def hinge(net: Any, parameters: list[Any], relu: Callable[[Any], Any], inputs: Any) -> Any:
    """The demo's loss in plain scalar operations, for engines that bring no MLP."""
    losses = []
    for row, y in zip(inputs, Y):
        x = row
        for i, layer in enumerate(net):
            out = []
            for weights, bias in layer:
                activation = bias
                for w, xi in zip(weights, x):
                    activation = activation + w * xi
                out.append(relu(activation) if i < len(net) - 1 else activation)
            x = out
        losses.append(relu(1 + -y * x[0]))
    return sum(losses) * (1.0 / len(losses)) + 1e-4 * sum(p * p for p in parameters)


class Scalars(Contestant):
    """chainrule and micrograd: the demo as micrograd's notebook has it, only the import differs."""

    def __init__(self, value: Any, mlp: Any) -> None:
        self.value, self.model = value, mlp(2, SIZES[1:])
        for p, number in zip(self.model.parameters(), PARAMETERS):
            p.data = number

    def demo(self) -> tuple[Any, Callable[[], Any]]:
        inputs = [list(map(self.value, row)) for row in X]
        scores = list(map(self.model, inputs))
        losses = [(1 + -yi * scorei).relu() for yi, scorei in zip(Y, scores)]
        data_loss = sum(losses) * (1.0 / len(losses))
        total = data_loss + 1e-4 * sum(p * p for p in self.model.parameters())

        def backward() -> list[float]:
            self.model.zero_grad()
            total.backward()
            return [p.grad for p in self.model.parameters()]

        return total, backward

    def chain(self, n: int) -> tuple[Any, Callable[[], Any]]:
        w, x = self.value(0.5), self.value(1.0)
        y = x
        for _ in range(n // 2):
            y = w * y + x

        def backward() -> list[float]:
            y.backward()
            return [w.grad, x.grad]

        return y, backward

    def number(self, x: Any) -> float:
        return float(x.data)


def chainrule() -> Contestant:
    sys.path.insert(0, str(HERE.parent))
    from autograd import Value
    from nn import MLP

    return Scalars(Value, MLP)


def micrograd() -> Contestant:
    sys.setrecursionlimit(10**7)  # its topological sort calls itself
    from micrograd.engine import Value
    from micrograd.nn import MLP

    return Scalars(Value, MLP)


class Torch(Contestant):
    """Tensors of no dimensions, float64."""

    def __init__(self) -> None:
        import torch

        torch.set_num_threads(1)
        self.leaf = lambda x: torch.tensor(x, dtype=torch.float64, requires_grad=True)
        self.constant = lambda x: torch.tensor(x, dtype=torch.float64)
        self.relu = torch.relu
        self.parameters = [self.leaf(p) for p in PARAMETERS]

    def demo(self) -> tuple[Any, Callable[[], Any]]:
        inputs = [list(map(self.constant, row)) for row in X]
        loss = hinge(layers(self.parameters), self.parameters, self.relu, inputs)

        def backward() -> list[Any]:
            for p in self.parameters:
                p.grad = None
            loss.backward()
            return [p.grad for p in self.parameters]

        return loss, backward

    def chain(self, n: int) -> tuple[Any, Callable[[], Any]]:
        w, x = self.leaf(0.5), self.leaf(1.0)
        y = x
        for _ in range(n // 2):
            y = w * y + x

        def backward() -> list[Any]:
            y.backward()
            return [w.grad, x.grad]

        return y, backward


class Hips(Contestant):
    """HIPS autograd: gradients of functions of lists of floats."""

    def __init__(self) -> None:
        import autograd.numpy as np

        from autograd import make_vjp

        self.vjp, self.maximum = make_vjp, np.maximum

    def demo(self) -> tuple[Any, Callable[[], Any]]:
        def loss(parameters: Any) -> Any:
            each = [parameters[i] for i in range(len(PARAMETERS))]
            return hinge(layers(each), each, lambda x: self.maximum(0.0, x), X)

        pull, value = self.vjp(loss)(PARAMETERS)
        return value, lambda: pull(1.0)

    def chain(self, n: int) -> tuple[Any, Callable[[], Any]]:
        def f(start: Any) -> Any:
            w, x = start[0], start[1]
            y = x
            for _ in range(n // 2):
                y = w * y + x
            return y

        pull, value = self.vjp(f)([0.5, 1.0])
        return value, lambda: pull(1.0)


class CasADi(Contestant):
    """SX: forward is building the expression and evaluating it, backward the same for its gradient."""

    def __init__(self) -> None:
        import casadi

        self.casadi = casadi

    def _both(self, symbols: Any, numbers: list[float], expression: Any) -> tuple[Any, Any]:
        def evaluated(result: Any) -> Any:
            return self.casadi.Function("f", [symbols], [result])(numbers)

        def backward() -> list[float]:
            found = evaluated(self.casadi.gradient(expression, symbols))
            return [float(found[i]) for i in range(len(numbers))]

        return evaluated(expression), backward

    def demo(self) -> tuple[Any, Callable[[], Any]]:
        symbols = self.casadi.SX.sym("p", len(PARAMETERS))
        each = [symbols[i] for i in range(len(PARAMETERS))]
        loss = hinge(layers(each), each, lambda x: self.casadi.fmax(0, x), X)
        return self._both(symbols, PARAMETERS, loss)

    def chain(self, n: int) -> tuple[Any, Callable[[], Any]]:
        symbols = self.casadi.SX.sym("p", 2)
        w, x = symbols[0], symbols[1]
        y = x
        for _ in range(n // 2):
            y = w * y + x
        return self._both(symbols, [0.5, 1.0], y)


CONTESTANTS: dict[str, Callable[[], Contestant]] = {
    "chainrule": chainrule,
    "micrograd": micrograd,
    "torch 0-d": Torch,
    "HIPS autograd": Hips,
    "CasADi SX": CasADi,
}


def timed(contestant: Contestant, run: Callable[[], Any]) -> dict[str, Any]:
    """One forward and one backward pass; the seconds of both, and of letting go of the graph."""
    t0 = CLOCK()
    out, backward = run()
    t1 = CLOCK()
    gradients = backward()
    t2 = CLOCK()
    value, gradients = contestant.number(out), [float(g) for g in gradients]
    t3 = CLOCK()
    del out, backward
    t4 = CLOCK()
    return {"value": value, "gradients": gradients, "times": [t1 - t0, t2 - t1, t4 - t3]}


def resident() -> int:
    """The bytes of memory that this process occupies; 0 where the system does not tell."""
    try:
        with open("/proc/self/statm") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0


def memory(contestant: Contestant, graphs: int = 8) -> list[float]:
    """The bytes of one demo graph after its forward and after its backward pass, of several held."""
    found = []
    for passes in (1, 2):
        held = [contestant.demo()]
        held[0][1]()
        before = resident()
        for _ in range(graphs):
            held.append(contestant.demo())
            if passes == 2:
                held[-1][1]()
        found.append((resident() - before) / graphs)
        if passes == 1:  # the next graphs must not find room that these leave
            keep = held
    del keep
    return found


def answer(contestant: Contestant, request: dict[str, Any]) -> Any:
    """Do what one request asks."""
    (gc.enable if request.get("collect", True) else gc.disable)()
    if request["do"] == "memory":
        return memory(contestant)
    n = request.get("n", 0)
    run = (lambda: contestant.chain(n)) if n else contestant.demo
    results: list[Any] = []
    until = time.perf_counter() + request.get("seconds", 1e9)  # slow engines do fewer, at least one
    while len(results) < request.get("times", 1) and not (results and time.perf_counter() > until):
        if not request.get("collect", True):
            gc.collect()  # what would else pile up, outside of the measured time
        results.append(timed(contestant, run))
    return results


def main() -> None:
    contestant = CONTESTANTS[sys.argv[1]]()
    print(json.dumps("ready"), flush=True)
    for line in sys.stdin:
        try:
            found = answer(contestant, json.loads(line))
        except (MemoryError, RecursionError) as error:
            found = {"error": type(error).__name__}
        print(json.dumps(found), flush=True)


if __name__ == "__main__":
    main()
