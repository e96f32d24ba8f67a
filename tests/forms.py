"""Correct code in other conventions, sharing no line with the reference, through the adapters that meet it.

Beta in place of alpha; a batch axis and wide accumulators; one state at a time in plain Python; probabilities in place
of log densities; no temperature at all. Each has the functions that its convention can express.
"""

from __future__ import annotations

import math

import numpy as np

from softql.laws import adapt, adapters

INF = math.inf


class Beta:
    """Everything is multiplied by beta = 1/alpha; nothing is divided by a temperature."""

    def scores(q, beta, log_w):
        if log_w is None:
            return q * np.asarray(beta, q.dtype)[..., None]
        log_w = np.broadcast_to(log_w, q.shape)
        dead = np.isneginf(log_w)
        live = np.where(dead, 0, q) * np.asarray(beta, q.dtype)[..., None] + np.where(dead, 0, log_w)
        return np.where(dead, -INF, live).astype(q.dtype)

    def log_partition(q, beta, log_w=None):
        return np.logaddexp.reduce(Beta.scores(q, beta, log_w), axis=-1)

    def soft_value(q, beta, log_w=None):
        return Beta.log_partition(q, beta, log_w) / np.asarray(beta, q.dtype)

    def mellowmax(q, beta):
        return (Beta.log_partition(q, beta) - np.log(q.dtype.type(q.shape[-1]))) / np.asarray(beta, q.dtype)

    def energy(q, beta):
        return -q * np.asarray(beta)[..., None]

    def boltzmann_log_policy(q, beta, log_w=None):
        score = Beta.scores(q, beta, log_w)
        log_z = np.logaddexp.reduce(score, axis=-1)
        if log_w is None:
            return score - log_z[..., None]
        dead = np.isneginf(np.broadcast_to(log_w, q.shape))
        with np.errstate(invalid="ignore"):
            raw = Beta.scores(q, beta, np.where(dead, -INF, 0).astype(q.dtype)) - log_z[..., None]
        return np.where(dead, -INF, raw).astype(q.dtype)

    def boltzmann_policy(q, beta, log_w=None):
        return np.exp(Beta.boltzmann_log_policy(q, beta, log_w))

    def importance_value(q, beta, log_proposal):
        total = np.logaddexp.reduce(q * np.asarray(beta, q.dtype)[..., None] - log_proposal, axis=-1)
        return (total - np.log(q.dtype.type(q.shape[-1]))) / np.asarray(beta, q.dtype)

    def optimality_target(reward, discount, next_q, beta, log_w=None):
        value = Beta.soft_value(next_q, beta, log_w)
        return np.where(discount == 0, reward, reward + discount * np.where(discount == 0, 0, value))


class Batched:
    """Tables [B, a] only; sums in twice the precision."""

    def wide(x):
        assert x.ndim == 2
        return x.astype(np.float64 if x.dtype == np.float32 else np.longdouble)

    def weights(q, log_w):
        return np.zeros(q.shape) if log_w is None else Batched.wide(log_w)

    def total(score):
        top = np.maximum(score.max(axis=1, keepdims=True), -1e300)
        return top[:, 0] + np.log(np.einsum("ba->b", np.exp(score - top)))

    def soft_value(q, alpha, log_w=None):
        weight = Batched.weights(q, log_w)
        with np.errstate(divide="ignore"):
            score = np.where(weight > -INF, np.where(weight > -INF, Batched.wide(q), 0) / alpha[:, None] + weight, -INF)
            return (alpha * Batched.total(score)).astype(q.dtype)

    def entropy(log_pi, log_w=None):
        live = (Batched.weights(log_pi, log_w) > -INF) & (log_pi > -INF)
        log_p = np.where(live, Batched.wide(log_pi), 0)
        chance = np.where(live, np.exp(log_p + np.where(live, Batched.weights(log_pi, log_w), 0)), 0)
        return -np.einsum("ba,ba->b", chance, log_p).astype(log_pi.dtype)

    def policy_value(log_pi, q, alpha, log_w=None):
        live = (Batched.weights(log_pi, log_w) > -INF) & (log_pi > -INF)
        log_p, gain = np.where(live, Batched.wide(log_pi), 0), np.where(live, Batched.wide(q), 0)
        chance = np.where(live, np.exp(log_p + np.where(live, Batched.weights(log_pi, log_w), 0)), 0)
        return np.einsum("ba,ba->b", chance, gain - alpha[:, None] * log_p).astype(q.dtype)

    def evaluation_target(reward, discount, next_log_pi, next_q, alpha, log_w=None):
        value = Batched.policy_value(next_log_pi, next_q, alpha, log_w)
        return reward + np.where(discount > 0, discount, 0) * np.where(discount > 0, value, 0)


