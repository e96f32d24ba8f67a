"""The proofs hold from clean source, say what the ledger says, and every check on them can fail.

Building takes some minutes of one core and needs Coq; without it those tests say "coqc not found".
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PROOFS = ROOT / "proofs"

sys.path.append(str(PROOFS))

import check  # noqa: E402  the proofs' own checks, beside the theories
import ledgers  # noqa: E402
import reading  # noqa: E402
import tag_index  # noqa: E402

needs_coq = pytest.mark.skipif(shutil.which("coqc") is None, reason="coqc not found")


def _source_only(folder: str, names: list[str]) -> set[str]:
    """Leave behind what a build makes."""
    made = re.compile(r"\.(vo|vok|vos|glob|aux)$|^Makefile\.coq|^\.Makefile\.coq|^html$|^__pycache__$|cache$")
    return {name for name in names if made.search(name)}


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The proofs, built from clean source in a fresh folder: once, whichever of pytest's workers comes first."""
    base = tmp_path_factory.getbasetemp()
    house = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "house"
    with house.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not house.exists():
            house.mkdir()
            (house / "softql").symlink_to(ROOT / "softql")
            shutil.copytree(PROOFS, house / "proofs", ignore=_source_only)
            made = subprocess.run(["make", "build"], cwd=house / "proofs", capture_output=True, text=True, check=False)
            (house / "errors").write_text(made.stderr if made.returncode else "", "utf-8")
    errors = (house / "errors").read_text("utf-8")
    assert not errors, errors[-3000:]
    return house / "proofs"


@pytest.fixture
def tampered(built: Path, tmp_path: Path) -> Path:
    """A built copy that a test may spoil."""
    shutil.copytree(built, tmp_path / "proofs")
    return tmp_path / "proofs"


def compiles(at: Path, file: str) -> bool:
    loads = ["-Q", "theories", "softql", "-Q", "vectors", "softql_vectors", "-w", "none"]
    return subprocess.run(["coqc", *loads, file], cwd=at, capture_output=True, check=False).returncode == 0


def replace(at: Path, file: str, old: str, new: str) -> None:
    text = (at / file).read_text("utf-8")
    assert text.count(old) == 1, f"{file} holds {old!r} {text.count(old)} times"
    (at / file).write_text(text.replace(old, new), "utf-8")


# What needs no Coq.


def test_sources_hold_no_unproved_statement_and_no_axiom() -> None:
    assert check.scan(PROOFS) == []


def test_every_tag_has_a_theorem_and_the_index_is_fresh() -> None:
    assert check.index(PROOFS) == []


def test_a_tag_is_given_in_the_words_of_its_equation() -> None:
    """Not in those of an agent that uses it, nor of an example that names it."""
    coded = tag_index.functions(PROOFS.parent / "softql")
    first = {tag: next(f.name for f in coded if tag in f.tags) for tag in ("H17 Eq. 5", "H17 Eq. 10", "AL17")}
    assert first["H17 Eq. 5"] == "softql.equations.value.soft_value"
    assert first["H17 Eq. 10"] == "softql.equations.estimator.importance_value"
    assert first["AL17"] == "softql.equations.value.mellowmax"
    assert not [f.name for f in coded if f.name.startswith("softql.citing")]
    assert any("H17 Eq. 7" in f.tags for f in coded if f.name == "softql.equations.backup.soft_q_target")


def test_a_tag_without_a_theorem_fails() -> None:
    proved = [reading.Theorem("value", "t", "V.", ("H17 Eq. 5",))]
    coded = [tag_index.Place("softql.f", "V", ("H17 Eq. 5",)), tag_index.Place("softql.g", "W", ("Note L99",))]
    assert tag_index.unproved(proved, coded) == ["[Note L99] of softql.g has no theorem"]


def test_words_are_only_for_tags_that_are_there() -> None:
    proved, coded, _ = tag_index.parsed(PROOFS)
    assert set(tag_index.WORDS) <= {tag for place in (*proved, *coded) for tag in place.tags}


def test_every_theorem_says_in_words_what_it_states() -> None:
    assert [t.name for t in reading.theorems(PROOFS) if not t.comment or t.comment.startswith("*")] == []


