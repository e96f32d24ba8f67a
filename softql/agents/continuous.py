"""Soft Q-learning for continuous actions: `agent(env, env_params, shape) -> Agent(init, step)`, both pure.

The step is the discrete one: act, remember, learn (batch -> Q -> V -> target -> loss -> update), and two things differ.
V of the next state is an integral, estimated from `(points, log_w)` of softql.measures; and actions are drawn from
exp(Q/α) by one of four actors, `ContinuousShape.mode`:

    "quadrature"  among the nodes of a quadrature, exactly: one or two dimensions
    "stein"       by a network that learns to draw along Stein's direction: H17's Algorithm 1
    "langevin"    by unadjusted Langevin chains on Q(s, .), each started at a resampled one of a few uniform actions
    "mala"        by the same chains, Metropolis-adjusted

Replay, target network, annealing, lanes of Hyper and terminated against truncated are those of the discrete agent.
Imports: equations, measures, samplers, temperature, lanes, and the other files of this folder.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from softql.agents.critics import Critic, Drawer, action_box, critic, drawer
from softql.agents.discrete import annealed, finished, rolled
from softql.agents.learning import Report, discount_of, either, flat, norm, optimiser, over
from softql.agents.records import (
    Agent,
    ContinuousHyper,
    ContinuousShape,
    Learner,
    Metrics,
    Parts,
    State,
    Transition,
    checked,
)
from softql.agents.replay import replay
from softql.equations import boltzmann_entropy, soft_q_target, soft_value
from softql.lanes import Door, Lanes, lanes
from softql.measures import Box, Measure, quadrature, sobol, uniform
from softql.samplers import boltzmann_target, gumbel_max, langevin, mala, stein_direction
from softql.temperature import dual_step

__all__ = ["ContinuousHyper", "ContinuousShape", "Parts", "actor_of", "agent", "greedy_actor", "points_of"]


Actor = Callable[[Array, Parts, Array], Array]
"""(key, parts, obs [*b, ...]) -> action [*b, d]."""


def agent(env: Any, env_params: Any, shape: ContinuousShape | None = None, network: Critic | None = None) -> Agent:
    """Soft Q-learning on a gymnax environment with bounded vector actions.  [H17 Eq. 10] [H17 Eq. 13]

    Moves Q(s, a) towards r + γ (1 - terminated) V(s'), V = α log ∫ exp(Q/α) da from the target network, by quadrature
    or from Sobol points; draws actions from exp(Q/α). Truncation never ends value.

    Args:
        env: a gymnax 1.0 environment.
        env_params: its parameters, static here.
        shape: what is static; None means ContinuousShape().
        network: Critic(init, apply), any pair of that form; None means `critic(env, env_params, shape.hidden,
            shape.scale)`.

    Returns:
        Agent(init, step), with ContinuousHyper for hyper. `step` takes shape.env_steps environment steps and learns.

    Raises:
        ValueError: if the actions are no bounded vectors, mode is "quadrature" in more than two dimensions, or (from
            `init`) a concrete leaf of the hyper-parameters is out of its domain.

    Source: Haarnoja et al. 2017, arXiv 1702.08165, Algorithm 1, which is mode "stein".

    Example:
        >>> import gymnax
        >>> small = ContinuousShape(envs=4, hidden=(8,), buffer=64, warmup=8, batch=8)
        >>> init, step = agent(*gymnax.make("Pendulum-v1"), small)
        >>> state, metrics = jax.jit(step)(ContinuousHyper(), init(jax.random.key(0), ContinuousHyper()))
        >>> int(metrics.env_steps), bool(metrics.finite)
        (12, True)
    """
    shape = ContinuousShape() if shape is None else shape
    if not isinstance(shape, ContinuousShape):
        raise ValueError(f"shape is a {type(shape).__name__}: continuous actions take a ContinuousShape")
    box = action_box(env, env_params)
    network = critic(env, env_params, shape.hidden, shape.scale) if network is None else network
    draws = drawer(env, env_params, shape.noise, shape.hidden) if shape.mode == "stein" else None
    door, points = lanes(env, env_params, shape.envs), points_of(box, shape)
    acting = rollout_of(door, network, points, actor_of(network, draws, box, shape), shape.rollout)
    wandering = rollout_of(door, network, points, anywhere(box), shape.rollout)
    learn = learner_of(network, draws, box, points, shape)
    warmups = -(-shape.warmup // shape.env_steps)
    ring = replay(example_of(network, draws, door, acting), shape.buffer, shape.batch)

    def init(key: Array, hyper: ContinuousHyper) -> State:
        hyper = checked(hyper)
        key, k_q, k_policy, k_env, k_warm = jax.random.split(key, 5)
        parts, at = fresh(k_q, k_policy, hyper), door.init(k_env)

        def warm(carry: tuple[Lanes, Any], k_act: Array) -> tuple[tuple[Lanes, Any], None]:
            at, path, _ = wandering(k_act, parts, carry[0])
            return (at, ring.add(carry[1], flat(path))), None

        (at, memory), _ = jax.lax.scan(warm, (at, ring.init()), jax.random.split(k_warm, warmups))
        adam = optimiser(shape.max_grad_norm)
        moments = (adam.init(parts.q), () if draws is None else adam.init(parts.policy))
        return State(key, Learner(parts, parts.q, moments), at, memory, jnp.int32(warmups * shape.env_steps))

    def fresh(k_q: Array, k_policy: Array, hyper: ContinuousHyper) -> Parts:
        policy = () if draws is None else draws.init(k_policy)
        return Parts(network.init(k_q), policy, jnp.log(hyper.alpha))

    def step(hyper: ContinuousHyper, state: State) -> tuple[State, Metrics]:
        hyper = checked(hyper)
        key, k_act, k_learn = jax.random.split(state.key, 3)
        at, path, seen = acting(k_act, state.params, state.lanes)
        memory = ring.add(state.memory, flat(path))
        rates = annealed(hyper, state.env_steps)

        def one(learner: Learner, k_one: Array) -> tuple[Learner, tuple[Array, Report]]:
            k_batch, k_update = jax.random.split(k_one)
            return learn(k_update, rates, learner, ring.sample(k_batch, memory))

        learner, (v, reports) = jax.lax.scan(one, state.learner, jax.random.split(k_learn, shape.updates))
        env_steps = state.env_steps + shape.env_steps
        metrics = Metrics(env_steps=env_steps, v=v.mean(), **seen, **over(reports)._asdict())
        return State(key, learner, at, memory, env_steps), metrics

    return Agent(init, step)


# The integral


def points_of(box: Box, shape: ContinuousShape) -> Callable[[Array], Measure]:
    """key -> (points [n, d], log_w [n]) for V: quadrature where D <= 2 and the mode is not H17's, Sobol points else.

    H17 draws independent uniform actions; a scrambled Sobol net is uniform too, and its V varies far less.

    Example:
        >>> points, log_w = points_of(Box(-jnp.ones(1), jnp.ones(1)), ContinuousShape(nodes=8))(jax.random.key(0))
        >>> print(points.shape, jnp.exp(log_w).sum())
        (8, 1) 2.0
    """
    d = len(box.low)
    if shape.mode == "stein" or d > 2:
        if shape.mode == "quadrature":
            raise ValueError(f'actions have {d} dimensions: mode "quadrature" takes at most 2, "stein" or "mala" any')
        return lambda key: sobol(key, box.low, box.high, shape.samples)
    fixed = quadrature(box.low, box.high, shape.nodes)
    return lambda key: fixed


def spread(points: Float[Array, "n d"], rows: int) -> Float[Array, "b n d"]:
    """The same points for every state."""
    return jnp.broadcast_to(points[None], (rows, *points.shape))


# Acting


def anywhere(box: Box) -> Actor:
    """Uniform actions."""

    def act(key: Array, parts: Parts, obs: Array) -> Array:
        return uniform(key, box.low, box.high, len(obs)).points

    return act


def actor_of(network: Critic, draws: Drawer | None, box: Box, shape: ContinuousShape) -> Actor:
    """Draws from exp(Q(s, .)/α), one for each state [b], by shape.mode."""
    points = points_of(box, shape)

    def by_quadrature(key: Array, parts: Parts, obs: Array) -> Array:
        nodes, log_w = points(key)
        q = network.apply(parts.q, obs, spread(nodes, len(obs)))
        return nodes[gumbel_max(key, q, jnp.exp(parts.log_alpha), log_w)]

    def by_network(key: Array, parts: Parts, obs: Array) -> Array:
        assert draws is not None
        return box.squash(draws.apply(parts.policy, obs, jax.random.normal(key, (len(obs), 1, shape.noise))))[:, 0]

    def by_chain(key: Array, parts: Parts, obs: Array) -> Array:
        k_start, k_run = jax.random.split(key)
        method = mala if shape.mode == "mala" else langevin

        def one(key: Array, obs: Array, start: Array) -> Array:
            target = boltzmann_target(
                lambda a: network.apply(parts.q, obs[None], a[None, None])[0, 0], jnp.exp(parts.log_alpha), box
            )
            init, step = method(target, shape.step_size)
            keys = jax.random.split(key, shape.chain)
            return box.squash(jax.lax.scan(lambda s, k: (step(k, s)[0], None), init(start[None]), keys)[0].z[0])

        k_points, k_choice = jax.random.split(k_start)
        candidates, log_w = uniform(k_points, box.low, box.high, shape.samples)
        q = network.apply(parts.q, obs, spread(candidates, len(obs)))
        starts = candidates[gumbel_max(k_choice, q, jnp.exp(parts.log_alpha), log_w)]
        return jax.vmap(one)(jax.random.split(k_run, len(obs)), obs, box.unsquash(starts))

    return {"quadrature": by_quadrature, "stein": by_network}.get(shape.mode, by_chain)


def greedy_actor(network: Critic, draws: Drawer | None, box: Box, shape: ContinuousShape, tries: int = 64) -> Actor:
    """The best action in Q of the nodes, or of `tries` draws where there are no nodes.

    Example:
        >>> import gymnax
        >>> env = gymnax.make("Pendulum-v1")
        >>> q, box, shape = critic(*env, hidden=(8,)), action_box(*env), ContinuousShape()
        >>> parts = Parts(q.init(jax.random.key(0)), (), jnp.zeros(()))
        >>> greedy_actor(q, None, box, shape)(jax.random.key(1), parts, jnp.zeros((5, 3))).shape
        (5, 1)
    """
    points = points_of(box, shape)

    def act(key: Array, parts: Parts, obs: Array) -> Array:
        if draws is not None:
            noise = jax.random.normal(key, (len(obs), tries, shape.noise))
            candidates = box.squash(draws.apply(parts.policy, obs, noise))
        else:
            candidates = spread(points(key).points, len(obs))
        best = jnp.argmax(network.apply(parts.q, obs, candidates), -1)
        return jnp.take_along_axis(candidates, best[:, None, None], 1)[:, 0]

    return act


Rollout = Callable[[Array, Parts, Lanes], tuple[Lanes, Transition, dict[str, Array]]]


def rollout_of(door: Door, network: Critic, points: Callable[[Array], Measure], act: Actor, rollout: int) -> Rollout:
    """(key, parts, lanes) -> (lanes, path [envs, rollout], what was seen), as for the discrete agent.

    log_pi and entropy are those of the Boltzmann policy of Q, which a network or a chain only approaches.
    """

    def run(key: Array, parts: Parts, at: Lanes) -> tuple[Lanes, Transition, dict[str, Array]]:
        alpha = jnp.exp(parts.log_alpha)

        def one(at: Lanes, k_step: Array) -> tuple[Lanes, tuple[Transition, dict[str, Array]]]:
            k_action, k_points, k_env = jax.random.split(k_step, 3)
            action = act(k_action, parts, at.obs)
            nodes, log_w = points(k_points)
            both = jnp.concatenate([spread(nodes, len(action)), action[:, None]], 1)
            q = network.apply(parts.q, at.obs, both)
            v = soft_value(q[:, :-1], alpha, log_w)
            then, got = door.step(k_env, at, action)
            log_pi = (q[:, -1] - v) / alpha
            path = Transition(at.obs, action, log_pi, got.reward, got.terminated, got.truncated, got.final_obs)
            return then, (path, {"entropy": boltzmann_entropy(q[:, :-1], alpha, log_w).mean(), **finished(got)})

        return rolled(one, at, jax.random.split(key, rollout))

    return run


def example_of(network: Critic, draws: Drawer | None, door: Door, acting: Rollout) -> Transition:
    """The shapes and dtypes of one transition, without computing any."""

    def path(key: Array) -> Transition:
        policy = () if draws is None else draws.init(key)
        return acting(key, Parts(network.init(key), policy, jnp.zeros(())), door.init(key))[1]

    paths = jax.eval_shape(path, jax.random.key(0))
    return jax.tree.map(lambda x: jax.ShapeDtypeStruct(x.shape[2:], x.dtype), paths)


# Learning


Learn = Callable[[Array, ContinuousHyper, Learner, Transition], tuple[Learner, tuple[Array, Report]]]


def learner_of(
    network: Critic, draws: Drawer | None, box: Box, points: Callable[[Array], Measure], shape: ContinuousShape
) -> Learn:
    """One update of everything from one batch: Q, then the drawing network, then alpha, then the target network."""
    direction = optimiser(shape.max_grad_norm).update

    def loss_of(q_params: Any, batch: Transition, target: Array) -> tuple[Array, tuple[Array, Array, Array]]:
        q = network.apply(q_params, batch.obs, batch.action[:, None])[:, 0]
        error = q - jax.lax.stop_gradient(target)
        loss = 0.5 * jnp.square(error).mean()
        return loss / shape.scale**2, (loss, q.mean(), jnp.abs(error).mean())

    def policy_loss(policy: Any, key: Array, parts: Parts, obs: Array) -> Array:
        """-E[φ(f(ξ)) f(ξ)], whose gradient carries Stein's direction to the parameters."""
        assert draws is not None
        k_standing, k_moving = jax.random.split(key)
        size = (len(obs), shape.particles, shape.noise)
        standing = jax.lax.stop_gradient(draws.apply(policy, obs, jax.random.normal(k_standing, size)))
        moving = draws.apply(policy, obs, jax.random.normal(k_moving, size))

        def total(z: Array) -> Array:
            q = network.apply(parts.q, obs, box.squash(z))
            return jnp.sum(q / jnp.exp(parts.log_alpha) + box.log_jacobian(z))

        push = jax.vmap(stein_direction)(standing, jax.grad(total)(standing), jax.lax.stop_gradient(moving))
        return -jnp.sum(jax.lax.stop_gradient(push) * moving) / (len(obs) * shape.particles)

    def moved(rate: float | Array, grads: Any, moments: Any, params: Any) -> tuple[Any, Any]:
        ascent, moments = direction(grads, moments)
        return jax.tree.map(lambda p, g: p - rate * g, params, ascent), moments

    def learn(
        key: Array, hyper: ContinuousHyper, learner: Learner, batch: Transition
    ) -> tuple[Learner, tuple[Array, Report]]:
        k_points, k_policy = jax.random.split(key)
        parts, (of_q, of_policy) = learner.params, learner.moments
        alpha = jnp.exp(parts.log_alpha)
        nodes, log_w = points(k_points)
        next_q = network.apply(learner.target, batch.next_obs, spread(nodes, shape.batch))
        next_v = soft_value(next_q, alpha, log_w)
        target = soft_q_target(batch.reward, discount_of(hyper, batch), next_v)
        graded = jax.value_and_grad(loss_of, has_aux=True)(parts.q, batch, target)
        (_, (loss, q, td_error)), grads = graded
        grad_norm = norm(grads)
        new_q, of_q = moved(hyper.learning_rate, grads, of_q, parts.q)
        new = Parts(new_q, parts.policy, parts.log_alpha)
        if draws is not None:
            slopes = jax.grad(policy_loss)(parts.policy, k_policy, parts, batch.obs)
            policy, of_policy = moved(hyper.policy_rate, slopes, of_policy, parts.policy)
            new = new._replace(policy=policy)
        entropy = boltzmann_entropy(next_q, alpha, log_w).mean()
        new = new._replace(log_alpha=jnp.log(dual_step(alpha, entropy, hyper.entropy_target, hyper.alpha_rate)))
        after = jax.tree.map(lambda t, p: t + hyper.polyak * (p - t), learner.target, new.q)
        finite = jnp.isfinite(loss) & jnp.isfinite(grad_norm) & jnp.isfinite(norm(new))
        learner = either(finite, Learner(new, after, (of_q, of_policy)), learner)
        return learner, (next_v.mean(), Report(loss, q, td_error, grad_norm, finite))

    return learn
