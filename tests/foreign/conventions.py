"""What the foreign tests share: how many inputs a law gets, and how known failures are written down.

Each known failure is one input, in `known.json`, with its reason: whether random draws come upon it is left to chance,
so the law is put to that input, must fail there (strictly), and is not put to random ones.
"""

from __future__ import annotations

import functools
import json
import os
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

from softql import laws
from softql.laws.implementation import OutOfDomain
from softql.laws.pytesting import report_to_pytest
from softql.laws.signatures import SIGNATURES

EXAMPLES = int(os.environ.get("SOFTQL_LAW_EXAMPLES", "100"))


class Failure(NamedTuple):
    """One law that does not hold, the reason, and an input that shows it."""

    law: str
    reason: str
    case: str


def known(library: str) -> list[Failure]:
    """The known failures of a library."""
    entries = json.loads((Path(__file__).parent / "known.json").read_text())[library]
    return [Failure(law, entry["reason"], json.dumps(case)) for entry in entries for law, case in entry["laws"].items()]


def holds(implementation: Any, functions: Any, failures: list[Failure], examples: int = EXAMPLES) -> Any:
    """A decorator: one test for each law of these functions that is not known to fail."""
    broken = {failure.law for failure in failures}
    return laws.parametrize(
        implementation, [law for law in laws.of(functions) if law.name not in broken], examples=examples
    )


def fails(failures: list[Failure]) -> Any:
    """A decorator: one test for each known failure."""
    return pytest.mark.parametrize("failure", failures, ids=lambda failure: failure.law)


def check_failure(implementation: Any, failure: Failure) -> None:
    """The law fails on the known input: an expected failure; or holds there: the list is out of date."""
    expected = {failure.law: failure.reason}
    report_to_pytest(*laws.verify(implementation, [failure.law], case=failure.case, expected_failures=expected))


def near(implementation: dict[str, Any]) -> dict[str, Any]:
    """The same, its functions of Q and alpha for |Q / alpha| up to 2^31."""
    return {
        name: _near(function, SIGNATURES[name]) if {"q", "alpha"} <= set(SIGNATURES[name]) else function
        for name, function in implementation.items()
    }


def _near(function: Any, order: tuple[str, ...]) -> Any:
    @functools.wraps(function)
    def call(*given: Any) -> Any:
        q, alpha = (np.asarray(given[order.index(name)]) for name in ("q", "alpha"))
        with np.errstate(all="ignore"):
            if np.any(np.abs(q / alpha[..., None]) > 2.0**31):
                raise OutOfDomain("is compiled to inf and NaN for some |Q / alpha| above 2^31")
        return function(*given)

    return call
