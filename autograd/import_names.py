"""The names this package is imported by: whose they are besides, and where modules went that moved.

PyPI's ``autograd`` (HIPS), ``nn`` and ``viz`` install a package of the same name as this project does;
together, whichever came last has overwritten files of the other without a word from pip.
"""

from __future__ import annotations

import os
import re
import sys
import warnings
from collections.abc import Iterable, Mapping
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from pkgutil import resolve_name
from types import ModuleType

__all__ = ["MOVED", "keep_old_names", "warn_of_second_owner"]

_OWNER = re.compile(r"((autograd|nn|viz)-\d.*)\.dist-info")


def warn_of_second_owner(folders: Iterable[str] = ()) -> None:
    """Warn when the metadata in ``folders`` (default: ``sys.path``) shows another owner of a name.

    The folders are listed by hand because ``importlib.metadata`` costs 27 ms at every import.
    """
    for folder in folders or sys.path:
        try:
            entries = os.listdir(folder or ".")
        except OSError:
            continue
        for name in entries:
            if owner := _OWNER.fullmatch(name):
                whose = " (HIPS)" if owner[2] == "autograd" else ""
                warnings.warn(
                    f"two distributions own the package '{owner[2]}' here: chainrule and {owner[1]}"
                    f"{whose}. Each has overwritten files of the other. Keep them in separate virtual "
                    f"environments: pip uninstall {owner[2]} chainrule, then install the one you want.",
                    RuntimeWarning,
                    stacklevel=3,
                )


def keep_old_names(package: str, moved: Mapping[str, str]) -> None:
    """Let what was imported from its old place be found there: programs and pickles of before go on.

    A module that nobody has loaded is imported when its old name is asked for, not before.

    Args:
        package: the package of the old places.
        moved: the old place within the package, and the whole new one: of a module ("a.b.module"), or
            of a name in one ("a.b.module:name").
    """
    finder = _OldPlaces({f"{package}.{old}": new for old, new in moved.items()})
    sys.meta_path.append(finder)
    for old, new in finder.modules.items():
        if new in sys.modules:
            sys.modules.setdefault(old, sys.modules[new])
            _give(old, sys.modules[new])
    for owner in {old.rpartition(".")[0] for old in finder.names}:
        if owner in sys.modules or owner not in finder.modules:
            finder.fill(owner)


class _OldPlaces(MetaPathFinder, Loader):
    """Imports a module from its new place where its old one is asked for."""

    def __init__(self, places: Mapping[str, str]) -> None:
        self.modules = {old: new for old, new in places.items() if ":" not in new}
        self.names = {old: new for old, new in places.items() if ":" in new}

    def find_spec(self, fullname: str, path: object, target: object = None) -> ModuleSpec | None:
        return ModuleSpec(fullname, self) if fullname in self.modules else None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        module = import_module(self.modules[spec.name])
        spec.loader_state = module.__spec__
        return module

    def exec_module(self, module: ModuleType) -> None:
        old = module.__spec__
        assert old is not None
        module.__spec__ = old.loader_state  # by whatever name it came, it knows where it lies
        self.fill(old.name)

    def fill(self, owner: str) -> None:
        """Give a module the names that were in it before."""
        import_module(owner)
        for old, new in self.names.items():
            if old.rpartition(".")[0] == owner:
                _give(old, resolve_name(new))


def _give(place: str, found: object) -> None:
    """Set a name in a module; a function keeps the name of the module that it was in."""
    owner, _, name = place.rpartition(".")
    if not hasattr(import_module(owner), name):
        setattr(sys.modules[owner], name, found)


