"""How the discrete agent learns: batch -> Q -> V -> target -> loss -> update, in its two modes.

A mode is four pure functions (`Mode`); the step in discrete.py does not know which one it has. Rewards, Q and V are
in reward units. Imports: equations, returns, networks, replay, optax.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import optax
from jaxtyping import Array, Bool, Float, Int

from softql.agents.networks import Network, Params
from softql.agents.records import ContinuousHyper, Hyper, Learner, Shape, Transition
from softql.agents.replay import Buffer, replay
from softql.equations import q_loss, soft_q_target, soft_value
from softql.returns import soft_lambda_returns

__all__ = ["Batch", "Mode", "Report", "Update", "off_policy", "on_policy", "updater"]


class Batch(NamedTuple):
    """What one update needs: Q(obs, action) shall become target."""

    obs: Array
    action: Int[Array, "*b"]
    target: Float[Array, "*b"]


class Report(NamedTuple):
    """What one update saw; the fields are those of Metrics."""

    loss: Float[Array, ""]
    q: Float[Array, ""]
    td_error: Float[Array, ""]
    grad_norm: Float[Array, ""]
    finite: Bool[Array, ""]


Update = Callable[[Hyper, Learner, Batch], tuple[Learner, Report]]


class Mode(NamedTuple):
    """What sets "replay" and "on_policy" apart.

    Fields:
        begin: params -> Learner.
        empty: () -> memory, what the state keeps from step to step.
        remember: (memory, path[envs, rollout]) -> (memory, what to learn from).
        learn: (key, Hyper, Learner, what to learn from) -> (Learner, mean V(s'), Report).
    """

    begin: Callable[[Params], Learner]
    empty: Callable[[], Any]
    remember: Callable[[Any, Transition], tuple[Any, Any]]
    learn: Callable[[Array, Hyper, Learner, Any], tuple[Learner, Array, Report]]


def optimiser(max_grad_norm: float) -> optax.GradientTransformation:
    """Adam's direction on the clipped gradient, as one flat vector; the learning rate is data and comes later."""
    return optax.flatten(optax.chain(optax.clip_by_global_norm(max_grad_norm), optax.scale_by_adam()))


def updater(network: Network, shape: Shape) -> Update:
    """One gradient step on mean 0.5 (Q(s, a) - target)^2; a step that is not finite is refused, not taken."""
    direction = optimiser(shape.max_grad_norm).update

    def loss_of(params: Params, batch: Batch) -> tuple[Array, tuple[Array, Array]]:
        q = network.apply(params, batch.obs)
        chosen = jnp.take_along_axis(q, batch.action[..., None], -1)[..., 0]
        return q_loss(q, batch.action, batch.target).mean(), (chosen.mean(), jnp.abs(chosen - batch.target).mean())

    def update(hyper: Hyper, learner: Learner, batch: Batch) -> tuple[Learner, Report]:
        (loss, (q, td_error)), grads = jax.value_and_grad(loss_of, has_aux=True)(learner.params, batch)
        ascent, moments = direction(grads, learner.moments)
        params = jax.tree.map(lambda p, d: p - hyper.learning_rate * d, learner.params, ascent)
        grad_norm = norm(grads)
        finite = jnp.isfinite(loss) & jnp.isfinite(grad_norm) & jnp.isfinite(norm(params))
        learner = either(finite, learner._replace(params=params, moments=moments), learner)
        return learner, Report(loss, q, td_error, grad_norm, finite)

    return update


def off_policy(network: Network, update: Update, shape: Shape, example: Transition) -> Mode:
    """"replay": one-step targets r + gamma (1 - terminated) V(s'), with V from a target network.  (cf. H17 Eq. 7)"""
    ring = replay(example, shape.buffer, shape.batch)

    def begin(params: Params) -> Learner:
        return Learner(params, params, optimiser(shape.max_grad_norm).init(params))

    def remember(buffer: Buffer, path: Transition) -> tuple[Buffer, Buffer]:
        buffer = ring.add(buffer, flat(path))
        return buffer, buffer

    def learn(key: Array, hyper: Hyper, learner: Learner, buffer: Buffer) -> tuple[Learner, Array, Report]:
        def one(learner: Learner, k_batch: Array) -> tuple[Learner, tuple[Array, Report]]:
            seen = ring.sample(k_batch, buffer)
            next_v = soft_value(network.apply(learner.target, seen.next_obs), hyper.alpha)
            target = soft_q_target(seen.reward, discount_of(hyper, seen), next_v)
            learner, report = update(hyper, learner, Batch(seen.obs, seen.action, target))
            return follow(hyper, learner), (next_v.mean(), report)

        learner, (v, reports) = jax.lax.scan(one, learner, jax.random.split(key, shape.updates))
        return learner, v.mean(), over(reports)

    return Mode(begin, ring.init, remember, learn)


def on_policy(network: Network, update: Update, shape: Shape) -> Mode:
    """"on_policy": soft lambda-returns of the rollout, learned in epochs of minibatches of lanes, then forgotten."""

    def begin(params: Params) -> Learner:
        return Learner(params, (), optimiser(shape.max_grad_norm).init(params))

    def remember(memory: tuple[()], path: Transition) -> tuple[tuple[()], Transition]:
        return memory, path

    def learn(key: Array, hyper: Hyper, learner: Learner, path: Transition) -> tuple[Learner, Array, Report]:
        next_v = soft_value(network.apply(learner.params, path.next_obs), hyper.alpha)
        target = soft_lambda_returns(
            path.reward, discount_of(hyper, path), next_v, path.log_pi, hyper.alpha, hyper.lambda_, path.truncated
        )
        batch = Batch(path.obs, path.action, target)

        def epoch(learner: Learner, k_shuffle: Array) -> tuple[Learner, Report]:
            order = jax.random.permutation(k_shuffle, shape.envs).reshape(shape.minibatches, -1)
            return jax.lax.scan(lambda who, rows: update(hyper, who, flat(take(batch, rows))), learner, order)

        learner, reports = jax.lax.scan(epoch, learner, jax.random.split(key, shape.epochs))
        return learner, next_v.mean(), over(reports)

    return Mode(begin, lambda: (), remember, learn)


def discount_of(hyper: Hyper | ContinuousHyper, path: Transition) -> Float[Array, "*b"]:
    """gamma (1 - terminated): only termination ends value; truncation does not."""
    return hyper.gamma * (1.0 - path.terminated)


def follow(hyper: Hyper, learner: Learner) -> Learner:
    """target <- target + polyak (params - target)."""
    return learner._replace(
        target=jax.tree.map(lambda t, p: t + hyper.polyak * (p - t), learner.target, learner.params)
    )


def norm(tree: Any) -> Float[Array, ""]:
    """The Euclidean norm of all leaves together."""
    return jnp.sqrt(sum(jnp.square(x).sum() for x in jax.tree.leaves(tree)))


def over(reports: Report) -> Report:
    """The mean of each field over all updates; finite only if every one was."""
    means = jax.tree.map(lambda x: x.mean(), reports._replace(finite=jnp.float32(0)))
    return means._replace(finite=reports.finite.all())


def either(take_new: Array, new: Any, old: Any) -> Any:
    """new where take_new, else old, leaf by leaf."""
    return jax.tree.map(lambda n, o: jnp.where(take_new, n, o), new, old)


def take(tree: Any, rows: Int[Array, " n"]) -> Any:
    """The given rows of every leaf."""
    return jax.tree.map(lambda x: x.at[rows].get(mode="promise_in_bounds"), tree)


def flat(tree: Any) -> Any:
    """[envs, rollout, ...] as [envs * rollout, ...], leaf by leaf."""
    return jax.tree.map(lambda x: x.reshape(-1, *x.shape[2:]), tree)
