"""The truth of more first derivatives, as Arb balls: of log Z, of KL between Boltzmann policies, and of what is
computed from given log densities. `oracle.derivatives` has those of the operators of (q, alpha, log_w).

Each answers `Exact` arrays by the name of the argument, in its shape; 0 at slots that take no part.
Imports: numpy, python-flint, oracle. Never softql.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from flint import arb
from oracle import ZERO, Exact, Row, _exp, _kept, _same_policy, _spread, _sum, adaptive, exact

Slopes = dict[str, list]


def log_partition(q, alpha, log_w=None) -> dict[str, Exact]:
    """d log Z: p / alpha, -E[Q] / alpha^2, p."""

    def row(q, alpha, log_w) -> Slopes:
        kept = _kept(q, log_w)
        z = Row.of([q[i] for i in kept], alpha, [log_w[i] for i in kept])
        return {
            "q": _spread([p / z.alpha for p in z.mass], kept, len(q), 0.0),
            "alpha": [-z.mean(z.q) / z.alpha**2],
            "log_w": _spread(z.mass, kept, len(q), 0.0),
        }

    return _rows(row, q=q, alpha=alpha, log_w=_weights(log_w, q))


def boltzmann_kl(q1, alpha1, q2, alpha2, log_w=None) -> dict[str, Exact]:
    """d KL(p || p') with r = log p / p', t and t' the surprises: p (r - KL) / alpha, E[t r] / alpha, (p' - p) / alpha',
    sum (p' - p) t' / alpha', p (r - KL) + p' - p. All are 0 where the policies are one."""

    def row(q1, alpha1, q2, alpha2, log_w) -> Slopes:
        kept, n = _kept(q1, log_w), len(q1)
        assert kept == _kept(q2, log_w), "the divergence is infinite, or changes at once"
        x1, x2, w = ([x[i] for i in kept] for x in (q1, q2, log_w))
        one, two = Row.of(x1, alpha1, w), Row.of(x2, alpha2, w)
        same = _same_policy(x1, alpha1, x2, alpha2)
        ratio = [ZERO if same else a - b for a, b in zip(one.log_policy, two.log_policy)]
        mean = one.mean(ratio)
        pull = [p * (r - mean) for p, r in zip(one.mass, ratio)]
        excess = [ZERO if same else b - a for a, b in zip(one.mass, two.mass)]
        return {
            "q1": _spread([x / one.alpha for x in pull], kept, n, 0.0),
            "alpha1": [_sum(x * t for x, t in zip(pull, one.surprise())) / one.alpha],
            "q2": _spread([x / two.alpha for x in excess], kept, n, 0.0),
            "alpha2": [_sum(x * t for x, t in zip(excess, two.surprise())) / two.alpha],
            "log_w": _spread([a + b for a, b in zip(pull, excess)], kept, n, 0.0),
        }

    return _rows(row, q1=q1, alpha1=alpha1, q2=q2, alpha2=alpha2, log_w=_weights(log_w, q1))


def policy_value(log_pi, q, alpha, log_w=None) -> dict[str, Exact]:
    """d sum m (Q - alpha log pi), m = w pi: m (Q - alpha log pi - alpha), m, -sum m log pi, m (Q - alpha log pi)."""

    def row(log_pi, q, alpha, log_w) -> Slopes:
        m, taken = _masses(log_pi, log_w)
        gain = {i: arb(q[i]) - arb(alpha) * arb(log_pi[i]) for i in taken}
        n = range(len(q))
        return {
            "log_pi": [m[i] * (gain[i] - arb(alpha)) if i in taken else 0.0 for i in n],
            "q": m,
            "alpha": [-_sum(m[i] * arb(log_pi[i]) for i in taken)],
            "log_w": [m[i] * gain[i] if i in taken else 0.0 for i in n],
        }

    return _rows(row, log_pi=log_pi, q=q, alpha=alpha, log_w=_weights(log_w, q))


def entropy(log_pi, log_w=None) -> dict[str, Exact]:
    """d -sum m log pi: -m (log pi + 1), -m log pi."""

    def row(log_pi, log_w) -> Slopes:
        m, taken = _masses(log_pi, log_w)
        n = range(len(m))
        return {
            "log_pi": [-m[i] * (arb(log_pi[i]) + 1) if i in taken else 0.0 for i in n],
            "log_w": [-m[i] * arb(log_pi[i]) if i in taken else 0.0 for i in n],
        }

    return _rows(row, log_pi=log_pi, log_w=_weights(log_w, log_pi))


def kl_divergence(log_p, log_q, log_w=None) -> dict[str, Exact]:
    """d sum w (p log(p / q) - p + q): w p log(p / q), w (q - p), w (p log(p / q) - p + q)."""

    def row(log_p, log_q, log_w) -> Slopes:
        p, in_p = _masses(log_p, log_w)
        q, in_q = _masses(log_q, log_w)
        assert in_p == in_q, "the divergence is infinite, or changes at once"
        n = range(len(p))
        cost = [p[i] * (arb(log_p[i]) - arb(log_q[i])) if i in in_p else 0.0 for i in n]
        excess = [q[i] - p[i] if i in in_p and log_p[i] != log_q[i] else 0.0 for i in n]
        return {"log_p": cost, "log_q": excess, "log_w": [a + b for a, b in zip(cost, excess)]}

    return _rows(row, log_p=log_p, log_q=log_q, log_w=_weights(log_w, log_p))


def _masses(log_pi, log_w) -> tuple[list, set[int]]:
    """w pi, and the slots that are not 0 by construction."""
    taken = {i for i in range(len(log_pi)) if log_pi[i] != -math.inf and log_w[i] != -math.inf}
    return [_exp(arb(log_pi[i]) + arb(log_w[i])) if i in taken else 0.0 for i in range(len(log_pi))], taken


def _weights(log_w, like) -> np.ndarray:
    return np.zeros(np.shape(like)) if log_w is None else np.broadcast_to(log_w, np.shape(like))


def _rows(row: Callable[..., Slopes], **arguments) -> dict[str, Exact]:
    """The slopes of every row: arguments are `[*b, A]` or, the temperatures, `[*b]`."""
    arrays = {name: np.asarray(x, np.float64) for name, x in arguments.items()}
    lead = max((x.shape for x in arrays.values()), key=len)[:-1]
    arrays = {name: np.broadcast_to(x, lead) if x.ndim <= len(lead) else x for name, x in arrays.items()}
    answers: list[Slopes] = []
    for i in np.ndindex(lead):
        one = {name: x[i].tolist() for name, x in arrays.items()}
        found: Slopes = {}

        def compute(one=one, found=found) -> list:
            found.update(row(**one))
            return [v for values in found.values() for v in values]

        adaptive(compute)
        answers.append(found)
    return {
        name: exact([v for answer in answers for v in answer[name]], arrays[name].shape) for name in answers[0]
    }
