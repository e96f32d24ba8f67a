"""Someone's functions, made callable by the laws: NumPy in, float64 NumPy out.

An implementation is a module, an object or a mapping that holds functions under the names the laws use.
Each call gets its own copies of the arrays, in the dtype under test, so a function that writes into its
input spoils no law (it is noted, behind adapters too). The coarsest dtype among the answers decides how large an
ulp is.
"""

from __future__ import annotations

import contextlib
import functools
import inspect
from collections.abc import Callable, Iterator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import Any

import numpy as np

from .compare import epsilon
from .core import Law
from .signatures import SIGNATURES

PRINTS, WRITES = "prints: ", "writes into its arguments"
"""How notes about the conduct of a function begin or end."""


def kind(note: str) -> str:
    """What two notes share of which one is enough: of all that is printed, the first line."""
    return PRINTS if note.startswith(PRINTS) else note


class OutOfDomain(Exception):
    """An input that an adapter cannot put into the implementation's own terms: no finding either way."""


def find(implementation: Any, name: str) -> Callable[..., Any] | None:
    """The function of that name, or None; where looking for it raises, a function that raises the same."""
    if isinstance(implementation, Mapping):
        return implementation.get(name)
    try:
        return getattr(implementation, name, None)
    except Exception as error:
        return functools.partial(_raise, error)


def _raise(error: Exception, *_: Any) -> Any:
    raise error


class Witness:
    """What the calls of one law showed besides their answers: the coarsest format, and what people should know."""

    def __init__(self, dtype: np.dtype) -> None:
        self.dtype = dtype
        self.notes: list[str] = []
        self.running = ""
        """The function that is being called."""
        self.calls: list[Call] = []
        """What was asked and answered; of systems, whose states may be anything, nothing is kept."""

    def see(self, dtype: np.dtype) -> None:
        """Take one more answer's dtype into account."""
        if epsilon(dtype) > epsilon(self.dtype):
            self.dtype = dtype

    def asked(self, dtype: np.dtype) -> tuple[Call, ...]:
        """The calls, their arguments in the dtype under test, as the functions were given them."""
        return tuple(replace(call, given=tuple(_copy(x, dtype) for x in call.given)) for call in self.calls)

    def note(self, line: str) -> None:
        """Say something, once."""
        if line not in self.notes:
            self.notes.append(line)


WITNESS: ContextVar[Witness] = ContextVar("WITNESS")
"""Who watches the call that runs."""


def watched(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """The function; where it writes into what it is given, the witness notes it."""

    @functools.wraps(function, updated=())
    def call(*arguments: Any, **named: Any) -> Any:
        given = (*arguments, *named.values())
        before = [_contents(x) for x in given]
        answer = function(*arguments, **named)
        if any(_contents(x) != was for x, was in zip(given, before, strict=True)) and (by := WITNESS.get(None)):
            by.note(f"{name} {WRITES}")
        return answer

    return call


@contextlib.contextmanager
def _under(witness: Witness) -> Iterator[None]:
    """A call under the eyes of a witness."""
    token = WITNESS.set(witness)
    try:
        yield
    finally:
        WITNESS.reset(token)


def _contents(x: Any) -> bytes:
    """The numbers in an array of any library that can be written into; nothing for all else."""
    if not (hasattr(x, "shape") and hasattr(x, "__setitem__")):
        return b""
    try:
        return numbers(x).tobytes()
    except Exception:  # no array that NumPy can look at
        return b""


@dataclass(frozen=True)
class Call:
    """One question that a law put to a function."""

    name: str
    given: tuple[Any, ...]
    answer: Any = None
    """None where it gave none."""


class Functions:
    """The functions that a law needs, found once."""

    def __init__(self, implementation: Any, law: Law) -> None:
        self.whole = law.whole
        self.by_name = {name: _found(implementation, name) for name in law.needs}
        self.refused = {name: refuses_last(name, function) for name, function in self.by_name.items()}

    def bind(self, witness: Witness) -> SimpleNamespace:
        """The functions as the law calls them, under the eyes of a witness."""
        if self.whole:
            return SimpleNamespace(**{name: self._watched(name, witness) for name in self.by_name})
        return SimpleNamespace(**{name: self._wrap(name, witness) for name in self.by_name})

    def _watched(self, name: str, witness: Witness) -> Callable[..., Any]:
        """The function as it is, its name noted while it runs."""
        function = watched(name, self.by_name[name])

        @functools.wraps(function, updated=())
        def call(*arguments: Any, **named: Any) -> Any:
            witness.running = name
            with _under(witness):
                return at_once(function(*arguments, **named))

        return call

    def _wrap(self, name: str, witness: Witness) -> Callable[..., np.ndarray]:
        function, refused, dtype = watched(name, self.by_name[name]), self.refused[name], witness.dtype

        def call(*arguments: Any) -> np.ndarray:
            while arguments and arguments[-1] is None:  # a missing measure is a missing argument
                arguments = arguments[:-1]
            given = [_copy(x, dtype) for x in arguments]
            witness.running = name
            try:
                if refused and len(given) == len(SIGNATURES[name]):
                    raise OutOfDomain(f"takes no {refused}")
                witness.calls.append(Call(name, arguments))
                with _under(witness):
                    answer = numbers(function(*given))
            except OutOfDomain as refusal:
                witness.note(f"{name} {refusal}: such inputs were passed over")
                raise
            if answer.dtype.kind in "OUSMm":
                raise TypeError(f"{name} returned no array of numbers: {answer!r}")
            if answer.dtype.kind == "c":
                raise TypeError(f"{name} returned complex numbers")
            witness.see(answer.dtype)
            witness.calls[-1] = Call(name, arguments, np.array(answer, np.float64))
            return np.array(answer, np.float64)

        return call


def refuses_last(name: str, function: Callable[..., Any]) -> str:
    """The laws' optional last argument, a measure say, if a function visibly takes all the others and not this one."""
    known = SIGNATURES.get(name, ("",))
    if known[-1] not in ("log_w", "path_truncated"):
        return ""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return ""
    if any(p.kind is p.VAR_POSITIONAL for p in parameters):
        return ""
    takes = sum(p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD) for p in parameters)
    return known[-1].removeprefix("path_") if takes == len(known) - 1 else ""


def at_once(answer: Any) -> Any:
    """The answer, where it is one already: a coroutine is closed, or Python would complain of it later."""
    if inspect.iscoroutine(answer):
        answer.close()
        raise TypeError("an async function: give the laws one that answers at once")
    if inspect.isgenerator(answer) or inspect.isasyncgen(answer):
        raise TypeError("a generator function: give the laws one that returns its answer")
    return answer


def numbers(answer: Any) -> np.ndarray:
    """An answer as a NumPy array; a torch tensor may carry a gradient or lie on another device."""
    answer = at_once(answer)
    for step in ("detach", "cpu"):
        if hasattr(answer, step):
            answer = getattr(answer, step)()
    if str(getattr(answer, "dtype", "")) == "torch.bfloat16":
        raise TypeError("returned bfloat16, which NumPy does not know: answer in float32")
    return np.asarray(answer)


def _found(implementation: Any, name: str) -> Callable[..., Any]:
    function = find(implementation, name)
    if function is None:
        raise AttributeError(f"the implementation has no function {name}")
    return function


def _copy(x: Any, dtype: np.dtype) -> Any:
    """A copy of an argument, floating-point numbers in the dtype under test."""
    x = np.array(x)
    return x.astype(dtype)[()] if x.dtype.kind == "f" else x[()]
