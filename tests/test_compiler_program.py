"""A program as an object: what it is given, copied, shared by threads, asked for later."""

from __future__ import annotations

import copy
import math
import pickle
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

import nn
from autograd import Value, compile, select, sigmoid


def line(engine="auto"):
    """w·x + b at w = 2, b = 1: outputs 2x + 1; the gradients of the mean are the mean of x, and 1."""
    w, b = Value(2.0), Value(1.0)
    return compile(lambda x: w * x + b, [w, b], inputs=(0.5,), engine=engine), w, b


@pytest.mark.parametrize("kind", [np.uint8, np.int8, np.int32, np.uint64, bool, np.float16, ">f8"])
def test_numbers_of_any_kind_are_calculated_with_in_the_programs(kind):
    w = Value(2.0)
    program = compile(lambda x: w * sigmoid(x), [w], inputs=(0.5,))
    given = np.array([5]).astype(kind)
    expected = 1.0 / (1.0 + math.exp(-float(given[0])))
    (found,) = program.run(given)
    assert found == pytest.approx(2.0 * expected, abs=1e-15)
    assert program.gradients[0] == pytest.approx(expected, abs=1e-15)


def test_whole_numbers_do_not_overflow():
    w = Value(1.0)
    square = compile(lambda x: w * (x * x), [w], inputs=(0.5,))
    assert square.run(np.array([50_000], np.int32)) == (2.5e9,)
    weighted = compile(lambda x, y: w * (x[0] + x[1] + y), [w], inputs=([0.5, 0.5], 0.5))
    assert weighted.run(np.array([[200, 100]], np.uint8), np.array([3], np.int64)) == (303.0,)


def test_whole_numbers_that_select_stay_what_they_are():
    w = [Value(1.0), Value(2.0), Value(4.0)]
    program = compile(lambda i, x: select(w, i) * x, w, inputs=(0, 0.5))
    for kind in (np.uint8, np.int64, np.float64):
        assert program.run(np.array([2, 1], kind), np.array([3, 1], np.uint8)) == (7.0,)
        assert program.run(np.array([0, 2], kind), np.array([3, 1], np.uint8)) == (3.5,)


def test_samples_have_the_shape_of_the_example():
    w = Value(1.0)
    program = compile(lambda x: w * x[0][2], [w], inputs=(np.zeros((2, 3)),))
    samples = np.arange(12.0).reshape(2, 2, 3)
    assert program.run(samples) == (5.0,)  # 2 and 8
    assert program.run(samples.reshape(2, 6)) == (5.0,)
    for wrong in (
        samples.reshape(2, 3, 2),
        samples.reshape(4, 3),
        samples.reshape(2, 6, 1, 1)[..., 0:0],
    ):
        with pytest.raises(ValueError, match=r"argument 0 is an array \[batch, 2, 3\]"):
            program.run(wrong)
    scalar = compile(lambda x: w * x, [w], inputs=(0.5,))
    assert scalar.run([1.0, 2.0]) == scalar.run([[1.0], [2.0]]) == (1.5,)
    with pytest.raises(
        ValueError, match=r"\[batch\] with one sample or more, not of shape \(1, 2\)"
    ):
        scalar.run([[1.0, 2.0]])
    with pytest.raises(ValueError, match=r"not of shape \(\)"):
        scalar.run(1.0)


def test_a_value_is_a_parameter_or_an_input_and_an_input_once():
    w, x = Value(2.0), Value(3.0)
    with pytest.raises(ValueError, match="a parameter and an input"):
        compile(w * x, [w, x], inputs=[x])
    with pytest.raises(ValueError, match="an input is listed twice"):
        compile(w * x, [w], inputs=[x, x])
    with pytest.raises(ValueError, match="an input is listed twice"):
        compile(w * x, [w], inputs=[[x], [x]])


def copies(program):
    return copy.deepcopy(program), pickle.loads(pickle.dumps(program)), copy.copy(program)


def test_a_copy_of_a_program_that_ran_answers_for_new_inputs():
    program, _, _ = line()
    assert program.run([1.0, 3.0]) == (5.0,)
    for other in copies(program):
        assert other.outputs[0].tolist() == [3.0, 7.0]
        assert other.gradients[program.order.argsort()].tolist() == [2.0, 1.0]
        assert other.run([10.0, 20.0]) == (31.0,)
        assert other.gradients[other.order.argsort()].tolist() == [15.0, 1.0]
        assert program.outputs[0].tolist() == [3.0, 7.0]


