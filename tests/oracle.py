"""The truth: every operator and its first derivatives as Arb balls, one row at a time.

Room: real numbers with a proven radius (python-flint). A row is `q [A]`, a scalar `alpha > 0`, `log_w [A]`
(-inf masks a slot, whatever `q` holds there). `truth` and its siblings take batches and answer arrays of
`Exact`: two doubles and an exponent, good for 100 bits; `err_ulp` measures against them in NumPy.

The formulas here are the textbook's, on purpose: no gaps, no cases. Cancellation is paid for with precision:
every result is recomputed until its ball is relatively thinner than 2^-110.
An exponential below exp(-8000) and a result below 2^-6000 count as 0: no float format could tell.
Imports: numpy, python-flint. Never softql.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain
from typing import NamedTuple

import numpy as np
from flint import arb, ctx

#: significant bits, least and greatest exponent of a normal number
FORMATS = {
    "float64": (53, -1022, 1023),
    "float32": (24, -126, 127),
    "bfloat16": (8, -126, 127),
    "float16": (11, -14, 15),
}
BITS = 110
START, LIMIT = 192, 200_000
ZERO = arb(0)
NOTHING = arb(2) ** -6000


# ---------------------------------------------------------------- real numbers as arrays


class Exact(NamedTuple):
    """Real numbers `(hi + lo) 2^exp`: float64, float64, int arrays of one shape; hi may be 0 or infinite."""

    hi: np.ndarray
    lo: np.ndarray
    exp: np.ndarray

    def __getitem__(self, index):  # type: ignore[override]
        return Exact(*(np.asarray(tuple.__getitem__(self, k))[index] for k in range(3)))

    @property
    def shape(self):
        return self.hi.shape

    def nearest(self) -> np.ndarray:
        """The numbers as float64."""
        return np.ldexp(self.hi, self.exp)


def _parts(x: arb | float) -> tuple[float, float, int]:
    """One real number as (hi, lo, exp)."""
    if not isinstance(x, arb):
        return float(x), 0.0, 0
    hi = float(x)
    if 1e-250 < abs(hi) < 1e300:
        return hi, float(x - hi), 0
    if x.contains(0):
        return 0.0, 0.0, 0
    mantissa, last = x.mid().man_exp()
    exponent = int(last) + int(mantissa).bit_length()
    x = x.mid() * arb(2) ** (-exponent)
    return float(x), float(x - float(x)), exponent


def exact(values, shape=None) -> Exact:
    """An Exact array from a list of balls and floats."""
    with ctx.workprec(2 * START):
        parts = [_parts(x) for x in values]
    out = (np.array([p[k] for p in parts], (float, float, int)[k]) for k in range(3))
    return Exact(*(a.reshape(shape if shape is not None else (len(parts),)) for a in out))


def _format(dtype) -> tuple[int, int, int]:
    return FORMATS[np.dtype(dtype).name if not isinstance(dtype, str) else dtype]


def exponent(x: Exact) -> np.ndarray:
    """floor(log2 |x|), and -10^6 for 0."""
    mantissa, e = np.frexp(x.hi)
    below = (np.abs(mantissa) == 0.5) & (np.sign(x.hi) * np.sign(x.lo) < 0)  # hi was rounded up to the power of two
    return np.where(x.hi == 0, -(10**6), e - 1 - below + x.exp)


def err_ulp(computed, true: Exact, dtype) -> np.ndarray:
    """|computed - true| in units in the last place of `true` in `dtype` (below the normals: their least).

    A correctly rounded result has an error of at most 0.5. A wrong NaN or infinity has the error inf; an
    infinity where the truth rounds to it has the error 0.
    """
    p, least, most = _format(dtype)
    c = np.broadcast_to(np.asarray(computed).astype(np.float64), true.shape)
    finite = np.isfinite(true.hi)
    shown = Exact(np.where(finite, true.hi, 0), np.where(finite, true.lo, 0), true.exp)
    ulp = np.clip(exponent(shown), least, most) - (p - 1)
    with np.errstate(all="ignore"):
        difference = (np.ldexp(c, -shown.exp) - shown.hi) - shown.lo
        error = np.ldexp(np.abs(difference), np.clip(shown.exp - ulp, -4000, 4000))
        ceiling = np.ldexp(1.0, most - shown.exp) * (2 - 2.0**-p)  # rounds to infinity from here on
        overflow = (np.abs(shown.hi) >= ceiling) & (np.sign(c) == np.sign(shown.hi))
    error = np.where(np.isinf(c), np.where(overflow, 0.0, np.inf), error)
    error = np.where(finite, error, np.where(c == true.hi, 0.0, np.inf))
    return np.where(np.isnan(c), np.where(np.isnan(true.hi), 0.0, np.inf), error)


def in_range(true: Exact, least: int) -> np.ndarray:
    """True where the value is 0, infinite or at least 2^least: below, no promise is made."""
    return (exponent(true) >= least) | (true.hi == 0) | ~np.isfinite(true.hi)


# ---------------------------------------------------------------- balls


def adaptive(compute: Callable[[], list], start: int = START) -> list:
    """Run `compute` at growing precision until every ball it returns has BITS good bits (or is exact)."""
    before = ctx.prec
    try:
        ctx.prec = start
        while True:
            out = compute()
            if all(_settled(v) for v in out):
                return out
            if ctx.prec > LIMIT:
                raise RuntimeError("the oracle found no precision at which every result is known")
            ctx.prec *= 3
    finally:
        ctx.prec = before


def known(compute: Callable[..., arb | float], *arguments) -> arb | float:
    """One number, `compute(*arguments)`, at the precision it needs."""
    return adaptive(lambda: [compute(*arguments)])[0]


def _settled(v) -> bool:
    return not isinstance(v, arb) or v.is_exact() or v.rel_accuracy_bits() >= BITS or abs(v) < NOTHING


def _exp(x: arb) -> arb:
    return ZERO if x < -8000 else x.exp()


def _sum(terms: Iterable) -> arb:
    return sum(terms, ZERO)


def _kept(q, log_w) -> list[int]:
    """The slots that take part: not masked, and Q above -inf."""
    return [i for i in range(len(q)) if log_w[i] != -math.inf and q[i] != -math.inf]


@dataclass
class Row:
    """The Boltzmann policy of one row, restricted to the slots that take part.

    V = alpha log sum_a w_a exp(Q_a/alpha);  log pi = (Q - V)/alpha, against w;  mass = w pi;
    H = -sum mass log pi;  rest_of_mass = 1 - mass;  gap = (Q_top - Q)/alpha, where top has the most mass:
    exactly 0 there, so that exact zeros stay exact.
    """

    q: list
    alpha: arb
    log_w: list
    value: arb
    advantage: list
    log_policy: list
    policy: list
    mass: list
    rest_of_mass: list
    gap: list
    entropy: arb

    @staticmethod
    def of(q, alpha, log_w) -> Row:
        q, alpha, log_w = [arb(x) for x in q], arb(alpha), [arb(x) for x in log_w]
        x = [a / alpha + lw for a, lw in zip(q, log_w)]
        top = max(range(len(x)), key=lambda i: x[i].mid())
        e = [_exp(v - x[top]) for v in x]
        rest = _sum(e[i] for i in range(len(e)) if i != top)
        tail = rest.log1p()
        value = q[top] + alpha * (log_w[top] + tail)
        gap = [(q[top] - a) / alpha for a in q]
        log_policy = [-g - (log_w[top] + tail) for g in gap]
        mass = [v / (1 + rest) for v in e]
        others = [(rest if i == top else 1 + rest - e[i]) / (1 + rest) for i in range(len(e))]
        entropy = log_w[top] + tail + _sum(m * g for m, g in zip(mass, gap))
        policy = [_exp(v) for v in log_policy]
        return Row(
            q,
            alpha,
            log_w,
            value,
            [alpha * v for v in log_policy],
            log_policy,
            policy,
            mass,
            others,
            gap,
            entropy,
        )

    def mean(self, values) -> arb:
        """E_mass[values]."""
        return _sum(m * v for m, v in zip(self.mass, values))

    def surprise(self) -> list:
        """-(log pi + H) = (E Q - Q)/alpha: the centred gap."""
        centre = self.mean(self.gap)
        return [g - centre for g in self.gap]

    def variance(self) -> arb:
        """Var_mass(Q/alpha)."""
        return self.mean([s * s for s in self.surprise()])


def _row_arguments(q, alpha, log_w):
    q = np.asarray(q, np.float64)
    alpha = np.broadcast_to(np.asarray(alpha, np.float64), q.shape[:-1])
    log_w = np.zeros(q.shape) if log_w is None else np.broadcast_to(np.asarray(log_w, np.float64), q.shape)
    rows = math.prod(q.shape[:-1])
    return q, q.reshape(rows, -1).tolist(), alpha.reshape(rows).tolist(), log_w.reshape(rows, -1).tolist()


def _gather(rows: list[dict[str, list]], shapes: dict[str, tuple]) -> dict[str, Exact]:
    return {name: exact([v for row in rows for v in row[name]], shape) for name, shape in shapes.items()}


def _spread(values: list, kept: list[int], n: int, fill: float) -> list:
    """Values of the kept slots, put back into n slots."""
    out: list = [fill] * n
    for i, v in zip(kept, values):
        out[i] = v
    return out


def _flat(kept: list[int], n: int, matrix: list[list]) -> list:
    """A kept x kept matrix, put back into n x n slots."""
    out = [_spread(row, kept, n, 0.0) for row in matrix]
    return [v for row in _spread(out, kept, n, [0.0] * n) for v in row]  # type: ignore[arg-type]


# ---------------------------------------------------------------- the operators of (q, alpha, log_w)

SCALARS = ("value", "entropy", "mellowmax", "d2_value_dalpha2")
VECTORS = {
    "log_policy": -math.inf,
    "policy": 0.0,
    "advantage": -math.inf,
    "mass": 0.0,
    "hessian_diagonal": 0.0,
}


def _mellowmax(q, alpha) -> arb:
    """alpha log mean exp(Q/alpha), over the slots given (counting measure)."""
    top = max(q, key=lambda v: v.mid())
    return top + alpha * (_sum(_exp((a - top) / alpha) for a in q) / len(q)).log()


def row_truth(q, alpha, log_w) -> dict[str, list]:
    """Every operator of one row, as balls (see `truth`)."""
    n, kept = len(q), _kept(q, log_w)
    if not kept:
        empty = {"value": [-math.inf], "entropy": [0.0], "mellowmax": [-math.inf], "d2_value_dalpha2": [0.0]}
        return empty | {name: [fill] * n for name, fill in VECTORS.items()}
    qs, ws = [q[i] for i in kept], [log_w[i] for i in kept]
    tied = len(set(qs)) == 1

    def compute() -> list:
        row = Row.of(qs, alpha, ws)
        mellow = row.q[0] if tied else _mellowmax(row.q, row.alpha)
        hessian = [m * o / row.alpha for m, o in zip(row.mass, row.rest_of_mass)]
        scalars = [row.value, row.entropy, mellow, ZERO if tied else row.variance() / row.alpha]
        return scalars + row.log_policy + row.policy + row.advantage + row.mass + hessian

    out, k = adaptive(compute), len(kept)
    answer = {name: [out[i]] for i, name in enumerate(SCALARS)}
    for j, (name, fill) in enumerate(VECTORS.items()):
        answer[name] = _spread(out[len(SCALARS) + j * k : len(SCALARS) + (j + 1) * k], kept, n, fill)
    return answer


def truth(q, alpha, log_w=None) -> dict[str, Exact]:
    """Every operator of `q [*b, A]`, `alpha [*b]`, `log_w [A] or [*b, A]`, for finite Q and 0 < alpha < inf.

    Names: value, entropy, mellowmax (counting measure on the slots that take part), d2_value_dalpha2
    `[*b]`; log_policy, policy, advantage, mass (= dV/dQ), hessian_diagonal (of V in Q) `[*b, A]`.

    >>> float(truth([[0.0, 0.0]], 1.0)["value"].hi[0])
    0.6931471805599453
    """
    array, qs, alphas, ws = _row_arguments(q, alpha, log_w)
    rows = [row_truth(*r) for r in zip(qs, alphas, ws)]
    lead = array.shape[:-1]
    return _gather(rows, dict.fromkeys(SCALARS, lead) | dict.fromkeys(VECTORS, array.shape))


# ---------------------------------------------------------------- first derivatives

#: name -> letters of its last axes: "" scalar, "a" vector over j, "aa" matrix [output i, input j]
DERIVATIVES = {
    "d_value_dq": "a", "d_value_dalpha": "", "d_value_dlog_w": "a",
    "d_log_policy_dq": "aa", "d_log_policy_dalpha": "a", "d_log_policy_dlog_w": "aa",
    "d_policy_dq": "aa", "d_policy_dalpha": "a", "d_policy_dlog_w": "aa",
    "d_advantage_dq": "aa", "d_advantage_dalpha": "a", "d_advantage_dlog_w": "aa",
    "d_entropy_dq": "a", "d_entropy_dalpha": "", "d_entropy_dlog_w": "a",
    "d_mellowmax_dq": "a", "d_mellowmax_dalpha": "",
}  # fmt: skip


def _derivatives(qs, alpha, ws) -> dict[str, list]:
    """Closed forms on the slots that take part, x = Q/alpha + log_w, p = mass."""
    row, flat = Row.of(qs, alpha, ws), Row.of(qs, alpha, [0.0] * len(qs))
    p, alpha, s = row.mass, row.alpha, row.surprise()
    n = range(len(p))
    step = [[row.rest_of_mass[j] if i == j else -p[j] for j in n] for i in n]  # alpha d log pi_i / d Q_j
    down = [[-p[j] for j in n] for _ in n]
    tied = len(set(qs)) == 1
    slope = ZERO if tied else row.variance() / alpha
    return {
        "d_value_dq": p, "d_value_dalpha": [row.entropy], "d_value_dlog_w": [alpha * v for v in p],
        "d_log_policy_dq": [[v / alpha for v in r] for r in step],
        "d_log_policy_dalpha": [v / alpha for v in s],
        "d_log_policy_dlog_w": down,
        "d_policy_dq": [[pi * v / alpha for v in r] for pi, r in zip(row.policy, step)],
        "d_policy_dalpha": [pi * v / alpha for pi, v in zip(row.policy, s)],
        "d_policy_dlog_w": [[pi * v for v in r] for pi, r in zip(row.policy, down)],
        "d_advantage_dq": step, "d_advantage_dalpha": [-row.entropy] * len(p),
        "d_advantage_dlog_w": [[alpha * v for v in r] for r in down],
        "d_entropy_dq": [ZERO if tied else a * b / alpha for a, b in zip(p, s)],
        "d_entropy_dalpha": [slope],
        "d_entropy_dlog_w": [a * (1 + b) for a, b in zip(p, s)],
        "d_mellowmax_dq": flat.mass,
        "d_mellowmax_dalpha": [ZERO if tied else flat.entropy - arb(len(p)).log()],
    }  # fmt: skip


def _flatten(values: list) -> list:
    return list(chain(*values)) if isinstance(values[0], list) else values


def row_derivatives(q, alpha, log_w) -> dict[str, list]:
    """First derivatives of one row, as flat lists of balls; 0 at slots that take no part."""
    n, kept = len(q), _kept(q, log_w)
    if not kept:
        return {name: [0.0] * n ** len(axes) for name, axes in DERIVATIVES.items()}
    names: dict[str, list] = {}

    def compute() -> list:
        names.update(_derivatives([q[i] for i in kept], alpha, [log_w[i] for i in kept]))
        return [v for name in DERIVATIVES for v in _flatten(names[name])]

    adaptive(compute)
    spread = {"": lambda v: v, "a": lambda v: _spread(v, kept, n, 0.0), "aa": lambda v: _flat(kept, n, v)}
    return {name: spread[axes](names[name]) for name, axes in DERIVATIVES.items()}


def derivatives(q, alpha, log_w=None) -> dict[str, Exact]:
    """First derivatives of value, log_policy, policy, advantage, entropy, mellowmax: see DERIVATIVES.

    Matrices are `[*b, output, input]`. Derivatives at masked slots are 0.
    """
    array, qs, alphas, ws = _row_arguments(q, alpha, log_w)
    rows = [row_derivatives(*r) for r in zip(qs, alphas, ws)]
    lead, n = array.shape[:-1], array.shape[-1]
    return _gather(rows, {name: lead + (n,) * len(axes) for name, axes in DERIVATIVES.items()})


# ---------------------------------------------------------------- divergences


def row_boltzmann_kl(q1, alpha1, q2, alpha2, log_w) -> arb | float:
    """KL(pi_1 || pi_2) of two Boltzmann policies on one row: sum mass_1 (log pi_1 - log pi_2)."""
    kept = [i for i in _kept(q1, log_w) if q2[i] != -math.inf]
    if len(kept) < len(_kept(q1, log_w)):
        return math.inf
    if not kept or _same_policy([q1[i] for i in kept], alpha1, [q2[i] for i in kept], alpha2):
        return 0.0
    kept2 = _kept(q2, log_w)

    def compute() -> list:
        one = Row.of([q1[i] for i in kept], alpha1, [log_w[i] for i in kept])
        two = Row.of([q2[i] for i in kept2], alpha2, [log_w[i] for i in kept2])
        log_two = dict(zip(kept2, two.log_policy))
        return [_sum(m * (a - log_two[i]) for i, m, a in zip(kept, one.mass, one.log_policy))]

    return adaptive(compute)[0]


def _same_policy(q1, alpha1, q2, alpha2) -> bool:
    """True where Q1/alpha1 - Q2/alpha2 is one constant: the divergence is 0."""
    a1, a2 = Fraction(alpha1), Fraction(alpha2)
    return len({Fraction(x) * a2 - Fraction(y) * a1 for x, y in zip(q1, q2)}) == 1


def boltzmann_kl(q1, alpha1, q2, alpha2, log_w=None) -> Exact:
    """KL of the Boltzmann policies of `q1, alpha1` and `q2, alpha2`: `[*b]`."""
    array, qs1, alphas1, ws = _row_arguments(q1, alpha1, log_w)
    _, qs2, alphas2, _ = _row_arguments(q2, alpha2, log_w)
    return exact([row_boltzmann_kl(*r) for r in zip(qs1, alphas1, qs2, alphas2, ws)], array.shape[:-1])


# ---------------------------------------------------------------- operators of a given log-policy


def _weighted(log_pi, log_w) -> list[tuple[int, arb]]:
    """(slot, w pi) for the slots with mass; literal: `log_pi` need not be normalised."""
    kept = [i for i in range(len(log_pi)) if log_w[i] != -math.inf and log_pi[i] != -math.inf]
    return [(i, _exp(arb(log_pi[i]) + arb(log_w[i]))) for i in kept]


def _per_row(compute: Callable[..., arb | float], log_pi, log_w, *others) -> Exact:
    array, pis, _, ws = _row_arguments(log_pi, 1.0, log_w)
    rows = math.prod(array.shape[:-1])
    extra = [np.broadcast_to(np.asarray(o, np.float64), s).reshape(rows, -1).tolist() for o, s in others]
    return exact([known(compute, *r) for r in zip(pis, ws, *extra)], array.shape[:-1])


def _row_kl(log_p, log_w, log_q) -> arb | float:
    terms = _weighted(log_p, log_w)
    if any(log_q[i] == -math.inf for i, _ in terms):
        return math.inf
    return _sum(m * (arb(log_p[i]) - arb(log_q[i])) for i, m in terms)


def _row_generalised_kl(log_p, log_w, log_q) -> arb | float:
    p, q = _weighted(log_p, log_w), _weighted(log_q, log_w)
    if all(log_p[i] == log_q[i] for i, _ in p + q):
        return 0.0
    return _row_kl(log_p, log_w, log_q) - _sum(m for _, m in p) + _sum(m for _, m in q)


def entropy(log_pi, log_w=None) -> Exact:
    """-sum w pi log pi, literally, of `log_pi [*b, A]`."""
    return _per_row(lambda lp, lw: _sum(-m * arb(lp[i]) for i, m in _weighted(lp, lw)), log_pi, log_w)


def kl_divergence(log_p, log_q, log_w=None, generalised=False) -> Exact:
    """sum w p (log p - log q), literally; generalised: sum w (p (log p - log q) - p + q)."""
    row = _row_generalised_kl if generalised else _row_kl
    return _per_row(row, log_p, log_w, (log_q, np.shape(log_p)))


def policy_value(log_pi, q, alpha, log_w=None) -> Exact:
    """E_pi[Q - alpha log pi], literally."""

    def compute(lp, lw, q, alpha):
        return _sum(m * (arb(q[i]) - arb(alpha[0]) * arb(lp[i])) for i, m in _weighted(lp, lw))

    shape = np.shape(log_pi)
    return _per_row(compute, log_pi, log_w, (q, shape), (np.asarray(alpha)[..., None], shape))


def kl_to_boltzmann(log_pi, q, alpha, log_w=None) -> Exact:
    """KL(pi || pi_Q) = sum w pi (log pi - log pi_Q), literally in `log_pi`."""

    def compute(lp, lw, q, alpha):
        kept = _kept(q, lw)
        boltzmann = Row.of([q[i] for i in kept], alpha[0], [lw[i] for i in kept])
        log_two = dict(zip(kept, boltzmann.log_policy))
        terms = _weighted(lp, lw)
        if any(i not in log_two for i, _ in terms):
            return math.inf
        return _sum(m * (arb(lp[i]) - log_two[i]) for i, m in terms)

    shape = np.shape(log_pi)
    return _per_row(compute, log_pi, log_w, (q, shape), (np.asarray(alpha)[..., None], shape))


def importance_value(q, alpha, log_proposal) -> Exact:
    """alpha log mean_n exp(Q_n/alpha - log_proposal_n): the value of the samples with w = 1/(N proposal)."""

    def compute(q, _, alpha, log_proposal):
        x = [arb(a) / arb(alpha[0]) - arb(lp) for a, lp in zip(q, log_proposal)]
        top = max(x, key=lambda v: v.mid())
        return arb(alpha[0]) * (top + (_sum(_exp(v - top) for v in x) / len(x)).log())

    shape = np.shape(q)
    return _per_row(compute, q, None, (np.asarray(alpha)[..., None], shape), (log_proposal, shape))


def target(reward, discount, next_value) -> Exact:
    """r + discount V(s') of floats; r alone where discount is 0 (V may be -inf there)."""
    reward, discount, next_value = np.broadcast_arrays(
        *(np.asarray(x, np.float64) for x in (reward, discount, next_value))
    )

    def compute(r, d, v):
        return arb(r) + (arb(d) * arb(v) if d else ZERO)

    rows = zip(reward.ravel().tolist(), discount.ravel().tolist(), next_value.ravel().tolist())
    return exact([known(compute, *r) for r in rows], reward.shape)


def optimality_target(reward, discount, next_q, alpha, log_w=None) -> Exact:
    """r + discount alpha log sum_a w_a exp(Q_a/alpha), rounded nowhere inside."""
    array, qs, alphas, ws = _row_arguments(next_q, alpha, log_w)
    lead = array.shape[:-1]
    r, d = (np.broadcast_to(np.asarray(x, np.float64), lead).ravel().tolist() for x in (reward, discount))

    def row(i: int) -> arb | float:
        kept = _kept(qs[i], ws[i])
        if d[i] == 0:
            return r[i]
        if not kept:
            return -math.inf
        q, w = [qs[i][k] for k in kept], [ws[i][k] for k in kept]
        return known(lambda: arb(r[i]) + arb(d[i]) * Row.of(q, alphas[i], w).value)

    return exact([row(i) for i in range(len(qs))], lead)
