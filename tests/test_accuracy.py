"""The default operators keep their promises in float32 (float64: tests/x64), bit for bit in every way of calling."""

import os
import subprocess
import sys
from pathlib import Path

import goals
import jax
import jax.numpy as jnp
import numpy as np
import oracle
import pytest
import regimes
from ways import CASES, DIFFER, WAYS, arguments

import softql


@pytest.mark.parametrize("weights", CASES)
@pytest.mark.parametrize("letter", regimes.REGIMES)
def test_goals(letter, weights):
    case = CASES[weights](regimes.regime(letter, 2 if letter == "4k" else 100))
    found = goals.errors(case)
    assert {name: error for name, error in found.items() if error > goals.GOALS[name]} == {}


@pytest.mark.parametrize("weights", ["", "weighted"])
@pytest.mark.parametrize("letter", regimes.REGIMES)
def test_divergence_of_near_policies(letter, weights):
    case = CASES[weights](regimes.regime(letter, 2 if letter == "4k" else 100))
    worst = {pair: goals.kl_error(case, pair) for pair in goals.PAIRS}
    assert {pair: error for pair, error in worst.items() if error > goals.GOALS["boltzmann_kl"]} == {}


@pytest.mark.parametrize("actions", [1, 2, 17, 33, 100])
def test_goals_for_other_numbers_of_actions(actions):
    found = goals.errors(regimes.regime("T", 20, actions=actions))
    assert {name: error for name, error in found.items() if error > goals.GOALS[name]} == {}


@pytest.mark.parametrize(
    ("name", "weights"),
    [(name, weights) for name in WAYS for weights in ("", "weighted") if not weights or "w" in WAYS[name][1]],
)
def test_single_calls_jit_and_vmap_give_the_same_bits(name, weights):
    """A row alone, in a batch, under vmap and under jit, for few, some and many actions."""
    call = WAYS[name][0]
    for actions in (5,) if weights else (2, 40):
        batch = arguments(name, actions, weights)
        axes = [None if x is None else 0 for x in batch]
        expected = np.asarray(call(*batch))
        over_rows = jax.vmap(call, axes)
        for way in (jax.jit(call), over_rows, jax.jit(over_rows)):
            assert_bits(np.asarray(way(*batch)), expected, DIFFER.get(name, 0))
        few = [None if x is None else x[:7] for x in batch]
        assert_bits(np.asarray(call(*few)), expected[:7])
        compiled = jax.jit(call)
        for i in range(0, len(expected), 60):
            row = [None if x is None else x[i] for x in batch]
            assert_bits(np.asarray(call(*row)), expected[i])
            assert_bits(np.asarray(compiled(*row)), expected[i])


@pytest.mark.parametrize("name", WAYS)
def test_constants_of_a_program_give_the_same_bits(name):
    """Any argument closed over, or all: XLA simplifies what it knows, and must not know these."""
    call = WAYS[name][0]
    for actions in (3, 33):
        given = arguments(name, actions, "")
        expected = np.asarray(call(*given))
        for left in (None, *(i for i, x in enumerate(given) if x is not None)):
            closed = lambda x, left=left, all=given: call(*(x if i == left else y for i, y in enumerate(all)))  # noqa: E731
            assert_bits(np.asarray(jax.jit(closed)(None if left is None else given[left])), expected)


def assert_bits(found, expected, share=0.0):
    """The same bits, but for a share of the results, off by one."""
    assert found.shape == expected.shape
    apart = np.abs(found.view(np.int32).astype(np.int64) - expected.view(np.int32))
    assert (apart > 0).mean() <= share, (found[apart > 0], expected[apart > 0])
    assert apart.max() <= 1


