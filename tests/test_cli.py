"""The command chainrule, run as a process: by scripts, and at a terminal."""

from __future__ import annotations

import contextlib
import io
import os
import re
import select
import signal
import subprocess
import sys
import time
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest

from viz.terminal.cli import main

pty = pytest.importorskip("pty", reason="no pseudo-terminals on this system")

NEURON = ["tanh(x1*w1 + x2*w2 + b)", "x1=2", "x2=0", "w1=-3", "w2=1", "b=6.8813735870195432"]


def process(*arguments: str, typed: str = "", encoding: str = "") -> tuple[int, str, str]:
    """The command as a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "viz", *arguments],
        input=typed.encode(),
        capture_output=True,
        timeout=60,
        check=False,
        env={**os.environ, **({"PYTHONIOENCODING": encoding} if encoding else {})},
    )
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def chainrule(*arguments: str, typed: str = "") -> tuple[int, str, str]:
    """The same within this process: no seconds are spent on starting it."""
    out, err = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        patch.setattr(sys, "stdin", io.StringIO(typed))
        status = main(arguments)
    return status, out.getvalue(), err.getvalue()


def test_a_derivation_whose_file_is_not_there() -> None:
    assert chainrule("check", "nowhere.txt") == (2, "", "chainrule: there is no file nowhere.txt\n")


@pytest.mark.skipif(not os.path.isdir("/dev/fd"), reason="pipes have no path here")
def test_a_derivation_may_come_through_a_pipe_with_a_path() -> None:
    """As the shell makes one of ``chainrule check <(…)``."""
    read, write = os.pipe()
    os.write(write, b"L = w^2\nw = 3\ndL/dw = 2*w\n")
    os.close(write)
    try:
        status, out, err = chainrule("check", f"/dev/fd/{read}")
    finally:
        os.close(read)
    assert (status, err) == (0, "")
    assert out.split() == ["dL/dw", "=", "2*w", "right"]


def test_a_line_that_cannot_be_read_is_named_by_its_place_in_the_file(tmp_path: Path) -> None:
    text = "L = (w*x - y)^2\nw = 2; x = 3\ny = 1\n\ndL/dx = 10*w; dL/dw = 2*(w*x - y)*x\ndL/dy = 2*(w*x"
    (tmp_path / "d.txt").write_text(text, "utf-8")
    status, out, err = chainrule("check", str(tmp_path / "d.txt"))
    assert (status, out) == (2, "")
    assert "line 6, 'dL/dy = 2*(w*x'" in err


def test_steps_read_from_a_script() -> None:
    status, out, err = process("step", *NEURON, typed="s\n\nback\nuntil w1\np x1\nwhere\nq\n")
    assert (status, err) == (0, "")
    assert out == (
        "f = tanh(x1·w1 + x2·w2 + b) = 0.7071\n"
        "before step 1 of 6, start at f; help lists the commands\n"
        "step 1 of 6: start at f\n  ∂f/∂f = 1\n  f.grad = 1\n"
        "step 2 of 6: f = tanh(x1·w1 + x2·w2 + b)\n"
        "  ∂tanh(x1·w1 + x2·w2 + b)/∂(x1·w1 + x2·w2 + b) = 1 − tanh(x1·w1 + x2·w2 + b)²\n"
        "  (x1·w1 + x2·w2 + b).grad += ∂f/∂(x1·w1 + x2·w2 + b) · f.grad = 0.5 · 1 = 0.5\n"
        "after step 1 of 6, next: f = tanh(x1·w1 + x2·w2 + b)\n"
        "step 6 of 6: x1·w1\n"
        "  ∂(x1·w1)/∂x1 = w1; ∂(x1·w1)/∂w1 = x1\n"
        "  x1.grad += ∂(x1·w1)/∂x1 · (x1·w1).grad = −3 · 0.5 = −1.5\n"
        "  w1.grad += ∂(x1·w1)/∂w1 · (x1·w1).grad = 2 · 0.5 = 1\n"
        "value  data  grad\nx1        2  −1.5\n"
        "after step 6 of 6, the end\n"
    )  # fmt: skip


def test_where_the_output_lacks_signs_plain_ones_say_the_same() -> None:
    _, out, err = process(
        "step", "q = x1*x2²; q", "x1=1", "x2=-2", typed="r\np\n", encoding="ascii"
    )
    assert err == ""
    assert out.startswith("q = x1*x2^2 = 4\n")
    assert "\nx2       -2    -4\n" in out
    status, out, err = process("paths", "α*x", "x=-1", "α=2", "--by", "x", encoding="ascii")
    assert (status, out, err) == (0, "df/dx is the product along one path\n  x -> f: 2\n", "")
    assert process("step", "β+", "β=1", "x=2", encoding="ascii")[2].startswith(
        "chainrule: column 3"
    )


def test_a_drawing_on_the_standard_output_is_utf_8_wherever() -> None:
    status, out, err = process("draw", "x*y", "x=1", "y=-2", "-o", "-", encoding="ascii")
    assert (status, err) == (0, "")
    assert "−2" in out


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("back", "the pass is at its start"),
        ("r\ns", "the pass is at its end, step 6: back() or restart()"),
        ("until w9", "no value is called 'w9'"),
        ("until", "until what?"),
        ("until > x", "could not convert"),
        ("goto 9", "a position is 0 to 6, not 9"),
        ("goto x", "goto takes a number of steps, 0 to 6"),
        ("step line", "a step is one of product, node, neuron, layer, not 'line'"),
        ("frobnicate", "no command is called 'frobnicate'; help lists the commands"),
        ("unt", "did you mean until?"),
        ("help nothing", "no command is called 'nothing'"),
        ("paths", "paths from where?"),
        ("s 0", "how many steps? 1 or more, not 0"),
        ("p w1 +", "column 5: '+' at the end"),
        ("p w1 + w9", "no value is called 'w9'"),
        ("f = 4", "'f' is computed; what can be set is x1, w1, x2, w2, b"),
        ("x1 =", "which number? x1 = 5"),
        ("x9 = 1", "no value is called 'x9'; did you mean"),
    ],
)
def test_a_mistake_in_a_script_is_one_line_and_status_1(typed: str, says: str) -> None:
    status, out, err = chainrule("step", *NEURON, typed=f"{typed}\n")
    assert (status, err) == (1, "")
    assert says in out.splitlines()[-1]


def test_every_command_of_the_help_works() -> None:
    typed = "help;help until;s product;s layer;b;u b;u > 1.2;restart;u w1 > 0.9;goto 3;w;l;t;p;"
    typed += "paths x1;why;c;"
    typed = typed.replace(";", "\n")
    status, out, err = chainrule("step", *NEURON, typed=typed)
    assert (status, err) == (0, "")
    assert "An empty line repeats the last command." in out
    assert "x1 → x1·w1" in out
    assert "here depth first goes well" in out
    assert out.endswith("after step 6 of 6, the end\n")


def test_counts_and_what_if() -> None:
    typed = "s 3\nx1 = 3\nb 2 node\np x1*w1 + 1\nr\np w1 - 0.1*w1.grad\nx2 = x1 - 1\np x2\n"
    status, out, err = chainrule("step", "y = x1*w1 + x2", "x1=2", "w1=-3", "x2=0.5", typed=typed)
    assert (status, err) == (0, "")
    assert out.splitlines()[2:] == [
        *("step 1 of 3: start at y", "  ∂y/∂y = 1", "  y.grad = 1"),
        "step 2 of 3: y = x1·w1 + x2",
        "  ∂(x1·w1 + x2)/∂(x1·w1) = 1; ∂(x1·w1 + x2)/∂x2 = 1",
        "  (x1·w1).grad += ∂y/∂(x1·w1) · y.grad = 1 · 1 = 1",
        "  x2.grad += ∂y/∂x2 · y.grad = 1 · 1 = 1",
        "step 3 of 3: x1·w1",
        "  ∂(x1·w1)/∂x1 = w1; ∂(x1·w1)/∂w1 = x1",
        "  x1.grad += ∂(x1·w1)/∂x1 · (x1·w1).grad = −3 · 1 = −3",
        "  w1.grad += ∂(x1·w1)/∂w1 · (x1·w1).grad = 2 · 1 = 2",
        "y = −8.5, was −5.5",  # 3 · −3 + 0.5
        "after step 3 of 3, the end",
        "after step 1 of 3, next: y = x1·w1 + x2",
        "x1*w1 + 1 = −8",
        "after step 3 of 3, the end",
        "w1 - 0.1*w1.grad = −3.3",  # −3 − 0.1 · 3
        "y = −7, was −8.5",  # −9 + 2
        "after step 3 of 3, the end",
        *("value  data  grad", "x2        2     1"),
    ]


def test_all_steps_and_the_table_without_asking() -> None:
    status, out, _ = chainrule("step", *NEURON, "--all")
    assert status == 0
    assert out.count("step ") == 6
    status, out, _ = chainrule("step", *NEURON, "--table")
    assert (status, len(out.splitlines())) == (0, 7)
    assert "x1: −3 · 0.5 = −1.5               w1: 2 · 0.5 = 1" in out


def test_check_is_0_for_right_and_1_for_wrong() -> None:
    right = ("--by-hand", "x=2*x*y", "--by-hand", "y=x**2")
    status, out, err = chainrule("check", "x**2*y", "x=3", "y=4", *right)
    assert (status, err) == (0, "")
    assert out == (
        "value  autograd  by hand  numerical  error  verdict\n"
        "x            24       24         24      0  right\n"
        "y             9        9          9      0  right\n"
    )
    status, out, err = chainrule("check", "x**2*y", "x=3", "y=4", "--by-hand", "x=-2*x*y")
    assert (status, err) == (1, "")
    assert out.endswith("wrong\n  x: the sign is flipped\n")


def test_draw_and_page_write_files_or_the_standard_output(tmp_path: Path) -> None:
    graph, page = tmp_path / "deep" / "graph.svg", tmp_path / "steps.html"
    assert chainrule("draw", *NEURON, "-o", str(graph)) == (0, f"{graph}\n", "")
    assert graph.read_text("utf-8").count('class="node"') == 15
    assert chainrule("page", *NEURON, "-o", str(page)) == (0, f"{page}\n", "")
    assert "−3 · 0.5 = −1.5" in page.read_text("utf-8")
    status, out, _ = chainrule("draw", *NEURON)
    assert (status, out[:9]) == (0, "digraph e")
    status, out, _ = chainrule("page", *NEURON, "-o", "-")
    assert (status, out[:15]) == (0, "<!DOCTYPE html>")


def test_a_result_finds_a_name_that_is_free() -> None:
    values = ("f=1", "y=2", "out=3", "f_=4", "f1=5")
    status, out, err = chainrule("paths", "f+y+out+f_+f1", *values, "--by", "f")
    assert (status, err) == (0, "")
    assert out.startswith("∂f2/∂f is the product along one path")


def test_paths_of_one_value_or_of_all() -> None:
    status, out, _ = chainrule("paths", "x*y + x", "x=3", "y=4", "--by", "x")
    assert status == 0
    assert out == "∂f/∂x is the sum over 2 paths\n  x → x·y → f: 4 · 1 = 4\n  x → f: 1\n4 + 1 = 5\n"
    status, out, _ = chainrule("paths", "x*y + x", "x=3", "y=4")
    assert "∂f/∂y is the product along one path\n  y → x·y → f: 3 · 1 = 3\n" in out


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["step", '__import__("os")'], "column 1: '__import__' is no function here"),
        (["step", "9**9**9**9"], "column 5: the result of '**' is too large"),
        (
            ["step", "(" * 3000 + "x" + ")" * 999, "x=1"],
            "column 101: parentheses are nested more than 100 deep",
        ),
        (
            ["step", "+".join(["x"] * 5000), "x=1"],
            "column 4001: a formula has at most 4000 characters",
        ),
        (
            ["step", "x1*w1", "x1=2"],
            "column 4: 'w1' has no value; give it one after the formula, like w1=1",
        ),
        (["step", "x", "x=1", "z=2"], "'z' is not in the formula, which has x"),
        (["step", "x", "x"], "a value is NAME=NUMBER, like x=2, not 'x'"),
        (["step", "x", "x=1", "x=2"], "'x' has two values"),
        (["step", "x", "x=one"], "'x=one', column 3: 'one' is no number"),
        (["step", "x", "x="], "'x=', column 3: a formula is empty"),
        (["step", "3+4"], "nothing to differentiate by"),
        (["check", "x", "x=1"], "what did you derive?"),
        (["check", "x", "x=1", "--by-hand", "x=2*"], "--by-hand 'x=2*', column 5"),
        (["check", "x", "x=1", "--by-hand", "2"], "--by-hand is NAME=FORMULA"),
        (["check", "x*x", "x=1", "--by-hand", "q=2"], "no value is called 'q'"),
        (
            ["draw", "x*x", "x=1", "-o", "graph.bmp"],
            "unknown picture format 'bmp'; known are: svg, png",
        ),
        (["page", "x*x", "x=1", "-o", "/dev/null/steps.html"], "/dev/null/steps.html"),
        (
            ["draw", "x*x", "x=1", "-o", "p.html"],
            "HTML comes from chainrule page and chainrule live",
        ),
        (["page", "x*x", "x=1", "-o", "p.pdf"], "a page is HTML, not .pdf: -o steps.html"),
        (["paths", "x*x", "x=1", "--by", "q"], "no value is called 'q'"),
        (["stpe", "x*x", "x=1"], "no command is called 'stpe'; did you mean 'step'?"),
        (["step", "--tabel", "x", "x=1"], "does not take '--tabel'; did you mean '--table'?"),
        (["check", "--by-hnad", "x=2", "x", "x=1"], "did you mean '--by-hand'?"),
        (["--verison"], "no option is called '--verison'; did you mean '--version'?"),
        (["-x"], "no option is called '-x'"),
        (["playground", "nowhere.csv"], "there is no file nowhere.csv"),
        (["demo", "moons"], "chainrule demo does not take 'moons'"),
    ],
)
def test_a_mistake_is_one_line_on_standard_error_and_status_2(
    arguments: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith("chainrule: ")
    assert says in printed.err
    assert printed.err.count("\n") == 1
    assert len(printed.err) < 250


def test_a_formula_may_begin_with_a_minus_sign(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "-x**2", "x=-3", "--by-hand", "x=-2*x"]) == 0
    assert main(["check", "--x", "x=-3", "--by-hand", "x=1"]) == 0
    assert main(["step", "-x +", "x=1"]) == 2
    assert "column 5: '+' at the end" in capsys.readouterr().err


def test_a_reader_that_goes_away_is_no_error() -> None:
    command = f"{sys.executable} -m viz step '{'+'.join(['x*x'] * 900)}' x=1 --all | head -1"
    done = subprocess.run(["bash", "-c", command], capture_output=True, timeout=60, check=False)
    assert done.stdout.decode() == "step 1 of 1800: start at f\n"
    assert done.stderr == b""


class Terminal:
    """A person at a terminal: a pseudo-terminal with the command behind it."""

    def __init__(
        self, *arguments: str, term: str = "dumb", folder: Path | None = None, **settings: str
    ) -> None:
        self._shown = b""
        self._typed = 0  # what was on the screen when a line was typed last answers nothing
        self._process, self._keyboard = pty.fork()
        if self._process == 0:
            signal.signal(signal.SIGINT, signal.SIG_DFL)  # whoever runs the tests may ignore it
            environment = {
                **os.environ,
                "TERM": term,
                "COLUMNS": "200",
                "PYTHONIOENCODING": "utf-8",
                **settings,
            }
            environment = {name: x for name, x in environment.items() if x}
            os.chdir(folder or Path.cwd())
            os.execve(sys.executable, [sys.executable, "-m", "viz", *arguments], environment)

    @property
    def screen(self) -> str:
        """Everything so far."""
        return self._shown.decode("utf-8", "ignore").replace("\r\n", "\n")

    def until(self, text: str, seconds: float = 30.0) -> str:
        """Wait for a text on the screen, after what was typed last; returns everything so far."""
        end = time.monotonic() + seconds
        while not self._shown[self._typed :].endswith(text.encode()):
            ready, _, _ = select.select([self._keyboard], [], [], max(0.0, end - time.monotonic()))
            assert ready, f"{text!r} never came: {self.screen!r}"
            try:
                part = os.read(self._keyboard, 65536)
            except OSError:  # the other end is closed
                break
            if not part:
                break
            self._shown += part
        return self.screen

    def type(self, line: str) -> None:
        self._typed = len(self._shown)
        os.write(self._keyboard, f"{line}\n".encode())

    def press(self, key: str) -> None:
        self._typed = len(self._shown)
        os.write(self._keyboard, key.encode())

    def interrupt(self) -> None:
        """Ctrl-C until it is heard: readline misses one between its last key and its next wait."""
        for _ in range(30):
            self.press("\x03")
            with contextlib.suppress(AssertionError):
                self.until(PROMPT, 1.0)
                return

    def close(self) -> int:
        self.until("\0never")
        _, status = os.waitpid(self._process, 0)
        os.close(self._keyboard)
        return os.waitstatus_to_exitcode(status)


PROMPT = "(chainrule) "


def replayed(command: str, lines: list[str]) -> str:
    """What a terminal shows when these lines are typed into this command."""
    words = [word[0] or word[1] for word in re.findall(r'"([^"]*)"|(\S+)', command)]
    terminal = Terminal(*words[1:], folder=DATA)
    for line in lines:
        terminal.until(PROMPT)
        terminal.type(line)
    assert terminal.close() in (0, 1)  # 2 is a mistake in what was typed
    return terminal.screen


DATA = Path(__file__).parent / "data"  # the files that a transcript speaks of
DOCUMENTS = [Path(__file__).parents[1] / name for name in ("README.md", "docs/stepping.md")]
CONSOLE = re.compile(r"^```console\n(\$ chainrule .*?)^```$", re.MULTILINE | re.DOTALL)
TRANSCRIPTS = [
    (document.name, found)
    for document in DOCUMENTS
    if document.exists()
    for found in CONSOLE.findall(document.read_text("utf-8"))
]


@pytest.mark.parametrize(("document", "transcript"), TRANSCRIPTS)
def test_transcripts_are_what_a_terminal_shows(document: str, transcript: str) -> None:
    for session in re.split(r"^(?=\$ )", transcript, flags=re.MULTILINE)[1:]:
        command, _, expected = session.partition("\n")
        typed = [
            line.removeprefix(PROMPT) for line in expected.splitlines() if line.startswith(PROMPT)
        ]
        assert replayed(command.removeprefix("$ "), typed) == expected


def test_there_is_a_transcript() -> None:
    assert any(PROMPT in transcript for _, transcript in TRANSCRIPTS)


def test_colour_only_on_a_terminal_that_has_it() -> None:
    terminal = Terminal("step", *NEURON, term="xterm")
    terminal.until(PROMPT)
    terminal.type("s")
    terminal.until(PROMPT)
    terminal.type("nonsense")
    terminal.until(PROMPT)
    terminal.type("q")
    assert terminal.close() == 0  # a slip of the fingers is no failure
    assert "\x1b[1mstep 1 of 6: start at f\x1b[0m" in terminal.screen
    assert "\x1b" not in chainrule("step", *NEURON, typed="s\nnonsense\n")[1]


def test_no_color_is_respected() -> None:
    terminal = Terminal("step", *NEURON, term="xterm", NO_COLOR="1")
    terminal.until(PROMPT)
    terminal.type("s")
    terminal.until(PROMPT)
    terminal.type("q")
    assert terminal.close() == 0
    assert "\x1b[1m" not in terminal.screen


def test_everything_fits_the_width_of_the_terminal() -> None:
    terminal = Terminal("step", *NEURON, COLUMNS="60")
    for typed in ("help", "s 6", "t", "p", "paths x1", "why", "q"):
        terminal.until(PROMPT)
        terminal.type(typed)
    assert terminal.close() == 0
    assert max(len(line) for line in terminal.screen.splitlines()) <= 60
    assert "neuron" in terminal.screen.split()  # no word of the help is broken


def test_where_a_table_is_too_wide_no_number_in_it_is_broken() -> None:
    terminal = Terminal("step", *NEURON, "--table", COLUMNS="40")
    assert terminal.close() == 0
    lines = terminal.screen.splitlines()
    assert max(map(len, lines)) <= 40
    assert "        x1: −3 · 0.5 = −1.5" in lines
    check = ("check", "x**2*y", "x=3", "y=4", "--by-hand", "x=2*x*y", "--by-hand", "y=-x**2")
    terminal = Terminal(*check, COLUMNS="40")
    assert terminal.close() == 1
    lines = terminal.screen.splitlines()
    assert max(map(len, lines)) <= 40
    assert lines[:5] == [
        "value  verdict",
        "x      right",
        "         autograd 24, by hand 24,",
        "           numerical 24, error 0",
        "y      wrong",
    ]


def test_without_a_command_there_is_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="0"):
        main([])
    assert "playground" in capsys.readouterr().out


def test_the_end_of_the_input_leaves_politely() -> None:
    terminal = Terminal("step", *NEURON)
    terminal.until(PROMPT)
    terminal.type("\x04")
    assert terminal.close() == 0
    assert chainrule("step", *NEURON)[0] == 0


def test_ctrl_c_stays_in_the_prompt() -> None:
    terminal = Terminal("step", *NEURON)
    terminal.until(PROMPT)
    terminal.type("s")
    terminal.until(PROMPT)
    terminal.press("half a li")
    terminal.until("half a li")
    terminal.interrupt()
    terminal.type("w")
    terminal.until(f"after step 1 of 6, next: f = tanh(x1·w1 + x2·w2 + b)\r\n{PROMPT}")
    terminal.type("q")
    assert terminal.close() == 0


def test_on_a_terminal_it_asks_where_to_write() -> None:
    terminal = Terminal("page", *NEURON)
    assert terminal.close() == 2
    assert "where to? -o steps.html" in terminal.screen
