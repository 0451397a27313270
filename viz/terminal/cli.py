"""The command ``chainrule``: formulas in, steps, drawings, checks and pages out.

Exit status: 0 when all is well, 1 when a derivation by hand is wrong (or a command of a script failed),
2 for a mistake in what was typed, or a file that cannot be written.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Sequence

from autograd.text.format import clean, suggestion
from viz.process.render import RenderError
from viz.terminal.commands import COMMANDS
from viz.terminal.given import UsageError, shielded, unshielded
from viz.terminal.parser import parser
from viz.terminal.plain import spell_out
from viz.terminal.screen import Screen

__all__ = ["main"]

_OPTIONS = ("--help", "--version", "-h")
_PLACED = {"command", "formula", "values", "data", "engine"}  # by where they stand, not by a name


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command with ``arguments`` (those of the process if None); returns the exit status."""
    typed_in = list(sys.argv[1:] if arguments is None else arguments)
    spell_out(sys.stdout)
    spell_out(sys.stderr)
    try:
        options = _read(typed_in)
        status = COMMANDS[options.command](options)
        sys.stdout.flush()
        return status
    except BrokenPipeError:  # whoever read has gone, as `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 128 + getattr(signal, "SIGPIPE", 13)
    except KeyboardInterrupt:
        return 130
    except UsageError as mistake:
        return _failed(str(mistake))
    except KeyError as error:
        return _failed(str(error.args[0]))
    except FileNotFoundError as error:
        return _failed(f"there is no file {error.filename}" if error.filename else str(error))
    except (OSError, RenderError, ValueError) as error:
        return _failed(str(error))


def _read(typed_in: list[str]) -> argparse.Namespace:
    """The command and its options; a word that it does not know is told the one that is near."""
    whole = parser()
    first = typed_in[0] if typed_in else "--help"
    if first.startswith("-") and first not in _OPTIONS:
        raise UsageError(f"no option is called {clean(first, 20)!r}{suggestion(first, _OPTIONS)}")
    if not first.startswith("-") and first not in COMMANDS:
        raise UsageError(f"no command is called {clean(first, 20)!r}{suggestion(first, COMMANDS)}")
    options, unknown = whole.parse_known_args(list(map(shielded, typed_in or [first])))
    if unknown:
        word = unshielded(unknown[0])
        there = [f"--{name.replace('_', '-')}" for name in vars(options) if name not in _PLACED]
        near = suggestion(word, [*there, "--help"]) if word.startswith("-") else ""
        raise UsageError(f"chainrule {options.command} does not take {clean(word, 20)!r}{near}")
    return options


def _failed(message: str) -> int:
    print(Screen.of(sys.stderr).fit(f"chainrule: {message}"), file=sys.stderr)
    return 2
