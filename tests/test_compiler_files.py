"""Programs as files under fire: damage, hostile sizes, interrupts."""

from __future__ import annotations

import io
import json
import random
import signal
import subprocess
import sys
import tracemalloc
import warnings
import zipfile
from pathlib import Path

import numpy as np
import pytest

from autograd import Program, Value, compile, select, tanh

REFUSED = "no program that can be loaded"


def small():
    """A program of several kinds of instruction."""
    w = [[Value(0.1 * i + j) for j in range(3)] for i in range(3)]
    table = [Value(1.0), Value(2.0)]

    def loss(x, i):
        hidden = [tanh(sum(a * b for a, b in zip(row, x))) for row in w]
        return sum(h * h for h in hidden) * select(table, i) + w[0][0]

    return compile(loss, [*w[0], *w[1], *w[2], *table], inputs=([0.5, 0.25, 1.0], 1))


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    path = tmp_path_factory.mktemp("program") / "program.npz"
    small().save(path)
    return path.read_bytes()


def members(content):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(parts, kind=zipfile.ZIP_DEFLATED):
    file = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of names that come twice
        with zipfile.ZipFile(file, "w", kind) as archive:
            for name, content in parts.items():
                archive.writestr(zipfile.ZipInfo(name), content, kind)
    return file.getvalue()


def flipped(content, rng):
    """Some bytes changed, a piece left out or doubled, or the end cut off."""
    damaged = bytearray(content)
    kind = rng.random()
    if kind < 0.7:
        for _ in range(rng.choice([1, 1, 1, 2, 8])):
            damaged[rng.randrange(len(damaged))] ^= 1 << rng.randrange(8)
    elif kind < 0.8:
        start = rng.randrange(len(damaged))
        del damaged[start : start + rng.randrange(1, 40)]
    elif kind < 0.9:
        start = rng.randrange(len(damaged))
        damaged[start:start] = damaged[start : start + rng.randrange(1, 40)]
    else:
        del damaged[rng.randrange(len(damaged)) :]
    return bytes(damaged)


def load(path, content):
    """A program that runs, or None where the file is refused; anything else fails the test."""
    path.unlink(missing_ok=True)
    path.write_bytes(content)
    try:
        program = Program.load(path)
    except ValueError:
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of numbers too large for a float
        program.run(*(np.zeros((2, n)) for n in program.plan.arguments))
    return program


SEEDS = [0, *(pytest.param(n, marks=pytest.mark.slow) for n in range(1, 10))]


@pytest.mark.parametrize("seed", SEEDS)
def test_damaged_files_are_refused_or_run(tmp_path, whole, seed):
    """Ten thousand files in all."""
    rng, path = random.Random(seed), tmp_path / "damaged.npz"
    assert load(path, whole) is not None
    found = [load(path, flipped(whole, rng)) for _ in range(500)]
    assert 300 < found.count(None) < 500


@pytest.mark.parametrize("seed", SEEDS)
def test_files_damaged_within_and_packed_again_are_refused_or_run(tmp_path, whole, seed):
    rng, path, parts = random.Random(seed), tmp_path / "damaged.npz", members(whole)
    found = []
    for _ in range(500):
        name = rng.choice([*parts, *["structure.npy"] * 10, *["parameters.npy"] * 2])
        damaged = {**parts, name: flipped(parts[name], rng)}
        found.append(load(path, packed(damaged, zipfile.ZIP_STORED)))
    assert 300 < found.count(None) < 500


def described(parts, change):
    """The file with its text changed."""
    text = json.loads(np.load(io.BytesIO(parts["structure.npy"])).tobytes())
    change(text)
    return packed(
        {**parts, "structure.npy": npy(np.frombuffer(json.dumps(text).encode(), np.uint8))}
    )


def backward(text):
    return text["plan"]["fields"]["backward"]


def npy(array):
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda t: t.update(format="chainrule program 3"), "its format is 'chainrule program 3'"),
        (lambda t: t.update(shapes=[[3], [2]]), "shapes do not fit the arguments"),
        (lambda t: t.update(shapes=[[3]]), "shapes do not fit the arguments"),
        (lambda t: t["plan"]["fields"].update(static_size=1.5), "1.5 stands where whole numbers do"),
        (lambda t: t["plan"]["fields"].update(static_size=float("nan")), "NaN stands where"),
        (lambda t: t["plan"]["fields"].update(batched_size=10**12), "storage has another size"),
        (lambda t: t["plan"]["fields"].update(arguments=[3, -1]), ""),
        (lambda t: t["plan"].update(kind="Matrix"), ""),
        (lambda t: backward(t).reverse(), "before it is begun"),
        (lambda t: backward(t).append(backward(t)[-1]), "begun twice"),
        (lambda t: backward(t)[0]["fields"].update(begins=False), "added to before it is begun"),
        (lambda t: backward(t)[0]["fields"].update(to="nobody"), "passes nothing to 'nobody'"),
        (lambda t: backward(t)[0]["fields"].update(of=-1), "a contribution comes too late"),
        (lambda t: t["plan"]["fields"].update(extra=1), ""),
        (lambda t: t.pop("plan"), "'plan'"),
        (lambda t: t.update(plan=[[[[]]]] * 3), "do not fit the instructions"),
    ],
)  # fmt: skip
def test_what_a_file_says_is_checked(tmp_path, whole, change, message):
    path = tmp_path / "changed.npz"
    path.write_bytes(described(members(whole), change))
    with pytest.raises(ValueError, match=REFUSED) as caught:
        Program.load(path)
    assert message in str(caught.value)


