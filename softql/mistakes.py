"""What a command says when the caller can put something right."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["Mistake", "packages_for"]


class Mistake(Exception):
    """Something in the arguments that the caller can put right: printed as one line, exit code 2."""


@contextmanager
def packages_for(what: str) -> Iterator[None]:
    """Round the imports of a command: a package that is missing is one line.

    Args:
        what: the command does, such as "training".

    Raises:
        Mistake: with the command that installs it.

    Example:
        >>> with packages_for("drawing"):
        ...     import json
    """
    try:
        yield
    except ImportError as error:
        raise Mistake(f'{error}: {what} needs the extra packages, pip install "softql[cli]"') from error
