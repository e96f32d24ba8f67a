"""`softql train` as a person uses it: what it writes, what it says, how it ends."""

import csv
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import jax
import numpy as np
import pytest

from softql import checkpoint, cli, finding, options, runs

SMALL = ["--seeds", "2", "--steps", "512", "--envs", "4", "--rollout", "8", "--minibatches", "2", "--hidden", "8"]


def softql(*arguments):
    return cli.main([str(a) for a in arguments])


def test_a_run_folder_holds_the_run(tmp_path, capsys):
    out = tmp_path / "run"
    assert softql("train", "CartPole-v1", *SMALL, "--episodes", 3, "--alpha", 0.25, "--out", out) == 0
    said = capsys.readouterr().out
    assert "2 seeds" in said
    assert "steps/s" in said
    assert "greedy policy, 3 episodes a seed" in said
    assert sorted(p.name for p in out.iterdir()) == sorted(
        [runs.CONFIG, runs.METRICS, runs.PARAMETERS, runs.CURVE, runs.RESULT]
    )
    config = json.loads((out / runs.CONFIG).read_text())
    assert config["hyper"]["alpha"] == 0.25
    assert config["seeds"] == 2
    assert {"python", "jax", "numpy", "gymnax"} <= set(config["versions"])
    result = json.loads((out / runs.RESULT).read_text())
    assert result["status"] == "done"
    assert len(result["greedy_returns"]) == 2
    with open(out / runs.METRICS) as file:
        lines = list(csv.DictReader(file))
    assert int(lines[-1]["env_steps"]) == config["env_steps_per_seed"] == result["env_steps_per_seed"] >= 512
    assert {line["seed"] for line in lines} == {"0", "1"}
    assert runs.read_metrics(out)["entropy"].shape == (2, len(lines) // 2)
    assert (out / runs.CURVE).read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(("name", "mode"), [("Pendulum-v1", "quadrature"), ("MultiGoal-softql", "stein")])
def test_continuous_actions_train_like_discrete_ones(name, mode, tmp_path, capsys):
    out = tmp_path / "run"
    sizes = ["--seeds", 2, "--steps", 512, "--envs", 4, "--hidden", 8, "--batch", 8, "--warmup", 64, "--buffer", 512]
    pictures = [name.replace(".", "-dark.") if mode == "stein" else name for name in (runs.CURVE, runs.POLICY)]
    style = "dark" if mode == "stein" else "light"
    assert softql("train", name, *sizes, "--mode", mode, "--episodes", 2, "--style", style, "--out", out) == 0
    assert "greedy policy, 2 episodes a seed" in capsys.readouterr().out
    assert sorted(p.name for p in out.iterdir()) == sorted(
        [runs.CONFIG, runs.METRICS, runs.PARAMETERS, *pictures, runs.RESULT]
    )
    assert all((out / picture).read_bytes().startswith(b"\x89PNG") for picture in pictures)
    config = json.loads((out / runs.CONFIG).read_text())
    assert config["mode"] == mode
    assert config["hyper"]["anneal"] == config["env_steps_per_seed"]


def test_the_parameters_are_those_of_the_config(tmp_path):
    """config.json is enough to train the same parameters again, bit for bit."""
    first = tmp_path / "first"
    assert softql("train", "CartPole-v1", *SMALL, "--episodes", 1, "--seed", 7, "--out", first) == 0
    config = json.loads((first / runs.CONFIG).read_text())
    again = ["train", config["environment"], "--mode", config["mode"], "--seed", config["seed"]]
    again += ["--seeds", config["seeds"], "--steps", config["env_steps_per_seed"], "--out", tmp_path / "again"]
    for name, value in (config["hyper"] | config["shape"]).items():
        if name in options.HYPER or name in options.SHAPE:
            again += [options.flag(name), value]
    again += ["--hidden", ",".join(map(str, config["shape"]["hidden"])), "--episodes", 1]
    assert config["hyper"]["anneal"] == 512
    assert softql(*again) == 0
    with np.load(first / runs.PARAMETERS) as one, np.load(tmp_path / "again" / runs.PARAMETERS) as two:
        names = [name for name in one.files if name != checkpoint.NOTE]
        assert len(names) >= 4
        for name in names:
            np.testing.assert_array_equal(one[name], two[name])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "train what? Give an environment"),
        (["CartPole-v2"], "there is no environment 'CartPole-v2'; did you mean CartPole-v1"),
        (["cartpole"], "did you mean CartPole-v1"),
        (["NoSuch-v0"], "there is no environment 'NoSuch-v0'; there are CartPole-v1"),  # -v0 is in many
        (["Frozen"], "did you mean FrozenLake-misc?"),
        (["Pendulum-v1", "--mode", "replay"], "Pendulum-v1 has continuous actions; choose one of quadrature"),
        (["CartPole-v1", "--mode", "stein"], "CartPole-v1 has Discrete actions"),
        (["Pendulum-v1", "--lambda", "0.5"], "--lambda means nothing in mode 'quadrature'"),
        (["Pendulum-v1", "--chain", "5"], "--chain means nothing in mode 'quadrature'"),
        (["Pendulum-v1", "--mode", "stein", "--nodes", "5"], "--nodes means nothing in mode 'stein'"),
        (["CartPole-v1", "--network", "softql.agents:q_network", "--hidden", "8"], "--hidden means nothing beside"),
        (["Pendulum-v1", "--entropy-target", "0.5"], "means nothing without --alpha-rate"),
        (["CartPole-v1", "--steps", "3e9"], "the step counter holds at most"),
        (["CartPole-v1", "--alpha", "-1"], "alpha = -1.0: it must be positive"),
        (["CartPole-v1", "--gamma", "1"], "gamma = 1.0: it must be in [0, 1)"),
        (["CartPole-v1", "--envs", "3", "--rollout", "3"], "minibatches = 8 does not divide"),
    ],
)
def test_mistakes_are_one_line_and_exit_2(arguments, message, tmp_path, capsys):
    assert softql("train", *arguments, "--out", tmp_path / "run") == 2
    said = capsys.readouterr().err
    assert message in said
    assert said.startswith("softql: ")
    assert said.count("\n") == 1
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    "arguments", [["--seeds", "0"], ["--alpha", "nan"], ["--steps", "many"], ["--hidden", "64,0"], ["--out", ""]]
)
def test_argparse_refuses_with_the_flags_name(arguments, capsys):
    with pytest.raises(SystemExit) as end:
        softql("train", "CartPole-v1", *arguments)
    assert end.value.code == 2
    assert arguments[0] in capsys.readouterr().err


