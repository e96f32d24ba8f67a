"""Integrity checks of the proofs, and the two files they generate.

    python check.py [--at FOLDER] scan assumptions ledger index     each check, in order; exit 1 if one fails
    python check.py write-ledger | write-index                      rewrite theories/Statements.v | the index in README.md

`scan` needs Python alone; `assumptions` and `ledger` need coqc and a finished build.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).resolve().parent

# The theories in the order of reading. `anymeasure` stands on another library and has its own group.
CORE = (
    "sums", "contraction", "value", "policy", "gradient", "temperature", "backup", "returns", "tabular", "agent",
    "estimator", "measures", "sampler",
)  # fmt: skip
MEASURE = ("anymeasure",)

# What each group may assume, exactly: the axioms of the real numbers and of classical analysis, all of the libraries.
REALS = {
    "ClassicalDedekindReals.sig_not_dec",
    "ClassicalDedekindReals.sig_forall_dec",
    "FunctionalExtensionality.functional_extensionality_dep",
    "Classical_Prop.classic",
}
ALLOWED = {
    "core": REALS,
    "measure": {
        "boolp.propositional_extensionality",
        "boolp.functional_extensionality_dep",
        "boolp.constructive_indefinite_description",
    },
}

BANNED = re.compile(
    r"\b(Admitted|admit|give_up|Abort|Axioms?|Parameters?|Conjectures?|Primitive|Declare|Load|Extraction|bypass_check"
    r"|Unset\s+(Guard|Positivity|Universe)\s+Checking|type_in_type|native_compute|vm_cast_no_check|exact_no_check)\b"
)
LOCAL = re.compile(r"^\s*(?:Local\s+)?(Variables?|Hypothes[ie]s|Context)\b")
ROOTS = {"Coq", "mathcomp", "Coquelicot", "Interval", "softql"}


class Theorem(NamedTuple):
    """One theorem: where it stands, its comment, the source tags in that comment."""

    stem: str
    name: str
    comment: str
    tags: tuple[str, ...]


TAG = re.compile(r"\[((?:H17|H18|S17|N17|V20|AL17|Note)(?: [^\[\]]*)?)\]")


def tags_in(text: str) -> tuple[str, ...]:
    """The tags of a text, each once, in order: `[H17 Eq. 5]`, `[Note L58]`, `[N17]`."""
    return tuple(dict.fromkeys(TAG.findall(text)))


def without_comments(source: str) -> str:
    """Coq source with its (nested) comments and its strings blanked, line by line."""
    out, depth, quoted, i = [], 0, False, 0
    while i < len(source):
        pair = source[i : i + 2]
        if not quoted and pair == "(*":
            depth, i = depth + 1, i + 2
        elif not quoted and depth and pair == "*)":
            depth, i = depth - 1, i + 2
        else:
            if source[i] == '"':
                quoted = not quoted
            out.append(source[i] if source[i] == "\n" or not (depth or quoted) else " ")
            i += 1
    return "".join(out)


def banned(name: str, source: str) -> list[str]:
    """What a theory may not contain: unproved statements, switched-off checks, assumptions outside a section."""
    found, depth = [], 0
    for number, line in enumerate(without_comments(source).split("\n"), 1):
        for match in BANNED.finditer(line):
            found.append(f"{name}:{number}: {match.group(0)} is banned")
        if re.match(r"\s*Section\b", line):
            depth += 1
        if re.match(r"\s*End\b", line):
            depth -= 1
        if depth == 0 and (match := LOCAL.match(line)):
            found.append(f"{name}:{number}: {match.group(1)} outside a section is an axiom")
        if (match := re.match(r"\s*From\s+(\S+)\s+Require\b", line)) and match.group(1).split(".")[0] not in ROOTS:
            found.append(f"{name}:{number}: library {match.group(1)} is not on the list")
    return found


def sources(at: Path) -> list[Path]:
    return sorted(at.glob("theories/*.v")) + sorted(at.glob("vectors/*.v"))


def scan(at: Path) -> list[str]:
    found = [line for path in sources(at) for line in banned(path.name, path.read_text("utf-8"))]
    listed = set(re.findall(r"^\S+\.v$", (at / "_CoqProject").read_text("utf-8"), re.M))
    found += [f"{path.name} is not built: add it to _CoqProject" for path in sources(at)
              if f"{path.parent.name}/{path.name}" not in listed]  # fmt: skip
    return found


def theorems(at: Path, stems: tuple[str, ...] = CORE + MEASURE) -> list[Theorem]:
    """Every `Theorem` of the theories, with the comment just above it."""
    found = []
    for stem in stems:
        text = (at / "theories" / f"{stem}.v").read_text("utf-8")
        for match in re.finditer(r"(?:\(\*\*((?:(?!\*\)).)*)\*\)\n)?Theorem (\w+)", text, re.S):
            comment = " ".join((match.group(1) or "").split())
            found.append(Theorem(stem, match.group(2), comment, tags_in(comment)))
    return found


def coqc(at: Path, text: str) -> subprocess.CompletedProcess[str]:
    """Run one file of commands against the built theories."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "query.v"
        path.write_text(text, "utf-8")
        loads = [x for line in (at / "_CoqProject").read_text("utf-8").splitlines() if line.startswith("-Q") for x in line.split()]
        quiet = ["-w", "-notation-overridden,-ambiguous-paths,-redundant-canonical-projection"]
        return subprocess.run(["coqc", *loads, *quiet, str(path)], cwd=at, capture_output=True, text=True, check=False)


