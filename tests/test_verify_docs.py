"""What docs/verify-yours.md shows is what the commands print."""

import re
import shlex
import sys
from pathlib import Path

import pytest

from softql import cli

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "verify-yours.md").read_text()


def blocks(text, language):
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


DRAWN = re.compile(r" {8}(\w+ = |\w+\(.*\) (= |no answer)|left |right |again: |.*passed over$)")


def sessions(text):
    """(command, output) of every `$ softql ...` in a text."""
    for block in blocks(text, "console"):
        for part in block.split("$ ")[1:]:
            command, _, output = part.partition("\n")
            if command.startswith("softql "):
                yield command, output


def plain(output):
    """Laws, statuses, equations and mistakes: what does not depend on the inputs that were drawn, nor on the clock."""
    kept = [line for line in output.splitlines() if not DRAWN.match(line)]
    return re.sub(r"in [\d.]+ s|\d+ examples  worst +\S+", "...", "\n".join(kept)).strip()


def source(text, name):
    return next(block for block in blocks(text, "python") if name in block)


CASES = [pytest.param(PAGE, command, output, id=command[:60]) for command, output in sessions(PAGE)]


@pytest.mark.parametrize(("text", "command", "output"), CASES)
def test_the_page_shows_what_is_printed(text, command, output, tmp_path, monkeypatch, capsys):
    (tmp_path / "sac.py").write_text(re.sub(r"^(print|report).*", "", source(text, "class Mine"), flags=re.MULTILINE))
    (tmp_path / "planner.py").write_text(source(text, "def lse"))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    for name in ("sac", "planner"):
        sys.modules.pop(name, None)
    code = cli.main(shlex.split(command)[1:])
    said = capsys.readouterr()
    if "--case" in command:  # one given input: every digit is as shown
        assert (said.out + said.err).splitlines()[:-1] == output.splitlines()[:-1]
    assert plain(said.out + said.err) == plain(output)
    assert code == (2 if output.startswith("softql: ") else int("\nfailed " in "\n" + output))


def test_there_is_something_to_show():
    assert len(CASES) >= 6
