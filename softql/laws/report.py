"""What a run of the laws found, for people and for programs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from .core import Case, Law

Status = Literal["passed", "failed", "skipped"]


@dataclass(frozen=True)
class Counterexample:
    """The smallest input found on which a law fails, and what happened there."""

    inputs: Case
    left: Any
    right: Any
    ulp: float
    reason: str
    """Empty where the two sides merely differ; otherwise what went wrong, in one line."""

    def __str__(self) -> str:
        lines = [f"{name} = {_number(value)}" for name, value in self.inputs.items()]
        if self.reason:
            return "\n".join([*lines, self.reason])
        return "\n".join([*lines, f"left  {_number(self.left)}", f"right {_number(self.right)}"])


@dataclass(frozen=True)
class Result:
    """One law's outcome."""

    law: Law
    status: Status
    examples: int = 0
    worst: float = 0.0
    """The largest distance met, in ulp of the law's scale; at a failure, that of the counterexample."""
    reason: str = ""
    counterexample: Counterexample | None = None

    def __str__(self) -> str:
        head = f"{self.status:7} {self.law.name:36}"
        if self.status == "skipped":
            return f"{head} {self.reason}"
        figures = f"{self.examples:5} examples  worst {self.worst:8.3g} of {self.law.limit:g} ulp"
        if self.counterexample is None:
            return f"{head} {figures}"
        body = f"{self.law.equation}  {' '.join(self.law.tags)}\n{self.counterexample}"
        return f"{head} {figures}\n" + "\n".join(f"        {line}" for line in body.splitlines())


@dataclass(frozen=True)
class Report:
    """Every law's outcome, in the order of the laws."""

    results: tuple[Result, ...]

    @property
    def failures(self) -> tuple[Result, ...]:
        """The laws that do not hold."""
        return tuple(result for result in self.results if result.status == "failed")

    @property
    def ok(self) -> bool:
        """Whether no law failed; a skipped law is no failure, but a run that checked nothing is not ok."""
        return not self.failures and any(result.status == "passed" for result in self.results)

    def __iter__(self) -> Iterator[Result]:
        return iter(self.results)

    def __str__(self) -> str:
        count = {status: sum(r.status == status for r in self) for status in ("passed", "failed", "skipped")}
        return "\n".join([*map(str, self), ", ".join(f"{n} {status}" for status, n in count.items())])


class LawBroken(AssertionError):
    """An implementation breaks a law; the message is the report of it."""

    def __init__(self, results: tuple[Result, ...]) -> None:
        super().__init__("\n".join(map(str, results)))
        self.results = results


def _number(value: Any) -> str:
    """A number or an array, short and exact enough to type in again."""
    if not isinstance(value, (np.ndarray, np.generic)):
        return repr(value)
    digits = np.array2string(np.asarray(value), separator=", ", floatmode="unique", threshold=64)
    return f"{' '.join(digits.split())} {value.dtype}"
