"""The four-goal point mass: its constants, its place in gymnax, and its exact solution."""

import subprocess
import sys

import gymnax
import jax
import jax.numpy as jnp
import numpy as np
import pytest

import softql.envs
from softql.envs.multigoal import GOALS, NAME, interpolate, move
from softql.equations import soft_value
from softql.measures import quadrature

ALPHA = 5.0
ENV, PARAMS = softql.envs.MultiGoal(), softql.envs.MultiGoal().default_params


@pytest.fixture(scope="module")
def grid():
    return softql.envs.soft_solution(ALPHA, points=29, nodes=10, sweeps=60)


def test_importing_the_environments_registers_it():
    code = f"import warnings; warnings.simplefilter('ignore'); import softql.envs, gymnax; gymnax.make({NAME!r})"
    subprocess.run([sys.executable, "-c", code], check=True)
    env, params = gymnax.make(NAME)
    assert env.name == NAME
    assert params.max_steps_in_episode == 30


@pytest.mark.parametrize(
    ("position", "action", "reward", "arrives"),
    [
        ((0.0, 0.0), (0.0, 0.0), -25.0, False),
        ((0.0, 0.0), (1.0, 0.0), -30.0 - 16.0, False),
        ((3.5, 0.0), (0.6, 0.0), 10.0 - 30 * 0.36 - 0.81, True),
        ((3.5, 0.0), (0.4, 0.0), -30 * 0.16 - 1.21, False),
        ((0.0, -4.5), (0.0, 0.5), -7.5 - 1.0, False),  # exactly 1 from the goal is not within 1
        ((6.9, 6.9), (1.0, 1.0), -60.0 - 53.0, False),  # the edge holds
    ],
)
def test_what_a_move_pays(position, action, reward, arrives):
    _, paid, arrived = move(jnp.array(position), jnp.array(action), PARAMS)
    assert float(paid) == pytest.approx(reward, abs=1e-4)
    assert bool(arrived) == arrives


def test_episodes_end_at_a_goal_or_after_thirty_steps():
    _, state = ENV.reset(jax.random.key(0), PARAMS)
    for step in range(1, 31):
        _, state, _, terminated, truncated, info = ENV.step(jax.random.key(step), state, jnp.zeros(2), PARAMS)
        assert not terminated
        assert bool(truncated) == (step == 30)
    assert float(jnp.abs(info["final_observation"]).max()) < 0.6
    _, state = ENV.reset(jax.random.key(1), PARAMS)
    for step in range(1, 6):
        _, state, _, terminated, truncated, _ = ENV.step(jax.random.key(step), state, jnp.array([9.0, 0]), PARAMS)
        if terminated:
            break
    assert terminated
    assert not truncated
    assert step in (4, 5)  # actions are limited to 1


def test_starts_are_near_the_origin():
    starts = jax.vmap(lambda k: ENV.reset(k, PARAMS)[0])(jax.random.split(jax.random.key(0), 2_000))
    assert float(starts.std()) == pytest.approx(0.1, rel=0.05)
    assert starts.dtype == jnp.float32


def test_the_solution_satisfies_the_bellman_equation_between_its_nodes(grid):
    """V(x) = α log ∫ exp(Q(x, a)/α) da with other nodes and at other places: only the grid's own error is left."""
    at = jnp.array([[0.0, 0.0], [1.25, 0.7], [-2.2, 2.9], [0.4, -4.3]])
    actions, log_w = quadrature(-jnp.ones(2), jnp.ones(2), 48)
    shape = (4, len(actions), 2)
    q = grid.q(jnp.broadcast_to(at[:, None], shape), jnp.broadcast_to(actions[None], shape))
    np.testing.assert_allclose(soft_value(q, ALPHA, log_w), grid.value(at), atol=3.0)
    assert float(grid.change) < 1e-3


def test_a_finer_grid_says_the_same():
    coarse, fine = (softql.envs.soft_solution(ALPHA, points=n, nodes=8, sweeps=40) for n in (15, 29))
    origin = jnp.zeros(2)
    assert float(coarse.value(origin)) == pytest.approx(float(fine.value(origin)), abs=4.0)
    assert float(coarse.entropy(origin)) == pytest.approx(float(fine.entropy(origin)), abs=0.15)


def test_the_solution_has_the_symmetry_of_the_goals(grid):
    origin = jnp.zeros(2)
    np.testing.assert_allclose(grid.goal_shares(origin), 0.25, atol=0.01)
    turned = grid.value(jnp.array([[1.0, 0.5], [-0.5, 1.0], [-1.0, -0.5], [0.5, 1.0]]))
    np.testing.assert_allclose(turned, turned[0], atol=0.02)
    assert float(grid.goal_shares(jnp.array([3.0, 0.0]))[0]) > 0.95
    assert -2.0 < float(grid.entropy(origin)) < np.log(4.0)


def test_shares_are_those_of_paths(grid):
    """Paths drawn from the exact policy, action by action, end where the table says."""
    from softql.lanes import lanes
    from softql.samplers import gumbel_max

    paths = 400
    door = lanes(ENV, PARAMS, paths)
    nodes, log_w = quadrature(-jnp.ones(2), jnp.ones(2), 10)
    goals = jnp.asarray(GOALS)

    @jax.jit
    def run(key):
        def step(carry, key):
            at, over, goal = carry
            k_action, k_env = jax.random.split(key)
            shape = (paths, len(nodes), 2)
            q = grid.q(jnp.broadcast_to(at.obs[:, None], shape), jnp.broadcast_to(nodes[None], shape))
            at, got = door.step(k_env, at, nodes[gumbel_max(k_action, q, ALPHA, log_w)])
            near = jnp.argmin(jnp.square(got.final_obs[:, None] - goals[None]).sum(-1), -1)
            goal = jnp.where(got.terminated & ~over, near, goal)
            return (at, over | got.ended, goal), None

        start = (door.init(key), jnp.zeros(paths, bool), jnp.full(paths, -1))
        return jax.lax.scan(step, start, jax.random.split(key, 30))[0][2]

    ends = np.asarray(run(jax.random.key(3)))
    shares = np.array([(ends == g).mean() for g in range(4)])
    np.testing.assert_allclose(shares, np.asarray(grid.goal_shares(jnp.zeros(2))), atol=5 * 0.5 / np.sqrt(paths))


def test_interpolation_is_bilinear():
    axis = jnp.linspace(-1.0, 1.0, 5)
    x, y = jnp.meshgrid(axis, axis, indexing="ij")
    table = (2 * x - 3 * y + 0.5 * x * y)[..., None]
    at = jnp.array([[0.0, 0.0], [0.25, -0.5], [0.5, 1.0], [2.0, -1.0]])
    inside = jnp.clip(at, -1, 1)
    expected = 2 * inside[:, 0] - 3 * inside[:, 1] + 0.5 * inside[:, 0] * inside[:, 1]
    np.testing.assert_allclose(interpolate(axis, table, at)[:, 0], expected, atol=1e-6)


@pytest.mark.parametrize("options", [{"points": 1}, {"sweeps": 0}, {"nodes": 0}, {"alpha": 0.0}, {"gamma": 1.0}])
def test_mistakes_are_named(options):
    with pytest.raises(ValueError, match=next(iter(options))):
        softql.envs.soft_solution(**{"alpha": 1.0, "points": 5, "nodes": 2, "sweeps": 1, **options})
