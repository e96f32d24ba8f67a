"""The other first derivatives: the oracle's against numerical ones by mpmath, softql's against the oracle's."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import mpmath as mp
import numpy as np
import oracle
import pytest
import regimes
import slopes
from goals import PAIRS, least
from test_oracle import DIGITS, close, log_policy, numbers, slope, value, with_entry

import softql

ROWS = 40
#: name -> the largest error of a first derivative, in ulp of the largest entry or term of its row
LIMITS = {"boltzmann_kl": 7, "kl_divergence": 5, "log_partition": 4, "policy_value": 3, "entropy": 3}


def kl(q1, a1, q2, a2, w):
    logs = [(log_policy(q1, a1, w, i), log_policy(q2, a2, w, i), x) for i, x in enumerate(w)]
    return mp.fsum(mp.exp(a + x) * (a - b) for a, b, x in logs)


def divergence(log_p, log_q, w):
    return mp.fsum(
        mp.exp(a + x) * (a - b) - mp.exp(a + x) + mp.exp(b + x) for a, b, x in zip(log_p, log_q, w, strict=True)
    )


#: oracle -> the textbook's formula in mpmath, and the softql function
FORMULAS = {
    "log_partition": (lambda q, a, w: value(q, a, w) / a, softql.log_partition),
    "boltzmann_kl": (kl, softql.boltzmann_kl),
    "policy_value": (
        lambda lp, q, a, w: mp.fsum(mp.exp(x + y) * (b - a * x) for x, b, y in zip(lp, q, w, strict=True)),
        softql.policy_value,
    ),
    "entropy": (lambda lp, w: -mp.fsum(mp.exp(x + y) * x for x, y in zip(lp, w, strict=True)), softql.entropy),
    "kl_divergence": (divergence, softql.kl_divergence),
}


def arguments(name, case, other):
    """Arguments of a function, from two cases with the same weights, which may be masks."""
    log_w = np.zeros_like(case.q) if case.log_w is None else case.log_w
    log_pi, log_other = (np.asarray(softql.boltzmann_log_policy(c.q, c.alpha, log_w)) for c in (case, other))
    return {
        "log_partition": (case.q, case.alpha, log_w),
        "boltzmann_kl": (case.q, case.alpha, other.q, other.alpha, log_w),
        "policy_value": (log_other, case.q, case.alpha, log_w),
        "entropy": (log_pi, log_w),
        "kl_divergence": (log_pi, log_other, log_w),
    }[name]


@pytest.mark.parametrize("name", FORMULAS)
@pytest.mark.parametrize("letter", ["T", "D", "Z", "S"])
def test_the_oracle_agrees_with_numerical_ones(name, letter):
    case = regimes.regime(letter, 2, np.float64, actions=3, seed=5)
    case = case._replace(log_w=np.array([[0.0, 1.5, -2.0], [3.0, -1.0, 0.0]]))
    other = case._replace(q=case.q[:, ::-1].copy(), alpha=case.alpha * 3)
    given = arguments(name, case, other)
    true = getattr(slopes, name)(*given)
    with mp.workdps(DIGITS):
        for row in range(2):
            exact = [[mp.mpf(float(y)) for y in x[row]] if x[row].ndim else mp.mpf(x[row]) for x in given]
            for k, (argument, found) in enumerate(true.items()):

                def along(x, j=None, k=k, exact=exact):
                    moved = with_entry(exact[k], j, x) if j is not None else x
                    return FORMULAS[name][0](*with_entry(exact, k, moved))

                entries = enumerate(exact[k]) if isinstance(exact[k], list) else [(None, exact[k])]
                wanted = [slope(lambda x, j=j, along=along: along(x, j), x) for j, x in entries]
                assert all(close(x, y, 25) for x, y in zip(numbers(found[row]), wanted, strict=True)), argument


def test_the_oracle_knows_equal_policies_and_masks():
    case = regimes.masked(regimes.weighted(regimes.regime("T", 5, np.float64)), poison=0.0)
    same = slopes.boltzmann_kl(case.q, case.alpha, 2 * case.q, 2 * case.alpha, case.log_w)
    assert all((x.hi == 0).all() for x in same.values())
    far = slopes.boltzmann_kl(case.q, case.alpha, 3 * case.q, 2 * case.alpha, case.log_w)
    assert (far["q1"].hi[case.log_w == -np.inf] == 0).all()
    assert (far["q1"].hi[case.log_w > -np.inf] != 0).all()


def worst(name, given):
    """The largest error of each derivative, in ulp of the largest entry or term of its row: where terms of both signs
    make a sum, its last digits are those of the largest."""
    true = getattr(slopes, name)(*given)
    call, places = FORMULAS[name][1], tuple(range(len(given)))
    found = jax.jit(jax.grad(lambda *x: call(*x).sum(), places))(*map(jnp.asarray, given))
    terms, out = largest_terms(name, given, true), {}
    for (argument, exact), computed in zip(true.items(), found, strict=True):
        assert np.isfinite(computed).all(), argument
        own = oracle.exponent(exact)
        size = own if own.ndim == 1 else own.max(-1, keepdims=True)
        if argument in terms:
            size = np.maximum(size, np.frexp(terms[argument].max(-1, keepdims=own.ndim > 1))[1] - 1)
        spacing = np.maximum(own, oracle.FORMATS[computed.dtype.name][1])  # of the true number, or the least there is
        error = oracle.err_ulp(computed, exact, computed.dtype) * 2.0 ** np.clip(spacing - size, -4000, 0)
        inside = (size + coldest(given).reshape(size.shape)) >= least(computed.dtype)
        out[argument] = float(np.where(inside, error, 0).max())
    return out


def coldest(given):
    """The exponent of a temperature below 1: what it divides is to be in range before that, too."""
    alphas = [np.log2(x.astype(np.float64)) for x in given if x.ndim == 1]
    return np.floor(np.minimum.reduce([np.zeros(len(given[0])), *alphas]))


def largest_terms(name, given, true):
    """argument -> the sizes of the terms of which its derivative is the sum, where they can cancel."""
    log_w = given[-1]
    given = [np.where(np.isfinite(x), np.asarray(x, np.float64), 0) for x in given]
    size = {argument: np.abs(x.nearest()) for argument, x in true.items()}
    if name == "log_partition":
        q, alpha, _ = given
        return {"alpha": np.abs(q) * size["q"] / alpha[:, None]}
    if name == "boltzmann_kl":
        q1, alpha1, q2, alpha2, _ = given
        span = [(np.ptp(q, -1) / alpha)[:, None] for q, alpha in ((q1, alpha1), (q2, alpha2))]
        divergence = oracle.boltzmann_kl(q1, alpha1, q2, alpha2, log_w).nearest()
        return {
            "alpha1": size["q1"] * span[0],
            "alpha2": size["q2"] * span[1],
            "log_w": divergence[:, None],
        }
    if name == "policy_value":
        log_pi, q, alpha, _ = given
        heat = alpha[:, None]
        term = size["q"] * (np.abs(q) + heat * np.abs(log_pi) + heat)
        return {"log_pi": term, "log_w": term}
    return {"log_pi": size["log_w"]} if name == "entropy" else {}


#: how two policies come about: far apart, near, equal but for the last digits
COUPLES = {"far": lambda case: (case, case._replace(q=-case.q / 2)), **PAIRS}
MEASURES = {
    "counting": lambda case: case,
    "weighted": regimes.weighted,
    "masked": lambda case: regimes.masked(regimes.weighted(case), poison=0.0),
}


@pytest.mark.parametrize("couple", COUPLES)
@pytest.mark.parametrize("measure", MEASURES)
def test_divergence_of_boltzmann_policies(couple, measure):
    for letter in "TDUONS":
        case = MEASURES[measure](regimes.regime(letter, ROWS))
        found = worst("boltzmann_kl", arguments("boltzmann_kl", *COUPLES[couple](case)))
        assert max(found.values()) <= LIMITS["boltzmann_kl"], (letter, found)


@pytest.mark.parametrize("name", ["log_partition", "policy_value", "entropy", "kl_divergence"])
@pytest.mark.parametrize("measure", MEASURES)
def test_others(name, measure):
    for letter in "TDUONS":
        case = MEASURES[measure](regimes.regime(letter, ROWS))
        found = worst(name, arguments(name, case, regimes.near_pair(case)[1]))
        assert max(found.values()) <= LIMITS[name], (letter, found)


def gaps_beyond_underflow():
    """Rows [64, 5] whose masses reach from 1 to far below the smallest number, and the surprises of their actions."""
    rng = np.random.default_rng(11)
    alpha = np.exp(rng.uniform(-6, 6, 64)).astype(np.float32)
    q = (-rng.uniform(5, 400, (64, 5)) * alpha[:, None]).astype(np.float32)
    q[np.arange(64), rng.integers(0, 5, 64)] = 0
    gap = -q.astype(np.float64) / alpha[:, None]
    p = np.exp(-gap) / np.exp(-gap).sum(-1, keepdims=True)
    return q, alpha, gap, gap - (p * gap).sum(-1, keepdims=True)


@pytest.mark.parametrize("measure", ["counting", "fast", "weighted"])
def test_log_policy_by_temperature_where_masses_underflow(measure):
    q, alpha, gap, surprise = gaps_beyond_underflow()
    more = {"counting": {}, "fast": {"fast": True}, "weighted": {"log_w": np.zeros(5, np.float32)}}[measure]

    def call(q, alpha):
        return softql.boltzmann_log_policy(q, alpha, **more)

    found = np.asarray(jax.jit(jax.vmap(jax.jacfwd(call, 1)))(q, alpha))
    others = gap > 0
    assert (np.exp(-gap[others]) < 1e-45).sum() > 100
    np.testing.assert_allclose(found[others], (surprise / alpha[:, None])[others], rtol=1e-6)
    both = jax.jit(jax.vmap(jax.jacfwd(jax.jacrev(lambda q, a: call(q, a)[0], (0, 1)), (0, 1))))
    (_, by_alpha), (by_q, _) = both(q, alpha)
    np.testing.assert_allclose(by_alpha, by_q, rtol=1e-5, atol=1e-30)


def test_divergence_by_the_second_density_where_the_first_underflows():
    rng = np.random.default_rng(12)
    gap = np.concatenate([rng.uniform(60, 110, 200), rng.uniform(110, 2000, 56)])
    log_p = np.stack([np.zeros_like(gap), -gap], -1).astype(np.float32)
    log_q = np.log(rng.dirichlet([1, 1], 256)).astype(np.float32)
    found = jax.jit(jax.grad(lambda p, q: softql.kl_divergence(p, q).sum(), 1))(log_p, log_q)
    truth = np.exp(log_q.astype(np.float64)) - np.exp(log_p.astype(np.float64))
    np.testing.assert_allclose(found, truth, rtol=1e-6, atol=2e-7)
    to = jax.grad(lambda q, a: softql.kl_to_boltzmann(log_p, q, a).sum(), (0, 1))
    assert all(np.isfinite(x).all() for x in jax.jit(to)(log_q, np.ones(256, np.float32)))


def test_the_value_of_a_sure_policy_bends_as_any_other():
    """At log pi = 0 a second derivative is what it is beside it: p (gain - 2 alpha) along log pi, -p along alpha."""
    log_pi, q, alpha = jnp.array([0.0, -jnp.inf]), jnp.array([1.0, 3.0]), jnp.float32(2)
    bends = jax.jit(jax.jacfwd(jax.grad(softql.policy_value, (0, 1)), (0, 2)))(log_pi, q, alpha)
    np.testing.assert_array_equal(bends[0][0], [[-3, 0], [0, 0]])
    np.testing.assert_array_equal(bends[0][1], [-1, 0])
    np.testing.assert_array_equal(bends[1][0], [[1, 0], [0, 0]])
    assert np.isnan(jax.vmap(softql.policy_value)(log_pi[None], q[None], -alpha[None])).all()
