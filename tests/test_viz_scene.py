"""Each property of a scene, and what becomes of it in the DOT text."""

from __future__ import annotations

import re

import pytest

from viz.dot import body
from viz.markup import labels
from viz.scene import Cluster, Edge, Grid, Node, Row, Scene, Text
from viz.style import LIGHT

ATTRIBUTE = re.compile(r'(\w+)=(?:"((?:[^"\\]|\\.)*)"|<((?:<[^>]*>|[^<>])*)>)(?=[,\]])')
BLACK, MUTED = LIGHT.text, LIGHT.muted


def attributes(scene: Scene, subject: str) -> dict[str, str]:
    """What the DOT text says of one node, edge or default."""
    lines = [line.strip() for line in body(scene, LIGHT)]
    (line,) = [line for line in lines if line.startswith(f"{subject} [")]
    return {name: quoted or markup for name, quoted, markup in ATTRIBUTE.findall(line)}


def node(**given: object) -> dict[str, str]:
    return attributes(Scene("s", nodes=[Node("a", **{"kind": "value", **given})]), "a")  # type: ignore[arg-type]


def edge(**given: object) -> dict[str, str]:
    return attributes(Scene("s", edges=[Edge("e", "a", "b", **given)]), "a -> b")  # type: ignore[arg-type]


def test_a_card_is_a_table_of_its_rows() -> None:
    rows = (Row("data", Text("3")), Row("grad", Text("−1", "negative")))
    label = node(lines=((Text("x", bold=True),),), rows=rows)["label"]
    cells = re.findall(r"<TR>(.*?)</TR>", label)
    assert len(cells) == 3
    assert cells[0].endswith('SIDES="B" BORDER="1" COLOR="#5A5A5A"><B>x</B></TD>')  # a rule below
    assert '<FONT COLOR="#5A5A5A" POINT-SIZE="10">data</FONT>' in cells[1]
    assert cells[1].endswith('<TD ALIGN="RIGHT">3</TD>')
    assert '<FONT COLOR="#A34A00">−1</FONT>' in cells[2]
    assert 'BORDER="1" CELLBORDER="0"' in label
    assert 'STYLE="ROUNDED" COLOR="#5A5A5A" BGCOLOR="#FFFFFF"' in label
    alone = node(lines=((Text("2"),),))["label"]
    assert 'ALIGN="CENTER" BORDER="0">2</TD>' in alone
    assert "SIDES" not in alone
    assert node()["label"].endswith("></TABLE>")
    two = ((Text("box", bold=True),), (Text("3 operations"),))
    assert "<B>box</B><BR/>3 operations</TD>" in node(kind="folded", lines=two)["label"]


def test_what_a_card_is_shows_in_its_border() -> None:
    assert node(emphasis=True)["label"].startswith('<TABLE BORDER="2"')
    lit = node(emphasis=True, highlighted=True)["label"]
    assert lit.startswith('<TABLE BORDER="3"')
    assert f'COLOR="{LIGHT.highlight}"' in lit
    assert 'STYLE="ROUNDED,DASHED"' in node(kind="constant")["label"]
    assert 'COLOR="#0072B2" BGCOLOR="#DCEBF7"' in node(kind="input")["label"]


def test_a_circle_has_the_size_it_was_given() -> None:
    neuron = node(kind="neuron", shape="circle", size=36.0, lines=((Text("h"),), (Text("0.5"),)))
    assert neuron["label"] == "h<BR/>0.5"
    assert (neuron["width"], neuron["fixedsize"]) == ("0.500", "true")
    assert (neuron["fillcolor"], neuron["color"]) == ("#FFFFFF", "#5A5A5A")
    assert (neuron["shape"], neuron["style"], neuron["penwidth"]) == ("circle", "filled", "1.4")
    assert node(kind="constant", shape="circle", size=36.0)["style"] == "filled,dashed"
    assert node(kind="neuron", shape="circle", size=36.0)["label"] == " "


def test_an_operator_is_dark_and_as_wide_as_its_name() -> None:
    operator = node(kind="operator", shape="circle", size=36.0, lines=((Text("tanh"),),))
    assert (operator["width"], operator["height"]) == ("0.50", "0.50")
    assert (operator["fillcolor"], operator["color"], operator["fontcolor"]) == (
        "#333333", "#333333", "#FFFFFF",
    )  # fmt: skip
    assert (operator["penwidth"], operator["fontsize"]) == ("1", "12")
    assert node(kind="operator", shape="circle")["width"] == "0.34"
    lit = node(kind="operator", shape="circle", highlighted=True)
    assert (lit["color"], lit["penwidth"]) == (LIGHT.highlight, "3")


