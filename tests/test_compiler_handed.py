"""PyTorch and JAX as engines: the same losses, one argument; several processes, and one that dies."""

from __future__ import annotations

import contextlib
import copy
import os
import pickle
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

import nn
from autograd import Value, compile, select
from nn.datasets import mnist_5k

ROOT = Path(__file__).parents[1]
LIBRARIES = ["torch", "jax"]


@pytest.fixture(params=LIBRARIES)
def library(request):
    module = pytest.importorskip(request.param, reason=f"needs pip install {request.param}")
    if request.param == "jax":
        module.config.update("jax_enable_x64", True)
    return request.param


def flowers():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(40, 4))
    return x, (x[:, 0] + x[:, 1] > 0).astype(int) + (x[:, 2] > 1)


def digits():
    train, _ = mnist_5k().split(test=0.2, rng=0)
    return train.x[:640], train.y[:640]


def trained(compiled, optimizer=nn.Adam, device=None):
    model = nn.MLP(4, [5, 3], activation="tanh", rng=0)
    history = nn.fit(
        model, flowers(), "cross_entropy", optimizer(model.parameters(), lr=0.02), epochs=4,
        batch_size=16, compiled=compiled, device=device, progress=False, metrics="accuracy",
        clip_grad_norm=1.0,
    )  # fmt: skip
    return [epoch["loss"] for epoch in history.epochs], model


@pytest.mark.parametrize("optimizer", [nn.Adam, nn.SGD])
def test_fit_is_told_by_one_argument_and_loses_the_same(library, optimizer):
    """The last batch of an epoch has 8 samples, the others 16."""
    (found, model), (expected, other) = trained(library, optimizer), trained(True, optimizer)
    np.testing.assert_allclose(found, expected, rtol=1e-10)
    for p, q in zip(model.parameters(), other.parameters()):
        assert p.data == pytest.approx(q.data, rel=1e-9)
    x, y = flowers()
    here = nn.evaluate(model, (x, y), "cross_entropy", compiled=library)
    assert here["loss"] == pytest.approx(nn.evaluate(model, (x, y), "cross_entropy")["loss"])
    np.testing.assert_allclose(
        nn.predict(model, x[:3], compiled=library), nn.predict(model, x[:3]), rtol=1e-12
    )


def test_programs_run_there_as_here(library):
    """Large batches go in pieces; tables select; a copy and a pickle run on."""
    table = [Value(0.5 * i) for i in range(4)]

    def loss(x, i):
        return [(select(table, i) * x - 1.0) ** 2, select(table, i)]

    here = compile(loss, table, inputs=(1.0, 2), engine="numpy")
    there = compile(loss, table, inputs=(1.0, 2), engine=library)
    assert f"engine {library}" in repr(there)
    rng = np.random.default_rng(0)
    x, i = rng.normal(size=5000), rng.integers(0, 4, 5000)
    for program in (there, copy.deepcopy(there), pickle.loads(pickle.dumps(there))):
        np.testing.assert_allclose(program.run(x, i), here.run(x, i), rtol=1e-12)
        np.testing.assert_allclose(program.gradients, here.gradients, rtol=1e-12)
        np.testing.assert_allclose(program.forward(x, i), here.forward(x, i), rtol=1e-12)
    single = compile(loss, table, inputs=(1.0, 2), engine=library, dtype=np.float32)
    np.testing.assert_allclose(single.run(x[:9], i[:9]), here.run(x[:9], i[:9]), rtol=1e-5)
    assert single.gradients.dtype == np.float32
    with pytest.raises(IndexError, match="selects one of 4 values"):
        there.run(x[:2], np.array([0, 4]))


def test_what_depends_on_no_input(library):
    w = Value(3.0)
    program = compile(w * w, [w], engine=library)
    assert program.run() == (9.0,)
    assert program.gradients.tolist() == [6.0]


def test_a_device_for_no_engine_and_a_name_that_is_none():
    w = Value(3.0)
    with pytest.raises(
        ValueError, match="engine is one of auto, numpy, native, python, torch, jax"
    ):
        compile(w * w, [w], engine="tensorflow")
    with pytest.raises(ValueError, match="device='cuda' is for engine='torch' or engine='jax'"):
        compile(w * w, [w], engine="numpy", device="cuda")
    with pytest.raises(ValueError, match="compiled is True, False, or one of"):
        trained("tensorflow")
    with pytest.raises(ValueError, match="needs compiled='torch' or compiled='jax'"):
        trained(False, device="cuda")


@pytest.mark.parametrize("device", ["vulcan", "cuda:99", 1.5])
def test_a_device_that_is_not_there_is_refused_beside_those_that_are(library, device):
    w = Value(3.0)
    with pytest.raises(ValueError, match=rf"computes on .*cpu.* here, not on device={device!r}"):
        compile(w * w, [w], engine=library, device=device)
    if library == "torch":
        with pytest.raises(ValueError, match=rf"here, not on device={device!r}"):
            compile(w * w, [w]).to_torch(device)


