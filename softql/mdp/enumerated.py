"""The MDP inside a gymnax environment, found by its own reset and step functions: every state, every chance.

States are what the agent observes. Each draw of the environment is enumerated, not sampled (`draws`), so the chances
are exact. Terminal states are absorbing with value 0: one action is allowed there, reward 0, back to itself. Time
limits are left out: truncation does not end value. Imports: jax, the other files of this folder; gymnax comes with the
caller.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax.extend.core import jaxpr_as_fun
from jaxtyping import Array, Bool

from softql.mdp.draws import Draws, Unlisted, enumerated
from softql.mdp.records import MDP, Successors

__all__ = ["World", "from_gymnax"]

BATCH = 64  # states expanded at once
SALTS = 8  # how many values of a draw too large to list are tried
MOMENTS = 16  # at how many values of the environment's clock a state is looked at
LARGE = 2**27  # entries of a table above which successors are kept instead

Key = tuple[bool, bytes]


class World(NamedTuple):
    """An environment as an MDP, with what each state looks like.

    Fields:
      mdp: the process; `mdp.start` is the distribution of reset.
      observations: [S, ...], in the environment's own shape.
      terminal: [S], True where the episode has ended.
    """

    mdp: MDP
    observations: Array
    terminal: Bool[Array, " s"]


def from_gymnax(
    env: Any, env_params: Any = None, gamma: float = 0.99, limit: int = 20_000, sparse: bool | None = None
) -> World:
    """The MDP of a gymnax environment with a Discrete action space and finitely many states.

    Two states of the environment that look the same are one state here; that they also go on in the same way is
    checked, at the first moments at which each is met: a clock that decides anything must be observed.

    Args:
      env: a gymnax 1.0 environment.
      env_params: its parameters; None means its default.
      gamma: the discount.
      limit: how many states it may have.
      sparse: keep Successors instead of a table; None lets the size decide.

    Returns:
      World(mdp, observations, terminal).

    Raises:
      ValueError: when there are more states than `limit` (saying how many were found), when the environment draws what
        can't be listed (a continuous state, say), or when its observations do not tell its states apart.

    Example:
      >>> import gymnax
      >>> lake = from_gymnax(*gymnax.make("FrozenLake-misc"))
      >>> lake.mdp.states, int(lake.terminal.sum())
      (16, 5)
    """
    env_params = env.default_params if env_params is None else env_params
    actions = getattr(env.action_space(env_params), "n", None)
    if actions is None:
        raise ValueError(f"{env.name} has the action space {env.action_space(env_params)}: it must be Discrete")
    found = _search(env, env_params, int(actions), limit)
    states = len(found.order)
    if sparse is None:
        sparse = states * int(actions) * states > LARGE
    terminal = np.array([ended for ended, _ in found.order])
    allowed = np.ones((states, int(actions)), bool)
    allowed[terminal, 1:] = False
    start = np.zeros(states)
    for state, chance in found.start.items():
        start[state] = chance
    transition = _successors(found, states) if sparse else _table(found, states)
    mdp = MDP(transition, jnp.asarray(found.reward(), float), gamma, allowed, jnp.asarray(start, float))
    return World(mdp, jnp.asarray(np.stack(found.looks)), jnp.asarray(terminal))


@dataclass
class Found:
    """What the search knows: states in the order of discovery, and for each state and action what follows."""

    order: list[Key] = field(default_factory=list)
    number: dict[Key, int] = field(default_factory=dict)
    looks: list[np.ndarray] = field(default_factory=list)
    start: dict[int, float] = field(default_factory=dict)
    follows: dict[int, list[tuple[dict[int, float], float]]] = field(default_factory=dict)  # by action: chances, reward
    actions: int = 1

    def state(self, ended: bool, obs: np.ndarray) -> int:
        """The number of what looks like this."""
        key = (ended, obs.tobytes())
        if key not in self.number:
            self.number[key] = len(self.order)
            self.order.append(key)
            self.looks.append(obs)
        return self.number[key]

    def after(self, state: int) -> list[tuple[dict[int, float], float]]:
        """What follows each action; a terminal state follows itself."""
        return self.follows.get(state) or [({state: 1.0}, 0.0)] * self.actions

    def reward(self) -> np.ndarray:
        """[S, A]."""
        return np.array([[r for _, r in self.after(s)] for s in range(len(self.order))])


def _table(found: Found, states: int) -> Array:
    table = np.zeros((states, found.actions, states))
    for s in range(states):
        for a, (chances, _) in enumerate(found.after(s)):
            table[s, a, list(chances)] = list(chances.values())
    return jnp.asarray(table, float)


def _successors(found: Found, states: int) -> Successors:
    most = max(len(chances) for s in range(states) for chances, _ in found.after(s))
    state, chance = np.zeros((states, found.actions, most), np.int32), np.zeros((states, found.actions, most))
    for s in range(states):
        for a, (chances, _) in enumerate(found.after(s)):
            state[s, a, : len(chances)] = list(chances)
            chance[s, a, : len(chances)] = list(chances.values())
    return Successors(jnp.asarray(state), jnp.asarray(chance, float))


def _search(env: Any, env_params: Any, actions: int, limit: int) -> Found:
    """Breadth first from the states of reset."""
    found, waiting = Found(actions=actions), []  # type: tuple[Found, list[tuple[int, Any]]]
    seen: dict[tuple[int, Any], set[bytes]] = {}  # by state and hidden variables: at which moments

    def arrive(ended: bool, obs: np.ndarray, state: Any) -> int:
        number = found.state(ended, obs)
        leaves = tuple(np.asarray(x).tobytes() for x in jax.tree.leaves(_timeless(state)))
        moments, now = seen.setdefault((number, leaves), set()), np.asarray(getattr(state, "time", 0)).tobytes()
        if not ended and now not in moments and len(moments) < MOMENTS:
            moments.add(now)
            waiting.append((number, state))
        if max(len(found.order), len(seen)) > limit:
            cells = len(found.order) ** 2 * actions * 4 / 2**30
            raise ValueError(
                f"{env.name} is too large: {len(found.order):,} states found, {len(waiting):,} of them still to be "
                f"expanded, and the limit is {limit:,} (a table for those found would take {cells:.3g} GiB)"
            )
        return number

    try:
        resets = _outcomes(lambda key: env.reset_env(key, env_params), ())
        for obs, state, chance in resets(()):
            first = arrive(False, obs, state)
            found.start[first] = found.start.get(first, 0.0) + chance
        stepping = _stepper(env, env_params, waiting[0][1], actions)
        while waiting:
            batch, waiting[:] = waiting[:BATCH], waiting[BATCH:]
            for number, follows in zip((n for n, _ in batch), stepping([s for _, s in batch], arrive), strict=True):
                if number in found.follows and not _same(found.follows[number], follows):
                    raise ValueError(
                        f"{env.name} has two states that look the same and go on differently: its observations do "
                        "not tell its states apart, so it is no MDP over them"
                    )
                found.follows.setdefault(number, follows)
    except Unlisted as error:
        raise ValueError(f"{env.name} can't be enumerated: {error}") from error
    return found


def _stepper(env: Any, env_params: Any, example: Any, actions: int) -> Callable[..., list[Any]]:
    """states, arrive -> for each state, for each action: chances of the next states and the mean reward."""

    def step(key: Array, state: Any, action: Array) -> tuple[Any, ...]:
        obs, then, reward, terminated, _ = env.step_env(key, state, action, env_params)
        return obs, then, jnp.asarray(reward, float), jnp.asarray(terminated, bool)

    follow = _outcomes(step, (example, jnp.int32(0)))

    def expand(states: list[Any], arrive: Callable[..., int]) -> list[Any]:
        padded = states + [states[0]] * (BATCH - len(states))
        stacked = jax.tree.map(lambda *x: np.stack(x), *padded)
        each = jax.tree.map(lambda x: np.repeat(x, actions, 0), stacked)
        rows = follow((each, np.tile(np.arange(actions, dtype=np.int32), BATCH)), len(states) * actions)
        answer = []
        for i in range(len(states)):
            by_action = []
            for row in rows[i * actions : (i + 1) * actions]:
                chances: dict[int, float] = {}
                mean = 0.0
                for obs, then, reward, terminated, chance in row:
                    number = arrive(bool(terminated), obs, then)
                    chances[number] = chances.get(number, 0.0) + chance
                    mean += chance * float(reward)
                by_action.append((chances, mean))
            answer.append(by_action)
        return answer

    return expand


def _outcomes(function: Callable[..., tuple[Any, ...]], example: tuple[Any, ...]) -> Callable[..., Any]:
    """`function(key, *arguments)` with every draw enumerated.

    Returns:
      arguments with one leading axis, how many rows count -> for each row a list of (*results, chance); for a function
      without arguments the one list. Chances are positive and add up to 1.
    """
    example = jax.tree.map(lambda x: jnp.asarray(x, jnp.asarray(x).dtype), example)
    counted = Draws()
    with enumerated(counted):
        jax.make_jaxpr(lambda *x: function(jax.random.key(0), *x))(*example)
    scripts = np.stack([x.ravel() for x in np.indices(counted.outcomes or (1,), np.int32)], -1)

    def scripted(script: Array, salt: Array, *arguments: Any) -> Any:
        draws = Draws(script, salt)
        with enumerated(draws):
            results = function(jax.random.key(0), *arguments)
        return results, jnp.stack([jnp.asarray(1.0, float), *draws.chances])

    with enumerated(Draws()):
        traced, shape = jax.make_jaxpr(scripted, return_shape=True)(scripts[0], jnp.int32(0), *example)
    structure = jax.tree.structure(shape)
    run = jaxpr_as_fun(traced)

    def flat(script: Array, salt: Array, *arguments: Any) -> Any:
        return jax.tree.unflatten(structure, run(script, salt, *jax.tree.leaves(arguments)))

    salts = np.arange(SALTS if counted.unlisted else 1, dtype=np.int32)
    over = jax.vmap(jax.vmap(flat, (0, None, *[None] * len(example))), (None, 0, *[None] * len(example)))
    compute = jax.jit(jax.vmap(over, (None, None, *[0] * len(example))) if example else over)

    def outcomes(arguments: tuple[Any, ...], rows: int = 1) -> Any:
        results, factors = jax.device_get(compute(scripts, salts, *arguments))
        chances = np.prod(np.asarray(factors, np.float64), -1)
        if not example:
            results, chances = jax.tree.map(lambda x: x[None], results), chances[None]
        _check_unlisted(results, chances)
        lists = [_listed(results, chances, row, counted, scripts) for row in range(rows)]
        return lists if example else lists[0]

    return outcomes


def _listed(results: Any, chances: np.ndarray, row: int, draws: Draws, scripts: np.ndarray) -> list[tuple[Any, ...]]:
    """The outcomes of one row that can happen."""
    total = chances[row, 0].sum()
    kept = [k for k in range(len(scripts)) if chances[row, 0, k] > 0]
    answer = [(*jax.tree.map(lambda x, k=k: x[row, 0, k], results), chances[row, 0, k] / total) for k in kept]
    for place in draws.normal:
        by_rest: dict[bytes, set[bytes]] = {}
        for k, outcome in zip(kept, answer, strict=True):
            rest = np.delete(scripts[k], place).tobytes()
            by_rest.setdefault(rest, set()).add(outcome[0].tobytes())
        if any(len(seen) > 1 for seen in by_rest.values()):
            raise Unlisted("a draw of jax.random.normal enters its state, whose values can't be listed")
    return answer


def _check_unlisted(results: Any, chances: np.ndarray) -> None:
    """A draw with too many outcomes to list must change nothing."""
    for leaf in jax.tree.leaves((results, chances)):
        if not (leaf == leaf[:, :1]).all():
            raise Unlisted("a draw with more outcomes than can be listed changes what follows")


def _timeless(state: Any) -> Any:
    return {name: x for name, x in vars(state).items() if name != "time"}


def _same(one: list[Any], other: list[Any]) -> bool:
    return all(
        p.keys() == q.keys() and abs(r - s) < 1e-5 and all(abs(p[k] - q[k]) < 1e-6 for k in p)
        for (p, r), (q, s) in zip(one, other, strict=True)
    )
