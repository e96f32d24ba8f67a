"""softql.precise in float32: correctly rounded against the oracle, the same bits however it is called.

One batch serves most tests, so that each operator is compiled once without and once with weights.
"""

from __future__ import annotations

import os
import subprocess
import sys
from functools import cache
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import oracle
import pytest
import regimes
from rounding import assert_correctly_rounded, every_pair, every_regime, same_bits

import softql.precise as precise
from softql.precise import check_arithmetic, rules

ROWS = 60  # of each regime
ACTIONS = 6

OPERATORS = {
    "value": precise.soft_value,
    "log_policy": precise.boltzmann_log_policy,
    "policy": precise.boltzmann_policy,
    "advantage": precise.soft_advantage,
    "entropy": precise.boltzmann_entropy,
}


@cache
def batch(weighted):
    """All regimes, and, if weighted, with weights of 1e-30 to 1e30, half of it masked with NaN in the masked slots."""
    return every_regime(ROWS, weighted=weighted)


@cache
def truth(weighted):
    return oracle.truth(*batch(weighted))


@cache
def computed(name, weighted):
    case = batch(weighted)
    return np.asarray(OPERATORS[name](case.q, case.alpha, case.log_w))


@pytest.mark.parametrize("weighted", [False, True], ids=["counting", "weighted"])
@pytest.mark.parametrize("name", OPERATORS)
def test_operators_are_correctly_rounded(name, weighted):
    assert_correctly_rounded(computed(name, weighted), truth(weighted)[name])


def test_results_below_the_promised_range_are_correctly_rounded_too():
    """Subnormal probabilities as well, which XLA's own arithmetic flushes to zero."""
    error = oracle.err_ulp(computed("policy", False), truth(False)["policy"], "float32")
    assert error.max() <= 0.501
    assert ((computed("policy", False) > 0) & (computed("policy", False) < np.finfo(np.float32).tiny)).any()


def test_mellowmax_is_correctly_rounded():
    case = batch(False)
    assert_correctly_rounded(precise.mellowmax(case.q, case.alpha), truth(False)["mellowmax"])


def test_4096_actions():
    case = regimes.regime("4k", 60, seed=11)
    assert_correctly_rounded(precise.soft_value(case.q, case.alpha), oracle.truth(*case)["value"])


def test_divergence_of_boltzmann_policies():
    """Nearly equal ones, with different temperatures in half of the regimes, and far ones."""
    one, two = every_pair(50)
    found = np.asarray(precise.boltzmann_kl(one.q, one.alpha, two.q, two.alpha, one.log_w))
    true = oracle.boltzmann_kl(one.q, one.alpha, two.q, two.alpha, one.log_w)
    assert_correctly_rounded(found, true)
    assert (found >= 0).all()
    assert (np.asarray(precise.boltzmann_kl(one.q, one.alpha, one.q, one.alpha, one.log_w)) == 0).all()


def test_divergence_of_log_densities():
    """The generalised form, of rounded log densities near and far."""
    log_p, log_q = (np.asarray(precise.boltzmann_log_policy(c.q, c.alpha)) for c in regimes.near_pair(batch(False)))
    found = np.asarray(precise.kl_divergence(log_p, log_q))
    assert_correctly_rounded(found, oracle.kl_divergence(log_p, log_q, generalised=True))
    assert (found >= 0).all()


# The same bits -------------------------------------------------------------------------------------------------------


def of_q(q):
    """Values that mellowmax, which has no masks, can take."""
    return jnp.nan_to_num(q)


def densities(q):
    """Two log densities, some far apart."""
    return jnp.clip(q, -50, 0), jnp.clip(2 * q, -20, 0)


#: every operator as a function of one case, of rows as of single actions
EVERY = OPERATORS | {
    "mellowmax": lambda q, alpha, log_w: precise.mellowmax(of_q(q), alpha),
    "boltzmann_kl": lambda q, alpha, log_w: precise.boltzmann_kl(q, alpha, q, 1.5 * alpha, log_w),
    "kl_divergence": lambda q, alpha, log_w: precise.kl_divergence(*densities(q), log_w),
}
POWER = {"value": 1, "advantage": 1, "mellowmax": 1}


@cache
def answers(name):
    return np.asarray(EVERY[name](*map(jnp.asarray, batch(True))))


@pytest.mark.parametrize("name", EVERY)
def test_permuting_the_actions_permutes_the_bits(name):
    case, wanted = batch(True), answers(name)
    order = np.random.default_rng(1).permuted(np.tile(np.arange(ACTIONS), (len(case.q), 1)), axis=1)
    q, log_w = (np.take_along_axis(x, order, 1) for x in (case.q, case.log_w))
    wanted = np.take_along_axis(wanted, order, 1) if wanted.ndim == 2 else wanted
    assert same_bits(EVERY[name](jnp.asarray(q), jnp.asarray(case.alpha), jnp.asarray(log_w)), wanted)


