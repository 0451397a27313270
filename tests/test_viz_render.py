"""Rendering happens elsewhere: whatever befalls the child process, the session and its files go on."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
import warnings
from contextlib import suppress
from pathlib import Path

import pytest

from autograd import Value
from viz import RenderError, draw_dot, draw_graph
from viz.process.render import FORMATS, render, write

LINUX = pytest.mark.skipif(
    not Path("/proc/self/task").exists(), reason="counts children in /proc, which only Linux has"
)
POSIX = pytest.mark.skipif(
    os.name != "posix", reason="sends signals and forks, as POSIX systems do"
)
EDGES = "; ".join(f"{i} -> {(i * k + 7 * k) % 600}" for i in range(600) for k in (2, 3, 5))
LONG = "digraph {" + EDGES + "}"  # takes Graphviz far longer than any test here waits
HEADS = {
    "svg": b"<?xml", "png": b"\x89PNG", "pdf": b"%PDF", "jpg": b"\xff\xd8", "gif": b"GIF8",
    "ps": b"%!PS", "eps": b"%!PS", "json": b"{", "plain": b"graph", "dot": b"digraph",
}  # fmt: skip


def drawing():
    x, w = Value(2.0, label="x"), Value(-3.0, label="w")
    y = (x * w).tanh()
    y.backward()
    return draw_graph(y)


def children() -> set[int]:
    """The running child processes of this one."""
    found = set()
    for task in Path(f"/proc/{os.getpid()}/task").iterdir():
        with suppress(FileNotFoundError):  # the thread has just ended
            found.update(map(int, (task / "children").read_text().split()))
    return found


def running(pid: int) -> bool:
    """Whether that child has not ended yet."""
    with suppress(FileNotFoundError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


@pytest.mark.parametrize("format", FORMATS)
def test_every_format_begins_as_it_should(format):
    assert drawing().pipe(format).startswith(HEADS[format])


def test_an_unknown_format_lists_the_known_ones():
    message = r"unknown picture format 'webp'; known are: svg, png, pdf"
    with pytest.raises(ValueError, match=message):
        drawing().pipe("webp")
    with pytest.raises(ValueError, match=message):
        drawing().save("x.webp")
    with pytest.raises(ValueError, match=message):
        draw_dot(Value(1.0), format="webp")
    assert not Path("x.webp").exists()


def test_text_that_is_no_dot_is_one_clear_line():
    with pytest.raises(RenderError, match=r"could not draw this: .*syntax error in line 1"):
        render("digraph { a -> }")


def test_a_layout_that_takes_too_long_is_given_up():
    with pytest.raises(RenderError, match=r"no picture within 0.3 s.*depth=.*timeout="):
        render(LONG, timeout=0.3)
    assert render("digraph { a }", "plain")


@LINUX
def test_a_picture_in_time_stops_the_watch():
    render("digraph { a }", timeout=0.4)
    kept = children()
    time.sleep(0.6)
    render("digraph { b }")
    assert children() == kept


@LINUX
def test_a_killed_renderer_is_one_clear_error_and_the_next_call_works():
    render("digraph { a }")

    def kill() -> None:
        for pid in children():
            os.kill(pid, signal.SIGKILL)

    killer = threading.Timer(0.3, kill)
    killer.start()
    with pytest.raises(RenderError, match=r"crashed \(signal 9\).*next call starts afresh"):
        render(LONG)
    killer.join()
    assert drawing().pipe("png").startswith(b"\x89PNG")
    between = children()
    kill()
    end = time.monotonic() + 30
    while any(map(running, between)):  # it takes its time where many want the processor
        assert time.monotonic() < end
        time.sleep(0.01)
    assert drawing().pipe("png").startswith(b"\x89PNG")


@LINUX
def test_threads_draw_side_by_side():
    def too_long() -> None:
        with suppress(RenderError):
            render(LONG)

    slow = threading.Thread(target=too_long)
    slow.start()
    time.sleep(0.2)
    assert drawing().pipe("png").startswith(b"\x89PNG")
    assert slow.is_alive()
    for pid in children():
        os.kill(pid, signal.SIGKILL)
    slow.join()


@POSIX
def test_a_forked_process_has_a_renderer_of_its_own():
    drawing().pipe("svg")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        pid = os.fork()
    if pid == 0:
        os._exit(0 if drawing().pipe("svg").startswith(b"<?xml") else 1)
    assert os.waitpid(pid, 0)[1] == 0
    assert drawing().pipe("svg").startswith(b"<?xml")


@POSIX
def test_the_renderer_ends_with_the_session():
    program = """
