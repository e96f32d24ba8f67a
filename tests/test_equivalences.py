"""The page of equivalences names laws and tags that are here, and each of its laws has a mutant."""

import re
from pathlib import Path

from mutants import MUTANTS
from test_tags import EQUATIONS

from softql import laws

PAGE = (Path(__file__).parent.parent / "docs" / "equivalences.md").read_text()
ROWS = re.findall(r"^\| \d \| (.*) \|$", PAGE, re.MULTILINE)


def test_each_row_names_laws_that_bite():
    assert len(ROWS) == 8
    names, caught = {law.name for law in laws.LAWS}, {name for mutant in MUTANTS for name in mutant.caught_by}
    for row in ROWS:
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", row)]
        named = set(re.findall(r"`(\w+)`", cells[-1]))
        assert named
        assert named <= names & caught
        tags = set(re.findall(r"`(\[[^\]]+\])`", cells[0]))
        assert len(tags) == 1
        assert tags <= EQUATIONS
        assert any(tags <= set(law.tags) for law in laws.LAWS if law.name in named)


def test_every_law_of_equivalences_but_definitions_is_on_the_page():
    definitions = {
        "soft_q_gradient_is_weighted_error",
        "policy_gradient_is_advantage",
        "value_gradient_is_value_error",
        "munchausen_backup_is_definition",
        "kl_regularised_maximum_is_attained",
    }
    stated = {law.name for law in laws.LAWS if law.stem == "equivalences"}
    assert stated - definitions <= set(re.findall(r"`(\w+)`", PAGE))
