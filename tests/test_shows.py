"""What a notebook is given to show: formulas, tables, pictures in two formats, one bar."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from autograd import OPS, Backprop, Value, compile, paths
from autograd.formulas.tex import equation, rule, tex
from nn import MLP, SGD, Dataset, History, fit
from nn.progress import Progress
from viz import draw_graph, plot_loss


class Cells(HTMLParser):
    """The texts of a table's cells; fails where a tag is not closed."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.cells: list[str] = []
        self.feed(markup)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.open.append(tag)
        if tag in ("td", "th"):
            self.cells.append("")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open[-1:] in (["td"], ["th"]):
            self.cells[-1] += data


def test_a_value_is_its_formula_in_latex() -> None:
    x, w = Value(2.0, label="x1"), Value(-3.0, label="w")
    y = (x * w + 1).tanh() / w**2
    y.label = "out"
    y.backward()
    assert y._repr_latex_() == (
        r"$\displaystyle \mathrm{out} = \frac{\tanh(x_{1} \, w + 1)}{w^{2}} = -0.1111,"
        r"\quad \mathrm{grad} = 1$"
    )
    assert equation(Value(2e-9)) == r"2 \cdot 10^{-9},\quad \mathrm{grad} = 0"


def test_the_latex_says_the_same_to_sympy() -> None:
    pytest.importorskip("sympy", reason="reads the formulas back with SymPy")
    from sympy import parse_expr, sympify

    for text in ("-x**2*y", "(x - (y - z))*2", "x/(y + 1) - z**(x*y)", "-(x + y)**2", "x - -y"):
        back = tex(text).replace(r"\,", "*").replace(r"\cdot", "*").replace("{", "(")
        back = back.replace("}", ")").replace("^", "**")
        while r"\frac" in back:
            back = back.replace(r"\frac(x)(y + 1)", "(x)/(y + 1)")
        assert (parse_expr(back) - sympify(text)).simplify() == 0


@pytest.mark.parametrize(
    "op", [op for op in OPS.values() if not op.compares and op.name != "where"]
)
def test_every_operation_can_be_set(op: Any) -> None:
    text = equation(op(*(Value(0.3, label=name) for name in "abc"[: op.arity])))
    assert text.count("{") == text.count("}")
    assert text.count("(") == text.count(")")
    assert "a" in text.partition("=")[0]


def test_a_large_graph_is_not_spelled_out() -> None:
    x = Value(1.0)
    for _ in range(100_000):
        x = x + 1
    assert x._repr_latex_() is None


def test_a_step_is_set_with_its_rule_and_what_it_adds() -> None:
    x = Value(3.0, label="x")
    steps = list(Backprop(x * x + x))
    last = steps[-1]._repr_latex_()
    assert last is not None
    assert r"\frac{\partial (a \, b)}{\partial a} = b\quad (a = b = x)" in last
    assert r"x.\mathrm{grad} \text{ += }3 \cdot 1 = 3 \quad (4 \to 7)" in last
    assert rule("∂(x·w)/∂w = x") == r"\frac{\partial (x \, w)}{\partial w} = x"
    assert list(Backprop(Value(1.0).relu()))[1]._repr_latex_() is None  # an if is no formula


def test_paths_and_the_steppers_table() -> None:
    x, y = Value(3.0, label="<x>"), Value(4.0, label="y")
    f = x * y + x
    cells = Cells(paths(f, x)._repr_html_()).cells
    assert cells[:2] == ["path", "product"]
    assert cells[-1] == "4 + 1 = 5"
    assert cells[3] == "4 · 1 = 4"
    table = Backprop(f).run().table()
    assert repr(table) == str(table)  # a REPL shows lines, not \n
    assert "&lt;x&gt;" in table._repr_html_()


