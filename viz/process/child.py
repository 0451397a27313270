"""DOT on standard input, pictures on standard output, by the Graphviz library inside pygraphviz.

Runs in a process of its own, started as ``python -I -S child.py FOLDER``, and imports nothing
but the one extension module in FOLDER: it starts in a few hundredths of a second, and no file that
happens to lie about can take the place of a module. `viz.process.worker` is the other end.

A request is a line ``FORMAT SECONDS LENGTH`` and so many bytes of DOT; the answer is a line
``ok LENGTH`` or ``error LENGTH`` and so many bytes of picture or complaint. After an error the process
ends: the library does not clean up after itself.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:  # the module itself would cost milliseconds
    from typing import Any

IDLE = 300.0  # seconds without a request after which the process ends


def load(folder: str) -> Any:
    """The extension module that lies in ``folder``."""
    from importlib.machinery import EXTENSION_SUFFIXES, ExtensionFileLoader
    from importlib.util import module_from_spec, spec_from_file_location

    if sys.platform == "win32":  # the wheel's libraries lie beside the package
        libraries = os.path.join(os.path.dirname(folder), "pygraphviz.libs")
        if os.path.isdir(libraries):
            os.add_dll_directory(libraries)
    for suffix in EXTENSION_SUFFIXES:
        path = os.path.join(folder, "_graphviz" + suffix)
        if os.path.exists(path):
            loader = ExtensionFileLoader("_graphviz", path)
            spec = spec_from_file_location("_graphviz", path, loader=loader)
            assert spec is not None
            module = module_from_spec(spec)
            loader.exec_module(module)
            return module
    raise ImportError(f"no _graphviz extension module in {folder}")


def scratch() -> Any:
    """A file without a name."""
    if hasattr(os, "memfd_create"):
        return open(os.memfd_create("dot"), "w+b", buffering=0)
    from tempfile import TemporaryFile

    return TemporaryFile("w+b", buffering=0)


def die_after(seconds: float) -> None:
    """End this process then, whatever it is doing: a layout that outlived its parent must not run on.

    The signal's default action needs no Python, so it works while the library computes.
    """
    if sys.platform != "win32":
        import signal

        signal.setitimer(signal.ITIMER_REAL, seconds)


def draw(gv: Any, format: str, text: bytes) -> bytes:
    """The picture.

    Raises:
        ValueError: for text that is no DOT, and what cannot be laid out or written.
    """
    with scratch() as file:
        file.write(text)
        file.seek(0)
        graph = gv.agread(file, None)
    context = gv.gvContextWithBuiltins()
    if gv.gvLayout(context, graph, gv.agget(graph, b"layout") or b"dot"):
        raise ValueError("this cannot be laid out")
    failed, picture = gv.gvRenderData(context, graph, format.encode())
    if failed:
        raise ValueError(f"{format} cannot be written")
    gv.gvFreeLayout(context, graph)
    gv.agclose(graph)
    gv.gvFreeContext(context)
    return bytes(picture)


def main(folder: str) -> None:
    requests, answers = sys.stdin.buffer, sys.stdout.buffer
    complaints = scratch()
    os.dup2(complaints.fileno(), 2)  # where the library says what is wrong
    gv = None
    while True:
        die_after(IDLE)
        request = requests.readline().split()
        if not request:
            break
        die_after(float(request[1]) + 5.0)
        text = requests.read(int(request[2]))
        complaints.seek(0)
        complaints.truncate()
        try:
            gv = gv or load(folder)
            word, answer = b"ok", draw(gv, request[0].decode(), text)
        except (ImportError, OSError, TypeError, ValueError) as error:
            complaints.seek(0)
            word, answer = b"error", complaints.read() or str(error).encode()
        answers.write(b"%s %d\n" % (word, len(answer)))
        answers.write(answer)
        answers.flush()
        if word != b"ok":
            break
    os._exit(0)  # tearing the library down would only take time


if __name__ == "__main__":
    main(*sys.argv[1:])
