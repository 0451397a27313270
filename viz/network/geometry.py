"""Where everything in a network drawing stands: columns of units, edges, and the labels on them."""

from __future__ import annotations

import math
from collections.abc import Callable

from autograd import Value
from nn.architecture import Architecture, Column, Kernel, Share, Weight
from viz.network.labels import Labels, in_lines
from viz.network.placement import Box, Plate, Segment, place
from viz.network.ports import ROW, STUB, most_rows, ports, room
from viz.network.units import (
    COMPACT,
    DETAILED,
    Connection,
    Slot,
    Unit,
    connections,
    shown_of,
    slots_of,
    units_of,
)
from viz.style import text_width

__all__ = ["Geometry"]

LABELS_UP_TO, ROWS_UP_TO = 24, 64  # edges between two columns; of recurrent steps in rows
_LINES, _STEEPER = 68.0, 44.0  # points for lines in front of rows of labels; where many rows follow
_PADDING = 4.0
_WIDER = 1.12
_TALLER = (1.0, 1.2, 1.45, 1.75)  # how far units move apart until no label hides another's line
_PAGE, _MARGINS = 815.0, 130.0  # points across that keep 10 pt at 9 pixels on a page of 736
_NARROW, _NARROWEST = 150.0, 70.0
_PICTURE = 56.0  # the side of a picture of weights
_FAR = 10_000.0  # what lies beyond the two columns is taken


