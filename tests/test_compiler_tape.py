"""What has to run one by one: the graph itself as one instruction, forwards and backwards."""

from __future__ import annotations

import copy
import dataclasses
from functools import partial

import numpy as np
import pytest
from test_compiler_random import close, eager, fresh, random_function

from autograd import OPS, Program, Value, compile, dot, where
from autograd.compiler.plan.instructions import Tape
from autograd.compiler.plan.pieces import distances, pieces
from autograd.compiler.plan.tape import tape, untaped
from autograd.compiler.read.arrays import CODE, lift
from autograd.compiler.read.maxima import detach_maxima
from autograd.compiler.read.trace import Example, trace
from autograd.compiler.run.native.llvm import jit
from autograd.compiler.run.native.shape import has_form
from autograd.compiler.run.tape.kinds import kinds
from autograd.compiler.select import SELECT

ENGINES = [
    "numpy",
    "python",
    pytest.param("native", marks=pytest.mark.skipif(not jit.available(), reason="needs llvmlite")),
]


def taped(function, parameters, inputs, engine):
    """A function's program with its graph as a tape, however short it is."""
    example = Example(inputs)
    roots, arguments = trace(function, example, parameters)
    graph = lift(roots, parameters, arguments)
    detach_maxima(graph)
    if (graph.code == CODE[SELECT]).any() or not (graph.code[graph.roots] > 0).all():
        return None
    numbers = np.array([p.data for p in parameters])
    plan = tape(graph)
    return Program(plan, numbers, parameters, shapes=example.shapes, engine=engine)


def program_of(seed, engine, batch):
    """A random program as a tape, its inputs, and what the engine finds; None where digits are lost."""
    function, parameters, inputs, indices = random_function(seed, traced=True, longest=25)
    if indices or not inputs:
        return None
    rng = np.random.default_rng(seed)
    p, x = fresh(rng.normal(size=parameters).tolist()), rng.normal(size=(batch, inputs))
    program = taped(lambda x: function(p, x), p, (x[0],), engine)
    loss, expected = eager(function, p, x, np.empty((batch, 0)))
    lost = not np.isfinite(loss) or np.abs(expected).max() > 1e4
    return None if program is None or lost else (program, x, loss, expected)


@pytest.mark.parametrize("batch", [1, 11])  # 11: a register of samples or two, and some more
@pytest.mark.parametrize("engine", ENGINES)
def test_random_programs_as_tapes(engine, batch):
    tried = 0
    for seed in range(120):
        found = program_of(seed, engine, batch)
        if found is None:
            continue
        tried += 1
        program, x, loss, expected = found
        for _ in range(2):
            (mean,) = program.run(x)
            assert close(mean, loss), seed
            assert close(program.gradients, expected), seed
    assert tried > 20


@pytest.mark.skipif(not jit.available(), reason="needs llvmlite")
@pytest.mark.parametrize("batch", [1, 11])
def test_random_programs_again_and_again_are_rounds(batch):
    """What a program returns is where it begins the next time."""
    rounds = 0
    for seed in range(40):
        step, parameters, inputs, indices = random_function(seed, traced=True, longest=8)
        if indices or not inputs:
            continue

        def function(p, x, _=(), step=step):
            for _ in range(20):
                x = [*x[1:], (0.3 * step(p, x) + x[0]).tanh()]
            return x[-1] * x[0]

        rng = np.random.default_rng(seed)
        p, x = fresh(rng.normal(size=parameters).tolist()), rng.normal(size=(batch, inputs))
        program = taped(partial(function, p), p, (x[0],), "native")
        own = program.plan.instructions[-1]
        rounds += any(
            piece.count > 1 for piece in pieces(kinds(own, program.plan)[1], distances(own))
        )
        loss, expected = eager(function, p, x, np.empty((batch, 0)))
        for _ in range(2):
            assert close(program.run(x)[0], loss), seed
            assert close(program.gradients, expected), seed
    assert rounds > 4


def test_a_tape_step_by_step_is_the_same_plan():
    for seed in range(120):
        found = program_of(seed, "numpy", 3)
        if found is not None:
            program, x, loss, expected = found
            plan = untaped(program.plan)
            plan.check()
            assert not any(isinstance(i, Tape) for i in plan.instructions)
            single = Program(plan, program.parameters, engine="numpy")
            assert close(single.run(x)[0], loss), seed
            assert close(single.gradients, expected), seed


# Long ones ----------------------------------------------------------------------------------------


