"""The one writer of whole files: whatever happens, the old content or the new, nothing beside it."""

from __future__ import annotations

import os
import stat
import threading
from pathlib import Path

import numpy as np
import pytest
from interrupts import interrupted

import autograd.text.files
import nn
import nn.state
from autograd import Value, compile
from autograd.text.files import write


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def umask():
    before = os.umask(0o027)
    yield
    os.umask(before)


@pytest.mark.skipif(os.name == "nt", reason="modes and links are those of POSIX")
def test_a_new_file_has_the_users_mode_and_an_old_one_keeps_its_own(tmp_path, umask):
    path = write(tmp_path / "a", b"1")
    assert (mode(path), path.read_bytes()) == (0o640, b"1")
    for kept in (0o600, 0o664, 0o755):
        path.chmod(kept)
        write(path, b"2")
        assert (mode(path), path.read_bytes()) == (kept, b"2")
    assert os.listdir(tmp_path) == ["a"]


@pytest.mark.skipif(os.name == "nt", reason="modes and links are those of POSIX")
def test_every_save_writes_alike(tmp_path, umask):
    w = Value(1.0)
    program = compile(lambda x: w * x, [w], inputs=(1.0,))
    saves = {"model": lambda path: nn.save({"w": np.ones(1)}, path), "program": program.save}
    for name, save in saves.items():
        real, link = tmp_path / "deep" / name, tmp_path / f"{name}-link"
        link.symlink_to(Path("deep") / name)
        save(link)  # into a folder that is not there yet
        assert (link.is_symlink(), mode(real)) == (True, 0o640)
        real.chmod(0o600)
        save(link)
        assert (link.is_symlink(), mode(real)) == (True, 0o600)
    assert sorted(os.listdir(tmp_path / "deep")) == sorted(saves)


@pytest.mark.skipif(os.name == "nt", reason="modes and links are those of POSIX")
def test_links_that_lead_nowhere_and_in_circles(tmp_path):
    (tmp_path / "link").symlink_to(tmp_path / "new" / "file")
    write(tmp_path / "link", b"1")
    assert (tmp_path / "new" / "file").read_bytes() == b"1"
    (tmp_path / "a").symlink_to(tmp_path / "b")
    (tmp_path / "b").symlink_to(tmp_path / "a")
    with pytest.raises(OSError, match=r"cannot write .*a: .*symbolic links"):
        write(tmp_path / "a", b"1")
    assert (tmp_path / "a").is_symlink()


@pytest.mark.parametrize("name", ["x" * 200, "書" * 80])
def test_long_names(name, tmp_path):
    assert write(tmp_path / name, b"1").read_bytes() == b"1"
    assert os.listdir(tmp_path) == [name]


def test_what_cannot_be_written_is_one_line(tmp_path):
    (tmp_path / "file").write_bytes(b"1")
    with pytest.raises(OSError, match=r"cannot write .*file.inside: ") as caught:
        write(tmp_path / "file" / "inside", b"2")
    assert "\n" not in str(caught.value)
    with pytest.raises(IsADirectoryError, match=r"cannot write"):
        write(tmp_path, b"2")
    assert os.listdir(tmp_path) == ["file"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="named pipes are those of POSIX")
def test_a_pipe_is_written_to(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    read: list[bytes] = []
    reader = threading.Thread(target=lambda: read.append((tmp_path / "pipe").read_bytes()))
    reader.start()
    write(tmp_path / "pipe", b"12")
    reader.join()
    assert read == [b"12"]
    assert stat.S_ISFIFO((tmp_path / "pipe").stat().st_mode)


def test_ctrl_c_at_any_bytecode_leaves_the_old_file_or_the_new_one(tmp_path):
    path = tmp_path / "m.npz"
    states = [{"a": np.full(3, float(k))} for k in range(2)]
    contents = [nn.save(state, path).read_bytes() for state in states]
    files, at = (autograd.text.files.__file__, nn.state.__file__), 0
    while interrupted(lambda: nn.save(states[at % 2], path), at := at + 1, files):
        assert path.read_bytes() in contents, f"at bytecode {at}"
        assert os.listdir(tmp_path) == ["m.npz"], f"at bytecode {at}"
    assert at > 100


def test_a_full_disk_leaves_the_old_file(tmp_path):
    resource = pytest.importorskip("resource", reason="limits are those of POSIX")
    path = write(tmp_path / "a", b"1")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    signal = pytest.importorskip("signal")
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, limits[1]))
    try:
        with pytest.raises(OSError, match=r"cannot write .*: File too large"):
            write(path, b"2" * 2000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, before)
    assert path.read_bytes() == b"1"
    assert os.listdir(tmp_path) == ["a"]
