"""The oracle has an oracle: mpmath, the textbook's formulas at 1,500 digits, and numerical derivatives."""

from __future__ import annotations

import math

import mpmath as mp
import numpy as np
import oracle
import pytest
import regimes

LETTERS = ["T", "D", "U", "O", "E", "N", "Z", "S"]
MEASURES = {
    "plain": lambda c: c,
    "weighted": regimes.weighted,
    "masked": lambda c: regimes.masked(regimes.weighted(c)),
}
DIGITS = 1500
STEP = "1e-480"


def numbers(true: oracle.Exact) -> list:
    """An Exact array as a flat list of mpmath numbers."""
    parts = zip(*(np.ravel(a).tolist() for a in true), strict=True)
    return [
        (mp.mpf(h) + mp.mpf(lo)) * mp.mpf(2) ** e if math.isfinite(h) else mp.mpf(h) for h, lo, e in parts
    ]


def kept(q, log_w) -> list[int]:
    return [i for i in range(len(q)) if log_w[i] != -math.inf]


def value(q, alpha, log_w):
    """alpha log sum w exp(Q/alpha), shifted by the largest exponent."""
    x = [a / alpha + w for a, w in zip(q, log_w, strict=True)]
    top = max(x)
    return alpha * (top + mp.log(mp.fsum(mp.exp(v - top) for v in x)))


def log_policy(q, alpha, log_w, i):
    return (q[i] - value(q, alpha, log_w)) / alpha


def entropy(q, alpha, log_w):
    logs = [log_policy(q, alpha, log_w, i) for i in range(len(q))]
    return -mp.fsum(mp.exp(lp + w) * lp for lp, w in zip(logs, log_w, strict=True))


def close(a, b, digits=28) -> bool:
    return a == b or abs(a - b) <= mp.mpf(10) ** -digits * abs(b) or max(abs(a), abs(b)) < mp.mpf(10) ** -900


def rows(letter, measure, count):
    case = MEASURES[measure](regimes.regime(letter, count, np.float64, actions=4, seed=5))
    log_w = np.zeros_like(case.q) if case.log_w is None else case.log_w
    for q, alpha, w in zip(case.q, case.alpha, log_w, strict=True):
        use = kept(q, w)
        yield q, alpha, w, use, [mp.mpf(q[i]) for i in use], mp.mpf(alpha), [mp.mpf(w[i]) for i in use]


@pytest.mark.parametrize("measure", MEASURES)
@pytest.mark.parametrize("letter", LETTERS)
def test_operators_agree_with_mpmath(letter, measure):
    with mp.workdps(DIGITS):
        for q, alpha, w, use, qs, a, ws in rows(letter, measure, 4):
            true = oracle.truth(q, alpha, w)
            logs = [log_policy(qs, a, ws, i) for i in range(len(use))]
            flat = [mp.mpf(0)] * len(use)
            expected = {
                "value": [value(qs, a, ws)],
                "entropy": [entropy(qs, a, ws)],
                "mellowmax": [value(qs, a, flat) - a * mp.log(len(use))],
                "log_policy": logs,
                "policy": [mp.exp(v) for v in logs],
                "advantage": [a * v for v in logs],
                "mass": [mp.exp(v + x) for v, x in zip(logs, ws, strict=True)],
            }
            for name, wanted in expected.items():
                found = numbers(true[name])
                found = [found[i] for i in use] if len(found) > 1 else found
                assert all(close(x, y) for x, y in zip(found, wanted, strict=True)), (letter, name)


def slope(f, x):
    """The central difference with a step so small that only rounding at 1,500 digits is left."""
    h = mp.mpf(STEP) * max(abs(x), mp.mpf(1))
    return (f(x + h) - f(x - h)) / (2 * h)


def with_entry(values, j, x):
    return [x if i == j else v for i, v in enumerate(values)]


