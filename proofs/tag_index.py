"""The index from tag to formula, theorem, function and law; and the copy of it that the package carries."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path
from typing import NamedTuple

from reading import CONTINUOUS, CORE, MEASURE, ROUNDING, TAG, Theorem, tags_in, theorems

# Tags that name a definition or a procedure, not a claim: nothing to prove.
DEFINITIONS: dict[str, str] = {}
# What a tag names where no one function says it: a whole paper, a line of the note in words, a part of an equation.
WORDS = {
    "H17 Eq. 13": "Stein's direction, E_z[ κ(z, y) ∇ log π(z) + ∇_z κ(z, y) ]; proved: 0 at the target, in 1-D",
    "H18": "Haarnoja et al. 2018, two papers: temperature of a target entropy, squashed actions; composed skills",
    "N17": "Nachum et al. 2017: path consistency of V* and π*, its converse, and targets along whole paths",
    "S17": "Schulman et al. 2017: the gradient of soft Q-learning is a policy gradient plus a value gradient",
    "V20": "Vieillard et al. 2020: Munchausen value iteration is KL-regularised value iteration",
    "Note L25": "Q^π(s,a) = E[ r_0 + Σ_{t>=1} γ^t (r_t - α log π(a_t|s_t)) ], and its estimates along a path",
    "Note L27": "The end of the note's line on Q^π: Q* is the Q of its own Boltzmann policy",
    "Note L38": "max_π E_π[Q] + α H(π), the greedy problem; proved: V[Q] is an upper bound for every policy",
    "Note L42": "log Z depends on no policy: the minimiser may ignore it, and α log Z is the optimum",
    "Note L54": "V^π(s) is the policy's mean of Q plus α times its entropy, E_π[Q] + α H(π)",
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
    count = {stem: sum(t.stem == stem for t in proved) for stem in CORE + MEASURE + CONTINUOUS + ROUNDING}
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
