"""What compiling refuses, and what its errors say; files that are damaged; the listing."""

from __future__ import annotations

import importlib.util
import sys
from collections import Counter

import numpy as np
import pytest

import nn
from autograd import Program, TraceError, Value, compile, relu, select, tanh, where


@pytest.mark.parametrize(
    "function",
    [
        lambda w, x: w * x if x > 0 else -x,
        lambda w, x: w * (1.0 if float(x) > 0 else 2.0),
        lambda w, x: w * x if x else w,
        lambda w, x: w * int(x),
        lambda w, x: max(w, x),
        lambda w, x: w * (x > 0 and x),
        lambda w, x: sorted([w * x, w + x, x])[0],
    ],
)
def test_a_look_at_a_number_is_refused_and_says_what_to_write(function):
    w = Value(2.0)
    with pytest.raises(TraceError, match=r"where\(condition, a, b\), maximum, minimum"):
        compile(lambda x: function(w, x), [w], inputs=(1.0,))


def test_a_frozen_branch_in_a_finished_graph_is_refused():
    w, x = Value(2.0), Value(1.0)
    with pytest.raises(TraceError, match="compile the function that builds it"):
        compile(where(x * w > 0, w * x, w), [w], inputs=[x])


def test_numbers_that_left_the_graph_are_noticed_by_a_second_example():
    w = Value(2.0)
    with pytest.raises(TraceError, match=r"taken from .data, or drawn at random"):
        compile(lambda x: w * x.data, [w], inputs=(1.5,))
    with pytest.raises(TraceError, match=r"taken from .data"):
        compile(lambda x: x * w.data, [w], inputs=(1.5,))
    rng = np.random.default_rng(0)
    with pytest.raises(TraceError, match="drawn at random"):
        compile(lambda x: w * x * float(rng.normal()), [w], inputs=(1.5,))
    with pytest.raises(TraceError, match="branch or a length"):
        compile(lambda x: w * x if x.data > 1.4 else w + x + 1, [w], inputs=(1.5,))
    compile(lambda x: w * x.data, [w], inputs=(1.5,), check=False)


def test_a_whole_number_selects():
    w = [Value(1.0), Value(2.0)]
    with pytest.raises(TraceError, match=r"select\(values, index\)"):
        compile(lambda i: w[i], w, inputs=(1,))
    with pytest.raises(TraceError, match=r"give 1\.0 as the example"):
        compile(lambda i: w[0] * i, w, inputs=(1,))
    program = compile(lambda i: select(w, i), w, inputs=(1,))
    assert program.run([0, 1, 1]) == (5 / 3,)
    for wrong in ([2], [-1], [0.5]):
        with pytest.raises(IndexError, match="a whole number from 0 to 1"):
            program.run(wrong)


def test_select_on_plain_numbers():
    assert select([1.0, 2.0], 1) == 2.0
    with pytest.raises(IndexError, match="0 to 1, not 2"):
        select([1.0, 2.0], 2)
    with pytest.raises(TypeError, match="whole number, not float"):
        select([1.0, 2.0], 0.5)


def test_wrong_arguments_of_compile():
    w = Value(1.0)
    with pytest.raises(TypeError, match="a Value or a list of Values"):
        compile("loss", [w])
    with pytest.raises(TypeError, match="params are Values, not float"):
        compile(w * w, [1.0])
    with pytest.raises(ValueError, match="params are leaves"):
        compile(w * w, [w * 2])
    with pytest.raises(ValueError, match="listed twice"):
        compile(w * w, [w, w])
    with pytest.raises(TypeError, match="nested list of numbers"):
        compile(lambda x: w * x, [w], inputs=("text",))
    with pytest.raises(TypeError, match="leaf Values"):
        compile(w * w, [w], inputs=[1.0])
    with pytest.raises(ValueError, match="float64 or float32, not int64"):
        compile(w * w, [w], dtype=np.int64)


