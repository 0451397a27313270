"""Where things lie may change; what a program imports from where goes on being there."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

LINES = (Path(__file__).parent / "data" / "imports.txt").read_text().splitlines()


@pytest.mark.parametrize("line", LINES, ids=lambda line: line.partition(":")[0])
def test_every_import_of_the_first_version_works(line: str) -> None:
    module, _, names = line.partition(":")
    found = import_module(module)
    assert [name for name in names.split() if not hasattr(found, name)] == []


def runs_in_a_fresh_interpreter(program: str) -> None:
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_a_fresh_interpreter_finds_the_old_places_and_the_functions_called_like_them() -> None:
    program = (
        "from autograd.reader import FormulaError; from viz.render import write\n"
        "import autograd.compiler.replay, viz.network, autograd\n"
        "assert callable(autograd.paths) and callable(autograd.compare) and callable(autograd.dot)\n"
        "assert autograd.FormulaError is FormulaError\n"
    )
    runs_in_a_fresh_interpreter(program)


def test_an_old_name_costs_nothing_until_it_is_asked_for() -> None:
    program = (
        "import sys, viz\n"
        "assert not {'argparse', 'cmd', 'readline', 'importlib.metadata'} & set(sys.modules)\n"
        "import viz.cli, viz.terminal.cli\n"
        "assert viz.cli is viz.terminal.cli and viz.cli.__spec__.name == 'viz.terminal.cli'\n"
        "from viz.shell import Shell\n"
        "assert Shell.__module__ == 'viz.terminal.shell'\n"
    )
    runs_in_a_fresh_interpreter(program)