@pytest.mark.parametrize("alpha", [1e-3, 0.7, 1e4, 1e8])
def test_the_slope_of_log_partition_in_alpha_keeps_its_digits(alpha):
    """d log Z/dα = -E[Q]/α²: V/α² and H/α differ from it by all their digits where alpha is large."""
    q = np.array([1.0, 2.0, 3.0], np.float32)
    weight = np.exp((q.astype(float) - 3) / alpha)
    mean = (weight * q).sum() / weight.sum()
    spread = (weight * (q - mean) ** 2).sum() / weight.sum()
    for way in (lambda f: f, jax.jit):
        slope = way(jax.grad(softql.log_partition, 1))
        np.testing.assert_allclose(slope(q, alpha), -mean / alpha**2, rtol=3e-7)
        curve = way(jax.grad(slope, 1))(q, alpha)
        np.testing.assert_allclose(curve, 2 * mean / alpha**3 + spread / alpha**4, rtol=1e-6)
    to_q, to_w = jax.grad(softql.log_partition, (0, 2))(q, alpha, jnp.zeros(3))
    np.testing.assert_allclose(to_q, weight / weight.sum() / alpha, rtol=3e-7)
    np.testing.assert_allclose(to_w, weight / weight.sum(), rtol=3e-7)
    for edge in ([-np.inf, -np.inf], [np.inf, 0.0]):
        slopes = jax.grad(softql.log_partition, (0, 1))(jnp.array(edge), alpha)
        assert not np.concatenate([np.ravel(x) for x in slopes]).any()


def test_d2_value_dalpha2_where_all_other_masses_vanish():
    """Var[Q]/α³ from an action whose mass is no normal number, and the third derivative from the same."""
    alpha, gap = np.float32(1e-9), 90.0
    q = np.array([0.0, -gap * alpha, -120 * alpha], np.float32)
    g = -q.astype(float) / float(alpha)
    curve = jax.grad(softql.boltzmann_entropy, 1)
    exact = (np.exp(-g) * g**2).sum() / float(alpha)
    np.testing.assert_allclose(curve(q, alpha), exact, rtol=5e-7)
    assert float(curve(q, np.float32(0))) == 0
    assert float(curve(q, np.inf)) == 0
    assert float(curve(np.array([1.0, -np.inf], np.float32), 1.0)) == 0
    assert float(curve(np.full(3, -np.inf, np.float32), 1.0)) == 0
    assert np.isnan(curve(np.array([1.0, np.nan], np.float32), 1.0))
    x, at = jnp.array([1.0, 2.0, 4.0]), 0.7
    step = (curve(x, at + 0.002) - curve(x, at - 0.002)) / 0.004
    np.testing.assert_allclose(jax.grad(lambda a: curve(x, a))(at), step, rtol=2e-3)


@pytest.mark.parametrize("size", [1, 1.5, 64])
def test_d2_value_dalpha2_at_the_smallest_temperatures(size):
    """Var[Q]/α³ is a number there, though E[t t] scaled or Var[Q]/α² may be none."""
    alpha = np.float32(size) * np.finfo(np.float32).tiny
    t = np.array([3, 4, 6, 60, 100, 120, 150], np.float32)[:, None] * np.array([0, 1, 1, 1, 1], np.float32)
    w = np.exp(-t.astype(float))
    mean = (w * t).sum(-1, keepdims=True) / w.sum(-1, keepdims=True)
    exact = (w * (t - mean) ** 2).sum(-1) / w.sum(-1) / float(alpha)
    found = jax.grad(lambda x: softql.boltzmann_entropy(-t * alpha, x).sum())(np.full(7, alpha))
    np.testing.assert_allclose(found, exact, rtol=1e-6)


@pytest.mark.parametrize("log_w", [None, np.array([0.5, 0.5, 2.0, -np.inf, 1.0], np.float32)])
def test_d2_value_dalpha2_where_the_maximum_is_shared(log_w):
    """The masses of all others vanish below the normal numbers as beside a single maximum."""
    rng = np.random.default_rng(0)
    q = rng.normal(size=(64, 5)).astype(np.float32)
    q[:, 0] = q[:, 1] = q.max(-1)
    g = q[:, :1].astype(float) - q
    for alpha in np.float32([1e-8, 0.01, 0.02, 0.1, 1]):
        t = g / float(alpha)
        w = np.exp(-t + (0 if log_w is None else log_w.astype(float)))
        with np.errstate(invalid="ignore"):
            mean = (w * t).sum(-1, keepdims=True) / w.sum(-1, keepdims=True)
        exact = (w * (t - mean) ** 2).sum(-1) / w.sum(-1) / float(alpha)
        found = jax.vmap(jax.grad(softql.boltzmann_entropy, 1), (0, None, None))(q, alpha, log_w)
        normal = exact > np.finfo(np.float32).tiny
        np.testing.assert_allclose(np.asarray(found)[normal], exact[normal], rtol=1e-6)
        assert not np.asarray(found)[exact < np.finfo(np.float32).smallest_subnormal].any()
    assert normal.all()


