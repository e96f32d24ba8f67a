"""How good a policy is: returns of whole episodes, and, where the environment is an exact MDP, how far from optimal.

Returns of episodes are undiscounted; exact values are discounted as the MDP is. Both in reward units. Imports:
equations, lanes, mdp, tabular.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from softql.equations import boltzmann_log_policy
from softql.lanes import Lanes, lanes, observed
from softql.mdp import World
from softql.tabular import evaluate_policy, optimal_policy, soft_policy_iteration

__all__ = [
    "Gap",
    "Optimum",
    "episode_returns",
    "exact_gap",
    "greedy_returns",
    "network_q",
    "optimum",
    "sampled_returns",
]


def greedy_returns(
    env: Any, env_params: Any, apply: Callable[[Any, Array], Array], params: Any, key: Array, episodes: int
) -> Float[Array, " episodes"]:
    """The return of each of `episodes` episodes under argmax_a Q(s, a), ties to the first action.

    Args:
        env, env_params: a gymnax environment and its parameters.
        apply: (params, obs[*b, ...]) -> q[*b, A], as of `q_network`.
        params: the parameters; to evaluate many, vmap over params and key.
        key: one key.
        episodes: how many episodes, run side by side, each for at most env_params.max_steps_in_episode steps.

    Returns:
        Sums of rewards [episodes], undiscounted, without entropy.

    Raises:
        ValueError: if episodes is not positive.

    Example:
        >>> import gymnax, jax, jax.numpy as jnp
        >>> env, env_params = gymnax.make("CartPole-v1")
        >>> def lean(params, obs):  # push to the side the pole falls to
        ...     fall = obs[..., 2] + obs[..., 3]
        ...     return jnp.stack([-fall, fall], -1)
        >>> greedy_returns(env, env_params, lean, None, jax.random.key(0), 2).tolist()
        [500.0, 500.0]
    """
    return _returns(env, env_params, apply, episodes, params, None, key)


def sampled_returns(
    env: Any,
    env_params: Any,
    apply: Callable[[Any, Array], Array],
    params: Any,
    alpha: Float[Array, ""] | float,
    key: Array,
    episodes: int,
) -> Float[Array, " episodes"]:
    """The same under actions drawn from pi = exp((Q - V)/alpha), alpha > 0 in reward units.  [H17 Eq. 6]

    Example:
        >>> import gymnax, jax, jax.numpy as jnp
        >>> env, env_params = gymnax.make("Catch-bsuite")
        >>> sampled_returns(env, env_params, lambda p, obs: p, jnp.zeros((5, 3)), 1.0, jax.random.key(0), 5).shape
        (5,)
    """
    if not isinstance(alpha, jax.core.Tracer) and not alpha > 0:
        raise ValueError(f"alpha = {alpha}: it must be positive; for the greedy policy call greedy_returns")
    return _returns(env, env_params, apply, episodes, params, alpha, key)


@partial(jax.jit, static_argnums=(0, 2, 3))
def _returns(
    env: Any, env_params: Any, apply: Callable[[Any, Array], Array], episodes: int, params: Any, alpha: Any, key: Array
) -> Float[Array, " episodes"]:
    def act(k_action: Array, obs: Array) -> Array:
        q = apply(params, obs)
        return jnp.argmax(q, -1) if alpha is None else jax.random.categorical(k_action, boltzmann_log_policy(q, alpha))

    return episode_returns(env, env_params, act, key, episodes)


class Gap(NamedTuple):
    """How far from optimal, in reward units, from the first state of the MDP; each at least 0 but for rounding.

    Fields:
        soft: V* - V^π with entropy, π = exp((Q - V)/alpha) of the given Q: what the agent maximises.
        greedy: V*_0 - V^π_0 without entropy, π the best action of Q, ties shared.
        q: the largest |Q - Q*| over states that have not ended and allowed actions.
        bound: by how much rounding may have moved soft and q.
    """

    soft: Float[Array, ""]
    greedy: Float[Array, ""]
    q: Float[Array, ""]
    bound: Float[Array, ""]


class Optimum(NamedTuple):
    """What policies are held against: Q* at alpha, V* at alpha and at 0 [2, S], and their error bounds [2]."""

    q: Float[Array, "s a"]
    v: Float[Array, "2 s"]
    bound: Float[Array, "2"]


def optimum(world: World, alpha: Float[Array, ""] | float) -> Optimum:
    """The exact answer for a world, once for many calls of `exact_gap`.

    Args:
        world: of `softql.mdp.from_gymnax`.
        alpha: temperature > 0 in reward units.

    Example:
        >>> import gymnax
        >>> from softql.mdp import from_gymnax
        >>> optimum(from_gymnax(*gymnax.make("FrozenLake-misc")), 0.1).v.shape
        (2, 16)
    """
    soft, hard = soft_policy_iteration(world.mdp, alpha), soft_policy_iteration(world.mdp, 0.0)
    return Optimum(soft.q, jnp.stack([soft.v, hard.v]), jnp.stack([soft.error_bound, hard.error_bound]))


def exact_gap(
    world: World, q: Float[Array, "s a"], alpha: Float[Array, ""] | float, best: Optimum | None = None
) -> Gap:
    """The exact sub-optimality of a table Q: of its Boltzmann policy, of its greedy policy, of itself.  [H17 Eq. 6]

    No episode is sampled: both policies are evaluated by linear solves, and Q* by policy iteration.

    Args:
        world: of `softql.mdp.from_gymnax`, with the discount that Q was learned with.
        q: action values [S, A], as `network_q` reads them from a network; jit and vmap over q as you like.
        alpha: temperature > 0 in reward units.
        best: `optimum(world, alpha)`; None computes it.

    Returns:
        Gap(soft, greedy, q, bound).

    Raises:
        ValueError: if q has another shape than the reward of the MDP.

    Example:
        >>> import gymnax, jax.numpy as jnp
        >>> from softql.mdp import from_gymnax
        >>> lake = from_gymnax(*gymnax.make("FrozenLake-misc"), gamma=0.9)
        >>> gap = exact_gap(lake, jnp.zeros((16, 4)), 0.1)
        >>> print(f"{gap.soft:.3f} {gap.greedy:.3f}")
        0.113 0.064
    """
    mdp = world.mdp
    if jnp.shape(q) != mdp.reward.shape:
        raise ValueError(f"q has shape {jnp.shape(q)} but the MDP has {mdp.states} states, {mdp.actions} actions")
    best = optimum(world, alpha) if best is None else best
    both = jnp.stack([jnp.asarray(alpha, best.q.dtype), jnp.zeros((), best.q.dtype)])
    found = jax.vmap(lambda t: evaluate_policy(mdp, optimal_policy(mdp, q, t), t))(both)
    soft, greedy = (best.v - found.v) @ mdp.first
    counts = ~world.terminal[:, None] if mdp.allowed is None else mdp.allowed & ~world.terminal[:, None]
    error = jnp.max(jnp.where(counts, jnp.abs(q - best.q), 0.0))
    return Gap(soft, greedy, error, best.bound[0] + found.error_bound[0])


def network_q(world: World, apply: Callable[[Any, Array], Array], params: Any) -> Float[Array, "s a"]:
    """Q of every state of a world, read from a network.

    Args:
        world: of `softql.mdp.from_gymnax`.
        apply: (params, obs[*b, ...]) -> q[*b, A], as of `q_network`.
        params: the parameters; vmap over them for many networks.

    Returns:
        q [S, A]; at terminal states what the network says of them.

    Example:
        >>> import gymnax, jax.numpy as jnp
        >>> from softql.mdp import from_gymnax
        >>> catch = from_gymnax(*gymnax.make("Catch-bsuite"))
        >>> network_q(catch, lambda w, obs: obs.reshape(len(obs), -1) @ w, jnp.zeros((50, 3))).shape
        (210, 3)
    """
    return apply(params, observed(world.observations))


def episode_returns(
    env: Any, env_params: Any, act: Callable[[Array, Array], Array], key: Array, episodes: int
) -> Float[Array, " episodes"]:
    """The return of each of `episodes` episodes under `act(key, obs[episodes, ...]) -> action[episodes]`.

    Stops when every episode has ended, or after env_params.max_steps_in_episode steps.

    Example:
        >>> import gymnax, jax, jax.numpy as jnp
        >>> env, env_params = gymnax.make("DeepSea-bsuite")
        >>> episode_returns(env, env_params, lambda k, obs: jnp.zeros(3, int), jax.random.key(0), 3).shape
        (3,)
    """
    if episodes < 1:
        raise ValueError(f"episodes = {episodes}: it must be at least 1")
    door = lanes(env, env_params, episodes)
    key, k_reset = jax.random.split(key)

    def going(carry: tuple[Array, Array, Lanes, Array, Array]) -> Array:
        _, time, _, over, _ = carry
        return ~over.all() & (time < env_params.max_steps_in_episode)

    def step(carry: tuple[Array, Array, Lanes, Array, Array]) -> tuple[Array, Array, Lanes, Array, Array]:
        key, time, at, over, total = carry
        key, k_action, k_env = jax.random.split(key, 3)
        at, got = door.step(k_env, at, act(k_action, at.obs))
        return key, time + 1, at, over | got.ended, total + jnp.where(over, 0.0, got.reward)

    start = (key, jnp.int32(0), door.init(k_reset), jnp.zeros(episodes, bool), jnp.zeros(episodes, jnp.float32))
    return jax.lax.while_loop(going, step, start)[-1]
