"""`softql cite`: every tag of the project has its source, in BibTeX that parses, the same as CITATION.cff names.

Room: softql.citing, softql.cli.
"""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from softql import __version__, cli
from softql.citing import SOURCES, bibtex
from softql.laws.backing import CATALOGUE
from softql.mistakes import Mistake

ROOT = Path(__file__).parents[1]
REQUIRED = {
    "inproceedings": {"author", "title", "booktitle", "year"},
    "misc": {"author", "title", "year", "eprint"},
    "software": {"author", "title", "version"},
}


def parsed(text):
    """{key: (kind, fields)} of BibTeX whose entries lie a field a line; anything else is an error."""
    entries, rest = {}, [line for line in text.splitlines() if not line.startswith("%")]
    while rest:
        kind, key = re.fullmatch(r"@(\w+)\{([\w-]+),", rest.pop(0)).groups()
        fields = {}
        while (line := rest.pop(0)) != "}":
            name, value = re.fullmatch(r"  (\w+) = \{(.*)\},", line).groups()
            depth = 0
            for character in value:
                depth += (character == "{") - (character == "}")
                assert depth >= 0, line
            assert depth == 0, line
            assert name not in fields, line
            fields[name] = value
        assert key not in entries, key
        assert fields.keys() >= REQUIRED[kind], key
        entries[key] = (kind, fields)
    return entries


@pytest.mark.parametrize("tag", [*CATALOGUE["tags"], *SOURCES])
def test_a_tag_has_its_sources_and_softql(tag):
    text = bibtex(tag)
    entries = parsed(text)
    *papers, (_, own) = entries.values()
    assert own["version"] == __version__
    assert own["note"] == f"[{tag}]"
    assert [key for _, key, _ in SOURCES[tag.split()[0]]] == list(entries)[:-1]
    assert bool(papers) != tag.startswith("Note")
    if tag in CATALOGUE["tags"]:
        assert text.startswith(f"% [{tag}] {CATALOGUE['tags'][tag]['formula']}\n")


def test_every_kind_of_tag_in_the_project_is_known():
    named = set()
    for folder, ending in (("softql", "*.py"), ("proofs/theories", "*.v"), ("docs", "*.md")):
        for path in (ROOT / folder).rglob(ending):
            named |= set(re.findall(r"\[([A-Z]{1,2}\d\d)(?: (?:Eq|Theorem)[^\]]*)?\]", path.read_text()))
    assert named == SOURCES.keys() - {"Note"}


def test_the_citation_file_names_the_same_paper():
    citation = (ROOT / "CITATION.cff").read_text()
    (entry,) = SOURCES["H17"]
    assert entry[2]["title"] in citation
    assert f"arXiv:{entry[2]['eprint']}" in citation
    assert f"version: {__version__}" in citation


def test_without_a_tag_softql_alone():
    found = parsed(bibtex())
    assert list(found) == ["softql"]
    assert "note" not in found["softql"][1]


def test_brackets_spaces_and_case_do_not_matter(capsys):
    assert cli.main(["cite", "[h17", "eq.", "5]"]) == 0
    assert capsys.readouterr().out.rstrip("\n") == bibtex("H17 Eq. 5")


def test_an_unknown_tag_is_one_line(capsys):
    with pytest.raises(Mistake, match=r"did you mean H17 Eq\. 5"):
        bibtex("H17 Eq. 55")
    with pytest.raises(Mistake, match=r"did you mean H17, S17, N17\?"):
        bibtex('"H17')
    assert cli.main(["cite", "Knuth"]) == 2
    assert capsys.readouterr().err.startswith("softql: there is no tag 'Knuth'; there are Note L13")


def test_it_needs_no_other_package():
    found = subprocess.run(
        [sys.executable, "-c", "import sys; from softql import citing; citing.bibtex('N17'); print(*sys.modules)"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert not {"jax", "hypothesis", "numpy"} & set(found.stdout.split())


def test_the_paper_cites_what_is_in_its_bibliography():
    bibliography = (ROOT / "paper.bib").read_text("utf-8")
    cited = set(re.findall(r"@([a-z]\w+)", (ROOT / "paper.md").read_text("utf-8")))
    assert cited == set(re.findall(r"^@\w+\{([\w-]+),", bibliography, re.MULTILINE))
    assert bibtex("H17").split("\n@software")[0] in bibliography


def test_the_papers_counts_are_the_projects():
    from softql.laws import LAWS

    paper = (ROOT / "paper.md").read_text("utf-8")
    assert f"The {len(LAWS)} laws" in paper
    assert f"The {len(CATALOGUE['theorems'])} theorems" in paper
    mutation = (ROOT / "docs" / "mutation.md").read_text("utf-8")
    assert re.search(r"kills ([\d,]+ of [\d,]+ mutants)", paper).group(1) in mutation
