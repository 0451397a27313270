"""A progress bar on a terminal and in a notebook; a few plain lines elsewhere."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Mapping
from html import escape
from typing import Any, TextIO

__all__ = ["Progress"]

_EVERY = 0.1  # seconds between two drawings of the bar


class Progress:
    """How far a training is, on one line that is drawn again and again.

    Where there is neither a terminal nor a notebook (a file, a test) a line appears after each tenth of
    the epochs.

    Args:
        epochs: how many there will be at most.
        stream: where to write; None for the notebook, if this is one, or else standard error.
    """

    def __init__(self, epochs: int, stream: TextIO | None = None) -> None:
        self.epochs = epochs
        self.stream = stream if stream is not None else sys.stderr
        self._cell = _Cell() if stream is None and _in_notebook() else None
        self.live = self._cell is not None or self.stream.isatty()
        self._started = self._drawn = time.monotonic()
        self._width = 0

    def batch(self, epoch: int, share: float, numbers: Mapping[str, float]) -> None:
        """Within an epoch, counted from 0: ``share`` of it is done."""
        now = time.monotonic()
        if self.live and now - self._drawn >= _EVERY:
            self._drawn = now
            self._write(self.line(epoch, share, numbers), end="")

    def epoch(self, epoch: int, numbers: Mapping[str, float]) -> None:
        """The epoch of this number, from 0, is over."""
        last = epoch + 1 == self.epochs
        if self.live:
            if last or time.monotonic() - self._drawn >= _EVERY:
                self._drawn = time.monotonic()
                self._write(self.line(epoch, 1.0, numbers), end="")
        elif last or (epoch + 1) % max(1, self.epochs // 10) == 0:
            self._write(self.line(epoch, 1.0, numbers), end="\n")

    def close(self) -> None:
        """Leave the last line standing."""
        if self.live and self._width:
            self._write("", end="\n", keep=True)

    def line(self, epoch: int, share: float, numbers: Mapping[str, float]) -> str:
        """The text: epoch, bar, numbers, time spent and an estimate of what is left."""
        done = (epoch + share) / self.epochs
        spent = time.monotonic() - self._started
        left = spent / done - spent if done > 0 else 0.0
        bar = "━" * round(20 * done)
        said = "  ".join(f"{name} {_short(name, x)}" for name, x in numbers.items())
        clock = f"{_clock(spent)} < {_clock(left)}" if done < 1.0 else _clock(spent)
        return f"epoch {epoch + 1}/{self.epochs} {bar:┄<20} {100 * done:3.0f} %  {said}  {clock}"

    def _write(self, text: str, end: str, keep: bool = False) -> None:
        if self._cell is not None:
            if not keep:
                self._width = len(text)
                self._cell.show(text)
            return
        if self.live and not keep:
            text = text[: shutil.get_terminal_size().columns - 1]
            padding = " " * (self._width - len(text))
            self._width = len(text)
            text = f"\r{text}{padding}"
        try:
            self.stream.write(text + end)
        except UnicodeEncodeError:  # a stream of few letters
            self.stream.write((text + end).encode("ascii", "replace").decode())
        self.stream.flush()


class _Cell:
    """The output of a notebook's cell, where one line is shown anew."""

    def __init__(self) -> None:
        self._handle: Any = None
        self._text = ""

    def show(self, text: str) -> None:
        self._text = text
        if self._handle is None:
            from IPython.display import display

            self._handle = display(self, display_id=True)  # type: ignore[no-untyped-call]
        else:
            self._handle.update(self)

    def __repr__(self) -> str:
        return self._text

    def _repr_html_(self) -> str:
        """The numbers as text, the bar as the browser's own."""
        head, _, rest = self._text.partition(" ━" if "━" in self._text else " ┄")
        share, _, said = rest.lstrip("━┄ ").partition(" %")
        bar = f'<progress max="100" value="{share.strip()}" style="width:12em"></progress>'
        return f"<code>{escape(head)}</code> {bar} <code>{escape(share.strip())} %{escape(said)}</code>"


def _in_notebook() -> bool:
    """Whether a notebook runs this: a shell of IPython's that has a kernel. Nothing is imported."""
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    return hasattr(shell, "kernel")


def _short(name: str, x: float) -> str:
    return f"{100 * x:.1f} %" if name.endswith("accuracy") else f"{x:.4g}"


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02d}"
