"""The exported module beside the program it came from, and beside PyTorch's own derivatives."""

from __future__ import annotations

import copy
import itertools
import math
import pickle
import warnings
from pathlib import Path

import numpy as np
import pytest
from test_compiler_random import close, random_function

import autograd
import nn
from autograd import OPS, Value, compile, elu, log, maximum, select, tanh, where
from autograd.ops import Op

torch = pytest.importorskip("torch", reason="needs PyTorch: pip install torch")

EDGES = [0.0, -0.0, 0.5, 1.0, -1.0, -3.5, 1000.0, -1000.0, math.inf, -math.inf, math.nan]


def gradients(module, outputs):
    """By each parameter in the order given to `compile`, of the mean of the first output."""
    found = np.zeros(len(module.plan.order))
    if outputs[0].requires_grad:  # else it reaches no parameter
        (by,) = torch.autograd.grad(outputs[0].mean(), module.weights)
        found[module.plan.order] = by.numpy()
    return found


def agree(program, *arrays):
    means = program.run(*arrays)
    module = program.to_torch()
    outputs = module(*map(torch.as_tensor, arrays))
    for output, mean in zip(outputs, means):
        assert output.mean().item() == pytest.approx(mean, rel=1e-12, abs=1e-12)
    expected = np.empty(len(program.order))
    expected[program.order] = program.gradients
    np.testing.assert_allclose(gradients(module, outputs), expected, rtol=1e-11, atol=1e-12)
    return module


RNG = np.random.default_rng


def test_networks():
    model = nn.Sequential(
        nn.Conv2d(1, 2, 3, padding=1, activation="relu", rng=0), nn.MaxPool2d(2), nn.Flatten(),
        nn.MLP(8, [5, 3], activation="gelu", rng=1),
    )  # fmt: skip
    program = compile(
        lambda x, y: nn.cross_entropy(model(x), y) + 0.1 * sum(p * p for p in model.parameters()),
        model, inputs=(np.zeros((1, 4, 4)), 0),
    )  # fmt: skip
    agree(program, RNG(0).normal(size=(5, 1, 4, 4)), RNG(1).integers(0, 3, 5))
    memory, out = nn.LSTM(2, 3, rng=0), nn.MLP(3, [1], rng=1)
    program = compile(
        lambda xs, y: (out(memory(xs)[0][-1]) - y) ** 2,
        memory.parameters() + out.parameters(), inputs=(np.zeros((4, 2)), 0.0),
    )  # fmt: skip
    agree(program, RNG(0).normal(size=(3, 4, 2)), RNG(1).normal(size=3))


def test_products_of_computed_matrices_and_selection():
    table = [[Value(0.3 * i - 0.2 * j) for j in range(2)] for i in range(3)]

    def loss(tokens):
        rows = [[tanh(v) for v in select(table, t)] for t in tokens]
        scores = [[sum(a * b for a, b in zip(p, q)) for q in rows] for p in rows]
        return sum(s * s * r[0] for line, r in zip(scores, rows) for s in line)

    program = compile(loss, [v for row in table for v in row], inputs=([0, 1, 2],))
    agree(program, np.array([[0, 1, 2], [2, 2, 1]]))


@pytest.mark.parametrize("scaled", ["before", "within", "not at all"])
def test_a_causal_softmax_is_one_over_a_rectangle(scaled):
    """Rows in a triangle, the first place a mean of one; no row is taken or added by number."""
    table = [
        [[Value(w) for w in row] for row in RNG(k).normal(size=(4, n))]
        for k, n in enumerate((3, 3, 3, 4))
    ]
    by = {"before": 0.5, "within": 1.0, "not at all": 1.0}[scaled]
    c = 0.5 if scaled == "within" else 1.0

    def linear(w, x):
        return [sum((a * b for a, b in zip(row[1:], x[1:])), row[0] * x[0]) for row in w]

    def loss(xs):
        q, k, v = ([linear(w, x) for x in xs] for w in table[:3])
        total = Value(0.0)
        for t in range(len(xs)):
            scores = [sum(a * b for a, b in zip(q[t], k[j])) * by for j in range(t + 1)]
            top = scores[0]
            for s in scores[1:]:
                top = maximum(top, s)
            e = [autograd.exp(s * c - top * c) for s in scores]
            whole = e[0] if len(e) == 1 else sum(e)
            mean = [sum(a / whole * v[j][i] for j, a in enumerate(e)) for i in range(4)]
            total = total + sum(m * m for m in linear(table[3], mean))
        return total

    program = compile(loss, [p for t in table for r in t for p in r], inputs=(np.zeros((6, 3)),))
    source = str(agree(program, RNG(9).normal(size=(5, 6, 3))).source)
    assert source.count("torch.softmax") == 1
    assert source.count("torch.bmm") == 6  # two products, and two for the gradients of each
    assert "index_add" not in source