def test_help_and_version(capsys):
    for arguments, wanted in ((["--help"], "train"), (["train", "--help"], "--alpha"), (["--version"], "softql 0.")):
        with pytest.raises(SystemExit) as end:
            softql(*arguments)
        assert end.value.code == 0
        assert wanted in capsys.readouterr().out


def test_a_folder_that_cannot_be_used_is_said_before_training(tmp_path, capsys):
    (tmp_path / "file").write_text("")
    assert softql("train", "CartPole-v1", "--out", tmp_path / "file" / "run") == 2
    assert "can't use the run folder" in capsys.readouterr().err
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / runs.CONFIG).write_text("{}")
    assert softql("train", "CartPole-v1", "--out", tmp_path / "old") == 2
    assert "already holds a run" in capsys.readouterr().err


def test_divergence_keeps_the_last_good_parameters(tmp_path, capsys):
    out = tmp_path / "run"
    code = softql("train", "CartPole-v1", *SMALL, "--steps", 20000, "--learning-rate", 1e38, "--out", out)
    assert code == 1
    assert "diverged" in capsys.readouterr().out
    assert json.loads((out / runs.RESULT).read_text())["status"] == "diverged"
    with np.load(out / runs.PARAMETERS) as file:
        assert all(np.isfinite(file[name]).all() for name in file.files if name != checkpoint.NOTE)


