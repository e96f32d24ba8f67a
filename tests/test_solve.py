"""`softql solve` as a person uses it, and the exact sub-optimality of what was trained."""

import json

import gymnax
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from softql import cli, runs, solving
from softql.agents import q_network
from softql.drawing import LIGHT
from softql.evaluate import exact_gap, network_q, optimum
from softql.mdp import from_gymnax
from softql.tabular import evaluate_policy, optimal_policy, soft_policy_iteration


def softql(*arguments):
    return cli.main([str(a) for a in arguments])


def test_frozen_lake_is_solved_printed_and_drawn(tmp_path, capsys):
    assert softql("solve", "FrozenLake-misc", "--alpha", 0.1, "--learn", 20_000, "--out", tmp_path) == 0
    said = capsys.readouterr().out
    assert "FrozenLake-misc: 16 states (5 terminal), 4 actions, gamma 0.99, alpha 0.1" in said
    assert "return from the first state 2.4710 = reward 0.1661 + entropy bonus 2.3049" in said
    grid = [line.split() for line in said.splitlines()[4:8]]
    assert [len(line) for line in grid] == [4] * 4
    assert grid[0][0] == "2.47↑"
    assert grid[3][0] == grid[3][3] == "0.00"  # a hole, the goal
    assert "learned from 20,000 transitions: max |Q - Q*| = " in said
    for name in ("values.png", "learning.png"):
        assert (tmp_path / name).read_bytes().startswith(b"\x89PNG")


def test_what_is_printed_is_the_hard_limit_at_alpha_zero(tmp_path, capsys):
    """The best return of FrozenLake, known from gymnasium's table: 0.542 at gamma 0.99 from the start."""
    assert softql("solve", "FrozenLake-misc", "--alpha", 0, "--out", tmp_path) == 0
    assert "return from the first state 0.5420 = reward 0.5420 + entropy bonus 0.0000" in capsys.readouterr().out


def test_a_world_without_a_map_is_listed(tmp_path, capsys):
    assert softql("solve", "Catch-bsuite", "--method", "value", "--out", tmp_path) == 0
    said = capsys.readouterr().out
    assert "state     V*    H   policy" in said
    assert "... and 186 more" in said
    assert (tmp_path / "values.png").read_bytes().startswith(b"\x89PNG")


def test_actions_point_where_they_lead():
    """On the ice left, down, right, up; in DeepSea, whose actions are shuffled, down left or down right by cell."""
    env, params = gymnax.make("FrozenLake-misc")
    lake = solving.answer(env, params, "FrozenLake-misc", 0.1, 0.99)
    expected = np.array([[0, -1], [1, 0], [0, 1], [-1, 0]])
    np.testing.assert_allclose(solving.directions(lake), np.broadcast_to(expected, (16, 4, 2)), atol=1e-6)
    env, params = gymnax.make("DeepSea-bsuite")
    sea = solving.answer(env, params, "DeepSea-bsuite", 0.01, 0.99)
    inside = (sea.cells[:, 0] >= 0) & (sea.cells[:, 1] > 0) & (sea.cells[:, 0] < 7)
    columns = np.sort(solving.directions(sea)[inside][..., 1], -1)
    np.testing.assert_allclose(columns, np.broadcast_to([-(0.5**0.5), 0.5**0.5], columns.shape), atol=1e-6)


def test_actions_point_where_they_lead_in_a_corner_too():
    """FourRooms: up, right, down, left, in each cell, where walls leave only slips too; the end has no colour."""
    env, params = gymnax.make("FourRooms-misc")
    rooms = solving.answer(env, params, "FourRooms-misc", 0.1, 0.99)
    expected = np.array([[-1, 0], [0, 1], [1, 0], [0, -1]])
    live = ~np.asarray(rooms.world.terminal)
    found = solving.directions(rooms)[live]
    np.testing.assert_allclose(found, np.broadcast_to(expected, found.shape), atol=1e-6)
    figure = solving.draw(rooms, LIGHT)
    on_map = live & (rooms.cells[:, 0] >= 0)
    v = np.asarray(rooms.solution.v)[on_map]
    assert figure.axes[0].images[0].get_clim() == pytest.approx((v.min(), v.max()))


def test_large_values_keep_their_columns(tmp_path, capsys):
    assert softql("solve", "FrozenLake-misc", "--alpha", 1e5, "--out", tmp_path) == 0
    grid = capsys.readouterr().out.splitlines()[4:8]
    assert len({len(line) for line in grid}) == 1
    assert "e+0" in grid[0]


