"""A readable name for every node of a graph, also where nobody gave one."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any

from autograd.formulas.formula import Formula
from autograd.graph import topological_order
from autograd.neurons import owners
from autograd.ops import Binding
from autograd.text.format import clean, suggestion
from autograd.value import Note, Value

__all__ = ["Names"]

_SPELLED_OUT = 10_000  # larger graphs get numbers in place of formulas
_SUBSCRIPT = re.compile("[₀-₉]+")
_PLAIN = re.compile(r"[^\W\d][\w.#₀-₉⁽⁾,]*")


class Names:
    """Distinct names for the nodes that ``roots`` were made from.

    In this order: the name given in ``names``; the label; the symbol of the neuron whose output the
    node is (``h₁⁽²⁾``), or its path; what the node computes, where that is short; its operation and
    its number in topological order (``v3`` for a leaf, ``sum12`` or ``tanh13`` for the rest). The same
    graph gives the same names.

    Args:
        roots: the values whose graph is named.
        names: a dictionary from names to Values; or a model, whose parameters and neurons are called
            as in a lecture where no two share that name, else by their path (anything with
            ``named_parameters()``, and ``named_modules()`` where there are neurons). `find` knows both.
        limit: how long a formula may be to serve as a name, in characters.

    Raises:
        TypeError: if ``names`` is neither.

    >>> x, w, b = Value(2.0, label="x"), Value(-3.0, label="w"), Value(1.0)
    >>> o = (x * w + b).tanh()
    >>> names = Names(o)
    >>> [names[node] for node in topological_order(o)]
    ['x', 'w', 'x·w', 'v4', 'x·w + v4', 'tanh(x·w + v4)']
    >>> names.find("w") is w
    True
    """

    def __init__(self, *roots: Value, names: Any = None, limit: int = 24) -> None:
        self.roots = roots
        self.order = topological_order(*roots)
        self._numbers = {id(node): i for i, node in enumerate(self.order, 1)}
        self._texts: dict[int, Formula] = {}
        self._nodes: dict[str, Value] = {}
        self._namesakes: dict[str, int] = {}  # the number up to which name#2, name#3 … are taken
        self._local: dict[int, Formula] = {}
        self._inside: dict[str, dict[str, Value]] = {}
        self._named: set[int] = set()
        pairs, modules = _pairs(names), list(getattr(names, "named_modules", tuple)())
        self._scopes = {id(module): path for path, module in modules if path}
        self._symbols = _once(
            (path, getattr(module, "symbol", "")) for path, module in modules if path
        )
        self._paths = dict(pairs)
        labels = _once((name, value.label) for name, value in pairs) if modules else {}
        given = {id(value): labels.get(name, name) for name, value in pairs}
        for node in self.order:
            how = node._how
            name = given.get(id(node), "")
            if type(how) is Note:
                name = name or how.label or self._answered_by(how.scope)
            if name:
                self._named.add(id(node))
                self._take(node, _atom(self._distinct(clean(name))))
        if len(self.order) <= _SPELLED_OUT:
            self._spell_out(limit)
        elif self._scopes:
            self.path(roots[0])  # finds the owners now, so that no step has to

    def _answered_by(self, scope: Any) -> str:
        """What the output of a neuron is called."""
        if self._scopes:
            return self.called(self._scopes.get(id(scope), ""))
        return str(getattr(scope, "symbol", ""))

    def called(self, path: str) -> str:
        """What the neuron at a path is called: the symbol of its answer, or the path itself."""
        return self._symbols.get(path, path)

    def layer(self, path: str) -> str:
        """What the layer of the neuron at a path is called: the vector of its answers, or its path."""
        whole = _SUBSCRIPT.sub("", self._symbols.get(path, ""))
        return whole or path.rpartition(".neurons")[0]

    @cached_property
    def owners(self) -> dict[int, Value]:
        """The output of the neuron that each node is in, by ``id(node)`` (see `owners`)."""
        return owners(self.order)

    def _spell_out(self, limit: int) -> None:
        for node in self.order:
            if id(node) not in self._texts:
                spelled = self._spelled_out(node, limit)
                self._take(node, self._numbered(node) if spelled is None else spelled)
            path = self.path(node)
            if path and node is not self.owners[id(node)] and not node.label:
                short = self._spelled_out(node, limit, path)
                self._local[id(node)] = self._numbered(node, path) if short is None else short

    def _take(self, node: Value, text: Formula) -> None:
        self._texts[id(node)] = text
        self._nodes.setdefault(text.text, node)

    def _distinct(self, name: str) -> str:
        if name not in self._nodes:
            return name
        n = self._namesakes.get(name, 2)
        while f"{name}#{n}" in self._nodes:
            n += 1
        self._namesakes[name] = n
        return f"{name}#{n}"

    def _spelled_out(self, node: Value, limit: int, within: str = "") -> Formula | None:
        """What the node computes, if it fits and nobody else is called that."""
        if not node.parents or node.op == "where":
            return None
        text = self.expression(node, within)
        return text if len(text.text) <= limit and self._free(text.text, node, within) else None

    def _free(self, text: str, node: Value, within: str) -> bool:
        known = self._nodes if not within else self._inside.setdefault(within, {})
        return known.setdefault(text, node) is node

    def _numbered(self, node: Value, within: str = "") -> Formula:
        op = node.operation
        word = (op.word or op.name) if op and node.parents else "v"
        name = f"{word}{self._numbers[id(node)]}"
        return Formula(name if within else self._distinct(name))

    def __contains__(self, node: Value) -> bool:
        return id(node) in self._numbers

    def __getitem__(self, node: Value) -> str:
        return self.formula(node).text

    def named(self, node: Value) -> bool:
        """Whether somebody called it that: the user, or the model that it is part of."""
        return id(node) in self._named

    def number(self, node: Value) -> int:
        """The place of ``node`` in topological order, from 1."""
        return self._numbers[id(node)]

    def formula(self, node: Value, within: str = "") -> Formula:
        """The name of ``node``, ready to stand within a longer formula.

        Args:
            within: the path of a neuron, for names as short as they can be inside it.
        """
        short = self._local.get(id(node)) if within else None
        if short is not None and self.path(node) == within:
            return short
        if id(node) not in self._numbers:  # the branch that a `where` did not take
            return _atom(clean(node.label)) if node.label else Formula("…")
        text = self._texts.get(id(node))
        if text is None:
            text = self._numbered(node)
        if within and node.note.parameter and text.text.startswith(f"{within}."):
            return _atom(clean(node.label)) if node.label else Formula(text.text[len(within) + 1 :])
        return text

    def inputs(self, node: Value, within: str = "") -> list[Formula | float]:
        """What ``node``'s operation was given: the names of Values, and constants as they are."""
        return [
            self.formula(x, within) if type(x) is Value
            else Formula("condition") if type(x) is bool else float(x)
            for x in node.operands
        ]  # fmt: skip

    def expression(self, node: Value, within: str = "") -> Formula:
        """What ``node`` computes, from the names of its operands: ``x·w + b``; a leaf's own name."""
        op = node.operation
        if op is None or not node.parents:
            return self.formula(node, within)
        result: Formula = op(*self.inputs(node, within))
        return result

    def equation(self, node: Value, within: str = "") -> str:
        """What computes ``node``, with its name: ``o = tanh(n)``; only once where they are the same."""
        name, text = self.formula(node, within).text, self.expression(node, within).text
        return text if text == name else f"{name} = {text}"

    def path(self, node: Value) -> str:
        """The path of the neuron that ``node`` is in, "" if it is in none that was named."""
        if not self._scopes or id(node) not in self.owners:
            return ""
        path: str = self._scopes.get(id(self.owners[id(node)].note.scope), "")
        return path

    def find(self, name: str) -> Value:
        """The node of that name.

        Raises:
            KeyError: if there is none; the message names what comes close.
        """
        node = self._nodes.get(name)
        if node is None and name in self._paths and self._paths[name] in self:
            return self._paths[name]
        if node is None and (
            match := re.fullmatch(r"\D*?(\d+)", name)
        ):  # a number in a large graph
            number = int(match[1])
            if 1 <= number <= len(self.order) and self[self.order[number - 1]] == name:
                return self.order[number - 1]
        if node is None:
            raise KeyError(f"no value is called {clean(name)!r}{suggestion(name, self._nodes)}")
        return node


def _once(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The names that only one path has, by path."""
    known = [(path, name) for path, name in pairs if name]
    count = Counter(name for _, name in known)
    return {path: name for path, name in known if count[name] == 1}


def _pairs(names: Any) -> list[tuple[str, Value]]:
    if names is None:
        return []
    if hasattr(names, "named_parameters"):
        return list(names.named_parameters())
    if isinstance(names, Mapping) and all(
        isinstance(name, str) and type(value) is Value for name, value in names.items()
    ):
        return list(names.items())
    raise TypeError(
        f"names is a model or a dictionary from names to Values, not {type(names).__name__}"
    )


def _atom(name: str) -> Formula:
    """A user's text as one unit: in parentheses where operators surround it, if need be."""
    return Formula(name, Binding.ATOM if _PLAIN.fullmatch(name) else Binding.CHOICE)