def test_the_machine_computes_as_the_promises_assume():
    from softql.equations._selftest import check_floats

    assert check_floats() == []


def test_fast_math_is_noticed():
    """With the compiler's fast-math on, the first equation warns; without, it does not."""
    code = "import warnings; warnings.simplefilter('error'); import softql; softql.soft_value([1.0, 2.0], 0.5)"
    root = Path(__file__).parent.parent
    for flags, noticed in (("", False), ("--xla_cpu_enable_fast_math=true --xla_cpu_fast_math_honor_nans=false", True)):
        environment = os.environ | {"XLA_FLAGS": flags}
        out = subprocess.run([sys.executable, "-c", code], cwd=root, env=environment, capture_output=True, text=True)
        assert ("promises are void" in out.stderr) == noticed, out.stderr


class TestZeroTemperature:
    """alpha = 0 exactly is the limit: the hard maximum, ties shared."""

    q = jnp.array([[1.0, 2.0, 2.0], [3.0, 1.0, 2.0]])

    def test_values(self):
        np.testing.assert_array_equal(softql.soft_value(self.q, 0.0), [2, 3])
        np.testing.assert_array_equal(softql.mellowmax(self.q, 0.0), [2, 3])
        np.testing.assert_array_equal(softql.boltzmann_policy(self.q, 0.0), [[0, 0.5, 0.5], [1, 0, 0]])
        np.testing.assert_array_equal(softql.soft_advantage(self.q, 0.0), [[-1, 0, 0], [0, -2, -1]])
        np.testing.assert_allclose(softql.boltzmann_entropy(self.q, 0.0), [np.log(2), 0], rtol=1e-7)
        np.testing.assert_array_equal(softql.boltzmann_log_policy(self.q, 0.0)[1], [0, -np.inf, -np.inf])
        np.testing.assert_array_equal(softql.optimality_target(1.0, 0.5, self.q, 0.0), [2, 2.5])

    def test_weights_share_the_maximum(self):
        log_w = jnp.log(jnp.array([1.0, 3.0, 1.0]))
        np.testing.assert_allclose(softql.boltzmann_policy(self.q[0], 0.0, log_w), [0, 0.25, 0.25], rtol=1e-6)
        assert float(softql.soft_value(self.q[0], 0.0, log_w)) == 2.0

    def test_gradients(self):
        for way in (lambda f: f, jax.jit):
            slope = way(jax.grad(lambda q: softql.soft_value(q, 0.0).sum()))(self.q)
            np.testing.assert_array_equal(slope, [[0, 0.5, 0.5], [1, 0, 0]])
            slope = way(jax.grad(lambda a: softql.soft_value(self.q[0], a)))(0.0)
            np.testing.assert_allclose(slope, np.log(2), rtol=1e-7)
            slope = way(jax.jacrev(lambda q: softql.boltzmann_policy(q, 0.0)))(self.q[0])
            np.testing.assert_array_equal(slope, 0)

    def test_it_is_the_limit(self):
        for alpha in (1e-3, 1e-6, 1e-30):
            np.testing.assert_allclose(softql.soft_value(self.q, alpha), softql.soft_value(self.q, 0.0), atol=alpha)
            np.testing.assert_array_equal(softql.boltzmann_policy(self.q, alpha), softql.boltzmann_policy(self.q, 0.0))


def test_infinite_temperature_is_the_mean():
    q = np.array([1.0, 5.0, -3.0], np.float32)
    assert float(softql.mellowmax(q, np.inf)) == 1.0
    for alpha in (1e6, 1e20, 1e38):
        np.testing.assert_allclose(softql.mellowmax(q, alpha), 1.0, rtol=4e-5 if alpha == 1e6 else 2e-7)
    np.testing.assert_allclose(jax.grad(lambda q: softql.mellowmax(q, np.inf))(q), 1 / 3, rtol=2e-7)


