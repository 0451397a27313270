"""Whether another distribution owns the import name ``autograd`` too.

PyPI's ``autograd`` (HIPS) and this project install a package of the same name; together, whichever came
last has overwritten files of the other without a word from pip.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterable
from pathlib import Path

__all__ = ["warn_of_second_owner"]


def warn_of_second_owner(folders: Iterable[str] = ()) -> None:
    """Warn when the metadata in ``folders`` (default: ``sys.path``) shows HIPS autograd installed.

    The folders are listed by hand because ``importlib.metadata`` costs 27 ms at every import.
    """
    for folder in folders or sys.path:
        for found in Path(folder).glob("autograd-[0-9]*.dist-info"):
            warnings.warn(
                f"two distributions own the package 'autograd' here: chainrule and {found.stem} "
                "(HIPS). Each has overwritten files of the other. Keep them in separate virtual "
                "environments: pip uninstall autograd chainrule, then install the one you want.",
                RuntimeWarning,
                stacklevel=3,
            )
            return
