"""`--env` and `--network`: anybody's environment and network, found again by resume and evaluate."""

import json
import os
from pathlib import Path

import jax
import numpy as np
import pytest

from softql import cli, finding, runs, session
from softql.agents import Network
from softql.mistakes import Mistake

HERE = Path(__file__).parent
OWN = str(HERE / "own.py")
SMALL = ["--seeds", "2", "--steps", "1024", "--envs", "4", "--rollout", "8", "--minibatches", "2", "--episodes", "2"]


def softql(*arguments):
    return cli.main([str(a) for a in arguments])


def test_an_environment_and_a_network_of_ones_own(tmp_path, capsys, monkeypatch):
    """Trained from one working folder, evaluated and gone on with from another."""
    monkeypatch.chdir(HERE)
    out = tmp_path / "run"
    own = ["--env", "own.py:Corridor", "--network", "own.py:linear"]
    assert softql("train", *own, *SMALL, "--learning-rate", 0.1, "--alpha", 0.02, "--out", out) == 0
    config = json.loads((out / runs.CONFIG).read_text())
    assert config["environment"] == OWN + ":Corridor"
    assert config["network"] == OWN + ":linear"
    assert config["environment_parameters"] == {"max_steps_in_episode": 12}
    assert json.loads((out / runs.RESULT).read_text())["greedy_returns"] == pytest.approx([0.7, 0.7])
    assert "softql train Corridor:" in capsys.readouterr().out

    monkeypatch.chdir(tmp_path)
    written = tmp_path / "returns.json"
    assert softql("evaluate", out, "--episodes", 3, "--json", written) == 0
    np.testing.assert_allclose(json.loads(written.read_text())["returns"], np.full((2, 3), 0.7), rtol=1e-6)
    before = (out / runs.PARAMETERS).read_bytes()
    (out / runs.RESULT).unlink()
    assert softql("train", "--resume", out) == 0
    assert (out / runs.PARAMETERS).read_bytes() == before

    moved = tmp_path / "moved.py"  # the file is elsewhere now
    moved.write_text(Path(OWN).read_text())
    config["environment"] = "/nowhere/own.py:Corridor"
    (out / runs.CONFIG).write_text(json.dumps(config))
    assert softql("evaluate", out) == 2
    assert "there is no file /nowhere/own.py" in capsys.readouterr().err
    assert softql("evaluate", out, "--episodes", 3, "--env", f"{moved}:Corridor") == 0


@pytest.mark.parametrize("name", ["Corridor", "INSTANCE", "factory"])
def test_class_instance_and_factory(name, monkeypatch):
    env, params = finding.environment(f"{OWN}:{name}")
    assert type(env).__name__ == "Corridor"
    assert params.max_steps_in_episode == (20 if name == "factory" else 12)
    monkeypatch.syspath_prepend(str(HERE))
    assert type(finding.environment(f"own:{name}")[0]).__name__ == "Corridor"


def test_a_pair_is_a_network_as_it_is():
    env = finding.environment(f"{OWN}:Corridor")
    found = finding.network(f"{OWN}:PAIR", *env)
    assert isinstance(found, Network)
    assert found.apply(found.init(jax.random.key(0)), np.ones((3, 2, 5), np.float32)).shape == (3, 2, 2)


def test_a_critic_of_ones_own_for_continuous_actions():
    """The same critic by name: the plan has it, and its parameters are those that it makes."""
    env = finding.environment("Pendulum-v1")
    settings = {"seed": 0, "seeds": 1, "episodes": 1, "network": "softql.agents.critics:critic", "steps": 64}
    plan = session.plan(*env, "Pendulum-v1", settings)
    assert plan.network.apply.__module__ == "softql.agents.critics"
    assert session.describe(plan)["network"] == settings["network"]


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("nope:x", "there is no module 'nope'"),
        (f"{HERE}/none.py:x", "there is no file"),
        (f"{OWN}:", "names no attribute"),
        (f"{OWN}:corridor", "has no 'corridor'; did you mean Corridor?"),
        (f"{OWN}:Params", "is a Params without reset, step"),
        (f"{OWN}:linear", "linear() missing 2 required positional arguments"),
        (f"{OWN}:Old", "step returns 5 values (gymnax before 1.0"),
        (f"{OWN}:Forgetful", 'step gives no info["final_observation"]'),
        (f"{OWN}:Moody", "a leaf of the state is int32[] after a reset and float32[] after a step"),
    ],
)
def test_what_is_no_environment_is_said_in_one_line(name, says):
    with pytest.raises(Mistake) as caught:
        finding.environment(name)
    assert says in str(caught.value).replace(os.sep, "/")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "env", "says"),
    [
        (f"{OWN}:Space", "Corridor", "is no pair (init, apply)"),
        (f"{OWN}:wide", "Corridor", "gives float32[3, 4], expected floating-point numbers [3, 2]"),
        (f"{OWN}:linear", "CartPole-v1", "apply(params, obs (3, 4)) raised TypeError: dot_general"),
        (f"{OWN}:linear", "CartPole-v1", "(own.py, line "),
        ("jax.nn:relu", "Corridor", "jax.nn:relu(env, env_params) raised TypeError"),
    ],
)
def test_what_is_no_network_is_said_in_one_line(name, env, says):
    made = finding.environment(env if "-" in env else f"{OWN}:{env}")
    with pytest.raises(Mistake) as caught:
        finding.network(name, *made)
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["CartPole-v1", "--env", f"{OWN}:Corridor"], "two environments: leave out CartPole-v1 or"),
        (["--env", "CartPole-v1"], "write module:attr"),
        ([], "sweep what?"),
    ],
)
def test_the_environment_is_named_once(arguments, says, capsys):
    command = "sweep" if "sweep" in says else "train"
    assert softql(command, *arguments) == 2
    assert says in capsys.readouterr().err
