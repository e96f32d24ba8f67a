"""Skills composed by averaging their action values: the critic, the world of two skills, and the bounds there."""

import subprocess
import sys

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import softql.envs
from softql import session
from softql.agents import ContinuousShape, Parts, composed, defaults_for
from softql.agents.continuous import actor_of
from softql.agents.critics import Critic, action_box, critic
from softql.envs.lines import EDGE, LINES, SKILLS, LinesParams, around, discretised, reward
from softql.tabular import composed_q, composition_cost, optimal_q

ALPHA, GAMMA = 0.5, 0.9
ENV, PARAMS = softql.envs.Lines(), LinesParams()
BOTH = (*SKILLS, LinesParams())


@pytest.fixture(scope="module")
def worlds():
    return [discretised(params, GAMMA, points=15, nodes=6) for params in BOTH]


@pytest.fixture(scope="module")
def exact(worlds):
    """Q* of the first skill, of the second, and of their mean reward [3, s, a]."""
    each = [(w.mdp.transition, w.mdp.reward, w.mdp.discount, ALPHA, w.log_w) for w in worlds]
    return jnp.stack([optimal_q(*one) for one in each])


def by_table(table, actions, points):
    """A critic that looks its answers up: the nearest action, the place in between those of the grid."""

    def apply(params, obs, action):
        states, weights = around(obs, points)
        values = jnp.sum(weights[..., None] * table[states], -2)
        square = jnp.sum(jnp.square(action[..., None, :] - actions[None, None]), -1)
        return jnp.take_along_axis(values, jnp.argmin(square, -1), -1)

    return Critic(lambda key: (), apply)


def paths(critic, key, count=400):
    """Where paths of 30 steps end, drawn by the agent's own actor."""
    shape = ContinuousShape(nodes=6)
    act = actor_of(critic, None, action_box(ENV, PARAMS), shape)
    parts = Parts(critic.init(key), (), jnp.log(ALPHA))

    @jax.jit
    def run(key):
        def step(at, key):
            return jnp.clip(at + act(key, parts, at), -EDGE, EDGE), None

        return jax.lax.scan(step, jnp.zeros((count, 2)), jax.random.split(key, 30))[0]

    return np.abs(np.abs(np.asarray(run(key))) - 4) < 1


def test_importing_the_environments_registers_the_lines():
    code = f"import warnings; warnings.simplefilter('ignore'); import softql.envs, gymnax; gymnax.make({LINES!r})"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_the_mean_pays_the_mean_of_the_skills():
    k_then, k_move = jax.random.split(jax.random.key(0))
    then = jax.random.uniform(k_then, (100, 2), minval=-7, maxval=7)
    moves = jax.random.uniform(k_move, (100, 2), minval=-1, maxval=1)
    one, two, mean = (reward(then, moves, params) for params in BOTH)
    np.testing.assert_allclose(mean, (one + two) / 2, rtol=1e-5)
    assert float(jnp.abs(one - two).max()) > 5


@pytest.mark.parametrize(
    ("position", "action", "paid"),
    [
        ((0.0, 0.0), (1.0, 0.0), (-13.0, -20.0)),
        ((-4.5, 1.0), (0.5, 0.0), (-1.0, -10.0)),
        ((9.0, 4.0), (9.0, 0.0), (-13.0, -4.0)),  # actions stop at 1 and places at 7
    ],
)
def test_what_a_move_pays_each_skill(position, action, paid):
    for params, expected in zip(SKILLS, paid, strict=True):
        _, state = ENV.reset(jax.random.key(0), params)
        state = state.replace(position=jnp.array(position))
        then, _, found, over, _ = ENV.step_env(jax.random.key(1), state, jnp.array(action), params)
        assert float(found) == pytest.approx(expected, abs=1e-4)
        assert not bool(over)
        assert float(jnp.abs(then).max()) <= EDGE


def test_the_grid_lands_where_moves_lead_on_average(worlds):
    world = worlds[2]
    landed = jnp.einsum("sak,sakd->sad", world.mdp.transition.chance, world.positions[world.mdp.transition.state])
    then = jnp.clip(world.positions[:, None] + world.actions[None], -EDGE, EDGE)
    np.testing.assert_allclose(landed, then, atol=1e-5)
    np.testing.assert_allclose(jnp.exp(world.log_w).sum(), 4.0, rtol=1e-5)


