"""Integrity checks of the proofs, and the two files they generate.

    python check.py [--at FOLDER] scan assumptions ledger index    each check, in order; exit 1 if one fails
    python check.py write-ledger | write-index                     rewrite the ledger | the index in README.md
    python check.py write-catalogue                                rewrite what `softql laws` and `softql where` know

`scan` needs Python alone; `assumptions` and `ledger` need coqc and a finished build.
"""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).resolve().parent

# The theories in the order of reading. `anymeasure` stands on another library and has its own group.
CORE = (
    "sums", "contraction", "value", "policy", "gradient", "temperature", "backup", "returns", "retrace",
    "tabular", "agent", "estimator", "measures", "sampler",
)  # fmt: skip
MEASURE = ("anymeasure",)
ROUNDING = ("rounding",)  # and floating-point arithmetic on Flocq

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
ALLOWED = {
    "core": REALS,
    "rounding": REALS,
    "instances": REALS,
    "vectors": REALS | INTEGERS,
    "measure": {
        "boolp.propositional_extensionality",
        "boolp.functional_extensionality_dep",
        "boolp.constructive_indefinite_description",
    },
}

VECTORS = ("points", "tables", "float64", "float32")

BANNED = re.compile(
    r"\b(Admitted|admit|give_up|Abort|Axioms?|Parameters?|Conjectures?|Primitive|Declare|Load|Extraction|bypass_check"
    r"|Unset\s+(Guard|Positivity|Universe)\s+Checking|type_in_type|native_compute|vm_cast_no_check|exact_no_check)\b"
)
LOCAL = re.compile(r"^\s*(?:Local\s+)?(Variables?|Hypothes[ie]s|Context)\b")
ROOTS = {"Coq", "mathcomp", "Coquelicot", "Interval", "Flocq", "softql", "softql_vectors"}


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
        match = re.match(r"\s*From\s+(\S+)\s+Require\b", line)
        if match and match.group(1).split(".")[0] not in ROOTS:
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


def theorems(at: Path, stems: tuple[str, ...] = CORE + MEASURE + ROUNDING) -> list[Theorem]:
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
        project = (at / "_CoqProject").read_text("utf-8").splitlines()
        loads = [word for line in project if line.startswith("-Q") for word in line.split()]
        quiet = ["-w", "-notation-overridden,-ambiguous-paths,-redundant-canonical-projection"]
        return subprocess.run(["coqc", *loads, *quiet, str(path)], cwd=at, capture_output=True, text=True, check=False)


def assumed(at: Path, modules: list[str], names: list[str]) -> set[str]:
    """The axioms under a definition that uses every one of these theorems, as Coq prints them."""
    requires = "".join(f"Require {module}.\n" for module in modules)
    everything = "".join(f"let _ := @{name} in\n" for name in names)
    text = f"{requires}Definition everything : unit :=\n{everything}tt.\nPrint Assumptions everything.\n"
    answer = coqc(at, text)
    if answer.returncode:
        raise SystemExit(answer.stderr)
    return set(re.findall(r"^(\w[\w.']*)\s*(?::|$)", answer.stdout.split("Axioms:")[-1], re.M))


def stated(at: Path, folder: str, library: str, stems: tuple[str, ...]) -> list[str]:
    """Every theorem and lemma of some files, by its full name."""
    found = []
    for stem in stems:
        text = without_comments((at / folder / f"{stem}.v").read_text("utf-8"))
        found += [f"{library}.{stem}.{name}" for name in re.findall(r"^(?:Theorem|Lemma) (\w+)", text, re.M)]
    return found


def assumptions(at: Path) -> list[str]:
    """One Print Assumptions over all theorems of a group, against the exact list."""
    found = []
    groups = {
        "core": [f"softql.{t.stem}.{t.name}" for t in theorems(at, CORE)],
        "measure": [f"softql.{t.stem}.{t.name}" for t in theorems(at, MEASURE)],
        "rounding": [f"softql.{t.stem}.{t.name}" for t in theorems(at, ROUNDING)],
        "instances": stated(at, "theories", "softql", ("instances",)),
        "vectors": stated(at, "vectors", "softql_vectors", VECTORS),
    }
    for group, names in groups.items():
        axioms = assumed(at, list(dict.fromkeys(name.rpartition(".")[0] for name in names)), names)
        integers = f" and {len(axioms & INTEGERS)} facts about machine integers" if axioms & INTEGERS else ""
        print(f"{group}: {len(names)} theorems assume {', '.join(sorted(axioms - INTEGERS))}{integers}")
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
Set Printing Width 100.
Open Scope R_scope.
""",
    ),
    "Statements_rounding": (
        ROUNDING,
        """From Coq Require Import Reals ZArith.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat seq choice fintype bigop.
