"""How each kind of instruction becomes calls, forward and backward."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd.compiler import kernels
from autograd.compiler.access import strides, view
from autograd.compiler.bind import Binder, Late, plane
from autograd.compiler.instructions import (
    BATCHED,
    INPUT,
    STATIC,
    Bias,
    Elementwise,
    Instruction,
    Largest,
    Matrix,
    Operand,
    Part,
    Products,
    Select,
    Terms,
)
from autograd.compiler.lift import Array
from autograd.compiler.scatter import set_rows

__all__ = ["Bound", "bound"]

CHAIN = 4  # sums of up to so many terms are written as calls one after the other


class Bound:
    """An instruction at a batch size: `forward` and `backward` append its calls."""

    def __init__(self, binder: Binder, instruction: Instruction) -> None:
        self.binder, self.instruction = binder, instruction
        rows = slice(instruction.start, instruction.start + instruction.count)
        self.out = binder.values[instruction.space][rows]
        self.g = binder.gradients[instruction.space][rows]
        self.width = self.out.shape[1]

    def forward(self) -> None:
        raise NotImplementedError

    def backward(self) -> None:
        raise NotImplementedError

    def add_biases(self, biases: list[Bias], rows: int) -> None:
        """Add them to the result [rows, positions]."""
        b = self.binder
        for bias in biases:
            per_row = bias.index.shape[1] == 1
            shape = (rows, -1) if per_row else (self.instruction.count, self.width)
            out = self.out.reshape(shape)
            static = b.table(STATIC, bias.index.reshape(-1, 1))
            if bias.scale is not None:
                scaled = np.empty_like(static)
                b.emit(np.multiply, static, bias.scale.reshape(-1, 1).astype(b.dtype), scaled)
                static = scaled
            b.emit(np.add, out, static, out)

    def push_biases(self, biases: list[Bias], rows: int) -> None:
        b = self.binder
        for bias in biases:
            index = bias.index.ravel()
            if not b.plan.needs[STATIC][index].any():
                continue
            g = self.g.reshape(len(index), -1)
            if g.shape[1] > 1:
                found = b.target(STATIC, index, (len(index),), 1)
                assert found is not None
                total, finish = found
                ones = b.ones if g.shape[1] == len(b.ones) else np.ones(g.shape[1], dtype=b.dtype)
                product = np.dot if total.flags.c_contiguous else np.matmul
                b.emit(product, g, ones, total)
                if bias.scale is not None:
                    b.emit(np.multiply, total, bias.scale.ravel().astype(b.dtype), total)
                finish()
                continue
            if bias.scale is not None:
                scaled = b.scratch(len(index), 1)
                b.emit(np.multiply, g, bias.scale.reshape(-1, 1).astype(b.dtype), scaled)
                g = scaled
            b.accumulate(STATIC, index, g)


class BoundMatrix(Bound):
    instruction: Matrix

    def forward(self) -> None:
        b = self.binder
        rows = self.instruction.node.shape[0]
        self.out2 = self.out.reshape(rows, -1)
        self.tables, self.weights = [], []
        for i, part in enumerate(self.instruction.parts):
            table = b.table(part.space, part.column)
            weight = self._weight(part)
            self.tables.append(table)
            self.weights.append(weight)
            out = self.out2 if i == 0 else b.scratch(*self.out2.shape)
            if weight is None:
                if isinstance(table, Late):
                    b.emit(_sum_rows, table, out[0])
                else:
                    b.emit(np.add.reduce, table, 0, None, out[0])
            else:
                b.emit(np.dot, weight, table, out)
            if i:
                b.emit(np.add, self.out2, out, self.out2)
        self.add_biases(self.instruction.biases, rows)

    def _weight(self, part: Part) -> Any:
        """The matrix [rows, K]; None for a plain sum."""
        b = self.binder
        if part.weight is None:
            assert part.scale is not None
            plain = part.scale.shape[0] == 1 and (part.scale == 1.0).all()
            return None if plain else part.scale.astype(b.dtype)
        steps = plane(part.weight)
        if steps is not None and part.scale is None:
            down, right = steps
            f, k = part.weight.shape
            if (right == 1 and down >= k) or (down == 1 and right >= f):
                static = b.values[STATIC][int(part.weight[0, 0]) :, 0]
                item = static.strides[0]
                return np.lib.stride_tricks.as_strided(static, (f, k), (down * item, right * item))
        weight = b.gather(STATIC, part.weight)[..., 0]
        if part.scale is None:
            return weight
        out = np.empty_like(weight)
        b.emit(np.multiply, weight, part.scale.astype(b.dtype), out)
        return out

    def backward(self) -> None:
        b = self.binder
        rows = self.instruction.node.shape[0]
        g = self.g.reshape(rows, -1)
        for part, table, weight in zip(self.instruction.parts, self.tables, self.weights):
            if part.weight is not None and b.plan.needs[STATIC][part.weight].any():
                self._push_weight(part, table, g)
            if part.space >= INPUT:
                continue
            found = b.target(
                part.space, part.column.ravel(), (len(part.column), g.shape[1]), self.width
            )
            if found is None:
                continue
            out, finish = found
            if weight is None:
                b.emit(np.copyto, out, g)
            elif out.flags.c_contiguous:
                b.emit(np.dot, weight.T, g, out)
            else:
                b.emit(np.matmul, weight.T, g, out)
            finish()
        self.push_biases(self.instruction.biases, rows)

    def _push_weight(self, part: Part, table: Any, g: Array) -> None:
        b = self.binder
        assert part.weight is not None
        found = b.target(STATIC, part.weight.ravel(), part.weight.shape, 1)
        if found is None:
            return
        out, finish = found
        product = np.dot if out.flags.c_contiguous else np.matmul
        b.emit(product, g, table.T, out)
        if part.scale is not None:
            b.emit(np.multiply, out, part.scale.astype(b.dtype), out)
        finish()


class BoundTerms(Bound):
    instruction: Terms

    def forward(self) -> None:
        own, b = self.instruction, self.binder
        self.chain = len(_index(own.second)) <= CHAIN
        if self.chain:
            self._forward_chain()
        else:
            count = own.count
            second = b.table(own.second.space, _index(own.second)).reshape(-1, count, self.width)
            self.inputs: list[Any] = [second]
            terms = second
            if own.first is not None:
                first = b.table(own.first.space, _index(own.first)).reshape(len(second), count, -1)
                self.inputs.insert(0, first)
                terms = b.scratch(*second.shape)
                b.emit(np.multiply, first, second, terms)
            if own.scale is not None and not (own.scale == 1.0).all():
                scaled = b.scratch(*second.shape)
                b.emit(np.multiply, terms, own.scale[..., None].astype(b.dtype), scaled)
                terms = scaled
            b.emit(np.add.reduce, terms, 0, None, self.out)
        self.add_biases(own.biases, own.count)

    def _forward_chain(self) -> None:
        own, b = self.instruction, self.binder
        terms = len(_index(own.second))
        firsts = own.first is not None
        operands = [(own.second.space, _index(own.second)[k]) for k in range(terms)]
        if own.first is not None:
            operands += [(own.first.space, _index(own.first)[k]) for k in range(terms)]
        self.shape, arrays = b.elementwise(operands)
        self.inputs = arrays
        out = self.out.reshape(*self.shape, self.width)
        self.scales = [_scale(own.scale, k, self.shape, b) for k in range(terms)]
        k = 0
        if not firsts and terms > 1 and _is(self.scales[0], 1.0):
            for unit, function in ((1.0, np.add), (-1.0, np.subtract)):
                if _is(self.scales[1], unit):
                    b.emit(function, arrays[0], arrays[1], out)
                    k = 2
                    break
        for i in range(k, terms):
            place = out if i == 0 else b.scratch(*out.shape)
            scale = self.scales[i]
            if firsts:
                b.emit(np.multiply, arrays[terms + i], arrays[i], place)
                if not _is(scale, 1.0):
                    b.emit(np.multiply, place, scale, place)
            elif i and (_is(scale, 1.0) or _is(scale, -1.0)):
                b.emit(np.add if scale == 1.0 else np.subtract, out, arrays[i], out)
                continue
            elif _is(scale, 1.0):
                b.emit(np.copyto, place, arrays[i])
            else:
                b.emit(np.multiply, arrays[i], scale, place)
            if i:
                b.emit(np.add, out, place, out)

    def backward(self) -> None:
        own, b = self.instruction, self.binder
        if self.chain:
            self._backward_chain()
        else:
            second, shape = own.second, (*_index(own.second).shape, self.width)
            pairs = [(second, self.inputs[0] if own.first is not None else None)]
            if own.first is not None:
                pairs.append((own.first, self.inputs[1]))
            for operand, factor in pairs:
                found = b.target(operand.space, _index(operand).ravel(), shape, self.width)
                if found is None:
                    continue
                out, finish = found
                if factor is None:
                    b.emit(np.copyto, out, self.g)
                else:
                    b.emit(times(own.masked), factor, self.g, out)
                if own.scale is not None and not (own.scale == 1.0).all():
                    b.emit(np.multiply, out, own.scale[..., None].astype(b.dtype), out)
                finish()
        self.push_biases(own.biases, own.count)

    def _backward_chain(self) -> None:
        own, b = self.instruction, self.binder
        terms = len(_index(own.second))
        shape = (*self.shape, self.width)
        g = self.g.reshape(shape)
        for k in range(terms):
            pairs = [(own.second, self.inputs[terms + k] if own.first is not None else None)]
            if own.first is not None:
                pairs.append((own.first, self.inputs[k]))
            for operand, factor in pairs:
                scale = self.scales[k]
                if factor is None and _is(scale, 1.0):
                    if operand.space < INPUT:
                        b.accumulate(operand.space, _index(operand)[k], self.g)
                    continue
                found = b.target(operand.space, _index(operand)[k], shape, self.width)
                if found is None:
                    continue
                out, finish = found
                if factor is None:
                    if _is(scale, -1.0):
                        b.emit(np.negative, g, out)
                    else:
                        b.emit(np.multiply, g, scale, out)
                else:
                    b.emit(times(own.masked), factor, g, out)
                    if not _is(scale, 1.0):
                        b.emit(np.multiply, out, scale, out)
                finish()


class BoundProducts(Bound):
    instruction: Products

    def forward(self) -> None:
        own, b = self.instruction, self.binder
        self.a, self.b = self._operand(own.first), self._operand(own.second)
        shape = own.node.shape
        if self.width == 1:
            b.emit(np.matmul, self.a, self.b, self.out.reshape(shape))
            return
        product = b.scratch(self.width, *shape)
        b.emit(np.matmul, self.a, self.b, product)
        b.emit(np.copyto, self.out, product.reshape(self.width, -1).T)

    def _operand(self, operand: Operand) -> Array:
        """The matrices [G, rows, columns], or [samples, G, rows, columns]: BLAS wants them together."""
        b, index = self.binder, _index(operand)
        dims = strides(index.ravel())
        rows = b.gather(operand.space, index.ravel()) if dims is None else None
        if self.width == 1:
            plain = None
            if rows is None:
                plain = cube(b.values[operand.space], index)
                rows = b.gather(operand.space, index.ravel()) if plain is None else None
            if rows is None:
                assert plain is not None
                return plain
            return rows.reshape(index.shape)
        if rows is None:
            sizes, steps = [d[0] for d in dims or []] or [1], [d[1] for d in dims or []] or [1]
            rows = view(b.values[operand.space], int(index.flat[0]), sizes, steps)
        out = np.empty((self.width, *index.shape), dtype=b.dtype)
        inner = tuple(range(rows.ndim - 1))
        b.emit(np.copyto, out.reshape(self.width, *rows.shape[:-1]), rows.transpose(-1, *inner))
        return out

    def backward(self) -> None:
        own, b = self.instruction, self.binder
        g = self.g.reshape(own.node.shape) if self.width == 1 else None
        if g is None:
            g = b.scratch(self.width, *own.node.shape)
            b.emit(np.copyto, g.reshape(self.width, -1), self.g.T)
        swap = (*range(self.a.ndim - 2), self.a.ndim - 1, self.a.ndim - 2)
        for operand, x, y in (
            (own.first, g, self.b.transpose(swap)),
            (own.second, self.a.transpose(swap), g),
        ):
            index = _index(operand)
            shape = index.shape if self.width == 1 else (index.size, self.width)
            found = b.target(operand.space, index.ravel(), shape, self.width)
            if found is None:
                continue
            out, finish = found
            if self.width == 1:
                b.emit(np.matmul, x, y, out)
            else:
                product = b.scratch(self.width, *index.shape)
                b.emit(np.matmul, x, y, product)
                b.emit(np.copyto, out, product.reshape(self.width, -1).T)
            finish()


class BoundLargest(Bound):
    instruction: Largest

    def forward(self) -> None:
        own, b = self.instruction, self.binder
        index = _index(own.second)
        self.table = b.table(own.second.space, index).reshape(len(index), own.count, self.width)
        b.emit(np.maximum.reduce, self.table, 0, None, self.out)

    def backward(self) -> None:
        own, b = self.instruction, self.binder
        found = b.target(own.second.space, _index(own.second).ravel(), self.table.shape, self.width)
        if found is not None:
            out, finish = found
            b.emit(_share, self.table, self.out, self.g, out)
            finish()


def cube(rows: Array, index: Array) -> Array | None:
    """Rows [G, M, N] of width 1 as a view, if they lie regularly."""
    steps = [int(index.take(1, axis).flat[0] - index.flat[0]) if index.shape[axis] > 1 else 0
             for axis in range(3)]  # fmt: skip
    grid = index.flat[0] + sum(
        step * np.arange(size).reshape([-1 if i == axis else 1 for i in range(3)])
        for axis, (step, size) in enumerate(zip(steps, index.shape))
    )
    if not np.array_equal(grid, index) or min(steps) < 0:
        return None
    return view(rows, int(index.flat[0]), index.shape, steps)[..., 0]


def _share(table: Array, largest: Array, g: Array, out: Array) -> None:
    """Where the gradient of a maximum goes: at a tie of two neighbours in the chain, half to each."""
    hit = table == largest
    np.multiply(hit, g, out)
    if (np.add.reduce(hit, 0) == 1).all():
        return
    running = np.maximum.accumulate(table, 0)
    rest = np.array(g)
    for k in range(len(table) - 1, 0, -1):
        own = np.where(
            table[k] > running[k - 1], 1.0, np.where(table[k] == running[k - 1], 0.5, 0.0)
        )
        np.multiply(own, rest, out[k], casting="same_kind")
        rest -= out[k]
    out[0] = rest


class BoundElementwise(Bound):
    instruction: Elementwise

    def forward(self) -> None:
        own, b = self.instruction, self.binder
        found = [(o.space, _index(o)) for o in own.operands if o.index is not None]
        self.shape, arrays = b.elementwise([*found, (own.space, own.start + np.arange(own.count))])
        arrays.pop()
        self.inputs: list[Any] = []
        waiting = iter(arrays)
        for operand in own.operands:
            if operand.index is not None:
                self.inputs.append(next(waiting))
            else:
                assert operand.number is not None
                number = operand.number
                self.inputs.append(
                    float(number[0]) if len(number) == 1
                    else number.astype(b.dtype).reshape(*self.shape, 1)
                )  # fmt: skip
        self.y = self.out.reshape(*self.shape, self.width)
        kernels.forward(b.emit, self._scratch, own.operation, self.inputs, self.y)

    def _scratch(self) -> Array:
        return self.binder.scratch(*self.y.shape)

    def backward(self) -> None:
        own, b = self.instruction, self.binder
        g = self.g.reshape(self.y.shape)
        for i, operand in enumerate(own.operands):
            if operand.index is None:
                continue
            found = b.target(operand.space, operand.index, self.y.shape, self.width)
            if found is None:
                continue
            out, finish = found
            kernels.backward(
                b.emit, self._scratch, own.operation, i, self.inputs, self.y, g, out, own.masked
            )
            finish()


class BoundSelect(Bound):
    instruction: Select

    def forward(self) -> None:
        own, b = self.instruction, self.binder
        table = _index(own.candidates)
        count, size = table.shape
        numbers, first = b.integers(own.argument), int(own.column[0])
        if np.array_equal(own.column, np.arange(first, first + count)):
            chosen = numbers[first : first + count]
        else:
            chosen = np.empty((count, b.batch), dtype=np.intp)
            b.emit(np.take, numbers, own.column, 0, chosen, "clip")
        self.address = np.empty((count, b.batch), dtype=np.intp)
        values = b.values[own.candidates.space]
        width, sample = (b.batch, np.arange(b.batch)) if own.candidates.space == BATCHED else (1, 0)
        step = int(table[0, 1] - table[0, 0]) if size > 1 else 0
        if np.array_equal(table[:, :1] + step * np.arange(size), table):
            b.emit(np.multiply, chosen, step * width, self.address)
            b.emit(np.add, self.address, table[:, :1] * width + sample, self.address)
        else:
            b.emit(np.add, chosen, size * np.arange(count)[:, None], self.address)
            b.emit(_look_up, table.ravel() * width, self.address)
            b.emit(np.add, self.address, sample, self.address)
        b.emit(np.take, values.reshape(-1), self.address, None, self.out, "clip")

    def backward(self) -> None:
        own, b = self.instruction, self.binder
        space, table = own.candidates.space, _index(own.candidates)
        wanted = np.unique(table)
        needs = b.plan.needs[space]
        if not needs[wanted].any():
            return
        rows = b.gradients[space]
        first, last = int(wanted[0]), int(wanted[-1]) + 1
        if b.fresh(space, wanted):
            if last - first == len(wanted):
                b.emit(rows[first:last].fill, 0.0)
            else:
                b.emit(set_rows, rows, wanted, 0.0)
        flat = rows.reshape(-1)
        if space == STATIC:
            b.emit(_add_at, flat[first:last], self.address, first, self.g)
        elif len(wanted) == table.size:
            b.emit(_add_distinct, flat, self.address, self.g)
        else:
            b.emit(np.add.at, flat, self.address, self.g)
        lost = wanted[~needs[wanted]]
        if len(lost):
            b.emit(set_rows, rows, lost, 0.0)


def times(masked: bool) -> Any:
    return _times_masked if masked else np.multiply


def _times_masked(factor: Array, g: Array, out: Array) -> None:
    """factor · g, but 0 where g is, whatever the factor."""
    out[...] = np.where(g == 0.0, 0.0, factor * g)


def _look_up(table: Array, address: Array) -> None:
    address[...] = table[address]


def _add_at(column: Array, address: Array, lowest: int, g: Array) -> None:
    column += np.bincount((address - lowest).ravel(), g.ravel(), len(column))


def _add_distinct(flat: Array, address: Array, g: Array) -> None:
    flat[address] += g


def _sum_rows(table: Array, out: Array) -> None:
    np.add.reduce(table, 0, out=out)


def _index(operand: Operand) -> Array:
    assert operand.index is not None
    return operand.index


def _scale(scale: Array | None, k: int, shape: tuple[int, ...], b: Binder) -> Any:
    """The factors of one term: a number if they are all the same."""
    if scale is None:
        return 1.0
    own = scale[k]
    if (own == own[0]).all():
        return float(own[0])
    return own.astype(b.dtype).reshape(*shape, 1)


def _is(scale: Any, number: float) -> bool:
    return type(scale) is float and scale == number


def bound(instruction: Instruction, binder: Binder) -> Bound:
    """The rules of an instruction's kind."""
    kinds: dict[type, type[Bound]] = {
        Matrix: BoundMatrix, Terms: BoundTerms, Largest: BoundLargest,
        Elementwise: BoundElementwise, Products: BoundProducts, Select: BoundSelect,
    }  # fmt: skip
    return kinds[type(instruction)](binder, instruction)
