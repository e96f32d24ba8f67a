"""The docs: generated pages are fresh, code runs, the check of links can fail. `.ci/run` builds the site itself.

Room: docs.
"""

import importlib.util
import json
import re
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[1] / "docs"


def module(name):
    found = importlib.util.spec_from_file_location(name, DOCS / f"{name}.py")
    loaded = importlib.util.module_from_spec(found)
    found.loader.exec_module(loaded)
    return loaded


def test_the_story_is_fresh():
    assert module("story").page() == (DOCS / "story.md").read_text("utf-8"), "python docs/story.py"


def test_the_performance_page_is_fresh():
    from benchmarks.speed import PAGE, RESULTS, page

    assert page(json.loads(RESULTS.read_text())) == PAGE.read_text("utf-8"), "python -m benchmarks.speed --page"


def test_the_story_tells_each_row_with_its_function_law_and_theorem():
    text = (DOCS / "story.md").read_text("utf-8")
    assert re.findall(r"\(eq-(\d+)\)", text) == [str(n) for n in range(1, 23)]
    for kind in ("Code", "Laws", "Theorems"):
        told = re.findall(rf"^- {kind}: (.*)$", text, re.MULTILINE)
        assert len(told) == 22
        assert all(told)


@pytest.mark.parametrize(
    ("page", "count"), {"tutorial": 7, "look": 1, "solve": 1, "train": 1, "actions": 3, "compose": 2}.items()
)
def test_the_code_of_a_page_runs_from_top_to_bottom(page, count):
    blocks = re.findall(r"```python\n(.*?)```", (DOCS / f"{page}.md").read_text("utf-8"), re.DOTALL)
    assert len(blocks) == count
    names = {"__name__": page}
    for at, block in enumerate(blocks):
        exec(compile(block, f"docs/{page}.md, block {at}", "exec"), names)


def test_the_equivalences_get_what_was_measured():
    measured, page = module("measured"), (DOCS / "equivalences.md").read_text("utf-8")
    assert page.count(measured.MARK) == 1
    added = set(measured.filled(page).splitlines()) - set(page.splitlines())
    assert len([row for row in added if re.search(r"\| \d+ \| [\d,]+ \|", row)]) >= 14
    assert any(row.startswith("| policy_iteration_is_newton | ") for row in added)
    with pytest.raises(ValueError, match="names no law"):
        measured.table("nothing", (DOCS / "deep.md").read_text("utf-8"))


def test_every_page_is_in_the_contents():
    contents = (DOCS / "index.md").read_text("utf-8")
    assert {p.stem for p in DOCS.glob("*.md")} == {"index", *re.findall(r"^(\w[\w-]*)$", contents, re.MULTILINE)}


def test_a_broken_link_and_a_foreign_script_are_found(tmp_path):
    page = '<a href="other.html#here">x</a><a href="#gone">x</a><a href="no.html">x</a><script src="{}"></script>'
    (tmp_path / "index.html").write_text(page.format("https://elsewhere.example/a.js"))
    (tmp_path / "other.html").write_text('<p id="here"></p>')
    found = module("links").faults(tmp_path)
    assert found == [
        "index.html loads https://elsewhere.example/a.js",
        "index.html links to #gone, a place that is not in that page",
        "index.html links to no.html, which is not there",
    ]