OUTPUTS = {
    "value": lambda q, a, w, i: value(q, a, w),
    "log_policy": log_policy,
    "policy": lambda q, a, w, i: mp.exp(log_policy(q, a, w, i)),
    "advantage": lambda q, a, w, i: a * log_policy(q, a, w, i),
    "entropy": lambda q, a, w, i: entropy(q, a, w),
    "mellowmax": lambda q, a, w, i: value(q, a, [mp.mpf(0)] * len(q)) - a * mp.log(len(q)),
}


def numerical(name, qs, a, ws, use, n):
    """The derivative of that name by central differences, put back into the shape the oracle has."""
    output, argument = (
        name[2:].split("_d", 1) if "log_policy_d" not in name else ("log_policy", name.split("_d")[-1])
    )
    f = OUTPUTS[output]
    shape = (n,) * len(oracle.DERIVATIVES[name])
    answer = np.full(shape, mp.mpf(0), object)
    outputs = range(len(use)) if output in ("log_policy", "policy", "advantage") else [0]
    for i in outputs:
        lead = (use[i],) if output in ("log_policy", "policy", "advantage") else ()
        if argument == "alpha":
            answer[lead] = slope(lambda x, i=i: f(qs, x, ws, i), a)
            continue
        for j, slot in enumerate(use):
            if argument == "q":
                d = slope(lambda x, i=i, j=j: f(with_entry(qs, j, x), a, ws, i), qs[j])
            else:
                d = slope(lambda x, i=i, j=j: f(qs, a, with_entry(ws, j, x), i), ws[j])
            answer[(*lead, slot)] = d
    return [mp.mpf(v) for v in np.ravel(answer)]


@pytest.mark.parametrize("letter", ["T", "D", "Z", "S"])
@pytest.mark.parametrize("measure", MEASURES)
def test_derivatives_agree_with_numerical_ones(letter, measure):
    with mp.workdps(DIGITS):
        for q, alpha, w, use, qs, a, ws in rows(letter, measure, 1):
            true = oracle.derivatives(q, alpha, w)
            for name in oracle.DERIVATIVES:
                found = numbers(true[name])
                wanted = numerical(name, qs, a, ws, use, len(q))
                assert all(close(x, y, 25) for x, y in zip(found, wanted, strict=True)), name


@pytest.mark.parametrize("letter", ["T", "D", "O", "Z", "S"])
def test_divergence_agrees_with_mpmath(letter):
    case = regimes.weighted(regimes.regime(letter, 6, np.float64, actions=4, seed=6))
    one, two = regimes.near_pair(case, same_alpha=False)
    true = oracle.boltzmann_kl(one.q, one.alpha, two.q, two.alpha, one.log_w)
    with mp.workdps(DIGITS):
        found = numbers(true)
        for k in range(6):
            w = [mp.mpf(x) for x in one.log_w[k]]
            q1, q2 = ([mp.mpf(x) for x in c.q[k]] for c in (one, two))
            a1, a2 = mp.mpf(one.alpha[k]), mp.mpf(two.alpha[k])
            pairs = [(log_policy(q1, a1, w, i), log_policy(q2, a2, w, i), w[i]) for i in range(4)]
            assert close(found[k], mp.fsum(mp.exp(a + x) * (a - b) for a, b, x in pairs))


def test_literal_operators_agree_with_mpmath():
    rng = np.random.default_rng(8)
    lp, lq, w, q = rng.normal(size=(4, 5)) - 1
    with mp.workdps(60):
        P, L, W, Q = ([mp.mpf(x) for x in v] for v in (lp, lq, w, q))
        m = [mp.exp(a + b) for a, b in zip(P, W, strict=True)]
        a = mp.mpf(0.7)
        checks = [
            (oracle.entropy(lp, w), -mp.fdot(m, P)),
            (oracle.kl_divergence(lp, lq, w), mp.fdot(m, P) - mp.fdot(m, L)),
            (oracle.policy_value(lp, q, 0.7, w), mp.fdot(m, Q) - a * mp.fdot(m, P)),
            (
                oracle.kl_to_boltzmann(lp, q, 0.7, w),
                mp.fdot(m, [P[i] - log_policy(Q, a, W, i) for i in range(5)]),
            ),
            (
                oracle.importance_value(q, 0.7, lq),
                a * mp.log(sum(mp.exp(Q[i] / a - L[i]) for i in range(5)) / 5),
            ),
            (oracle.target(lp[0], lp[1], q[0]), P[0] + P[1] * Q[0]),
            (oracle.optimality_target(lp[0], lp[1], q, 0.7, w), P[0] + P[1] * value(Q, a, W)),
        ]
        for found, wanted in checks:
            assert close(numbers(found)[0], wanted)