def test_parameters_are_floats_and_as_many_as_the_instructions_take(tmp_path, whole):
    path, parts = tmp_path / "changed.npz", members(whole)
    for wrong, message in (
        (np.zeros(12), "do not fit the instructions"),
        (np.zeros(11, np.int64), "the parameters are of int64"),
        (np.zeros(11, np.float16), "the parameters are of float16"),
        (np.zeros(11, "U3"), "holds no numbers but"),
        (np.array([{}] * 11, dtype=object), "holds no numbers but"),
    ):
        path.write_bytes(packed({**parts, "parameters.npy": npy(wrong)}))
        with pytest.raises(ValueError, match=message):
            Program.load(path)
    path.write_bytes(packed({**parts, "parameters.npy": npy(np.ones(11, np.float32))}))
    assert Program.load(path).dtype == np.float32


def test_a_file_from_before_the_reverse_pass_was_kept_still_loads(tmp_path, whole):
    def change(text):
        text.update(format="chainrule program 1")
        del text["plan"]["fields"]["backward"]

    path = tmp_path / "old.npz"
    path.write_bytes(described(members(whole), change))
    program = Program.load(path)
    x, i = np.ones((2, 3)), np.array([0, 1])
    assert program.run(x, i) == small().run(x, i)
    assert program.gradients.any()
    assert repr(program.plan.backward) == repr(small().plan.backward)


def test_a_file_from_before_shapes_were_kept_still_loads(tmp_path, whole):
    path = tmp_path / "old.npz"
    path.write_bytes(described(members(whole), lambda text: text.pop("shapes")))
    program = Program.load(path)
    assert program.shapes == [(3,), (1,)]
    x, i = np.ones((2, 3)), np.array([0, 1])
    assert program.run(x, i) == small().run(x, i)


def bombs(parts):
    """Small files that ask for much."""
    zeros = npy(np.zeros(1 << 26, np.uint8))  # 64 MB in 64 KB
    yield packed({**parts, "parameters.npy": zeros})
    yield packed({**parts, "structure.npy": zeros})
    header = npy(np.zeros(3)).replace(b"(3,)", b"(9999999999,)").replace(b" " * 9 + b"\n", b"\n")
    yield packed({**parts, "parameters.npy": header})
    yield described(parts, lambda t: t["plan"]["fields"].update(arguments=[3, 10**11]))
    yield described(parts, lambda t: t["plan"]["fields"].update(batched_size=10**11))


def test_files_that_ask_for_far_more_than_they_hold_are_refused_in_no_memory(tmp_path, whole):
    path = tmp_path / "bomb.npz"
    for bomb in bombs(members(whole)):
        path.write_bytes(bomb)
        del bomb
        tracemalloc.start()
        try:
            with pytest.raises(ValueError, match=REFUSED):
                Program.load(path)
            assert tracemalloc.get_traced_memory()[1] < 50_000_000
        finally:
            tracemalloc.stop()


def test_a_program_that_would_pack_as_small_as_a_bomb_is_written_as_it_is(tmp_path):
    w = Value(1.0)
    program = compile(lambda x: w * x[0], [w], inputs=(np.zeros(3),))
    program.plan.constants = np.zeros(8_000_000)  # 64 MB that pack to 64 KB
    program.plan.static_size += 8_000_000
    program.plan.needs = program.plan.needs._replace(static=np.arange(program.plan.static_size) < 1)
    program.save(tmp_path / "zeros.npz")
    assert (tmp_path / "zeros.npz").stat().st_size > 64_000_000
    assert len(Program.load(tmp_path / "zeros.npz").plan.constants) == 8_000_000


def test_a_folder_and_a_missing_file_are_no_damage(tmp_path):
    with pytest.raises(OSError, match="directory"):
        Program.load(tmp_path)
    with pytest.raises(FileNotFoundError):
        Program.load(tmp_path / "missing.npz")


SAVING = """
import signal, sys
from tests_of_files import small
signal.signal(signal.SIGINT, signal.default_int_handler)
program = small()
print("ready", flush=True)
try:
    while True:
        program.save(sys.argv[1])
except KeyboardInterrupt:
    print("interrupted", flush=True)
"""


def test_an_interrupt_while_saving_leaves_a_whole_file_and_no_other(tmp_path):
    path = tmp_path / "kept" / "program.npz"
    small().save(path)
    expected = path.read_bytes()
    (tmp_path / "tests_of_files.py").write_bytes(Path(__file__).read_bytes())
    for turn in range(5):
        child = subprocess.Popen(
            [sys.executable, "-c", SAVING, str(path)],
            stdout=subprocess.PIPE,
            text=True,
            cwd=tmp_path,
        )
        assert child.stdout.readline() == "ready\n"
        with pytest.raises(subprocess.TimeoutExpired):
            child.wait(0.02 + 0.013 * turn)
        child.send_signal(signal.SIGINT)
        assert child.communicate(timeout=60)[0] == "interrupted\n"
        assert [p.name for p in path.parent.iterdir()] == ["program.npz"]
        assert members(path.read_bytes()) == members(expected)