def test_the_self_test_and_the_operators_work_without_jit():
    """As one looks for a fault: `jax.disable_jit` runs each step by itself."""
    from softql.equations._selftest import check_floats

    q = jnp.array([1.0, 2.0, 3.0])
    with jax.disable_jit():
        assert check_floats() == []
        steps = softql.boltzmann_policy(q, 0.5)
    assert_bits(np.asarray(steps), np.asarray(softql.boltzmann_policy(q, 0.5)))


@pytest.mark.parametrize("weights", ["", "weighted"])
@pytest.mark.parametrize("letter", regimes.REGIMES)
def test_fast_policies_lose_the_digits_that_they_say(letter, weights):
    """2 (g + |log w| + 4) ulp of the policy; 2 ulp of the largest of 1, |log pi| and |log w|."""
    case = CASES[weights](regimes.regime(letter, 2 if letter == "4k" else 100))
    true = oracle.truth(*case)
    log_w = np.zeros(case.q.shape) if case.log_w is None else case.log_w
    wide = np.abs(log_w).max(-1, keepdims=True).astype(float)
    gap = (case.q.max(-1, keepdims=True).astype(float) - case.q) / case.alpha[:, None].astype(float)
    error = oracle.err_ulp(np.asarray(softql.boltzmann_policy(*case, fast=True)), true["policy"], np.float32)
    inside = oracle.in_range(true["policy"], goals.least(np.float32))
    assert np.where(inside, error / (gap + wide + 4), 0).max() <= 2
    found, log_pi = np.asarray(softql.boltzmann_log_policy(*case, fast=True)), true["log_policy"].nearest()
    size = np.maximum(np.maximum(1, np.abs(log_pi)), wide)
    assert np.where(np.isfinite(found), np.abs(found - log_pi) / size, 0).max() <= 2 * 2.0**-23


def test_fast_policies_at_the_edges():
    """Ties, no valid action, alpha of 0 and infinity, a NaN under the mask, a traced alpha that is none."""
    both = lambda *case: (  # noqa: E731
        np.asarray(softql.boltzmann_policy(*case, fast=True)).tolist(),
        np.exp(np.asarray(softql.boltzmann_log_policy(*case, fast=True))).tolist(),
    )
    inf, nan = np.inf, np.nan
    f = np.float32
    for q, alpha, log_w, expected in (
        ([1, 1, 0], 0, None, [0.5, 0.5, 0]),
        ([1, 1 - 2.0**-24, 0], 0, None, [1, 0, 0]),
        ([1, -inf, 0], inf, None, [0.5, 0, 0.5]),
        ([-inf, -inf], 1, None, [0, 0]),
        ([-inf, -inf], 0, None, [0, 0]),
        ([1, 2, nan], 0, [0, 0, -inf], [0, 1, 0]),
        ([1, 2], 0, [0, -inf], [1, 0]),
        ([1, 1e38, -3e38], 1, None, [0, 1, 0]),
        ([7], 2, None, [1]),
    ):
        for more in (0, 6, 18):  # of few actions sums run over columns
            wide = np.array([*q, *[-inf] * more], f)
            for found in both(wide, f(alpha), None if log_w is None else np.array([*log_w, *[0] * more], f)):
                assert found == [*expected, *[0] * more]
    for q in (jnp.array([1.0, 2.0]), jnp.arange(20.0)):
        cold = jax.vmap(lambda alpha, q=q: softql.boltzmann_policy(q, alpha, fast=True))
        assert np.isnan(cold(jnp.array([-1.0, nan]))).all()


@pytest.mark.parametrize("call", [softql.boltzmann_policy, softql.boltzmann_log_policy])
def test_derivatives_of_fast_policies_are_the_exact_ones(call):
    q, along = jnp.tile(jnp.array([1.0, 2.5, -3.0]), 7), jnp.tile(jnp.array([1.0, -1.0, 0.5]), 7)
    of = lambda fast: jax.jvp(lambda x: call(x, 0.25, fast=fast), (q,), (along,))[1]  # noqa: E731
    np.testing.assert_allclose(of(True), of(False), rtol=1e-5)
