"""From ``engine.py:Value`` or ``package.module:Value`` to the class."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from pathlib import Path
from typing import Any

from autograd.text.format import clean, suggestion

__all__ = ["NotThereError", "locate"]


class NotThereError(ImportError):
    """There is no such module, file or class; the message says what there is."""


def locate(where: str) -> Any:
    """The class at ``module:Class`` or ``file.py:Class``; the class is ``Value`` if it is left out.

    Raises:
        NotThereError: if there is none. What the module itself raises comes through.
    """
    path, colon, name = where.rpartition(":")
    if not colon or name.endswith(".py") or "/" in name or "\\" in name:
        path, name = where, "Value"
    module = _from_file(Path(path)) if path.endswith(".py") else _by_name(path)
    try:
        return getattr(module, name)
    except AttributeError:
        classes = [key for key, value in vars(module).items() if isinstance(value, type)]
        raise NotThereError(
            f"{clean(path)} has no {clean(name)}{suggestion(name, classes)}"
        ) from None


def _from_file(path: Path) -> Any:
    if not path.is_file():
        raise NotThereError(f"there is no file {clean(str(path))}")
    sys.path.insert(0, str(path.resolve().parent))
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    return module


def _by_name(name: str) -> Any:
    sys.path.insert(0, str(Path.cwd()))
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name and (name == error.name or name.startswith(f"{error.name}.")):
            raise NotThereError(
                f"there is no module {clean(name)}; say where your class is, like engine.py:Value"
            ) from None
        raise
    except (TypeError, ValueError):
        raise NotThereError(f"{clean(name)!r} is no module; say engine.py:Value") from None
