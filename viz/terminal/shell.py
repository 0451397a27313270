"""The interactive stepper of the command line: pdb's keys for the backward pass."""

from __future__ import annotations

import cmd
import contextlib
from collections.abc import Callable
from typing import Any, TextIO

from autograd import Backprop, naive, paths
from autograd.text.format import clean, number, table

with contextlib.suppress(ImportError):
    import readline  # noqa: F401 – line editing and history, where the system has it

__all__ = ["Shell"]

Paint = Callable[[str, str], str]
_UNITS = ("product", "node", "neuron", "layer")


class Shell(cmd.Cmd):
    """Commands for a `Backprop`; an empty line repeats the last one.

    Args:
        steps: the pass to walk through.
        paint: puts a style on a text, where the output is a terminal.
        terminal: whether a person types; else there is no prompt.
    """

    prompt = "(chainrule) "

    def __init__(
        self,
        steps: Backprop,
        paint: Paint,
        *,
        terminal: bool = True,
        stdin: TextIO | None = None,
        stdout: TextIO | None = None,
    ) -> None:
        super().__init__(stdin=stdin, stdout=stdout)
        self.steps = steps
        self.failed = False
        self._paint = paint
        if not terminal:
            self.prompt = ""
            self.use_rawinput = False

    def cmdloop(self, intro: str | None = None) -> None:
        """Ask for commands until one of them leaves; Ctrl-C at the prompt only asks anew."""
        while True:
            try:
                return super().cmdloop(intro)
            except KeyboardInterrupt:
                if not self.prompt:
                    raise
                self._say("")

    def onecmd(self, line: str) -> bool:
        """Run one command; a mistake is one line, and the pass stays where it is."""
        try:
            return bool(super().onecmd(line))
        except (IndexError, KeyError, ValueError) as error:
            self._wrong(str(error.args[0]))
            return False

    def default(self, line: str) -> None:
        names = [name[3:] for name in self.get_names() if name.startswith("do_")]
        word = line.split()[0]
        starts = [name for name in names if name.startswith(word)]
        hint = f"; did you mean {starts[0]}?" if starts else "; help lists the commands"
        self._wrong(f"no command is called {clean(word, 20)!r}{hint}")

    def _say(self, text: str, style: str = "") -> None:
        self.stdout.write(f"{self._paint(text, style) if style else text}\n")

    def _wrong(self, text: str) -> None:
        self.failed = True
        self._say(text, "wrong")

    def _moved(self, text: str) -> None:
        head, _, rest = text.partition("\n")
        self._say(head, "head")
        if rest:
            self._say(rest)

    # Moving ---------------------------------------------------------------------------------------

    def do_step(self, unit: str) -> None:
        """step, s [product | node | neuron | layer]: take one step, or a part, or several as one."""
        self._moved(str(self.steps.step(_unit(unit))))

    def do_back(self, unit: str) -> None:
        """back, b [product | node | neuron | layer]: undo the last step, or a part, or several."""
        self._say(self.steps.back(_unit(unit)).where)

    def do_until(self, target: str) -> None:
        """until, u NAME: run until that gradient is complete.
        until [NAME] > NUMBER: run until a gradient (that one, or any) is larger, whatever its sign."""
        name, beyond, number_text = map(str.strip, target.partition(">"))
        if beyond:
            limit = float(number_text)
            only = self.steps.names.find(name) if name else None
            step = self.steps.until(lambda value: only in (None, value) and abs(value.grad) > limit)
        elif target:
            step = self.steps.until(target)
        else:
            raise ValueError("until what? until NAME, or until [NAME] > NUMBER")
        if step is None:
            self._say(f"no gradient became that large; {self.steps.where}")
        else:
            self._moved(str(step))

    def do_run(self, _: str) -> None:
        """run, r (continue, c): take all the steps that are left."""
        self._say(self.steps.run().where)

    def do_restart(self, _: str) -> None:
        """restart: back to the start, with the gradients that were there."""
        self._say(self.steps.restart().where)

    def do_goto(self, position: str) -> None:
        """goto, g N: forwards or back to where N steps are taken."""
        if not position.isdecimal():
            raise ValueError(f"goto takes a number of steps, 0 to {self.steps.total}")
        self._say(self.steps.goto(int(position)).where)

    # Looking --------------------------------------------------------------------------------------

    def do_where(self, _: str) -> None:
        """where, w: where the pass is."""
        self._say(self.steps.where)

    def do_list(self, _: str) -> None:
        """list, l: the last step again."""
        last = self.steps.last
        self._moved(str(last) if last else self.steps.where)

    def do_table(self, _: str) -> None:
        """table, t: the steps taken, a row each."""
        self._say(self.steps.table())

    def do_print(self, name: str) -> None:
        """print, p [NAME]: the number and the gradient of a value, or of all."""
        names = self.steps.names
        values = [names.find(name)] if name else names.order[:200]
        rows = [(names[v], number(v.data), number(v.grad)) for v in values]
        self._say(table(rows, ("value", "data", "grad"), ">>"))

    def do_paths(self, name: str) -> None:
        """paths NAME: the chain rule spelled out, path by path."""
        if not name:
            raise ValueError("paths from where? paths NAME")
        names = self.steps.names
        self._say(str(paths(self.steps.root, names.find(name), names)))

    def do_why(self, _: str) -> None:
        """why: what a depth-first pass would get wrong on this graph."""
        self._say(str(naive(self.steps.root, self.steps.names)))

    def do_quit(self, _: str) -> bool:
        """quit, q: leave (so does the end of the input, Ctrl-D)."""
        return True

    def do_EOF(self, _: str) -> bool:  # noqa: N802
        if self.prompt:
            self._say("")
        return True

    do_s, do_b, do_u, do_r, do_g = do_step, do_back, do_until, do_run, do_goto
    do_c = do_continue = do_r
    do_n = do_next = do_s
    do_w, do_l, do_t, do_p, do_q = do_where, do_list, do_table, do_print, do_quit

    def do_help(self, arg: str) -> None:
        """help, h, ? [COMMAND]: the commands, or what one does."""
        if arg:
            command = getattr(self, f"do_{arg}", None)
            if command is None or not command.__doc__:
                raise ValueError(
                    f"no command is called {clean(arg, 20)!r}; help lists the commands"
                )
            self._say(_text(command))
            return
        commands = [
            self.do_step, self.do_back, self.do_until, self.do_run, self.do_restart, self.do_goto,
            self.do_where, self.do_list, self.do_table, self.do_print, self.do_paths, self.do_why,
            self.do_help, self.do_quit,
        ]  # fmt: skip
        self._say("\n".join([*map(_text, commands), "An empty line repeats the last command."]))

    do_h = do_help

    def completenames(self, text: str, *_: object) -> list[str]:
        words = ("step", "back", "until", "run", "restart", "goto", "where", "list", "table",
                 "print", "paths", "why", "help", "quit")  # fmt: skip
        return [word for word in words if word.startswith(text)]

    def completedefault(self, text: str, line: str, begin: int, end: int) -> list[str]:
        if line.split()[0] in ("step", "s", "back", "b"):
            return [unit for unit in _UNITS if unit.startswith(text)]
        names = self.steps.names
        return [names[v] for v in names.order[:1000] if names[v].startswith(text)]


def _unit(text: str) -> Any:
    return text or "node"


def _text(command: Callable[..., object]) -> str:
    return "\n".join(line.strip() for line in (command.__doc__ or "").splitlines())
