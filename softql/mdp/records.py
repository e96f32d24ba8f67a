"""The record of a finite Markov decision process, and what is checked about it.

    MDP(transition, reward, discount, allowed, start)

`transition` is a table P(s'|s,a) [S, A, S], or `Successors`: for each state and action at most K next states with their
chances, which is what large worlds are kept in. Rewards in reward units. `discount` is gamma, or gamma (1 - terminated)
for each transition. Imports: jax.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int

from softql.equations._door import real

__all__ = ["MDP", "Successors", "dense"]


class Successors(NamedTuple):
    """A transition with few next states: `state[s, a, k]` follows with probability `chance[s, a, k]`.

    A next state may be named several times, its chances add up; unused places hold chance 0 and any state.
    """

    state: Int[Array, "s a k"]
    chance: Float[Array, "s a k"]


@jax.tree_util.register_pytree_node_class
@dataclass(frozen=True, eq=False)
class MDP:
    """A finite Markov decision process: a pytree, so it can be vmapped, jitted and differentiated.

    Made from concrete arrays it is checked; traced ones are checked in shape only.

    Args:
      transition: P(s'|s,a) [S, A, S], or Successors.
      reward: r(s,a) [S, A], reward units, expected over the next state where it depends on it.
      discount: gamma in [0, 1], or one number a transition, gamma (1 - terminated), in the shape of transition.
      allowed: [S, A], False where the action does not exist; None means that every action does. What stands in the
        place of an action that does not exist counts for nothing: a reward of -inf or NaN becomes 0, and a row of
        transition need not sum to one.
      start: distribution of the first state [S]; None means uniform.

    Raises:
      ValueError: when shapes do not match, a row of transition is no distribution (naming the state and the action), a
        discount is outside [0, 1], a state has no action, a number is not finite, or start is no distribution.

    Example:
      >>> import numpy as np
      >>> two = MDP(transition=np.array([[[0.5, 0.5]], [[0.0, 1.0]]]), reward=np.ones((2, 1)), discount=0.9)
      >>> two.states, two.actions
      (2, 1)
      >>> MDP(np.array([[[0.5, 0.4]], [[0.0, 1.0]]]), np.ones((2, 1)), 0.9)
      Traceback (most recent call last):
      ValueError: transition of state 0, action 0 sums to 0.9: each row must be a distribution over next states
    """

    transition: Any  # Float[Array, "s a s"] | Successors
    reward: Any  # Float[Array, "s a"]
    discount: Any  # Float[Array, ""] | Float[Array, "s a _"]
    allowed: Any = None  # Bool[Array, "s a"]
    start: Any = None  # Float[Array, " s"]

    def __post_init__(self) -> None:
        reward = real(self.reward, "reward")
        transition = self.transition
        if isinstance(transition, Successors):
            transition = Successors(jnp.asarray(transition.state), real(transition.chance, "transition.chance"))
        else:
            transition = real(transition, "transition")
        discount = real(float(self.discount) if isinstance(self.discount, int) else self.discount, "discount")
        allowed = None if self.allowed is None else jnp.asarray(self.allowed)
        if allowed is not None and allowed.shape == reward.shape and allowed.dtype == bool:
            reward = jnp.where(allowed | jnp.isfinite(reward), reward, 0)  # 0 times -inf is not 0
        start = None if self.start is None else real(self.start, "start")
        for name, x in (("reward", reward), ("transition", transition), ("discount", discount)):
            object.__setattr__(self, name, x)
        object.__setattr__(self, "allowed", allowed)
        object.__setattr__(self, "start", start)
        _check_shapes(self)
        if not any(isinstance(x, jax.core.Tracer) for x in jax.tree.leaves(self)):
            _check_numbers(self)

    @property
    def states(self) -> int:
        """How many states."""
        return self.reward.shape[-2]

    @property
    def actions(self) -> int:
        """How many actions."""
        return self.reward.shape[-1]

    @property
    def log_w(self) -> Array | None:
        """The measure of the actions [S, A]: 0 where the action exists, -inf where not; None for all."""
        return None if self.allowed is None else jnp.where(self.allowed, 0.0, -jnp.inf).astype(self.reward.dtype)

    @property
    def first(self) -> Array:
        """The distribution of the first state [S]."""
        return jnp.full(self.states, 1 / self.states, self.reward.dtype) if self.start is None else self.start

    def tree_flatten(self) -> tuple[tuple[Any, ...], None]:
        """The arrays, for JAX."""
        return (self.transition, self.reward, self.discount, self.allowed, self.start), None

    @classmethod
    def tree_unflatten(cls, _: None, leaves: tuple[Any, ...]) -> MDP:
        """The record again, without checks: JAX puts placeholders in."""
        mdp = object.__new__(cls)
        for name, leaf in zip(("transition", "reward", "discount", "allowed", "start"), leaves, strict=True):
            object.__setattr__(mdp, name, leaf)
        return mdp


def dense(mdp: MDP) -> MDP:
    """The same process with a table P(s'|s,a) [S, A, S] for its transition.

    A discount for each transition becomes the chance-weighted mean of those that share a next state.

    Raises:
      ValueError: never; a table too large for memory ends in JAX's own error.

    Example:
      >>> swap = Successors(jnp.array([[[1]], [[0]]]), jnp.ones((2, 1, 1)))
      >>> print(dense(MDP(swap, jnp.zeros((2, 1)), 0.9)).transition[:, 0])
      [[0. 1.]
       [1. 0.]]
    """
    if not isinstance(mdp.transition, Successors):
        return mdp
    state, chance = mdp.transition
    s, a = jnp.arange(mdp.states)[:, None, None], jnp.arange(mdp.actions)[None, :, None]
    empty = jnp.zeros((*mdp.reward.shape, mdp.states), chance.dtype)
    table = empty.at[s, a, state].add(chance)
    discount = jnp.asarray(mdp.discount)
    if discount.ndim:
        total = empty.at[s, a, state].add(chance * discount)
        discount = jnp.where(table > 0, total / jnp.where(table > 0, table, 1), 0)
    return MDP(table, mdp.reward, discount, mdp.allowed, mdp.start)


def _check_shapes(mdp: MDP) -> None:
    if mdp.reward.ndim != 2 or 0 in mdp.reward.shape:
        raise ValueError(f"reward has shape {mdp.reward.shape}: pass one number for each state and action, [S, A]")
    states, actions = mdp.reward.shape
    if isinstance(mdp.transition, Successors):
        chance, state = mdp.transition.chance, mdp.transition.state
        if chance.ndim != 3 or chance.shape[:2] != (states, actions) or state.shape != chance.shape:
            raise ValueError(
                f"transition has states {state.shape} and chances {chance.shape} but reward has {mdp.reward.shape}: "
                "both are [S, A, K]"
            )
        if not jnp.issubdtype(state.dtype, jnp.integer):
            raise ValueError(f"transition.state has dtype {state.dtype}: pass the index of each next state")
    elif mdp.transition.shape != (states, actions, states):
        raise ValueError(
            f"transition has shape {mdp.transition.shape} but reward has {mdp.reward.shape}: "
            f"it must be [S, A, S] = {(states, actions, states)}"
        )
    found = _chances(mdp).shape
    if jnp.shape(mdp.discount) not in ((), found):
        raise ValueError(f"discount has shape {jnp.shape(mdp.discount)}: pass a scalar, or one a transition, {found}")
    if mdp.allowed is not None and (mdp.allowed.shape != mdp.reward.shape or mdp.allowed.dtype != bool):
        raise ValueError(
            f"allowed has shape {mdp.allowed.shape} and dtype {mdp.allowed.dtype}: pass booleans {mdp.reward.shape}"
        )
    if mdp.start is not None and mdp.start.shape != (states,):
        raise ValueError(f"start has shape {mdp.start.shape} but there are {states} states")


def _check_numbers(mdp: MDP) -> None:
    _at(~np.isfinite(np.asarray(mdp.reward)), mdp.reward, "reward of state {}, action {} is {}: it must be finite")
    check_transition(mdp.transition, mdp.allowed)
    discount = np.asarray(mdp.discount)
    good = (discount >= 0) & (discount <= 1)
    if discount.ndim == 0:
        if not good:
            raise ValueError(f"discount = {discount}: it must be in [0, 1]")
    else:
        _at(~good.all(-1), discount.min(-1), "discount of state {}, action {} reaches {}: it must be in [0, 1]")
    if mdp.allowed is not None:
        closed = np.flatnonzero(~np.asarray(mdp.allowed).any(-1))
        if closed.size:
            raise ValueError(f"allowed leaves state {closed[0]} without an action: a terminal state keeps one")
    if mdp.start is not None:
        start = np.asarray(mdp.start)
        negative = np.flatnonzero(~(start >= 0))
        if negative.size:
            raise ValueError(f"start of state {negative[0]} is {start[negative[0]]:.6g}: chances are at least 0")
        tolerance = _tolerance(start)
        if not (abs(start.sum(dtype=np.float64) - 1) <= tolerance):
            raise ValueError(f"start sums to {start.sum():.6g}: it must be a distribution over states")


def check_transition(transition: Any, allowed: Any = None) -> None:
    """Each row of a concrete transition is a distribution over next states, where the action is allowed."""
    chance = np.asarray(transition.chance if isinstance(transition, Successors) else transition)
    _at((~(chance >= 0)).any(-1), chance.min(-1), "transition of state {}, action {} holds {}: chances are at least 0")
    total = chance.sum(-1, dtype=np.float64)
    wrong = ~(np.abs(total - 1) <= _tolerance(chance)) & (True if allowed is None else np.asarray(allowed))
    message = "transition of state {}, action {} sums to {}: each row must be a distribution over next states"
    _at(wrong | ~np.isfinite(total), total, message)
    if isinstance(transition, Successors):
        state, states = np.asarray(transition.state), len(chance)
        outside = (state < 0) | (state >= states)
        said = f"transition of state {{}}, action {{}} leads to state {{}}, but there are {states} states"
        _at(outside.any(-1), np.where(outside, state, 0).sum(-1) // np.maximum(outside.sum(-1), 1), said)


def _tolerance(chance: np.ndarray) -> float:
    """What rounding may have made of a row that adds up to 1."""
    return 4 * np.sqrt(chance.shape[-1]) * float(jnp.finfo(chance.dtype).eps) + 1e-6


def _at(wrong: Any, x: Any, message: str) -> None:
    """Refuse, naming the first state and action where something is wrong."""
    if wrong.any():
        state, action = np.argwhere(wrong)[0]
        raise ValueError(message.format(state, action, f"{np.asarray(x)[state, action]:.6g}"))


def _chances(mdp: MDP) -> Array:
    return mdp.transition.chance if isinstance(mdp.transition, Successors) else mdp.transition