def test_a_softmax_of_classes():
    model = nn.MLP(3, [4], rng=0)
    program = compile(
        lambda x, y: sum((p - t) ** 2 for p, t in zip(nn.softmax(model(x)), y)),
        model, inputs=(np.zeros(3), np.zeros(4)),
    )  # fmt: skip
    module = agree(program, RNG(0).normal(size=(5, 3)), RNG(1).normal(size=(5, 4)))
    assert "torch.softmax" in str(module.source)


def test_an_embedding_is_columns_of_one_table():
    """Two letters, three numbers each; a letter that comes twice adds both its gradients up."""
    table = [[Value(0.1 * i - 0.2 * j) for j in range(3)] for i in range(4)]

    def loss(letters):
        first, second = (select(table, i) for i in letters)
        return sum(a * a * b for a, b in zip(first, second))

    program = compile(loss, [v for row in table for v in row], inputs=([0, 1],))
    source = str(agree(program, np.array([[0, 1], [3, 3], [2, 0]])).source)
    assert source.count("index_add(1") == 1
    assert "gather" not in source


def test_random_programs():
    for seed in range(40):
        function, parameters, inputs, _ = random_function(seed, traced=False)
        p = [Value(x) for x in RNG(seed).normal(size=parameters).tolist()]
        if inputs:
            x = RNG(seed).normal(size=(3, inputs))
            agree(compile(lambda x, f=function, p=p: f(p, x), p, inputs=(x[0],)), x)
        else:
            agree(compile(lambda f=function, p=p: f(p, []), p))


def test_whole_and_single_precision_inputs():
    w = Value(2.0)
    agree(compile(lambda x: w * x * x, [w], inputs=(0.5,)), np.array([200, 100], np.uint8))
    single = compile(lambda x: w * x, [w], inputs=(0.5,), dtype=np.float32)
    assert single.to_torch()(torch.tensor([1.5]))[0].dtype == torch.float32
    static = compile(lambda x: [w * x, w * w], [w], inputs=(0.5,))
    assert [len(o) for o in static.to_torch()(torch.ones(3))] == [3, 1]


@pytest.mark.parametrize(
    "name", [n for n, op in OPS.items() if op.arity < 3 and n not in ("round_to", "<", "==")]
)
def test_operations_at_the_edges(name):
    """Value and derivative of each operation are the program's, in a branch of `where` as well."""
    op = OPS[name]
    points = np.array(list(itertools.product(EDGES, repeat=op.arity)))
    p = [Value(0.0) for _ in range(op.arity)]
    for function in (
        lambda x: op(*[a + b for a, b in zip(x, p)]),
        lambda x: where(x[-1] > 0.0, op(*[a + b for a, b in zip(x, p)]), p[0]),
    ):
        program = compile(function, p, inputs=([0.3, 0.4][: op.arity],), check=False)
        try:
            module = program.to_torch()
        except ValueError as error:
            pytest.skip(str(error))  # refused by name: none of today's
        for point in points:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                (value,) = program.run(point[None])
            outputs = module(torch.tensor(point[None]))
            np.testing.assert_allclose(outputs[0].item(), value, rtol=1e-11, err_msg=str(point))
            found = gradients(module, outputs)[program.order]
            if not math.isnan(value):
                np.testing.assert_allclose(
                    found, program.gradients, rtol=1e-9, atol=1e-300, err_msg=str(point)
                )