def lorenz(steps):
    s, r, b = p = fresh([10.0, 28.0, 2.5])
    x, y, z = 1.0, 1.0, 1.0
    for _ in range(steps):
        dx, dy, dz = s * (y - x), x * (r - z) - y, x * y - b * z
        x, y, z = x + 1e-3 * dx, y + 1e-3 * dy, z + 1e-3 * dz
    return x + y + z, p


def logistic(steps):
    r, x = Value(3.4), Value(0.3)
    for _ in range(steps):
        x = r * x * (1.0 - x)
    return x, [r]


def echoes(steps):
    """Each step reads others of long ago, a number of its own, and one that all of them read."""
    rng = np.random.default_rng(0)
    w, b = p = fresh([0.4, 0.2])
    decay, x = (w - 1.0).exp(), [b * k for k in range(3)]
    for shift in rng.normal(size=steps).tolist():
        x.append((decay * x[-1] - w * x[-3] + shift).tanh() + 0.1 * x[0])
        if len(x) == steps // 2:  # in the midst, something else
            x.append(x[-1] * x[-7] * b)
    return x[-1] + x[-2] * decay + x[steps // 3], p


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    ("make", "steps"), [(lorenz, 300), (logistic, 1500), (echoes, 2000), (echoes, 1801)]
)
def test_a_long_recurrence_is_a_tape(make, steps, engine):
    loss, parameters = make(steps)
    program = compile(loss, parameters, engine=engine)
    assert [type(i) for i in program.plan.instructions] == [Tape]
    loss.backward()
    expected = np.array([p.grad for p in parameters])
    assert close(program.run()[0], loss.data)
    assert close(program.gradients, expected)
    assert "one by one" in str(program)
    assert "one by one" in str(program.backward)


def test_a_line_of_a_tape_names_the_parameters_and_not_the_constants():
    loss, parameters = logistic(1500)  # it reads r, and the constant 1
    program = compile(loss, {"r": parameters[0]})
    assert str(program).startswith("1 parameter, 1 instruction")
    assert program.backward.lines[-1].left == "∂r[1]"


@pytest.mark.parametrize("engine", ENGINES)
def test_a_long_loop_of_choices_is_a_tape(engine):
    w = Value(0.9)

    def function(x):
        for _ in range(700):
            x = where(x * x > 2.0, -0.5 * x, x * w + 0.3)
        return x

    program = compile(function, [w], inputs=(0.4,), engine=engine, check=False)
    assert any(isinstance(i, Tape) for i in program.plan.instructions)
    samples = np.linspace(-1.0, 2.0, 9)
    results = [function(Value(x)) for x in samples.tolist()]
    (mean,) = program.run(samples)
    total = sum(results) * (1.0 / 9)
    total.backward()
    assert close(mean, total.data)
    assert close(program.gradients, np.array([w.grad]))


@pytest.mark.parametrize("engine", ENGINES)
def test_where_pythons_math_raises_a_tape_goes_on(engine):
    """exp overflows, and 1/0 comes of it: the rest answers as NumPy does."""
    w, x = Value(2.0), Value(1.0)
    y, far = x, (w * 1000.0).exp()
    for _ in range(1600):
        y = (y * w).sin()
    program = compile(y + 1.0 / far + (w - 2.0) / (w - 2.0 + far), [w], engine=engine)
    assert isinstance(program.plan.instructions[0], Tape)
    value = 1.0
    for _ in range(1600):
        value = np.sin(2.0 * value)
    assert close(program.run()[0], value)


@pytest.mark.parametrize("engine", ENGINES)
def test_what_was_written_twice_is_computed_once(engine):
    w = Value(0.9)

    def chain(x):
        for _ in range(800):
            x = (w * x).sin() - w
        return x

    program = compile(lambda x: chain(x) * chain(x), [w], inputs=(0.3,), check=False, engine=engine)
    (own,) = program.plan.instructions
    assert (type(own), own.count) == (Tape, 800 * 3 + 1)
    (result := chain(Value(0.3)) ** 2).backward()
    assert close(program.run([0.3])[0], result.data)
    assert close(program.gradients, np.array([w.grad]))


def test_what_runs_at_once_is_no_tape():
    w, x = [Value(0.1 * k) for k in range(8)], [Value(1.0)] * 8
    for _ in range(100):
        x = [dot(w, x[k:] + x[:k]).tanh() for k in range(8)]
    program = compile(sum(x), w, engine="numpy")
    assert not any(isinstance(i, Tape) for i in program.plan.instructions)


# As data ------------------------------------------------------------------------------------------