From Flocq Require Import Core.
From softql Require Import sums value {stems}.
Set Printing Width 100.
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
    unfolded down to the libraries' own notions (recursive functions keep their names), and
    closed by the theorem itself.
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
    unfold = " ".join(definitions(at, (*stems, *(("value",) if stems == ROUNDING else ()))))
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


# Tags that name a definition or a procedure, not a claim: nothing to prove.
DEFINITIONS: dict[str, str] = {}
# What a tag names where no one function says it: a whole paper, a line of the note in words, a part of an equation.
WORDS = {
    "H17 Eq. 13": "Stein's direction, E_z[ κ(z, y) ∇ log π(z) + ∇_z κ(z, y) ]; proved: 0 at the target, in 1-D",
    "H18": "Haarnoja et al. 2018, two papers: the temperature of a target entropy; bounds for composed skills",
    "N17": "Nachum et al. 2017: path consistency of V* and π*, its converse, and targets along whole paths",
    "S17": "Schulman et al. 2017: the gradient of soft Q-learning is a policy gradient plus a value gradient",
    "V20": "Vieillard et al. 2020: Munchausen value iteration is KL-regularised value iteration",
    "Note L25": "Q^π(s,a) = E[ r_0 + Σ_{t>=1} γ^t (r_t - α log π(a_t|s_t)) ], and its estimates along a path",
    "Note L27": "The end of the note's line on Q^π: Q* is the Q of its own Boltzmann policy",
    "Note L42": "log Z depends on no policy: the minimiser may ignore it, and α log Z is the optimum",
    "Note L60": "dV/dQ is the Boltzmann policy (a softmax), dV/dα its entropy; mellowmax is another mean",
    "Note L69": "How actions are sampled: importance sampling of V with any proposal, Langevin steps towards exp(Q/α)",
    "Note L74": "(1) evaluates a policy, (2) improves it too: T*Q = T^{π_Q} Q >= T^π Q",
    "Note L76": "One update holds both: exact for finite actions, and policy iteration is Newton's method on T*Q = Q",
}
MARK = "<!-- index: written by `make index` -->"


CATALOGUE = "softql/laws/catalogue.json"
ROOMS = ("equations", "measures", "returns", "temperature", "tabular", "equivalences", "closed_forms", "samplers")
CITED = re.compile(r"\(?cf\. (H17 (?:Eq\.|Theorem) \d+)\)?")  # a number from memory: docstrings only cite it


class Place(NamedTuple):
    """A Python function with its tags: where it stands, and the first paragraph of its docstring."""

    name: str
    formula: str
    tags: tuple[str, ...]
    opening: tuple[str, ...] = ()  # those of the first paragraph


def functions(package: Path) -> list[Place]:
    """Every tagged function of softql outside the laws, from its docstring; the rooms of the equations come first."""
    found = []
    for path in sorted(package.rglob("*.py")):
        if "laws" in path.relative_to(package).parts:
            continue
        module = ".".join(("softql", *path.relative_to(package).with_suffix("").parts))
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            text = (ast.get_docstring(node) or "") if isinstance(node, ast.FunctionDef) else ""
            text = text.partition("\nExample:")[0]  # there a tag is a string like any other
            if tags := (*tags_in(text), *CITED.findall(text)):
                opening = text.split("\n\n")[0]
                formula = " ".join(CITED.sub("", TAG.sub("", opening)).split()).rstrip(". ")
                found.append(Place(f"{module}.{node.name}", formula, tuple(dict.fromkeys(tags)), tags_in(opening)))
    return sorted(found, key=lambda place: room(place.name))


def room(name: str) -> int:
    """How far from the equations a function stands."""
    name = name.split(".")[1]
    return ROOMS.index(name) if name in ROOMS else len(ROOMS)


def formula_of(tag: str, code: list[Place], proved: list[Theorem]) -> str:
    """What a tag names: WORDS, or the first function that has it in its opening, or has it, or a theorem."""
    if tag in WORDS:
        return WORDS[tag]
    if code:
        return next((f for f in code if tag in f.opening), code[0]).formula
    return re.sub(r"[\s(]*cf[. ]*\)?$", "", TAG.sub("", proved[0].comment).strip(" .")) if proved else ""


