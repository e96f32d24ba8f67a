"""`softql report`: one page of a run, nothing loaded from elsewhere, and the command that makes the run again.

Room: softql.reporting, softql.cli, softql.session.
"""

import base64
import json
import re
import shlex

import gymnax
import pytest

from softql import cli, reporting, runs, session
from softql.agents.records import CONTINUOUS_MODES, ContinuousShape

GIVEN = {"seed": 3, "seeds": 2, "episodes": 5, "steps": 20_000}


def described(name, settings):
    return json.loads(json.dumps(runs.plain(session.describe(session.plan(*gymnax.make(name), name, settings)))))


@pytest.fixture
def folder(tmp_path):
    config = described("CartPole-v1", {**GIVEN, "alpha": 0.25}) | {"command": "train", "versions": {"jax": "<0>"}}
    (tmp_path / "config.json").write_text(json.dumps(config))
    result = {"status": "done", "env_steps_per_seed": 20_480, "seconds": 1.5, "greedy_returns": [500.0, 499.5]}
    (tmp_path / "result.json").write_text(json.dumps(result))
    (tmp_path / "metrics.csv").write_text("seed,env_steps,loss\n0,10,1.0\n1,10,2.0\n0,20,0.123456\n1,20,\n")
    (tmp_path / "learning_curve.png").write_bytes(b"\x89PNG not looked into")
    return tmp_path


def test_the_page_holds_the_run_and_loads_nothing(folder, capsys):
    assert cli.main(["report", str(folder)]) == 0
    assert capsys.readouterr().out.strip() == str(folder / "report.html")
    text = (folder / "report.html").read_text()
    for cell in ("500", "499.5", "499.8", "0.1235", "–", "0.25", "&lt;0&gt;"):
        assert f">{cell}<" in text, cell
    assert "done, 20,480 environment steps a seed, in 2 s" in text
    assert not re.findall(r"(?:src|href)=\"(?!data:)", text)
    assert "http" not in text


def test_figures_and_episodes_are_on_the_page_the_dark_ones_for_dark_pages(folder):
    before = reporting.page(folder)
    assert "<code>softql plot" in before
    assert "<code>softql show" in before
    (folder / "figures").mkdir()
    for name in ("figures/learning_curves.png", "figures/learning_curves-dark.png", "episode.png"):
        (folder / name).write_bytes(name.encode())
    (folder / "episode.gif").write_bytes(b"moves")
    text = reporting.page(folder)
    assert re.findall(r"<h2>(Learning curves?|Episode)</h2>", text) == ["Learning curves", "Episode"]
    dark, moves = (base64.b64encode(x).decode() for x in (b"figures/learning_curves-dark.png", b"moves"))
    assert text.count(f'dark)" srcset="data:image/png;base64,{dark}">') == 1
    assert f'src="data:image/gif;base64,{moves}"' in text
    assert "draws more" not in text


@pytest.mark.parametrize(
    ("name", "settings"),
    [("CartPole-v1", {"alpha": 0.25}), ("CartPole-v1", {"mode": "replay", "updates": 2}), ("Pendulum-v1", {})],
)
def test_the_command_makes_the_run_again(name, settings):
    config = described(name, {**GIVEN, **settings})
    arguments = vars(cli.parser().parse_args(shlex.split(reporting.again(config))[1:]))
    given = {key: value for key, value in arguments.items() if value is not None}
    assert described(name, given) == config


def test_the_command_names_things_of_ones_own_as_a_shell_reads_them():
    config = described("CartPole-v1", {**GIVEN, "network": "softql.agents:q_network"})
    config["environment"] = "/tmp/my files/mine.py:Maze"
    arguments = vars(cli.parser().parse_args(shlex.split(reporting.again(config))[1:]))
    assert (arguments["environment"], arguments["network"]) == (config["environment"], config["network"])
    assert arguments["hidden"] is None


@pytest.mark.parametrize("mode", CONTINUOUS_MODES)
def test_settings_that_a_mode_does_not_use_are_left_out(mode):
    assert ContinuousShape(mode=mode).idle == reporting.IDLE[mode]


def test_what_is_no_run_is_told(folder, tmp_path_factory, capsys):
    assert cli.main(["report", str(tmp_path_factory.mktemp("empty"))]) == 2
    assert "is not a run folder: it has no config.json" in capsys.readouterr().err
    (folder / "result.json").unlink()
    assert cli.main(["report", str(folder)]) == 2
    assert "is not of a run that ended: it has no result.json" in capsys.readouterr().err
    (folder / "result.json").write_text("{}")
    assert cli.main(["report", str(folder)]) == 2
    assert "holds no report of softql train" in capsys.readouterr().err
    (folder / "config.json").write_text('{"command": "sweep"}')
    assert cli.main(["report", str(folder)]) == 2
    assert "a sweep is drawn by softql compare" in capsys.readouterr().err


def test_figures_stand_in_the_order_in_which_they_are_read(folder):
    (folder / "figures").mkdir()
    for name in ("entropy", "other", "policy_at_states", "learning_curves", "value_along_episode"):
        (folder / "figures" / f"{name}.png").write_bytes(b"")
    headings = re.findall(r"<h2>(.*?)</h2>", reporting.page(folder))
    assert headings[1:6] == ["Learning curves", "Entropy", "Value along episode", "Policy at states", "Other"]
