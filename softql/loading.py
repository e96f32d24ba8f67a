"""Other people's code: by name, `module:attribute` or `path/to/file.py:attribute`, and not before it is needed.

Standard library only.
"""

from __future__ import annotations

import difflib
import importlib
import importlib.util
import os
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

from softql.mistakes import Mistake

__all__ = ["later", "load", "one_line", "place"]


def load(target: str, passing: tuple[type[BaseException], ...] = ()) -> Any:
    """What `module`, `module:attribute` or `file.py:attribute` names; the working folder is searched first.

    Args:
        target: the name; the attribute may be a dotted path.
        passing: exceptions that come through as they are, beside KeyboardInterrupt.

    Raises:
        Mistake: where it cannot be imported or has no such attribute, in one line.

    Example:
        >>> load("math:pi") > 3
        True
    """
    name, _, path = target.partition(":")
    return _attribute(_import(name, passing), name, path)


@contextmanager
def later(*names: str) -> Iterator[None]:
    """What is imported inside gets these modules without loading them: each loads when something in it is first used.

    For packages whose import takes others along that only a few of their functions need. Modules that are loaded
    already are left as they are, and outside an import of them is the usual one; a thread that imports them meanwhile
    gets stand-ins too.

    Example:
        >>> with later("wave"):
        ...     import wave
        >>> loaded = "wave" in sys.modules
        >>> callable(wave.open), loaded, "wave" in sys.modules
        (True, False, True)
    """
    stand_ins = {name: _Later(name) for name in names if name not in sys.modules}
    sys.modules.update(stand_ins)
    try:
        yield
    finally:
        for name, stand_in in stand_ins.items():
            if sys.modules.get(name) is stand_in:
                del sys.modules[name]


class _Later(ModuleType):
    """Stands for a module that is imported when something in it is asked for."""

    def __getattr__(self, name: str) -> Any:
        if sys.modules.get(self.__name__) is self:  # inside `later`: the import machinery looks, nobody uses it yet
            raise AttributeError(f"module {self.__name__!r} is not loaded yet, and has no {name!r}")
        return getattr(importlib.import_module(self.__name__), name)


def one_line(error: BaseException) -> str:
    """What an exception says, on one line.

    Example:
        >>> one_line(ValueError("two" + chr(10) + "lines"))
        'two lines'
    """
    try:
        return " ".join(str(error).split())[:300]
    except Exception:
        return "(an exception that cannot be printed)"


def place(error: BaseException) -> str:
    """The last line that an exception came through outside softql and installed packages, as ` (file, line n)`."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename[:1] != "<"]
    own = [frame for frame in frames if not {"site-packages", "dist-packages"} & {*Path(frame.filename).parts}]
    own = [frame for frame in own if not Path(frame.filename).is_relative_to(Path(__file__).parent)]
    return f" ({Path(own[-1].filename).name}, line {own[-1].lineno})" if own else ""


def _attribute(found: Any, name: str, path: str) -> Any:
    """What a dotted path leads to."""
    for part in filter(None, path.split(".")):
        try:
            there = hasattr(found, part)
        except Exception as error:
            raise Mistake(f"{name}: looking for {part!r} raised {type(error).__name__}: {one_line(error)}") from error
        if not there:
            near = difflib.get_close_matches(part, [x for x in dir(found) if x[0] != "_"], n=3, cutoff=0.5)
            raise Mistake(f"{name} has no {part!r}" + (f"; did you mean {', '.join(near)}?" if near else ""))
        found = getattr(found, part)
    return found


def _import(name: str, passing: tuple[type[BaseException], ...]) -> ModuleType:
    if os.getcwd() not in sys.path:
        sys.path.insert(0, os.getcwd())
    if not name.endswith(".py") and not all(part.isidentifier() for part in name.split(".")):
        raise Mistake(f"{name!r} is no module: write package.module:attribute or path/to/file.py:attribute")
    try:
        if not name.endswith(".py"):
            return importlib.import_module(name)
        spec = importlib.util.spec_from_file_location(Path(name).stem, name)
        if spec is None or spec.loader is None or not Path(name).is_file():
            raise Mistake(f"there is no file {name}")
        module = importlib.util.module_from_spec(spec)
        sys.modules.setdefault(spec.name, module)
        spec.loader.exec_module(module)
        return module
    except ModuleNotFoundError as error:
        if error.name and (error.name == name or name.startswith(f"{error.name}.")):
            raise Mistake(f"there is no module {name!r} here or on the path") from error
        raise Mistake(f"importing {name} failed: {error}") from error
    except BaseException as error:  # whatever foreign code raises, SystemExit too
        if isinstance(error, (KeyboardInterrupt, Mistake, *passing)):
            raise
        raise _raised(name, error) from error


def _raised(name: str, error: BaseException) -> Mistake:
    """What a module raised while it was imported, and in which line of its own."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename[:1] != "<"]
    at = f" ({Path(frames[-1].filename).name}, line {frames[-1].lineno})"
    said = f"importing {name} raised {type(error).__name__}: {one_line(error)}"
    return Mistake(said if isinstance(error, SyntaxError) else said + at)  # a SyntaxError says where
