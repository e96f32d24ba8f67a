"""A second softql: the equations in plain NumPy, written from the formulas and from nothing else.

The textbook's way, `q / alpha` and a log-sum-exp shifted by its maximum, in the dtype of the input. It is
right to rounding and no better; softql's own kernels share no line with it. The laws must hold here
(`test_laws_hold.py`) and must break in every mutant of it (`mutants.py`).
"""

from __future__ import annotations

import io

import numpy as np

# Helpers: an action that does not exist has weight 0, whatever stands in its slot; 0 times anything is 0


def log_weights(q, log_w):
    """log w of every entry of q: zeros for counting measure."""
    return np.zeros_like(q) if log_w is None else np.broadcast_to(log_w, q.shape).astype(q.dtype)


def temperature(alpha, q):
    """alpha against the action axis of q."""
    return np.broadcast_to(np.asarray(alpha, q.dtype), q.shape[:-1])[..., None]


def log_sum_exp(x):
    """log sum exp over the last axis, -inf where every entry is."""
    top = np.max(x, axis=-1)
    shift = np.where(np.isneginf(top), 0, top).astype(x.dtype)
    return shift + np.log(np.sum(np.exp(x - shift[..., None]), axis=-1))


def log_masses(q, alpha, log_w):
    """log w + Q / alpha, -inf where the action does not exist."""
    weight = log_weights(q, log_w)
    exists = weight != -np.inf
    return np.where(exists, np.where(exists, q, 0) / temperature(alpha, q) + weight, -np.inf).astype(q.dtype)


def probabilities(log_pi, log_w):
    """w pi."""
    weight = log_weights(log_pi, log_w)
    exists = weight != -np.inf
    return np.where(exists, np.exp(np.where(exists, log_pi + weight, 0)), 0).astype(log_pi.dtype)


def expected(chance, x):
    """sum of chance * x, where a chance of 0 counts for nothing."""
    return np.sum(np.where(chance > 0, chance * np.where(chance > 0, x, 0), 0), axis=-1)


# Value


def soft_value(q, alpha, log_w=None):
    return np.asarray(alpha, q.dtype) * log_sum_exp(log_masses(q, alpha, log_w))


def log_partition(q, alpha, log_w=None):
    return log_sum_exp(log_masses(q, alpha, log_w))


def mellowmax(q, alpha):
    return np.asarray(alpha, q.dtype) * (
        log_sum_exp(log_masses(q, alpha, None)) - np.log(q.shape[-1]).astype(q.dtype)
    )


def energy(q, alpha):
    return -q / temperature(alpha, q)


# Policy


def boltzmann_log_policy(q, alpha, log_w=None):
    log_z = log_sum_exp(log_masses(q, alpha, log_w))
    exists = log_weights(q, log_w) != -np.inf
    score = np.where(exists, q, 0) / temperature(alpha, q)
    return np.where(exists, score - np.where(np.isneginf(log_z), 0, log_z)[..., None], -np.inf).astype(
        q.dtype
    )


def boltzmann_policy(q, alpha, log_w=None):
    return np.exp(boltzmann_log_policy(q, alpha, log_w))


def soft_advantage(q, alpha, log_w=None):
    value = soft_value(q, alpha, log_w)
    exists = log_weights(q, log_w) != -np.inf
    return np.where(exists, np.where(exists, q, 0) - value[..., None], -np.inf).astype(q.dtype)


def boltzmann_entropy(q, alpha, log_w=None):
    return entropy(boltzmann_log_policy(q, alpha, log_w), log_w)


def entropy(log_pi, log_w=None):
    return expected(probabilities(log_pi, log_w), -log_pi)


def kl_divergence(log_p, log_q, log_w=None):
    chance = probabilities(log_p, log_w)
    return expected(chance, np.where(chance > 0, log_p, 0) - np.where(chance > 0, log_q, 0))


def kl_to_boltzmann(log_pi, q, alpha, log_w=None):
    return kl_divergence(log_pi, boltzmann_log_policy(q, alpha, log_w), log_w)


def policy_value(log_pi, q, alpha, log_w=None):
    chance = probabilities(log_pi, log_w)
    surprise = -np.where(chance > 0, log_pi, 0)
    return expected(chance, np.where(chance > 0, q, 0) + temperature(alpha, q) * surprise)


# Backup


def soft_q_target(reward, discount, next_v):
    return reward + np.where(discount == 0, 0, discount * np.where(discount == 0, 0, next_v)).astype(
        next_v.dtype
    )


def evaluation_target(reward, discount, next_log_pi, next_q, alpha, log_w=None):
    return soft_q_target(reward, discount, policy_value(next_log_pi, next_q, alpha, log_w))


def optimality_target(reward, discount, next_q, alpha, log_w=None):
    return soft_q_target(reward, discount, soft_value(next_q, alpha, log_w))