@pytest.mark.parametrize("name", sorted(set(EVERY) - {"kl_divergence"}))
def test_powers_of_two_pass_through(name):
    case = regimes.weighted(regimes.regime("T", len(batch(True).q), seed=2))
    plain = np.asarray(EVERY[name](*map(jnp.asarray, case)))
    for scale in (np.float32(2.0**-20), np.float32(2.0**20)):
        scaled = EVERY[name](jnp.asarray(case.q * scale), jnp.asarray(case.alpha * scale), jnp.asarray(case.log_w))
        assert same_bits(scaled, plain * scale ** POWER.get(name, 0))


@pytest.mark.parametrize("name", ["policy", "log_policy", "advantage", "entropy", "boltzmann_kl"])
def test_exact_shifts_leave_the_bits_alone(name):
    rng = np.random.default_rng(3)
    case = regimes.weighted(regimes.regime("T", len(batch(True).q), seed=2))
    q = rng.integers(-1000, 1000, case.q.shape).astype(np.float32) / 256
    shifted = q + np.float32(512)
    assert ((shifted - 512) == q).all()
    plain, moved = (EVERY[name](jnp.asarray(x), jnp.asarray(case.alpha), jnp.asarray(case.log_w)) for x in (q, shifted))
    assert same_bits(plain, moved)


def test_jit_vmap_batch_size_and_neighbours_change_no_bit():
    """All at once: a few rows, one at a time under vmap, every operator compiled together with what surrounds it."""
    rows = slice(100, 117)

    @jax.jit
    def around(q, alpha, log_w):
        found = {name: jax.vmap(f)(1 * q, 1 * alpha, log_w) for name, f in EVERY.items()}
        return found, {name: 3 * x for name, x in found.items()}

    found, _ = around(*(jnp.asarray(x)[rows] for x in batch(True)))
    assert [name for name in EVERY if not same_bits(found[name], answers(name)[rows])] == []


def test_a_single_row_has_the_same_bits():
    wanted = answers("policy")[105]
    assert same_bits(precise.boltzmann_policy(*(jnp.asarray(x)[105] for x in batch(True))), wanted)


# Edges ---------------------------------------------------------------------------------------------------------------

INF, NAN, LN2 = np.inf, np.nan, np.log(2)
TWO_WEIGHTS = np.exp(-1) + np.exp(-3)
LOG_TWO_WEIGHTS = np.log(TWO_WEIGHTS)
# q, alpha, log_w of up to six actions -> V, H, policy, advantage, log policy
EDGES = [
    ([3], 0.5, [0], 3, 0, [1], [0], [0]),
    ([1, 2], 1, [-INF, -INF], -INF, 0, [0, 0], [-INF, -INF], [-INF, -INF]),
    ([NAN, 2], 1, [-INF, 0], 2, 0, [0, 1], [-INF, 0], [-INF, 0]),
    ([INF, 2], 1, [0, 0], INF, 0, [1, 0], [0, -INF], [0, -INF]),
    ([INF, INF], 1, [0, 0], INF, LN2, [0.5, 0.5], [-LN2, -LN2], [-LN2, -LN2]),
    ([NAN, 2], 1, [0, 0], NAN, NAN, [NAN] * 2, [NAN] * 2, [NAN] * 2),
    ([1, 2], NAN, [0, 0], NAN, NAN, [NAN] * 2, [NAN] * 2, [NAN] * 2),
    ([1, 2], -1, [0, 0], NAN, NAN, [NAN] * 2, [NAN] * 2, [NAN] * 2),
    ([1, 2], 1, [NAN, 0], NAN, NAN, [NAN] * 2, [NAN] * 2, [NAN] * 2),
    ([1, 2, 2], 0, [0, 0, 0], 2, LN2, [0, 0.5, 0.5], [-1, 0, 0], [-INF, -LN2, -LN2]),
    ([1, 2, 2], 0, [0, 0, LN2], 2, np.log(3), [0, 1 / 3, 1 / 3], [-1, 0, 0], [-INF, -np.log(3), -np.log(3)]),
    ([-0.0, 0.0], 0, [0, 0], 0, LN2, [0.5, 0.5], [0, 0], [-LN2, -LN2]),
    ([1, 2, 2], 1e-45, [0, 0, 0], 2, LN2, [0, 0.5, 0.5], [-1, -1e-45, -1e-45], [-INF, -LN2, -LN2]),
    ([1, 5], INF, [0, 0], INF, LN2, [0.5, 0.5], [-INF, -INF], [-LN2, -LN2]),
    ([1, 5], INF, [-1, -3], -INF, LOG_TWO_WEIGHTS, [1 / TWO_WEIGHTS] * 2, [INF, INF], [-LOG_TWO_WEIGHTS] * 2),
    ([1e30, -1e30], 1e-9, [0, 0], 1e30, 0, [1, 0], [0, -2e30], [0, -INF]),
    (
        [3e38, -3e38], 1e38, [0, 0], 3.0024757e38, 0.01731142, [0.99752736, 0.0024726226],
        [-2.4756846e35, -INF], [-0.0024756852, -6.0024757],
    ),
    (
        [0, -30], 1, [0, 0], 9.3576229e-14, 2.9008631e-12, [1, 9.3576229e-14],
        [-9.3576229e-14, -30], [-9.3576229e-14, -30],
    ),
    ([-INF, 1], 1, [0, 0], 1, 0, [0, 1], [-INF, 0], [-INF, 0]),
    (
        [1e-40, 0], 1e-40, [0, 0], 1.3132617e-40, 0.5822031, [0.7310586, 0.26894143],
        [-3.132617e-41, -1.3132617e-40], [-0.31326169, -1.3132617],
    ),
]  # fmt: skip


