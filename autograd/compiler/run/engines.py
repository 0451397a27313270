"""Which engine runs a plan: by its shape NumPy, machine code or Python; if asked, PyTorch or JAX."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from autograd.compiler.plan.instructions import Plan, Tape
from autograd.compiler.run.numpy.replay import Replay

__all__ = ["ENGINES", "Engine", "choose", "has_machine_code"]

ENGINES = ("auto", "numpy", "native", "python", "torch", "jax")


@dataclass(frozen=True, slots=True)
class Engine:
    """What runs a plan.

    Attributes:
        name: "numpy", "native", "python", "torch" or "jax".
        why: what decided.
        start: makes the runner of one batch size, from a plan, its static rows, their gradients and
            the batch size.
    """

    name: str
    why: str
    start: Callable[..., Any]

    def __str__(self) -> str:
        return f"engine {self.name}" + (f": {self.why}" if self.why else "")


def choose(plan: Plan, wanted: str = "auto", device: Any = None) -> Engine:
    """The engine for a plan.

    Args:
        device: where PyTorch or JAX compute.

    Raises:
        ValueError: if there is none of this name, or if it cannot run the plan.
        ModuleNotFoundError: if what is asked for is not installed.
    """
    if wanted not in ENGINES:
        raise ValueError(f"engine is one of {', '.join(ENGINES)}, not {wanted!r}")
    if wanted in ("torch", "jax"):
        from autograd.compiler.run.handed import JaxEngine, TorchEngine

        engine: TorchEngine | JaxEngine = (
            TorchEngine(plan, device) if wanted == "torch" else JaxEngine(plan, device)
        )
        return Engine(wanted, "" if device is None else f"on {device}", engine.start)
    if device is not None:
        raise ValueError(
            f"device={device!r} is for engine='torch' or engine='jax'; {wanted!r} computes here"
        )
    if wanted == "numpy":
        return _numpy("")
    if taped := [own for own in plan.instructions if isinstance(own, Tape)]:
        return _tape(taped, wanted)
    from autograd.compiler.run.native import shape  # by then the table of operations is whole

    if wanted == "python" or (wanted == "auto" and not shape.available()):
        return _python(plan, asked=wanted == "python")
    shape.require()
    from autograd.compiler.run.native.batch.positions import samples
    from autograd.compiler.run.native.engine import Native, Sampled, Steps

    found = samples(plan)
    fewer = found is not None and 2 * shape.of_a_sample(found.plan) <= shape.lines(plan)
    if found is not None and fewer and not shape.why_not(found.plan, asked=False):
        text = f"{shape.described(found.plan)}, {len(found.inputs[0])} positions as samples"
        start = partial(Sampled, steps=Steps(found.plan), samples=found)
        return Engine("native", text, start)
    why_not = shape.why_not(plan, asked=wanted == "native")
    if why_not and wanted == "native":
        raise ValueError(f"engine='native' cannot run this program: {why_not}")
    if why_not:
        from autograd.compiler.run.native.calls import exact_calls

        return Engine("numpy", why_not, partial(Replay, exact=exact_calls))
    return Engine("native", shape.described(plan), partial(Native, steps=Steps(plan)))


def has_machine_code(wanted: str) -> bool:
    """Whether a plan for this engine, and the steps of an optimizer, can be machine code."""
    from autograd.compiler.run.native import shape

    return wanted in ("auto", "native") and shape.available()


def _numpy(why: str) -> Engine:
    return Engine("numpy", why, Replay)


def _tape(tapes: list[Tape], wanted: str) -> Engine:
    """Machine code or Python, a number after the other; NumPy for what has no machine code."""
    from autograd.compiler.run.native import shape

    text = f"{sum(own.count for own in tapes)} numbers one by one"
    if wanted == "python" or (wanted == "auto" and not shape.available()):
        return Engine("python", text, Replay)
    shape.require()
    without = [name for own in tapes for name in own.names if not shape.has_form(name)]
    if without and wanted == "native":
        raise ValueError(f"engine='native' cannot run this program: {shape.formless(without[0])}")
    if without:
        return Engine("python", f"{text}; {shape.formless(without[0])}", Replay)
    from autograd.compiler.run.tape.machine import Machine

    return Engine("native", text, partial(Replay, tape=Machine))


def _python(plan: Plan, asked: bool) -> Engine:
    """Lines of Python for a few samples, if the program is made of little but scalars."""
    from autograd.compiler.run import python
    from autograd.compiler.run.native import shape

    why_not = shape.why_no_python(plan)
    if why_not and asked:
        raise ValueError(f"engine='python' cannot run this program: {why_not}")
    text, most = f"{shape.lines(plan)} lines", python.most(plan)
    if asked:
        return Engine("python", text, partial(python.Lines, functions={}))
    if why_not or most < 1:
        return _numpy("")
    start = partial(python.start, functions={})
    return Engine("python", f"{text}; NumPy from {most + 1} samples on", start)