def test_the_bounds_of_a_composed_skill_hold_on_the_grid(worlds, exact):
    """Q_Σ >= Q*_C >= Q_Σ - C*, and neither is trivial: averaging promises more than there is."""
    mdp, log_w = worlds[2].mdp, worlds[2].log_w
    over = composed_q(exact[:2]) - exact[2]
    cost = composition_cost(mdp.transition, mdp.discount, exact[:2], ALPHA, log_w)
    assert float(over.min()) > -1e-4
    assert float((cost - over).min()) > -1e-4
    assert float(over.max()) > 1.0
    assert float(cost.min()) > 1.0


def test_two_skills_composed_meet_both_constraints(worlds, exact):
    """Each alone meets its own and the other by chance; the mean of their values meets both, at all four corners."""
    world = worlds[2]
    one, two = (by_table(q, world.actions, 15) for q in exact[:2])
    alone = [paths(skill, jax.random.key(k)) for k, skill in enumerate((one, two))]
    both = paths(composed([one, two]), jax.random.key(2)).all(-1).mean()
    for own, met in enumerate(alone):
        assert met[:, own].mean() > 0.85
        assert met.all(-1).mean() < 0.3
    assert both > 0.7


def test_the_policy_of_the_mean_is_the_geometric_mean_of_the_policies():
    """log π_Σ(a) = mean_i log π_i(a) + a constant, by the networks that training uses."""
    network = critic(ENV, PARAMS, (16, 16), scale=20.0)
    both = composed([network, network])
    params = both.init(jax.random.key(0))
    assert not np.allclose(params[0][0].weight, params[1][0].weight)
    obs = jnp.array([[0.0, 1.0], [-3.0, 2.0]])
    actions = jax.random.uniform(jax.random.key(1), (2, 9, 2), minval=-1, maxval=1)
    each = jnp.stack([network.apply(p, obs, actions) for p in params]) / ALPHA
    log_pi = jax.nn.log_softmax(both.apply(params, obs, actions) / ALPHA, -1)
    mean = jax.nn.log_softmax(each, -1).mean(0)
    np.testing.assert_allclose(log_pi - log_pi[:, :1], mean - mean[:, :1], atol=1e-5)
    swapped = composed([network, network]).apply(params[::-1], obs, actions)
    np.testing.assert_allclose(swapped, both.apply(params, obs, actions), rtol=1e-5)


@pytest.mark.parametrize("mode", ["quadrature", "langevin", "mala"])
def test_every_actor_draws_from_the_composed_critic(mode):
    """Two skills whose values are a parabola each; the mean's mode lies half-way, and draws gather there."""

    def skill(centre):
        return Critic(lambda key: (), lambda params, obs, action: -jnp.square(action - centre).sum(-1))

    shape = ContinuousShape(mode=mode, nodes=24, step_size=0.004, chain=60)
    act = actor_of(composed([skill(0.6), skill(-0.2)]), None, action_box(ENV, PARAMS), shape)
    drawn = np.asarray(jax.jit(act)(jax.random.key(0), Parts(((), ()), (), jnp.log(0.02)), jnp.zeros((400, 2))))
    error = 0.1 / np.sqrt(len(drawn))  # of the mean: draws have variance 0.02/2
    np.testing.assert_allclose(drawn.mean(0), 0.2, atol=5 * error)
    assert np.abs(drawn.std(0) - 0.1).max() < 0.03


def test_training_by_name_takes_the_recipe():
    planned = session.plan(ENV, PARAMS, LINES, {"seed": 0, "seeds": 1, "episodes": 1})
    assert planned.shape == defaults_for(LINES, "quadrature").shape
    assert (planned.hyper.alpha, planned.hyper.gamma) == (ALPHA, GAMMA)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: composed([]), "no skill"),
        (lambda: composed([critic(ENV, PARAMS, (4,))] * 2).apply(((),), None, None), "1 sets of parameters but 2"),
        (lambda: discretised(points=4), "points = 4"),
        (lambda: discretised(points=5, nodes=0), "nodes"),
    ],
)
def test_mistakes_are_named(make, message):
    with pytest.raises(ValueError, match=message):
        make()