def test_a_device_by_its_kind(library):
    w = Value(3.0)
    assert compile(w * w, [w], engine=library, device="cpu").run() == (9.0,)


EIGHT = """
import jax, numpy as np
jax.config.update("jax_enable_x64", True)
from test_compiler_handed import trained
mesh = jax.sharding.Mesh(np.array(jax.devices()), ("batch",))
assert mesh.size == 8
print(trained("jax", device=mesh)[0])
"""


def child(code, **variables):
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=300,
        env=os.environ | variables | {"PYTHONPATH": os.pathsep.join(sys.path)},
    )  # fmt: skip


@pytest.mark.slow  # starts a JAX of its own
def test_fit_over_a_mesh_of_eight_devices():
    pytest.importorskip("jax", reason="needs JAX: pip install jax")
    flags = "--xla_force_host_platform_device_count=8"
    done = child(EIGHT, XLA_FLAGS=flags, JAX_PLATFORMS="cpu")
    assert done.returncode == 0, done.stderr
    found = [float(text) for text in done.stdout.strip(" []\n").split(",")]
    np.testing.assert_allclose(found, trained(True)[0], rtol=1e-10)


# Several processes --------------------------------------------------------------------------------


TORCHRUN = ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2"]


@contextlib.contextmanager
def started(folder, *arguments, by=()):
    """The example at work, and the files of what it says; in the end no process of it is left."""
    folder.mkdir(exist_ok=True)
    out, err = folder / "stdout.txt", folder / "stderr.txt"
    example = [str(ROOT / "examples/distributed.py"), "--out", str(folder), *arguments]
    path = os.pathsep.join([str(ROOT), *sys.path])
    with out.open("w") as stdout, err.open("w") as stderr:
        run = subprocess.Popen(
            [sys.executable, *by, *example], stdout=stdout, stderr=stderr,
            env=os.environ | {"PYTHONPATH": path, "OMP_NUM_THREADS": "1"},
        )  # fmt: skip
    try:
        yield run, out, err
    finally:
        run.terminate()  # torchrun ends its processes when it is asked to
        try:
            run.wait(timeout=60)
        except subprocess.TimeoutExpired:
            run.kill()
            for pid in re.findall(r" pid (\d+)\n", out.read_text()):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(int(pid), signal.SIGKILL)


def losses(text):
    return [float(line.split()[-1]) for line in text.splitlines() if line.startswith("epoch")]


@pytest.mark.slow  # starts processes that import PyTorch
def test_two_processes_lose_as_one_does(tmp_path):
    pytest.importorskip("torch", reason="needs PyTorch: pip install torch")
    found = []
    for processes, by in (("1", []), ("2", TORCHRUN)):
        few = ["--samples", "640", "--epochs", "2"]
        with started(tmp_path / processes, *few, by=by) as (run, out, err):
            assert run.wait(timeout=300) == 0, err.read_text()
        found.append(losses(out.read_text()))
    assert [len(own) for own in found] == [2, 2]
    np.testing.assert_allclose(found[1], found[0], rtol=1e-10)
    first, second = (nn.load(tmp_path / which / "distributed.npz") for which in ("1", "2"))
    assert first.keys() == second.keys()
    for name, weights in first.items():
        np.testing.assert_allclose(second[name], weights, rtol=1e-7, atol=1e-9)


def until(run, said, pattern, seconds=180):
    """Wait until a running process has written it; fail when the process ends before, or takes long."""
    late = time.monotonic() + seconds
    while not (found := re.search(pattern, text := said.read_text())):
        assert run.poll() is None, f"it ended before {pattern!r}: {text}"
        assert time.monotonic() < late, f"{seconds} s without {pattern!r}: {text}"
        time.sleep(0.05)
    return found


@pytest.mark.slow  # starts processes that import PyTorch
def test_a_killed_process_ends_all_and_the_last_checkpoint_goes_on(tmp_path):
    pytest.importorskip("torch", reason="needs PyTorch: pip install torch")
    endless = ["--samples", "640", "--epochs", "3000"]
    with started(tmp_path, *endless, by=TORCHRUN) as (run, out, err):
        victim = int(until(run, out, r"process 1 of 2 .* pid (\d+)\n")[1])
        until(run, out, r"epoch 5:")
        os.kill(victim, signal.SIGKILL)
        run.wait(timeout=110)
    said = err.read_text()
    assert run.returncode != 0
    assert "rank" in said  # PyTorch's own report names the rank that failed
    assert "SIGKILL" in said
    model = nn.MLP(784, [16, 10], activation="relu", rng=1)
    nn.load(tmp_path / "distributed.npz", into=model)
    some = digits()
    before = nn.evaluate(model, some, "cross_entropy", compiled=True)["loss"]
    optimizer = nn.Adam(model.parameters(), lr=0.001)
    nn.fit(model, some, "cross_entropy", optimizer, epochs=5, progress=False, compiled=True)
    after = nn.evaluate(model, some, "cross_entropy", compiled=True)["loss"]
    assert after < before < 2.0  # it had learned: log(10) is 2.3
