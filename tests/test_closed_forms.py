"""Closed forms against quadrature, and the regulator against its own Bellman equation."""

import itertools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from softql.closed_forms import BoxQ, QuadraticQ, soft_lqr

ALPHA = 0.3


def integrate(log_density, *axes):
    """log ∫ exp(log_density) over a grid, by the trapezoid rule in float64."""
    grids = np.meshgrid(*axes, indexing="ij")
    points = np.stack([g.ravel() for g in grids], -1).astype(np.float32)
    cell = np.prod([x[1] - x[0] for x in axes])
    weights = np.ones([len(x) for x in axes])
    for i in range(len(axes)):
        sides = [slice(None)] * len(axes)
        for end in (0, -1):
            sides[i] = end
            weights[tuple(sides)] /= 2
    values = np.asarray(log_density(points), np.float64)
    return np.logaddexp.reduce(values + np.log(weights.ravel())) + np.log(cell), points, weights.ravel() * cell


def quadratic():
    k = np.array([[2.0, 0.5], [0.5, 1.0]])
    return QuadraticQ(jnp.array(0.7), jnp.array([0.2, -0.4]), jnp.asarray(k))


def boxes():
    low, high = jnp.array([-1.0, -0.5]), jnp.array([1.0, 2.0])
    for mean, k in (([0.1, 0.3], [2.0, 0.5]), ([3.0, -2.0], [4.0, 9.0])):  # the second lies outside
        yield BoxQ(jnp.array(0.2), jnp.array(mean), jnp.array(k), low, high)


def test_quadratic_q_against_quadrature():
    q, axis = quadratic(), np.linspace(-8, 8, 401)
    log_z, points, weights = integrate(lambda a: q.q(a) / ALPHA, axis, axis)
    assert float(q.value(ALPHA)) == pytest.approx(ALPHA * log_z, abs=1e-5)
    log_pi = np.asarray(q.log_policy(points, ALPHA), np.float64)
    density = np.exp(log_pi) * weights
    assert density.sum() == pytest.approx(1, abs=1e-5)
    assert float(q.entropy(ALPHA)) == pytest.approx(-(density * log_pi).sum(), abs=1e-4)
    off = points - np.asarray(q.mean)
    np.testing.assert_allclose(density @ points, q.mean, atol=1e-5)
    np.testing.assert_allclose(
        (density[:, None, None] * off[:, :, None] * off[:, None]).sum(0), q.covariance(ALPHA), atol=1e-4
    )
    assert float(jax.grad(q.value)(ALPHA)) == pytest.approx(float(q.entropy(ALPHA)), abs=1e-5)


@pytest.mark.parametrize("q", list(boxes()))
def test_a_box_against_quadrature(q):
    nodes, mass = np.polynomial.legendre.leggauss(120)
    low, high = np.asarray(q.low, float), np.asarray(q.high, float)
    points = np.array(list(itertools.product(nodes, nodes))) * (high - low) / 2 + (high + low) / 2
    weights = np.outer(mass, mass).ravel() * np.prod((high - low) / 2)
    log_z = np.logaddexp.reduce(np.asarray(q.q(points), np.float64) / ALPHA + np.log(weights))
    assert float(q.value(ALPHA)) == pytest.approx(ALPHA * log_z, rel=1e-4, abs=1e-4)
    log_pi = np.asarray(q.log_policy(points, ALPHA), np.float64)
    density = np.exp(log_pi) * weights
    assert density.sum() == pytest.approx(1, abs=1e-3)
    density /= density.sum()
    mean = density @ points
    np.testing.assert_allclose(q.mean_action(ALPHA), mean, atol=1e-4)
    np.testing.assert_allclose(q.variance(ALPHA), density @ (points - mean) ** 2, rtol=1e-3, atol=1e-5)
    assert float(q.entropy(ALPHA)) == pytest.approx(-(density * log_pi).sum(), abs=1e-3)
    assert float(jax.grad(q.value)(ALPHA)) == pytest.approx(float(q.entropy(ALPHA)), abs=1e-3)
    assert np.isneginf(float(q.log_policy(jnp.array([5.0, 0.0]), ALPHA)))


def moments(mean, k, alpha, low, high):
    """V - peak, E[a], Var[a], H and log π(mode) of one coordinate of float32 numbers, by mpmath."""
    import mpmath as mp

    with mp.workdps(40):
        mean, k, alpha = (mp.mpf(float(np.float32(x))) for x in (mean, k, alpha))
        mode = min(max(mean, low), high)
        slope = k * (mode - mean) / alpha
        far = min(mp.sqrt(160 * alpha / k) if k else mp.inf, 80 / abs(slope) if slope else mp.inf)
        ends = [-min(far, mode - low), mp.mpf(0), min(far, high - mode)]
        ends = sorted({x * part for x in ends for part in (1, mp.mpf(1) / 8)})

        def total(f):
            return mp.quad(lambda t: f(t) * mp.exp(-t * (k * t / (2 * alpha) + slope)), ends)

        mass = total(lambda t: 1)
        off = total(lambda t: t) / mass
        spread = total(lambda t: (t - off) ** 2) / mass
        entropy = mp.log(mass) + total(lambda t: t * (k * t / (2 * alpha) + slope)) / mass
        value = -k * (mode - mean) ** 2 / 2 + alpha * mp.log(mass)
        return [float(x) for x in (value, mode + off, spread, entropy, -mp.log(mass))]