def test_a_copy_has_parameters_of_its_own():
    program, w, _ = line()
    program.run([1.0])
    other = copy.deepcopy(program)
    other.parameters[...] = 5.0
    assert (program.run([1.0]), other.run([1.0])) == ((3.0,), (10.0,))
    other.sync()
    assert w.data == 2.0
    model = nn.MLP(2, [3, 1], rng=0)
    both = compile(lambda x: model(x), model, inputs=([0.5, 0.5],)), model
    copied, copied_model = copy.deepcopy(both)  # together they stay together
    copied.parameters[...] = 0.25
    copied.sync()
    assert {p.data for p in copied_model.parameters()} == {0.25}
    assert 0.25 not in {p.data for p in model.parameters()}


def test_threads_share_a_program():
    """40 tasks in 8 threads, each with samples of its own: every answer is that of its samples."""
    model = nn.MLP(8, [16, 1], activation="tanh", rng=0)
    program = compile(lambda x: model(x), model, inputs=([0.5] * 8,))
    samples = [np.full((64, 8), k / 40) for k in range(40)]
    expected = [program.run(x)[0] for x in samples]

    def task(k):
        found = [program.run(samples[k])[0] for _ in range(40)]
        return [*found, *(float(program.forward(samples[k])[0].mean()) for _ in range(40))]

    with ThreadPoolExecutor(8) as pool:
        for k, found in enumerate(pool.map(task, range(40))):
            np.testing.assert_allclose(found, expected[k], rtol=1e-13)


@pytest.mark.parametrize("engine", ["auto", "numpy"])
def test_the_outputs_of_a_run_stay_when_the_program_answers_for_other_samples(engine):
    program, w, b = line(engine)
    program.run([1.0, 2.0])
    assert program.forward([10.0, 20.0])[0].tolist() == [21.0, 41.0]
    assert program.outputs[0].tolist() == [3.0, 5.0]
    assert program([10.0])[0].tolist() == [21.0]  # calling is `forward`
    both = compile(lambda x: [w * x, b], [w, b], inputs=(0.5,))
    both.run([1.0, 2.0])
    both.parameters[...] = 7.0
    assert [o.tolist() for o in both.outputs] == [[2.0, 4.0], [1.0]]


def test_a_large_batch_leaves_the_outputs_of_all_its_pieces():
    program, _, _ = line()
    x = np.arange(10_000.0)
    assert program.run(x) == (2.0 * 4999.5 + 1.0,)
    np.testing.assert_allclose(
        program.gradients[program.order.argsort()], [4999.5, 1.0], rtol=1e-12
    )
    program.forward([1.0])
    assert program.outputs[0].tolist() == (2.0 * x + 1.0).tolist()


def test_more_batch_sizes_than_are_kept():
    program, _, _ = line()
    for size in (*range(1, 12), *range(1, 12)):
        assert program.run(np.full(size, 2.0)) == (5.0,)


def test_a_dtype_that_is_none_of_floats_is_refused():
    w = Value(1.0)
    with pytest.raises(ValueError, match="float64 or float32, not int64"):
        compile(w * w, [w], dtype=np.int64)


def test_gradients_by_name_have_the_shapes_of_the_models_state(tmp_path):
    model = nn.MLP(3, [4, 1], activation="tanh", rng=0)
    program = compile(lambda x: model(x) ** 2, model, inputs=([0.1, 0.2, 0.3],))
    program.run([[0.5, -1.0, 2.0]])
    (model([0.5, -1.0, 2.0]) ** 2).backward()
    by_name = dict(model.named_parameters())
    found, state = program.named_gradients(), model.state_dict()
    assert {name: x.shape for name, x in found.items()} == {n: x.shape for n, x in state.items()}
    for name, array in found.items():
        expected = [p.grad for path, p in by_name.items() if (path + ".").startswith(name + ".")]
        np.testing.assert_allclose(array.ravel(), expected, rtol=1e-12)
    for name, array in program.named_parameters().items():
        np.testing.assert_array_equal(array, state[name])
    program.save(tmp_path / "p.npz")
    assert program.load(tmp_path / "p.npz").named_parameters().keys() == state.keys()


def test_parameters_without_a_name_of_their_own_stand_under_their_number():
    given = [Value(1.0, label="w"), Value(2.0, label="w"), Value(3.0), Value(4.0, label="b")]
    program = compile(lambda x: sum(p * x for p in given), given, inputs=(1.0,))
    assert program.named_parameters() == {"0": 1.0, "1": 2.0, "2": 3.0, "b": 4.0}
    backwards = {"w.1": given[0], "w.0": given[1], "v.0": given[2], "v.2": given[3]}
    program = compile(lambda x: sum(p * x for p in given), backwards, inputs=(1.0,))
    assert program.named_parameters() == {"w.1": 1.0, "w.0": 2.0, "v.0": 3.0, "v.2": 4.0}
