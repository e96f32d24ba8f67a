"""Run laws against an implementation: draw inputs, compare both sides, shrink what fails, report."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable
from typing import Any, Literal, NamedTuple

import numpy as np
from hypothesis import HealthCheck, Phase, Verbosity, given, settings
from hypothesis import seed as seeded
from hypothesis.errors import Flaky

from . import backup, equivalences, estimator, returns, tabular, temperature, value
from .compare import FLOOR, epsilon, smallest, ulps
from .core import Case, Law, laws_of
from .implementation import Precision, bind, find
from .policy import boltzmann, divergence, entropy, expectation
from .report import Counterexample, LawBroken, Report, Result

ROOMS = (value, boltzmann, entropy, divergence, expectation, backup, returns, estimator)
LAWS = laws_of(*ROOMS, temperature, tabular, equivalences)
"""Every law, by stem."""

SEED = 0


class Options(NamedTuple):
    """How laws are run."""

    examples: int
    seed: int | None
    dtype: np.dtype
    shrink: bool


class Broken(Exception):
    """Carries a counterexample through Hypothesis."""

    def __init__(self, counterexample: Counterexample) -> None:
        super().__init__(counterexample.reason)
        self.counterexample = counterexample


def verify(
    implementation: Any,
    laws: Iterable[Law | str] | None = None,
    *,
    examples: int = 100,
    seed: int | None = SEED,
    dtype: Any = np.float32,
    on_fail: Literal["report", "raise"] = "report",
    shrink: bool = True,
) -> Report:
    """Check laws on an implementation: a module, object or mapping with the named functions.

    `laws` are Law objects, names of laws or of stems (value, policy, backup, returns, estimator,
    temperature, tabular, equivalences); None means
    all. Inputs are NumPy arrays of `dtype`. A seed repeats a run exactly; None draws new inputs each time.
    Laws whose functions are missing are skipped. `on_fail="raise"` raises LawBroken at the first broken law.
    `shrink=False` reports the first counterexample found instead of the smallest.
    """
    if on_fail not in ("report", "raise"):
        raise ValueError(f'on_fail is "report" or "raise", not {on_fail!r}')
    if examples < 1:
        raise ValueError(f"examples is a positive number, not {examples}")
    options = Options(examples, seed, np.dtype(dtype), shrink)
    results = []
    for law in select(laws):
        results.append(examine(law, implementation, options))
        if on_fail == "raise" and results[-1].status == "failed":
            raise LawBroken((results[-1],))
    return Report(tuple(results))


def select(laws: Iterable[Law | str] | None = None) -> tuple[Law, ...]:
    """The laws asked for: Law objects, names of laws or names of stems."""
    if laws is None:
        return LAWS
    wanted = [laws] if isinstance(laws, (str, Law)) else list(laws)
    return tuple(law for item in wanted for law in _named(item))


def _named(item: Law | str) -> tuple[Law, ...]:
    if isinstance(item, Law):
        return (item,)
    found = tuple(law for law in LAWS if item in (law.name, law.stem))
    if not found:
        raise ValueError(
            f"there is no law and no stem {item!r}; laws are: {', '.join(law.name for law in LAWS)}"
        )
    return found


def examine(law: Law, implementation: Any, options: Options) -> Result:
    """One law on one implementation."""
    missing = [name for name in law.needs if find(implementation, name) is None]
    if missing:
        return Result(law, "skipped", reason=f"no function {', '.join(missing)}")
    search = Search(law, implementation, options.dtype)
    try:
        _property(search, options)()
    except Broken as broken:
        return search.result("failed", broken.counterexample)
    except Flaky:
        assert search.last is not None
        unsteady = dataclasses.replace(search.last, reason="the same input gives different answers")
        return search.result("failed", unsteady)
    return search.result("passed")


def _property(search: Search, options: Options) -> Callable[[], None]:
    """The law as a Hypothesis test: no deadline, no database, the same draws for the same seed."""
    phases = [Phase.generate, Phase.shrink] if options.shrink else [Phase.generate]
    quiet = settings(
        max_examples=options.examples,
        phases=phases,
        deadline=None,
        database=None,
        print_blob=False,
        report_multiple_bugs=False,
        verbosity=Verbosity.quiet,
        suppress_health_check=list(HealthCheck),
    )

    def holds(case: Case) -> None:
        search.try_(case)

    test = quiet(given(search.law.inputs(options.dtype))(holds))
    return test if options.seed is None else seeded(options.seed)(test)


class Search:
    """The state of one law's run: how many examples, how far off at worst, and the last failure."""

    def __init__(self, law: Law, implementation: Any, dtype: np.dtype) -> None:
        self.law, self.implementation, self.dtype = law, implementation, dtype
        self.examples, self.worst = 0, 0.0
        self.last: Counterexample | None = None

    def try_(self, case: Case) -> None:
        """Check the law on one input; raise Broken where it fails."""
        trial = attempt(self.law, self.implementation, case, self.dtype)
        if self.last is None:  # after the first failure Hypothesis shrinks; those runs are no examples
            self.examples += 1
        if trial.reason or trial.ulp > self.law.limit:
            self.last = trial
            raise Broken(trial)
        self.worst = max(self.worst, trial.ulp)

    def result(self, status: Literal["passed", "failed"], found: Counterexample | None = None) -> Result:
        """What to report."""
        worst = self.worst if found is None else found.ulp
        reason = "" if found is None else found.reason
        return Result(self.law, status, self.examples, worst, reason, found)


def attempt(law: Law, implementation: Any, case: Case, dtype: np.dtype) -> Counterexample:
    """Both sides of a law on one input, and how far apart they are; an exception counts as infinitely far."""
    precision = Precision(dtype)
    functions = bind(implementation, law.needs, precision)
    with np.errstate(all="ignore"):
        try:
            sides = law.check(functions, **case)
        except Exception as error:  # whatever foreign code raises is a finding about it
            return Counterexample(case, None, None, np.inf, f"raised {type(error).__name__}: {error}")
        eps = epsilon(precision.dtype)
        left, right = np.asarray(sides.left), np.asarray(sides.right)
        if left.shape != right.shape:
            reason = f"the left side has shape {left.shape}, the right side {right.shape}"
            return Counterexample(case, left, right, np.inf, reason)
        distance = ulps(sides, law.relation, eps, FLOOR * smallest(precision.dtype))
    return Counterexample(case, left, right, float(np.max(distance, initial=0.0)), "")