def q_loss(q, action, target):
    taken = np.take_along_axis(q, np.asarray(action)[..., None], axis=-1)[..., 0]
    return (taken - target) ** 2 / 2


# Estimator


def importance_value(q, alpha, log_proposal):
    score = q / temperature(alpha, q) - log_proposal
    return np.asarray(alpha, q.dtype) * (log_sum_exp(score) - np.log(q.shape[-1]).astype(q.dtype))


def langevin_step(action, gradient, alpha, step, noise):
    return action + step * gradient / temperature(alpha, action) + np.sqrt(2 * step) * noise


# Returns


def soft_return(reward, discount, entropy, alpha):
    total = np.zeros_like(reward[..., 0])
    for t in reversed(range(reward.shape[-1])):
        total = reward[..., t] + np.asarray(alpha, reward.dtype) * entropy[..., t] + discount[..., t] * total
    return total


def soft_q_return(reward, discount, entropy, alpha):
    later = entropy * (np.arange(entropy.shape[-1]) > 0).astype(entropy.dtype)
    return soft_return(reward, discount, later, alpha)


def soft_lambda_returns(reward, discount, next_v, log_pi, alpha, lambda_, truncated=None):
    answer, steps = np.empty_like(reward), reward.shape[-1]
    cut = np.zeros(reward.shape, bool) if truncated is None else truncated
    for t in reversed(range(steps)):
        value = next_v[..., t]
        if t + 1 < steps:
            soft = answer[..., t + 1] - np.asarray(alpha, reward.dtype) * log_pi[..., t + 1]
            mixed = (1 - lambda_) * np.where(discount[..., t] == 0, 0, value) + lambda_ * soft
            value = np.where(cut[..., t], value, mixed).astype(reward.dtype)
        answer[..., t] = soft_q_target(reward[..., t], discount[..., t], value)
    return answer


def soft_n_step_returns(reward, discount, next_v, log_pi, alpha, n, truncated=None):
    answer, steps = np.empty_like(reward), reward.shape[-1]
    cut = np.zeros(reward.shape, bool) if truncated is None else truncated
    bonus = -np.asarray(alpha, reward.dtype)[..., None] * log_pi
    for *path, t in np.ndindex(reward.shape):
        row, total, weight = tuple(path), reward.dtype.type(0), reward.dtype.type(1)
        for k in range(t, min(t + int(n), steps)):
            total += weight * (reward[(*row, k)] + (bonus[(*row, k)] if k > t else 0))
            weight *= discount[(*row, k)]
            if cut[(*row, k)] or discount[(*row, k)] == 0 or k == steps - 1 or k == t + int(n) - 1:
                total += weight * next_v[(*row, k)] if weight else 0
                break
        answer[(*row, t)] = total
    return answer


def soft_value_returns(reward, discount, next_v, log_pi, alpha, n, truncated=None):
    g = soft_n_step_returns(reward, discount, next_v, log_pi, alpha, n, truncated)
    return g - np.asarray(alpha, reward.dtype)[..., None] * log_pi


def path_consistency_error(value, reward, discount, next_v, log_pi, alpha, n, truncated=None):
    return soft_value_returns(reward, discount, next_v, log_pi, alpha, n, truncated) - value


def path_consistency_loss(value, reward, discount, next_v, log_pi, alpha, n, truncated=None):
    return path_consistency_error(value, reward, discount, next_v, log_pi, alpha, n, truncated) ** 2 / 2


def soft_retrace_returns(reward, discount, next_v, q, log_ratio, lambda_, truncated=None):
    answer, steps = np.empty_like(reward), reward.shape[-1]
    cut = np.zeros(reward.shape, bool) if truncated is None else truncated
    for t in reversed(range(steps)):
        value = next_v[..., t]
        if t + 1 < steps:
            share = lambda_ * np.minimum(1, np.exp(np.minimum(log_ratio[..., t + 1], 0)))
            more = share * (answer[..., t + 1] - q[..., t + 1])
            value = (value + np.where(cut[..., t], 0, more)).astype(reward.dtype)
        answer[..., t] = soft_q_target(reward[..., t], discount[..., t], value)
    return answer


# Tables: everything by sweeps or by a matrix written out


def expected_next(transition, discount, v):
    return np.sum(transition * discount * v, axis=-1).astype(transition.dtype)


def optimality_backup(transition, reward, discount, q, alpha, log_w=None):
    return reward + expected_next(transition, discount, soft_value(q, alpha, log_w))


def evaluation_backup(transition, reward, discount, log_pi, q, alpha, log_w=None):
    return reward + expected_next(transition, discount, policy_value(log_pi, q, alpha, log_w))


def chain(transition, discount, log_pi, log_w):
    """P_π, with the discount in it."""
    return np.einsum("sa,saj->sj", probabilities(log_pi, log_w), transition * discount)


