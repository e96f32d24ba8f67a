"""Integrity checks of the proofs, and the files they generate.

    python check.py [--at FOLDER] scan assumptions satisfied ledger index   each check, in order; exit 1 if one fails
    python check.py write-ledger | write-index                     rewrite the ledger | the index in README.md
    python check.py write-catalogue                                rewrite what `softql laws` and `softql where` know
    python check.py recheck                                        have coqchk read the compiled theories (minutes)

`scan` and `index` need Python alone; the others need coqc and a finished build.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from ledgers import ledger, write_ledger
from reading import CONTINUOUS, CORE, MEASURE, ROUNDING, VECTORS, coqc, sources, stated, theorems, without_comments
from tag_index import check_catalogue, index, write_catalogue, write_index

HERE = Path(__file__).resolve().parent

# What interval arithmetic computes with: the processor's integers, as Coq's library specifies them.
INTEGERS = {
    f"{module}.{name}"
    for module, names in {
        "PrimInt63": "add addc addcarryc addmuldiv compare div diveucl diveucl_21 eqb head0 int land leb lor lsl lsr"
        " ltb lxor mod mul mulc sub subc subcarryc tail0",
        "Uint63": "add_spec addc_def_spec addcarryc_def_spec addmuldiv_def_spec compare_def_spec div_spec"
        " diveucl_21_spec diveucl_def_spec eqb_correct eqb_refl head0_spec land_spec leb_spec lor_spec lsl_spec"
        " lsr_spec ltb_spec lxor_spec mod_spec mul_spec mulc_spec of_to_Z sub_spec subc_def_spec"
        " subcarryc_def_spec tail0_spec",
    }.items()
    for name in names.split()
}
# What each group may assume, exactly: the libraries' axioms of real numbers and classical analysis.
REALS = {
    "ClassicalDedekindReals.sig_not_dec",
    "ClassicalDedekindReals.sig_forall_dec",
    "FunctionalExtensionality.functional_extensionality_dep",
    "Classical_Prop.classic",
}
ANALYSIS = {
    "boolp.propositional_extensionality",
    "boolp.functional_extensionality_dep",
    "boolp.constructive_indefinite_description",
}
ALLOWED = {
    "core": REALS,
    "rounding": REALS,
    "instances": REALS,
    "vectors": REALS | INTEGERS,
    "measure": ANALYSIS,
    # with the reals of Coq's library as the field
    "continuous": ANALYSIS | REALS - {"Classical_Prop.classic"} | {"Epsilon.epsilon_statement"},
    "measure instances": ANALYSIS | REALS - {"Classical_Prop.classic"} | {"Epsilon.epsilon_statement"},
}
# Where each theory's hypotheses are shown to hold together.
SATISFIED = {"satisfied": CORE, "satisfied_rounding": ROUNDING, "satisfied_measure": MEASURE + CONTINUOUS}

BANNED = re.compile(
    r"\b(Admitted|[Aa]dmit|give_up|Abort|Axioms?|Parameters?|Conjectures?|Primitive|Declare|Load|LoadPath|Extraction"
    r"|bypass_check|Unset\s+(Guard|Positivity|Universe)\s+Checking|type_in_type|native_compute|vm_cast_no_check"
    r"|exact_no_check)\b"
)
LOCAL = re.compile(
    r"(?:(?:Local|Global|Polymorphic|Time|Timeout\s+\d+|Redirect|#\[[^\]]*\])\s+)*(Variables?|Hypothes[ie]s|Context)\b"
)
REQUIRE = re.compile(r"(?:From\s+(\S+)\s+)?Require\b(?:\s+(?:Import|Export)\b)?(.*)", re.S)
#: a theory may give names to its own notions, but no new meaning to the signs of a statement
NOTATION = re.compile(r'(?<!Tactic )\b(?:Notation|Infix)\s+"(?!\\(?:sum|prod)_)([^"]*)"')
#: the lines of _CoqProject that name no file
PROJECT = {
    "",
    "-Q theories softql",
    "-Q vectors softql_vectors",
    "-arg -w -arg -notation-overridden,-ambiguous-paths,-redundant-canonical-projection",
}
ROOTS = {"Coq", "mathcomp", "Coquelicot", "Interval", "Flocq", "softql", "softql_vectors"}


def sentences(source: str) -> list[tuple[int, str]]:
    """Coq's sentences with the lines they start in, comments and strings blanked."""
    text, found, start = without_comments(source), [], 0
    for end in [match.end() for match in re.finditer(r"\.(?=\s|$)", text)]:
        sentence = text[start:end]
        line = 1 + text.count("\n", 0, start + len(sentence) - len(sentence.lstrip()))
        found.append((line, sentence.strip()))
        start = end
    return found