def test_wrong_arguments_of_run():
    w = Value(1.0)
    program = compile(lambda x, y: w * x[0] + x[1] - y, [w], inputs=([1.0, 2.0], 0.5))
    with pytest.raises(ValueError, match="takes 2 arrays, not 1"):
        program.run([[1.0, 2.0]])
    with pytest.raises(
        ValueError, match=r"\[batch, 2\] with one sample or more, not of shape \(2, 1\)"
    ):
        program.run([[1.0], [2.0]], [1.0, 2.0])
    with pytest.raises(ValueError, match="argument 0 has 2 samples, argument 1 1"):
        program.run([[1.0, 2.0], [3.0, 4.0]], [1.0])
    with pytest.raises(ValueError, match="one sample or more"):
        program.run(np.zeros((0, 2)), [])
    with pytest.raises(TypeError, match="array of numbers"):
        program.run([["a", "b"]], [1.0])


def test_parameters_are_as_they_were_after_tracing():
    model = nn.MLP(2, [3, 1], rng=0)
    before = [p.data for p in model.parameters()]
    compile(lambda x: model(x) ** 2, model, inputs=([1.0, 2.0],))
    assert [p.data for p in model.parameters()] == before
    assert Value(2.0) > 1.0  # comparing is comparing again
    assert (Value(2.0) > 1.0) is True


def example():
    model = nn.MLP(4, [6, 3], activation="tanh", rng=0)
    program = compile(
        lambda x, y: nn.cross_entropy(model(x), y), model, inputs=([0.1, 0.2, 0.3, 0.4], 1)
    )
    x = np.random.default_rng(0).normal(size=(5, 4))
    return model, program, x, np.array([0, 1, 2, 1, 0])


def test_a_saved_program_runs_without_what_built_it(tmp_path):
    _, program, x, y = example()
    expected, gradients = program.run(x, y), program.gradients.copy()
    program.save(tmp_path / "program.npz")
    loaded = Program.load(tmp_path / "program.npz")
    assert loaded.run(x, y) == expected
    assert np.array_equal(loaded.gradients, gradients)
    assert str(loaded) == str(program)
    assert loaded.names == program.names
    loaded.update(nn.SGD([], lr=0.1))
    assert loaded.run(x, y)[0] < expected[0]
    with pytest.raises(ValueError, match="was loaded and has no Values"):
        loaded.sync()


def test_damaged_files_are_refused(tmp_path):
    _, program, _, _ = example()
    path = tmp_path / "program.npz"
    program.save(path)
    whole = path.read_bytes()
    for damaged in (b"", b"nothing", whole[: len(whole) // 2], whole[:-30]):
        path.write_bytes(damaged)
        with pytest.raises(ValueError, match="no program that can be loaded"):
            Program.load(path)
    np.savez(path, other=np.zeros(3))
    with pytest.raises(ValueError, match="no program that can be loaded"):
        Program.load(path)
    with pytest.raises(FileNotFoundError):
        Program.load(tmp_path / "missing.npz")


def test_a_row_number_outside_of_the_storage_is_refused(tmp_path):
    _, program, _, _ = example()
    path = tmp_path / "program.npz"
    program.plan.instructions[0].parts[0].weight[0, 0] = 10**6
    program.save(path)
    with pytest.raises(ValueError, match="lies outside of the storage"):
        Program.load(path)


def reversed_instructions(plan):
    plan.instructions.reverse()


def another_order(plan):
    plan.order[0] = plan.order[1]


def a_row_twice(plan):
    plan.instructions[1].start = plan.instructions[0].start


def a_longer_storage(plan):
    plan.batched_size += 1


def a_narrower_matrix(plan):
    plan.instructions[0].parts[0].weight = plan.instructions[0].parts[0].weight[:, 1:]


def an_unknown_operation(plan):
    next(i for i in plan.instructions if hasattr(i, "operation")).operation = "sinus"


def an_output_nowhere(plan):
    plan.outputs[0] = plan.outputs[0]._replace(row=plan.batched_size)


def a_copy_elsewhere(plan):
    plan.copied[1] = 3


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (reversed_instructions, "read before it is written"),
        (another_order, "order of the parameters"),
        (a_row_twice, "written twice"),
        (a_longer_storage, "storage has another size"),
        (a_narrower_matrix, "operands of another shape"),
        (an_unknown_operation, "no operation 'sinus'"),
        (an_output_nowhere, "outside of the storage"),
        (a_copy_elsewhere, "a copy lies elsewhere"),
    ],
)
def test_a_plan_that_cannot_be_run_is_refused(damage, message, tmp_path):
    _, program, _, _ = example()
    program.plan.check()
    damage(program.plan)
    with pytest.raises(ValueError, match=message):
        program.plan.check()
    program.save(tmp_path / "program.npz")
    with pytest.raises(ValueError, match=message):
        Program.load(tmp_path / "program.npz")


