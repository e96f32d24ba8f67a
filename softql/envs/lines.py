"""A point mass between four lines: two skills with the same dynamics, each wanting one coordinate of the place.

A point in the plane moves by its action. The first skill wants the lines x = ±4 and does not care about y, the second
wants y = ±4 and does not care about x; the mean of their rewards wants the four corners. No step terminates, paths
take 30 steps, starts are N(0, 0.1²). `discretised` is the same world on a grid, an exact MDP that softql.tabular
solves: there the bounds of composed skills hold and can be computed. Rewards in reward units.
Imports: measures, mdp; jax, gymnax.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import gymnax
import jax
import jax.numpy as jnp
from flax import struct
from gymnax.environments import environment, spaces
from jaxtyping import Array, ArrayLike, Float

from softql.mdp import MDP, Successors
from softql.measures import quadrature

__all__ = ["LINES", "SKILLS", "Discretised", "Lines", "LinesParams", "LinesState", "discretised", "reward"]

LINES = "Lines-softql"
EDGE = 7.0  # positions stay within ± this


@struct.dataclass
class LinesState(environment.EnvState):
    """Where the point is [2]."""

    position: jax.Array


@struct.dataclass
class LinesParams(environment.EnvParams):
    """What a path pays: the default is the mean of the two skills."""

    max_steps_in_episode: int = 30
    level: float = 4.0
    first_cost: float = 0.5
    second_cost: float = 0.5
    action_cost: float = 4.0
    start_spread: float = 0.1


SKILLS = (LinesParams(first_cost=1.0, second_cost=0.0), LinesParams(first_cost=0.0, second_cost=1.0))
"""The first wants x = ±4, the second y = ±4; LinesParams() pays the mean of what they pay."""


def reward(then: Float[Array, "*b 2"], action: Float[Array, "*b 2"], params: LinesParams) -> Float[Array, "*b"]:
    r"""r = -c_1 (|x'| - l)² - c_2 (|y'| - l)² - k |a|², at the place x', y' that the move leads to.

    Args:
        then: where it leads [*b, 2].
        action: the move [*b, 2].
        params: of the environment: c_1 is first_cost, c_2 second_cost, k action_cost, l level.

    Returns:
        One number a move [*b], reward units.

    Example: linear in the costs, so the default pays the mean of the two skills.
        >>> there, move = jnp.array([[3.0, 1.0]]), jnp.array([[1.0, 0.0]])
        >>> print([float(reward(there, move, params)[0]) for params in (*SKILLS, LinesParams())])
        [-5.0, -13.0, -9.0]
    """
    off = jnp.square(jnp.abs(then) - params.level)
    return -(
        params.first_cost * off[..., 0]
        + params.second_cost * off[..., 1]
        + params.action_cost * jnp.sum(jnp.square(action), -1)
    )


class Lines(environment.Environment[LinesState, LinesParams]):
    """The point mass between four lines as a gymnax environment.

    Example:
        >>> import gymnax, softql.envs
        >>> env, env_params = gymnax.make("Lines-softql")
        >>> obs, state = env.reset(jax.random.key(0), env_params)
        >>> _, _, paid, terminated, _, _ = env.step(jax.random.key(1), state, jnp.array([1.0, 0.0]), env_params)
        >>> bool(terminated), bool(paid < -12)
        (False, True)
    """

    @property
    def default_params(self) -> LinesParams:
        """The mean of the two skills."""
        return LinesParams()

    @property
    def name(self) -> str:
        """Its name in gymnax."""
        return LINES

    @property
    def num_actions(self) -> int:
        """Coordinates of an action."""
        return 2

    def reset_env(self, key: jax.Array, params: LinesParams) -> tuple[jax.Array, LinesState]:
        """N(0, start_spread²)."""
        at = jnp.clip(params.start_spread * jax.random.normal(key, (2,)), -EDGE, EDGE)
        return at, LinesState(time=jnp.int32(0), position=at)

    def step_env(
        self, key: jax.Array, state: LinesState, action: Any, params: LinesParams
    ) -> tuple[jax.Array, LinesState, jax.Array, jax.Array, dict[Any, Any]]:
        """One move."""
        del key
        action = jnp.clip(action, -1.0, 1.0)
        then = jnp.clip(state.position + action, -EDGE, EDGE)
        after = LinesState(time=state.time + 1, position=then)
        return then, after, reward(then, action, params), jnp.bool_(False), {}

    def is_terminated(self, state: LinesState, params: LinesParams) -> jax.Array:
        """Never: skills that are to be composed must agree on where value ends."""
        return jnp.bool_(False)

    def action_space(self, params: LinesParams | None = None) -> spaces.Box:
        """[-1, 1]²."""
        return spaces.Box(-1.0, 1.0, (2,), jnp.float32)

    def observation_space(self, params: LinesParams) -> spaces.Box:
        """The position."""
        return spaces.Box(-EDGE, EDGE, (2,), jnp.float32)


class Discretised(NamedTuple):
    """A world on a grid.

    Fields:
        mdp: the process: places of the grid, nodes of a quadrature; a move lands on the four places around its end,
            with the chances of bilinear interpolation.
        positions: of the states [s, 2].
        actions: the nodes [a, 2].
        log_w: their log weights [a].
    """

    mdp: MDP
    positions: Float[Array, "s 2"]
    actions: Float[Array, "a 2"]
    log_w: Float[Array, " a"]


def discretised(
    params: LinesParams | None = None, gamma: Float[ArrayLike, ""] = 0.9, points: int = 29, nodes: int = 8
) -> Discretised:
    """The world of `Lines` on a grid, for softql.tabular: pass `log_w` with the process.

    Args:
        params: the environment's; None means the mean of the two skills.
        gamma: discount in [0, 1).
        points: of the grid, a side; odd, so that the origin is one of them.
        nodes: Gauss-Legendre nodes of each coordinate of the action.

    Returns:
        Discretised; transition and discount do not depend on what is paid, so skills share them.

    Raises:
        ValueError: when points is not odd and at least 3, or nodes is not positive.

    Example:
        >>> from softql.tabular import optimal_q
        >>> world = discretised(points=5, nodes=3)
        >>> optimal_q(world.mdp.transition, world.mdp.reward, world.mdp.discount, 1.0, world.log_w).shape
        (25, 9)
    """
    if points < 3 or points % 2 == 0:
        raise ValueError(f"points = {points}: an odd number of at least 3")
    params = LinesParams() if params is None else params
    axis = jnp.linspace(-EDGE, EDGE, points)
    positions = jnp.stack(jnp.meshgrid(axis, axis, indexing="ij"), -1).reshape(-1, 2)
    actions, log_w = quadrature(-jnp.ones(2), jnp.ones(2), nodes)
    shape = (len(positions), len(actions), 2)
    moves = jnp.broadcast_to(actions[None], shape)
    then = jnp.clip(jnp.broadcast_to(positions[:, None], shape) + moves, -EDGE, EDGE)
    mdp = MDP(Successors(*around(then, points)), reward(then, moves, params), jnp.asarray(gamma, float))
    return Discretised(mdp, positions, actions, log_w)


def around(then: Float[Array, "*b 2"], points: int) -> tuple[Array, Float[Array, "*b 4"]]:
    """The four places of the grid around each end of a move, and the weights of bilinear interpolation."""
    place = (then + EDGE) * ((points - 1) / (2 * EDGE))
    corner = jnp.minimum(place.astype(jnp.int32), points - 2)
    x, y = jnp.moveaxis(place - corner, -1, 0)
    i, j = jnp.moveaxis(corner, -1, 0)
    states = jnp.stack([i * points + j, i * points + j + 1, (i + 1) * points + j, (i + 1) * points + j + 1], -1)
    return states, jnp.stack([(1 - x) * (1 - y), (1 - x) * y, x * (1 - y), x * y], -1)


if LINES not in gymnax.registered_envs:
    gymnax.register(LINES, Lines)
