"""The command ``chainrule``: formulas in, steps, drawings, checks and pages out.

Exit status: 0 when all is well, 1 when a derivation by hand is wrong (or a command of a script failed),
2 for a mistake in what was typed, or a file that cannot be written.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence

from viz.process.render import RenderError
from viz.terminal.commands import COMMANDS
from viz.terminal.given import UsageError, shielded
from viz.terminal.parser import parser

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command with ``arguments`` (those of the process if None); returns the exit status."""
    typed_in = list(sys.argv[1:] if arguments is None else arguments)
    try:
        options = parser().parse_args([shielded(argument) for argument in typed_in])
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
    except (OSError, RenderError, ValueError) as error:
        return _failed(str(error))


def _failed(message: str) -> int:
    print(f"chainrule: {message}", file=sys.stderr)
    return 2
