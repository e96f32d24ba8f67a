"""Laws as pytest tests. pytest is imported when the decorator is used, not before."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from typing import Any

from .core import Law
from .runner import select, verify


def parametrize(
    implementation: Any, laws: Iterable[Law | str] | None = None, **options: Any
) -> Callable[..., Any]:
    """One test per law: the decorated test gets `check`, calls it, and fails with the law's report.

        @laws.parametrize(my_module, examples=200)
        def test_my_module(check):
            check()

    A law whose functions are missing is skipped with that reason. `options` are those of `verify`.
    """
    import pytest

    checks = [
        pytest.param(functools.partial(check_law, implementation, law, **options), id=law.name)
        for law in select(laws)
    ]
    return pytest.mark.parametrize("check", checks)


def check_law(implementation: Any, law: Law, **options: Any) -> None:
    """Verify one law inside a test: pass, fail with its report, or skip with its reason."""
    import pytest

    (result,) = verify(implementation, [law], **options)
    if result.status == "skipped":
        pytest.skip(result.reason)
    if result.status == "failed":
        pytest.fail(str(result), pytrace=False)