def banned(name: str, source: str) -> list[str]:
    """What a theory may not contain: unproved statements, switched-off checks, assumptions outside a section."""
    found, sections = [], []
    for line, sentence in sentences(source):
        said = [match.group(0) for match in BANNED.finditer(sentence)]
        found += [f"{name}:{line}: {word} is banned" for word in said]
        if match := re.match(r"Section\s+(\w+)", sentence):
            sections.append(match.group(1))
        elif (match := re.match(r"End\s+(\w+)", sentence)) and sections[-1:] == [match.group(1)]:
            sections.pop()
        if not sections and (match := LOCAL.match(sentence)):
            found.append(f"{name}:{line}: {match.group(1)} outside a section is an axiom")
        if match := REQUIRE.match(sentence):
            roots = {match.group(1) or module for module in match.group(2).rstrip(".").split()}
            found += [f"{name}:{line}: library {root} is not on the list" for root in sorted(roots)
                      if root.split(".")[0] not in ROOTS]  # fmt: skip
    signs = NOTATION.findall(without_comments(source, strings=True))
    return found + [f"{name}: notation {sign!r} may change what a statement says" for sign in signs]


def scan(at: Path) -> list[str]:
    found = [line for path in sources(at) for line in banned(path.name, path.read_text("utf-8"))]
    return found + unbuilt(at)


def unbuilt(at: Path) -> list[str]:
    """What is built is what was scanned, with no switch of coqc but the quiet ones."""
    lines = (at / "_CoqProject").read_text("utf-8").split("\n")
    here = {f"{path.parent.name}/{path.name}" for path in sources(at)}
    found = [f"{name} is not built: add it to _CoqProject" for name in sorted(here - set(lines))]
    return found + [f"_CoqProject: {line!r} is not on the list" for line in lines if line not in here | PROJECT]


def printed_axioms(said: str) -> set[str]:
    """What Print Assumptions lists: names, and whole lines for checks that were off ("f is assumed to be guarded.")."""
    lines = re.findall(r"^\S.*$", said.partition("Axioms:")[2], re.M)
    return {name.group(1) if (name := re.match(r"([\w.']+)\s*(?::|$)", line)) else line for line in lines}


def assumed(at: Path, modules: list[str], names: list[str]) -> set[str]:
    """The axioms under a definition that uses every one of these theorems, as Coq prints them."""
    requires = "".join(f"Require {module}.\n" for module in modules)
    everything = "".join(f"let _ := @{name} in\n" for name in names)
    text = f"{requires}Definition everything : unit :=\n{everything}tt.\nPrint Assumptions everything.\n"
    answer = coqc(at, text)
    if answer.returncode:
        raise SystemExit(answer.stderr)
    return printed_axioms(answer.stdout)


def assumptions(at: Path) -> list[str]:
    """One Print Assumptions over all theorems of a group, against the exact list."""
    found = []
    groups = {
        "core": [f"softql.{t.stem}.{t.name}" for t in theorems(at, CORE)],
        "measure": [f"softql.{t.stem}.{t.name}" for t in theorems(at, MEASURE)],
        "continuous": [f"softql.{t.stem}.{t.name}" for t in theorems(at, CONTINUOUS)],
        "rounding": [f"softql.{t.stem}.{t.name}" for t in theorems(at, ROUNDING)],
        "instances": stated(at, "theories", "softql", ("instances", "cases", "satisfied", "satisfied_rounding")),
        "measure instances": stated(at, "theories", "softql", ("satisfied_measure",)),
        "vectors": stated(at, "vectors", "softql_vectors", VECTORS),
    }
    for group, names in groups.items():
        axioms = assumed(at, list(dict.fromkeys(name.rpartition(".")[0] for name in names)), names)
        integers = f" and {len(axioms & INTEGERS)} facts about machine integers" if axioms & INTEGERS else ""
        print(f"{group}: {len(names)} theorems assume {', '.join(sorted(axioms - INTEGERS))}{integers}")
        if axioms != ALLOWED[group]:
            found.append(f"{group}: assumes {sorted(axioms)}, the list says {sorted(ALLOWED[group])}")
    return found