def policy_q(transition, reward, discount, log_pi, alpha, log_w=None):
    gain = policy_value(log_pi, reward, alpha, log_w)
    move = chain(transition, discount, log_pi, log_w)
    value = np.linalg.solve(np.eye(len(gain), dtype=gain.dtype) - move, gain)
    return reward + expected_next(transition, discount, value)


def optimal_q(transition, reward, discount, alpha, log_w=None):
    q = np.zeros_like(reward)
    for _ in range(SWEEPS):
        q = optimality_backup(transition, reward, discount, q, alpha, log_w)
    return q


SWEEPS = 300


def certified_q(transition, reward, discount, alpha, log_w=None):
    """Twenty sweeps, and what the residual and its rounding say of them."""
    q = np.zeros_like(reward)
    for _ in range(20):
        q = optimality_backup(transition, reward, discount, q, alpha, log_w)
    then, modulus = optimality_backup(transition, reward, discount, q, alpha, log_w), np.max(discount)
    exists = log_weights(q, log_w) != -np.inf
    rounding = 32 * np.finfo(q.dtype).eps * (np.abs(q).max() + alpha * (1 + np.log(q.shape[-1])))
    return q, (np.max(np.where(exists, np.abs(then - q), 0)) + rounding) / (1 - modulus)


def hard_q(transition, reward, discount, log_w=None):
    q, exists = np.zeros_like(reward), log_weights(reward, log_w) != -np.inf
    for _ in range(SWEEPS):
        best = np.max(np.where(exists, q, -np.inf), axis=-1).astype(q.dtype)
        q = reward + expected_next(transition, discount, best)
    return q


def horizon_q(transition, reward, discount, alpha, log_w=None):
    q, v = np.empty_like(reward), np.zeros_like(reward[0, :, 0])
    for t in reversed(range(len(reward))):
        q[t] = reward[t] + expected_next(transition, discount, v)
        v = soft_value(q[t], alpha, log_w)
    return q


def occupancy(transition, discount, log_pi, start, log_w=None):
    move = chain(transition, discount, log_pi, log_w)
    met = np.linalg.solve(np.eye(len(start), dtype=start.dtype) - move.T, start)
    return met[:, None] * probabilities(log_pi, log_w)


def composed_q(qs):
    return np.mean(qs, axis=0)


def disagreement(qs, alpha, log_w=None):
    each = np.array([soft_value(q, alpha, log_w) for q in qs])
    return each.mean(0) - soft_value(composed_q(qs), alpha, log_w)


def composition_cost(transition, discount, qs, alpha, log_w=None):
    loss = expected_next(transition, discount, disagreement(qs, alpha, log_w))
    return hard_q(transition, loss, discount, log_w)


# Temperature


def bisected(excess, shape, dtype):
    """Where an increasing function of alpha crosses 0, between 1e-4 and 1e4."""
    low, high = np.full(shape, -4.0), np.full(shape, 4.0)
    for _ in range(60):
        middle = (low + high) / 2
        above = excess((10**middle).astype(dtype)) > 0
        low, high = np.where(above, low, middle), np.where(above, middle, high)
    return (10 ** ((low + high) / 2)).astype(dtype)


def state_temperature(q, target, log_w=None):
    return bisected(lambda alpha: boltzmann_entropy(q, alpha, log_w) - target, q.shape[:-1], q.dtype)


def batch_temperature(q, target, log_w=None):
    return bisected(lambda alpha: boltzmann_entropy(q, alpha, log_w).mean() - target, (), q.dtype)


def temperature_dual(q, alpha, target, log_w=None):
    return soft_value(q, alpha, log_w) - np.asarray(alpha, q.dtype) * np.asarray(target, q.dtype)


def dual_gradient(q, alpha, target, log_w=None):
    return boltzmann_entropy(q, alpha, log_w) - np.asarray(target, q.dtype)


def dual_step(alpha, entropy, target, rate):
    return np.exp(np.log(alpha) - rate * (entropy - target))


def linear_dual_step(alpha, entropy, target, rate):
    return np.maximum(alpha - rate * (entropy - target), 0)


# Equivalences: gradients written out, not differentiated


def soft_q_gradient(q, target, alpha, log_w=None):
    return probabilities(boltzmann_log_policy(q, alpha, log_w), log_w) * (q - target)


def regularised(q, target, alpha, log_w):
    """Chances, Q̂ - α log π, and the value of that."""
    log_pi = boltzmann_log_policy(q, alpha, log_w)
    gain = target - temperature(alpha, q) * np.where(np.isneginf(log_pi), 0, log_pi)
    chance = probabilities(log_pi, log_w)
    return chance, gain, expected(chance, gain)