def test_a_step_of_the_benchmark_reads_nothing_back_from_its_device(tmp_path, monkeypatch):
    """Nothing can be read from "meta": by hand and as a program a step is forward, backward, update."""
    monkeypatch.syspath_prepend(Path(__file__).parents[1] / "benchmarks")
    from compiled_peers import torch_program, torch_step

    rng = np.random.default_rng(0)
    given = {"x": rng.normal(size=(5, 4)), "y": rng.integers(0, 3, 5)}
    arrays = given | {f"p{i}": np.zeros(shape) for i, shape in enumerate([(2, 4), 2, (3, 2), 3])}
    model = nn.MLP(4, [2, 3], activation="relu", rng=0)
    program = compile(lambda x, y: nn.cross_entropy(model(x), y), model, inputs=(np.zeros(4), 0))
    program.save(tmp_path / "program.npz")
    steps = (
        torch_step("digits", arrays, "meta"),
        torch_program(tmp_path / "program.npz", given, "meta"),
    )
    for step in steps:
        assert [step().device.type for _ in range(2)] == ["meta", "meta"]


def test_every_operation_stays_on_its_device():
    """On "meta" nothing is computed, and what meets a number of the processor's is refused."""
    names = [n for n, op in OPS.items() if op.arity < 3 and n not in ("==", "sinc_slope")]
    table = [Value(0.1), Value(0.2), Value(0.3), Value(0.4)]

    def loss(x, i):
        found = select(table, i) + maximum(table[0] * x[0], where(x[1] > 0.0, table[1], x[0]))
        for name in names:
            op = OPS[name]
            found = found + op(*[table[2] * x[0], 0.5 if name == "round_to" else x[1]][: op.arity])
        return found + nn.cross_entropy([t * x[0] for t in table], i)

    module = compile(loss, table, inputs=([0.3, 0.4], 1), check=False).to_torch(device="meta")
    x = torch.empty((5, 2), dtype=torch.float64, device="meta")
    module(x, torch.empty(5, dtype=torch.int64, device="meta"))[0].mean().backward()
    assert module.weights.grad.device.type == "meta"


