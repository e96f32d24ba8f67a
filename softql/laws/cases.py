"""One input of a law as a line of text, to type in again: JSON, arrays as [dtype, numbers]."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from .core import Case


def encode(case: Case) -> str:
    """The input as JSON, exactly.

    Raises:
        TypeError: for a value that is neither a number, an array, a tuple of those, nor None.

    Example:
        >>> encode({"q": np.zeros(2, np.float32), "log_w": None, "state": (0,)})
        '{"q":["float32",[0.0,0.0]],"log_w":null,"state":{"tuple":[0]}}'
    """
    return json.dumps({name: _encoded(value) for name, value in case.items()}, separators=(",", ":"))


def decode(text: str) -> Case:
    """The input that `encode` wrote.

    Raises:
        ValueError: for text that is no such thing.

    Example:
        >>> decode('{"q": ["float32", [0, 1]], "log_w": null}')
        {'q': array([0., 1.], dtype=float32), 'log_w': None}
    """
    try:
        return {name: _decoded(value) for name, value in json.loads(text).items()}
    except (AttributeError, TypeError, ValueError, KeyError) as error:
        raise ValueError(f"not the input of a law: {str(text)[:60]!r} ({error})") from error


def _encoded(value: Any) -> Any:
    if value is None or (isinstance(value, (bool, int, float)) and not isinstance(value, np.generic)):
        return value
    if isinstance(value, tuple):
        return {"tuple": [_encoded(item) for item in value]}
    if isinstance(value, (np.ndarray, np.generic)) and value.dtype.kind in "fiub":
        return [value.dtype.name, value.tolist()]
    raise TypeError(f"no way to write down a {type(value).__name__}")


def _decoded(value: Any) -> Any:
    if isinstance(value, dict):
        return tuple(_decoded(item) for item in value["tuple"])
    if isinstance(value, list):
        dtype, numbers = value
        return np.array(numbers, dtype)[()]
    if isinstance(value, str):
        raise TypeError(f"{value!r} is neither an array nor a number")
    return value