@pytest.mark.parametrize(
    "line",
    [
        "Theorem t : False. Admitted.",
        "Proof. admit. Qed.",
        "Axiom choice : False.",
        "Parameter x : R.",
        "Hypothesis h : False.",
        "Unset Guard Checking.",
        "From Elsewhere Require Import magic.",
        "Require Import Coq.Logic.Classical Elsewhere.magic.",
        "Section B. End B. Variable x : False.",
        "#[local] Variable x : False.",
        "Next Obligation. Admit Obligations.",
        'Notation "x <= y" := True.',
        'Infix "<=" := below : R_scope.',
        "Time Variable x : False.",
    ],
)
def test_scan_bites(line: str) -> None:
    assert check.banned("control.v", f"Section A.\nVariable x : R.\nEnd A.\n{line}\n")


def test_scan_reads_past_comments_and_sections() -> None:
    text = '(* Admitted. (* Axiom *) admit *)\nSection A.\nHypothesis h : "Axiom" = "Axiom".\nEnd A.\n'
    assert check.banned("control.v", text) == []


@pytest.mark.parametrize("line", ["theories/sub/magic.v", "-arg -type-in-type", "-R elsewhere softql"])
def test_scan_knows_every_file_and_switch_of_the_build(tmp_path: Path, line: str) -> None:
    shutil.copytree(PROOFS, tmp_path / "proofs", ignore=_source_only)
    assert check.unbuilt(tmp_path / "proofs") == []
    with (tmp_path / "proofs/_CoqProject").open("a") as file:
        file.write(f"{line}\n")
    assert check.unbuilt(tmp_path / "proofs") == [f"_CoqProject: {line!r} is not on the list"]


def test_a_check_that_was_switched_off_counts_as_an_axiom() -> None:
    said = "Fetching opaque proofs.\nAxioms:\nR.f is assumed to be guarded.\nA.b\n  : forall x,\n    x = x\nc : nat\n"
    assert check.printed_axioms(said) == {"R.f is assumed to be guarded.", "A.b", "c"}
    assert check.printed_axioms("Closed under the global context\n") == set()


def test_every_theorem_has_a_case_that_meets_its_hypotheses(tmp_path: Path) -> None:
    """By name; that the case is one is for Coq to say, below. A line that goes, or a theorem that comes, is missed."""
    assert check.unmet(PROOFS) == []
    shutil.copytree(PROOFS / "theories", tmp_path / "theories", ignore=_source_only)
    replace(tmp_path, "theories/satisfied.v", "Lemma met_value_partition_gt0 : ", "Lemma met_partition : ")
    replace(tmp_path, "theories/satisfied.v", "met (@value.partition_gt0)", "met (@value.max_unique)")
    with (tmp_path / "theories/agent.v").open("a") as file:
        file.write("Theorem extra (x : R) : x < x -> False.\nProof. lra. Qed.\n")
    assert [line.split(":")[0] for line in check.unmet(tmp_path)] == ["value.partition_gt0", "agent.extra"]


def test_certified_vectors_are_what_softql_returns_today(tmp_path: Path) -> None:
    """`make -C proofs vectors` writes them again; the proofs then decide whether they are right."""
    subprocess.run([sys.executable, PROOFS / "vectors" / "generate.py", tmp_path], check=True, cwd=PROOFS.parent)
    for name in ("float32.v", "float64.v", "tables.v"):
        assert (tmp_path / name).read_text("utf-8") == (PROOFS / "vectors" / name).read_text("utf-8"), name


def test_certified_vectors_cover_both_precisions() -> None:
    for name in ("float64", "float32"):
        text = (PROOFS / "vectors" / f"{name}.v").read_text("utf-8")
        assert len(re.findall(r"^Definition row_", text, re.M)) >= 100
        assert len(re.findall(r"^Lemma value_", text, re.M)) >= 100
        assert len(re.findall(r"^Lemma log_policy_", text, re.M)) >= 100


# What needs Coq.


@needs_coq
def test_assumptions_are_exactly_the_listed_ones(built: Path) -> None:
    assert check.assumptions(built) == []


@needs_coq
def test_ledger_says_what_the_theorems_say(built: Path) -> None:
    assert check.ledger(built) == []


