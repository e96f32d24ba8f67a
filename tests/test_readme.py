"""The README's promises: two commands, and examples that run."""

import re
import shlex
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```", README, re.MULTILINE | re.DOTALL)


def test_the_first_block_is_the_two_commands():
    language, block = BLOCKS[0]
    assert language == "bash"
    main_job, tests = [line for line in block.splitlines() if line.strip()]
    assert main_job.endswith("softql train CartPole-v1")
    assert "pytest" in shlex.split(tests)
    for line in (main_job, tests):
        assert line.startswith("python3 -m venv .venv && ")
        assert "-c constraints.txt" in line


def test_ci_runs_the_readmes_test_command():
    script = (ROOT / ".ci" / "run").read_text()
    assert "README.md" in script
    assert "fences == 1" in script


def test_it_is_one_screen_with_three_uses():
    assert len(README.splitlines()) <= 50
    code = [[line for line in text.splitlines() if "import " not in line] for _, text in BLOCKS[1:]]
    assert len(code) == 3
    assert all(0 < len(lines) <= 5 for lines in code)


@pytest.mark.parametrize("block", [text for language, text in BLOCKS if language == "python"])
def test_the_examples_run(block, capsys):
    exec(compile(block, "README.md", "exec"), {"__name__": "readme"})
    if "verify(" in block:
        said = capsys.readouterr().out
        assert "value_is" in said or "failed" in said.lower()


@pytest.mark.parametrize("path", re.findall(r"\]\(([^)#:]+)\)", README))
def test_every_link_leads_to_a_file(path):
    assert (ROOT / path).exists()
