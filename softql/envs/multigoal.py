"""The four-goal point mass of H17: one start, four goals as good as each other, so that the best policy has four peaks.

A point in the plane moves by its action. Each step costs 30 |a|² and the squared distance to the nearest of the goals
(±5, 0), (0, ±5); within 1 of a goal the episode terminates and pays 10. Starts are N(0, 0.1²), paths at most 30 steps.
`soft_solution` solves it on a grid, so that what an agent learned can be held against the exact soft value, entropy and
share of each goal. Rewards and alpha in reward units. Imports: equations, measures; jax, gymnax.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import gymnax
import jax
import jax.numpy as jnp
import numpy as np
from flax import struct
from gymnax.environments import environment, spaces
from jaxtyping import Array, ArrayLike, Float

from softql.equations import boltzmann_entropy, boltzmann_log_policy, soft_value
from softql.measures import quadrature

__all__ = ["GOALS", "NAME", "Grid", "MultiGoal", "MultiGoalParams", "MultiGoalState", "soft_solution"]

NAME = "MultiGoal-softql"
GOALS = ((5.0, 0.0), (-5.0, 0.0), (0.0, 5.0), (0.0, -5.0))
EDGE = 7.0  # positions stay within ± this


@struct.dataclass
class MultiGoalState(environment.EnvState):
    """Where the point is [2], and whether it has arrived."""

    position: jax.Array
    arrived: jax.Array


@struct.dataclass
class MultiGoalParams(environment.EnvParams):
    """The constants of H17."""

    max_steps_in_episode: int = 30
    goal_radius: float = 1.0
    goal_reward: float = 10.0
    action_cost: float = 30.0
    distance_cost: float = 1.0
    start_spread: float = 0.1


class MultiGoal(environment.Environment[MultiGoalState, MultiGoalParams]):
    """The four-goal point mass as a gymnax environment.

    Source: Haarnoja et al. 2017, arXiv 1702.08165; the constants, the limits of both coordinates of an action, and the
    place that a move is priced at are those of the authors' code, github.com/haarnoja/softqlearning, multigoal.py.

    Example:
        >>> import gymnax, softql.envs
        >>> env, env_params = gymnax.make("MultiGoal-softql")
        >>> obs, state = env.reset(jax.random.key(0), env_params)
        >>> _, _, reward, terminated, _, _ = env.step(jax.random.key(1), state, jnp.array([1.0, 0.0]), env_params)
        >>> bool(terminated), bool(reward < -40)
        (False, True)
    """

    @property
    def default_params(self) -> MultiGoalParams:
        """The constants of H17."""
        return MultiGoalParams()

    @property
    def name(self) -> str:
        """Its name in gymnax."""
        return NAME

    @property
    def num_actions(self) -> int:
        """Coordinates of an action."""
        return 2

    def reset_env(self, key: jax.Array, params: MultiGoalParams) -> tuple[jax.Array, MultiGoalState]:
        """N(0, start_spread²)."""
        at = jnp.clip(params.start_spread * jax.random.normal(key, (2,)), -EDGE, EDGE)
        return at, MultiGoalState(time=jnp.int32(0), position=at, arrived=jnp.bool_(False))

    def step_env(
        self, key: jax.Array, state: MultiGoalState, action: Any, params: MultiGoalParams
    ) -> tuple[jax.Array, MultiGoalState, jax.Array, jax.Array, dict[Any, Any]]:
        """One move."""
        del key
        then, reward, arrived = move(state.position, jnp.clip(action, -1.0, 1.0), params)
        after = MultiGoalState(time=state.time + 1, position=then, arrived=arrived)
        return then, after, reward, arrived, {}

    def is_terminated(self, state: MultiGoalState, params: MultiGoalParams) -> jax.Array:
        """Whether a goal was reached."""
        return state.arrived

    def action_space(self, params: MultiGoalParams | None = None) -> spaces.Box:
        """[-1, 1]²."""
        return spaces.Box(-1.0, 1.0, (2,), jnp.float32)

    def observation_space(self, params: MultiGoalParams) -> spaces.Box:
        """The position."""
        return spaces.Box(-EDGE, EDGE, (2,), jnp.float32)


def move(
    position: Float[Array, "*b 2"], action: Float[Array, "*b 2"], params: MultiGoalParams
) -> tuple[Float[Array, "*b 2"], Float[Array, "*b"], Array]:
    """Where a move leads, what it pays and whether it arrives: costs and arrival are those of the place it leads to."""
    then = jnp.clip(position + action, -EDGE, EDGE)
    square = nearest(then)[1]
    arrived = square < params.goal_radius**2
    cost = params.action_cost * jnp.sum(jnp.square(action), -1) + params.distance_cost * square
    return then, jnp.where(arrived, params.goal_reward, 0.0) - cost, arrived


def nearest(position: Float[Array, "*b 2"]) -> tuple[Array, Float[Array, "*b"]]:
    """The goal that is nearest, and the squared distance to it."""
    goals = jnp.asarray(GOALS).reshape((1,) * (position.ndim - 1) + (4, 2))
    square = jnp.sum(jnp.square(position[..., None, :] - goals), -1)
    return jnp.argmin(square, -1), jnp.min(square, -1)


class Grid(NamedTuple):
    """The soft solution at the points of a grid, bilinear in between.

    Fields:
        axis: coordinates of the grid [n].
        v: V*(x) [n, n], first coordinate first, reward units.
        share: of the paths of at most max_steps_in_episode steps from x, those that end at each goal [n, n, 4].
        change: by how much the last sweep changed v at most; the fixed point is within change γ/(1 - γ).
        alpha, gamma: temperature in reward units, discount.
        params: the environment's.
    """

    axis: Float[Array, " n"]
    v: Float[Array, "n n"]
    share: Float[Array, "n n 4"]
    change: Float[Array, ""]
    alpha: Float[Array, ""]
    gamma: Float[Array, ""]
    params: MultiGoalParams

    def value(self, position: Float[ArrayLike, "*b 2"]) -> Float[Array, "*b"]:
        """V*(x), reward units."""
        return interpolate(self.axis, self.v[..., None], jnp.asarray(position))[..., 0]

    def q(self, position: Float[ArrayLike, "*b 2"], action: Float[ArrayLike, "*b 2"]) -> Float[Array, "*b"]:
        """Q*(x, a) = r + γ (1 - terminated) V*(x'), reward units."""
        then, reward, arrived = move(jnp.asarray(position), jnp.asarray(action), self.params)
        return reward + self.gamma * jnp.where(arrived, 0.0, self.value(then))

    def goal_shares(self, position: Float[ArrayLike, "*b 2"]) -> Float[Array, "*b 4"]:
        """The chance to end at each goal, in the order of GOALS; what is left runs out of time."""
        return interpolate(self.axis, self.share, jnp.asarray(position))

    def entropy(self, position: Float[ArrayLike, "*b 2"], nodes: int = 64) -> Float[Array, "*b"]:
        """H(π*(.|x)) against Lebesgue's measure, nats, by quadrature over actions."""
        position = jnp.asarray(position)
        actions, log_w = quadrature(-jnp.ones(2), jnp.ones(2), nodes)
        shape = (*position.shape[:-1], *actions.shape)
        q = self.q(jnp.broadcast_to(position[..., None, :], shape), jnp.broadcast_to(actions, shape))
        return boltzmann_entropy(q, self.alpha, log_w)


def soft_solution(
    alpha: Float[ArrayLike, ""],
    gamma: Float[ArrayLike, ""] = 0.99,
    points: int = 71,
    nodes: int = 20,
    sweeps: int = 150,
    params: MultiGoalParams | None = None,
) -> Grid:
    r"""V*(x) = α log ∫ exp(Q*(x, a)/α) da by soft value iteration, actions by quadrature.  [H17 Eq. 5] [Note L67]

    Truncation does not end value, as for the agent. Each sweep is a γ-contraction, and most paths terminate within 15
    steps, so the sweeps converge faster than γ^n.

    Args:
        alpha: temperature > 0, reward units.
        gamma: discount in [0, 1).
        points: of the grid, a side.
        nodes: Gauss-Legendre nodes of each coordinate of the action.
        sweeps: of value iteration.
        params: the environment's; None means H17's.

    Returns:
        Grid; its answers are as good as the grid: compare two of different `points`.

    Raises:
        ValueError: when alpha or gamma is out of its domain, points < 2, or sweeps or nodes is not positive.

    Example:
        >>> found = soft_solution(alpha=10.0, points=15, nodes=6, sweeps=20)
        >>> print(found.goal_shares(jnp.zeros(2)).sum() <= 1.0)
        True
    """
    for name, x, good in (("alpha", alpha, lambda x: x > 0), ("gamma", gamma, lambda x: (x >= 0) & (x < 1))):
        if not isinstance(x, jax.core.Tracer) and not good(np.asarray(x)).all():
            raise ValueError(f"{name} = {x}: alpha is positive and gamma in [0, 1)")
    if points < 2 or sweeps < 1:
        raise ValueError(f"points = {points} and sweeps = {sweeps}: at least 2 and 1")
    params = MultiGoalParams() if params is None else params
    return _solve(jnp.asarray(alpha, float), jnp.asarray(gamma, float), points, nodes, sweeps, params)


def _solve(alpha: Array, gamma: Array, points: int, nodes: int, sweeps: int, params: MultiGoalParams) -> Grid:
    axis = jnp.linspace(-EDGE, EDGE, points)
    states = jnp.stack(jnp.meshgrid(axis, axis, indexing="ij"), -1).reshape(-1, 1, 2)
    actions, log_w = quadrature(-jnp.ones(2), jnp.ones(2), nodes)
    shape = (len(states), len(actions), 2)
    then, reward, arrived = move(jnp.broadcast_to(states, shape), jnp.broadcast_to(actions[None], shape), params)

    def ahead(table: Array) -> Array:
        """A table [n, n, k] at every next state that goes on, 0 where the path has ended [s, a, k]."""
        return jnp.where(arrived[..., None], 0.0, interpolate(axis, table.reshape(points, points, -1), then))

    @jax.jit
    def run() -> tuple[Array, Array, Array]:
        def q_of(v: Array) -> Array:
            return reward + gamma * ahead(v[:, None])[..., 0]

        def sweep(v: Array, _: None) -> tuple[Array, Array]:
            new = soft_value(q_of(v), alpha, log_w)
            return new, jnp.max(jnp.abs(new - v))

        v, changes = jax.lax.scan(sweep, jnp.zeros(len(states)), length=sweeps)
        mass = jnp.exp(boltzmann_log_policy(q_of(v), alpha, log_w) + jnp.broadcast_to(log_w, reward.shape))
        here = jax.nn.one_hot(nearest(then)[0], 4) * arrived[..., None]

        def step(share: Array, _: None) -> tuple[Array, None]:
            return jnp.sum(mass[..., None] * (here + ahead(share)), 1), None

        share, _ = jax.lax.scan(step, jnp.zeros((len(states), 4)), length=params.max_steps_in_episode)
        return v, share, changes[-1]

    v, share, change = run()
    return Grid(axis, v.reshape(points, points), share.reshape(points, points, 4), change, alpha, gamma, params)


def interpolate(
    axis: Float[Array, " n"], table: Float[Array, "n n k"], at: Float[Array, "*b 2"]
) -> Float[Array, "*b k"]:
    """Bilinear interpolation in a table over a square grid; points outside take the value at its edge."""
    size = axis[1] - axis[0]
    place = jnp.clip((at - axis[0]) / size, 0.0, len(axis) - 1.0)
    corner = jnp.minimum(place.astype(jnp.int32), len(axis) - 2)
    share = place - corner
    i, j, x, y = corner[..., 0], corner[..., 1], share[..., :1], share[..., 1:]
    low = (1 - y) * table[i, j] + y * table[i, j + 1]
    high = (1 - y) * table[i + 1, j] + y * table[i + 1, j + 1]
    return (1 - x) * low + x * high


if NAME not in gymnax.registered_envs:
    gymnax.register(NAME, MultiGoal)
