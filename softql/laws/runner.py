"""Run laws against an implementation: draw inputs, compare both sides, shrink what fails, report."""

from __future__ import annotations

import contextlib
import dataclasses
import difflib
import inspect
import io
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Literal, NamedTuple

import numpy as np
from hypothesis import HealthCheck, Phase, Verbosity, given, reject, settings
from hypothesis import seed as seeded
from hypothesis.errors import Flaky, Unsatisfiable

from . import (
    agent,
    backup,
    cases,
    clock,
    continuous,
    equivalences,
    estimator,
    replay,
    returns,
    sampler,
    solver,
    tabular,
    temperature,
    value,
)
from .compare import FLOOR, epsilon, smallest, ulps
from .core import Case, Finding, Law, laws_of
from .implementation import PRINTS, Functions, OutOfDomain, Witness, find, kind
from .narrow import SECONDS, narrowed
from .policy import boltzmann, divergence, entropy, expectation
from .report import Counterexample, Interrupted, LawBroken, Report, Result, Status
from .text import MISSING, one_line

ROOMS = (value, boltzmann, entropy, divergence, expectation, backup, returns, estimator)
SYSTEMS = (temperature, tabular, solver, equivalences, sampler, continuous, replay, agent)
LAWS = laws_of(*ROOMS, *SYSTEMS)
"""Every law, by stem."""

SEED = 0
EXAMPLES = 100
QUICK = 15
"""Examples of a quick run: all laws in some six seconds."""
TIME_LIMIT = 60.0
"""Seconds for one law."""

Progress = Callable[[Law, Result | None, int, int], None]
"""Told of each law before it runs, with None, and after it, with its result; its place among how many."""


class NoMore(BaseException):
    """Nearly all inputs are out of the adapters' domain: drawing more is a waste."""


class Options(NamedTuple):
    """How laws are run."""

    examples: int
    seed: int | None
    dtype: np.dtype
    shrink: bool
    time_limit: float
    case: Case | None
    expected_failures: Mapping[str, str]
    command: str | None
    hung: dict[str, str]
    """Functions that gave no answer in time, and the law that found it: they are not called again."""


class Broken(Exception):
    """Carries a counterexample through Hypothesis."""

    def __init__(self, counterexample: Counterexample) -> None:
        super().__init__(counterexample.reason)
        self.counterexample = counterexample


def verify(
    implementation: Any,
    laws: Iterable[Law | str] | None = None,
    *,
    examples: int = EXAMPLES,
    seed: int | None = SEED,
    dtype: Any = np.float32,
    on_fail: Literal["report", "raise"] = "report",
    shrink: bool = True,
    expected_failures: Mapping[str, str] | None = None,
    time_limit: float = TIME_LIMIT,
    case: str | None = None,
    progress: Progress | None = None,
    command: str | None = None,
    hung: dict[str, str] | None = None,
) -> Report:
    """Check laws on an implementation: a module, object or mapping with the named functions.

    Inputs are NumPy arrays. Laws whose functions are missing are skipped. What an implementation prints is kept off
    the screen and noted, and so is a function that writes into its arguments. For functions with other names or other
    conventions see `softql.laws.adapt`.

    Args:
        implementation: a module, an object or a mapping with functions under the names that the laws need.
        laws: Law objects, names of laws, stems (value, policy, backup, ...) or functions; None means all.
        examples: inputs for each law.
        seed: repeats a run where the same modules are loaded (Hypothesis also tries the constants that it finds in
            the source of your modules); None draws new inputs each time. `case` depends on neither.
        dtype: of the inputs; float32 or float64.
        on_fail: "report", or "raise" LawBroken at the first broken law.
        shrink: look for the smallest counterexample instead of reporting the first.
        expected_failures: law -> reason. Strict: a law listed here that holds makes the report not ok.
        time_limit: seconds for one law. A call that takes half of it by itself fails the law; a law that is slow
            otherwise stops early with the examples it has.
        case: one input, as a report's reproduction line gives it, in place of drawn ones.
        progress: called before and after each law with (law, None or its result, place, how many).
        command: the shell command that runs `implementation`, for the reproduction lines.
        hung: functions that gave no answer in another run, which are not called; what hangs here is added.

    Returns:
        A Report: `.ok`, `.results`, `str(report)`, `.to_json()`, `.to_html()`.

    Raises:
        ValueError: for an unknown law, on_fail or case, or an option outside its range.
        LawBroken: with on_fail="raise".
        Interrupted: a KeyboardInterrupt whose `report` has the laws that ended before Ctrl-C.

    Example:
        >>> report = verify({"energy": lambda q, alpha: -q / alpha[..., None]}, ["energy_is_minus_q"], examples=5)
        >>> report.ok
        True
    """
    if on_fail not in ("report", "raise"):
        raise ValueError(f'on_fail is "report" or "raise", not {on_fail!r}')
    if examples < 1:
        raise ValueError(f"examples is a positive number, not {examples}")
    if not time_limit > 0:
        raise ValueError(f"time_limit is a positive number of seconds, not {time_limit}")
    expected = dict(expected_failures or {})
    check_expected(expected)
    typed = None if case is None else cases.decode(case)
    try:
        precision = np.dtype(dtype)
    except TypeError as error:
        raise ValueError(f"dtype is float32 or float64, not {dtype!r}") from error
    if precision not in (np.float32, np.float64):
        raise ValueError(f"dtype is float32 or float64, not {precision.name}")
    options = Options(
        examples, seed, precision, shrink, time_limit, typed, expected, command, {} if hung is None else hung
    )
    chosen, began = select(laws), time.monotonic()
    results: list[Result] = []
    if typed is not None:
        for law in chosen:
            check_case(law, typed)

    def report() -> Report:
        spent, left = time.monotonic() - began, len(chosen) - len(results)
        return Report(tuple(results), options.dtype.name, options.examples, seed, spent, command, left)

    try:
        for place, law in enumerate(chosen, 1):
            if progress is not None:
                progress(law, None, place, len(chosen))
            result = examine(law, implementation, options)
            results.append(result)
            if progress is not None:
                progress(law, result, place, len(chosen))
            if on_fail == "raise" and result.unexpected:
                raise LawBroken((result,))
    except KeyboardInterrupt as stop:
        raise Interrupted(report()) from stop
    return report()