@cache
def edge_batch():
    """The edge cases as rows of the batch's shape: missing actions are masked, the last case fills up."""
    rows = len(batch(True).q)
    q, log_w = (np.full((rows, ACTIONS), fill, np.float32) for fill in (NAN, -INF))
    alpha = np.ones(rows, np.float32)
    with np.errstate(under="ignore"):
        for i, (values, a, weights, *_) in enumerate(EDGES):
            q[i, : len(values)], log_w[i, : len(values)], alpha[i] = values, weights, a
    return q, jnp.asarray(alpha), log_w


@pytest.mark.parametrize(
    ("name", "column"), [("value", 0), ("entropy", 1), ("policy", 2), ("advantage", 3), ("log_policy", 4)]
)
def test_edges(name, column):
    """Past the door, where a traced temperature may be anything; a concrete one is refused if negative or NaN."""
    q, alpha, log_w = edge_batch()
    found = np.asarray(getattr(rules, name)(jnp.asarray(q), alpha, jnp.asarray(log_w)))
    for i, (values, _, _, *columns) in enumerate(EDGES):
        got = found[i, : len(values)] if found.ndim == 2 else found[i]
        assert_near(got, columns[column])


def assert_near(got, wanted):
    """To 2e-7: literals are rounded; and to the spacing of subnormals where they are smaller than that."""
    got, wanted = (np.asarray(np.asarray(x, np.float32), np.float64) for x in (got, wanted))
    np.testing.assert_allclose(got, wanted, rtol=2e-7, atol=1.5e-45)


# q, alpha, q', alpha', log_w of up to six actions -> KL
DIVERGENCES = [
    ([1, 2, 2], 0, [1, 2, 2], 1, [0, 0, 0], np.log1p(np.exp(-1) / 2)),
    ([1, 2, 2], 1, [1, 2, 2], 0, [0, 0, 0], INF),
    ([1, 2, 2], 0, [5, 2, 2], 0, [0, 0, 0], INF),
    ([1, 2, 2], 0, [1, 2, 2], 0, [0, 0, 0], 0),
    ([1, 2], 0, [5, 2], 1, [0, 0], np.log1p(np.exp(3))),
    ([1, 5], INF, [3, 2], INF, [0, 0], 0),
    ([1, 5], INF, [3, 3], 1, [0, 0], 0),
    ([1, 5], INF, [1, 5], 1, [-1, -3], np.log(1 + np.exp(2)) - np.log(1 + np.exp(-2)) - 4 / (1 + np.exp(2))),
    ([INF, 2], 1, [INF, 2], 2, [0, 0], 0),
    ([INF, 2], 1, [1, 1], 2, [0, 0], LN2),
    ([1, 1], 1, [-INF, 1], 1, [0, 0], INF),
    ([-INF, 1], 1, [1, 1], 1, [0, 0], LN2),
    ([1, 2], 1, [1, 2], 1, [-INF, -INF], 0),
    ([NAN, 2], 1, [3, 4], 1, [-INF, 0], 0),
    ([NAN, 2], 1, [3, 4], 1, [0, 0], NAN),
    ([1, 2], NAN, [1, 2], 1, [0, 0], NAN),
    ([1, 2], 1, [1, 2], -1, [0, 0], NAN),
    ([1, 2, 4], 3, [2, 4, 8], 6, [0, 1, 2], 0),
    ([1e30, -1e30], 1e-9, [0, 0], 1, [0, 0], LN2),
    ([0, 3e38], 1, [0, 2e38], 3, [0, 0], 0),
]


