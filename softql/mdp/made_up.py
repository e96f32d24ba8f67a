"""Random MDPs: dense, sparse and deterministic. Pure in the key: a vmap over keys is a batch of them. Imports: jax."""

from __future__ import annotations

from typing import Literal

import jax
import jax.numpy as jnp
from jaxtyping import Array

from softql.mdp.records import MDP, Successors

__all__ = ["random_mdp"]


def random_mdp(
    key: Array,
    states: int,
    actions: int,
    kind: Literal["dense", "sparse", "deterministic"] = "dense",
    gamma: float | Array = 0.9,
    successors: int = 4,
) -> MDP:
    """An MDP with standard normal rewards and a uniformly drawn transition.

    Args:
      key: one key.
      states, actions: how many.
      kind: "dense": every next state may follow, P(.|s,a) uniform on the simplex, a table. "sparse": `successors`
        next states drawn with replacement and a distribution over them, as Successors. "deterministic": one.
      gamma: the discount.
      successors: next states of "sparse".

    Returns:
      The MDP, with a uniform first state.

    Raises:
      ValueError: for a kind that does not exist, or a size below 1.

    Example:
      >>> import jax
      >>> many = jax.vmap(lambda key: random_mdp(key, 5, 2))(jax.random.split(jax.random.key(0), 3))
      >>> many.transition.shape
      (3, 5, 2, 5)
    """
    for name, size in (("states", states), ("actions", actions), ("successors", successors)):
        if size < 1:
            raise ValueError(f"{name} = {size}: it must be at least 1")
    k_reward, k_state, k_chance = jax.random.split(key, 3)
    reward = jax.random.normal(k_reward, (states, actions))
    discount = jnp.asarray(gamma, reward.dtype)
    if kind == "dense":
        return MDP(_simplex(k_chance, (states, actions, states)), reward, discount)
    if kind not in ("sparse", "deterministic"):
        raise ValueError(f'kind = {kind!r}: choose "dense", "sparse" or "deterministic"')
    shape = (states, actions, successors if kind == "sparse" else 1)
    return MDP(Successors(jax.random.randint(k_state, shape, 0, states), _simplex(k_chance, shape)), reward, discount)


def _simplex(key: Array, shape: tuple[int, ...]) -> Array:
    """Uniform on the simplex of the last axis: exponentials over their sum."""
    x = jax.random.exponential(key, shape)
    return x / x.sum(-1, keepdims=True)
