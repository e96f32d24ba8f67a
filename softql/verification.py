"""The commands that put the laws to work: `softql verify`, `softql laws`, `softql where`.

They need NumPy and Hypothesis and load them when they run; JAX is not among them. Exit codes of `verify`: 0 every law
did as expected, 1 one did not, 2 a mistake in the arguments, among them an implementation that cannot be loaded or has
none of the functions.
"""

from __future__ import annotations

import argparse
import contextlib
import difflib
import os
import shlex
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from softql import loading
from softql.mistakes import Mistake

if TYPE_CHECKING:
    from softql.laws import Law, Report, Result

HELD, BROKEN, MISUSED = 0, 1, 2
LOADING = 120.0
"""Seconds that importing an implementation may take."""
ADAPTERS = {
    "normalised_measure": "your functions divide the weights of the actions by their sum",
    "probabilities": "your policies are probabilities, not log densities",
    "alpha_in_reward": "your functions have no alpha: rewards and values are divided by it",
    "inverse_temperature": "your functions take beta = 1/alpha in place of alpha",
    "boolean_masks": "your functions take True where an action exists, in place of log_w",
    "batched_only": "your functions take exactly one batch axis",
    "single_state_only": "your functions take one state at a time",
    "one_alpha": "your functions take one alpha for all states, a number",
}
"""Flags of `verify`, from the laws' side to the implementation's."""


def add_to(commands: Any) -> None:
    """The three commands, for the parser of `softql`."""
    _add_verify(commands)
    laws = commands.add_parser("laws", help="list the laws: equation, tag, needs, and the theorem that backs each")
    laws.set_defaults(run=_list_laws)
    laws.add_argument("name", nargs="*", help="a law, a stem such as policy, or a function (default: all)")
    where = commands.add_parser("where", help='what stands behind a tag, such as "H17 Eq. 5"')
    where.set_defaults(run=_where)
    where.add_argument("tag", nargs="+", help='a tag such as H17 Eq. 5 or "Note L58"')


def _add_verify(commands: Any) -> None:
    verify = commands.add_parser(
        "verify",
        help="put the laws of soft Q-learning to your own code",
        description="Put the laws of soft Q-learning to an implementation: any module, class or object with functions "
        "under the laws' names (softql laws). NumPy, JAX, torch, whatever takes arrays.",
        epilog="Exit code 0: every law did as expected. 1: one did not. 2: a mistake in the arguments.",
    )
    verify.set_defaults(run=_verify)
    verify.add_argument("target", metavar="MODULE:ATTR", help="such as my_package.sac, sac.py:Mine or pkg.mod:agent.q")
    verify.add_argument(
        "--law", action="append", metavar="NAME", help="a law or a stem; may be repeated (default: all)"
    )
    verify.add_argument("--examples", type=int, metavar="N", help="inputs a law (default: 100, some 40 s for all laws)")
    verify.add_argument("--quick", action="store_true", help="15 inputs a law: some 6 s")
    verify.add_argument("--seed", type=int, default=0, metavar="S", help="of the inputs (default: 0)")
    verify.add_argument("--dtype", default="float32", choices=("float32", "float64"), help="of the inputs")
    verify.add_argument("--xfail", action="append", default=[], metavar="LAW=REASON", help="expected to fail; strict")
    verify.add_argument("--time-limit", type=float, default=60.0, metavar="SECONDS", help="for one law (default: 60)")
    verify.add_argument("--case", metavar="JSON", help="one input, as a report gives it, in place of drawn ones")
    verify.add_argument("--no-shrink", action="store_true", help="report the first counterexample, not the smallest")
    verify.add_argument("--json", metavar="FILE", help="write the report as JSON; - is the standard output")
    verify.add_argument("--html", metavar="FILE", help="write the report as a page")
    verify.add_argument("--verbose", action="store_true", help="show the laws too whose functions are missing")
    verify.add_argument("--color", choices=("auto", "always", "never"), default="auto", help="(default: auto)")
    verify.add_argument("--rename", action="append", default=[], metavar="NAME=YOURS", help="your name of a function")
    verify.add_argument(
        "--arguments",
        action="append",
        default=[],
        metavar="NAME=A,B",
        help="the arguments that your function takes, by the laws' names, in your order: soft_value=alpha,q",
    )
    for name, meaning in ADAPTERS.items():
        verify.add_argument("--" + name.replace("_", "-"), action="store_true", help=meaning)
    verify.add_argument("--arrays", metavar="MODULE:ATTR", help="what makes your arrays, such as torch:as_tensor")


