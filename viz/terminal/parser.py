"""What can be typed after `chainrule`: the commands, their options and their help."""

from __future__ import annotations

import argparse
from importlib import metadata
from typing import TypeAlias

__all__ = ["parser"]

_Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"

_EXAMPLE = 'chainrule step "tanh(x1*w1 + x2*w2 + b)" x1=2 x2=0 w1=-3 w2=1 b=6.88'


def parser() -> argparse.ArgumentParser:
    """All commands, with their help."""
    whole = argparse.ArgumentParser(
        prog="chainrule",
        description="Step through, draw and check the chain rule on a formula.",
        epilog=f"example: {_EXAMPLE}",
    )
    whole.add_argument("--version", action="version", version=_version())
    commands = whole.add_subparsers(
        title="commands", dest="command", required=True, metavar="COMMAND"
    )
    _of_formulas(commands)
    _of_others(commands)
    return whole


def _of_formulas(commands: _Commands) -> None:
    step = _command(commands, "step", "walk through the backward pass, forwards and back")
    step.add_argument("--all", action="store_true", help="print every step, and do not ask")
    step.add_argument("--table", action="store_true", help="print the whole pass, a row a node")

    draw = _command(commands, "draw", "draw the graph with every local derivative")
    _output(draw, "graph.svg (the suffix is the format); - is DOT text on the standard output")
    draw.add_argument("--title", default="", help="stands above the drawing")

    check = _command(
        commands,
        "check",
        "compare derivatives made by hand with the machine's; instead of a "
        "formula, a file (or -) with a derivation in lines",
    )
    check.add_argument("--by-hand", action="append", default=[], metavar="NAME=FORMULA",
                       help='the derivative by NAME, like "x=2*x*y"; as often as you like')  # fmt: skip

    page = _command(commands, "page", "write the step-through page, one HTML file")
    _output(page, "steps.html; - is the standard output")
    page.add_argument("--title", default="", help="stands above the drawing")

    about = "open the live page, in which every number can be changed; with -o, write it"
    alive = _command(commands, "live", about)
    _output(alive, "live.html; - is the standard output")
    alive.add_argument("--title", default="", help="stands above the drawing")

    path = _command(commands, "paths", "spell the chain rule out, path by path")
    path.add_argument("--by", metavar="NAME", help="only the paths from this value; else from each")


def _of_others(commands: _Commands) -> None:
    about = "open a tour of live pages; with -o, write it"
    demo = commands.add_parser("demo", help=about, description=about.capitalize() + ".")
    _output(demo, "tour.html; - is the standard output")

    about = "open a page in which a network trains; with -o, write it"
    trains = commands.add_parser("playground", help=about, description=about.capitalize() + ".")
    trains.add_argument("data", nargs="?", metavar="FILE", default="moons",
                        help="numbers in columns (CSV), the last one what is to be learned: a class, "
                        "or a number; two moons if not given")  # fmt: skip
    trains.add_argument("--hidden", metavar="N,N", default="8,8", help="sizes of the hidden layers")
    _output(trains, "playground.html; - is the standard output")

    about = "name the bugs of your own engine, like micrograd's Value"
    own = commands.add_parser("diagnose", help=about, description=about.capitalize() + ".")
    own.add_argument(
        "engine", metavar="MODULE:CLASS", help="like engine.py:Value, or package.engine:Value"
    )

    about = "copy the example scripts, their data and the lectures as notebooks into a folder"
    examples = commands.add_parser("examples", help=about, description=about.capitalize() + ".")
    examples.add_argument("-o", "--output", metavar="FOLDER", default="chainrule-examples",
                          help="a new folder; chainrule-examples if not given")  # fmt: skip


def _command(commands: _Commands, name: str, about: str) -> argparse.ArgumentParser:
    parser = commands.add_parser(name, help=about, description=about.capitalize() + ".")
    parser.add_argument("formula", help='like "tanh(x*w + b)", or "q = x + y; f = q*z"')
    parser.add_argument("values", nargs="*", metavar="NAME=NUMBER", help="like x=2")
    return parser


def _output(parser: argparse.ArgumentParser, about: str) -> None:
    parser.add_argument("-o", "--output", metavar="FILE", help=about)


def _version() -> str:
    try:
        return f"chainrule {metadata.version('chainrule')}"
    except metadata.PackageNotFoundError:
        return "chainrule, not installed"
