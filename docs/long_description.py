"""Print the README with absolute links and pictures, as an index of packages shows it.

python docs/long_description.py https://host/owner/repository v0.1.0 > README.index.md
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

README = Path(__file__).parents[1] / "README.md"
_LINK = re.compile(r"(!?)(\[[^\]]*\])\((?!https?://|#)([^)\s]+)\)")


def absolute(text: str, repository: str, tag: str) -> str:
    """Links lead to the files of that tag, pictures to their bytes.

    >>> absolute("![a](docs/a.svg) and [b](docs/b.md)", "https://host/o/r", "v1")
    '![a](https://host/o/r/raw/v1/docs/a.svg) and [b](https://host/o/r/blob/v1/docs/b.md)'
    """

    def link(found: re.Match[str]) -> str:
        kind = "raw" if found[1] else "blob"
        return f"{found[1]}{found[2]}({repository}/{kind}/{tag}/{found[3]})"

    return _LINK.sub(link, text)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(f"usage: python {sys.argv[0]} https://host/owner/repository TAG")
    print(
        absolute(README.read_text(encoding="utf-8"), sys.argv[1].rstrip("/"), sys.argv[2]), end=""
    )
