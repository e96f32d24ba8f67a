"""What docs/verify-yours.md and the README show is what the commands print."""

import re
import shlex
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from softql import cli

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "verify-yours.md").read_text()
README = (ROOT / "README.md").read_text()


def blocks(text, language):
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def sessions(text):
    """(command, output) of every `$ softql ...` in a text."""
    for block in blocks(text, "console"):
        for part in block.split("$ ")[1:]:
            command, _, output = part.partition("\n")
            if command.startswith("softql "):
                yield command, output


def plain(output):
    """Without the seconds."""
    return re.sub(r"in [\d.]+ s", "in S s", output).strip()


def source(text, name):
    return next(block for block in blocks(text, "python") if name in block)


CASES = [
    *[pytest.param(PAGE, command, output, id=command[:60]) for command, output in sessions(PAGE)],
    *[pytest.param(README, command, output, id="README") for command, output in sessions(README)],
]


PINNED = f"hypothesis=={version('hypothesis')}" in (ROOT / "constraints.txt").read_text().split()


@pytest.mark.skipif(not PINNED, reason="another Hypothesis than the pinned one finds other counterexamples")
@pytest.mark.parametrize(("text", "command", "output"), CASES)
def test_the_page_shows_what_is_printed(text, command, output, tmp_path, monkeypatch, capsys):
    (tmp_path / "sac.py").write_text(re.sub(r"^(print|report).*", "", source(text, "class Mine"), flags=re.MULTILINE))
    if text is PAGE:
        (tmp_path / "planner.py").write_text(source(text, "def lse"))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    for name in ("sac", "planner"):
        sys.modules.pop(name, None)
    code = cli.main(shlex.split(command)[1:])
    said = capsys.readouterr()
    assert plain(said.out + said.err) == plain(output)
    assert code == (2 if output.startswith("softql: ") else int("\nfailed " in "\n" + output))


def test_there_is_something_to_show():
    assert len(CASES) >= 6