# verify


def _verify(arguments: argparse.Namespace) -> int:
    with tempfile.TemporaryDirectory(prefix="softql-") as folder:  # or Hypothesis leaves one in the working folder
        os.environ.setdefault("HYPOTHESIS_STORAGE_DIRECTORY", folder)
        try:
            return _put(_laws(), arguments)
        finally:
            if os.environ["HYPOTHESIS_STORAGE_DIRECTORY"] == folder:
                del os.environ["HYPOTHESIS_STORAGE_DIRECTORY"]


def _put(laws: ModuleType, arguments: argparse.Namespace) -> int:
    """Put the laws to the target and report."""
    if arguments.json == "-" == arguments.html:
        raise Mistake("one report at a time goes to the standard output: name a file for the other")
    with _reserved("-" in (arguments.json, arguments.html)):
        report = _report(laws, arguments)
    _write(arguments.json, report.to_json())
    _write(arguments.html, report.to_html(arguments.target))
    if report.unreached:
        raise KeyboardInterrupt
    return HELD if report.ok else BROKEN


@contextlib.contextmanager
def _reserved(needed: bool) -> Iterator[None]:
    """Keep the standard output for a report: what else is printed, by native code too, goes to the error stream."""
    if not needed:
        yield
        return
    real = sys.stdout is sys.__stdout__
    kept = os.dup(1) if real else None
    try:
        if real:
            sys.stdout.flush()
            os.dup2(2, 1)
        with contextlib.redirect_stdout(sys.stderr):
            yield
    finally:
        if kept is not None:
            os.dup2(kept, 1)
            os.close(kept)


def _report(laws: ModuleType, arguments: argparse.Namespace) -> Report:
    implementation = adapted(arguments, load(arguments.target))
    to_stdout = "-" in (arguments.json, arguments.html)
    screen = Screen(sys.stderr if to_stdout else sys.stdout, arguments.color, arguments.verbose)
    for path in (arguments.json, arguments.html):
        _writable(path)
    watch = Watch(arguments.time_limit, BROKEN)

    def told(law: Law, result: Result | None, place: int, count: int) -> None:
        watch.expect(None if result else f"{law.name} calls {', '.join(law.needs)}")
        screen.show(law, result, place, count)

    try:
        chosen = laws.select(arguments.law)
        check_something(arguments.target, implementation, chosen)
        report = laws.verify(
            implementation,
            chosen,
            examples=_examples(arguments, laws),
            seed=arguments.seed,
            dtype=arguments.dtype,
            shrink=not arguments.no_shrink,
            expected_failures=dict(pair("--xfail", text) for text in arguments.xfail),
            time_limit=arguments.time_limit,
            case=arguments.case,
            progress=told,
            command=command_of(arguments),
        )
    except laws.Interrupted as stop:  # what there is, is reported
        report = stop.report
    except ValueError as error:
        raise Mistake(str(error)) from error
    finally:
        watch.expect(None)
    screen.end(report)
    return report


def _examples(arguments: argparse.Namespace, laws: ModuleType) -> int:
    if arguments.examples is not None:
        return int(arguments.examples)
    return int(laws.QUICK if arguments.quick else laws.EXAMPLES)


def command_of(arguments: argparse.Namespace) -> str:
    """The command that loads and adapts the same implementation, for the lines that re-run a failure."""
    words = ["softql", "verify", arguments.target]
    for name in ("rename", "arguments"):
        words += [word for text in getattr(arguments, name) for word in (f"--{name}", text)]
    words += ["--" + name.replace("_", "-") for name in ADAPTERS if getattr(arguments, name)]
    words += ["--arrays", arguments.arrays] if arguments.arrays else []
    words += ["--time-limit", f"{arguments.time_limit:g}"] if arguments.time_limit != 60 else []
    return shlex.join(words)