from viz import worker
worker.draw(b"digraph { a }", "svg", 9)
print(worker._idle[0]._child.pid)
"""
    command = [sys.executable, "-W", "error", "-c", program]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.stderr == ""
    with pytest.raises(ProcessLookupError):
        os.kill(int(done.stdout), 0)


@POSIX
def test_what_breaks_graphviz_breaks_no_later_picture():
    """Labels that begin with a line break, as torchviz writes them, crash Graphviz 14 now and then."""
    breaking = 'digraph { a [label="\\n ()" shape=box]; b [label="\n ()" shape=box]; a -> b }'
    for _ in range(12):
        with suppress(RenderError):
            render(breaking)
        assert drawing().pipe("png").startswith(b"\x89PNG")


@POSIX
def test_ctrl_c_returns_at_once_and_leaves_nothing_half_written(tmp_path):
    program = f"""
import signal, sys, time
signal.signal(signal.SIGINT, signal.default_int_handler)  # whoever started this may ignore it
from viz.process.render import render, write
signal.signal(signal.SIGINT, signal.default_int_handler)  # whoever started the tests may ignore it
print("ready", flush=True)
try:
    write({str(tmp_path / "x.svg")!r}, render({LONG!r}))
except KeyboardInterrupt:
    print("interrupted", flush=True)
    print(render("digraph {{ a }}", "plain")[:5])
"""
    command = [sys.executable, "-c", program]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout.readline() == "ready\n"
        time.sleep(0.4)
        child.send_signal(signal.SIGINT)
        assert child.stdout.readline() == "interrupted\n"
        assert "graph" in child.communicate()[0]
    assert list(tmp_path.iterdir()) == []


TWICE = """
import os, signal, sys, time
for line in sys.stdin:
    time.sleep(0.06)
    os.kill(os.getppid(), signal.SIGINT)
    until = time.perf_counter() + float(line)
    while time.perf_counter() < until:
        pass
    os.kill(os.getppid(), signal.SIGINT)
    print("twice", flush=True)
"""


@POSIX
def test_ctrl_c_twice_in_a_hurry_never_gives_the_picture_before():
    """The second hits where the first is being answered: kept is who gave a whole answer."""
    program = f"""