def assumed(at: Path, stems: tuple[str, ...], names: list[str]) -> set[str]:
    """The axioms under a tuple of theorems, as Coq prints them."""
    requires = "".join(f"Require softql.{stem}.\n" for stem in stems)
    answer = coqc(at, f"{requires}Definition everything := (tt, {', '.join('@' + name for name in names)}).\nPrint Assumptions everything.\n")
    if answer.returncode:
        raise SystemExit(answer.stderr)
    return set(re.findall(r"^(\w[\w.']*)\s*(?::|$)", answer.stdout.split("Axioms:")[-1], re.M))


def assumptions(at: Path) -> list[str]:
    """One Print Assumptions over all theorems of a group, against the exact list."""
    found = []
    for group, stems in (("core", CORE), ("measure", MEASURE)):
        names = [f"softql.{t.stem}.{t.name}" for t in theorems(at, stems)]
        if group == "core":
            stems, names = (*stems, "Statements", "instances"), names
        axioms = assumed(at, stems, names)
        print(f"{group}: {len(names)} theorems assume {', '.join(sorted(axioms))}")
        if axioms != ALLOWED[group]:
            found.append(f"{group}: assumes {sorted(axioms)}, the list says {sorted(ALLOWED[group])}")
    return found


PREAMBLE = {
    "Statements": (
        CORE,
        """From Coq Require Import Reals.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat seq choice fintype finfun bigop.
From Coquelicot Require Import Coquelicot.
From softql Require Import {stems}.
Set Printing Width 110.
Open Scope R_scope.
""",
    ),
    "Statements_measure": (
        MEASURE,
        """From mathcomp Require Import all_ssreflect ssralg ssrnum ssrint interval finmap.
From mathcomp.classical Require Import mathcomp_extra boolp classical_sets functions cardinality.
From mathcomp.analysis Require Import reals ereal signed topology normedtype sequences esum measure
  lebesgue_measure numfun lebesgue_integral exp.
From softql Require Import {stems}.
Set Printing Width 110.
Import Order.TTheory GRing.Theory Num.Def Num.Theory.
Import numFieldTopology.Exports numFieldNormedType.Exports.
Local Open Scope classical_set_scope.
Local Open Scope ring_scope.
""",
    ),
}
LEDGER_HEAD = """(** * {title}

    Written by `make ledger`, read by people: each theorem with this project's definitions
    unfolded down to the libraries' own notions (recursive functions keep their names), and closed by the theorem itself.
    A statement or a definition that changes makes this file fail to compile or differ. *)
"""


# Statements over finite functions, whose binders Coq's notation prints without their types: printed bare.
BARE = ("partition_estimate_unbiased", "partition_estimate_variance", "importance_value_biased_low")


def definitions(at: Path, stems: tuple[str, ...]) -> list[str]:
    """The project's own definitions, which the ledger unfolds."""
    found = []
    for stem in stems:
        text = without_comments((at / "theories" / f"{stem}.v").read_text("utf-8"))
        found += [f"softql.{stem}.{name}" for name in re.findall(r"^Definition (\w+)", text, re.M)]
    return found


def unfolded(at: Path, ledger: str) -> str:
    """The text of one ledger, from the statements as Coq prints them."""
    stems, preamble = PREAMBLE[ledger]
    preamble = preamble.format(stems=" ".join(stems))
    listed = theorems(at, stems)
    unfold = " ".join(definitions(at, stems))
    lines = [preamble, "Goal True.\n"]
    for t in listed:
        if t.name in BARE:
            lines.append("Set Printing All.\n")
        lines.append(
            f'idtac "@@{t.name}". let t := type of @softql.{t.stem}.{t.name} in '
            f"let u := eval cbv beta delta [{unfold}] in t in idtac u.\n"
        )
        if t.name in BARE:
            lines.append("Unset Printing All.\n")
    answer = coqc(at, "".join(lines) + "exact I. Qed.\n")
    if answer.returncode:
        raise SystemExit(answer.stderr)
    printed = dict(re.findall(r"^@@(\w+)\n(.*?)(?=^@@|\Z)", answer.stdout, re.M | re.S))
    title = f"{ledger}: every theorem in full"
    out = [LEDGER_HEAD.format(title=title), preamble]
    stem = ""
    for t in listed:
        if t.stem != stem:
            stem = t.stem
            out.append(f"\n(** ** {stem} *)\n")
        if t.comment:
            out.append(f"\n(** {t.comment} *)")
        statement = printed[t.name].strip()
        out.append(f"\nDefinition ledger_{t.name} :\n  {statement}\n  := @{stem}.{t.name}.\n")
    return "".join(out)


def ledger(at: Path) -> list[str]:
    """The ledgers hold what the theorems say today."""
    return [f"theories/{name}.v is stale: read the change, then `make ledger`" for name in PREAMBLE
            if (at / "theories" / f"{name}.v").read_text("utf-8") != unfolded(at, name)]  # fmt: skip


def write_ledger(at: Path) -> list[str]:
    for name in PREAMBLE:
        (at / "theories" / f"{name}.v").write_text(unfolded(at, name), "utf-8")
    return []


CHECKS = {"scan": scan, "assumptions": assumptions, "ledger": ledger, "write-ledger": write_ledger}


def main(arguments: list[str]) -> int:
    at = HERE
    if arguments[:1] == ["--at"]:
        at, arguments = Path(arguments[1]).resolve(), arguments[2:]
    failed = False
    for name in arguments:
        found = CHECKS[name](at)
        print("\n".join(found) if found else f"{name}: ok")
        failed |= bool(found)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
