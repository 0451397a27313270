"""The DOT text of small drawings, letter by letter, and what may never stand in it."""

from __future__ import annotations

import json
from xml.etree import ElementTree

import pytest

from autograd import Value
from nn import MLP
from viz import draw_graph, draw_network

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = [
    '"', "\\", '\\"', "'", "<b>", "</TABLE>", "<script>alert(1)</script>", "&amp;", "&", "&lt;",
    "]]>", "<!--", "-->", "\x00", "\x1b[31m", "\n", "\r\n", "\\n", "\\N", "\\G", "\\l", "\ud800",
    "\udfff", "\ufffe", "\U0001ffff", "👩‍🔬", "😀", "السلام عليكم", "\u202eevil", "\u200b", "é" * 50,
    "x" * 10_000, "<" * 500, "{|}", "a;b", "->", "}", "]", "[label=x]",
    "javascript:alert(1)",
    'x" URL="http://evil', "<IMG SRC='/etc/passwd'/>", "%s%n", "${x}", " ", "\t", "a" + "\u0301" * 400,
]  # fmt: skip

GOLDEN = """\
digraph expression {
	graph [bgcolor="#FFFFFF", pad="0.2", fontname="Helvetica,Arial,sans-serif", fontsize="14", \
fontcolor="#1A1A1A", labelloc="t", outputorder="edgesfirst", rankdir="LR", nodesep="0.22", \
ranksep="0.42", splines="true", ordering="in", labeljust="l"]
	node [shape="plain", fontname="Helvetica,Arial,sans-serif", fontsize="11", fontcolor="#1A1A1A"]
	edge [color="#7A7A7A", penwidth="1.1", arrowsize="0.7", arrowhead="normal", \
fontname="Helvetica,Arial,sans-serif", fontsize="10", fontcolor="#5A5A5A"]
	v0 [id="v0", label=<<TABLE BORDER="1" CELLBORDER="0" CELLSPACING="0" CELLPADDING="3" \
STYLE="ROUNDED" COLOR="#0072B2" BGCOLOR="#DCEBF7"><TR><TD COLSPAN="2" ALIGN="CENTER" SIDES="B" \
BORDER="1" COLOR="#0072B2"><B>x</B></TD></TR><TR><TD ALIGN="LEFT"><FONT COLOR="#5A5A5A" \
POINT-SIZE="10">data</FONT></TD><TD ALIGN="RIGHT">3</TD></TR><TR><TD ALIGN="LEFT"><FONT \
COLOR="#5A5A5A" POINT-SIZE="10">grad</FONT></TD><TD ALIGN="RIGHT"><FONT COLOR="#0B62A4">1</FONT>\
</TD></TR></TABLE>>, tooltip="x (input): data = 3.0, grad = 1.0"]
	v1 [id="v1", label=<<TABLE BORDER="2" CELLBORDER="0" CELLSPACING="0" CELLPADDING="3" \
STYLE="ROUNDED" COLOR="#00795A" BGCOLOR="#DDF3E8"><TR><TD COLSPAN="2" ALIGN="CENTER" SIDES="B" \
BORDER="1" COLOR="#00795A"><B>x + 2</B></TD></TR><TR><TD ALIGN="LEFT"><FONT COLOR="#5A5A5A" \
POINT-SIZE="10">data</FONT></TD><TD ALIGN="RIGHT">5</TD></TR><TR><TD ALIGN="LEFT"><FONT \
COLOR="#5A5A5A" POINT-SIZE="10">grad</FONT></TD><TD ALIGN="RIGHT"><FONT COLOR="#0B62A4">1</FONT>\
</TD></TR></TABLE>>, tooltip="x + 2 (output): data = 5.0, grad = 1.0"]
	o1 [id="o1", shape="circle", style="filled", fillcolor="#333333", label=<+>, fixedsize="true", \
width="0.34", height="0.34", fontsize="12", color="#333333", penwidth="1", fontcolor="#FFFFFF", \
tooltip="+: a + b"]
	c1_1 [id="c1_1", label=<<TABLE BORDER="1" CELLBORDER="0" CELLSPACING="0" CELLPADDING="3" \
STYLE="ROUNDED,DASHED" COLOR="#8A8A8A" BGCOLOR="#EFEFEF"><TR><TD COLSPAN="2" ALIGN="CENTER" \
BORDER="0">2</TD></TR></TABLE>>, tooltip="constant 2.0"]
	o1 -> v1 [id="m1", weight="4"]
	v0 -> o1 [id="e1_0", label=<<FONT COLOR="#0B62A4">×1</FONT>>, edgetooltip="local derivative 1.0", \
labeltooltip="local derivative 1.0"]
	c1_1 -> o1 [id="e1_1", style="dashed"]
}
"""


def test_golden_dot():
    y = Value(3.0, label="x") + 2
    y.backward()
    assert draw_graph(y).source == GOLDEN


def checked(svg: bytes) -> ElementTree.Element:
    """The SVG parsed, with no element or attribute but Graphviz's own harmless ones."""
    root = ElementTree.fromstring(svg)
    for element in root.iter():
        name = element.tag.removeprefix(SVG)
        assert name in {"svg", "g", "title", "polygon", "polyline", "path", "text", "ellipse"}, name
        for attribute in element.attrib:
            assert not attribute.lower().startswith("on")
            assert "href" not in attribute
    return root


def test_titles_say_what_is_drawn():
    x = Value(2.0, label="speed")
    y = (x * 3).tanh()
    root = checked(draw_graph(y, title="How fast?").pipe("svg"))
    titles = [title.text for title in root.iter(f"{SVG}title")]
    assert titles[0] == "How fast?"
    assert "speed (input): data = 2.0, grad = not computed" in titles
    assert root.attrib["aria-label"] == "How fast?"
    numbers = [t.text for t in root.iter(f"{SVG}text") if t.get("class") == "data"]
    assert numbers == ["2", "6", "1"]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_whatever_the_user_called_things_the_svg_is_sound(text):
    x, w = Value(2.0, label=text), Value(3.0, label="w" + text)
    y = x * w
    y.label = text
    drawing = draw_graph(y, title=text, names={text + "é": x}, highlight=x)
    root = checked(drawing.pipe("svg"))
    assert sum(1 for g in root.iter(f"{SVG}g") if g.get("class") == "node") == 4
    json.loads(drawing.pipe("json"))
    model = MLP(2, [1], rng=0)
    network = draw_network(model, title=text, input_names=[text, "x"], output_names=[text])
    checked(network.pipe("svg"))


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(10))
def test_ten_thousand_hostile_labels(seed):
    """A thousand labels a seed, each a mixture of the worst, drawn 250 at a time."""
    import random

    rng = random.Random(seed)
    for _ in range(4):
        total = Value(0.0)
        for _ in range(250):
            text = "".join(rng.choice(HOSTILE)[:200] for _ in range(rng.randrange(1, 4)))
            text += "".join(chr(rng.randrange(0x110000)) for _ in range(rng.randrange(6)))
            total = total + Value(rng.random(), label=text)
        picture = draw_graph(total, merged=True, edge_labels=False).pipe("svg")
        nodes = [g for g in checked(picture).iter(f"{SVG}g") if g.get("class") == "node"]
        assert len(nodes) == 501