MOVED = {
    "table": "autograd.text.format",
    "formula": "autograd.formulas.formula",
    "reader": "autograd.formulas.grammar",
    "parse": "autograd.formulas.parse",
    "naming": "autograd.formulas.names",
    "transforms": "autograd.derivatives.transforms",
    "run": "autograd.derivatives.tape",
    "structure": "autograd.derivatives.nested",
    "numerical": "autograd.derivatives.numerical",
    "replay": "autograd.derivatives.evaluation",
    "check": "autograd.derivatives.gradcheck",
    "stepper": "autograd.stepping.stepper",
    "tape": "autograd.stepping.moves",
    "steps": "autograd.stepping.steps",
    "stretches": "autograd.stepping.spans",
    "paths": "autograd.stepping.paths",
    "naive": "autograd.stepping.depth_first",
    "provenance": "autograd.stepping.anomaly",
    "compare": "autograd.by_hand.compare",
    "derivation": "autograd.by_hand.answer",
    "candidates": "autograd.by_hand.slips.case",
    "slips": "autograd.by_hand.slips.explain",
    "scopes": "autograd.neurons",
    "structure.Structure": "autograd.derivatives.nested:Nest",
    "modes.peeking": "autograd.modes:tracing",
    "compiler.trace": "autograd.compiler.read.trace",
    "compiler.lift": "autograd.compiler.read.arrays",
    "compiler.stabilize": "autograd.compiler.read.maxima",
    "compiler.fuse": "autograd.compiler.read.fuse",
    "compiler.rows": "autograd.compiler.read.rows",
    "compiler.rows.MATRIX": "autograd.compiler.read.rows:Kind.MATRIX",
    "compiler.rows.PRODUCT": "autograd.compiler.read.rows:Kind.PRODUCT",
    "compiler.rows.SUM": "autograd.compiler.read.rows:Kind.SUM",
    "compiler.rows.MAXIMUM": "autograd.compiler.read.rows:Kind.MAXIMUM",
    "compiler.level": "autograd.compiler.read.groups",
    "compiler.level.OPERATION": "autograd.compiler.read.rows:Kind.OPERATION",
    "compiler.factor": "autograd.compiler.read.factor",
    "compiler.outer": "autograd.compiler.read.attention",
    "compiler.sparse": "autograd.compiler.read.partly",
    "compiler.instructions": "autograd.compiler.plan.instructions",
    "compiler.layout": "autograd.compiler.plan.layout",
    "compiler.replay": "autograd.compiler.run.numpy.replay",
    "compiler.bind": "autograd.compiler.run.numpy.binder",
    "compiler.bound": "autograd.compiler.run.numpy.bound",
    "compiler.bind_elementwise": "autograd.compiler.run.numpy.elementwise",
    "compiler.bind_matrix": "autograd.compiler.run.numpy.matrix",
    "compiler.bind_products": "autograd.compiler.run.numpy.products",
    "compiler.bind_terms": "autograd.compiler.run.numpy.terms",
    "compiler.bind_select": "autograd.compiler.run.numpy.selection",
    "compiler.kernels": "autograd.compiler.run.numpy.kernels",
    "compiler.scatter": "autograd.compiler.run.numpy.scatter",
    "compiler.access": "autograd.compiler.run.numpy.strides",
    "compiler.rules": "autograd.compiler.run.numpy.replay",
    "compiler.run.numpy.kinds": "autograd.compiler.run.numpy.replay",
    "compiler.torch_export": "autograd.compiler.run.torch",
    "compiler.listing": "autograd.compiler.write.listing",
    "compiler.saving": "autograd.compiler.write.saving",
    "owner": "autograd.import_names",
    "dot": "autograd.functions",
    "naming.suggestion": "autograd.text.format:suggestion",
    "run.Run": "autograd.derivatives.tape:Tape",
    "replay.Replay": "autograd.derivatives.evaluation:Evaluation",
    "tape.Tape": "autograd.stepping.moves:Moves",
    "steps.Stretch": "autograd.stepping.steps:Span",
    "stretches.Span": "autograd.stepping.spans:Extent",
    "stretches.Stretches": "autograd.stepping.spans:Spans",
    "candidates.Candidates": "autograd.by_hand.slips.case:Case",
    "derivation.Derivation": "autograd.by_hand.answer:Answer",
    "slips.diagnose": "autograd.by_hand.slips.explain:explain",
    "slips.Candidate": "autograd.by_hand.slips.case:Family",
    "slips.Sample": "autograd.by_hand.points:Points",
    "slips.State": "autograd.by_hand.points:Points",
    "compiler.plan.Planner": "autograd.compiler.plan.planner:Planner",
    "compiler.bind.Call": "autograd.compiler.run.numpy.calls:Call",
}