def test_an_environment_is_called_what_it_was_asked_for():
    with pytest.raises(ValueError, match=r"^CartPole-by-me can't be enumerated"):
        solving.answer(*gymnax.make("CartPole-v1"), "CartPole-by-me", 0.1, 0.9)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["CartPole-v1"], "CartPole-v1 can't be enumerated: it draws from jax.random.uniform"),
        (["FrozenLake"], "did you mean FrozenLake-misc"),
        (["FrozenLake-misc", "--alpha", "-1"], "alpha = -1.0: it must be at least 0"),
        (["FrozenLake-misc", "--alpha", "1e39"], "alpha = 1e+39: it must be finite in float32"),
        (["FrozenLake-misc", "--alpha", "1e38"], "alpha = 1e+38: values overflow float32"),
        (["FrozenLake-misc", "--gamma", "1"], "gamma = 1.0: it must be in [0, 1)"),
        (["FrozenLake-misc", "--alpha", "0", "--learn", "10"], "alpha must be positive"),
    ],
)
def test_mistakes_are_one_line_and_exit_2(arguments, says, tmp_path, capsys):
    assert softql("solve", *arguments, "--out", tmp_path / "new") == 2
    said = capsys.readouterr().err
    assert says in said
    assert said.count("\n") == 1
    assert not (tmp_path / "new").exists()


def test_a_folder_that_cannot_be_drawn_in_is_said(tmp_path, capsys):
    (tmp_path / "file").write_text("")
    assert softql("solve", "FrozenLake-misc", "--out", tmp_path / "file" / "new") == 2
    assert "can't draw in" in capsys.readouterr().err


# Sub-optimality


@pytest.mark.parametrize("name", ["FrozenLake-misc", "DeepSea-bsuite"])
def test_the_gap_of_a_network_is_exact(name):
    """By hand: V* and the V of the network's own policies, from the first state; 0 for Q* itself."""
    env, params = gymnax.make(name)
    world = from_gymnax(env, params, gamma=0.95)
    network = q_network(env, params, (8,))
    q = network_q(world, network.apply, network.init(jax.random.key(0)))
    gap = exact_gap(world, q, 0.1)
    best = soft_policy_iteration(world.mdp, 0.1)
    mine = evaluate_policy(world.mdp, optimal_policy(world.mdp, q, 0.1), 0.1)
    assert float(gap.soft) == pytest.approx(float(world.mdp.start @ (best.v - mine.v)), abs=1e-5)
    assert float(gap.soft) > 10 * float(gap.bound)
    assert float(gap.greedy) > 0
    live = ~np.asarray(world.terminal)
    assert float(gap.q) == pytest.approx(np.abs(np.asarray(q) - np.asarray(best.q))[live].max(), rel=1e-4)
    none = exact_gap(world, best.q, 0.1, optimum(world, 0.1))
    assert abs(float(none.soft)) <= none.bound
    assert float(none.q) <= none.bound


def test_a_table_of_another_shape_is_refused():
    world = from_gymnax(*gymnax.make("FrozenLake-misc"))
    with pytest.raises(ValueError, match=r"q has shape \(16, 3\) but the MDP has 16 states, 4 actions"):
        exact_gap(world, jnp.zeros((16, 3)), 0.1)


def test_training_is_measured_against_the_exact_answer(tmp_path, capsys):
    out = tmp_path / "run"
    small = ["--seeds", 2, "--envs", 32, "--rollout", 8, "--hidden", 32, "--episodes", 3, "--learning-rate", 0.003]
    small += ["--alpha", 0.05, "--gamma", 0.95, "--steps", 20_000]
    assert softql("train", "Catch-bsuite", *small, "--out", out) == 0
    assert "exact, from the first state: " in capsys.readouterr().out
    result = json.loads((out / runs.RESULT).read_text())
    curves = runs.read_metrics(out)
    assert curves["suboptimality"].shape == curves["loss"].shape
    np.testing.assert_allclose(curves["suboptimality"][:, -1], result["suboptimality"], rtol=1e-6)
    assert (curves["suboptimality"] > -1e-3).all()
    assert curves["suboptimality"][:, -1].max() < 0.7 * curves["suboptimality"][:, 0].min()


def test_environments_without_an_exact_answer_are_not_measured():
    from softql import session

    env, params = gymnax.make("CartPole-v1")
    settings = {"mode": "on_policy", "seed": 0, "seeds": 1, "episodes": 1}
    plan = session.plan(env, params, "CartPole-v1", settings)
    assert plan.world is None
    assert session.measure(plan)(None) is None
