"""Measures: each against closed forms in any dimension, and the error bar against the errors it speaks of."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from softql import mellowmax, soft_value
from softql.closed_forms import BoxQ, QuadraticQ, soft_lqr
from softql.measures import (
    Box,
    finite,
    flat_proposal,
    gaussian_proposal,
    importance,
    masked,
    mixture,
    prior,
    quadrature,
    random_uniforms,
    sobol,
    sobol_uniforms,
    uniform,
    value_estimate,
    weighted,
)

ALPHA = 0.5
KEY = jax.random.key(7)


def bowl(d):
    """A quadratic in [-1, 1]^d, off the middle, whose V is known."""
    mean = jnp.linspace(-0.4, 0.5, d)
    return BoxQ(jnp.array(0.3), mean, jnp.linspace(2.0, 3.0, d), -jnp.ones(d), jnp.ones(d))


def box(d):
    return Box(-jnp.ones(d), jnp.ones(d))


def test_finite_actions_are_counted():
    q = jnp.array([0.3, -1.0, 2.0])
    points, log_w = finite(3)
    assert points.tolist() == [0, 1, 2]
    assert soft_value(q, ALPHA, log_w) == soft_value(q, ALPHA)
    assert soft_value(q, ALPHA, masked(jnp.array([True, False, True])).log_w) == soft_value(q[::2], ALPHA)
    uniform_prior = prior(jnp.full(3, -jnp.log(3.0)))
    assert soft_value(q, ALPHA, uniform_prior.log_w) == pytest.approx(float(mellowmax(q, ALPHA)), abs=1e-6)


@pytest.mark.parametrize("nodes", [1, 2, 5])
def test_quadrature_is_exact_for_polynomials(nodes):
    """Degree 2n - 1 in each of two coordinates, and no more."""
    points, log_w = quadrature([-1.0, 0.0], [2.0, 1.0], nodes)
    assert points.shape == (nodes**2, 2)

    def integral(f, n):
        return float(jnp.sum(jnp.exp(log_w) * f(points[:, 0]) * f(points[:, 1]))) - n

    degree = 2 * nodes - 1
    truth = (2.0 ** (degree + 1) - (-1.0) ** (degree + 1)) / (degree + 1) / (degree + 1)
    assert integral(lambda x: x**degree, truth) == pytest.approx(0, abs=3e-6 * abs(truth) + 1e-6)
    over = (2.0 ** (degree + 2) + 1) / (degree + 2) / (degree + 2)
    assert abs(integral(lambda x: x ** (degree + 1), over)) > 1e-3 * over


@pytest.mark.parametrize("d", [1, 2, 3])
def test_quadrature_gives_v(d):
    q = bowl(d)
    points, log_w = quadrature(q.low, q.high, 16)
    assert soft_value(q.q(points), ALPHA, log_w) == pytest.approx(float(q.value(ALPHA)), abs=2e-6)
    mixed = quadrature(q.low, q.high, range(12, 12 + d))
    assert mixed.points.shape == (np.prod(np.arange(12, 12 + d)), d)
    assert soft_value(q.q(mixed.points), ALPHA, mixed.log_w) == pytest.approx(float(q.value(ALPHA)), abs=2e-6)


def test_the_weights_add_up_to_the_volume():
    low, high = jnp.array([3.0, -5.0]), jnp.array([3.5, 7.0])
    points, log_w = quadrature(low, high, (3, 9))
    assert float(jnp.exp(log_w).sum()) == pytest.approx(6.0, rel=1e-6)
    assert bool(((points > low[None]) & (points < high[None])).all())


# The box and its coordinates


def test_squash_stays_in_the_box_and_comes_back():
    b = Box(jnp.array([-2.0, 0.1]), jnp.array([2.0, 0.7]))
    z = jnp.stack([jnp.linspace(-60, 60, 1001)] * 2, -1)
    a = b.squash(z)
    assert bool(((a >= b.low[None]) & (a <= b.high[None])).all())
    assert bool((jnp.diff(a, axis=0) >= 0).all())
    near = jnp.abs(z) < 4
    np.testing.assert_allclose(np.where(near, b.unsquash(jnp.where(near, a, 0.5)), z), z, atol=2e-3)
    np.testing.assert_allclose(b.squash(z)[:, 0], 2 * np.tanh(np.asarray(z[:, 0], np.float64)), atol=4e-7)


@pytest.mark.parametrize("z", [0.0, 1e-3, -0.7, 3.0, -9.0, 20.0, 400.0])
def test_log_jacobian_keeps_its_digits(z):
    """Against float64: log(half (1 - tanh²)) = log half - 2 log cosh z, far beyond where tanh rounds to 1."""
    b = Box(jnp.array([-3.0]), jnp.array([1.0]))
    truth = np.log(2.0) - 2 * (abs(z) + np.log1p(np.exp(-2 * abs(z))) - np.log(2.0))
    assert float(b.log_jacobian(jnp.array([z]))) == pytest.approx(truth, rel=3e-7, abs=1e-6)
    slope = jax.grad(lambda x: b.log_jacobian(x))(jnp.array([z]))
    assert float(slope[0]) == pytest.approx(-2 * np.tanh(z), abs=1e-6)


def test_log_jacobian_is_that_of_squash():
    b = Box(jnp.array([-3.0]), jnp.array([1.0]))
    for z in (-2.0, -0.3, 0.0, 0.5, 2.5):
        slope = jax.grad(lambda x: b.squash(x)[0])(jnp.array([z]))[0]
        assert float(jnp.log(slope)) == pytest.approx(float(b.log_jacobian(jnp.array([z]))), abs=2e-6)


def test_a_proposal_is_a_density():
    """∫ q da = 1 over the box, by quadrature in a."""
    points, log_w = quadrature([-1.0, -1.0], [1.0, 1.0], 64)
    q = gaussian_proposal(jnp.array([0.2, -0.3]), jnp.array([0.6, 0.9]), box(2))
    log_q = q.log_density(box(2).unsquash(points))
    assert float(jnp.exp(log_q + log_w).sum()) == pytest.approx(1, abs=1e-4)
    flat = flat_proposal(box(2))
    assert float(jnp.exp(flat.log_density(points) + log_w).sum()) == pytest.approx(1, abs=1e-5)


def test_the_density_of_a_saturated_action_is_not_that_of_the_usual_recipe():
    """log N - log(1 - a² + 1e-6), as it is often written, is off by many nats where tanh rounds to 1."""
    z = jnp.array([[10.0]])
    q = gaussian_proposal(jnp.array([9.5]), jnp.array([1.0]), box(1))
    truth = -0.5 * 0.5**2 - 0.5 * np.log(2 * np.pi) + 2 * (10 + np.log1p(np.exp(-20.0)) - np.log(2.0))
    assert float(q.log_density(z)[0]) == pytest.approx(truth, rel=1e-6)
    usual = -0.5 * 0.5**2 - 0.5 * np.log(2 * np.pi) - np.log(1 - float(jnp.tanh(z)[0, 0]) ** 2 + 1e-6)
    assert abs(usual - truth) > 4


# Importance sampling


@pytest.mark.parametrize("d", [1, 2, 5, 10])
def test_uniform_samples_estimate_v(d):
    q = bowl(d)
    points, log_w = uniform(KEY, q.low, q.high, 40_000)
    found = value_estimate(q.q(points), ALPHA, log_w)
    assert abs(float(found.corrected - q.value(ALPHA))) < 5 * float(found.standard_error)
    assert 0 < float(found.standard_error) < 0.05


@pytest.mark.parametrize("d", [1, 2, 5, 10, 30])
def test_gaussian_samples_estimate_v_in_any_dimension(d):
    """A proposal a quarter wider than the policy, unbounded; one equal to it has no variance."""
    k = jnp.eye(d) * 2.0
    q = QuadraticQ(jnp.array(1.0), jnp.linspace(-1, 1, d), k)
    spread = jnp.full(d, np.sqrt(ALPHA / 2.0))
    u = random_uniforms(KEY, (20_000, d))
    points, log_w = importance(gaussian_proposal(q.mean, 1.25 * spread), u)
    found = value_estimate(q.q(points), ALPHA, log_w)
    assert abs(float(found.corrected - q.value(ALPHA))) < 5 * float(found.standard_error)
    points, log_w = importance(gaussian_proposal(q.mean, spread), u)
    exact = value_estimate(q.q(points), ALPHA, log_w)
    assert float(exact.value) == pytest.approx(float(q.value(ALPHA)), abs=1e-4)
    assert float(exact.effective_sample_size) == pytest.approx(20_000, rel=1e-4)


def test_the_soft_regulator():
    """V(x) of soft LQR at many states, from one proposal a state."""
    a, b = 0.9 * jnp.eye(3), jnp.eye(3, 2)
    lqr = soft_lqr(a, b, jnp.eye(3), 0.5 * jnp.eye(2), gamma=0.9, alpha=ALPHA)
    states = jax.random.normal(jax.random.key(1), (50, 3))
    at = lqr.of_action(states)
    u = random_uniforms(KEY, (50, 4_000, 2))
    points, log_w = importance(gaussian_proposal(at.mean, jnp.full((50, 2), 0.7)), u)
    q = jax.vmap(lqr.q, (0, 0))(jnp.broadcast_to(states[:, None], (50, 4_000, 3)), points)
    found = value_estimate(q, ALPHA, log_w)
    off = (found.corrected - lqr.value(states)) / found.standard_error
    assert float(jnp.abs(off).max()) < 5
    assert 0.6 < float(jnp.std(off)) < 1.5


def test_given_samples_are_importance_samples():
    q = gaussian_proposal(jnp.zeros(2), jnp.ones(2))
    u = random_uniforms(KEY, (100, 2))
    points, log_w = importance(q, u)
    given = weighted(points, q.log_density(points))
    np.testing.assert_allclose(given.log_w, log_w, atol=1e-6)


def test_the_error_bar_covers_the_error():
    """95 of 100 intervals of 1.96 standard errors hold V, and ESS and error are what 1/Σp² says."""
    q = bowl(2)
    keys = jax.random.split(KEY, 4_000)

    def one(key):
        points, log_w = uniform(key, q.low, q.high, 256)
        return value_estimate(q.q(points), ALPHA, log_w)

    found = jax.vmap(one)(keys)
    truth = float(q.value(ALPHA))
    covered = np.mean(np.abs(np.asarray(found.corrected) - truth) < 1.96 * np.asarray(found.standard_error))
    assert 0.935 < covered < 0.965
    assert float(jnp.std(found.value)) == pytest.approx(float(found.standard_error.mean()), rel=0.06)


def test_the_jackknife_takes_the_bias_away():
    q = bowl(2)
    keys = jax.random.split(KEY, 40_000)

    def one(key):
        points, log_w = uniform(key, q.low, q.high, 16)
        found = value_estimate(q.q(points), ALPHA, log_w)
        return found.value, found.corrected

    plain, corrected = (np.asarray(x, np.float64) - float(q.value(ALPHA)) for x in jax.vmap(one)(keys))
    error = corrected.std() / np.sqrt(len(corrected))
    assert plain.mean() < -20 * error
    assert abs(corrected.mean()) < 0.2 * abs(plain.mean()) + 3 * error


def test_the_jackknife_is_its_definition():
    """Against the N leave-one-out estimates, one by one; one sample that holds nearly all too."""
    rng = np.random.default_rng(0)
    for q in (rng.normal(size=7), np.array([9.0, 0.0, 0.5]), np.array([2.0, 2.0])):
        n = len(q)
        v = ALPHA * (np.logaddexp.reduce(q / ALPHA) - np.log(n))
        left = [ALPHA * (np.logaddexp.reduce(np.delete(q, i) / ALPHA) - np.log(n - 1)) for i in range(n)]
        found = value_estimate(jnp.asarray(q, jnp.float32), ALPHA, jnp.full(n, -np.log(n), jnp.float32))
        assert float(found.corrected) == pytest.approx(n * v - (n - 1) * np.mean(left), abs=1e-4)
        weights = np.exp((q - q.max()) / ALPHA)
        assert float(found.effective_sample_size) == pytest.approx(weights.sum() ** 2 / (weights**2).sum(), rel=1e-4)


def test_edges_of_the_error_bar():
    alone = value_estimate(jnp.array([0.0, -jnp.inf]), 1.0, jnp.zeros(2))
    assert alone.effective_sample_size == 1
    assert alone.corrected == jnp.inf
    none = value_estimate(jnp.zeros(2), 1.0, jnp.full(2, -jnp.inf))
    assert none.value == none.corrected == -jnp.inf
    assert none.effective_sample_size == 0
    assert np.isnan(value_estimate(jnp.array([jnp.nan, 0.0]), 1.0, jnp.zeros(2)).corrected)


# Mixtures


def peaks(a):
    """Two peaks, of which a proposal around the first sees one."""
    near, far = (-0.5 * jnp.square((a[..., 0] - c) / 0.05) for c in (-0.7, 0.7))
    return ALPHA * jnp.logaddexp(near, far)


def test_a_defensive_mixture_finds_what_its_proposal_misses():
    n = 500  # nodes, samples of each kind: one shape, compiled once
    points, log_w = quadrature([-1.0], [1.0], n)
    truth = float(value_estimate(peaks(points), ALPHA, log_w).value)
    narrow = gaussian_proposal(box(1).unsquash(jnp.array([-0.7])), jnp.array([0.15]), box(1))
    alone = importance(narrow, random_uniforms(jax.random.key(0), (n, 1)))
    us = [random_uniforms(jax.random.key(k), (n // 2, 1)) for k in (1, 2)]
    found = value_estimate(peaks(alone.points), ALPHA, alone.log_w)
    assert float(found.value) - truth == pytest.approx(ALPHA * np.log(0.5), abs=0.05)  # sure of half of Z
    both = mixture([narrow, flat_proposal(box(1))], us)
    found = value_estimate(peaks(both.points), ALPHA, both.log_w)
    assert abs(float(found.value) - truth) < 5 * float(found.standard_error)
    assert float(jnp.exp(both.log_w).max()) <= 2 / (n // 2) * (1 + 1e-6)


def test_a_mixture_of_equals_is_one_proposal():
    q = gaussian_proposal(jnp.zeros(2), jnp.ones(2), box(2))
    u = random_uniforms(KEY, (64, 2))
    one, two = importance(q, u), mixture([q, q], [u[:24], u[24:]])
    np.testing.assert_array_equal(one.points, two.points)
    np.testing.assert_allclose(one.log_w, two.log_w, atol=1e-6)


def test_proposals_of_many_states_at_once():
    """mean [b, d] and one set of uniforms for all states, or one for each."""
    mean, scale = jnp.zeros((3, 2)), jnp.ones((3, 2))
    q, flat = gaussian_proposal(mean, scale, box(2)), flat_proposal(box(2))
    u = random_uniforms(KEY, (5, 2))
    points, log_w = mixture([q, flat], [u, u])
    assert points.shape == (3, 10, 2)
    assert log_w.shape == (3, 10)
    own = random_uniforms(KEY, (3, 5, 2))
    assert importance(q, own).points.shape == (3, 5, 2)
    np.testing.assert_allclose(
        importance(q, own).log_w[1],
        importance(gaussian_proposal(mean[1], scale[1], box(2)), own[1]).log_w,
        atol=1e-6,
    )


# Sobol


def test_sobol_is_a_net():
    """2^m points in two dimensions: one in every elementary interval, of every shape, for each scrambling."""
    for seed in range(3):
        u = np.asarray(sobol_uniforms(jax.random.key(seed), 64, 2), np.float64)
        for i in range(7):
            cell = np.floor(u[:, 0] * 2**i) * 2 ** (6 - i) + np.floor(u[:, 1] * 2 ** (6 - i))
            assert len(set(cell)) == 64


def test_each_sobol_point_is_uniform():
    u = np.asarray(jax.vmap(lambda k: sobol_uniforms(k, 4, 3))(jax.random.split(KEY, 4_000)), np.float64)
    assert np.abs(u.mean(0) - 0.5).max() < 5 / np.sqrt(12 * 4_000)
    assert np.abs((u**2).mean(0) - 1 / 3).max() < 5 * 0.3 / np.sqrt(4_000)
    assert ((u > 0) & (u < 1)).all()


def test_sobol_beats_chance():
    q = bowl(2)
    keys = jax.random.split(KEY, 64)

    def off(draw):
        points, log_w = jax.vmap(lambda key: draw(key, q.low, q.high, 1_024))(keys)
        v = soft_value(q.q(points), ALPHA, log_w)
        return float(jnp.sqrt(jnp.mean(jnp.square(v - q.value(ALPHA)))))

    assert off(sobol) < off(uniform) / 20


def test_replicates_of_a_net_have_an_error_bar():
    q = bowl(3)
    points, log_w = jax.vmap(lambda key: sobol(key, q.low, q.high, 64))(jax.random.split(KEY, 32))
    nets = soft_value(q.q(points), ALPHA, log_w)
    found = value_estimate(nets, ALPHA, jnp.full(32, -np.log(32.0)))
    assert abs(float(found.value - q.value(ALPHA))) < 5 * float(found.standard_error)
    together = soft_value(q.q(points.reshape(-1, 3)), ALPHA, log_w.reshape(-1) - np.log(32.0))
    assert float(found.value) == pytest.approx(float(together), abs=1e-6)


# Use


def test_measures_work_under_jit_and_give_gradients():
    q = bowl(2)

    @jax.jit
    def v(alpha, mean, key):
        proposal = gaussian_proposal(mean, jnp.full(2, 0.8), box(2))
        points, log_w = mixture(
            [proposal, flat_proposal(box(2))],
            [sobol_uniforms(key, 8_192, 2), random_uniforms(key, (1_024, 2))],
        )
        return soft_value(q.q(points), alpha, log_w)

    assert float(v(ALPHA, jnp.zeros(2), KEY)) == pytest.approx(float(q.value(ALPHA)), abs=0.01)
    slope = jax.grad(v)(ALPHA, jnp.zeros(2), KEY)
    assert float(slope) == pytest.approx(float(q.entropy(ALPHA)), abs=0.05)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: finite(0), "actions = 0"),
        (lambda: masked(jnp.zeros(3)), "pass booleans"),
        (lambda: prior(jnp.zeros(3)), "adds up to 3"),
        (lambda: quadrature([0.0], [0.0], 3), "finite length"),
        (lambda: quadrature([0.0], [jnp.inf], 3), "finite length"),
        (lambda: quadrature([0.0, 1.0], [1.0], 3), "two arrays"),
        (lambda: quadrature([0.0], [1.0], 0), "nodes = 0"),
        (lambda: quadrature([0.0], [1.0], 3.0), r"nodes = 3\.0"),
        (lambda: box(2).squash(jnp.zeros((4, 3))), "of a box of 2 dimensions"),
        (lambda: quadrature([0.0] * 9, [1.0] * 9, 9), "at most 10000000"),
        (lambda: quadrature([0.0], [1.0], (3, 3)), "one number for each"),
        (lambda: uniform(KEY, [0.0], [1.0], 0), "shape = 0"),
        (lambda: sobol(KEY, [0.0], [1.0], 48), "2\\^m points"),
        (lambda: sobol(KEY, [0.0], [1.0], 8.0), "2\\^m points"),
        (lambda: sobol_uniforms(KEY, 4, 0), "dimensions = 0"),
        (lambda: weighted(jnp.zeros((3, 1)), jnp.zeros(2)), "one density a point"),
        (lambda: gaussian_proposal(jnp.zeros(2), jnp.zeros(2)), "must be positive"),
        (lambda: gaussian_proposal(jnp.zeros(2), jnp.ones(3)), "shape"),
        (lambda: gaussian_proposal(jnp.zeros(1), jnp.ones(1), Box(jnp.ones(1), -jnp.ones(1))), "finite length"),
        (lambda: importance(flat_proposal(box(1)), jnp.zeros((3, 1))), "reach 0 or 1"),
        (lambda: importance(flat_proposal(box(2)), jnp.full((3, 1), 0.5)), "of a box of 2 dimensions"),
        (
            lambda: importance(gaussian_proposal(jnp.zeros(2), jnp.ones(2)), jnp.full((3, 1), 0.5)),
            "1 numbers a sample, the Gaussian 2 dimensions",
        ),
        (lambda: mixture([], []), "0 proposals"),
        (lambda: mixture([flat_proposal(box(1))], []), "1 proposals"),
        (
            lambda: mixture(
                [flat_proposal(box(1)), gaussian_proposal(jnp.zeros(1), jnp.ones(1))], [jnp.full((1, 1), 0.5)] * 2
            ),
            "different boxes",
        ),
        (lambda: value_estimate(jnp.zeros(1), 1.0, jnp.zeros(1)), "an error bar needs two"),
        (lambda: value_estimate(jnp.zeros(2), 0.0, jnp.zeros(2)), "alpha must be positive"),
    ],
)
def test_mistakes_are_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
