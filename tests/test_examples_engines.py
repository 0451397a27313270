"""Every system of the lectures that trains: three steps in PyTorch and in JAX are those in NumPy.

Two samples a step, of the scripts' own data and networks, in float64; the lines of the LSTM are cut to
six letters, and AlexNet's 28 × 28 pixels, which take half a minute in scalars, to 19 × 19. Scripts that
train nothing with `fit` are left out.
"""

from __future__ import annotations

import runpy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from test_examples import NEEDS
from test_examples_compiled import TRAINS, Compared, compiled_for

import nn
from autograd.compiler.run.engines import choose

ROOT = Path(__file__).parents[1]
STEPS = 3


def three_steps(program: Any, engine: str, given: list[Any]) -> np.ndarray:
    """The losses, and the weights after them, of plain gradient descent on one engine."""
    plan, count = program.plan, len(program.parameters)
    static, gradient = np.zeros(plan.static_size), np.zeros(plan.static_size)
    static[:count] = program.parameters
    static[count : count + len(plan.constants)] = plan.constants
    run = choose(plan, engine).start(plan, static, gradient, len(given[0]))
    losses = []
    for _ in range(STEPS):
        run.run(given, 1.0)
        losses.append(run.means()[0])
        static[:count] -= 0.1 * gradient[:count]
    return np.array([*losses, *static[:count]])


def compare_engines(
    model: Any, data: Any, loss: Any, optimizer: nn.Optimizer, **settings: Any
) -> None:
    """What a script calls instead of `fit`."""
    few = data.take(np.arange(2)) if isinstance(data, nn.Dataset) else [part[:2] for part in data]
    if not isinstance(data, nn.Dataset) and few[1].shape == few[0].shape == (2, 32):  # letters
        few = [part[:, :6] for part in few]
    program, *given = compiled_for(model, few, loss, optimizer)
    given += [np.ones((2, size)) for size in program.plan.arguments[2:]]
    given = [np.asarray(x).reshape(len(x), -1) for x in given]
    expected = three_steps(program, "numpy", given)
    assert expected[0] != expected[2]
    for engine in ("torch", "jax"):
        found = three_steps(program, engine, given)
        np.testing.assert_allclose(found, expected, rtol=1e-10, atol=1e-10, err_msg=engine)
    raise Compared


@pytest.fixture
def both_libraries() -> Iterator[None]:
    pytest.importorskip("torch", reason="needs PyTorch: pip install torch")
    jax = pytest.importorskip("jax", reason="needs JAX: pip install jax")
    before = jax.config.jax_enable_x64
    jax.config.update("jax_enable_x64", True)
    yield
    jax.config.update("jax_enable_x64", before)


@pytest.mark.slow
@pytest.mark.usefixtures("both_libraries")
@pytest.mark.parametrize("name", TRAINS)
def test_engines_agree(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for package in NEEDS.get(name, []):
        pytest.importorskip(package, reason=f"{name}.py needs {package}, which is not installed")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.argv", [f"{name}.py"])
    monkeypatch.setattr(nn, "fit", compare_engines)
    with pytest.raises(Compared):
        runpy.run_path(str(ROOT / "examples" / f"{name}.py"), run_name="__main__")


@pytest.mark.slow
@pytest.mark.usefixtures("both_libraries")
def test_engines_agree_on_the_layers_of_alexnet() -> None:
    """Those of the script, with fewer maps and neurons: 19 × 19 pixels are the fewest that do."""
    net = nn.Sequential(
        nn.Conv2d(1, 3, 5, stride=2, init="he_normal", rng=0), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(3, 4, 3, init="he_normal", rng=1), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(),
        nn.Linear(4, 8, init="he_normal", rng=2), nn.ReLU(), nn.Linear(8, 10, rng=3),
    )  # fmt: skip
    images = np.random.default_rng(0).uniform(size=(2, 1, 19, 19))
    with pytest.raises(Compared):
        compare_engines(
            net, (images, np.array([3, 8])), "cross_entropy", nn.SGD(net.parameters(), lr=0.1)
        )
