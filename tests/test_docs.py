"""The docs: generated pages are fresh, code runs, the check of links can fail. `.ci/run` builds the site itself.

Room: docs.
"""

import csv
import importlib.util
import json
import os
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
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
    from benchmarks.speed.page import PAGE, RESULTS, page

    assert page(json.loads(RESULTS.read_text())) == PAGE.read_text("utf-8"), "python -m benchmarks.speed --page"


def test_the_story_tells_each_row_with_its_function_law_and_theorem():
    text = (DOCS / "story.md").read_text("utf-8")
    assert re.findall(r"\(eq-(\d+)\)", text) == [str(n) for n in range(1, 23)]
    for kind in ("Code", "Laws", "Theorems"):
        told = re.findall(rf"^- {kind}: (.*)$", text, re.MULTILINE)
        assert len(told) == 22
        assert all(told)


@pytest.mark.parametrize(
    ("page", "count"),
    {"tutorial": 7, "look": 1, "solve": 1, "train": 1, "actions": 3, "compose": 2, "scale": 1}.items(),
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


def test_the_page_of_continuous_actions_is_that_of_its_numbers():
    from benchmarks.continuous import PAGE, page, read

    assert page(read()) == PAGE.read_text("utf-8"), "python -m benchmarks.continuous --page"


def test_the_table_of_the_sweep_is_that_of_its_numbers():
    with open(DOCS / "sweeps.csv", newline="") as file:
        rows = [{name: float(x) for name, x in row.items()} for row in csv.DictReader(file)]
    lines = []
    for row in rows:
        seeds = [x for name, x in row.items() if name.startswith("seed_")]
        cells = [row["alpha"], row["learning_rate"], row["iqm"], None, min(seeds), max(seeds)]
        between = f"{row['low']:.4g} to {row['high']:.4g}"
        lines.append("| " + " | ".join(between if x is None else f"{x:.4g}" for x in cells) + " |")
    assert len(lines) == 16
    assert "\n".join(lines) in (DOCS / "sweeps.md").read_text("utf-8")


def test_every_picture_has_its_numbers_and_every_figure_its_command():
    """In docs/reproduce.md, whose commands and files are there."""
    from softql import cli

    text = (DOCS / "reproduce.md").read_text("utf-8")
    pictures = {p.stem.removesuffix("-dark") for kind in ("png", "gif") for p in DOCS.glob(f"*.{kind}")}
    numbers = {p.stem for p in DOCS.glob("*.csv")}
    assert pictures <= numbers
    assert set(re.findall(r"\]\((\w+)\.csv\)", text)) == numbers
    rows = [row.split("|")[1:-1] for row in text.splitlines() if row.startswith("| ")][1:]
    told = {page for row in rows for page in re.findall(r"\((\w[\w-]*)\.md\)", row[0])}
    embeds = re.compile(r"!\[[^]]*\]\(\w+\.(?:png|gif)\)|\{image\} \w+\.(?:png|gif)")
    shown = {p.stem for p in DOCS.glob("*.md") if embeds.search(p.read_text("utf-8"))}
    assert {"accuracy", "look", "multigoal"} <= shown - {"index"} <= told  # the first page repeats one of another
    commands = [command for row in rows for command in re.findall(r"`([^`]+)`", row[1])]
    assert len(commands) >= len(rows) >= 17
    known = {name for action in cli.parser()._subparsers._group_actions for name in action.choices}
    for command in commands:
        words = command.split()
        if words[:2] == ["python", "-m"]:
            place = DOCS.parent / words[2].replace(".", "/")
            assert place.with_suffix(".py").exists() or (place / "__main__.py").exists(), command
        elif words[0] == "python":
            assert (DOCS.parent / words[1]).exists(), command
        elif words[0] == "softql":
            assert words[1] in known, command
        elif words[0].endswith(".sh"):
            assert os.access(DOCS.parent / words[0], os.X_OK), command
        else:
            assert words[0] == "make", command


ROOMS = "benchmarks|docs|proofs|softql|tests|\\.ci"


@pytest.mark.parametrize("page", [*sorted(p.name for p in DOCS.glob("*.md")), "../README.md", "../CONTRIBUTING.md"])
def test_the_files_that_a_page_names_are_there(page):
    for name in re.findall(rf"`((?:{ROOMS})/[\w./*-]+)`", (DOCS / page).read_text("utf-8")):
        assert name == "docs/_build/html" or list(DOCS.parent.glob(name.rstrip("/"))), name


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


def test_an_address_that_does_not_answer_is_found(tmp_path):
    """Asked of a server here: `--external` needs no more of the network than that."""

    class Site(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response({"/there": 200, "/guarded": 403}.get(self.path, 404))
            self.end_headers()

        def log_message(self, *of):
            pass

    links = module("links")
    with ThreadingHTTPServer(("127.0.0.1", 0), Site) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        at = f"http://127.0.0.1:{server.server_port}"
        page = "".join(f'<a href="{at}/{name}">x</a>' for name in ("there#part", "guarded", "gone"))
        (tmp_path / "index.html").write_text(page + '<a href="index.html">x</a>')
        found = [links.unanswered(url) for url in links.outside(tmp_path)]
        server.shutdown()
    assert found == [f"{at}/gone answers 404", None, None]
    assert links.unanswered(f"{at}/there").startswith(f"{at}/there does not answer: ")