def test_saving_leaves_no_half_written_file(tmp_path):
    _, program, _, _ = example()
    (tmp_path / "a file").touch()
    with pytest.raises(OSError, match="cannot write"):
        program.save(tmp_path / "a file" / "program.npz")
    program.save(tmp_path / "folder" / "program.npz")
    assert [p.name for p in (tmp_path / "folder").iterdir()] == ["program.npz"]


def test_the_listing_reads_like_the_lecture():
    model = nn.MLP(784, [16, 10], activation="tanh", rng=0)
    program = compile(lambda x, y: nn.cross_entropy(model(x), y), model, inputs=([0.5] * 784, 3))
    assert str(program).splitlines() == [
        "given x[784] x1[1], for each sample",
        "12730 parameters, 10 instructions",
        "layers.0[16] = tanh(W[16×784] @ x + b)",
        "layers.1[10] = W[10×16] @ layers.0 + b",
        "m1[1]        = max over 10 of layers.1",
        "e1[1]        = layers.1[x1]",
        "s1[10]       = layers.1 − m1",
        "a1[10]       = exp(s1)",
        "s2[1]        = log(Σ a1)",
        "s3[1]        = m1 + s2 − e1",
        "returns s3",
    ]
    assert repr(program) == "<Program: 10 instructions, 12730 parameters, 785 inputs, float64>"


def test_parameters_given_by_name_keep_their_names_and_signs_in_the_listing():
    w, bias, rate = Value(1.0), Value(2.0), Value(3.0)
    program = compile(
        lambda x: (w * w + bias * x - rate) ** 2 + tanh(rate * x),
        {"w": w, "bias": bias, "rate": rate}, inputs=(0.5,),
    )  # fmt: skip
    assert str(program).splitlines()[2:] == [
        "c1[1] = w · w",
        "s1[1] = rate · x",
        "s2[1] = bias · x + c1 − rate",
        "a1[1] = tanh(s1)",
        "a2[1] = s2 ^ 2",
        "s3[1] = a2 + a1",
        "returns s3",
    ]
    labelled = [Value(1.0, label=f"a{i}") for i in range(3)]
    program = compile(
        lambda x: labelled[0] / labelled[1] + labelled[2] * x, labelled, inputs=(0.5,)
    )
    assert str(program).splitlines()[2:] == ["a3[1] = a0 / a1", "s1[1] = a2 · x + a3", "returns s1"]


def test_the_same_graph_gives_the_same_file(tmp_path):
    texts = []
    for name in ("one", "other"):
        _, program, _, _ = example()
        program.save(tmp_path / name)
        with np.load(tmp_path / name) as file:
            texts.append({key: file[key].tobytes() for key in file.files})
    assert texts[0] == texts[1]


torch_missing = importlib.util.find_spec("torch") is None


@pytest.mark.skipif(not torch_missing, reason="PyTorch is installed")
def test_without_torch_the_error_says_what_to_install():
    with pytest.raises(ModuleNotFoundError, match="pip install torch"):
        example()[1].to_torch()


@pytest.mark.slow
def test_lifting_grows_linearly():
    """Calls of functions a node, at 30 thousand and at a million nodes: at most twice as many."""
    calls = []
    for samples in (12, 400):
        rng = np.random.default_rng(0)
        w = [[Value(x) for x in row] for row in rng.normal(size=(16, 78)).tolist()]
        data = rng.normal(size=(samples, 78)).tolist()
        hidden = [tanh(sum(a * b for a, b in zip(row, x))) for x in data for row in w]
        loss = relu(sum(hidden))
        events = Counter()
        sys.setprofile(lambda frame, event, argument, events=events: events.update([event]))
        try:
            compile(loss, [a for row in w for a in row])
        finally:
            sys.setprofile(None)
        calls.append((events["call"] + events["c_call"]) / (samples * 16 * 157))
    assert calls[1] < 2 * calls[0]
