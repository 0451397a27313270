"""Whole files or none: what every `save` of the project writes with."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

__all__ = ["write"]


def write(path: str | os.PathLike[str], content: bytes) -> Path:
    """Write a whole file or none: into a temporary file beside ``path``, then in its place.

    Missing folders are made. A link stays a link; what is no file (a device, a pipe) is written to.

    Raises:
        OSError: one line that names the path and says what is wrong with it.
    """
    target = Path(path)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.exists() and not target.is_file():
            target.write_bytes(content)
        else:
            _replace(target.resolve(), content)
    except OSError as error:
        clear = type(error)(f"cannot write {target}: {error.strerror or error}")
        clear.errno = error.errno
        raise clear from None
    return target


def _replace(target: Path, content: bytes) -> None:
    beside = target.with_name(f".{target.name[:80]}.{secrets.token_hex(8)}")
    try:
        with open(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666), "wb") as file:
            file.write(content)
        os.replace(beside, target)
    finally:
        beside.unlink(missing_ok=True)
