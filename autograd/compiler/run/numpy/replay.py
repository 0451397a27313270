"""One batch size of a program, ready to run."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from autograd.compiler.plan.instructions import BATCHED, Plan, Select
from autograd.compiler.read.lift import Array
from autograd.compiler.run.numpy.binder import Binder, Call
from autograd.compiler.run.numpy.kinds import bound

__all__ = ["Replay"]


class Replay:
    """The calls of a plan for ``batch`` samples; static storage is shared with other batch sizes."""

    def __init__(self, plan: Plan, static: Array, static_gradient: Array, batch: int) -> None:
        self.plan, self.batch = plan, batch
        self.binder = binder = Binder(plan, static, static_gradient, batch)
        rules = [bound(instruction, binder) for instruction in plan.instructions]
        for rule in rules:
            rule.forward()
            binder.next_instruction()
        forward = binder.calls
        space, row = plan.outputs[0]
        self.seed = binder.gradients[space][row]
        binder.written[space][row] = True
        self._backward: list[Call] = []
        binder.calls = self._backward
        self._forward = forward
        late = len(binder.late)
        for rule in reversed(rules):
            if rule.instruction.needs:
                rule.backward()
                binder.next_instruction()
        self._late_forward, self._late_backward = binder.late[:late], binder.late[late:]
        self._limits = self._select_limits()

    def _select_limits(self) -> dict[int, tuple[Array, Array, int]]:
        """For each argument that selects: its columns, from how many each chooses, the fewest."""
        found: dict[int, dict[int, int]] = {}
        for i in self.plan.instructions:
            if isinstance(i, Select):
                assert i.candidates.index is not None
                size = i.candidates.index.shape[1]
                columns = found.setdefault(i.argument, {})
                for column in i.column.tolist():
                    columns[column] = min(size, columns.get(column, size))
        return {
            k: (np.array(list(c)), np.array(list(c.values()))[:, None], min(c.values()))
            for k, c in found.items()
        }

    def forward(self, inputs: Sequence[Array]) -> None:
        """Compute every row for these inputs, [batch, columns] each."""
        binder = self.binder
        for argument, (columns, sizes, fewest) in self._limits.items():
            given, numbers = inputs[argument], binder.integers(argument)
            np.copyto(numbers, given.T, casting="unsafe")
            whole = given.dtype.kind in "iub"
            if not whole or np.maximum.reduce(numbers.view(np.uintp), None) >= fewest:
                _check_integers(given.T[columns], numbers[columns], sizes, columns)
        for argument, start in self.plan.copied.items():
            rows = binder.values[BATCHED][start : start + self.plan.arguments[argument]]
            np.copyto(rows, inputs[argument].T, casting="same_kind")
        for call, place, rows_of in self._late_forward:
            call[place] = rows_of.of(inputs[rows_of.argument])
        for function, arguments in self._forward:
            function(*arguments)

    def backward(self, inputs: Sequence[Array], seed: float) -> None:
        """Compute the gradient of the first output, times ``seed``, after `forward`."""
        self.seed[...] = seed
        for call, place, rows_of in self._late_backward:
            call[place] = rows_of.of(inputs[rows_of.argument])
        for function, arguments in self._backward:
            function(*arguments)

    def outputs(self) -> list[Array]:
        """Each output: [batch], or [1] if it does not depend on the inputs."""
        return [self.binder.values[space][row] for space, row in self.plan.outputs]


def _check_integers(given: Array, numbers: Array, sizes: Array, columns: Array) -> None:
    """Raise IndexError for what selects nothing: a fraction, a negative or too large a number."""
    wrong = (numbers != given) | (numbers < 0) | (numbers >= sizes)
    if wrong.any():
        i, sample = np.argwhere(wrong)[0]
        raise IndexError(
            f"input {int(columns[i])} of sample {int(sample)} is {given[i, sample]}; it selects one of "
            f"{int(sizes[i, 0])} values: a whole number from 0 to {int(sizes[i, 0]) - 1}"
        )