class Geometry:
    """The geometry of one drawing.

    Args:
        found: what there is to draw.
        strength: the number that an edge's width and colour show.
        gradient: the text of a gradient.
        max_neurons: above it, a column shows its first and last units.
        max_layers: above it, the first and last columns are shown.
        digits: significant digits of the numbers.
        rows: where labels on the lines would hide other lines, let them stand in rows in front of the
            units instead; lines then bend (see `routes`), and more of them may have labels.

    Attributes:
        shown: the columns drawn, from left to right; −1 where several are left out.
        slots: for each column, its places from top to bottom; ``y`` where each unit stands.
        x: where each column stands.
        gaps: for each pair of neighbours, the edges and the boxes of their labels (None: no labels).
        crossing: edges that skip a column; ``back``: those that arrive one time step later.
        ported: whether labels stand in rows; ``steep`` the columns where some of their lines are.
    """

    def __init__(
        self,
        found: Architecture,
        strength: Callable[[Value | Share], float],
        gradient: Callable[[Value | Share], str],
        max_neurons: int,
        max_layers: int,
        digits: int,
        rows: bool = False,
    ) -> None:
        self.columns = found.columns
        self.ported = False
        self.strength, self.labels = strength, Labels(gradient, digits)
        self.shown = shown_of(len(found.columns), max_layers)
        units = {c: units_of(found.columns[c], max_neurons) for c in self.shown if c >= 0}
        between, self.crossing, self.back = connections(found, units)
        most = max(map(len, between.values()), default=0)
        rowed = sum(any(line.weight is not None for line in lines) for lines in between.values())
        self.lines = _LINES if rowed <= 3 else _STEEPER
        self.most = ROWS_UP_TO if rows and found.unroll else LABELS_UP_TO
        self.sizes = DETAILED if most <= self.most else COMPACT
        self.largest = self._largest(between)
        self.ported = rows and most > LABELS_UP_TO
        if not self.ported and self._settle(units, between, rows) > 0:
            self.ported = rows
        if self.ported:
            self._lay_out(units, between, 1.0)

    def _settle(
        self, units: dict[int, list[int]], between: dict[int, list[Connection]], rows: bool
    ) -> float:
        """Units as far apart as labels on the lines need; how many points of lines those hide.

        Where labels may stand in ``rows`` instead, that is better than units far apart.
        """
        best = math.inf
        for taller in _TALLER if self.sizes is DETAILED and not rows else _TALLER[:1]:
            hidden = self._lay_out(units, between, taller)
            if hidden < best:
                best, kept = hidden, dict(vars(self))
            if hidden == 0:
                break
        vars(self).update(kept)
        return best

    def _lay_out(
        self, units: dict[int, list[int]], between: dict[int, list[Connection]], apart: float
    ) -> float:
        """Give everything its place; how many points of other lines the labels hide."""
        self.slots: dict[int, list[Slot]] = {
            c: slots_of(self.columns[c].size, rows, self._pitch(self.columns[c], len(rows)) * apart)
            for c, rows in units.items()
        }
        taller = {c: (self.extent(c) - self.sizes.diameter) / 2 for c in units}
        if self.ported:
            before = {c + 1: lines for c, lines in between.items() if len(lines) <= self.most}
            pitches = {c: self._pitch(self.columns[c], len(rows)) for c, rows in units.items()}
            for c, pitch in room(pitches, units, before).items():
                self.slots[c] = slots_of(self.columns[c].size, units[c], pitch)
                tallest = max(self.extent(c), most_rows(before.get(c, ())) * ROW)
                taller[c] = (tallest - self.sizes.diameter) / 2
        self.top = max(slots[0].y + taller[c] for c, slots in self.slots.items())
        self.bottom = max(-slots[-1].y + taller[c] for c, slots in self.slots.items())
        self.y = {
            Unit(c, slot.unit): slot.y
            for c, slots in self.slots.items()
            for slot in slots
            if slot.unit is not None
        }
        self.x: dict[int, float] = {}
        self.steep: set[int] = set()
        self.gaps: list[tuple[list[Connection], list[Plate] | None]] = []
        return self._stand(between)

    def _largest(self, between: dict[int, list[Connection]]) -> float:
        """The number that the thickest line shows."""
        strengths = (
            abs(self.strength(line.weight))
            for lines in between.values()
            for line in lines
            if isinstance(line.weight, (Value, Share))
        )
        return max((x for x in strengths if math.isfinite(x)), default=0.0)

    @property
    def labelled(self) -> bool:
        """Whether any edge carries its numbers."""
        return any(boxes for _, boxes in self.gaps)

    def _pitch(self, column: Column, rows: int) -> float:
        """From one unit to the next: closer where there are many, with room for biases."""
        if column.pictures:
            return _PICTURE + 22.0
        if column.maps:
            return self.sizes.side + (48.0 if self.sizes is DETAILED else 10.0)
        if self.sizes is DETAILED and rows > 6:
            return 84.0 if column.biases else 72.0 if column.gradients else 62.0
        return self.sizes.pitch

    def extent(self, c: int) -> float:
        """The diameter of a column's units."""
        if self.columns[c].pictures:
            return _PICTURE
        return self.sizes.side if self.columns[c].maps else self.sizes.diameter

    def _stand(self, between: dict[int, list[Connection]]) -> float:
        """The columns from left to right, each gap as wide as its labels need; what those hide."""
        x = hidden = 0.0
        for before, column in zip([None, *self.shown], self.shown):
            if before is not None:
                lines = between.get(before, [])
                gap, plates, covered = self._gap(before, column, lines)
                if -1 in (before, column):
                    gap = self.sizes.gap * 0.4
                x += gap
                hidden += covered
                if plates is not None:
                    plates = [plate.moved(self.x[before]) for plate in plates]
                self.gaps.append((lines, plates))
            self.x[column] = x
        return hidden

    def _gap(
        self, left: int, right: int, lines: list[Connection]
    ) -> tuple[float, list[Plate] | None, float]:
        """How wide, where the labels stand (x from the left column), and how much they hide."""
        width = self._usual_gap()
        labelled = [line for line in lines if line.weight is not None]
        if not labelled or len(lines) > self.most:
            narrow = 0.7 if lines and not labelled and self.sizes is DETAILED else 1.0
            return width * narrow, None, 0.0
        if self.ported and not isinstance(labelled[0].weight, Kernel):
            return self._in_rows(right, labelled)
        for _ in range(30 if self.sizes is DETAILED else 4):
            segments = [self.segment(line, 0.0, width) for line in labelled]
            obstacles = self._obstacles(left, 0.0) + self._obstacles(right, width)
            obstacles += [Box(-_FAR, 0.0, 2 * _FAR, _FAR), Box(width + _FAR, 0.0, 2 * _FAR, _FAR)]
            found = place(segments, obstacles)
            if found is not None:
                return width, found.plates, found.hidden
            width *= _WIDER
        return self.sizes.gap, None, _FAR

    def _in_rows(self, right: int, lines: list[Connection]) -> tuple[float, list[Plate], float]:
        """The same where labels stand in rows."""
        width = max(self.labels.size(line.weight, in_a_row=True)[0] for line in lines)
        steep = max(0.0, most_rows(lines) * ROW / 2 - 1.5 * self.extent(right))
        stub = STUB + min(1.2 * steep, _LINES)  # past the bias below the unit
        self.steep |= {right} if steep else set()
        gap = max(self._usual_gap(), width + self.extent(right) + self.lines + stub - STUB)
        end = gap - self.extent(right) / 2 - stub
        return gap, ports(lines, self.y, end, width), 0.0

    def subtitle(self, c: int) -> list[str]:
        """What stands below the title of a column, in lines as wide as the way to the next."""
        return in_lines(self.columns[c].subtitle, max(12, int(self._usual_gap() / 5.2)))

    def _usual_gap(self) -> float:
        """Between two columns: so narrow that the whole fits a page, within reason."""
        least = _NARROW if self.sizes is DETAILED else _NARROWEST
        return min(self.sizes.gap, max(least, (_PAGE - _MARGINS) / (len(self.shown) - 1 or 1)))

    def _obstacles(self, c: int, x: float) -> list[Box]:
        size = self.extent(c)
        column = self.columns[c]
        below = max((text_width(line, 10) for line in self.subtitle(c)), default=0.0)
        header = max(text_width(column.title, 12, bold=True), below)
        boxes = [Box(x, self.top + 53.8, header, 32)]
        for slot in self.slots[c]:
            boxes.append(Box(x, slot.y, size + 3, size + 3))
            bias = None if slot.unit is None else column.bias(slot.unit)
            if self.sizes is DETAILED and (bias is not None or column.maps or column.gradients):
                width = 60.0 if bias is None else self.labels.bias_width(bias) + 24.0 * column.maps
                boxes.append(Box(x, slot.y - size / 2 - 13, width, 25))
        return boxes

    def segment(self, line: Connection, x0: float, x1: float) -> Segment:
        """An edge from border to border, with the size of its label."""
        (a, _), (b, _) = line.source, line.target
        y0, y1 = self.y[line.source], self.y[line.target]
        length = math.hypot(x1 - x0, y1 - y0)
        unit_x, unit_y = (x1 - x0) / length, (y1 - y0) / length
        r0, r1 = (self._reach(c, unit_x, unit_y) for c in (a, b))
        width, height = self.labels.size(line.weight)
        return Segment(
            x0 + r0 * unit_x, y0 + r0 * unit_y, x1 - r1 * unit_x, y1 - r1 * unit_y,
            width + _PADDING, height + _PADDING, self.thickness(line.weight),
        )  # fmt: skip

    def _reach(self, c: int, unit_x: float, unit_y: float) -> float:
        """How far the border of a unit is from its centre in a direction."""
        half = self.extent(c) / 2 + 0.5
        square = self.columns[c].maps or self.columns[c].pictures
        return half / max(abs(unit_x), abs(unit_y)) if square else half

    def thickness(self, weight: Weight) -> float:
        """The width of a line in points, 0.5 … 5."""
        if isinstance(weight, Kernel):
            return 1.6
        if weight is None or not self.largest:
            return 0.8 if weight is None else 0.5
        x = abs(self.strength(weight))
        return 0.5 + 4.5 * min(x / self.largest, 1.0) if x == x else 0.5