def test_edges_of_the_divergence():
    rows = len(every_pair(50)[0].q)
    q1, q2 = np.full((2, rows, ACTIONS), NAN, np.float32)
    log_w, (a1, a2) = np.full_like(q1, -INF), np.ones((2, rows), np.float32)
    for i, (one, a1[i], two, a2[i], weights, _) in enumerate(DIVERGENCES):
        q1[i, : len(one)], q2[i, : len(two)], log_w[i, : len(one)] = one, two, weights
    found = rules.boltzmann_kl(*map(jnp.asarray, (q1, a1, q2, a2, log_w)))
    assert_near(found[: len(DIVERGENCES)], [wanted for *_, wanted in DIVERGENCES])


def test_mellowmax_runs_from_the_maximum_to_the_mean():
    case = batch(False)
    rows = len(case.q)
    hot, cold = (np.asarray(rules.mellow(jnp.asarray(case.q), jnp.full(rows, x, jnp.float32))) for x in (INF, 0))
    assert same_bits(cold, case.q.max(-1))
    mean = oracle.exact([sum((oracle.arb(float(x)) for x in q), oracle.ZERO) / ACTIONS for q in case.q])
    assert oracle.err_ulp(hot, mean, "float32").max() <= 0.5


def test_signs_need_no_clamp():
    case = batch(False)
    assert (computed("entropy", False) >= 0).all()
    assert (computed("log_policy", False) <= 0).all()
    assert (computed("advantage", False) <= 0).all()
    assert (computed("value", False) >= case.q.max(-1)).all()


def test_16_bit_floats_are_rounded_once_more():
    case = regimes.regime("T", len(batch(False).q), seed=4)
    for dtype in (jnp.bfloat16, jnp.float16):
        q, alpha = jnp.asarray(case.q, dtype), jnp.asarray(case.alpha, dtype)
        found = precise.soft_value(q, alpha)
        assert found.dtype == dtype
        true = oracle.truth(np.asarray(q, np.float32), np.asarray(alpha, np.float32))["value"]
        assert oracle.err_ulp(np.asarray(found, np.float32), true, np.dtype(dtype).name).max() <= 0.51


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((np.zeros((1, 70_000), np.float32), 1.0), "65536"),
        ((np.zeros(3, np.int32), 1.0), "floating-point"),
        ((np.zeros((2, 3), np.float32), np.ones(3, np.float32)), "alpha"),
        ((np.zeros(3, np.float32), -1.0), "at least 0"),
        ((np.zeros(3, np.float32), 1.0, np.zeros(5, np.float32)), "log_w"),
    ],
)
def test_impossible_input_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        precise.soft_value(*arguments)


def test_two_policies_must_have_one_shape():
    with pytest.raises(ValueError, match="q2 has shape"):
        precise.boltzmann_kl(np.zeros(3, np.float32), 1.0, np.zeros(4, np.float32), 1.0)


# The machine ---------------------------------------------------------------------------------------------------------


def test_this_machine_computes_as_assumed():
    assert check_arithmetic() == []


def test_fast_math_is_warned_of_and_changes_nothing_here(tmp_path):
    """Integers have no fast-math: with the flag that voids other promises, precise gives the same bits."""
    case, file = batch(False), tmp_path / "case.npz"
    np.savez(file, q=case.q, alpha=case.alpha)
    script = (
        "import sys, warnings, numpy as np\n"
        "warnings.simplefilter('always')\n"
        "import softql.precise as p\n"
        "x = np.load(sys.argv[1])\n"
        "np.save(sys.argv[2], np.asarray(p.soft_value(x['q'], x['alpha'])))\n"
    )
    flags = "--xla_cpu_enable_fast_math=true --xla_cpu_fast_math_honor_nans=false --xla_cpu_fast_math_honor_infs=false"
    environment = os.environ | {"XLA_FLAGS": flags, "PYTHONPATH": str(Path(__file__).parent.parent)}
    command = [sys.executable, "-c", script, str(file), str(tmp_path / "out.npy")]
    out = subprocess.run(command, capture_output=True, text=True, env=environment)
    assert out.returncode == 0, out.stderr
    assert "RuntimeWarning: softql:" in out.stderr
    assert same_bits(np.load(tmp_path / "out.npy"), computed("value", False))
