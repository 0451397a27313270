"""The interactive stepper of the command line: pdb's keys for the backward pass."""

from __future__ import annotations

import cmd
import contextlib
import re
from collections.abc import Callable
from typing import Any, TextIO

from autograd import Backprop, Value, naive, paths
from autograd.text.format import clean
from viz.terminal.screen import Screen
from viz.terminal.session import Session

with contextlib.suppress(ImportError):
    import readline  # noqa: F401 – line editing and history, where the system has it

__all__ = ["Shell"]

_UNITS = ("product", "node", "neuron", "layer")
_WHAT_IF = re.compile(r"\s*([^\s=<>]+)\s*=(?!=)(.*)")


class Shell(cmd.Cmd):
    """Commands for a `Backprop`; an empty line repeats the last one.

    Args:
        steps: the pass to walk through.
        screen: how wide the output is, and whether it has colours.
        terminal: whether a person types; else there is no prompt.
        again: the graph once more, with another number for the leaf of that name: what if?
    """

    prompt = "(chainrule) "

    def __init__(
        self,
        steps: Backprop,
        screen: Screen,
        *,
        terminal: bool = True,
        again: Callable[[str, float], Value] | None = None,
        stdin: TextIO | None = None,
        stdout: TextIO | None = None,
    ) -> None:
        super().__init__(stdin=stdin, stdout=stdout)
        self.session = Session(steps, again)
        self.failed = False
        self._screen = screen
        if not terminal:
            self.prompt = ""
            self.use_rawinput = False

    @property
    def steps(self) -> Backprop:
        """The pass that is walked through: another one after what-if."""
        return self.session.steps

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
            if what_if := _WHAT_IF.fullmatch(line):
                head, where = self.session.what_if(what_if[1], what_if[2].strip())
                self._say(head, "head")
                self._say(where)
                return False
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
        self.stdout.write(f"{self._screen.paint(self._screen.fit(text), style)}\n")

    def _wrong(self, text: str) -> None:
        self.failed = True
        self._say(text, "wrong")

    def _moved(self, text: str) -> None:
        head, _, rest = text.partition("\n")
        self._say(head, "head")
        if rest:
            self._say(rest)

    # Moving ---------------------------------------------------------------------------------------

    def do_step(self, what: str) -> None:
        """step, s [N] [product | node | neuron | layer]: take a step, or a part, or several as one."""
        count, unit = _counted(what)
        for _ in range(count):
            self._moved(str(self.steps.step(unit)))
            if self.steps.position == self.steps.total:
                break

    def do_back(self, what: str) -> None:
        """back, b [N] [product | node | neuron | layer]: undo the last step, or a part, or several."""
        count, unit = _counted(what)
        for _ in range(count):
            self.steps.back(unit)
            if not self.steps.position:
                break
        self._say(self.steps.where)

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
        self._say(self.steps.table(room=self._screen.width))

    def do_print(self, name: str) -> None:
        """print, p [NAME | FORMULA]: the number and the gradient of a value, or of all;
        or what a formula gives, like w1 - 0.1*w1.grad."""
        self._say(self.session.shown(name, self._screen.width))

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
        more = "NAME = NUMBER: what if? The same step, with another number."
        self._say(
            "\n".join([*map(_text, commands), more, "An empty line repeats the last command."])
        )

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


def _counted(text: str) -> tuple[int, Any]:
    """How many, of which unit: "3", "neuron", "3 neuron"."""
    count, _, unit = text.partition(" ")
    if not count.isdecimal():
        return 1, text or "node"
    if int(count) < 1:
        raise ValueError(f"how many steps? 1 or more, not {count}")
    return int(count), unit.strip() or "node"


def _text(command: Callable[..., object]) -> str:
    return "\n".join(line.strip() for line in (command.__doc__ or "").splitlines())