def test_ties_give_exact_zeros():
    tie = oracle.truth([0.1, 0.1, 0.1], 0.3)
    assert tie["mellowmax"].hi == 0.1
    assert tie["mellowmax"].lo == 0
    assert tie["d2_value_dalpha2"].hi == 0
    one = oracle.truth([np.nan, 0.1], 0.3, [-np.inf, 2.0])
    assert one["entropy"].hi == 2
    assert one["policy"].hi[0] == 0
    assert one["log_policy"].hi[0] == -np.inf
    assert oracle.boltzmann_kl([1.0, 2.0], 1.0, [3.0, 5.0], 2.0).hi == 0
    assert oracle.boltzmann_kl([1.0, 2.0], 1.0, [3.0, 5.0 + 1e-14], 2.0).hi > 0


def test_fully_masked_rows_have_their_documented_answer():
    true = oracle.truth([1.0, 2.0], 1.0, [-np.inf, -np.inf])
    assert true["value"].hi == -np.inf
    assert true["entropy"].hi == 0
    assert (true["policy"].hi == 0).all()
    assert (true["advantage"].hi == -np.inf).all()


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_err_ulp_knows_rounding(dtype):
    case = regimes.regime("D", 40, np.dtype(dtype), seed=3)
    for name in ("entropy", "policy", "log_policy"):
        true = oracle.truth(case.q, case.alpha)[name]
        normal = oracle.exponent(true) >= oracle.FORMATS[dtype][1]
        rounded = np.ldexp(true.hi, true.exp).astype(dtype)
        error = oracle.err_ulp(rounded, true, dtype)
        assert error[normal].max() <= 0.5
        assert error[normal].max() > 0.4
        beside = oracle.err_ulp(np.nextafter(rounded, np.asarray(np.inf, dtype)), true, dtype)
        assert (beside[normal] >= 0.5).all()
        assert (beside[normal] <= 2.5).all()


@pytest.mark.parametrize(
    ("computed", "exponents", "dtype", "error"),
    [
        (np.nan, [0], "float32", np.inf),
        (np.inf, [128], "float32", 0),
        (np.inf, [127], "float32", np.inf),
        (0.0, [-149], "float32", 1),
        (0.0, [-2000], "float64", 2.0 ** (-2000 + 1074)),
        (2.0, [0, 0, 1], "float32", 2.0**22),
        (1.0, [0, -24], "float32", 0.5),
        (1.0, [0, -80], "float32", 2.0**-57),
        (2.0**-1022, [-1022, -1023], "float64", 2.0**51),
    ],
)
def test_err_ulp_at_the_edges(computed, exponents, dtype, error):
    """Against sums of powers of two."""
    with oracle.ctx.workprec(4000):
        true = oracle.exact([sum((oracle.arb(2) ** e for e in exponents), oracle.arb(0))])
    assert oracle.err_ulp([computed], true, dtype)[0] == error


def test_err_ulp_takes_the_finer_spacing_below_a_power_of_two():
    with oracle.ctx.workprec(200):
        true = oracle.exact([1 - oracle.arb(2) ** -80])
    assert oracle.err_ulp([1.0], true, "float32")[0] == 2.0**-56


def test_err_ulp_demands_the_right_infinity():
    true = oracle.exact([-math.inf])
    assert oracle.err_ulp([-np.inf], true, "float32")[0] == 0
    assert oracle.err_ulp([-1e38], true, "float32")[0] == np.inf
    assert oracle.err_ulp([np.inf], true, "float32")[0] == np.inf
