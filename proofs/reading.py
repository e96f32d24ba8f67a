"""What the proofs consist of: theories in order, theorems with their comments, and a way to ask Coq about them."""

from __future__ import annotations

import re
import subprocess
import tempfile
from pathlib import Path
from typing import NamedTuple

# The theories in the order of reading. `anymeasure` stands on another library and has its own group.
CORE = (
    "sums", "integrals", "contraction", "value", "policy", "gradient", "temperature", "backup", "returns", "retrace",
    "tabular", "agent", "estimator", "measures", "sampler",
)  # fmt: skip
MEASURE = ("anymeasure",)
CONTINUOUS = ("continuous",)  # both libraries: its field are the reals of Coq's own
ROUNDING = ("rounding",)  # and floating-point arithmetic on Flocq

VECTORS = ("points", "tables", "float64", "float32")


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


def without_comments(source: str, strings: bool = False) -> str:
    """Coq source with its (nested) comments and, unless kept, its strings blanked, line by line."""
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
            out.append(source[i] if source[i] == "\n" or not (depth or (quoted and not strings)) else " ")
            i += 1
    return "".join(out)


def sources(at: Path) -> list[Path]:
    return sorted(at.glob("theories/*.v")) + sorted(at.glob("vectors/*.v"))


def theorems(at: Path, stems: tuple[str, ...] = CORE + MEASURE + CONTINUOUS + ROUNDING) -> list[Theorem]:
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


def stated(at: Path, folder: str, library: str, stems: tuple[str, ...]) -> list[str]:
    """Every theorem and lemma of some files, by its full name."""
    found = []
    for stem in stems:
        text = without_comments((at / folder / f"{stem}.v").read_text("utf-8"))
        found += [f"{library}.{stem}.{name}" for name in re.findall(r"^(?:Theorem|Lemma) (\w+)", text, re.M)]
    return found
