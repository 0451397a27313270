from typing import Any


def to_torch(program: Any) -> Any:
    raise NotImplementedError
