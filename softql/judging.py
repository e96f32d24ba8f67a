"""How a trained run does: returns of its greedy or its sampled policy, for each seed.

Imports: agents, evaluate, sharding, showing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import jax
import jax.numpy as jnp
import numpy as np
from jax.sharding import Mesh
from rich.console import Console
from rich.table import Table

from softql import sharding
from softql.agents import ContinuousShape, Shape, q_network
from softql.evaluate import episode_returns, greedy_returns, sampled_returns
from softql.showing import acting, greedy

__all__ = ["Policy", "judge_of", "keys", "returns_of", "tell"]

Policy = Literal["greedy", "sampled"]


def returns_of(
    env: Any,
    env_params: Any,
    shape: Shape | ContinuousShape,
    params: Any,
    keys: jax.Array,
    episodes: int,
    policy: Policy = "greedy",
    alpha: Any = None,
    network: Any = None,
    mesh: Mesh | None = None,
    side_by_side: bool = True,
) -> np.ndarray:
    """Undiscounted returns [seed, episode], in reward units.

    Args:
      env, env_params: a gymnax environment and its parameters.
      shape: of the agent.
      params: what it learned, with a leading axis of seeds.
      keys: one a seed.
      episodes: how many, side by side.
      policy: "greedy" takes the best action in Q; "sampled" draws from exp((Q - V)/alpha).
      alpha: temperature of the sampled policy, one or one a seed, reward units; needed for Discrete actions, else that
        of the agent.
      network: of the agent, if it is not softql's own.
      mesh, side_by_side: as for `softql.train.train`.

    Raises:
      ValueError: if alpha is missing, not positive, or given for the greedy policy.

    Example:
      >>> import gymnax
      >>> env, env_params = gymnax.make("Catch-bsuite")
      >>> params = jax.vmap(q_network(env, env_params, (4,)).init)(jax.random.split(jax.random.key(0), 2))
      >>> shape, keys = Shape(hidden=(4,)), jax.random.split(jax.random.key(1), 2)
      >>> returns_of(env, env_params, shape, params, keys, 3, "sampled", 1.0).shape
      (2, 3)
    """
    if policy == "greedy" and alpha is not None:
        raise ValueError("the greedy policy has no alpha: leave it out, or evaluate the sampled policy")
    if alpha is not None and not np.all(np.asarray(alpha) > 0):
        raise ValueError(f"alpha = {alpha}: a sampled policy needs alpha > 0; the greedy one is alpha -> 0")
    if policy == "sampled" and alpha is None and not isinstance(shape, ContinuousShape):
        raise ValueError("the sampled policy needs an alpha")
    judge = judge_of(env, env_params, shape, episodes, policy, network, mesh, side_by_side)
    warm = None if alpha is None else jnp.broadcast_to(jnp.float32(alpha), len(keys))
    return np.asarray(sharding.host(judge(*sharding.placed((params, keys, warm), mesh))))


def judge_of(
    env: Any,
    env_params: Any,
    shape: Shape | ContinuousShape,
    episodes: int,
    policy: Policy = "greedy",
    network: Any = None,
    mesh: Mesh | None = None,
    side_by_side: bool = True,
) -> Callable[[Any, jax.Array, jax.Array | None], jax.Array]:
    """(params, keys, alpha), each with a leading axis of lanes (alpha may be None) -> returns [lane, episode].

    Compiled once for all calls of the same shapes; else as `returns_of`, which also checks alpha.

    Example:
      >>> import gymnax
      >>> env, env_params = gymnax.make("Catch-bsuite")
      >>> params = jax.vmap(q_network(env, env_params, (4,)).init)(jax.random.split(jax.random.key(0), 2))
      >>> judge = judge_of(env, env_params, Shape(hidden=(4,)), 3)
      >>> judge(params, jax.random.split(jax.random.key(1), 2), None).shape
      (2, 3)
    """
    if isinstance(shape, ContinuousShape):
        act = (greedy if policy == "greedy" else acting)(env, env_params, shape, network)

        def one(params: Any, key: jax.Array, alpha: Any) -> jax.Array:
            parts = params if alpha is None else params._replace(log_alpha=jnp.log(alpha))
            return episode_returns(env, env_params, lambda k, obs: act(k, parts, obs), key, episodes)
    else:
        network = q_network(env, env_params, shape.hidden) if network is None else network

        def one(params: Any, key: jax.Array, alpha: Any) -> jax.Array:
            if policy == "greedy":
                return greedy_returns(env, env_params, network.apply, params, key, episodes)
            return sampled_returns(env, env_params, network.apply, params, alpha, key, episodes)

    return jax.jit(sharding.each(one, mesh, side_by_side))


def keys(seed: int, lanes: int) -> jax.Array:
    """One key a seed for new episodes: none that training, or the verdict at its end, has used.

    Example:
      >>> keys(0, 4).shape
      (4,)
    """
    return jax.random.split(jax.random.fold_in(jax.random.key(seed), 2**31 - 2), lanes)


def tell(console: Console, returns: np.ndarray, policy: str = "greedy policy") -> None:
    """A line a seed, and their mean."""
    table = Table(title=f"{policy}, {returns.shape[1]} episodes a seed", title_justify="left")
    for heading in ("seed", "mean return", "lowest", "highest"):
        table.add_column(heading, justify="right")
    for seed, row in enumerate(returns):
        table.add_row(str(seed), f"{row.mean():.1f}", f"{row.min():.1f}", f"{row.max():.1f}")
    console.print(table)
