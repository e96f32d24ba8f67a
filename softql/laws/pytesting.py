"""Laws as pytest tests. pytest is imported when the decorator is used, not before."""

from __future__ import annotations

import functools
import warnings
from collections.abc import Callable, Iterable
from typing import Any

from .core import Law
from .implementation import PRINTS, WRITES
from .report import Result
from .runner import check_expected, select, verify


def parametrize(
    implementation: Any, laws: Iterable[Law | str] | None = None, **options: Any
) -> Callable[..., Any]:
    """One test per law: the decorated test gets `check`, calls it, and fails with the law's report::

        @laws.parametrize(my_module, examples=200, expected_failures={"value_of_nan": "NaN is not looked for"})
        def test_my_module(check):
            check()

    A law whose functions are missing is skipped with that reason. `options` are those of `verify`; expected failures
    are strict: one that holds fails its test.
    """
    import pytest

    check_expected(options.get("expected_failures") or {})
    options.setdefault("hung", {})
    checks = [
        pytest.param(functools.partial(check_law, implementation, law, **options), id=law.name)
        for law in select(laws)
    ]
    return pytest.mark.parametrize("check", checks)


def check_law(implementation: Any, law: Law, **options: Any) -> None:
    """Verify one law inside a test: pass, fail with its report, skip or xfail with its reason."""
    (result,) = verify(implementation, [law], **options)
    report_to_pytest(result)


def report_to_pytest(result: Result) -> None:
    """The outcome of a law as the outcome of the test that runs; that it prints or spoils its input is a warning."""
    import pytest

    for note in result.notes:
        if result.status != "failed" and note.startswith(PRINTS) | note.endswith(WRITES):  # a failure says it itself
            warnings.warn(f"{result.law.name}: {note}", stacklevel=2)
    if result.status == "skipped":
        pytest.skip(result.reason)
    if result.status == "xfailed":
        pytest.xfail(result.reason)
    if result.unexpected:
        pytest.fail(str(result), pytrace=False)
