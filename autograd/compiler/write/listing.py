"""A program in the notation of the lectures: ``hidden[16] = W[16×784] @ x + b``."""

from __future__ import annotations

import re

import numpy as np

from autograd.compiler.plan.instructions import (
    BATCHED,
    INPUT,
    STATIC,
    Elementwise,
    Instruction,
    Largest,
    Matrix,
    Operand,
    Part,
    Plan,
    Products,
    Select,
    Terms,
    indices,
)
from autograd.compiler.read.lift import Array
from autograd.ops import OPS

__all__ = ["listing"]


def listing(plan: Plan, names: list[str]) -> str:
    """One line an instruction, after a line that says what is given and what comes out."""
    return str(_Listing(plan, names))


class _Listing:
    def __init__(self, plan: Plan, names: list[str]) -> None:
        self.plan, self.names = plan, names
        self.rows: dict[int, list[tuple[int, int, str]]] = {
            STATIC: [],
            BATCHED: [
                (start, start + plan.arguments[k], f"x{k}" if k else "x")
                for k, start in plan.copied.items()
            ],
        }
        self.taken: dict[str, int] = {}
        self.lines: list[tuple[str, str]] = []
        inside = _inlined(plan)
        shown: dict[int, tuple[str, str]] = {}  # what stands inside the line of its only user
        for number, instruction in enumerate(plan.instructions):
            source = inside.get(number)
            if source is None:
                name, text = self._name(instruction), self._right(instruction)
            else:
                assert isinstance(instruction, Elementwise)
                name, text = shown[source]
                text = f"{instruction.operation}({text})"
            rows = self.rows[instruction.space]
            rows.append((instruction.start, instruction.start + instruction.count, name))
            if number in inside.values():
                shown[number] = name, text
            else:
                self.lines.append((f"{name}[{_shape(_dims(plan, inside, number))}]", text))

    def __str__(self) -> str:
        plan = self.plan
        given = " ".join(f"x{k}[{n}]" if k else f"x[{n}]" for k, n in enumerate(plan.arguments))
        width = max([len(left) for left, _ in self.lines], default=0)
        outputs = ", ".join(self._at(space, np.array([row])) for space, row in plan.outputs)
        head = [f"given {given}, for each sample"] if given else []
        head.append(f"{len(plan.order)} parameters, {len(plan.instructions)} instructions")
        body = [f"{left:<{width}} = {right}" for left, right in self.lines]
        return "\n".join([*head, *body, f"returns {outputs}"])

    # Names ----------------------------------------------------------------------------------------

    def _name(self, instruction: Instruction) -> str:
        """After the layer whose weights it uses, else a letter with a number."""
        stem = ""
        for part in getattr(instruction, "parts", ()):
            if _squares(part):
                stem = "squares"
            elif part.weight is not None:
                stem = self._layer(part.weight.ravel())
        if not stem:
            kinds = {Elementwise: "a", Largest: "m", Select: "e", Products: "p"}
            stem = "s" if instruction.batched or not self.plan.arguments else "c"
            stem = kinds.get(type(instruction), stem)
        number = self.taken.get(stem, 0) + 1
        self.taken[stem] = number
        if len(stem) == 1:
            return f"{stem}{number}"
        return stem if number == 1 else f"{stem}.{number}"

    def _layer(self, rows: Array) -> str:
        """What the names of these parameters begin with, without numbers and the weight's own name."""
        places = [int(r) for r in (rows[0], rows[-1]) if r < len(self.plan.order)]
        found = [self.names[p] for p in self.plan.order[places].tolist() if p < len(self.names)]
        if not found or not all(found):
            return ""
        common = re.split(r"[._]?(?:neurons\b|\d+\b)", _common(found))[0].rstrip("._") if (
            "." not in found[0]
        ) else _path(_common(found))  # fmt: skip
        return common if len(common) > 1 else ""

    def _at(self, space: int, index: Array) -> str:
        """What rows of storage are called."""
        if space >= INPUT:
            return self._input(space - INPUT, index)
        flat = index.ravel()
        low, high = int(flat.min()), int(flat.max())
        constants = self.plan.constants if space == STATIC else self.plan.batched_constants
        first = len(self.plan.order) if space == STATIC else 0
        if low >= first and high < first + len(constants):
            if low == high:
                return f"{constants[low - first]:g}"
            return (
                "constants" if index.ndim < 2 or index.size == 1 else f"data[{_shape(index.shape)}]"
            )
        for k, start in self.plan.copied.items() if space == BATCHED else ():
            if low >= start and high < start + self.plan.arguments[k]:
                return self._input(k, index - start)
        found = [(s, e, name) for s, e, name in self.rows[space] if s <= high and e > low]
        owners = [(s, e, n) for s, e, n in found if ((flat >= s) & (flat < e)).any()]
        if not owners:
            return "w"
        if index.ndim == 2 and index.shape[1] > 1 and len(flat) > len(np.unique(flat)):
            return f"gather({', '.join(name for _, _, name in owners)})[{_shape(index.shape)}]"
        text = ", ".join(name for _, _, name in owners[:3]) + (", …" if len(owners) > 3 else "")
        used = len(np.unique(flat))
        return text if used == sum(e - s for s, e, _ in owners) else f"of({text})"

    def _input(self, k: int, index: Array) -> str:
        name = f"x{k}" if k else "x"
        flat = index.ravel()
        if len(flat) == self.plan.arguments[k] and (np.diff(flat) == 1).all():
            return name
        if index.ndim == 2 and index.shape[1] > 1:
            return f"patches({name})[{_shape(index.shape)}]"
        low, high = int(flat.min()), int(flat.max())
        if len(flat) == high - low + 1:
            return f"{name}[{low}:{high + 1}]" if high > low else f"{name}[{low}]"
        return f"of({name})"

    # What is computed -----------------------------------------------------------------------------

    def _right(self, instruction: Instruction) -> str:
        if isinstance(instruction, Matrix):
            text = " + ".join(self._part(part) for part in instruction.parts)
        elif isinstance(instruction, Terms):
            text = self._terms(instruction)
        elif isinstance(instruction, Products):
            a, b = instruction.first, instruction.second
            assert a.index is not None
            assert b.index is not None
            text = (
                f"{self._at(a.space, a.index)}[{_shape(a.index.shape)}] @ "
                f"{self._at(b.space, b.index)}[{_shape(b.index.shape)}]"
            )
        elif isinstance(instruction, Largest):
            assert instruction.second.index is not None
            text = (
                f"max over {len(instruction.second.index)} of {self._operand(instruction.second)}"
            )
        elif isinstance(instruction, Elementwise):
            text = self._elementwise(instruction)
        else:
            assert isinstance(instruction, Select)
            own = INPUT + instruction.argument
            text = f"{self._table(instruction)}[{self._at(own, np.unique(instruction.column))}]"
        biases = getattr(instruction, "biases", ())
        return text + "".join(f" + {self._bias(bias.index)}" for bias in biases)

    def _part(self, part: Part) -> str:
        column = self._at(part.space, part.column)
        if part.weight is None:
            assert part.scale is not None
            if (part.scale == part.scale.flat[0]).all() and len(part.scale) == 1:
                factor = part.scale.flat[0]
                return f"{'' if factor == 1.0 else f'{factor:g}·'}Σ {column}"
            return f"C[{_shape(part.scale.shape)}] @ {column}"
        minus = "−" if part.scale is not None and (part.scale < 0).all() else ""
        if _squares(part):
            return f"{minus}Σ w²[{part.weight.size}]"
        return f"{minus}W[{_shape(part.weight.shape)}] @ {column}"

    def _terms(self, instruction: Terms) -> str:
        second = instruction.second
        assert second.index is not None
        count = len(second.index)
        if count > 4:
            text = self._operand(second)
            if instruction.first is not None:
                text = f"{self._operand(instruction.first)} · {text}"
            return f"Σ over {count} of {text}"
        text = ""
        for k in range(count):
            term = self._at(second.space, second.index[k])
            if instruction.first is not None and instruction.first.index is not None:
                term = f"{self._at(instruction.first.space, instruction.first.index[k])} · {term}"
            scale = None if instruction.scale is None else instruction.scale[k]
            if scale is not None and not (scale == scale[0]).all():
                text += f" + c · {term}" if k else f"c · {term}"
                continue
            factor = 1.0 if scale is None else float(scale[0])
            sign = ("− " if factor < 0 else "+ ") if k else ("−" if factor < 0 else "")
            amount = "" if abs(factor) == 1.0 else f"{abs(factor):g} · "
            text += f"{' ' if k else ''}{sign}{amount}{term}"
        return text

    def _elementwise(self, instruction: Elementwise) -> str:
        inputs = [self._operand(operand) for operand in instruction.operands]
        sign = OPS[instruction.operation].sign
        if sign and len(inputs) == 2:
            return f"{inputs[0]} {sign} {inputs[1]}"
        return f"{instruction.operation}({', '.join(inputs)})"

    def _operand(self, operand: Operand) -> str:
        if operand.index is not None:
            return self._at(operand.space, operand.index)
        assert operand.number is not None
        return f"{operand.number[0]:g}" if len(operand.number) == 1 else "constants"

    def _table(self, instruction: Select) -> str:
        candidates = instruction.candidates
        assert candidates.index is not None
        if candidates.space == STATIC:
            name = self._layer(candidates.index.ravel()) or "table"
            return f"{name}[{candidates.index.shape[1]}×{len(candidates.index)}]"
        return self._at(candidates.space, candidates.index)

    def _bias(self, index: Array) -> str:
        return "b" if index.max() < len(self.plan.order) else self._at(STATIC, index)


