"""What cannot be drawn is refused at once, in words that say what is accepted."""

from __future__ import annotations

import math
from typing import Any

import pytest

from autograd import Value
from nn import MLP
from viz import draw_graph, draw_network, player
from viz.process.render import render

SECONDS = "timeout is a number of seconds, above 0 and at most 86400"


@pytest.mark.parametrize("timeout", [None, math.inf, math.nan, 0, -1, "60", True, [1]])
def test_a_time_limit_is_a_number_of_seconds(timeout: Any) -> None:
    x = Value(1.0)
    for call in (
        lambda: draw_graph(x, timeout=timeout),
        lambda: draw_network(MLP(1, [1], rng=0), timeout=timeout),
        lambda: player(x, timeout=timeout),
        lambda: render("digraph {}", timeout=timeout),
    ):
        with pytest.raises(ValueError, match=SECONDS):
            call()
    if timeout is not None:  # there it means: that of the drawing
        with pytest.raises(ValueError, match=SECONDS):
            draw_graph(x).pipe(timeout=timeout)


@pytest.mark.parametrize(
    ("given", "error", "says"),
    [
        ({"depth": -1}, ValueError, "depth is a whole number of 0 or more, not -1"),
        ({"depth": 2.5}, ValueError, "depth is a whole number of 0 or more, not 2.5"),
        ({"depth": math.nan}, ValueError, "depth is a whole number of 0 or more, not nan"),
        ({"depth": "3"}, ValueError, "depth is a whole number of 0 or more, not '3'"),
        ({"depth": True}, ValueError, "depth is a whole number of 0 or more, not True"),
        ({"digits": 4.0}, ValueError, "digits is a whole number from 1 to 17, not 4.0"),
        ({"digits": 18}, ValueError, "digits is a whole number from 1 to 17, not 18"),
        ({"digits": None}, ValueError, "digits is a whole number from 1 to 17, not None"),
        ({"merged": "yes"}, TypeError, "merged is True, False or None"),
        ({"edge_labels": 1}, TypeError, "edge_labels is True, False or None"),
        ({"clusters": []}, TypeError, "clusters is True, False or None"),
        ({"title": None}, TypeError, "title is text, not NoneType"),
        ({"names": 5}, TypeError, "names is a model or a dictionary from names to Values, not int"),
        ({"parameters": None}, TypeError, "parameters lists Values, not None"),
        ({"parameters": [1.0]}, TypeError, r"parameters lists Values, not \[1.0\]"),
        ({"parameters": MLP(1, [1], rng=0)}, TypeError, r"lists Values, .* names=model"),
        ({"fold": None}, TypeError, "fold is 'neurons', 'layers' or a list of titles, not None"),
        ({"fold": [1]}, TypeError, "fold is 'neurons', 'layers' or a list of titles"),
        ({"highlight": 5}, TypeError, "highlight is a Value or its name, not int"),
        ({"theme": ["dark"]}, ValueError, r"unknown theme \['dark'\]; known are: light, dark"),
        ({"font": None}, ValueError, "a font name has letters"),
        ({"format": None}, ValueError, "unknown picture format 'None'; known are: svg"),
        ({"rankdir": ["LR"]}, ValueError, r"rankdir is LR, TB, RL or BT, not \['LR'\]"),
    ],
    ids=str,
)
def test_draw_graph(given: dict[str, Any], error: type[Exception], says: str) -> None:
    with pytest.raises(error, match=says):
        draw_graph(Value(2.0, label="x") * 3, **given)


@pytest.mark.parametrize(
    ("given", "error", "says"),
    [
        ({"max_neurons": 2}, ValueError, "max_neurons is a whole number of 3 or more, not 2"),
        (
            {"max_neurons": math.nan},
            ValueError,
            "max_neurons is a whole number of 3 or more, not nan",
        ),
        ({"max_layers": None}, ValueError, "max_layers is a whole number of 3 or more, not None"),
        ({"max_layers": 4.0}, ValueError, "max_layers is a whole number of 3 or more, not 4.0"),
        ({"title": 7}, TypeError, r"title is text, not int \(7\)"),
        ({"input_names": "ab"}, TypeError, r"input_names lists texts, like \['width', 'height'\]"),
        ({"input_names": [1, 2]}, TypeError, r"input_names lists texts, .* not \[1, 2\]"),
        ({"output_names": 3}, TypeError, "output_names lists texts"),
        ({"input_names": ["a", "b", "c"]}, ValueError, "3 names for 2 units"),
        ({"output_names": ["a", "b"]}, ValueError, "2 names for 1 units"),
        ({"color_by": None}, ValueError, "color_by is 'weight', 'gradient' or 'neuron', not None"),
        ({"digits": "3"}, ValueError, "digits is a whole number from 1 to 17, not '3'"),
    ],
    ids=str,
)
def test_draw_network(given: dict[str, Any], error: type[Exception], says: str) -> None:
    with pytest.raises(error, match=says):
        draw_network(MLP(2, [1], rng=0), **given)


@pytest.mark.parametrize("root", [None, 1.0, "x", [Value(1.0)], MLP(1, [1], rng=0)])
def test_only_values_have_a_graph_and_only_models_layers(root: Any) -> None:
    with pytest.raises(TypeError, match="takes a Value, not"):
        draw_graph(root)
    with pytest.raises(TypeError, match="takes the Value to differentiate, not"):
        player(root)
    if not isinstance(root, MLP):
        with pytest.raises(TypeError, match="takes a model"):
            draw_network(root)


def test_numbers_of_numpy_are_numbers() -> None:
    import numpy as np

    x = Value(2.0, label="x")
    drawing = draw_graph(x * 3, depth=np.int64(1), digits=np.int8(3), timeout=np.float32(30))
    assert len(drawing.scene.nodes) == 4


def test_the_page_checks_what_it_is_given() -> None:
    with pytest.raises(TypeError, match="title is text"):
        player(Value(1.0), title=None)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="rankdir is LR"):
        player(Value(1.0), rankdir="up")