@pytest.mark.parametrize(
    "given",
    [
        (50, 1, 0.1, -1, 1),
        (5, 2, 0.01, -1, 1),
        (1.5, 2, 0.01, -1, 1),
        (0, 1e-6, 1, -1, 1),
        (0, 0, 1, -1, 1),
        (0.3, 2, 0.1, -np.inf, 1),
        (-3, 1e-3, 1, -1, np.inf),
        (0.3, 2, 1e-6, -1, 1),
        (1e3, 10, 1e-3, -1, 1),
    ],
)
def test_a_box_keeps_its_digits(given):
    """Far outside the box, nearly flat, infinite, sharp: six digits in float32 where subtraction would leave none."""
    mean, k, alpha, low, high = (float(x) for x in given)
    q = BoxQ(*(jnp.array(x) for x in (0.0, [mean], [k], [low], [high])))
    value, centre, spread, entropy, highest = moments(*given)
    assert float(q.value(alpha)) == pytest.approx(value, rel=1e-6)
    assert float(q.mean_action(alpha)[0]) == pytest.approx(centre, rel=1e-6, abs=1e-7)
    assert float(q.variance(alpha)[0]) == pytest.approx(spread, rel=1e-6)
    assert float(q.entropy(alpha)) == pytest.approx(entropy, rel=1e-6, abs=1e-6)
    assert float(jax.jit(jax.grad(q.value))(alpha)) == pytest.approx(entropy, rel=1e-6, abs=1e-6)
    mode = jnp.clip(q.mean, q.low, q.high)
    assert float(q.log_policy(mode, alpha)) == pytest.approx(highest, rel=1e-6, abs=1e-6)
    assert np.isneginf(q.log_policy(jnp.clip(mode + 3e6, 1.1, None), alpha)) == np.isfinite(high)


def test_a_box_can_be_differentiated_in_all_that_it_holds():
    """By differences, on both sides of the walls."""
    box = ([0.4, 1.5], [2.0, 1.0], [-1.0, -1.0], [1.0, 1.0])
    sides = (jnp.array(0.3), *(jnp.array(x) for x in box))
    slope = jax.grad(lambda *x: BoxQ(*x).value(ALPHA), argnums=(1, 2, 3, 4))(*sides)
    for place, found in enumerate(slope, 1):
        for i in range(2):
            step = [jnp.zeros_like(x) for x in sides]
            step[place] = step[place].at[i].set(1e-2)
            up, down = (BoxQ(*(x + d * e for x, e in zip(sides, step, strict=True))).value(ALPHA) for d in (1, -1))
            assert float(found[i]) == pytest.approx(float(up - down) / 2e-2, rel=2e-2, abs=2e-4)
    many = jax.vmap(lambda mean: BoxQ(sides[0], mean, *sides[2:]).variance(ALPHA))(jnp.stack([sides[1], sides[1]]))
    assert many.shape == (2, 2)


@pytest.mark.parametrize(
    ("k", "low", "high", "says"),
    [
        (1.0, 1.0, -1.0, "each side of the box must have a length"),
        (-1.0, -1.0, 1.0, r"curvature = .*: it must be at least 0"),
        (0.0, -np.inf, 1.0, "curvature is 0 on a side without end"),
    ],
)
def test_what_is_no_box_is_said(k, low, high, says):
    q = BoxQ(*(jnp.array(x) for x in (0.0, [0.0], [k], [low], [high])))
    for ask in (q.value, q.mean_action, q.variance, q.entropy):
        with pytest.raises(ValueError, match=says):
            ask(1.0)


def test_a_wide_box_is_no_box():
    wide = BoxQ(jnp.array(0.7), jnp.array([0.2, -0.4]), jnp.array([2.0, 1.0]), -50 * jnp.ones(2), 50 * jnp.ones(2))
    free = QuadraticQ(wide.peak, wide.mean, jnp.diag(wide.curvature))
    assert float(wide.value(ALPHA)) == pytest.approx(float(free.value(ALPHA)), abs=1e-6)
    assert float(wide.entropy(ALPHA)) == pytest.approx(float(free.entropy(ALPHA)), abs=1e-5)


A, B = np.array([[1.0, 0.2], [-0.1, 0.9]]), np.array([[0.1], [0.5]])
M, R, W = np.diag([1.0, 0.3]), np.array([[0.4]]), np.diag([0.02, 0.05])
GAMMA = 0.95


