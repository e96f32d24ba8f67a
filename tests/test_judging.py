"""`softql evaluate`: new episodes with what a run learned."""

import json

import numpy as np
import pytest

from softql import cli, runs

SMALL = ["--seeds", "2", "--envs", "4", "--hidden", "8", "--episodes", "2"]
KINDS = {
    "discrete": ["CartPole-v1", *SMALL, "--steps", "512", "--rollout", "8", "--minibatches", "2"],
    "continuous": ["Pendulum-v1", *SMALL, "--steps", "256", "--warmup", "64", "--batch", "8", "--buffer", "256"],
}


def softql(*arguments):
    return cli.main([str(a) for a in arguments])


@pytest.fixture(scope="module", params=KINDS)
def run(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp(request.param) / "run"
    assert softql("train", *KINDS[request.param], "--out", folder) == 0
    return folder


def returns(folder, *arguments):
    assert softql("evaluate", folder, "--episodes", 5, "--json", folder / "e.json", *arguments) == 0
    found = json.loads((folder / "e.json").read_text())
    (folder / "e.json").unlink()
    return found, np.array(found["returns"])


def test_policies_and_seeds_make_a_difference(run, capsys):
    """The same seed gives the same episodes; another seed, policy or temperature gives others."""
    said, greedy = returns(run)
    assert "greedy policy, 5 episodes a seed" in capsys.readouterr().out
    assert said["policy"] == "greedy"
    assert said["alpha"] is None
    assert greedy.shape == (2, 5)
    np.testing.assert_array_equal(returns(run)[1], greedy)
    assert (returns(run, "--seed", 1)[1] != greedy).any()
    sampled = returns(run, "--policy", "sampled")[1]
    assert (sampled != greedy).any()
    assert "sampled policy" in capsys.readouterr().out
    assert (returns(run, "--policy", "sampled", "--alpha", 50)[1] != sampled).any()


def test_the_sampled_policy_cools_to_the_greedy_one(run):
    """At a temperature near 0 the draws are the best actions; quadrature too draws among finitely many."""
    np.testing.assert_array_equal(returns(run, "--policy", "sampled", "--alpha", 1e-7)[1], returns(run)[1])


def test_the_default_temperature_is_that_of_the_run(run):
    alpha = json.loads((run / runs.CONFIG).read_text())["hyper"]["alpha"]
    own = returns(run, "--policy", "sampled")[1]
    np.testing.assert_array_equal(returns(run, "--policy", "sampled", "--alpha", alpha)[1], own)


def test_mistakes_are_one_line(run, tmp_path, capsys):
    damaged = tmp_path / "damaged"
    damaged.mkdir()
    for name in (runs.CONFIG, runs.PARAMETERS):
        (damaged / name).write_bytes((run / name).read_bytes())
    content = bytearray((damaged / runs.PARAMETERS).read_bytes())
    content[100] ^= 1
    (damaged / runs.PARAMETERS).write_bytes(content)
    for arguments, message in (
        ([tmp_path / "none"], "holds no trained run"),
        ([run, "--alpha", 1], "the greedy policy has no alpha"),
        ([run, "--policy", "sampled", "--alpha", 0], "needs alpha > 0"),
        ([damaged], "do not match its checksum"),
        ([run, "--json", tmp_path / "no" / "where.json"], "can't write"),
    ):
        assert softql("evaluate", *arguments, "--episodes", 2) == 2
        errors = capsys.readouterr().err
        assert message in errors
        assert errors.count("\n") == 1