def test_nodes_say_where_they_stand_and_what_they_are() -> None:
    placed = node(shape="text", position=(1.25, -20.0), font_size=9.5, tooltip='the "first"')
    assert (placed["id"], placed["pos"], placed["fontsize"]) == ("a", "1.2,-20.0", "9.5")
    assert placed["tooltip"] == 'the \\"first\\"'
    assert {"pos", "fontsize", "tooltip"}.isdisjoint(node())


def test_text_stands_on_a_patch_that_hides_lines() -> None:
    two = ((Text("one"),), (Text("two"), Text("!", bold=True)))
    label = node(kind="label", shape="text", lines=two)["label"]
    assert label.endswith(
        '"1" BGCOLOR="#FFFFFF"><TR><TD>one</TD></TR><TR><TD>two<B>!</B></TD></TR></TABLE>'
    )
    assert 'CELLPADDING="0"' in node(kind="caption", shape="text", lines=two)["label"]
    assert node(kind="plain", shape="text", lines=two)["label"].startswith("<TABLE")
    assert "BGCOLOR" not in node(kind="plain", shape="text", lines=two)["label"]
    left = node(kind="left", shape="text", size=40.4, lines=two)["label"]
    assert left.endswith('<TR><TD WIDTH="40" ALIGN="LEFT">one</TD></TR></TABLE>')
    assert "BGCOLOR" not in left


def test_cells_are_the_darker_the_larger_the_number() -> None:
    cells = ((2.0, -1.0), (0.0, float("nan")))
    image = node(shape="grid", grid=Grid(cells, 10.0, 5.5, 0), emphasis=True)["label"]
    sizes = 'FIXEDSIZE="TRUE" WIDTH="10.00" HEIGHT="5.50"'
    colours = re.findall(rf'<TD {sizes} BGCOLOR="(#\w+)"></TD>', image)
    # 90 % of #0B62A4 on white for the largest, 45 % of #D9760B for half of it, below 0.
    assert colours == ["#2372AD", "#EEC191"]
    assert image.count(f"<TD {sizes}></TD>") == 2  # 0 and nan are as white as the table
    assert image.startswith('<TABLE BORDER="2"')
    assert image.count("<TR><TD FIXEDSIZE") == image.count("</TD></TR>") == 2
    kernel = Grid(((0.5,), (-0.25,)), 30.0, 13.0, 2)
    label = node(kind="label", shape="grid", grid=kernel, lines=((Text("‖∇‖ 1"),),))["label"]
    assert '<FONT POINT-SIZE="10">0.5</FONT>' in label
    assert '<FONT POINT-SIZE="10">−0.25</FONT>' in label
    frame = '<TABLE BORDER="{}" CELLBORDER="0" CELLSPACING="0" CELLPADDING="0" '
    assert label.startswith(frame.format(0) + 'BGCOLOR="#FFFFFF"><TR><TD>' + frame.format(1))
    assert label.endswith("</TD></TR></TABLE></TD></TR><TR><TD>‖∇‖ 1</TD></TR></TABLE>")
    assert 'BGCOLOR="#AAC8DF"' in label  # 35 % of blue
    dark = node(shape="grid", grid=Grid(((0.0,),), 1.0, 1.0, 0))["label"]
    assert "></TD>" in dark


def test_an_edge_says_its_tone_width_and_opacity() -> None:
    assert edge() == {"id": "e"}
    shown = edge(tone="negative", width=2.345, opacity=0.5, style="dashed", weight=4)
    assert shown == {
        "id": "e", "penwidth": "2.35", "color": LIGHT.negative + "80", "style": "dashed", "weight": "4",
    }  # fmt: skip
    assert edge(tone="plain")["color"] == LIGHT.edge
    assert edge(opacity=0.0)["color"] == LIGHT.edge + "00"
    lit = edge(tone="positive", width=1.0, highlighted=True)
    assert (lit["color"], lit["penwidth"]) == (LIGHT.highlight, "2.2")