def test_control_c_stops_and_keeps_what_there_is(tmp_path):
    out = tmp_path / "run"
    command = [
        sys.executable,
        "-m",
        "softql.cli",
        "train",
        "CartPole-v1",
        *SMALL,
        "--steps",
        "100000000",
        "--out",
        str(out),
    ]
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parent.parent), "PYTHONUNBUFFERED": "1"}
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)
    try:
        metrics = out / runs.METRICS
        for _ in range(1200):  # until the handler stands: the metrics file is opened just before
            if metrics.exists() or process.poll() is not None:
                break
            time.sleep(0.1)
        time.sleep(1.0)
        process.send_signal(signal.SIGINT)
        said, errors = process.communicate(timeout=300)
    finally:
        process.kill()
    assert process.returncode == 130, errors
    assert "interrupted" in said
    assert "Traceback" not in errors
    assert json.loads((out / runs.RESULT).read_text())["status"] == "interrupted"
    assert (out / runs.PARAMETERS).exists()
    assert (out / runs.CURVE).exists()


def test_the_disk_may_fill_up(tmp_path, capsys, monkeypatch):
    """Metrics can no longer be written: training stops, says so, and the parameters are still saved."""

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(runs.MetricsFile, "add", full)
    out = tmp_path / "run"
    assert softql("train", "CartPole-v1", *SMALL, "--out", out) == 1
    assert "No space left on device" in capsys.readouterr().out
    assert json.loads((out / runs.RESULT).read_text())["status"] == "unsaved"
    assert (out / runs.PARAMETERS).exists()


def test_a_second_control_c_abandons_and_keeps_what_there_is(tmp_path, monkeypatch):
    from softql import session

    def twice(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(session, "judge", twice)
    out = tmp_path / "run"
    assert softql("train", "CartPole-v1", *SMALL, "--out", out) == 130
    assert json.loads((out / runs.RESULT).read_text())["status"] == "interrupted"
    assert (out / runs.PARAMETERS).exists()


def test_replay_counts_its_warm_up(tmp_path):
    out = tmp_path / "run"
    shape = ["--mode", "replay", "--envs", "4", "--rollout", "1", "--batch", "8", "--buffer", "64", "--warmup", "32"]
    code = softql("train", "CartPole-v1", *shape, "--hidden", "8", "--seeds", "1", "--steps", "64", "--out", out)
    assert code == 0
    config, result = (json.loads((out / name).read_text()) for name in (runs.CONFIG, runs.RESULT))
    assert config["env_steps_per_seed"] == result["env_steps_per_seed"] == 64


def test_a_terminal_gets_a_live_line(tmp_path):
    from rich.console import Console

    from softql import session

    env, env_params = finding.environment("CartPole-v1")
    settings = {"mode": "on_policy", "seed": 0, "seeds": 1, "steps": 64, "envs": 4, "rollout": 8, "episodes": 1}
    plan = session.plan(env, env_params, "CartPole-v1", settings | {"hidden": (4,), "minibatches": 1})
    with open(tmp_path / "screen", "w") as screen:
        console = Console(file=screen, force_terminal=True, width=160)
        assert session.run(plan, runs.claim(tmp_path / "run", "CartPole-v1"), console) == "done"
    said = (tmp_path / "screen").read_text()
    assert "compiling" in said
    assert "entropy" in said


def test_keys_of_seeds_differ(tmp_path):
    out = tmp_path / "run"
    assert softql("train", "CartPole-v1", *SMALL, "--episodes", 1, "--out", out) == 0
    with np.load(out / runs.PARAMETERS) as file:
        weights = [file[name] for name in file.files if name.endswith(".weight")]
    assert weights
    assert all(not np.array_equal(w[0], w[1]) for w in weights)
    assert jax.config.jax_numpy_rank_promotion == "raise"


def test_compiled_programs_stay_for_the_next_start(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "environ", {"XDG_CACHE_HOME": str(tmp_path)})
    monkeypatch.setattr(sys, "modules", {})
    cli.keep_compiled()
    assert os.environ["JAX_COMPILATION_CACHE_DIR"] == str(tmp_path / "softql")
    os.environ["JAX_COMPILATION_CACHE_DIR"] = "elsewhere"  # the user's own word holds
    cli.keep_compiled()
    assert os.environ["JAX_COMPILATION_CACHE_DIR"] == "elsewhere"
    (tmp_path / "file").touch()
    monkeypatch.setattr(os, "environ", {"XDG_CACHE_HOME": str(tmp_path / "file")})
    cli.keep_compiled()
    assert "JAX_COMPILATION_CACHE_DIR" not in os.environ