def check_case(law: Law, case: Case) -> None:
    """Refuse an input whose names are not those of the law's."""
    taken = inspect.signature(law.check).parameters.values()
    named = [p.name for p in taken if p.kind is p.POSITIONAL_OR_KEYWORD][1:]
    free = any(p.kind is p.VAR_KEYWORD for p in taken)
    if not set(named) <= set(case) or not (free or set(case) <= set(named)):
        raise ValueError(f"{law.name} takes {', '.join(named)}; the case has {', '.join(case)}")


def check_expected(expected: Mapping[str, str]) -> None:
    """Refuse expected failures of laws that are not there, or without a reason."""
    names = {law.name for law in LAWS}
    for name, reason in expected.items():
        if name not in names:
            raise ValueError(f"expected_failures: there is no law {name!r}")
        if not isinstance(reason, str) or not reason.strip():
            raise ValueError(f"expected_failures: say why {name} is expected to fail")


def select(laws: Iterable[Law | str] | None = None) -> tuple[Law, ...]:
    """The laws asked for: Law objects, names of laws, of stems, or of functions that laws need."""
    if laws is None:
        return LAWS
    wanted = [laws] if isinstance(laws, (str, Law)) else list(laws)
    return tuple(law for item in wanted for law in _named(item))


def of(functions: Iterable[str]) -> tuple[Law, ...]:
    """The laws that need none but these functions.

    Example:
        >>> [law.name for law in of(["energy"])]
        ['energy_is_minus_q']
    """
    have = set(functions)
    return tuple(law for law in LAWS if have.issuperset(law.needs))


def _named(item: Law | str) -> tuple[Law, ...]:
    if isinstance(item, Law):
        return (item,)
    found = tuple(law for law in LAWS if item in (law.name, law.stem, *law.needs))
    if not found:
        names = [law.name for law in LAWS]
        near = difflib.get_close_matches(str(item), names, n=3, cutoff=0.5)
        hint = f"did you mean {', '.join(near)}? " if near else ""
        stems = ", ".join(dict.fromkeys(law.stem for law in LAWS))
        raise ValueError(f"there is no law and no stem {item!r}; {hint}`softql laws` lists the laws; stems are {stems}")
    return found


def examine(law: Law, implementation: Any, options: Options) -> Result:
    """One law on one implementation."""
    missing = [name for name in law.needs if find(implementation, name) is None]
    if missing:
        return Result(law, "skipped", reason=MISSING + ", ".join(missing))
    search = Search(law, implementation, options)
    try:
        search.refuse_hung()
        if options.case is None:
            _property(search, options)()
        else:
            search.try_(options.case)
    except Broken as broken:
        return search.failed(broken.counterexample)
    except clock.TimeUp:
        return search.stopped()
    except Flaky:
        assert search.last is not None
        return search.failed(
            dataclasses.replace(search.last, reason="the same input gives different answers")
        )
    except (Unsatisfiable, OutOfDomain, NoMore):
        if search.examples:
            return search.passed()
        why = search.notes[0].partition(":")[0] if search.notes else "no input that the adapters can express"
        return Result(law, "skipped", reason=why)
    return search.passed()