def _squares(part: Part) -> bool:
    """Whether it is a sum of squared weights: a penalty."""
    return (
        part.weight is not None
        and part.space == STATIC
        and np.array_equal(part.weight.ravel(), part.column.ravel())
    )


def _inlined(plan: Plan) -> dict[int, int]:
    """For functions of a whole layer that nothing else uses: that layer's number."""
    owner = {
        space: np.full(size, -1)
        for space, size in ((STATIC, plan.static_size), (BATCHED, plan.batched_size))
    }
    users: dict[int, set[int]] = {}
    for number, instruction in enumerate(plan.instructions):
        for space, index in indices(instruction):
            for source in np.unique(owner[space][index]).tolist() if space in owner else ():
                users.setdefault(source, set()).add(number)
        owner[instruction.space][instruction.start : instruction.start + instruction.count] = number
    for space, row in plan.outputs:
        users.setdefault(int(owner[space][row]), set()).add(-1)
    found = {}
    for number, instruction in enumerate(plan.instructions):
        if isinstance(instruction, Elementwise) and len(instruction.operands) == 1:
            (operand,) = instruction.operands
            assert operand.index is not None
            if operand.space not in owner:
                continue
            sources = np.unique(owner[operand.space][operand.index])
            if len(sources) == 1 and sources[0] >= 0:
                source = plan.instructions[sources[0]]
                if isinstance(source, Matrix) and users[int(sources[0])] == {number}:
                    found[number] = int(sources[0])
    return found


def _dims(plan: Plan, inside: dict[int, int], number: int) -> tuple[int, ...]:
    shape: tuple[int, ...] = plan.instructions[inside.get(number, number)].node.shape
    return shape


def _common(names: list[str]) -> str:
    """What all names begin with."""
    low, high = min(names), max(names)
    size = next((i for i, (a, b) in enumerate(zip(low, high)) if a != b), min(len(low), len(high)))
    return low[:size]


def _path(name: str) -> str:
    """``layers.0.neurons.1`` is a part of ``layers.0``."""
    parts = name.split(".")
    for stop in ("neurons", "w", "b", "weight"):
        if stop in parts:
            parts = parts[: parts.index(stop)]
    while parts and parts[-1] in ("", *"0123456789") and len(parts) > 2:
        parts.pop()
    return ".".join(parts).rstrip(".")


def _shape(shape: tuple[int, ...]) -> str:
    shape = tuple(n for i, n in enumerate(shape) if n > 1 or i == 0)
    return "×".join(map(str, shape))