def laws(package: Path) -> list[Place]:
    """Every law, from the tags in its decorator."""
    found = []
    for path in sorted((package / "laws").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.FunctionDef):
                continue
            words = [a.value for d in node.decorator_list if isinstance(d, ast.Call)
                     for a in d.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]  # fmt: skip
            if tags := tags_in(" ".join(words)):
                found.append(Place(node.name, (ast.get_docstring(node) or "").split("\n")[0], tags))
    return found


def order(tag: str) -> tuple[str, int, str]:
    """The note first, in its own order; then the papers."""
    number = re.search(r"\d+$", tag)
    return ("" if tag.startswith("Note") else tag.split()[0], int(number.group()) if number else 0, tag)


def unproved(proved: list[Theorem], coded: list[Place]) -> list[str]:
    """Tags in a docstring that are over no theorem and not in the list of definitions."""
    backed = {tag for t in proved for tag in t.tags} | set(DEFINITIONS)
    return [f"[{tag}] of {f.name} has no theorem" for f in coded for tag in f.tags if tag not in backed]


def tag_index(proved: list[Theorem], coded: list[Place], lawful: list[Place]) -> str:
    """The table tag -> formula -> theorems -> functions -> laws."""
    tags = sorted({tag for place in (*proved, *coded, *lawful) for tag in place.tags}, key=order)
    lines = ["| tag | formula | theorems | Python | laws |", "|---|---|---|---|---|"]
    for tag in tags:
        here = [t for t in proved if tag in t.tags]
        code = [f for f in coded if tag in f.tags]
        cells = [
            f"[{tag}]",
            formula_of(tag, code, here).replace("|", "\\|"),
            ", ".join(f"`{t.stem}.{t.name}`" for t in here) or DEFINITIONS.get(tag, "**none**"),
            ", ".join(f"`{f.name}`" for f in code) or "none: a fact about them",
            ", ".join(f"`{law.name}`" for law in lawful if tag in law.tags),
        ]
        lines.append("| " + " | ".join(cells) + " |")
    count = {stem: sum(t.stem == stem for t in proved) for stem in CORE + MEASURE + ROUNDING}
    by_file = ", ".join(f"{stem} {n}" for stem, n in count.items() if n)
    return "\n".join([*lines, "", f"{len(proved)} theorems: {by_file}."])


def parsed(at: Path) -> tuple[list[Theorem], list[Place], list[Place]]:
    """Theorems, tagged functions and laws."""
    package = at.parent / "softql"
    return theorems(at), functions(package), laws(package)


def index(at: Path) -> list[str]:
    """Every tag in softql has a theorem or stands in the list of definitions, and README.md says so."""
    proved, coded, lawful = parsed(at)
    found = unproved(proved, coded)
    text = (at / "README.md").read_text("utf-8")
    if text.split(MARK)[1:2] != [f"\n\n{tag_index(proved, coded, lawful)}\n\n"]:
        found.append("the index in README.md is stale: `make index`")
    return found


def write_index(at: Path) -> list[str]:
    before, _, after = (at / "README.md").read_text("utf-8").split(MARK)
    (at / "README.md").write_text(f"{before}{MARK}\n\n{tag_index(*parsed(at))}\n\n{MARK}{after}", "utf-8")
    return []


def catalogue(at: Path) -> str:
    """What the package itself knows of the proofs, as JSON: each theorem's statement, and what carries each tag."""
    proved, coded = theorems(at), functions(at.parent / "softql")
    tags = sorted({tag for place in (*proved, *coded) for tag in place.tags}, key=order)
    known = {}
    for tag in tags:
        here = [t for t in proved if tag in t.tags]
        code = [f for f in coded if tag in f.tags]
        known[tag] = {
            "formula": formula_of(tag, code, here),
            "functions": [f.name for f in code],
            "theorems": [f"{t.stem}.{t.name}" for t in here],
        }
    statements = {f"{t.stem}.{t.name}": TAG.sub("", t.comment).strip() for t in proved}
    return json.dumps({"tags": known, "theorems": statements}, indent=1, ensure_ascii=False) + "\n"


def check_catalogue(at: Path) -> list[str]:
    """The package's copy says what the proofs and the docstrings say."""
    fresh = (at.parent / CATALOGUE).read_text("utf-8") == catalogue(at)
    return [] if fresh else [f"{CATALOGUE} is stale: `python proofs/check.py write-catalogue`"]


def write_catalogue(at: Path) -> list[str]:
    (at.parent / CATALOGUE).write_text(catalogue(at), "utf-8")
    return []


CHECKS = {
    "catalogue": check_catalogue,
    "write-catalogue": write_catalogue,
    "scan": scan,
    "assumptions": assumptions,
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
