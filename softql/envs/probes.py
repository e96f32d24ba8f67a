"""Probes: tiny gymnax environments whose soft Q-values are known exactly, each aimed at one fault of an agent.

A probe is a deterministic table: in state s, action a pays `reward[s][a]` and leads to `goes_to[s][a]`; leaving by
(s, a) with `ends[s][a]` terminates, and after `limit` steps the episode is truncated. Value goes on past truncation,
so the exact Q is the fixed point of the optimality backup over the table, `soft_q(name, alpha, gamma)`.
The table is data, in the environment's parameters, and all probes have one shape: vmap an agent over several at once.
Rewards and alpha are in reward units. Imports: numpy, jax, gymnax.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from flax import struct
from gymnax.environments import environment, spaces

__all__ = ["PROBES", "Probe", "ProbeParams", "ProbeState", "Table", "observations", "probe", "soft_q"]

STATES, ACTIONS, WIDTH = 3, 2, 3  # of every probe; a smaller table is padded with states that nothing leads to


@dataclass(frozen=True)
class Table:
    """A deterministic world as nested tuples: per state, per action.

    Fields:
        tells: which fault of an agent this world shows.
        reward: [s][a], in reward units.
        goes_to: [s][a], the next state.
        ends: [s][a], True where the step terminates.
        starts: the states that an episode starts in, with equal chance.
        limit: steps until truncation.
        sees: [s], what each state looks like, at most WIDTH numbers; None for one-hot.
    """

    tells: str
    reward: tuple[tuple[float, ...], ...]
    goes_to: tuple[tuple[int, ...], ...]
    ends: tuple[tuple[bool, ...], ...]
    starts: tuple[int, ...] = (0,)
    limit: int = 100
    sees: tuple[tuple[float, ...], ...] | None = None


PROBES: dict[str, Table] = {
    "Ends": Table(
        "one state, one step, reward 1: Q = 1. Fails if the reward is lost or value goes on after termination",
        reward=((1.0, 1.0),),
        goes_to=((0, 0),),
        ends=((True, True),),
        sees=((1.0,),),
    ),
    "Prefers": Table(
        "one step, two rewards: Q = (1, -1). Fails if actions are mixed up",
        reward=((1.0, -1.0),),
        goes_to=((0, 0),),
        ends=((True, True),),
    ),
    "Observes": Table(
        "one step, the reward is what is seen: Q = obs. Fails if observations are stale or mixed between lanes",
        reward=((1.0, 1.0), (-1.0, -1.0)),
        goes_to=((0, 0), (1, 1)),
        ends=((True, True), (True, True)),
        starts=(0, 1),
        sees=((1.0,), (-1.0,)),
    ),
    "Matches": Table(
        "one step, reward 1 for the action that matches the state: Q = 1 on the diagonal, else 0",
        reward=((1.0, 0.0), (0.0, 1.0)),
        goes_to=((0, 0), (1, 1)),
        ends=((True, True), (True, True)),
        starts=(0, 1),
        sees=((1.0, 0.0), (0.0, 1.0)),
    ),
    "Chooses": Table(
        "a free step to a state with rewards (1, 0): Q_0 = gamma alpha log(exp(1/alpha) + 1). Fails if V is a maximum, "
        "a mean, or lacks its entropy",
        reward=((0.0, 0.0), (1.0, 0.0)),
        goes_to=((1, 1), (1, 1)),
        ends=((False, False), (True, True)),
        sees=((0.0,), (1.0,)),
    ),
    "Waits": Table(
        "a reward two steps away: Q_0 = gamma alpha log 2 + gamma^2 (1 + alpha log 2), and so on. Fails if entropy is "
        "left out of a multi-step return, or counted at the first step",
        reward=((0.0, 0.0), (0.0, 0.0), (1.0, 1.0)),
        goes_to=((1, 1), (2, 2), (2, 2)),
        ends=((False, False), (False, False), (True, True)),
    ),
    "Endless": Table(
        "one state for ever, cut every 3 steps: Q = (1 + gamma alpha log 2) / (1 - gamma). Fails if truncation ends "
        "value",
        reward=((1.0, 1.0),),
        goes_to=((0, 0),),
        ends=((False, False),),
        limit=3,
        sees=((1.0,),),
    ),
    "Arrives": Table(
        "from a poor start into a rich state for ever, cut at the arrival: Q_0 = gamma V_1. Fails if the bootstrap is "
        "the observation after auto-reset instead of the final one",
        reward=((0.0, 0.0), (1.0, 1.0)),
        goes_to=((1, 1), (1, 1)),
        ends=((False, False), (False, False)),
        starts=(0, 1),
        limit=1,
    ),
    "Both": Table(
        "terminated and truncated at once, as in DeepSea: Q = 1. Fails if that counts as truncation only",
        reward=((1.0, 1.0),),
        goes_to=((0, 0),),
        ends=((True, True),),
        limit=1,
    ),
}
"""Every probe by name."""


@struct.dataclass
class ProbeState(environment.EnvState):
    """Where the probe stands, and whether the step there terminated."""

    at: jax.Array
    over: jax.Array


@struct.dataclass
class ProbeParams(environment.EnvParams):
    """A Table as arrays, padded: reward, goes_to and ends [STATES, ACTIONS], the chance to start [STATES], sees
    [STATES, WIDTH]. `probe` makes them."""

    max_steps_in_episode: Any = None
    reward: Any = None
    goes_to: Any = None
    ends: Any = None
    start: Any = None
    sees: Any = None


class Probe(environment.Environment[ProbeState, ProbeParams]):
    """The world of a Table; which one is in its parameters, see `probe`."""

    @property
    def default_params(self) -> ProbeParams:
        """Those of the first probe."""
        return _params(next(iter(PROBES.values())))

    def reset_env(self, key: jax.Array, params: ProbeParams) -> tuple[jax.Array, ProbeState]:
        """One of the starts."""
        at = jax.random.choice(key, STATES, p=params.start).astype(jnp.int32)
        return params.sees[at], ProbeState(time=jnp.int32(0), at=at, over=jnp.bool_(False))

    def step_env(
        self, key: jax.Array, state: ProbeState, action: Any, params: ProbeParams
    ) -> tuple[jax.Array, ProbeState, jax.Array, jax.Array, dict[Any, Any]]:
        """One row of the table."""
        del key
        here = state.at, action
        after = ProbeState(time=state.time + 1, at=params.goes_to[here], over=params.ends[here])
        return params.sees[after.at], after, params.reward[here], after.over, {}

    def is_terminated(self, state: ProbeState, params: ProbeParams) -> jax.Array:
        """Whether the step into this state ended the episode."""
        return state.over

    @property
    def num_actions(self) -> int:
        """The number of actions."""
        return ACTIONS

    def action_space(self, params: ProbeParams | None = None) -> spaces.Discrete:
        """The actions."""
        return spaces.Discrete(ACTIONS)

    def observation_space(self, params: ProbeParams) -> spaces.Box:
        """Vectors of WIDTH numbers."""
        return spaces.Box(-1.0, 1.0, (WIDTH,), jnp.float32)


def probe(name: str) -> tuple[Probe, ProbeParams]:
    """A probe and its parameters, like gymnax.make.

    Raises:
        ValueError: for a name that is not in PROBES.

    Example:
        >>> env, env_params = probe("Endless")
        >>> int(env_params.max_steps_in_episode)
        3
    """
    return Probe(), _params(_table(name))


def observations(name: str) -> jax.Array:
    """What is seen in each state of a probe [s, WIDTH].

    Example:
        >>> observations("Observes").tolist()
        [[1.0, 0.0, 0.0], [-1.0, 0.0, 0.0]]
    """
    table = _table(name)
    return _params(table).sees[: len(table.reward)]


def soft_q(name: str, alpha: float, gamma: float) -> np.ndarray:
    """The exact soft Q*(s, a) of a probe [s, a], in float64 and reward units: value never ends by truncation.

    The fixed point of Q(s, a) = r + gamma (1 - ends) alpha log sum_a' exp(Q(s', a') / alpha), iterated until
    gamma^n is below 1e-15.

    Raises:
        ValueError: for an unknown name, or if alpha is not positive or gamma is not in [0, 1).

    Example:
        >>> print(soft_q("Endless", alpha=1.0, gamma=0.5).round(4))
        [[2.6931 2.6931]]
    """
    if not alpha > 0 or not 0 <= gamma < 1:
        raise ValueError(f"alpha = {alpha} must be positive and gamma = {gamma} in [0, 1)")
    table = _table(name)
    reward, goes_to, ends = (np.array(x) for x in (table.reward, table.goes_to, table.ends))
    q = np.zeros(reward.shape)
    for _ in range(1 if gamma == 0 else int(np.ceil(np.log(1e-15) / np.log(gamma))) + len(reward)):
        v = alpha * np.logaddexp.reduce(q / alpha, axis=-1)
        q = reward + gamma * np.where(ends, 0.0, v[goes_to])
    return q


def _table(name: str) -> Table:
    if name not in PROBES:
        raise ValueError(f"no probe is called {name!r}; there are {', '.join(PROBES)}")
    return PROBES[name]


def _params(table: Table) -> ProbeParams:
    states = len(table.reward)
    sees = np.eye(states) if table.sees is None else np.array(table.sees)
    below = ((0, STATES - states), (0, 0))
    return ProbeParams(
        max_steps_in_episode=jnp.int32(table.limit),
        reward=jnp.asarray(np.pad(table.reward, below), jnp.float32),
        goes_to=jnp.asarray(np.pad(table.goes_to, below), jnp.int32),
        ends=jnp.asarray(np.pad(table.ends, below)),
        start=jnp.asarray(np.bincount(table.starts, minlength=STATES) / len(table.starts), jnp.float32),
        sees=jnp.asarray(np.pad(sees, (below[0], (0, WIDTH - sees.shape[1]))), jnp.float32),
    )
