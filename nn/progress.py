"""A progress bar on a terminal; a few plain lines elsewhere."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Mapping
from typing import TextIO

__all__ = ["Progress"]

_EVERY = 0.1  # seconds between two drawings of the bar


class Progress:
    """How far a training is, on one line that is drawn again and again.

    Where the stream is no terminal (a file, a test) a line appears after each tenth of the epochs.

    Args:
        epochs: how many there will be at most.
        stream: where to write; None for standard error.
    """

    def __init__(self, epochs: int, stream: TextIO | None = None) -> None:
        self.epochs = epochs
        self.stream = stream if stream is not None else sys.stderr
        self.live = self.stream.isatty()
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


def _short(name: str, x: float) -> str:
    return f"{100 * x:.1f} %" if name.endswith("accuracy") else f"{x:.4g}"


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02d}"