def test_what_pytorch_alone_gets_wrong():
    """By hand: the slope of the branch not taken is nothing, of a value that is nan nan."""
    w = Value(1.0)
    for function, x, value, slope in (
        (lambda x: where(x > 0.0, log(w * x), w * 3.0), 0.0, 3.0, 3.0),
        (lambda x: where(x > 0.0, (w * x) ** 0.5 * x, w), 0.0, 1.0, 1.0),
        (lambda x: (w * x) // 2.0, 7.0, 3.0, 0.0),
        (lambda x: log(w * x), -1.0, math.nan, math.nan),
        (lambda x: elu(w * x), 1000.0, 1000.0, 1000.0),
        (lambda x: elu(w * x), -1000.0, -1.0, 0.0),
    ):
        module = compile(function, [w], inputs=(5.0,)).to_torch()
        outputs = module(torch.tensor([x]))
        assert outputs[0].item() == pytest.approx(value, nan_ok=True)
        assert gradients(module, outputs)[0] == pytest.approx(slope, nan_ok=True)


def test_the_largest_of_equal_numbers_shares_as_the_program_does():
    w = [Value(1.0), Value(2.0), Value(0.5)]

    def largest(x):
        products = [a * b for a, b in zip(w, x)]
        return maximum(maximum(products[0], products[1]), products[2]) ** 2

    program = compile(largest, w, inputs=([1.0, 0.3, 0.7],))
    agree(program, np.array([[2.0, 1.0, 4.0], [1.0, 0.5, 2.0], [0.0, 0.0, 0.0]]))


def test_the_users_operation_is_refused_by_name():
    cube = Op("cube", "cube", "x³", lambda x: x**3, lambda x: x**3, (lambda x, y: 3.0 * x * x,))
    autograd.OPS["cube"] = cube
    try:
        w = Value(2.0)
        program = compile(lambda x: cube(w * x), [w], inputs=(0.5,))
        assert program.run([1.0]) == (8.0,)
        with pytest.raises(ValueError, match="no PyTorch function for the operation 'cube'"):
            program.to_torch()
    finally:
        del autograd.OPS["cube"]


def exported():
    table = [Value(1.0), Value(2.0), Value(4.0)]
    program = compile(
        lambda x, i: where(x[0] > 0.0, log(x[1] * select(table, i)), tanh(table[0] * x[2])),
        table, inputs=([0.5, 0.25, 1.0], 0),
    )  # fmt: skip
    x = torch.tensor([[0.5, 0.25, 1.0], [-1.0, 2.0, 3.0]], dtype=torch.float64)
    return program.to_torch(), x, torch.tensor([1, 2])


def test_a_module_is_copied_pickled_and_saved(tmp_path):
    module, x, i = exported()
    with torch.no_grad():
        module.weights *= 1.5
    expected = module(x, i)[0].tolist()
    torch.save(module, tmp_path / "module.pt")
    for other in (
        copy.deepcopy(module),
        pickle.loads(pickle.dumps(module)),
        torch.load(tmp_path / "module.pt", weights_only=False),
    ):
        assert other(x, i)[0].tolist() == expected
        assert type(other) is type(module)
        with torch.no_grad():
            other.weights *= 0.0
        assert module(x, i)[0].tolist() == expected
    assert list(module.state_dict()) == ["weights"]
    module.load_state_dict({"weights": torch.ones(3)})
    assert module(x, i)[0].tolist() == pytest.approx([math.log(0.25), math.tanh(3.0)])


def test_index_tensors_are_made_once_and_move_with_the_module():
    module, x, i = exported()
    before = [id(buffer) for buffer in module.buffers()]
    module(x, i)
    assert [id(buffer) for buffer in module.buffers()] == before
    kinds = {buffer.dtype for buffer in module.to(torch.float32).buffers()}
    assert kinds <= {torch.float32, torch.int64}
    assert module(x, i)[0].dtype == torch.float32
    assert {b.device.type for b in module.to("meta").buffers()} == {"meta"}


def test_other_outputs_have_derivatives_too():
    """By hand: of w²·x by w 2wx, of exp(wx) x·exp(wx); what is detached in one is not in the other."""
    w = Value(2.0)
    program = compile(
        lambda x: [w * x * x, w * w * x, (w * x).exp(), (w * x).detach() * w], [w], inputs=(1.0,)
    )
    module, x = program.to_torch(), torch.tensor([3.0], dtype=torch.float64)
    for output, slope in enumerate([9.0, 12.0, 3 * math.exp(6.0), 6.0]):
        (found,) = torch.autograd.grad(module(x)[output].sum(), module.weights)
        assert found.item() == pytest.approx(slope)
    (found,) = torch.autograd.grad(sum(module(x)).sum(), module.weights)
    assert found.item() == pytest.approx(27.0 + 3 * math.exp(6.0))


def test_a_model_of_several_answers_trains_by_a_loss_of_pytorchs():
    """Its cross-entropy, beside the same network as PyTorch's own modules."""
    model = nn.MLP(3, [4, 3], activation="tanh", rng=0)
    module = compile(model, model, inputs=([0.0] * 3,)).to_torch()
    names = [name for name, _ in model.named_parameters()]
    own = torch.nn.Sequential(
        torch.nn.Linear(3, 4), torch.nn.Tanh(), torch.nn.Linear(4, 3)
    ).double()
    given = dict(zip(names, (p.data for p in model.parameters())))
    with torch.no_grad():
        for k, linear in enumerate((own[0], own[2])):
            layer = model.layers[k]
            linear.weight[:] = torch.tensor([[w.data for w in n.w] for n in layer.neurons])
            linear.bias[:] = torch.tensor([n.b.data for n in layer.neurons])
    assert len(given) == 31
    x, y = torch.tensor(RNG(0).normal(size=(5, 3))), torch.tensor([0, 1, 2, 1, 0])
    loss = torch.nn.functional.cross_entropy
    ours, theirs = loss(torch.stack(module(x), 1), y), loss(own(x), y)
    assert ours.item() == pytest.approx(theirs.item())
    ours.backward()
    theirs.backward()
    total = sum(p.grad.sum().item() for p in own.parameters())
    norm = sum((p.grad**2).sum().item() for p in own.parameters())
    assert module.weights.grad.sum().item() == pytest.approx(total)
    assert (module.weights.grad**2).sum().item() == pytest.approx(norm)


@pytest.mark.slow  # PyTorch's compiler starts up
@pytest.mark.filterwarnings(
    "ignore::Warning:torch.*",
    "ignore::DeprecationWarning",
    "ignore::FutureWarning",
    "ignore::UserWarning",
)
def test_it_compiles_whole_and_exports_with_a_free_batch(tmp_path):
    model = nn.MLP(3, [4, 3], activation="relu", rng=0)
    program = compile(lambda x, y: nn.cross_entropy(model(x), y), model, inputs=([0.5] * 3, 1))
    module = program.to_torch()
    x, y = torch.tensor(RNG(0).normal(size=(5, 3))), torch.tensor([0, 1, 2, 1, 0])
    compiled = torch.compile(module, fullgraph=True, backend="eager")
    found = gradients(module, compiled(x, y))
    assert close(found, gradients(module, module(x, y)))
    assert close(compiled(x[:2], y[:2])[0].detach(), module(x[:2], y[:2])[0].detach().numpy())
    batch = torch.export.Dim("batch")
    exported = torch.export.export(module, (x, y), dynamic_shapes=(({0: batch}, {0: batch}),))
    expected = [module(x[:n], y[:n])[0].tolist() for n in (5, 3)]
    assert [exported.module()(x[:n], y[:n])[0].tolist() for n in (5, 3)] == expected
    pytest.importorskip("onnxscript", reason="needs ONNX: pip install onnx onnxscript onnxruntime")
    onnxruntime = pytest.importorskip("onnxruntime", reason="needs pip install onnxruntime")
    torch.onnx.export(exported, verbose=False).save(str(tmp_path / "module.onnx"))
    session = onnxruntime.InferenceSession(
        tmp_path / "module.onnx", providers=["CPUExecutionProvider"]
    )
    for n, values in zip((5, 3), expected):
        given = dict(zip((i.name for i in session.get_inputs()), (x[:n].numpy(), y[:n].numpy())))
        np.testing.assert_allclose(session.run(None, given)[0], values, rtol=1e-12)


def test_the_source_is_pytorch_that_runs_alone():
    """What `module.source` prints, run by itself, is the module."""
    module, x, i = exported()
    names = {"torch": torch}
    exec(str(module.source), names)
    given = [x.reshape(2, 3).T, i.reshape(2, 1).T]
    answers, kept = names["forward"](module.weights.detach(), given, module.numbers())
    assert answers[0].tolist() == module(x, i)[0].tolist()
    gradient = names["backward"](torch.ones(2, dtype=torch.float64) / 2, kept)
    (expected,) = torch.autograd.grad(module(x, i)[0].mean(), module.weights)
    assert gradient.tolist() == expected.tolist()


def test_gradients_by_the_inputs_are_refused():
    module, x, i = exported()
    with pytest.raises(ValueError, match="argument 0 asks for a gradient"):
        module(x.requires_grad_(), i)


def test_wrong_tensors_are_refused():
    module, x, i = exported()
    with pytest.raises(ValueError, match="takes 2 tensors, not 1"):
        module(x)
    with pytest.raises(ValueError, match=r"argument 0 is a tensor \[batch, 3\], not \[3, 2\]"):
        module(x.T, i)
    with pytest.raises(ValueError, match=r"argument 0 has 2 samples, argument 1 3"):
        module(x, torch.tensor([0, 1, 2]))
    with pytest.raises(
        TypeError, match=r"argument 1 selects: give whole numbers, not torch\.float32"
    ):
        module(x, torch.tensor([0.0, 0.5]))
    with pytest.raises(TypeError, match=r"argument 1 is of ndarray: give torch.as_tensor\(x\)"):
        module(x, i.numpy())


def test_derivatives_of_derivatives_go_through_the_tables_rules():
    """d²/dw² of log(w·x) is −1/w²; of tanh(w) · w by hand 2·(1 − t²)·(1 − t·w)."""
    w = Value(0.5)
    for function, second in (
        (lambda x: log(w * x), -4.0),
        (lambda x: tanh(w) * w + 0.0 * x,
         2 * (1 - math.tanh(0.5) ** 2) * (1 - math.tanh(0.5) * 0.5)),
    ):  # fmt: skip
        module = compile(function, [w], inputs=(0.7,)).to_torch()
        (loss,) = module(torch.tensor([2.0]))
        (slope,) = torch.autograd.grad(loss.sum(), module.weights, create_graph=True)
        (found,) = torch.autograd.grad(slope.sum(), module.weights)
        assert found.item() == pytest.approx(second)