def _property(search: Search, options: Options) -> Callable[[], None]:
    """The law as a Hypothesis test: no deadline, no database, the same draws for the same seed."""
    phases = [Phase.generate, Phase.shrink] if options.shrink else [Phase.generate]
    most = search.law.most
    quiet = settings(
        max_examples=options.examples if most is None else min(options.examples, most),
        phases=phases,
        deadline=None,
        database=None,
        print_blob=False,
        report_multiple_bugs=False,
        verbosity=Verbosity.quiet,
        suppress_health_check=list(HealthCheck),
    )

    def holds(case: Case) -> None:
        try:
            search.try_(case)
        except OutOfDomain:
            reject()

    test = quiet(given(search.law.inputs(options.dtype))(holds))
    return test if options.seed is None else seeded(options.seed)(test)


class Search:
    """The state of one law's run: how many examples, how far off at worst, and the last failure."""

    def __init__(self, law: Law, implementation: Any, options: Options) -> None:
        self.law, self.functions, self.options = law, Functions(implementation, law), options
        self.examples, self.refused, self.worst = 0, 0, 0.0
        self.last: Counterexample | None = None
        self.began = time.monotonic()
        self.deadline: float | None = None
        self.notes: list[str] = []

    def refuse_hung(self) -> None:
        """Do not wait again for a function that did not answer before."""
        for name in self.law.needs:
            if name in self.options.hung:
                line = f"{name} gave no answer in {self.options.hung[name]}: not called again"
                raise Broken(Counterexample({}, None, None, np.inf, line))

    def try_(self, case: Case) -> None:
        """Check the law on one input; raise Broken where it fails, TimeUp where there is no time left."""
        witness, called = Witness(self.options.dtype), time.monotonic()
        if self.deadline is None:  # the clock starts at the first input, not while Hypothesis makes itself ready
            self.deadline = called + self.options.time_limit
        left = self.deadline - called
        if left <= 0:
            raise clock.TimeUp
        try:
            with clock.limit(left):
                trial = attempt(self.law, self.functions, case, witness)
        except OutOfDomain:
            self.refuse(witness)
            raise
        except clock.TimeUp:
            taken = time.monotonic() - called
            if taken >= self.options.time_limit / 2 and self.last is None:
                self.last = Counterexample(case, None, None, np.inf, f"no answer within {taken:.1f} s")
                self.options.hung[witness.running] = self.law.name
            raise
        if self.last is None:  # after the first failure Hypothesis shrinks; those runs are no examples
            self.examples += 1
        self.note(witness)
        if trial.reason or trial.ulp > self.law.limit:
            self.last = dataclasses.replace(trial, calls=witness.asked(self.options.dtype))
            raise Broken(self.last)
        self.worst = max(self.worst, trial.ulp)

    def refuse(self, witness: Witness) -> None:
        """One more input that the adapters cannot express."""
        self.note(witness)
        self.refused += 1
        if self.refused > 20 + 3 * self.options.examples or (self.refused > 30 and not self.examples):
            raise NoMore

    def note(self, witness: Witness) -> None:
        """Keep what the calls showed, each thing once."""
        for note in witness.notes:
            if kind(note) not in map(kind, self.notes):
                self.notes.append(note)

    def passed(self) -> Result:
        """The law held, which may be unexpected."""
        reason = self.options.expected_failures.get(self.law.name)
        if reason is None:
            return self._result("passed")
        return self._result("xpassed", f"holds, but was expected to fail: {reason}")

    def failed(self, found: Counterexample) -> Result:
        """The law is broken, which may be expected."""
        if self.options.shrink and self.options.case is None and not self.law.whole:
            with contextlib.suppress(clock.TimeUp), clock.limit(min(SECONDS, self.options.time_limit)):
                found = narrowed(found, self.again)
        if not self.options.hung and not self.repeats(found):
            self.notes.append("the same input gives different answers")
        reason = self.options.expected_failures.get(self.law.name)
        result = self._result("failed" if reason is None else "xfailed", reason or found.reason)
        again = reproduction(self.law, found, self.options)
        return dataclasses.replace(result, worst=found.ulp, counterexample=found, reproduction=again)

    def again(self, case: Case) -> Counterexample | None:
        """How the law fails on one more input, if it does."""
        witness = Witness(self.options.dtype)
        try:
            trial = attempt(self.law, self.functions, case, witness)
        except OutOfDomain:
            return None
        if not trial.reason and trial.ulp <= self.law.limit:
            return None
        return dataclasses.replace(trial, calls=witness.asked(self.options.dtype))

    def repeats(self, found: Counterexample) -> bool:
        """Whether the failing input fails once more, in the same way."""
        if not found.inputs or self.law.whole:
            return True
        try:
            with clock.limit(self.options.time_limit):
                again = attempt(self.law, self.functions, found.inputs, Witness(self.options.dtype))
        except (OutOfDomain, clock.TimeUp):
            return True
        sides = [(found.left, again.left), (found.right, again.right)]
        same = all(np.array_equal(np.asarray(a), np.asarray(b), equal_nan=True) for a, b in sides if a is not None)
        return again.reason == found.reason and same

    def stopped(self) -> Result:
        """The time is up: with a failure in hand, or with the examples there were."""
        if self.last is not None:
            return self.failed(self.last)
        if self.examples == 0:
            return self._result("failed", f"not one example within {self.options.time_limit:g} s")
        self.notes.append(f"stopped after {self.options.time_limit:g} s, with {self.examples} examples")
        return self.passed()

    def _result(self, status: Status, reason: str = "") -> Result:
        seconds = time.monotonic() - self.began
        return Result(
            self.law, status, self.examples, self.worst, reason, notes=tuple(self.notes), seconds=seconds
        )


