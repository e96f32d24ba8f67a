"""Wrong ways to draw actions."""

from __future__ import annotations

import numpy as np
import reference as right
from reference import gumbel, log_masses

from .core import mutant


@mutant("sample_actions", "draws_follow_boltzmann")
def draws_without_alpha(seed, count, q, alpha, log_w=None):
    """exp(Q) for exp(Q / alpha)."""
    return right.sample_actions(seed, count, q, np.ones_like(alpha), log_w)


@mutant("sample_actions", "draws_follow_boltzmann")
def draws_with_beta(seed, count, q, alpha, log_w=None):
    """alpha taken for the inverse temperature."""
    return right.sample_actions(seed, count, q, 1 / alpha, log_w)


@mutant("sample_actions", "draws_follow_boltzmann")
def always_the_best(seed, count, q, alpha, log_w=None):
    """Greedy."""
    best = np.argmax(log_masses(q, alpha, log_w), axis=-1)
    return np.broadcast_to(best, (count, *q.shape[:-1]))


@mutant("sample_actions", "draws_follow_boltzmann")
def epsilon_greedy(seed, count, q, alpha, log_w=None):
    """The best action with chance 0.9, any other way uniformly."""
    rng = np.random.default_rng(int(seed))
    score = log_masses(q, alpha, log_w)
    even = np.argmax(np.where(score == -np.inf, -np.inf, 0) + rng.gumbel(size=(count, *q.shape)), axis=-1)
    return np.where(rng.random((count, *q.shape[:-1])) < 0.9, np.argmax(score, axis=-1), even)


@mutant("sample_actions", "draws_follow_boltzmann")
def normal_noise(seed, count, q, alpha, log_w=None):
    """argmax with normal noise in the place of Gumbel's."""
    noise = np.random.default_rng(int(seed)).normal(size=(count, *q.shape))
    return np.argmax(log_masses(q, alpha, log_w) + noise, axis=-1)


@mutant("sample_actions", "draws_follow_boltzmann")
def gumbel_upside_down(seed, count, q, alpha, log_w=None):
    """Gumbel noise with the wrong sign: its short tail decides."""
    return np.argmax(log_masses(q, alpha, log_w) - gumbel(seed, (count, *q.shape)), axis=-1)


@mutant("sample_actions", "draws_follow_boltzmann", "draws_exist")
def draws_masked_actions(seed, count, q, alpha, log_w=None):
    """The mask forgotten."""
    return right.sample_actions(seed, count, q, alpha)


@mutant("sample_actions", "draws_follow_boltzmann")
def prior_forgotten(seed, count, q, alpha, log_w=None):
    """Masks kept, weights forgotten."""
    mask = None if log_w is None else np.where(log_w == -np.inf, -np.inf, 0).astype(q.dtype)
    return right.sample_actions(seed, count, q, alpha, mask)


@mutant("sample_actions", "draws_exist")
def falls_off_the_end(seed, count, q, alpha, log_w=None):
    """Inverse transform with a cumulative sum that does not reach 1: now and then the index is n."""
    drawn = right.sample_actions(seed, count, q, alpha, log_w)
    drawn[-1] = q.shape[-1]
    return drawn


@mutant("sample_actions", "draws_repeat")
def seed_of_the_clock(seed, count, q, alpha, log_w=None):
    """The seed ignored in favour of a global generator."""
    return right.sample_actions(np.random.default_rng().integers(2**31), count, q, alpha, log_w)


@mutant("sample_actions", "seeds_draw_independently")
def one_seed_for_all(seed, count, q, alpha, log_w=None):
    """The seed forgotten: every run draws the same."""
    return right.sample_actions(0, count, q, alpha, log_w)


@mutant("sample_actions", "states_draw_independently")
def noise_shared_among_states(seed, count, q, alpha, log_w=None):
    """One key for all states of a batch."""
    noise = gumbel(seed, (count, *[1] * (q.ndim - 1), q.shape[-1]))
    return np.argmax(log_masses(q, alpha, log_w) + noise, axis=-1)


@mutant("sample_actions", "states_draw_independently")
def state_adds_to_the_seed(seed, count, q, alpha, log_w=None):
    """seed + k for state k: it draws what the state before draws under the next seed."""
    score = log_masses(q, alpha, log_w)
    rows = score.reshape(-1, q.shape[-1])
    drawn = [np.argmax(row + gumbel(seed + k, (count, q.shape[-1])), axis=-1) for k, row in enumerate(rows)]
    return np.stack(drawn, axis=-1).reshape(count, *q.shape[:-1])


@mutant("sample_actions", "draws_are_independent")
def antithetic(seed, count, q, alpha, log_w=None):
    """Every number used twice."""
    half = right.sample_actions(seed, count // 2, q, alpha, log_w)
    return np.repeat(half, 2, axis=0)


@mutant("sample_actions", "draws_are_independent")
def tiled(seed, count, q, alpha, log_w=None):
    """Noise for half the draws, laid out twice."""
    half = right.sample_actions(seed, count // 2, q, alpha, log_w)
    return np.concatenate([half, half])
