"""Soft Q-learning for Discrete actions: `agent(env, env_params, shape) -> Agent(init, step)`, both pure.

The step is one sentence in the order of the data: act (pi = exp((Q - V)/alpha)), remember, learn (batch -> Q -> V ->
target -> loss -> update). It has two modes. "replay": transitions go into a ring buffer, the target is one-step, and
V is taken with a target network that follows by Polyak averaging. "on_policy": each rollout is learned from at once
and forgotten, the targets are soft lambda-returns, and there is no target network.

What you vmap is data (`Hyper`, keys, `State`); what changes compiled code is static (`Shape`). Imports: equations,
lanes, and the other files of this folder.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array

from softql.agents.learning import Mode, off_policy, on_policy, updater
from softql.agents.networks import Network, Params, q_network
from softql.agents.records import Agent, AnyHyper, Hyper, Learner, Metrics, Shape, State, Transition, checked
from softql.equations import boltzmann_log_policy, entropy
from softql.lanes import Arrival, Door, Lanes, lanes

__all__ = ["Agent", "Hyper", "Learner", "Metrics", "Shape", "State", "Transition", "agent"]


def agent(env: Any, env_params: Any, shape: Shape | None = None, network: Network | None = None) -> Agent:
    """Soft Q-learning on a gymnax environment with Discrete actions.  [H17 Eq. 5] [H17 Eq. 6]

    Acts with pi = exp((Q - V)/alpha), V = alpha log sum exp(Q/alpha), and moves Q(s, a) towards r + gamma
    (1 - terminated) V(s') ("replay") or towards the soft lambda-return ("on_policy"). Truncation never ends value.

    Args:
        env: a gymnax 1.0 environment; vector, image or integer observations.
        env_params: its parameters, static here.
        shape: what is static; None means Shape().
        network: Network(init, apply), any pair of that form; None means `q_network(env, env_params, shape.hidden)`.

    Returns:
        Agent(init, step). `step(hyper, state)` takes shape.env_steps environment steps and learns from them.

    Raises:
        ValueError: if the actions are not Discrete, or (from `init`) if a concrete leaf of Hyper is out of its domain.

    Example:
        >>> import gymnax, jax
        >>> init, step = agent(*gymnax.make("CartPole-v1"), Shape(envs=4, rollout=2, minibatches=1, hidden=(8,)))
        >>> state = init(jax.random.key(0), Hyper(alpha=0.5))
        >>> state, metrics = jax.jit(step)(Hyper(alpha=0.5), state)
        >>> int(metrics.env_steps), bool(metrics.finite)
        (8, True)
    """
    shape = Shape() if shape is None else shape
    if not isinstance(shape, Shape):
        raise ValueError(f"shape is a {type(shape).__name__}: Discrete actions take a Shape")
    network = q_network(env, env_params, shape.hidden) if network is None else network
    door = lanes(env, env_params, shape.envs)
    act = actor(door, network, shape.rollout)
    mode = mode_of(network, door, act, shape)
    warmups = -(-shape.warmup // shape.env_steps) if shape.mode == "replay" else 0

    def init(key: Array, hyper: Hyper) -> State:
        hyper = checked(hyper)
        key, k_net, k_env, k_warm = jax.random.split(key, 4)
        params, at = network.init(k_net), door.init(k_env)

        def warm(carry: tuple[Lanes, Any], k_act: Array) -> tuple[tuple[Lanes, Any], None]:
            at, path, _ = act(k_act, hyper, params, carry[0])
            return (at, mode.remember(carry[1], path)[0]), None

        (at, memory), _ = jax.lax.scan(warm, (at, mode.empty()), jax.random.split(k_warm, warmups))
        return State(key, mode.begin(params), at, memory, jnp.int32(warmups * shape.env_steps))

    def step(hyper: Hyper, state: State) -> tuple[State, Metrics]:
        hyper = checked(hyper)
        key, k_act, k_learn = jax.random.split(state.key, 3)
        at, path, seen = act(k_act, hyper, state.params, state.lanes)
        memory, material = mode.remember(state.memory, path)
        learner, v, report = mode.learn(k_learn, annealed(hyper, state.env_steps), state.learner, material)
        env_steps = state.env_steps + shape.env_steps
        metrics = Metrics(env_steps=env_steps, v=v, **seen, **report._asdict())
        return State(key, learner, at, memory, env_steps), metrics

    return Agent(init, step)


def annealed(hyper: AnyHyper, env_steps: Array) -> AnyHyper:
    """learning_rate (1 - env_steps / anneal), at least 0."""
    left = jnp.maximum(0.0, 1.0 - env_steps / hyper.anneal)
    return hyper._replace(learning_rate=hyper.learning_rate * left)


Act = Callable[[Array, Hyper, Params, Lanes], tuple[Lanes, Transition, dict[str, Array]]]


def actor(door: Door, network: Network, rollout: int) -> Act:
    """(key, Hyper, params, lanes) -> (lanes, path[envs, rollout], what was seen), with pi = exp((Q - V)/alpha)."""

    def act(key: Array, hyper: Hyper, params: Params, at: Lanes) -> tuple[Lanes, Transition, dict[str, Array]]:
        def one(at: Lanes, k_step: Array) -> tuple[Lanes, tuple[Transition, dict[str, Array]]]:
            k_action, k_env = jax.random.split(k_step)
            q = network.apply(params, at.obs)
            log_policy = boltzmann_log_policy(q, hyper.alpha)
            action = jax.random.categorical(k_action, log_policy)
            log_pi = jnp.take_along_axis(log_policy, action[:, None], -1)[:, 0]
            then, got = door.step(k_env, at, action)
            path = Transition(at.obs, action, log_pi, got.reward, got.terminated, got.truncated, got.final_obs)
            return then, (path, {"entropy": entropy(log_policy).mean(), **finished(got)})

        return rolled(one, at, jax.random.split(key, rollout))

    return act


def finished(got: Arrival) -> dict[str, Array]:
    """Of the episodes that ended in this step: how many, and the sums of their returns and lengths."""
    return {
        "episodes": got.ended.sum(),
        "episode_return": jnp.where(got.ended, got.final_return, 0.0).sum(),
        "episode_length": jnp.where(got.ended, got.final_length, 0).sum(),
    }


def rolled(one: Callable[..., Any], at: Lanes, keys: Array) -> tuple[Lanes, Transition, dict[str, Array]]:
    """One step after another: the lanes after them, path[envs, rollout], what was seen."""
    at, (path, seen) = jax.lax.scan(one, at, keys)
    return at, jax.tree.map(lambda x: jnp.swapaxes(x, 0, 1), path), summed(seen)


def summed(seen: dict[str, Array]) -> dict[str, Array]:
    """Over the rollout: mean entropy, number of episodes that ended, their mean return and length (0 if none)."""
    episodes = seen["episodes"].sum()
    share = 1.0 / jnp.maximum(episodes, 1).astype(jnp.float32)
    return {
        "entropy": seen["entropy"].mean(),
        "episodes": episodes,
        "episode_return": seen["episode_return"].sum() * share,
        "episode_length": seen["episode_length"].sum() * share,
    }


def mode_of(network: Network, door: Door, act: Act, shape: Shape) -> Mode:
    """The way shape.mode remembers and learns."""
    update = updater(network, shape)
    if shape.mode == "on_policy":
        return on_policy(network, update, shape)
    return off_policy(network, update, shape, example_of(network, door, act))


def example_of(network: Network, door: Door, act: Act) -> Transition:
    """The shapes and dtypes of one transition, without computing any."""

    def path(key: Array) -> Transition:
        return act(key, checked(Hyper()), network.init(key), door.init(key))[1]

    paths = jax.eval_shape(path, jax.random.key(0))
    return jax.tree.map(lambda x: jax.ShapeDtypeStruct(x.shape[2:], x.dtype), paths)