def reproduction(law: Law, found: Counterexample, options: Options) -> str:
    """What re-runs exactly this failure: a shell command, or a line of Python where no command is known."""
    try:
        case = cases.encode(found.inputs) if found.inputs else None
    except TypeError:  # inputs that cannot be written down: the same draws again
        case = None
    if options.command is None:
        how = f"seed={options.seed}, examples={options.examples}" if case is None else f"case={case!r}"
        return f'softql.verify(implementation, ["{law.name}"], dtype="{options.dtype.name}", {how})'
    how = f"--seed {options.seed} --examples {options.examples}" if case is None else f"--case '{case}'"
    return f"{options.command} --law {law.name} --dtype {options.dtype.name} {how}"


def attempt(law: Law, functions: Functions, case: Case, witness: Witness) -> Counterexample:
    """Both sides of a law on one input, and how far apart they are; an exception counts as infinitely far."""
    bound = functions.bind(witness)
    said = io.StringIO()
    with np.errstate(all="ignore"):
        try:
            with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
                sides = law.check(bound, **case)
        except OutOfDomain:
            raise
        except Finding as finding:
            return Counterexample(case, None, None, np.inf, str(finding))
        except (KeyboardInterrupt, clock.TimeUp):
            raise
        except BaseException as error:  # whatever foreign code raises is a finding about it
            said_so = f"raised {type(error).__name__}: {one_line(error)}{_advice(error, case)}"
            return Counterexample(case, None, None, np.inf, said_so)
        if printed := said.getvalue().strip():
            witness.note(f"{PRINTS}{printed.splitlines()[0][:60]}")
        eps = epsilon(witness.dtype)
        left, right = np.asarray(sides.left), np.asarray(sides.right)
        if left.shape != right.shape:
            reason = f"the left side has shape {left.shape}, the right side {right.shape}"
            return Counterexample(case, left, right, np.inf, reason)
        if reason := _misfit(left, np.asarray(sides.scale)):
            return Counterexample(case, left, right, np.inf, reason)
        distance = ulps(sides, law.relation, eps, FLOOR * smallest(witness.dtype))
    return Counterexample(case, left, right, float(np.max(distance, initial=0.0)), "")


def _misfit(answer: np.ndarray, scale: np.ndarray) -> str:
    """What keeps answers from being compared: a shape that the inputs do not have, a NaN that all else depends on."""
    if answer.shape != scale.shape:
        return f"the answers have shape {answer.shape}, the inputs ask for {scale.shape}"
    return "an answer is NaN" if np.isnan(scale).any() else ""


def _advice(error: BaseException, case: Case) -> str:
    """What helps code that was written for one state and got a batch of them."""
    batched = any(getattr(x, "ndim", 0) > 1 for x in case.values())
    said = one_line(error).lower()
    if "missing" in said and "positional argument" in said:
        return " (a method? pass an object, not its class; other arguments? --arguments, or adapt(..., arguments=...))"
    if isinstance(error, MemoryError) or "inhomogeneous" in said:  # a ragged answer, whatever the shapes it was given
        return ""
    if any(word in said for word in ("broadcast", "shape", "dimension", "operand", "size of tensor")):
        one = "for code of one state: --single-state-only" if batched else "for code of one batch axis: --batched-only"
        return f" ({one}; if alpha is one number for all states: --one-alpha; from Python: softql.laws.adapt)"
    return ""
