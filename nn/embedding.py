"""A vector of its own for each word, letter or other thing that is counted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, overload

from autograd import Value
from autograd.compiler import select
from autograd.text.format import plural
from nn.architecture import Architecture, Column
from nn.counterpart import refuse_other
from nn.init import Init, Rng, generator, initial
from nn.layers import parameter
from nn.module import Module
from nn.nested import each, plain
from nn.settings import positive

__all__ = ["Embedding"]


class Embedding(Module):
    """A table with a row of ``embedding_dim`` weights for each of ``num_embeddings`` things.

    Called with a number, 0 to ``num_embeddings`` − 1, returns its row; with a list of them, a list
    of rows. Initial weights are from the normal distribution, as in PyTorch.

    Args:
        num_embeddings: how many things, 1 or more.
        embedding_dim: how many weights each has.
        init: the initial weights, see `Neuron`.
        rng: a seed or a NumPy Generator, see `Neuron`.

    Attributes:
        weight: the table, a list of rows.

    Raises:
        IndexError: when called with a number that is not in the table.

    >>> letters = Embedding(26, 2, rng=0)
    >>> len(letters([7, 8])), letters(7) is letters.weight[7]
    (2, True)
    """

    def __init__(
        self, num_embeddings: int, embedding_dim: int, *, init: Init = "normal", rng: Rng = None
    ) -> None:
        self.num_embeddings = positive("num_embeddings", num_embeddings)
        self.embedding_dim = positive("embedding_dim", embedding_dim)
        source = generator(rng)
        self.weight: list[list[Value]] = [
            [
                parameter(w, f"e{row},{column}")
                for column, w in enumerate(
                    initial(init, source, embedding_dim, num_embeddings)[0], 1
                )
            ]
            for row in range(num_embeddings)
        ]

    @overload
    def __call__(self, index: Sequence[int]) -> list[list[Value]]: ...
    @overload
    def __call__(self, index: int) -> list[Value]: ...
    @overload
    def __call__(self, index: Sequence[Sequence[int]]) -> list[list[list[Value]]]: ...
    @overload
    def __call__(self, index: Any) -> list[Any]: ...
    def __call__(self, index: Any) -> Any:
        return each(self._row, plain(index))

    def _row(self, index: Any) -> Any:
        try:
            return select(self.weight, index)
        except (IndexError, TypeError) as error:
            given = index.data if isinstance(index, Value) else getattr(index, "number", index)
            last = self.num_embeddings - 1
            text = f"{self} takes a whole number from 0 to {last}, not {given!r:.40}"
            raise type(error)(text) from None

    def __repr__(self) -> str:
        return f"Embedding({self.num_embeddings}, {self.embedding_dim})"

    def describe(self, network: Architecture) -> bool:
        many, size = self.num_embeddings, self.embedding_dim
        source = network.source(many)
        network.columns[source].subtitle = f"1 of {many}"
        target = network.add(Column("embedding", plural(size, "number"), "neuron", "e", size))
        network.link(source, target, lambda j: {i: self.weight[i][j] for i in range(many)})
        return True

    def torch_module(self, torch: Any) -> Any:
        return torch.nn.Embedding(self.num_embeddings, self.embedding_dim)

    def torch_layout(self) -> dict[str, Any]:
        return {"weight": self.weight}

    @classmethod
    def like_torch(cls, module: Any) -> Embedding:
        refuse_other(module, max_norm=None, scale_grad_by_freq=False)
        return Embedding(module.num_embeddings, module.embedding_dim, rng=0)
