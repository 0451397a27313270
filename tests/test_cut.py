"""A number that leaves the graph by float() or one of math's functions is never silently wrong."""

from __future__ import annotations

import math
import re
import subprocess
import sys
import warnings

import numpy as np
import pytest

import autograd
import nn
import viz
from autograd import Value, no_grad


def test_math_on_a_leaf_is_told_of_autograd_and_the_gradient_is_right_with_it() -> None:
    x = Value(0.5)
    with pytest.warns(UserWarning, match=r"math\.exp\(\).*autograd\.exp or x\.exp\(\)"):
        y = x * math.exp(x)
    y.backward()
    assert x.grad == pytest.approx(math.exp(0.5))  # half of the truth, which is why it is said
    x.grad = 0.0
    (x * autograd.exp(x)).backward()
    assert x.grad == pytest.approx(1.5 * math.exp(0.5))


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("math.tanh(x * 2)", "autograd.tanh or x.tanh()"),
        ("sin(x)", "autograd.sin or x.sin()"),
        ("math.pow(x, 2)", "x ** y"),
        ("math.degrees(x)", "x.degrees()"),
        ("math.fsum([x, x])", "sum"),
        ("float(x)", "x.data"),
        ("complex(x)", "x.data"),
        ("math.isnan(x)", "x.data"),
        ('"%.2f" % x', "x.data"),
        ("np.array([x], dtype=float)", "x.data"),
    ],
)
def test_each_way_out_names_what_to_type(line: str, told: str) -> None:
    names = {"x": Value(0.5), "math": math, "sin": math.sin, "np": np}
    with pytest.warns(UserWarning, match=re.escape(told)):
        exec(line, names)


def test_what_is_only_read_is_quiet() -> None:
    x = Value(0.5, label="x")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert (x.data, x.item(), f"{x:.2f}", int(x), x > 0) == (0.5, 0.5, "0.50", 0, True)
        with no_grad():  # nothing is recorded that could be cut
            assert float(x) == math.fabs(x) == 0.5
        np.exp(np.array([x]))[0].backward()
        viz.plot_loss([x, x * 2])
        model = nn.MLP(1, [1], rng=0)
        nn.fit(model, ([[1.0]], [1.0]), "mse", nn.SGD(model.parameters()), epochs=1, progress=False)
        autograd.gradcheck(lambda a: a * a, [x])
        autograd.numerical_gradient(lambda a: a * a, [x])
    assert x.grad == pytest.approx(math.exp(0.5))


def test_it_is_said_once_a_line_not_once_a_loop() -> None:
    program = (
        "import math\nfrom autograd import Value\nx = Value(0.5)\n"
        "for _ in range(3):\n    math.exp(x)\n    math.sin(x)\n"
    )
    done = subprocess.run([sys.executable, "-"], input=program, capture_output=True, text=True)
    assert done.returncode == 0
    assert done.stderr.count("UserWarning") == 2


def test_a_repl_is_told_at_each_line_that_is_typed() -> None:
    typed = "import math\nfrom autograd import Value\nx = Value(0.5)\nmath.exp(x)\nmath.cos(x)\n"
    done = subprocess.run([sys.executable, "-i"], input=typed, capture_output=True, text=True)
    assert "autograd.exp" in done.stderr
    assert "autograd.cos" in done.stderr