def adapted(arguments: argparse.Namespace, implementation: Any) -> Any:
    """The implementation in the laws' terms, as the flags say."""
    from softql.laws import adapters

    chain = [getattr(adapters, name) for name in ADAPTERS if getattr(arguments, name)]
    if arguments.arrays:
        chain.append(adapters.arrays(load(arguments.arrays)))
    rename = dict(pair("--rename", text) for text in arguments.rename)
    order = dict(pair("--arguments", text) for text in arguments.arguments)
    if not (chain or rename or order):
        return implementation
    known = dict.fromkeys(need for law in _laws().LAWS for need in law.needs)
    for ours, theirs in rename.items():
        if ours not in known:
            near = difflib.get_close_matches(ours, known, n=1)
            hint = f"; did you mean {near[0]}?" if near else ""
            raise Mistake(f"--rename: the laws need no function {ours!r}{hint}")
        if not _has(implementation, theirs):
            raise Mistake(f"--rename: {arguments.target} has no function {theirs!r}")
    try:
        return adapters.adapt(implementation, *chain, rename=rename, arguments=order)
    except ValueError as error:
        raise Mistake(f"--arguments: {str(error).removeprefix('arguments: ')}") from error


def load(target: str) -> Any:
    """What `module`, `module:attribute` or `file.py:attribute` names; the working folder is searched first.

    Raises:
        Mistake: where it cannot be imported, or not within LOADING seconds, in one line.

    Example:
        >>> load("math:pi") > 3
        True
    """
    from softql.laws import clock

    name = target.partition(":")[0]
    watch = Watch(LOADING, MISUSED)
    try:
        watch.expect(f"importing {name}")
        with clock.limit(LOADING):
            return loading.load(target, passing=(clock.TimeUp,))
    except clock.TimeUp:
        why = "a module for the laws defines functions, and does its work when they are called"
        raise Mistake(f"importing {name} took more than {LOADING:g} s: {why}") from None
    finally:
        watch.expect(None)


def check_something(target: str, implementation: Any, laws: tuple[Law, ...]) -> None:
    """Refuse an implementation that has none of the functions."""
    if not any(_has(implementation, name) for law in laws for name in law.needs):
        raise Mistake(_nothing_to_check(target, implementation, laws))


def _nothing_to_check(target: str, implementation: Any, laws: tuple[Law, ...]) -> str:
    """None of the functions is there: say what is, and what is nearest."""
    wanted = list(dict.fromkeys(name for law in laws for name in law.needs))
    theirs = [n for n in dir(implementation) if n[0] != "_" and callable(getattr(implementation, n, None))]
    near = [(w, m[0]) for w in wanted if (m := difflib.get_close_matches(w, theirs, n=1, cutoff=0.6))]
    hint = f"; if they are there by other names: --rename {near[0][0]}={near[0][1]}" if near else ""
    shown = ", ".join(wanted[:6]) + (", ..." if len(wanted) > 6 else "")
    return f"{target} has none of the functions that these laws need ({shown}){hint}"


def _has(implementation: Any, name: str) -> bool:
    from softql.laws.implementation import find

    return find(implementation, name) is not None


def pair(flag: str, text: str) -> tuple[str, str]:
    """NAME=VALUE of a flag."""
    name, equals, value = text.partition("=")
    if not (equals and name.strip() and value.strip()):
        raise Mistake(f"{flag} {text!r}: write NAME=VALUE")
    return name.strip(), value.strip()


def _writable(path: str | None) -> None:
    """Refuse a place for a report before the laws run, not after."""
    if not path or path == "-":
        return
    folder = Path(path).resolve().parent
    if not folder.is_dir():
        raise Mistake(f"there is no folder {Path(path).parent} to write {Path(path).name} in")
    if Path(path).is_dir() or not os.access(Path(path) if Path(path).exists() else folder, os.W_OK):
        raise Mistake(f"can't write {path}")


def _write(path: str | None, text: str) -> None:
    if path == "-":
        print(text)
    elif path:
        try:
            Path(path).write_text(text + "\n", "utf-8")
        except OSError as error:
            raise Mistake(f"can't write {path}: {error.strerror}") from error