def policy_gradient(q, target, alpha, log_w=None):
    chance, gain, value = regularised(q, target, alpha, log_w)
    return chance * (gain - value[..., None]) / temperature(alpha, q)


def value_gradient(q, target, alpha, log_w=None):
    chance, _, value = regularised(q, target, alpha, log_w)
    return chance * (soft_value(q, alpha, log_w) - value)[..., None]


def munchausen_backup(transition, reward, discount, q, alpha, share, log_w=None):
    bonus = share * temperature(alpha, q) * boltzmann_log_policy(q, alpha, log_w)
    return optimality_backup(transition, reward, discount, q, alpha, log_w) + np.where(np.isneginf(bonus), 0, bonus)


def kl_regularised_backup(transition, reward, discount, q, log_prior, alpha, share, log_w=None):
    tilted = q + share * temperature(alpha, q) * log_prior
    return optimality_backup(transition, reward, discount, tilted.astype(q.dtype), alpha, log_w)


EULER = 0.5772156649015329


def logit_choice_q(transition, reward, discount, alpha):
    v = np.zeros_like(reward)
    for _ in range(SWEEPS):
        best = soft_value(v, alpha) + np.asarray(alpha * EULER, v.dtype)
        v = reward + expected_next(transition, discount, best)
    return v


# Whole systems: a sampler, targets of replayed transitions, a tabular agent


def gumbel(seed, shape):
    return np.random.default_rng(int(seed)).gumbel(size=shape)


def sample_actions(seed, count, q, alpha, log_w=None):
    """Gumbel-max."""
    return np.argmax(log_masses(q, alpha, log_w) + gumbel(seed, (int(count), *q.shape)), axis=-1)


def sample_box_actions(seed, count, centre, height, width, alpha, weight=None):
    """By a fine grid: a cell with the chance of its middle, and a place in it. `weight` multiplies the density."""
    rng, d = np.random.default_rng(int(seed)), centre.shape[1]
    n = 3_600 if d == 1 else 240
    middles = -1 + (2 * np.arange(n) + 1) / n
    cells = np.stack(np.meshgrid(*[middles] * d, indexing="ij"), axis=-1).reshape(-1, d)
    square = np.sum(np.square(cells[:, None] - centre), axis=-1)
    mass = np.exp(np.exp(-square / (2 * width**2)) @ height / alpha)
    mass = np.cumsum(mass if weight is None else mass * weight(cells))
    chosen = np.searchsorted(mass / mass[-1], rng.random(count), side="right")
    return cells[np.minimum(chosen, len(cells) - 1)] + (2 * rng.random((count, d)) - 1) / n


def langevin_draws(seed, count, curvature, alpha, step, steps):
    rng, action = np.random.default_rng(int(seed)), np.zeros(count)
    for _ in range(steps):
        action = langevin_step(action[:, None], -curvature * action[:, None], alpha, step, rng.normal(size=(count, 1)))
        action = action[:, 0]
    return action


def replay_target(reward, terminated, truncated, next_v, gamma):
    return soft_q_target(reward, gamma * (1 - np.asarray(terminated, next_v.dtype)), next_v)


def autoreset_target(reward, terminated, truncated, final_v, reset_v, gamma):
    return replay_target(reward, terminated, truncated, final_v, gamma)


ALPHA, GAMMA, RATE = 0.5, 0.9, 0.1
REWARD = np.array([[0.0, 1.0], [0.5, -1.0], [2.0, 0.0]])
GOES_TO = np.array([[1, 2], [2, 0], [0, 1]])


def agent_init(seed):
    """A state of a tabular agent: a seed and a count instead of a generator, so that it is plain data."""
    q = np.random.default_rng([int(seed), 0]).normal(size=(3, 2))
    return {"seed": np.int64(seed), "steps": np.int64(0), "at": np.int64(0), "q": q}


def agent_step(state):
    rng = np.random.default_rng([int(state["seed"]), 1, int(state["steps"])])
    at, q = state["at"], state["q"].copy()
    action = np.argmax(q[at] / ALPHA + rng.gumbel(size=2))
    then = GOES_TO[at, action]
    target = REWARD[at, action] + GAMMA * soft_value(q[then], ALPHA)
    q[at, action] += RATE * (target - q[at, action])
    return {"seed": state["seed"], "steps": state["steps"] + 1, "at": np.int64(then), "q": q}


def agent_params(state):
    return {"q": state["q"]}


def agent_lanes(seeds, steps, init=agent_init, step=agent_step):
    tables = []
    for seed in seeds:
        state = init(seed)
        for _ in range(steps):
            state = step(state)
        tables.append(state["q"])
    return {"q": np.stack(tables)}


def agent_restore(state):
    """Through a file in memory."""
    file = io.BytesIO()
    np.savez(file, **state)
    file.seek(0)
    with np.load(file) as saved:
        return {name: saved[name][()] for name in saved.files}
