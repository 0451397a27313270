"""The two lists of a plan, run by a library of arrays.

A static result is [rows, 1], a batched one [rows, batch], or [rows, 1] while nothing in it differs from
sample to sample.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from autograd.compiler.plan.instructions import (
    BATCHED,
    INPUT,
    STATIC,
    Clear,
    Contribution,
    Elementwise,
    Plan,
)
from autograd.compiler.plan.ragged import softmaxes
from autograd.compiler.plan.reverse import reverse
from autograd.compiler.plan.softmax import cross_entropies
from autograd.compiler.plan.tape import untaped
from autograd.compiler.read.arrays import Array
from autograd.compiler.run.functional.joined import NoStep
from autograd.compiler.run.functional.library import Library
from autograd.compiler.run.functional.places import Pieces
from autograd.compiler.run.functional.rows import Arrived, Numbers, Read, total
from autograd.compiler.run.functional.step import Joined, State, Step
from autograd.compiler.run.functional.steps import JOINED, STEPS

__all__ = ["Runner", "State"]


class Runner:
    """What is the same for every run of a plan.

    Attributes:
        numbers: the arrays that a run needs besides weights and inputs: scales, constants, row numbers.
    """

    def __init__(self, plan: Plan) -> None:
        self.plan, self.kept = (plan := untaped(plan)), Numbers()
        self._reads: dict[tuple[Any, ...], Read] = {}
        zero = np.flatnonzero(plan.batched_constants == 0.0)
        self.pieces = {
            STATIC: Pieces([len(plan.order), len(plan.constants)]),
            BATCHED: Pieces(
                [len(plan.batched_constants), *(plan.arguments[k] for k in plan.copied)], zero
            ),
        }
        self.pieces |= {INPUT + k: Pieces([size]) for k, size in enumerate(plan.arguments)}
        self._constants = [
            self.kept.keep(x[:, None]) for x in (plan.constants, plan.batched_constants)
        ]
        self.steps: list[Step] = []
        joined: dict[int, Any] = {e.first: e for e in cross_entropies(plan)}
        joined |= {s.whole: s for s in softmaxes(plan)}
        self._part_of_one = {n for j in joined.values() for n in j.numbers} - {*joined}
        for number, instruction in enumerate(plan.instructions):
            if number in joined:
                step: Step = JOINED[type(joined[number])](self, instruction, joined[number])
            else:
                kind = NoStep if number in self._part_of_one else STEPS[type(instruction)]
                step = kind(self, instruction)
            self.steps.append(step)
            self.pieces[instruction.space].add(instruction.count, step.place, step.rows)
        self.outputs = [self.read(o.space, np.array([o.row])) for o in plan.outputs]
        self._lists: dict[int, list[tuple[Step, Contribution, Read]]] = {}

    @property
    def numbers(self) -> list[Array]:
        return self.kept.arrays

    def read(self, space: int, index: Array) -> Read:
        """How to find rows; an operand's once, for both passes."""
        key = space, index.__array_interface__["data"][0], index.shape, index.strides
        if key not in self._reads:
            self._reads[key] = Read(self.pieces[space], index, self.kept)
        return self._reads[key]

    def operations(self) -> set[str]:
        """The names of the operations that a library has to have, for the derivatives too."""
        used = {i.operation for i in self.plan.instructions if isinstance(i, Elementwise)}
        return used | {"sinc_slope"} if "sinc" in used else used

    def forward(
        self, library: Library, weights: Any, inputs: Sequence[Any], numbers: Sequence[Any]
    ) -> State:
        """Every result.

        Args:
            weights: [parameters] in the order of the plan.
            inputs: [columns, batch] an argument.
        """
        static, batched = (numbers[k] for k in self._constants)
        copies = [inputs[k] for k in self.plan.copied]
        results = {STATIC: [weights[:, None], static], BATCHED: [batched, *copies]}
        results |= {INPUT + k: [x] for k, x in enumerate(inputs)}
        state = State(results, inputs, numbers, inputs[0].shape[1] if len(inputs) else 1)
        for step in self.steps:
            results[step.instruction.space].append(step.forward(library, state))
        return state

    def answers(self, library: Library, state: State) -> list[Any]:
        """Each output, [batch], or [1] if it depends on no sample."""
        rows = [
            read.forward(library, state.results[space], state.numbers)[0]
            for read, (space, _) in zip(self.outputs, self.plan.outputs)
        ]
        return [
            library.broadcast(row, (state.batch,))
            if space == BATCHED and row.shape[0] == 1
            else row
            for row, (space, _) in zip(rows, self.plan.outputs)
        ]

    def backward(self, library: Library, state: State, output: int, seed: Any) -> Any:
        """The derivative of Σ seed · output by the weights, [parameters].

        Args:
            seed: [batch], or [1] for an output that depends on no sample.
        """
        space, _ = self.plan.outputs[output]
        arrived: dict[int, Arrived] = {STATIC: {}, BATCHED: {}}
        self.outputs[output].backward(library, seed[None], state.numbers, arrived[space])
        g, of = None, None
        for step, contribution, read in self._list(output):
            if step is not of:
                g, of = step.gradient(library, arrived), step
            value = step.passes(library, state, contribution, g)
            own = step.passes_to(self.plan, contribution)
            if own == STATIC and value.shape[-1] > 1:
                value = value.sum(-1, keepdims=True)
            read.backward(library, value, state.numbers, arrived[own])
        parts = arrived[STATIC].get(0)
        return None if parts is None else total(library, parts, len(self.plan.order))[:, 0]

    def _list(self, output: int) -> list[tuple[Step, Contribution, Read]]:
        """The reverse pass from an output; that from the first one is the plan's own."""
        if output not in self._lists:
            entries = self.plan.backward if output == 0 else reverse(self.plan, output)
            found: dict[tuple[int, int], tuple[Step, Contribution, Read]] = {}
            for place, entry in enumerate(entries):
                if isinstance(entry, Clear) or entry.of in self._part_of_one:
                    continue
                step = self.steps[entry.of]
                one = isinstance(step, Joined) and entry.to != "bias"
                found[entry.of, -1 if one else place] = step, entry, step.read_by(self.plan, entry)
            self._lists[output] = list(found.values())
        return self._lists[output]