def test_the_regulator_solves_its_bellman_equation():
    """V(x) = α log ∫ exp((r(x,u) + γ E V(x'))/α) du at some states: the u-integral by quadrature, E by its moments."""
    found = soft_lqr(A, B, M, R, GAMMA, ALPHA, W)
    p = np.asarray(found.p, np.float64)
    np.testing.assert_allclose(p, p.T, atol=1e-5)

    def target(x, u):
        after = x @ A.T + u @ B.T
        reward = -0.5 * (x @ M @ x + np.einsum("bi,ij,bj->b", u, R, u))
        ahead = float(found.constant) - 0.5 * np.einsum("bi,ij,bj->b", after, p, after) - 0.5 * np.trace(p @ W)
        return reward + GAMMA * ahead

    for x in itertools.product([-1.0, 0.0, 2.0], [0.5, -1.5]):
        state, axis = np.array(x), np.linspace(-15, 15, 4001)
        log_z, actions, _ = integrate(lambda u, state=state: target(state, u) / ALPHA, axis)
        assert float(found.value(state)) == pytest.approx(ALPHA * log_z, rel=2e-5, abs=2e-4)
        np.testing.assert_allclose(found.q(state, actions[::400]), target(state, actions[::400]), rtol=1e-4, atol=1e-3)
    log_pi = np.asarray(found.log_policy(state, actions), np.float64)
    assert (np.exp(log_pi) * (axis[1] - axis[0])).sum() == pytest.approx(1, abs=1e-4)


def test_the_value_is_the_mean_return_of_its_policy():
    """4,000 rolled-out paths, entropy counted, within five standard errors of V(x)."""
    found = soft_lqr(A, B, M, R, GAMMA, ALPHA, W)
    rng, x0 = np.random.default_rng(0), np.array([1.0, -0.5])
    gain, spread = np.asarray(found.gain), np.sqrt(ALPHA / float(found.curvature[0, 0]))
    x, total = np.tile(x0, (4000, 1)), np.zeros(4000)
    for t in range(250):
        noise = rng.normal(size=(4000, 1))
        u = -x @ gain.T + spread * noise
        log_pi = -0.5 * noise[:, 0] ** 2 - np.log(spread * np.sqrt(2 * np.pi))
        total += GAMMA**t * (-0.5 * ((x @ M) * x).sum(-1) - 0.5 * R[0, 0] * u[:, 0] ** 2 - ALPHA * log_pi)
        x = x @ A.T + u @ B.T + rng.normal(size=(4000, 2)) * np.sqrt(np.diag(W))
    assert abs(total.mean() - float(found.value(x0))) < 5 * total.std() / np.sqrt(4000)


def test_temperature_moves_the_spread_and_not_the_mean():
    cold, hot = (soft_lqr(A, B, M, R, GAMMA, alpha, W) for alpha in (0.01, 1.0))
    np.testing.assert_array_equal(cold.gain, hot.gain)
    np.testing.assert_array_equal(cold.p, hot.p)
    assert float(hot.of_action(np.zeros(2)).entropy(1.0)) > float(cold.of_action(np.zeros(2)).entropy(0.01))
    assert float(cold.residual) < 1e-4


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"gamma": 1.0}, r"gamma = 1.0: it must be in \[0, 1\)"),
        ({"alpha": 0.0}, "alpha = 0.0: it must be positive"),
        ({"state_cost": np.eye(3)}, r"state_cost has shape \(3, 3\) but b has \(2, 1\)"),
        ({"b": np.zeros(2)}, "pass matrices"),
        ({"state_cost": np.diag([1.0, -0.3])}, "state_cost has the eigenvalue -0.3: it must be positive semidefinite"),
        ({"state_cost": np.array([[1.0, 0.5], [0.0, 1.0]])}, "state_cost is not symmetric"),
        ({"action_cost": np.zeros((1, 1))}, "action_cost has the eigenvalue 0: it must be positive definite"),
        ({"noise": -W}, "noise has the eigenvalue -0.05: it must be positive semidefinite"),
        ({"a": np.full((2, 2), np.nan)}, "a holds a number that is not finite"),
        ({"a": np.eye(2) / np.sqrt(GAMMA), "b": np.zeros((2, 1))}, "the Riccati recursion does not converge"),
        ({"a": 3 * np.eye(2), "b": np.zeros((2, 1))}, "the Riccati recursion does not converge"),
    ],
)
def test_what_is_no_regulator_is_said(change, says):
    with pytest.raises(ValueError, match=says):
        soft_lqr(**({"a": A, "b": B, "state_cost": M, "action_cost": R, "gamma": GAMMA, "alpha": ALPHA} | change))


@pytest.mark.parametrize(
    ("k", "says"),
    [
        (np.diag([1.0, -1.0]), "curvature has the eigenvalue -1: it must be positive definite"),
        (np.diag([1.0, 0.0]), "curvature has the eigenvalue 0: it must be positive definite"),
        (np.array([[1.0, 0.2], [0.1, 1.0]]), "curvature is not symmetric"),
        (np.diag([1.0, np.nan]), "curvature holds a number that is not finite"),
    ],
)
def test_what_is_no_bowl_is_said(k, says):
    q = QuadraticQ(jnp.array(0.0), jnp.zeros(2), jnp.asarray(k))
    for ask in (q.value, q.entropy, q.covariance):
        with pytest.raises(ValueError, match=says):
            ask(1.0)
