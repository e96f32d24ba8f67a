"""What a command says when the caller can put something right."""

from __future__ import annotations


class Mistake(Exception):
    """Something in the arguments that the caller can put right: printed as one line, exit code 2."""