def test_a_tape_is_saved_and_loaded(tmp_path):
    program, x, loss, expected = next(
        found for seed in range(60) if (found := program_of(seed, "numpy", 4))
    )
    program.save(tmp_path / "tape.npz")
    other = Program.load(tmp_path / "tape.npz", engine="numpy")
    assert close(other.run(x)[0], loss)
    assert close(other.gradients, expected)


@pytest.mark.parametrize("what", ["later", "outside", "code", "operation", "shape"])
def test_a_damaged_tape_is_refused(what):
    loss, parameters = logistic(1100)
    plan = compile(loss, parameters, engine="numpy").plan
    (own,) = plan.instructions
    operand, code, names = own.operand.copy(), own.code.copy(), list(own.names)
    if what == "later":  # a number that is made of itself
        operand[0, 7] = own.start + 7
    elif what == "outside":
        operand[0, 7] = -1 - plan.static_size
    elif what == "code":
        code[3] = len(names)
    elif what == "operation":
        names[0] = "blur"
    else:
        code = code[:-1]
    damaged = dataclasses.replace(own, operand=operand, code=code, names=names)
    with pytest.raises(ValueError, match=r"operation|shape|outside|written"):
        dataclasses.replace(plan, instructions=[damaged]).check()


def test_a_tape_runs_in_pytorch():
    torch = pytest.importorskip("torch")
    program, x, loss, expected = next(
        found for seed in range(60) if (found := program_of(seed, "numpy", 4))
    )
    module = program.to_torch()
    (out,) = module(torch.tensor(x))
    out.mean().backward()
    assert close(out.mean().item(), loss)
    assert close(module.weights.grad.numpy(), expected)


def test_a_long_tape_is_refused_by_pytorch():
    pytest.importorskip("torch")
    loss, parameters = logistic(7000)
    program = compile(loss, parameters, engine="numpy")
    with pytest.raises(ValueError, match=r"\d+ numbers one by one.*engine='torch'"):
        program.to_torch()


# Edges --------------------------------------------------------------------------------------------

EDGES = [0.0, -0.0, 1.0, -1.0, 0.5, 2.0, 1e-310, -1e300, 710.0, np.inf, -np.inf, np.nan]


@pytest.mark.parametrize("batch", [1, len(EDGES)])
@pytest.mark.parametrize("engine", ENGINES)
def test_edges_are_those_of_the_numpy_engine(engine, batch):
    """One operation after w·x and v·y, at every edge; step by step on NumPy, and as a tape."""
    with np.errstate(all="ignore"):
        for name, op in OPS.items():
            if op.arity > 2 or op.passive or op.compares:
                continue
            if engine == "native" and not has_form(name):
                continue
            for shift in [0] if op.arity == 1 else [0, 1, 5]:
                at_edges(op, engine, batch, np.stack([EDGES, np.roll(EDGES, shift)], 1))


def at_edges(op, engine, batch, given):
    w = fresh([1.0, 1.0])

    def function(x):
        return op(*[wi * xi for wi, xi in zip(w, x)][: op.arity]) * 1.5

    program = taped(function, w, (given[4],), engine)
    single = Program(untaped(program.plan), program.parameters, engine="numpy")
    for k in range(0, len(given), batch):
        own = given[k : k + batch]
        assert same(program.run(own), single.run(own)), (op, own)
        assert same(program.outputs, single.outputs), (op, own)
        assert same(program.gradients, single.gradients), (op, own)


def same(found, expected):
    return np.allclose(found, expected, rtol=1e-11, atol=1e-300, equal_nan=True)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_tape_in_single_precision_and_in_pieces(engine):
    w, b = p = fresh([0.7, 0.1])

    def function(x):
        y = x
        for _ in range(1100):
            y = (w * y + b * x).tanh()
        return [y, w * b]

    x = np.linspace(-0.5, 1, 5, dtype=np.float32)
    program = compile(function, p, inputs=(0.5,), engine=engine, check=False, dtype=np.float32)
    assert any(isinstance(i, Tape) for i in program.plan.instructions)
    exact = compile(function, p, inputs=(0.5,), engine="numpy", check=False)
    for given in (x, np.tile(x, 2100)):  # 10 500 samples of 3 300 rows: three pieces
        if len(given) > 5 and engine != "native":
            continue  # it would take minutes
        found = program.run(given)
        assert np.allclose(found, exact.run(x), rtol=1e-4)
        assert np.allclose(program.gradients, exact.gradients, rtol=1e-3)
    copied = copy.deepcopy(program)
    p[0].data = 0.5
    program.refresh()
    assert program.forward(x)[1] == pytest.approx(0.05)
    assert copied.forward(x)[1] == pytest.approx(0.07)
