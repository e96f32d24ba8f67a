"""pytest --softql-impl module:attr: each law of soft Q-learning as a test of that implementation.

pytest loads this file wherever softql is installed, so it imports nothing until the option is used.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options, named after those of `softql verify`."""
    group = parser.getgroup("softql", "the laws of soft Q-learning (softql)")
    group.addoption("--softql-impl", metavar="MODULE:ATTR", help="put the laws to this implementation")
    group.addoption("--softql-law", action="append", metavar="NAME", help="a law or a stem; may be repeated")
    group.addoption("--softql-examples", type=int, metavar="N", help="inputs a law (default: 100)")
    group.addoption("--softql-seed", type=int, default=0, metavar="S", help="of the inputs (default: 0)")
    group.addoption("--softql-dtype", default="float32", choices=("float32", "float64"), help="of the inputs")
    group.addoption("--softql-time-limit", type=float, metavar="SECONDS", help="for one law (default: 60)")
    group.addoption("--softql-xfail", action="append", default=[], metavar="LAW=REASON", help="strict")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(session: pytest.Session, config: pytest.Config, items: list[pytest.Item]) -> None:
    """Add one test a law; -k and -m choose among them as among all tests."""
    target = config.getoption("--softql-impl")
    if target:
        items.extend(Implementation.from_parent(session, name=target, nodeid=target).collect())


class Implementation(pytest.Collector):
    """An implementation, whose tests are the laws."""

    def collect(self) -> Iterator[pytest.Item]:
        """One item a law."""
        from softql import laws, mistakes, verification

        option = self.config.getoption
        try:
            implementation = verification.load(self.name)
            chosen = laws.select(option("--softql-law"))
            expected = dict(verification.pair("--softql-xfail", text) for text in option("--softql-xfail"))
            laws.check_expected(expected)
            verification.check_something(self.name, implementation, chosen)
            examples, limit = option("--softql-examples"), option("--softql-time-limit")
            if examples is not None and examples < 1:
                raise ValueError(f"--softql-examples is a positive number, not {examples}")
            if limit is not None and not limit > 0:
                raise ValueError(f"--softql-time-limit is a positive number of seconds, not {limit}")
        except (mistakes.Mistake, ValueError) as error:
            raise pytest.UsageError(f"softql: {error}") from error
        options = {
            "examples": laws.EXAMPLES if examples is None else examples,
            "time_limit": laws.TIME_LIMIT if limit is None else limit,
            "hung": {},
            "seed": option("--softql-seed"),
            "dtype": option("--softql-dtype"),
            "expected_failures": expected,
            "command": f"softql verify {self.name}",
        }
        for law in chosen:
            yield LawItem.from_parent(self, name=law.name, law=law, implementation=implementation, options=options)


class LawItem(pytest.Item):
    """One law on one implementation."""

    def __init__(self, *, law: Any, implementation: Any, options: dict[str, Any], **rest: Any) -> None:
        super().__init__(**rest)
        self.law, self.implementation, self.options = law, implementation, options

    def runtest(self) -> None:
        """Pass, fail with the law's report, skip or xfail with its reason."""
        from softql.laws.pytesting import check_law

        check_law(self.implementation, self.law, **self.options)

    def reportinfo(self) -> tuple[Any, int | None, str]:
        """Where pytest says that the test is."""
        return self.path, None, f"{self.options['command']} --law {self.law.name}"