@needs_coq
def test_a_flipped_sign_does_not_compile(tampered: Path) -> None:
    assert compiles(tampered, "theories/value.v")
    replace(
        tampered, "theories/value.v", "soft_value w alpha (fun a => Q a + c) = soft_value w alpha Q + c.",
        "soft_value w alpha (fun a => Q a + c) = soft_value w alpha Q - c.",
    )  # fmt: skip
    assert not compiles(tampered, "theories/value.v")


@needs_coq
def test_an_admitted_theorem_shows_among_the_assumptions(tampered: Path) -> None:
    text = (tampered / "theories/estimator.v").read_text("utf-8")
    start = text.index("Theorem importance_value_is_soft_value")
    proof = text.index("Proof.", start)
    end = text.index("Qed.", proof) + 4
    (tampered / "theories/estimator.v").write_text(text[:proof] + "Admitted." + text[end:], "utf-8")
    assert compiles(tampered, "theories/estimator.v")
    name = "softql.estimator.importance_value_is_soft_value"
    axioms = check.assumed(tampered, ["softql.estimator"], [name])
    assert any(axiom.endswith("importance_value_is_soft_value") for axiom in axioms)
    assert axioms != check.ALLOWED["core"]
    assert check.scan(tampered)


@needs_coq
def test_the_hypotheses_of_every_theorem_hold_of_something(built: Path) -> None:
    assert check.satisfied(built) == []


@needs_coq
def test_a_contradictory_hypothesis_is_caught(tampered: Path) -> None:
    text = (tampered / "theories/estimator.v").read_text("utf-8")
    start = text.index("Theorem importance_value_biased_low Q :")
    end = text.index("Qed.", start) + 4
    empty = (
        "Theorem importance_value_biased_low Q : alpha < 0 ->\n"
        "  expect draws (importance_value Q) <= soft_value w alpha Q.\nProof. by move=> absurd; lra. Qed."
    )
    (tampered / "theories/estimator.v").write_text(text[:start] + empty + text[end:], "utf-8")
    assert compiles(tampered, "theories/estimator.v"), "the control must be a theorem that says nothing"
    (tampered / "theories/control.v").write_text(
        "From Coq Require Import Reals Lra.\nFrom softql Require Import estimator hypotheses.\n"
        "Goal met (@estimator.importance_value_biased_low) -> False.\n"
        "Proof. intros h; repeat (destruct h as [? h]); lra. Qed.\n"
    )
    assert compiles(tampered, "theories/control.v"), "what the theorem asks for must be refutable"
    assert not compiles(tampered, "theories/satisfied.v")
    assert not compiles(tampered, "theories/Statements.v")
    assert check.satisfied(tampered)
    assert ledgers.unfolded(tampered, "Statements") != (tampered / "theories/Statements.v").read_text("utf-8")


@needs_coq
def test_a_theorem_outside_the_ledger_is_caught(tampered: Path) -> None:
    """And one whose `exp` is not the library's can't pass for what it is not."""
    with (tampered / "theories/rounding.v").open("a") as file:
        file.write("\nLemma exp : R -> R.\nProof. exact (fun _ => 1). Defined.\n")
        file.write("(** exp x = 1. *)\nTheorem extra (x : R) : exp x = 1.\nProof. by []. Qed.\n")
    assert compiles(tampered, "theories/rounding.v")
    ledger = (tampered / "theories/Statements_rounding.v").read_text("utf-8")
    told = ledgers.unfolded(tampered, "Statements_rounding")
    assert told != ledger
    assert "(forall x : R, rounding.exp x = 1)" in told


@needs_coq
def test_a_wrong_digit_is_not_certified(tampered: Path) -> None:
    text = (tampered / "vectors/float64.v").read_text("utf-8")
    first = text[: text.index("\n", text.index("Proof. certify")) + 1]
    (tampered / "vectors/control.v").write_text(first, "utf-8")
    assert compiles(tampered, "vectors/control.v")
    value = re.search(r"Lemma value_000 .* - \((-?\d+)/", first)
    assert value is not None
    wrong = first[: value.start(1)] + str(int(value.group(1)) + 64) + first[value.end(1) :]
    (tampered / "vectors/control.v").write_text(wrong, "utf-8")
    assert not compiles(tampered, "vectors/control.v")