def met_in(source: str) -> list[str]:
    """The theorems that a file claims to show satisfiable, as `theory.theorem`."""
    return re.findall(r"^Lemma met_\w+ : met \(@(\w+\.\w+)\)\.", without_comments(source), re.M)


def unmet(at: Path) -> list[str]:
    """Theorems for which no line says that their hypotheses hold of something."""
    found = []
    for file, stems in SATISFIED.items():
        met = set(met_in((at / "theories" / f"{file}.v").read_text("utf-8")))
        found += [f"{t.stem}.{t.name}: no case meets its hypotheses; add a line to theories/{file}.v"
                  for t in theorems(at, stems) if f"{t.stem}.{t.name}" not in met]  # fmt: skip
    return found


def satisfied(at: Path) -> list[str]:
    """For every theorem concrete objects meet all hypotheses: asked of Coq, which computes what that means."""
    found = unmet(at)
    if found:
        return found
    for file, stems in SATISFIED.items():
        listed = theorems(at, stems)
        requires = "".join(f"Require softql.{stem}.\n" for stem in (*stems, file))
        shown = "".join(
            f"Definition met_{t.stem}_{t.name} : met (@softql.{t.stem}.{t.name}) :=\n"
            f"  softql.{file}.met_{t.stem}_{t.name}.\n" for t in listed
        )  # fmt: skip
        answer = coqc(at, f"From softql Require Import hypotheses.\n{requires}{shown}")
        if answer.returncode:
            found.append(f"theories/{file}.v does not show what the theorems ask for:\n{answer.stderr[-2000:]}")
        else:
            print(f"{file}: the hypotheses of {len(listed)} theorems hold of concrete objects")
    return found


def recheck(at: Path) -> list[str]:
    """coqchk reads the compiled theories: no axiom of ours, and no check of the kernel switched off."""
    stems = [f"softql.{path.stem}" for path in sorted(at.glob("theories/*.v"))]
    command = ["coqchk", "-silent", "-o", "-Q", "theories", "softql", *stems]
    answer = subprocess.run(command, cwd=at, capture_output=True, text=True, check=False)
    said = answer.stdout + answer.stderr  # the summary comes on either
    if answer.returncode or "* Axioms:" not in said:
        return [f"coqchk: {said[-2000:]}"]
    summary = said[said.index("* Axioms:") :]
    axioms = re.findall(r"^    (\S+)$", summary, re.M)
    machine = [a for a in axioms if re.match(r"Coq\.(Numbers\.Cyclic\.Int63|Floats\.PrimFloat)\.", a)]
    others = {".".join(a.split(".")[-2:]) for a in axioms if a not in machine}
    known = set().union(*(ALLOWED.values()))
    print(f"coqchk: {len(machine)} machine primitives of Coq's library, and {', '.join(sorted(others))}")
    found = [f"coqchk: unexpected axioms {sorted(others - known)}"] if others - known else []
    unsafe = re.findall(r"^\* ((?:Constants|Inductives).*): (?!<none>)", summary, re.M)
    return found + [f"coqchk: {line}" for line in unsafe]


CHECKS = {
    "catalogue": check_catalogue,
    "write-catalogue": write_catalogue,
    "scan": scan,
    "assumptions": assumptions,
    "satisfied": satisfied,
    "recheck": recheck,
    "ledger": ledger,
    "index": index,
    "write-ledger": write_ledger,
    "write-index": write_index,
}


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