class Plain:
    """One state at a time, Python's own numbers."""

    def rows(q, log_w):
        return [(float(x), 0.0 if log_w is None else float(log_w[i])) for i, x in enumerate(q)]

    def log_partition(q, alpha, log_w=None):
        score = [x / float(alpha) + w for x, w in Plain.rows(q, log_w) if w > -INF]
        if any(map(math.isnan, score)):
            return math.nan
        top = max(score, default=-INF)
        return top if top == -INF else top + math.log(math.fsum(math.exp(x - top) for x in score))

    def soft_value(q, alpha, log_w=None):
        return float(alpha) * Plain.log_partition(q, alpha, log_w)

    def mellowmax(q, alpha):
        return float(alpha) * (Plain.log_partition(q, alpha) - math.log(len(q)))

    def boltzmann_log_policy(q, alpha, log_w=None):
        log_z = Plain.log_partition(q, alpha, log_w)
        return [x / float(alpha) - log_z if w > -INF else -INF for x, w in Plain.rows(q, log_w)]

    def soft_advantage(q, alpha, log_w=None):
        value = Plain.soft_value(q, alpha, log_w)
        return [x - value if w > -INF else -INF for x, w in Plain.rows(q, log_w)]

    def entropy(log_pi, log_w=None):
        return -math.fsum(math.exp(x + w) * x for x, w in Plain.rows(log_pi, log_w) if x + w > -INF)

    def kl_divergence(log_p, log_q, log_w=None):
        pairs = zip(Plain.rows(log_p, log_w), log_q)
        return math.fsum(math.exp(x + w) * (x - float(y)) for (x, w), y in pairs if x + w > -INF)

    def policy_value(log_pi, q, alpha, log_w=None):
        pairs = zip(Plain.rows(log_pi, log_w), q)
        return math.fsum(math.exp(x + w) * (float(y) - float(alpha) * x) for (x, w), y in pairs if x + w > -INF)

    def soft_q_target(reward, discount, next_v):
        return float(reward) + (float(discount) * float(next_v) if discount else 0.0)

    def q_loss(q, action, target):
        return (float(q[int(action)]) - float(target)) ** 2 / 2


class Probabilities:
    """Policies are the chances w π of the actions."""

    def weights(p, log_w):
        return np.ones(p.shape, p.dtype) if log_w is None else np.exp(np.broadcast_to(log_w, p.shape))

    def boltzmann_policy(q, alpha, log_w=None):
        w = Probabilities.weights(q, log_w)
        x = np.where(w > 0, np.where(w > 0, q, 0) / np.asarray(alpha)[..., None], -INF)
        top = np.max(x, axis=-1, keepdims=True)
        mass = np.where(w > 0, w * np.exp(x - np.where(np.isneginf(top), 0, top)), 0)
        total = np.sum(mass, axis=-1, keepdims=True)
        return mass / np.where(total == 0, 1, total)

    def surprise(p, log_w):
        return np.where(p > 0, np.log(np.where(p > 0, p, 1) / np.where(p > 0, Probabilities.weights(p, log_w), 1)), 0)

    def entropy(p, log_w=None):
        return -np.sum(p * Probabilities.surprise(p, log_w), axis=-1)

    def policy_value(p, q, alpha, log_w=None):
        gain = np.where(p > 0, q, 0) - np.asarray(alpha)[..., None] * Probabilities.surprise(p, log_w)
        return np.sum(p * gain, axis=-1)

    def evaluation_target(reward, discount, next_p, next_q, alpha, log_w=None):
        value = Probabilities.policy_value(next_p, next_q, alpha, log_w)
        return reward + discount * np.where(discount == 0, 0, value)


class Cold:
    """No temperature anywhere: rewards come divided by it."""

    def soft_value(q, log_w=None):
        return np.logaddexp.reduce(Beta.scores(q, 1, log_w), axis=-1)

    def boltzmann_log_policy(q, log_w=None):
        return Beta.boltzmann_log_policy(q, 1, log_w)

    def optimality_target(reward, discount, next_q, log_w=None):
        return Beta.optimality_target(reward, discount, next_q, 1, log_w)


def tools(name):
    """Functions that the laws do not ask for."""
    return name in ("scores", "rows", "wide", "weights", "total", "surprise")


def functions(form):
    """The functions of a form under the laws' names."""
    return {name: f for name, f in vars(form).items() if callable(f) and not name.startswith("_") and not tools(name)}


FORMS = {
    "beta = 1/alpha": adapt(functions(Beta), adapters.inverse_temperature),
    "batched only, wide sums": adapt(functions(Batched), adapters.batched_only),
    "one state, plain Python": adapt(functions(Plain), adapters.single_state_only),
    "probabilities": adapt(functions(Probabilities), adapters.probabilities),
    "alpha in the reward": adapt(
        functions(Cold),
        adapters.alpha_in_reward,
        arguments={
            "soft_value": "q log_w",
            "boltzmann_log_policy": "q log_w",
            "optimality_target": "reward discount next_q log_w",
        },
    ),
}
"""Correct code -> an implementation in the laws' terms."""
