"""The ledgers: every theorem restated with this project's definitions unfolded, and the check that they are fresh."""

from __future__ import annotations

import re
from pathlib import Path

from reading import CONTINUOUS, CORE, MEASURE, ROUNDING, coqc, theorems, without_comments

PREAMBLE = {
    "Statements": (
        CORE,
        """From Coq Require Import Reals.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat seq choice fintype finfun bigop.
From Coquelicot Require Import Coquelicot.
From softql Require {stems}.
Set Printing Width 100.
Open Scope R_scope.
""",
    ),
    "Statements_rounding": (
        ROUNDING,
        """From Coq Require Import Reals ZArith.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat seq choice fintype bigop.
From Flocq Require Import Core.
From softql Require sums value {stems}.
Set Printing Width 100.
Open Scope R_scope.
""",
    ),
    "Statements_measure": (
        MEASURE + CONTINUOUS,
        """From mathcomp Require Import all_ssreflect ssralg ssrnum ssrint interval finmap.
From mathcomp.classical Require Import mathcomp_extra boolp classical_sets functions cardinality.
From mathcomp.analysis Require Import Rstruct reals ereal signed topology normedtype sequences esum measure
  lebesgue_measure numfun lebesgue_integral exp.
From softql Require {stems}.
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
    unfolded down to the libraries' own notions, and closed by the theorem itself; before the
    theorems of a file its recursive functions, written out the same way.
    A statement or a definition that changes makes this file fail to compile or differ. *)
"""


# Statements over finite functions, whose binders Coq's notation prints without their types: printed bare.
BARE = ("partition_estimate_unbiased", "partition_estimate_variance", "importance_value_biased_low")


def recursive(at: Path, stems: tuple[str, ...]) -> list[tuple[str, str]]:
    """The recursive functions, which unfolding leaves as they are: the ledger writes their bodies out."""
    found = []
    for stem in stems:
        text = without_comments((at / "theories" / f"{stem}.v").read_text("utf-8"))
        found += [(stem, name) for name in re.findall(r"^Fixpoint (\w+)", text, re.M)]
    return found


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
    unfold = " ".join(definitions(at, (*stems, *(("value",) if stems == ROUNDING else ()))))
    lines = [preamble, "Goal True.\n"]
    repeated = recursive(at, stems)
    for stem, name in repeated:
        lines.append(
            f'idtac "@@{stem}.{name}". let f := eval cbv delta [softql.{stem}.{name}] in @softql.{stem}.{name} in '
            f"let u := eval cbv beta delta [{unfold}] in f in let t := type of f in "
            f'let v := eval cbv beta delta [{unfold}] in t in idtac v ":=" u.\n'
        )
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
    printed = dict(re.findall(r"^@@([\w.]+)\n(.*?)(?=^@@|\Z)", answer.stdout, re.M | re.S))
    title = f"{ledger}: every theorem in full"
    out = [LEDGER_HEAD.format(title=title), preamble]
    stem = ""
    for t in listed:
        if t.stem != stem:
            stem = t.stem
            out.append(f"\n(** ** {stem} *)\n")
            for name in [name for place, name in repeated if place == stem]:
                body = printed[f"{stem}.{name}"].strip()
                out.append(f"\nDefinition ledger_{name} :\n  {body}.\n")
                out.append(f"Definition ledger_{name}_is : @{stem}.{name} = ledger_{name} := erefl.\n")
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
