"""Labels in rows in front of the unit that their lines lead to, where there is no room on the lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from viz.network.placement import Box, Plate
from viz.network.units import Connection, Unit

__all__ = ["ROW", "STUB", "most_rows", "ports", "room"]

_SPREAD = 0.75  # of the tallest column, what others fill at least
ROW, STUB = 15.0, 26.0  # points: the height of a row; from there to the unit, where the lines meet


def most_rows(lines: Sequence[Connection]) -> int:
    """How many lines with numbers lead to one unit, at most."""
    into: dict[Unit, int] = {}
    for line in lines:
        into[line.target] = into.get(line.target, 0) + (line.weight is not None)
    return max(into.values(), default=0)


def room(
    pitches: Mapping[int, float],
    units: Mapping[int, Sequence[int]],
    before: Mapping[int, Sequence[Connection]],
) -> dict[int, float]:
    """From one unit to the next, by column: so far that the rows fit and columns are about as tall.

    Args:
        pitches: how far that would be without rows.
        units: those that are drawn.
        before: the lines into a column that have numbers.
    """
    wide = {c: max(p, most_rows(before.get(c, ())) * ROW + 16) for c, p in pitches.items()}
    tallest = max(wide[c] * (len(rows) - 1) for c, rows in units.items())
    return {c: max(wide[c], _SPREAD * tallest / len(rows)) for c, rows in units.items()}


def ports(
    lines: Sequence[Connection], y: Mapping[Unit, float], right: float, width: float
) -> list[Plate]:
    """A row for each line, from top to bottom in the order of where the lines come from.

    So those into one unit do not cross, and every line ends at its own numbers.

    Args:
        lines: those that have numbers.
        y: where each unit stands.
        right: where the rows end.
        width: of a row.
    """
    into: dict[Unit, list[Connection]] = {}
    for line in sorted(lines, key=lambda line: -y[line.source]):
        into.setdefault(line.target, []).append(line)
    boxes = {
        (line.source, target): Box(
            right - width / 2, y[target] + ((len(arriving) - 1) / 2 - k) * ROW, width, ROW
        )
        for target, arriving in into.items()
        for k, line in enumerate(arriving)
    }
    return [Plate(boxes[line.source, line.target]) for line in lines]
