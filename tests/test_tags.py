"""Every equation that softql names by a tag has a law, a theorem, and, if it is the note's, a row in the errata."""

import re
from pathlib import Path

import pytest
from test_proofs import check as proofs

from softql.laws import LAWS

ROOT = Path(__file__).parent.parent
TAG = re.compile(r"\[(?:H17 (?:Eq\.|Theorem) \d+|Note L\d+|[A-Z]{1,2}\d{2})\]")

def tags_in(*paths):
    return {tag for path in paths for tag in TAG.findall(path.read_text())}


ROOMS = ("equations", "measures", "mdp", "tabular")
FILES = ("returns", "temperature", "equivalences", "closed_forms")
EQUATIONS = tags_in(
    *(path for room in ROOMS for path in (ROOT / "softql" / room).glob("*.py")),
    *(ROOT / "softql" / f"{name}.py" for name in FILES),
)
ERRATA = (ROOT / "docs" / "errata.md").read_text()


def test_numbers_from_memory_are_never_given_as_tags():
    """Equations 1-3, 7-9 and 12 and theorems 1, 2 and 4 of [H17] are from memory: they are cited with "cf."."""
    unsure = re.compile(r"\[H17 (?:Eq\. (?:1|2|3|7|8|9|12)|Theorem [124])\]")
    places = [*(ROOT / "softql").rglob("*.py"), ROOT / "docs" / "errata.md", ROOT / "README.md"]
    assert [str(path) for path in places if unsure.search(path.read_text())] == []


def test_there_are_tags():
    assert {"[H17 Eq. 5]", "[H17 Eq. 6]", "[H17 Eq. 10]", "[Note L58]", "[Note L67]"} <= EQUATIONS


THEOREMS = {f"[{tag}]" for theorem in proofs.theorems(ROOT / "proofs") for tag in theorem.tags}


@pytest.mark.parametrize("tag", sorted(EQUATIONS))
def test_each_tag_has_a_theorem(tag):
    """In the comment over a theorem, not over a definition; or in the short list of definitions."""
    assert tag in THEOREMS or tag.strip("[]") in proofs.DEFINITIONS


@pytest.mark.parametrize("tag", sorted(EQUATIONS))
def test_each_tag_has_a_law(tag):
    assert [law.name for law in LAWS if tag in law.tags]


@pytest.mark.parametrize("tag", sorted({tag for law in LAWS for tag in law.tags}))
def test_each_law_speaks_of_an_equation_that_is_here(tag):
    assert TAG.fullmatch(tag)
    assert tag in EQUATIONS


@pytest.mark.parametrize("tag", sorted(tag for tag in EQUATIONS if tag.startswith("[Note")))
def test_each_line_of_the_note_is_in_the_errata(tag):
    assert f"`{tag}`" in ERRATA


def test_each_row_of_the_errata_names_functions_that_are_here():
    import softql
    from softql import returns

    rows = re.findall(r"^\| \d+ \| (.*) \|$", ERRATA, re.MULTILINE)
    assert len(rows) == 22
    for row in rows:
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", row)]
        functions = re.findall(r"`([\w.]+)`", cells[3])
        assert functions
        tag = TAG.search(cells[0])
        assert tag
        assert tag.group() in EQUATIONS
        for name in functions:
            function = getattr(returns, name.removeprefix("returns."), None) or getattr(softql, name)
            assert tag.group() in function.__doc__, f"{name} does not name {tag.group()}"
        if cells[4] != "none":
            functions = [getattr(returns, n.removeprefix("returns."), None) or getattr(softql, n) for n in functions]
            assert any(re.search(r"Erratum|[Tt]he note", f.__doc__) for f in functions), f"no docstring says so: {row}"

