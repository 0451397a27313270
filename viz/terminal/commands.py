"""What each command of `chainrule` does: from the typed options to the exit status."""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Callable
from pathlib import Path

from autograd import (
    Backprop,
    FormulaError,
    Names,
    Value,
    check_lines,
    compare,
    diagnose,
    paths,
)
from autograd.by_hand.answer import ByHand
from autograd.by_hand.problem import read_problem
from autograd.by_hand.typed import typed
from autograd.text.format import clean, number
from nn import read_csv
from viz.drawing import Drawing
from viz.graph.draw_graph import draw_graph
from viz.page.live import Live, live
from viz.page.player import player
from viz.playground.moons import moons
from viz.playground.playground import Playground
from viz.playground.suited import suited
from viz.terminal.browse import browse
from viz.terminal.examples import copy_examples
from viz.terminal.given import UsageError, given, graph, root_of, unshielded
from viz.terminal.plain import whole
from viz.terminal.screen import Screen
from viz.terminal.shell import Shell
from viz.tour.tour import Tour, tour

__all__ = ["COMMANDS"]


def _step(options: argparse.Namespace) -> int:
    formula, numbers = given(options)
    steps, screen = Backprop(root_of(formula, numbers)), Screen.of(sys.stdout)
    if options.table:
        print(steps.run().table(room=screen.width))
        return 0
    if options.all:
        for step in steps:
            print(screen.fit(str(step)))
        return 0
    print(screen.fit(f"{steps.names.equation(steps.root)} = {number(steps.root.data)}"))
    print(screen.fit(f"{steps.where}; help lists the commands"))

    def again(name: str, x: float) -> Value:
        numbers[name] = x
        return root_of(formula, numbers)

    typed = sys.stdin.isatty()
    shell = Shell(steps, screen, terminal=typed, again=again)
    shell.cmdloop()
    return int(shell.failed and not typed)


def _draw(options: argparse.Namespace) -> int:
    if Path(options.output or "").suffix.lower() in (".html", ".htm"):
        raise UsageError(
            "a drawing is a picture; HTML comes from chainrule page and chainrule live"
        )
    root = graph(options)
    root.backward()
    drawing: Drawing = draw_graph(root, title=options.title)
    return _given_out(options, "graph.svg", drawing.source, drawing.save)


def _page(options: argparse.Namespace) -> int:
    _check_suffix(options, "steps.html")
    page = player(graph(options), title=options.title or unshielded(options.formula))
    return _given_out(options, "steps.html", page.html, page.save)


def _live(options: argparse.Namespace) -> int:
    _check_suffix(options, "live.html")
    page = live(graph(options), title=options.title or unshielded(options.formula))
    return _opened(options, "live.html", page)


def _demo(options: argparse.Namespace) -> int:
    _check_suffix(options, "tour.html")
    return _opened(options, "tour.html", tour())


def _playground(options: argparse.Namespace) -> int:
    _check_suffix(options, "playground.html")
    if not re.fullmatch(r"[1-9]\d*(,[1-9]\d*)*", options.hidden):
        raise UsageError(f"--hidden is sizes like 8,8, not {clean(options.hidden)!r}")
    data = moons() if options.data == "moons" else read_csv(options.data).standardized()
    page = suited(data, [int(n) for n in options.hidden.split(",")])
    return _opened(options, "playground.html", page)


def _check_suffix(options: argparse.Namespace, example: str) -> None:
    suffix = Path(options.output or "").suffix
    if suffix.lower() not in ("", ".html", ".htm"):
        raise UsageError(
            f"a page is HTML, not {clean(suffix)}: -o {example}; pictures come from chainrule draw"
        )


def _opened(options: argparse.Namespace, name: str, page: Live | Tour | Playground) -> int:
    """The page where it was asked for, or else in the browser."""
    if options.output is not None:
        return _given_out(options, name, page.html, page.save)
    print(browse(page.save, name))
    return 0


def _check(options: argparse.Namespace) -> int:
    text = unshielded(options.formula)
    if not options.by_hand and not options.values:
        if text == "-" or (os.path.exists(text) and not os.path.isdir(text)):  # a pipe, too
            return _check_lines(text)
        if re.fullmatch(r"[^\s()*^]+\.[a-z]+", text):
            raise UsageError(f"there is no file {clean(text)}")
    root = graph(options)
    names = Names(root)
    by_hand: dict[str | Value, ByHand] = {}
    for item in options.by_hand:
        name, equals, formula = item.partition("=")
        if not equals:
            raise UsageError(f"--by-hand is NAME=FORMULA, like x=2*x*y, not {clean(item)!r}")
        if name.strip() in by_hand:
            raise UsageError(f"--by-hand gives {clean(name.strip())!r} two answers")
        try:
            typed(formula, names, by=name.strip())
        except FormulaError as error:
            raise UsageError(f"--by-hand {clean(item)!r}, {error.moved(len(name) + 1)}") from None
        by_hand[name.strip()] = formula
    if not by_hand:
        raise UsageError('what did you derive? --by-hand "x=2*x*y", as often as you like')
    found = compare(root, by_hand, names)
    screen = Screen.of(sys.stdout)
    print(screen.paint(screen.fit(found.table(screen.width)), "right" if found.ok else ""))
    return 0 if found.ok else 1


def _check_lines(path: str) -> int:
    """A derivation line by line, from a file or the standard input."""
    text = sys.stdin.read() if path == "-" else Path(path).read_text(encoding="utf-8")
    problem = read_problem(text)
    if not problem.lines:
        raise UsageError("what did you derive? add lines like dL/do = 2*(o - y)")
    placed: dict[int, str] = {}  # where they stand in the file, so that a message names that line
    for at, line in problem.lines:
        placed[at] = f"{placed[at]}; {line}" if at in placed else line
    found = check_lines(problem.root, [placed.get(n, "") for n in range(1, max(placed) + 1)])
    print(Screen.of(sys.stdout).fit(str(found)))
    return 0 if found.ok else 1


def _paths(options: argparse.Namespace) -> int:
    steps = Backprop(graph(options))
    names = steps.names
    values = [node for node in names.order if not node.parents]
    if options.by is not None:
        values = [names.find(options.by)]
    for value in values:
        print(Screen.of(sys.stdout).fit(str(paths(steps.root, value, names))))
    return 0


def _diagnose(options: argparse.Namespace) -> int:
    try:
        found = diagnose(options.engine)
    except ImportError as error:
        raise UsageError(str(error)) from None
    print(found)
    return 0 if found else 1


def _examples(options: argparse.Namespace) -> int:
    folder = copy_examples(Path(options.output))
    print(f"{folder}\npython {folder / 'examples' / 'iris.py'} is the one to begin with")
    return 0


def _given_out(
    options: argparse.Namespace, example: str, text: str, save: Callable[[str], str]
) -> int:
    """The text on the standard output, or a file and where it lies."""
    if options.output is None and sys.stdout.isatty():
        raise UsageError(f"where to? -o {example}")
    if options.output in (None, "-"):
        whole(sys.stdout)
        print(text, end="")
    else:
        print(save(options.output))
    return 0


COMMANDS: dict[str, Callable[[argparse.Namespace], int]] = {
    "step": _step, "draw": _draw, "check": _check, "page": _page, "live": _live, "demo": _demo,
    "playground": _playground, "paths": _paths, "diagnose": _diagnose, "examples": _examples,
}  # fmt: skip