def test_an_edge_with_a_label_says_more_on_hovering() -> None:
    said = edge(label=Text("×2", "positive"), tooltip="local derivative 2.0")
    assert said["label"] == f'<FONT COLOR="{LIGHT.positive_text}">×2</FONT>'
    assert said["edgetooltip"] == said["labeltooltip"] == "local derivative 2.0"
    assert "labeltooltip" not in edge(tooltip="only a line")
    assert "edgetooltip" not in edge(label=Text("×2"))


def test_a_path_ends_in_its_arrow() -> None:
    path = ((0.0, 0.0), (10.0, 0.0), (20.0, 0.0), (30.0, 0.0))
    assert edge(path=path) == {"id": "e", "pos": "0.0,0.0 10.0,0.0 20.0,0.0 30.0,0.0"}
    arrow = edge(path=path, arrow=True)  # the head takes the last six points
    assert arrow["pos"] == "e,30.0,0.0 0.0,0.0 10.0,0.0 20.0,0.0 24.0,0.0"
    assert (arrow["arrowhead"], arrow["arrowsize"]) == ("vee", "0.6")
    short = edge(path=((0.0, 0.0), (0.0, 1.0), (0.0, 2.0), (0.0, 4.0)), arrow=True)
    assert short["pos"].endswith(" 0.0,2.2")  # and no more than nine tenths of the last piece


def test_the_whole_says_how_it_is_laid_out() -> None:
    free = attributes(Scene("s", direction="TB", spacing=(0.5, 1.0)), "graph")
    assert free["rankdir"] == "TB"
    assert (free["nodesep"], free["ranksep"], free["splines"]) == ("0.5", "1", "true")
    assert {"nslimit", "concentrate", "label", "layout"}.isdisjoint(free)
    assert attributes(Scene("s", large=True), "graph")["nslimit"] == "3"
    assert attributes(Scene("s", crowded=True), "graph")["concentrate"] == "true"
    placed = attributes(Scene("s", placed=True), "graph")
    assert (placed["layout"], placed["pad"], placed["fontsize"]) == ("nop2", "0.25", "15")
    assert {"rankdir", "splines"}.isdisjoint(placed)
    assert attributes(Scene("s", placed=True), "edge") == {
        "arrowhead": "none", "fontname": "Helvetica,Arial,sans-serif",
    }  # fmt: skip
    assert attributes(Scene("s"), "edge")["arrowhead"] == "normal"


def test_lines_stand_below_units_where_everything_has_its_place() -> None:
    nodes, edges = [Node("a", "neuron", "circle", size=9.0)], [Edge("e", "a", "a")]
    for placed, first in ((True, "a -> a"), (False, "a [")):
        lines = [line.strip() for line in body(Scene("s", nodes, edges, placed=placed), LIGHT)]
        assert lines[3].startswith(first)


@pytest.mark.parametrize(
    ("scene", "heading"),
    [
        (Scene("s", title="a < b", placed=True), "a &lt; b"),
        (
            Scene("s", title="t"),
            't<BR ALIGN="LEFT"/><FONT POINT-SIZE="5"> </FONT><BR ALIGN="LEFT"/>',
        ),
        (
            Scene("s", title="t", captions=["c & d"], placed=True),
            f't<BR/><FONT COLOR="{LIGHT.highlight}" POINT-SIZE="11">c &amp; d</FONT><BR/>',
        ),
        (Scene("s", title="x" * 121, placed=True), "x" * 119 + "…"),
    ],
)
def test_the_heading(scene: Scene, heading: str) -> None:
    assert labels(scene, LIGHT) == {"s": heading}


def test_frames_stand_within_frames() -> None:
    inner = Cluster("in", "inner", ["a"])
    scene = Scene("s", [Node("a", "value"), Node("b", "value")])
    scene.clusters = [Cluster("out", "o<u>ter" + "r" * 40, ["b"], [inner])]
    text = "".join(body(scene, LIGHT))
    frames = text[text.index("\tsubgraph") :].splitlines()
    assert [line for line in frames if "graph [" not in line] == [
        "\tsubgraph cluster_out {", "\t\tb", "\t\tsubgraph cluster_in {", "\t\t\ta", "\t\t}", "\t}",
    ]  # fmt: skip
    assert 'tooltip="inner"' in frames[4]
    assert "label=<<B>o&lt;u&gt;ter" + "r" * 32 + "…</B>>" in frames[1]
    assert f'fillcolor="{LIGHT.fills["cluster"].ground}"' in frames[1]
    assert f'color="{LIGHT.fills["cluster"].border}"' in frames[1]
    assert list(dict(scene.titles())) == ["a", "b", "out", "in"]
