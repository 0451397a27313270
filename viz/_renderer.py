"""DOT from standard input to a picture on standard output, by the Graphviz inside pygraphviz.

Runs in a process of its own, started as ``python -I -S _renderer.py FOLDER FORMAT SECONDS``, and
imports nothing but the one extension module in FOLDER: it starts in a few hundredths of a second,
and no file that happens to lie about can take the place of a module.
"""

import os
import sys
from typing import Any


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
    sys.exit(f"no _graphviz extension module in {folder}")


def main(folder: str, format: str, seconds: str) -> None:
    if hasattr(os, "setpriority"):
        import signal

        # Should the parent be killed, a layout that never ends must not outlive it for long: the
        # default action of this signal needs no Python, so it works inside the C library too.
        signal.setitimer(signal.ITIMER_REAL, float(seconds) + 5.0)
    gv = load(folder)
    graph = gv.agread(sys.stdin, None)
    context = gv.gvContextWithBuiltins()
    engine = gv.agget(graph, b"layout") or b"dot"
    if gv.gvLayout(context, graph, engine):
        sys.exit("Graphviz could not lay this out")
    failed, picture = gv.gvRenderData(context, graph, format.encode())
    if failed:
        sys.exit(f"Graphviz could not write {format}")
    sys.stdout.buffer.write(picture)
    sys.stdout.buffer.flush()
    os._exit(0)  # the process is over: tearing the library down would only take time


if __name__ == "__main__":
    main(*sys.argv[1:])
