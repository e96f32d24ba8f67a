"""Mutation testing of softql's equations, by hand: `python -m tests.mutation` in the repository's root.

mutmut writes the mutants, each a small mistake in one function; a mutant is killed when an answer that
`tests/recorded.json` holds changes: `tests/test_recorded.py` compares those answers, the accuracy tests certify them.
mutmut's own runner starts a process a mutant, and some 4,600 that each compile a library are hours; here one process
imports the mutated equations again for each mutant and asks, of the recorded answers, those whose computation passes
through the mutated function. A mutant that takes too long is not killed.
Every verdict goes to `build/mutation.jsonl` as it is reached, and a run that was stopped goes on from there.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib
import json
import os
import re
import shutil
import signal
import sys
import tempfile
import time
import warnings
from collections import defaultdict
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
ROOT = HERE.parents[1]


class TooLong(BaseException):
    pass


def write_mutants(folder: Path) -> list[str]:
    """A package `softql` that has nothing but the mutated equations; the names of the mutants."""
    from mutmut.mutation.file_mutation import mutate_file_contents

    names = []
    (folder / "softql" / "equations").mkdir(parents=True)
    (folder / "softql" / "__init__.py").write_text("")
    for path in sorted((ROOT / "softql" / "equations").glob("*.py")):
        mutated = mutate_file_contents(str(path), path.read_text())
        (folder / "softql" / "equations" / path.name).write_text(mutated.code)
        names += [f"softql.equations.{path.stem}.{name}" for name in mutated.mutant_names]
    return names


def equations() -> Any:
    """The equations, imported anew: what runs at import runs as the mutant too, and nothing is cached."""
    for name in [name for name in sys.modules if name == "softql" or name.startswith("softql.")]:
        del sys.modules[name]
    return importlib.import_module("softql.equations")


def forget() -> None:
    """Empty every cache of the equations."""
    for name in ("_words", "_rules", "_selftest"):
        for cached in list(vars(sys.modules[f"softql.equations.{name}"]).values()):
            if hasattr(cached, "cache_clear"):
                cached.cache_clear()


def reach(known: set[str]) -> tuple[dict[str, list[str]], set[str]]:
    """Without the answers that are known: for each function the answers that pass through it, the
    quickest first; and what runs at import."""
    import numpy as np
    import recorded
    from mutmut.mutation import trampoline

    hits: dict[str, list[tuple[float, str]]] = defaultdict(list)
    now: set[str] = set()
    trampoline.record_trampoline_hit = lambda name, caller=None: now.add(name)
    os.environ["MUTANT_UNDER_TEST"] = "stats"
    e = equations()
    at_import = frozenset(now)
    for dtype in (np.float32, np.float64):
        for name, thunk in recorded.thunks(e, dtype):
            if name in known:
                continue
            recorded.answer(thunk)
            now.clear()
            forget()
            start = time.perf_counter()
            recorded.answer(thunk)
            spent = time.perf_counter() - start
            for function in now | at_import:
                hits[function].append((spent, name))
    del os.environ["MUTANT_UNDER_TEST"]
    return {function: [name for _, name in sorted(found)] for function, found in hits.items()}, set(at_import)


def function_of(mutant: str) -> str:
    """softql.equations._words.x_head__mutmut_3 -> softql.equations._words.x_head."""
    return mutant.rpartition("__mutmut_")[0]


class Judge:
    """The equations, imported once for mutants of what runs when called, and again for those of what runs before."""

    def __init__(self, expected: dict[str, str], at_import: set[str], seconds: float):
        self.expected, self.at_import, self.seconds = expected, at_import, seconds
        self.thunks = self.load()

    def load(self) -> dict[str, Any]:
        import numpy as np
        import recorded

        e = equations()
        return {name: thunk for dtype in (np.float32, np.float64) for name, thunk in recorded.thunks(e, dtype)}

    def __call__(self, mutant: str, names: list[str]) -> tuple[str, str]:
        """killed, survived, or stopped because it took too long; and by which answer."""
        os.environ["MUTANT_UNDER_TEST"] = mutant
        early = function_of(mutant) in self.at_import
        signal.alarm(int(3 * self.seconds) + 20)  # for one answer that never ends
        try:
            forget()
            try:
                thunks = self.load() if early else self.thunks
            except Exception as error:
                return "killed", f"import: {type(error).__name__}"
            return self.ask(thunks, names)
        except TooLong:
            return "too long", ""
        finally:
            signal.alarm(0)
            os.environ["MUTANT_UNDER_TEST"] = ""
            if early:
                self.thunks = self.load()

    def ask(self, thunks: dict[str, Any], names: list[str]) -> tuple[str, str]:
        import recorded

        start = time.monotonic()
        for i, name in enumerate(names):
            if time.monotonic() - start > self.seconds:
                return "survived", f"{i} of {len(names)} answers asked"
            if recorded.answer(thunks[name]) != self.expected[name]:
                return "killed", name
        return "survived", f"all {len(names)} answers asked"


def interleaved(names: list[str]) -> list[str]:
    """The quickest answers of each kind in turn: float32 and float64, weighted and not, of each size, slopes, ends."""
    groups: dict[Any, list[str]] = defaultdict(list)
    for name in names:
        label = name.partition(": ")[2]
        size = re.search(r"\b(\d+)( actions|$)", label)
        kind = label.split(" ")[0] if re.match(r"(d|gradients|slope|ends|two|one) ", label) else ""
        groups[name[:8], "weighted" in name, size and size[1], kind].append(name)
    order = [name for name in names if name.startswith(("refused", "selftest"))]  # they take no time
    groups = {key: [name for name in group if name not in order] for key, group in groups.items()}
    while any(groups.values()):
        order += [group.pop(0) for group in groups.values() if group]
    return order


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__.partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=20, help="for the answers of one mutant")
    parser.add_argument("--part", default="1/1", help="2/3: every third mutant, from the second")
    parser.add_argument("--only", default="", help="mutants whose name contains this")
    parser.add_argument("--again", action="store_true", help="also those that were not killed so far")
    parser.add_argument("--results", type=Path, default=ROOT / "build" / "mutation.jsonl", help="kept and gone on with")
    arguments = parser.parse_args()

    import jax

    jax.config.update("jax_numpy_rank_promotion", "raise")
    jax.config.update("jax_enable_x64", True)
    warnings.simplefilter("error")
    warnings.filterwarnings("ignore", module="jax")
    folder = Path(tempfile.mkdtemp())
    mutants = write_mutants(folder)
    sys.path[:0] = [str(folder), str(ROOT / "tests")]
    part, parts = map(int, arguments.part.split("/"))
    mutants = [m for m in mutants[part - 1 :: parts] if arguments.only in m]
    arguments.results.parent.mkdir(exist_ok=True)
    done = {}
    if arguments.results.exists():
        done = {row[0]: row for row in map(json.loads, arguments.results.read_text().splitlines())}
    expected = json.loads((ROOT / "tests" / "recorded.json").read_text())

    def too_long(*_: Any) -> None:
        raise TooLong

    signal.signal(signal.SIGALRM, too_long)
    kept = arguments.results.with_suffix(".reach.json")
    passes, at_import = json.loads(kept.read_text()) if kept.exists() else ({}, [])
    if set(expected) - (known := {name for names in passes.values() for name in names}):
        more, early = reach(known)
        passes = {name: more.get(name, []) + passes.get(name, []) for name in more | passes}
        at_import = sorted(early | set(at_import))
        kept.write_text(json.dumps([passes, at_import]))
    judge = Judge(expected, set(at_import), arguments.seconds)
    with arguments.results.open("a") as out, contextlib.suppress(KeyboardInterrupt):
        for i, mutant in enumerate(mutants):
            if mutant in done and (done[mutant][1] == "killed" or not arguments.again):
                continue
            if (HERE / "stop").exists():
                break
            names = interleaved(passes.get(function_of(mutant), []))
            row = [mutant, *judge(mutant, names)]
            done[mutant] = row
            out.write(json.dumps(row) + "\n")
            out.flush()
            if i % 100 == 0:
                print(f"{i} of {len(mutants)}", flush=True)
    os.environ.pop("MUTANT_UNDER_TEST", None)
    shutil.rmtree(folder)
    verdicts = [done[m][1] for m in mutants if m in done]
    print({verdict: verdicts.count(verdict) for verdict in sorted(set(verdicts))})


if __name__ == "__main__":
    main()
