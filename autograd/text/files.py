"""Whole files or none: what every `save` of the project writes with."""

from __future__ import annotations

import errno
import os
import secrets
from pathlib import Path

__all__ = ["write"]


def write(path: str | os.PathLike[str], content: bytes) -> Path:
    """Write a whole file or none: into a temporary file beside ``path``, then in its place.

    Missing folders are made. A file that is replaced keeps its mode, a link stays a link; what is no
    file (a device, a pipe) is written to.

    Raises:
        OSError: one line that names the path and says what is wrong with it.
    """
    target = Path(path)
    try:
        if target.exists() and not target.is_file():
            target.write_bytes(content)
        else:
            real = Path(os.path.realpath(target))
            if real.is_symlink():
                raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))
            real.parent.mkdir(parents=True, exist_ok=True)
            _replace(real, content)
    except OSError as error:
        clear = type(error)(f"cannot write {target}: {error.strerror or error}")
        clear.errno = error.errno
        raise clear from None
    return target


def _replace(target: Path, content: bytes) -> None:
    beside = target.with_name(f".{target.name[:40]}.{secrets.token_hex(8)}")
    try:
        beside.write_bytes(content)
        if target.exists():
            beside.chmod(target.stat().st_mode & 0o7777)
        os.replace(beside, target)
    finally:  # after an interrupt too; once replaced it is not there any more
        beside.unlink(missing_ok=True)
