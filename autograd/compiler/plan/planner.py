"""From blocks to instructions over node numbers, rows in the order in which they are stored."""

from __future__ import annotations

import numpy as np

from autograd.compiler.plan.instructions import (
    BATCHED,
    STATIC,
    Bias,
    Draft,
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
from autograd.compiler.plan.places import Places, Region
from autograd.compiler.plan.uses import static_uses
from autograd.compiler.read.arrays import Array
from autograd.compiler.read.blocks import (
    Block,
    ElementwiseBlock,
    LargestBlock,
    MatrixBlock,
    Operands,
    ProductsBlock,
    SelectBlock,
    TermsBlock,
)
from autograd.compiler.read.fuse import Fused
from autograd.compiler.read.rows import Kind

__all__ = ["Planner", "draft"]


def draft(fused: Fused, blocks: list[Block]) -> Draft:
    """Write the instructions.

    Takes blocks in an order in which they can run, and the rows and nodes that they speak of.
    Finds an order of the rows in each that leaves what they read in a row, and parameters their places.
    Gives back instructions over node numbers.
    """
    return Planner(fused).run(blocks)


class Planner:
    """Turns blocks into instructions and gives every computed node its place in storage.

    Attributes:
        parameters: those that have a place, in the order of their first use as a weight.
        penalties: sums over parameters alone, which follow the others' order.
    """

    def __init__(self, fused: Fused) -> None:
        self.fused, self.rows = fused, fused.rows
        self.places = Places(fused)
        self.parameters: list[Array] = []
        self.instructions: list[Instruction] = []
        self.penalties: list[Matrix] = []

    def run(self, blocks: list[Block]) -> Draft:
        ways = {
            MatrixBlock: self._matrix, TermsBlock: self._terms, ProductsBlock: self._products,
            LargestBlock: self._largest, ElementwiseBlock: self._elementwise, SelectBlock: self._select,
        }  # fmt: skip
        for block in blocks:
            ways[type(block)](block)  # type: ignore[operator]
        self._place_the_rest()
        count = self.places.count
        parameters = np.concatenate([*self.parameters, np.empty(0, dtype=np.int64)])
        return Draft(self.instructions, parameters, count[Region.STATIC], count[Region.BATCHED])

    # Places ---------------------------------------------------------------------------------------

    def _emit(self, instruction: Instruction, node: Array) -> None:
        """Append an instruction that computes ``node``, in this order."""
        instruction.node = node
        region = Region.BATCHED if instruction.batched else Region.STATIC
        instruction.start = self.places.give(node.ravel(), region)
        self.instructions.append(instruction)

    def _place(self, node: Array) -> None:
        """Give parameters without a place the next ones."""
        new = node[self.fused.nodes.parameter[node] & (self.places.at[node] < 0)]
        if len(new):
            _, at = np.unique(new, return_index=True)
            new = new[np.sort(at)]
            self.places.give(new, Region.PARAMETER)
            self.parameters.append(new)

    def _place_the_rest(self) -> None:
        """Weights have their places; now biases, penalties, and what is left."""
        for instruction in self.instructions:
            for bias in getattr(instruction, "biases", ()):
                self._place(bias.index.ravel())
        for penalty in self.penalties:
            (part,) = penalty.parts
            self._place(part.column.ravel())
            order = np.argsort(self.places.at[part.column[:, 0]], kind="stable")
            penalty.parts = [_reordered(part, order)]
        for instruction in self.instructions:
            for index in static_uses(instruction):
                self._place(index)

    def _biases(self, rows: Array) -> list[Bias]:
        """The biases of rows [F, P], which all have equally many."""
        found = []
        table = self.rows
        start = table.bias_start[rows]
        for i in range(int(table.bias_start[rows.flat[0] + 1] - start.flat[0])):
            index, scale = table.bias[start + i], table.bias_scale[start + i]
            if (index == index[:, :1]).all() and (scale == scale[:, :1]).all():
                index, scale = index[:, :1], scale[:, :1]
            found.append(Bias(index, None if (scale == 1.0).all() else scale))
        return found

    # Instructions ---------------------------------------------------------------------------------

    def _matrix(self, block: MatrixBlock) -> None:
        group, at, rows = block.group, self.places.at, block.rows
        part = Part(_space(group.batched), block.column, block.weight, block.scale)
        if part.column.shape[1] > 1:
            middle = at[part.column[len(part.column) // 2]]
            if (middle >= 0).all():
                order = np.lexsort((at[part.column[0]], middle))
                rows, part.column = rows[:, order], part.column[:, order]
        else:
            key = at[part.column[:, 0]]
            if part.weight is not None and (at[part.weight] >= 0).all():
                key = at[part.weight[0]]
            part = _reordered(part, np.argsort(key, kind="stable"))
        penalty = part.column.shape[1] == 1 and self.fused.nodes.parameter[part.column].all()
        if part.weight is not None:
            if not penalty:
                self._place(part.weight.ravel())
            if np.all(part.scale == 1.0):
                part.scale = None
        matrix = Matrix(group.batched, group.needs, parts=[part], biases=self._biases(rows))
        if penalty:
            self.penalties.append(matrix)
        self._emit(matrix, self.rows.node[rows])

    def _terms(self, block: TermsBlock) -> None:
        group, at = block.group, self.places.at
        order = np.lexsort((at[block.second[-1]], at[block.second[0]]))
        first = None
        if block.first is not None:
            self._place(block.first[:, order].ravel())
            space = STATIC if group.kind == Kind.MATRIX else _space(group.batched)
            first = Operand(space, block.first[:, order])
        self._emit(
            Terms(
                group.batched, group.needs, first=first,
                second=Operand(_space(group.batched), block.second[:, order]),
                scale=None if block.scale is None else block.scale[:, order],
                biases=self._biases(block.rows[order][:, None]), masked=group.masked,
            ),
            self.rows.node[block.rows[order]],
        )  # fmt: skip

    def _products(self, block: ProductsBlock) -> None:
        group, rows = block.group, block.rows
        space = _space(group.batched)
        self._emit(
            Products(
                group.batched, group.needs, first=Operand(space, block.first),
                second=Operand(space, block.second),
            ),
            np.where(rows >= 0, self.rows.node[rows], -1),
        )  # fmt: skip

    def _largest(self, block: LargestBlock) -> None:
        group = block.group
        order = np.argsort(self.places.at[block.column[0]], kind="stable")
        column = Operand(_space(group.batched), block.column[:, order])
        self._emit(
            Largest(group.batched, group.needs, second=column), self.rows.node[block.rows[order]]
        )

    def _elementwise(self, block: ElementwiseBlock) -> None:
        group = block.group
        keys = [self.places.at[o.node] for o in block.operands if o.node is not None]
        order = np.lexsort(keys[::-1])
        self._emit(
            Elementwise(
                group.batched, group.needs, operation=block.operation,
                operands=[self._operand(operand, order) for operand in block.operands],
                masked=group.masked,
            ),
            block.node[order],
        )  # fmt: skip

    def _operand(self, operand: Operands, order: Array) -> Operand:
        if operand.node is not None:
            node = operand.node[order]
            self._place(node)
            return Operand(_space(bool(self.fused.nodes.batched[node[0]])), node)
        number = operand.number
        assert number is not None
        bits = number.view(np.int64)  # 0.0 is not −0.0
        same = (bits == bits[0]).all()
        return Operand(STATIC, None, number[:1] if same else number[order])

    def _select(self, block: SelectBlock) -> None:
        self._place(block.candidates.ravel())
        candidates = Operand(_space(block.batched), block.candidates)
        self._emit(
            Select(
                True, block.group.needs, candidates=candidates, argument=block.argument,
                column=block.column,
            ),
            block.node,
        )  # fmt: skip


def _space(batched: bool) -> int:
    return BATCHED if batched else STATIC


def _reordered(part: Part, order: Array) -> Part:
    """The same product, its summands in another order."""
    return Part(
        part.space, part.column[order],
        None if part.weight is None else part.weight[:, order],
        None if part.scale is None else part.scale[:, order],
    )  # fmt: skip
