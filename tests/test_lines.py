"""A derivation in lines: the first wrong one is named, what follows from it is not blamed."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from autograd import FormulaError, Value, check_lines, parse
from autograd.by_hand.problem import read_problem
from viz.terminal.cli import main

NEURON = """
L = (o - y)^2;  o = tanh(n);  n = w*x + b
w = 0.5; x = 2; b = -0.1186; y = 1
"""
WRONG = """
dL/do = 2*(o - y)
do/dn = 1 - o
dL/dn = dL/do * do/dn
dL/dw = dL/dn * x
"""


def verdicts(lines: str, problem: str = NEURON) -> list[str]:
    return [line.verdict for line in check_lines(read_problem(problem).root, lines).lines]


def test_the_first_wrong_line_is_named_and_the_rest_follows() -> None:
    found = check_lines(read_problem(NEURON).root, WRONG)
    assert [line.verdict for line in found.lines] == ["right", "wrong", "follows", "follows"]
    assert not found
    assert found.first_wrong is found.lines[1]
    said = str(found).splitlines()[1]
    assert said.startswith(
        "do/dn = 1 - o          ← first wrong line: at o = tanh(n): the square is missing"
    )
    assert "right is ∂tanh(n)/∂n = 1 − tanh(n)²" in said


def test_a_right_derivation_in_several_notations() -> None:
    lines = r"""
    \frac{\partial L}{\partial o} = 2(o-y)
    ∂o/∂n = 1 - tanh²(n) = 1 - o^2
    delta = 2(o-y)(1-o²)
    dL/dw = delta*x
    dL/db = dL/do * do/dn
    """
    assert verdicts(lines) == ["right", "right", "defined", "right", "right"]
    assert check_lines(read_problem(NEURON).root, lines)


def test_what_plugs_the_wrong_part_in_follows_too() -> None:
    lines = "do/dn = 1 - o\ndL/dn = 2*(o - y)*(1 - o)\ndL/dw = 2*(o - y)*(1 - o)*x"
    assert verdicts(lines) == ["wrong", "follows", "follows"]


def test_a_second_mistake_is_blamed_as_well() -> None:
    assert verdicts(WRONG + "dL/db = dL/dn * x") == [
        "right",
        "wrong",
        "follows",
        "follows",
        "wrong",
    ]


def test_only_the_part_of_a_line_that_is_wrong_counts() -> None:
    found = check_lines(read_problem(NEURON).root, "dL/dw = dL/do*do/dn*x = 2*(o - y)*(1 - o^2)*w")
    assert [line.verdict for line in found.lines] == ["wrong"]
    assert "that is ∂L/∂x, the derivative by x" in str(found)


def test_sums_over_paths() -> None:
    problem = "f = a*b; a = x + y; b = x*y; x = 2; y = 3"
    good = "da/dx = 1\ndb/dx = y\ndf/dx = df/da*da/dx + df/db*db/dx"
    assert verdicts(good, problem) == ["right"] * 3
    (line,) = check_lines(read_problem(problem).root, "df/dx = df/da * da/dx").lines
    assert line.verdict == "wrong"
    assert "path" in {slip.kind for slip in line.slips}


def test_values_written_out_are_held_against_the_graph() -> None:
    assert verdicts("o = tanh(n)\nn = w*x") == ["right", "wrong"]
    assert verdicts("n = 0.8814") == ["right"]


def test_the_python_way_takes_any_graph_and_any_lines() -> None:
    f = parse("x**2*y")({"x": Value(3.0, label="x"), "y": Value(4.0, label="y")})
    f.label = "f"
    assert check_lines(f, ["df/dx = 2xy", "df/dy = x^2"]).ok


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        ("dL/dw = 2*", "line 1, 'dL/dw = 2*'"),
        ("hello", "a line says what something is equal to"),
        ("2 = x", "neither a derivative like dL/dw nor a name"),
    ],
)
def test_a_line_that_cannot_be_read_is_told(lines: str, says: str) -> None:
    with pytest.raises(FormulaError, match=None) as caught:
        check_lines(read_problem(NEURON).root, lines)
    assert says in str(caught.value)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("L = w*x\nx = 2\ndL/dw = x", "'w' has no number: add a line like w = 2"),
        ("a = b*x; b = a; x = 1", "a and b are made of each other"),
        ("x = 2\nx = 3\nL = x", "gives 'x' a second value"),
        ("dL/dw = x", "what is differentiated?"),
        ("f = x*2; g = x*3; x = 1", "what is differentiated, f or g?"),
    ],
)
def test_a_problem_that_is_incomplete_is_told(text: str, says: str) -> None:
    with pytest.raises(FormulaError) as caught:
        read_problem(text)
    assert says in str(caught.value)


def test_the_command_takes_a_file_or_the_standard_input(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "derivation.txt"
    file.write_text(NEURON + WRONG, encoding="utf-8")
    assert main(["check", str(file)]) == 1
    out = capsys.readouterr().out
    assert out.count("first wrong line") == 1
    assert out.rstrip().endswith("dL/dw = dL/dn * x      follows")
    monkeypatch.setattr("sys.stdin", io.StringIO(NEURON + "dL/do = 2(o-y)   # fine\n"))
    assert main(["check", "-"]) == 0
    assert capsys.readouterr().out == "dL/do = 2(o-y)  right\n"
    file.write_text(NEURON, encoding="utf-8")
    assert main(["check", str(file)]) == 2
    assert "what did you derive?" in capsys.readouterr().err