class Watch:
    """Ends the process where native code hangs: there no signal stops a law at its time limit, nor will Ctrl-C."""

    def __init__(self, time_limit: float, code: int) -> None:
        self.patience = min(2 * time_limit + 5, 1e7) if time_limit > 0 else 0.0
        self.code = code
        self.timer: threading.Timer | None = None

    def expect(self, what: str | None) -> None:
        """What runs from now on, or None."""
        if self.timer is not None:
            self.timer.cancel()
        self.timer = threading.Timer(self.patience, self.end, (what,)) if what is not None else None
        if self.timer is not None:
            self.timer.daemon = True
            self.timer.start()

    def end(self, what: str) -> None:
        """Say what it was, and leave without waiting for anybody."""
        said = f"softql: {what}: no answer within {self.patience:g} s, and native code cannot be interrupted\n"
        os.write(2, said.encode())
        os._exit(self.code)


class Screen:
    """A line a law as it ends; on a terminal also the one that runs."""

    def __init__(self, stream: Any, colour: str, verbose: bool) -> None:
        self.stream = stream
        self.all, self.said = verbose, set[str]()
        self.live = stream.isatty()
        self.colour = colour == "always" or (colour == "auto" and self.live and "NO_COLOR" not in os.environ)

    def show(self, law: Law, result: Result | None, place: int, count: int) -> None:
        """Told by `verify` before and after each law."""
        from softql.laws import text

        if self.live:
            self.stream.write("\r\x1b[K")
        if result is not None and (self.all or not result.reason.startswith(text.MISSING)):
            print(text.result(result, self.colour, self.said), file=self.stream, flush=True)
        elif self.live and result is None:
            self.stream.write(f"[{place}/{count}] {law.name} ...")
            self.stream.flush()

    def end(self, report: Report) -> None:
        """The sum of it."""
        from softql.laws import text

        if self.live and report.unreached:
            self.stream.write("\r\x1b[K")
        if (line := text.wanting(report)) and not self.all:
            print(text.paint(line, text.COLOURS["skipped"], self.colour), file=self.stream)
        code = "32" if report.ok else "1;31"
        print(text.paint(f"{text.summary(report)} in {report.seconds:.1f} s", code, self.colour), file=self.stream)


# laws, where


def _laws() -> ModuleType:
    try:
        from softql import laws
    except ModuleNotFoundError as error:
        raise Mistake(f'{error}: the laws need NumPy and Hypothesis, pip install "softql[verify]"') from error
    return laws


def _list_laws(arguments: argparse.Namespace) -> int:
    laws = _laws()
    try:
        chosen = laws.select(arguments.name or None)
    except ValueError as error:
        raise Mistake(str(error)) from error
    from softql.laws.backing import theorems_of

    for law in chosen:
        print(f"{law.name}  {' '.join(law.tags)}".rstrip())
        print(f"    {law.equation}")
        print(f"    needs {', '.join(law.needs)}; {_backing(theorems_of(law))}")
    theorems = sum(bool(theorems_of(law)) for law in chosen)
    print(f"{len(chosen)} laws, {theorems} of them backed by a theorem")
    return HELD


def _backing(theorems: tuple[str, ...]) -> str:
    return f"theorem {', '.join(theorems)}" if theorems else "no theorem: a definition or a property of code"


def _where(arguments: argparse.Namespace) -> int:
    laws = _laws()
    from softql.laws.backing import CATALOGUE

    tag = " ".join(arguments.tag).strip("[] ")
    known: dict[str, dict[str, Any]] = CATALOGUE["tags"]
    match = {name.casefold(): name for name in known}.get(tag.casefold())
    if match is None:
        near = difflib.get_close_matches(tag, known, n=3, cutoff=0.5)
        raise Mistake(
            f"there is no tag {tag!r}; "
            + (f"did you mean {', '.join(near)}?" if near else f"there are {', '.join(known)}")
        )
    entry = known[match]
    print(f"[{match}] {entry['formula']}")
    _section("functions", entry["functions"], lambda name: name)
    _section("theorems", entry["theorems"], lambda name: f"{name}: {CATALOGUE['theorems'][name]}")
    tagged = [law for law in laws.LAWS if f"[{match}]" in law.tags]
    _section("laws", tagged, lambda law: f"{law.name}: {law.equation}")
    return HELD


def _section(title: str, items: list[Any], show: Callable[[Any], str]) -> None:
    if items:
        print(f"{title}:")
        print("\n".join(f"    {show(item)}" for item in items))