def test_a_history_and_a_dataset_are_tables_of_a_few_rows() -> None:
    history = History([{"loss": 1.0 / n, "lr": 0.1} for n in range(1, 101)], best_epoch=99)
    cells = Cells(history._repr_html_()).cells
    assert cells[:6] == ["epoch", "loss", "lr", "0", "1", "0.1"]
    assert cells[-3:] == ["99", "0.01", "0.1"]
    assert len(cells) == 3 * 12
    assert repr(history) == "<History of 100 epochs, finished: loss 1 → 0.01>"
    data = Dataset(np.arange(40.0).reshape(20, 2), np.arange(20) % 2, ("a", "b<"), ("no", "yes"))
    assert repr(data) == "<Dataset: 20 samples of 2 numbers, 2 classes>"
    assert Cells(data._repr_html_()).cells[:6] == ["a", "b<", "target", "0", "1", "no"]
    wide = Dataset(np.zeros((3, 4, 5)), np.array([0.5, 1.5, 2.5]))
    assert Cells(wide._repr_html_()).cells[7:12] == ["x8", "…", "target", "0", "0"]


def test_a_listing() -> None:
    x = Value(2.0, label="x")
    program = compile(x * x, [x])
    assert str(program).splitlines()[1].split()[0] in program._repr_html_()


def test_drawings_and_plots_come_as_svg_and_png() -> None:
    pytest.importorskip("matplotlib", reason="the plot is matplotlib's")
    for shown in (draw_graph(Value(1.0) * 2), plot_loss([1.0, 0.5])):
        bundle = shown._repr_mimebundle_()
        if isinstance(bundle, tuple):
            bundle, sizes = bundle
            assert sizes == {"image/png": {"width": 538, "height": 326}}  # 5.6 and 3.4 inches
        assert bundle["image/png"][:4] == b"\x89PNG"
        assert "<svg" in bundle["image/svg+xml"]
        again = shown._repr_mimebundle_()  # the same bytes each time
        assert bundle == (again[0] if isinstance(again, tuple) else again)
    small, wide = (draw_graph(sum((Value(float(k)) for k in range(n)), Value(1.0))) for n in (1, 6))
    assert re.search(
        r'width="(?:[89]|1\d)\d{2}pt"', wide.pipe("svg").decode()
    )  # wider than a cell: it fills it
    assert 'width="100%"' in wide._repr_mimebundle_()["image/svg+xml"]
    assert 'width="100%"' not in small._repr_mimebundle_()["image/svg+xml"]
    x = Value(1.0)
    for _ in range(400):
        x = x * 2 + 1
    assert list(draw_graph(x, force=True)._repr_mimebundle_(include=[])) == []


NOTEBOOK = """
from nn import MLP, SGD, fit
model = MLP(1, [1], rng=0)
history = fit(model, ([[1.0], [2.0]], [1.0, 2.0]), "mse", SGD(model.parameters()), epochs=300)
"""


def test_progress_in_a_notebook_is_a_bar_and_not_lines_of_errors(tmp_path: Path) -> None:
    nbformat = pytest.importorskip("nbformat", reason="makes a notebook: pip install nbclient")
    nbclient = pytest.importorskip("nbclient", reason="runs a notebook: pip install nbclient")
    pytest.importorskip("ipykernel", reason="runs a notebook: pip install ipykernel")
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(NOTEBOOK)])
    nbclient.NotebookClient(notebook, timeout=120).execute()
    (shown,) = notebook.cells[0].outputs  # one, of no stream
    assert shown.output_type == "display_data"
    assert '<progress max="100" value="100"' in shown.data["text/html"]
    assert "epoch 300/300" in shown.data["text/plain"]
    assert "\\u001b" not in json.dumps(shown)


def test_progress_elsewhere_is_what_it_was(capsys: pytest.CaptureFixture[str]) -> None:
    bar = Progress(1)
    bar.epoch(0, {"loss": 1.0})
    bar.close()
    assert capsys.readouterr().err.startswith("epoch 1/1 ━━━━━━━━━━━━━━━━━━━━ 100 %  loss 1")
    model = MLP(1, [1], rng=0)
    fit(model, ([[1.0]], [1.0]), "mse", SGD(model.parameters()), epochs=1)
    assert capsys.readouterr().err.count("\n") == 1
