"""What was measured of the laws that a page names, out of the deep profile; `conf.py` puts it in at build time."""

import re
from pathlib import Path

HERE = Path(__file__).parent
MARK = "<!-- measured: the laws of this page, from deep.md, when the site is built -->"


def table(page: str, profile: str) -> str:
    """The rows of the deep profile whose law the page names, in the order in which it names them.

    Raises:
        ValueError: if it names none that was measured.
    """
    heading, line = re.findall(r"^\| law .*\n^\| --- .*$", profile, re.MULTILINE)[0].splitlines()
    rows = {name: row for row, name in re.findall(r"^(\| (\w+) \|.*)$", profile, re.MULTILINE)}
    named = [name for name in dict.fromkeys(re.findall(r"`(\w+)`", page)) if name in rows]
    if not named:
        raise ValueError("the page names no law that the deep profile measured")
    return "\n".join([heading, line, *(rows[name] for name in named)])


def filled(page: str) -> str:
    """The page with its measured table where the mark stands; a page without the mark as it is."""
    return page.replace(MARK, table(page, (HERE / "deep.md").read_text("utf-8"))) if MARK in page else page
