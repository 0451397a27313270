"""What happened in a training."""

from __future__ import annotations

from dataclasses import dataclass, field

from autograd.text.format import number
from autograd.text.html import html_table

__all__ = ["History"]

_ENDS = 5  # epochs at either end of a table


@dataclass(repr=False)
class History:
    """The numbers of a training, epoch by epoch.

    Attributes:
        epochs: for each finished epoch its numbers by name: loss, metrics, the same with ``val_`` for
            held-out data, lr, seconds.
        best_epoch: the number, from 0, of the epoch with the smallest (held-out) loss.
        stopped: why it ended: "finished", "patience", "callback" or "interrupted".

    >>> history = History([{"loss": 2.0}, {"loss": 1.0}], best_epoch=1)
    >>> history["loss"], history.best
    ([2.0, 1.0], {'loss': 1.0})
    """

    epochs: list[dict[str, float]] = field(default_factory=list)
    best_epoch: int | None = None
    stopped: str = "finished"

    def __getitem__(self, name: str) -> list[float]:
        return [epoch[name] for epoch in self.epochs]

    def __len__(self) -> int:
        return len(self.epochs)

    def __repr__(self) -> str:
        losses = self["loss"] if self.epochs and "loss" in self.epochs[0] else []
        said = f": loss {losses[0]:.4g} → {losses[-1]:.4g}" if losses else ""
        return f"<History of {len(self)} epochs, {self.stopped}{said}>"

    def _repr_html_(self) -> str:
        names = list(self.epochs[0]) if self.epochs else ["loss"]
        shown = list(enumerate(self.epochs))
        rows = [[str(i), *(number(epoch[name]) for name in names)] for i, epoch in shown]
        if len(rows) > 2 * _ENDS:
            rows[_ENDS:-_ENDS] = [["…"] * (1 + len(names))]
        best = "" if self.best_epoch is None else f", the best of them number {self.best_epoch}"
        return html_table(["epoch", *names], rows, f"{len(self)} epochs, {self.stopped}{best}")

    @property
    def last(self) -> dict[str, float]:
        """The numbers of the last epoch."""
        if not self.epochs:
            raise ValueError("no epoch was finished")
        return self.epochs[-1]

    @property
    def best(self) -> dict[str, float]:
        """The numbers of the best epoch."""
        if self.best_epoch is None:
            raise ValueError("no epoch was finished")
        return self.epochs[self.best_epoch]

    @property
    def losses(self) -> dict[str, list[float]]:
        """The curves that `viz.plot_loss` draws: the loss, and the held-out one if there is one."""
        names = {"loss": "training", "val_loss": "held out"}
        found = {
            shown: self[key] for key, shown in names.items() if self.epochs and key in self.last
        }
        return found if len(found) > 1 else {"": [*found.get("training", ())]}

    @property
    def seconds(self) -> float:
        """How long all finished epochs took together."""
        return sum(self["seconds"])
