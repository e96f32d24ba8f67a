"""What a run of the laws found, for people and for programs. `text` and `html` put it on a screen and on a page."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from . import html, text
from .core import Case, Law
from .implementation import Call

Status = Literal["passed", "failed", "skipped", "xfailed", "xpassed"]


@dataclass(frozen=True)
class Counterexample:
    """The smallest input found on which a law fails, and what happened there."""

    inputs: Case
    left: Any
    right: Any
    ulp: float
    reason: str
    """Empty where the two sides merely differ; otherwise what went wrong, in one line."""
    calls: tuple[Call, ...] = ()
    """What the law asked of the functions there, and what they answered."""

    def __str__(self) -> str:
        lines = [f"{name} = {text.number(value)}" for name, value in self.inputs.items()]
        return "\n".join([*lines, *text.calls(self), *(f"{side} {value}".strip() for side, value in self.sides())])

    def sides(self) -> list[tuple[str, str]]:
        """Both sides by name, or what went wrong in their place."""
        if self.reason:
            return [("", self.reason)]
        return [("left ", text.number(self.left)), ("right", text.number(self.right))]


@dataclass(frozen=True)
class Result:
    """One law's outcome: "xfailed" is broken as expected, "xpassed" holds although it was expected to fail."""

    law: Law
    status: Status
    examples: int = 0
    worst: float = 0.0
    """The largest distance met, in ulp of the law's scale; at a failure, that of the counterexample."""
    reason: str = ""
    counterexample: Counterexample | None = None
    notes: tuple[str, ...] = ()
    """What else people should know: it prints, it writes into its arguments, it was too slow for all examples."""
    reproduction: str = ""
    """What re-runs exactly this failure."""
    seconds: float = 0.0

    @property
    def unexpected(self) -> bool:
        """Whether this outcome makes a report not ok."""
        return self.status in ("failed", "xpassed")

    def __str__(self) -> str:
        return text.result(self)


@dataclass(frozen=True)
class Report:
    """Every law's outcome, in the order of the laws."""

    results: tuple[Result, ...]
    dtype: str = "float32"
    examples: int = 0
    seed: int | None = None
    seconds: float = 0.0
    command: str | None = None
    unreached: int = 0
    """Laws that were not put to it, because the run was stopped."""

    @property
    def failures(self) -> tuple[Result, ...]:
        """The laws that do not hold, expected failures left out."""
        return tuple(result for result in self.results if result.status == "failed")

    @property
    def ok(self) -> bool:
        """Whether every law did as expected; a skipped law is no failure, but a run that checked nothing, or was
        stopped, is not ok."""
        checked = any(result.status != "skipped" for result in self.results)
        return checked and not self.unreached and not any(result.unexpected for result in self.results)

    @property
    def counts(self) -> dict[str, int]:
        """How many laws had each status."""
        names: tuple[Status, ...] = ("passed", "failed", "skipped", "xfailed", "xpassed")
        return {name: sum(result.status == name for result in self.results) for name in names}

    def __iter__(self) -> Iterator[Result]:
        return iter(self.results)

    def __str__(self) -> str:
        return text.report(self)

    def to_json(self) -> str:
        """The report as JSON: infinite numbers and NaN are strings, so that every reader takes it."""
        head = {
            "ok": self.ok,
            "command": self.command,
            "dtype": self.dtype,
            "examples": self.examples,
            "seed": self.seed,
            "seconds": round(self.seconds, 3),
            "counts": self.counts,
            "unreached": self.unreached,
        }
        return json.dumps(
            {**head, "results": [_record(result) for result in self.results]}, indent=1, ensure_ascii=False
        )

    def to_html(self, title: str = "implementation") -> str:
        """The report as one HTML page that loads nothing: equations typeset, counterexamples, both sides."""
        return html.page(self, title)


class LawBroken(AssertionError):
    """An implementation breaks a law; the message is the report of it."""

    def __init__(self, results: tuple[Result, ...]) -> None:
        super().__init__("\n".join(map(str, results)))
        self.results = results


class Interrupted(KeyboardInterrupt):
    """Ctrl-C while laws were put to an implementation: `report` has those that ended."""

    def __init__(self, report: Report) -> None:
        super().__init__()
        self.report = report


def _record(result: Result) -> dict[str, Any]:
    """One result for a program to read."""
    law, found = result.law, result.counterexample
    record: dict[str, Any] = {
        "law": law.name,
        "stem": law.stem,
        "equation": law.equation,
        "tags": list(law.tags),
        "status": result.status,
        "examples": result.examples,
        "worst_ulp": _plain(result.worst),
        "limit_ulp": _plain(law.limit),
        "false_alarm": law.false_alarm,
        "reason": result.reason,
        "notes": list(result.notes),
        "seconds": round(result.seconds, 3),
    }
    if found is not None:
        record["counterexample"] = {
            "inputs": {name: text.number(value) for name, value in found.inputs.items()},
            "calls": text.calls(found),
            "left": _plain(found.left),
            "right": _plain(found.right),
            "ulp": _plain(found.ulp),
            "reason": found.reason,
        }
        record["reproduction"] = result.reproduction
    return record


def _plain(value: Any) -> Any:
    """Numbers as JSON has them: nan, inf and -inf by name."""
    if value is None:
        return None
    listed = np.asarray(value, np.float64).tolist()
    return json.loads(
        json.dumps(listed), parse_constant=lambda name: name.replace("Infinity", "inf").replace("NaN", "nan")
    )
