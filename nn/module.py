"""What has parameters: the base of neurons, layers and networks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Protocol, TypeVar

from autograd import Value
from autograd.text.hints import tell
from autograd.value import Note
from nn.architecture import Architecture, units_of
from nn.state import Array, load_parameters, parameter_arrays

__all__ = ["Module"]

_M = TypeVar("_M", bound="Module")
_Out = TypeVar("_Out", covariant=True)


class _Forward(Protocol[_Out]):
    """What has a `forward`: so that a type checker knows that a call answers as that does."""

    def forward(self, *args: Any, **kwargs: Any) -> _Out: ...


class Module:
    """Anything built of Values that can be trained.

    Attributes that are Values, Modules, or lists and dicts of them are found by themselves, in the
    order of assignment; their path is their name (``layers.0.neurons.2.w.1``). Write ``__call__``, or
    ``forward`` as in PyTorch, to say what the module computes.

    What a kind of module says of itself, others ask: `describe` for drawings, `torch_module`,
    `torch_layout` and `like_torch` for PyTorch. Each has an answer for modules that do not say.

    Attributes:
        training: False after `eval()`; dropout asks it.
        buffers: the names of attributes that are arrays, saved with the parameters and not trained.
        last_input, last_output: the numbers of the last call, for drawings; None before the first, and
            where a kind of module does not keep them.

    >>> from nn import MLP
    >>> [name for name, _ in MLP(2, [1], rng=0).named_parameters()]
    ['layers.0.neurons.0.w.0', 'layers.0.neurons.0.w.1', 'layers.0.neurons.0.b']
    """

    training = True
    buffers: tuple[str, ...] = ()
    last_input: Any = None
    last_output: Any = None

    def __call__(self: _Forward[_Out], *args: Any, **kwargs: Any) -> _Out:
        return self.forward(*args, **kwargs)

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        """What the module computes: written by each kind of module, as this or as ``__call__``."""
        if type(self).__call__ is not Module.__call__:
            return self(*args, **kwargs)
        raise NotImplementedError(f"{type(self).__name__} has neither __call__ nor forward")

    def __dir__(self) -> list[str]:
        return [name for name in object.__dir__(self) if name not in _ELSEWHERE]

    def named_parameters(self, prefix: str = "") -> Iterator[tuple[str, Value]]:
        """Each parameter once, with its path."""
        for path, found in _walk(self):
            if isinstance(found, Value):
                yield _name(prefix, path), found

    def named_modules(self, prefix: str = "") -> Iterator[tuple[str, Module]]:
        """This module and each one inside it, once, with its path."""
        for path, found in _walk(self):
            if isinstance(found, Module):
                yield _name(prefix, path), found

    def named_buffers(self) -> Iterator[tuple[str, Array]]:
        """Each array that is kept and not trained, with its path."""
        for path, module in self.named_modules():
            for name in module.buffers:
                yield ".".join(filter(None, (path, name))), getattr(module, name)

    def modules(self) -> list[Module]:
        """This module and each one inside it, once."""
        return [found for _, found in _walk(self) if isinstance(found, Module)]

    def parameters(self) -> list[Value]:
        """Every trainable Value, each once, in the order of `named_parameters`."""
        return [found for _, found in _walk(self) if isinstance(found, Value)]

    def zero_grad(self) -> None:
        """Set the gradient of every parameter to 0."""
        for value in self.parameters():
            value.grad = 0.0

    def train(self: _M, mode: bool = True) -> _M:
        """Switch to training (or, with False, to use) and return the module."""
        for module in self.modules():
            module.training = mode
        return self

    def eval(self: _M) -> _M:
        """Switch to use: dropout lets everything through."""
        return self.train(False)

    def state_dict(self) -> dict[str, Array]:
        """A copy of every parameter: one array for each Value or list of Values, by its path.

        >>> from nn import MLP
        >>> {name: array.shape for name, array in MLP(2, [1], rng=0).state_dict().items()}
        {'layers.0.neurons.0.w': (2,), 'layers.0.neurons.0.b': ()}
        """
        kept = {name: array.copy() for name, array in self.named_buffers()}
        return parameter_arrays(self.named_parameters()) | kept

    def load_state_dict(self, state: dict[str, Array]) -> None:
        """Take over the numbers of a `state_dict`; all of them or, on an error, none.

        Raises:
            ValueError: if a name is missing or unknown, or an array has another shape.
        """
        load_parameters(self.named_parameters(), state, dict(self.named_buffers()))

    def describe(self, network: Architecture) -> bool:
        """Add to ``network`` the columns that this module is drawn as, and what leads to them.

        A module that does not say is a column if it has ``neurons``, a unit if it is a neuron (it has
        ``w`` and ``nin``), a word below the last column if there is nothing inside.

        Returns:
            False if its parts are to be drawn instead, one by one.
        """
        units = units_of(self)
        if units:
            network.dense(units, self.last_input)
        elif hasattr(self, "w") and hasattr(self, "nin"):
            network.neuron(self)
        elif network.columns and len(self.modules()) == 1:
            network.columns[-1].subtitle += f" · {type(self).__name__}"
        else:
            return False
        return True

    def torch_module(self, torch: Any) -> Any:
        """The `torch.nn` module of the same kind and size, weights not yet copied.

        Where it takes several, a `torch.nn.Sequential` whose first has the weights.

        Raises:
            TypeError: if there is none.
        """
        raise TypeError(
            f"{type(self).__name__} has no counterpart in PyTorch that is known here; "
            "convert the layers it is made of one by one"
        )

    def torch_layout(self) -> dict[str, Any]:
        """The Values as PyTorch arranges them: nested lists by the name of the tensor.

        A weight that PyTorch has and this module has not is None; a Value that stands in two tensors
        is their sum.
        """
        return {}

    @classmethod
    def like_torch(cls, module: Any) -> Module:
        """A module of the kind and size of the `torch.nn` module of the same name, weights not copied.

        Raises:
            TypeError: if there is no such kind here, or not with these settings.
        """
        raise TypeError(
            f"{module} has no counterpart here that is known; convert its parts one by one"
        )


_ELSEWHERE = {  # of other libraries' models
    "backward": "a loss has it: loss = mse_loss(model(x), y); loss.backward()",
    "fit": "fit(model, (X, y), 'mse', optimizer) trains it",
    "predict": "predict(model, X) answers many samples, model(x) one",
    "summary": "draw_network(model) shows it",
    "weights": "model.parameters() lists them",
}
tell(Module, _ELSEWHERE)


def _name(prefix: str, path: Any) -> str:
    parts: list[str] = []
    while path:
        path, key = path
        parts.append(str(key))
    return ".".join([prefix, *reversed(parts)] if prefix else reversed(parts))


def _walk(root: Module) -> Iterator[tuple[Any, Value | Module]]:
    """Every Module and Value below ``root``, itself included, each once, without recursion.

    A path is a pair of the path above and the last key, so that whoever needs no name pays for none.
    """
    seen: set[int] = set()
    stack: list[tuple[Any, Any]] = [((), root)]
    while stack:
        path, member = stack.pop()
        if isinstance(member, (Value, Module)):
            if id(member) in seen:
                continue
            seen.add(id(member))
            yield path, member
        inside: Any = ()
        if isinstance(member, Module):
            inside = vars(member).items()
        elif isinstance(member, dict):
            inside = member.items()
        elif isinstance(member, (list, tuple)) and not isinstance(member, Note):
            inside = enumerate(member)
        stack += [
            ((path, key), child)
            for key, child in reversed(list(inside))
            if isinstance(child, (Value, Module, list, tuple, dict))
        ]