import select, signal, subprocess, sys
from viz.process.render import render
signal.signal(signal.SIGINT, signal.default_int_handler)
edges = (f"{{i}} -> {{(i * k + 7 * k) % 120}}" for i in range(120) for k in (2, 3))
long = "digraph {{" + "; ".join(edges) + "}}"
command, pipe = [sys.executable, "-c", {TWICE!r}], subprocess.PIPE
with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, start_new_session=True) as hand:
    for k in range(12):
        print((k % 6 + 1) * 2e-5, file=hand.stdin, flush=True)
        interrupted = done = False
        while not done:
            try:
                if not interrupted:
                    render(long, "plain")
                done = bool(select.select([hand.stdout], [], [], 0.01)[0])
            except KeyboardInterrupt:
                interrupted = True
        hand.stdout.readline()
        assert interrupted
        assert b"node only" + str(k).encode() in render(f"digraph {{{{ only{{k}} }}}}", "plain")
    hand.stdin.close()
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_files_that_lie_about_take_no_modules_place(tmp_path, monkeypatch):
    for name in ("pygraphviz", "_graphviz", "os", "sys", "typing", "importlib", "sitecustomize"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('shadowed')")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    assert drawing().pipe("png").startswith(b"\x89PNG")


def test_a_graphviz_of_ones_own_only_on_request(tmp_path, monkeypatch):
    fake = tmp_path / "dot"
    fake.write_text("#!/bin/sh\necho '<svg/>'\n")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    assert b"<svg/>" not in drawing().pipe("svg")
    if os.name == "posix":
        assert drawing().pipe("svg", executable="dot") == b"<svg/>\n"
    with pytest.raises(RenderError, match="could not start no-such-dot"):
        drawing().pipe("svg", executable="no-such-dot")


def test_save_makes_folders_and_takes_the_format_from_the_suffix(tmp_path):
    path = drawing().save(tmp_path / "a" / "b" / "x.PNG")
    assert Path(path).read_bytes().startswith(b"\x89PNG")
    drawing().save(tmp_path / "x.dot")
    assert (tmp_path / "x.dot").read_text() == drawing().source
    with pytest.raises(ValueError, match="suffix, like x"):
        drawing().save(tmp_path / "x")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a", "x.dot"]


def test_a_path_that_cannot_be_written_is_one_clear_line(tmp_path):
    (tmp_path / "file").write_text("")
    for path in (tmp_path / "file" / "x.svg", tmp_path):
        with pytest.raises(OSError, match=r"^cannot write .*: \S+") as caught:
            write(path, b"")
        assert "\n" not in str(caught.value)
        assert caught.value.errno
    assert [p.name for p in tmp_path.iterdir()] == ["file"]


def test_writing_keeps_links_and_permissions(tmp_path):
    (tmp_path / "real.svg").write_text("old")
    (tmp_path / "link.svg").symlink_to(tmp_path / "real.svg")
    write(tmp_path / "link.svg", b"new")
    assert (tmp_path / "link.svg").is_symlink()
    assert (tmp_path / "real.svg").read_text() == "new"
    if os.name == "posix":
        assert (tmp_path / "real.svg").stat().st_mode & 0o044  # as any new file, not as a secret
        write("/dev/null", b"x")
        assert not Path("/dev/null").is_file()


def test_the_habits_of_the_graphviz_package(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    d = drawing()
    assert d.source.startswith("digraph expression {")
    assert d.render("g", format="png", cleanup=True) == "g.png"
    assert d.render("g") == "g.svg"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["g", "g.png", "g.svg"]
    assert d.render(outfile="out/h.pdf") == str(Path("out/h.pdf"))
    assert d.pipe("svg", encoding="utf-8").startswith("<?xml")
    d.attr(label="more")
    d.node("another")
    assert "another" in d.pipe("svg", encoding="utf-8")
    with d.subgraph(name="cluster_mine") as mine:
        mine.node("inside")
    copied = d.copy()
    copied.node("only here")
    assert "inside" in d.pipe("svg", encoding="utf-8")
    assert "only here" in copied.source
    assert "only here" not in d.source
    bundle = d._repr_mimebundle_()
    assert sorted(bundle) == ["image/png", "image/svg+xml"]  # PNG for those who print
    assert bundle["image/svg+xml"].startswith("<?xml")


def test_a_drawing_writes_nothing_by_itself(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    drawing().pipe("svg")
    repr(drawing())
    assert list(tmp_path.iterdir()) == []


@LINUX
@pytest.mark.slow
def test_a_thousand_renders_leave_memory_and_files_flat():
    def resident() -> int:
        return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    source = drawing().source
    for _ in range(50):
        render(source)
    memory, files = resident(), len(os.listdir("/proc/self/fd"))
    for _ in range(1000):
        render(source)
    assert len(os.listdir("/proc/self/fd")) == files
    assert resident() - memory < 2_000_000
    assert len(children()) <= 1
