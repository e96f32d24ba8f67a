"""The equations against the oracle and against each other: shapes, dtypes, transformations, edges, refusals."""

import math

import jax
import jax.numpy as jnp
import numpy as np
import oracle
import pytest
import regimes

import softql

STATE = {
    "value": softql.soft_value,
    "log_policy": softql.boltzmann_log_policy,
    "policy": softql.boltzmann_policy,
    "advantage": softql.soft_advantage,
    "entropy": softql.boltzmann_entropy,
}
NAN, INF = math.nan, math.inf


@pytest.fixture(scope="module", params=["T", "D", "U", "N"])
def case(request):
    return regimes.regime(request.param, 40)


@pytest.mark.parametrize("measure", ["counting", "masked", "weighted"])
@pytest.mark.parametrize("name", STATE)
def test_state_operators_agree_with_the_oracle(case, measure, name):
    if measure == "masked":
        case = regimes.masked(case)
    elif measure == "weighted":
        case = regimes.weighted(case, span=2.0)
    true = oracle.truth(*case)[name]
    got = np.asarray(STATE[name](*case), np.float64)
    finite = np.isfinite(true.hi)
    np.testing.assert_array_equal(got[~finite], true.hi[~finite])
    error = np.abs(got[finite] - np.ldexp(true.hi, true.exp)[finite])
    q, alpha, log_w = case
    valid = np.ones_like(q, bool) if log_w is None else np.isfinite(log_w)
    spread = np.where(valid, np.abs(q), 0).max(-1) + alpha * (np.log(q.shape[-1]) + 2.0)  # the terms that are added
    scale = {"value": spread, "advantage": spread}.get(
        name, np.maximum(1.0, spread / alpha if name == "log_policy" else 1.0)
    )
    scale = np.broadcast_to(np.asarray(scale).reshape((-1,) + (1,) * (got.ndim - 1)), got.shape)[finite]
    assert (error <= 8 * np.finfo(np.float32).eps * scale).all()


def test_energy_mellowmax_and_log_partition_are_value_in_other_clothes():
    q, alpha, _ = regimes.regime("T", 30)
    np.testing.assert_allclose(softql.energy(q, alpha), -q / alpha[:, None], rtol=1e-6)
    np.testing.assert_allclose(
        softql.log_partition(q, alpha) * alpha, softql.soft_value(q, alpha), rtol=1e-5, atol=1e-5
    )
    true = oracle.truth(q, alpha)["mellowmax"]
    np.testing.assert_allclose(softql.mellowmax(q, alpha), np.ldexp(true.hi, true.exp), rtol=2e-5, atol=2e-6)


def test_densities_agree_with_the_oracle():
    q, alpha, _ = regimes.regime("T", 30)
    log_p = softql.boltzmann_log_policy(q, alpha)
    log_q = softql.boltzmann_log_policy(q[::-1], alpha)
    for ours, true in (
        (softql.entropy(log_p), oracle.entropy(log_p)),
        (softql.kl_divergence(log_p, log_q), oracle.kl_divergence(log_p, log_q)),
        (softql.policy_value(log_p, q, alpha), oracle.policy_value(log_p, q, alpha)),
        (softql.kl_to_boltzmann(log_q, q, alpha), oracle.kl_to_boltzmann(log_q, q, alpha)),
    ):
        np.testing.assert_allclose(ours, np.ldexp(true.hi, true.exp), rtol=1e-5, atol=3e-6)


def test_kl_of_a_policy_with_itself_is_zero_and_of_near_ones_positive():
    log_p = softql.boltzmann_log_policy(np.linspace(0, 1, 5), 0.3)
    near = softql.boltzmann_log_policy(np.linspace(0, 1.0001, 5), 0.3)
    assert float(softql.kl_divergence(log_p, log_p)) == 0.0
    assert 0 < float(softql.kl_divergence(log_p, near)) < 1e-8


def test_backup_targets_are_what_they_say():
    q, alpha, _ = regimes.regime("T", 7)
    reward, discount = np.linspace(-1, 1, 7, dtype=np.float32), np.full(7, 0.9, np.float32)
    log_pi = softql.boltzmann_log_policy(-q, alpha)
    np.testing.assert_allclose(
        softql.optimality_target(reward, discount, q, alpha), reward + 0.9 * softql.soft_value(q, alpha), rtol=1e-6
    )
    np.testing.assert_allclose(
        softql.evaluation_target(reward, discount, log_pi, q, alpha),
        reward + 0.9 * softql.policy_value(log_pi, q, alpha),
        rtol=1e-6,
    )
    assert (
        softql.evaluation_target(reward, discount, log_pi, q, alpha)
        < softql.optimality_target(reward, discount, q, alpha)
    ).all()


def test_the_value_after_the_end_is_nothing():
    masked = jnp.full((3,), -INF)
    assert float(softql.optimality_target(2.0, 0.0, jnp.zeros(3), 1.0, masked)) == 2.0
    gradient = jax.grad(lambda r, d: softql.soft_q_target(r, d, -INF), argnums=(0, 1))(2.0, 0.0)
    assert [float(g) for g in gradient] == [1.0, 0.0]


def test_q_loss_moves_q_and_not_the_target():
    q, action, target = jnp.array([[1.0, 5.0], [2.0, 0.0]]), jnp.array([1, 0]), jnp.array([3.0, 2.5])
    np.testing.assert_allclose(softql.q_loss(q, action, target), [2.0, 0.125])
    to_q, to_target = jax.grad(lambda q, t: softql.q_loss(q, action, t).sum(), argnums=(0, 1))(q, target)
    np.testing.assert_allclose(to_q, [[0.0, 2.0], [-0.5, 0.0]])
    np.testing.assert_array_equal(to_target, 0)


def test_importance_value_recovers_a_gaussian_integral():
    """∫ exp(-a²/2α) da = √(2πα), from nodes drawn by a wider Gaussian."""
    rng = np.random.default_rng(0)
    alpha, wide, n = 0.7, 1.5, 200_000
    a = rng.normal(scale=wide, size=n)
    log_proposal = -0.5 * (a / wide) ** 2 - 0.5 * math.log(2 * math.pi * wide**2)
    weights = np.exp(-0.5 * a**2 / alpha - log_proposal)
    error = 5 * alpha * weights.std() / weights.mean() / math.sqrt(n)
    truth = 0.5 * alpha * math.log(2 * math.pi * alpha)
    assert abs(float(softql.importance_value(-0.5 * a**2, alpha, log_proposal)) - truth) < error


def test_langevin_step_keeps_a_gaussian_up_to_its_known_bias():
    """For Q = -a²/2 the stationary variance is α / (1 - ε/2α), not α."""
    alpha, step_size = 0.5, 0.1
    rate = 1 - step_size / alpha
    variance = 2 * step_size / (1 - rate**2)
    assert variance == pytest.approx(alpha / (1 - step_size / (2 * alpha)))
    a, noise = jnp.array([[math.sqrt(variance)], [-math.sqrt(variance)]]), jnp.array([[1.0], [-1.0]])
    moved = jnp.stack([softql.langevin_step(a, -a, alpha, step_size, s * noise) for s in (1, -1)])
    assert float(jnp.mean(moved**2)) == pytest.approx(variance, rel=1e-5)


def every_function():
    """name -> (call, arguments): each with a batch of rows [4, 3]."""
    q, alpha, _ = regimes.regime("T", 4, actions=3)
    other = q[::-1].copy()
    log_w = np.array([0.0, -1.0, -np.inf], np.float32)
    log_pi = np.asarray(softql.boltzmann_log_policy(other, alpha, log_w))
    reward = np.arange(4, dtype=np.float32)
    discount = np.array([0.9, 0.0, 0.5, 1.0], np.float32)
    calls = {name: (call, (q, alpha, log_w)) for name, call in STATE.items()}
    calls |= {
        "log_partition": (softql.log_partition, (q, alpha, log_w)),
        "entropy of": (softql.entropy, (log_pi, log_w)),
        "boltzmann_kl": (softql.boltzmann_kl, (q, alpha, other, alpha, log_w)),
        "kl_divergence": (
            softql.kl_divergence,
            (log_pi, np.asarray(softql.boltzmann_log_policy(q, alpha, log_w)), log_w),
        ),
        "kl_to_boltzmann": (softql.kl_to_boltzmann, (log_pi, q, alpha, log_w)),
        "policy_value": (softql.policy_value, (log_pi, q, alpha, log_w)),
        "energy": (softql.energy, (q, alpha)),
        "mellowmax": (softql.mellowmax, (q, alpha)),
        "soft_q_target": (softql.soft_q_target, (reward, discount, reward)),
        "evaluation_target": (softql.evaluation_target, (reward, discount, log_pi, q, alpha, log_w)),
        "optimality_target": (softql.optimality_target, (reward, discount, q, alpha, log_w)),
        "q_loss": (softql.q_loss, (q, np.array([0, 1, 2, 0]), reward)),
        "importance_value": (softql.importance_value, (q, alpha, other)),
        "langevin_step": (softql.langevin_step, (q, other, alpha, np.float32(0.1), q)),
    }
    return calls


ALL = every_function()


def test_the_list_above_is_complete():
    public = {name for name in dir(softql.equations) if name[0] != "_" and callable(getattr(softql.equations, name))}
    assert {call.__name__ for call, _ in ALL.values()} == public


@pytest.mark.parametrize("name", ALL)
def test_numpy_jax_jit_and_vmap_agree(name):
    call, arguments = ALL[name]
    plain = call(*arguments)
    assert isinstance(plain, jax.Array)
    assert plain.dtype == jnp.float32
    assert not jnp.isnan(plain).any()
    on_jax = [jnp.asarray(x) for x in arguments]
    np.testing.assert_array_equal(plain, call(*on_jax))
    np.testing.assert_allclose(plain, jax.jit(call)(*on_jax), rtol=1e-6)
    axes = [0 if x.ndim and x.shape[0] == 4 else None for x in on_jax]
    np.testing.assert_allclose(plain, jax.vmap(call, axes)(*on_jax), rtol=1e-6)


@pytest.mark.parametrize("name", ALL)
def test_leading_axes_may_be_anything(name):
    call, arguments = ALL[name]
    plain = np.asarray(call(*arguments))
    batched = [x.reshape(2, 2, *x.shape[1:]) if x.ndim and x.shape[0] == 4 else x for x in map(np.asarray, arguments)]
    np.testing.assert_allclose(np.asarray(call(*batched)).reshape(plain.shape), plain, rtol=1e-6)
    one = [x[0] if x.ndim and x.shape[0] == 4 else x for x in map(np.asarray, arguments)]
    np.testing.assert_allclose(call(*one), plain[0], rtol=1e-6)


@pytest.mark.parametrize("name", ALL)
def test_sixteen_bit_floats_are_computed_in_float32_and_rounded_once(name):
    call, arguments = ALL[name]
    for dtype in (jnp.bfloat16, jnp.float16):
        low = [x if np.issubdtype(x.dtype, np.integer) else jnp.asarray(x, dtype) for x in map(np.asarray, arguments)]
        high = [x if jnp.issubdtype(x.dtype, jnp.integer) else x.astype(jnp.float32) for x in low]
        got = call(*low)
        assert got.dtype == dtype
        np.testing.assert_array_equal(got, call(*high).astype(dtype))


@pytest.mark.parametrize("name", ALL)
def test_gradients_are_finite_and_match_differences(name):
    call, arguments = ALL[name]
    floats = [i for i, x in enumerate(arguments) if not np.issubdtype(np.asarray(x).dtype, np.integer)]

    def total(*moved):
        full = list(arguments)
        for i, x in zip(floats, moved, strict=True):
            full[i] = x
        y = call(*full)
        return jnp.where(jnp.isfinite(y), y, 0).sum()

    base = [jnp.asarray(arguments[i]) for i in floats]
    gradients = jax.jit(jax.grad(total, argnums=tuple(range(len(floats)))))(*base)
    assert all(jnp.isfinite(g).all() for g in gradients)
    if name == "soft_q_target":
        return  # no action values: tested where the value after the end is nothing
    q_at = [i for i, x in zip(range(len(floats)), floats, strict=True) if np.ndim(arguments[x]) == 2][-1]
    step = 2.0**-6
    direction = jnp.asarray(np.random.default_rng(1).normal(size=base[q_at].shape), jnp.float32)
    direction = jnp.where(jnp.isfinite(base[q_at]), direction, 0)
    if name in ("kl_divergence", "entropy of", "policy_value", "evaluation_target"):
        return  # log π leaves the normalised densities along this direction: tested with the policies that make them
    ends = []
    for sign in (1, -1):
        moved = list(base)
        moved[q_at] = base[q_at] + sign * step * direction
        ends.append(total(*moved))
    slope = (ends[0] - ends[1]) / (2 * step)
    np.testing.assert_allclose(jnp.vdot(gradients[q_at], direction), slope, rtol=2e-2, atol=2e-2)


def test_density_gradients_through_the_policies_that_make_them():
    """dKL(π_x ‖ π_y) and dH(π_x) along logits x, against their closed forms."""
    x, y = jnp.array([0.3, -1.0, 2.0]), jnp.array([1.0, 0.5, -0.2])
    log_p, log_q = jax.nn.log_softmax(x), jax.nn.log_softmax(y)
    p, q = jnp.exp(log_p), jnp.exp(log_q)
    t = log_p - log_q
    to_x, to_y = jax.grad(
        lambda x, y: softql.kl_divergence(jax.nn.log_softmax(x), jax.nn.log_softmax(y)), argnums=(0, 1)
    )(x, y)
    np.testing.assert_allclose(to_x, p * (t - (p * t).sum()), rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(to_y, q - p, rtol=1e-4, atol=1e-6)
    to_h = jax.grad(lambda x: softql.entropy(jax.nn.log_softmax(x)))(x)
    np.testing.assert_allclose(to_h, -p * (log_p + softql.entropy(log_p)), rtol=1e-4, atol=1e-6)
    value = jax.grad(lambda x: softql.policy_value(jax.nn.log_softmax(x), y, 0.7))(x)
    gain = y - 0.7 * log_p
    np.testing.assert_allclose(value, p * (gain - (p * gain).sum()), rtol=1e-4, atol=1e-6)


class TestDerivatives:
    """dV/dQ = w π, dV/dα = H, dV/dlog w = α w π, and the second derivatives."""

    q = jnp.array([[1.0, 2.0, -0.5, 1.5]])
    log_w = jnp.array([[0.3, -0.2, 0.0, -jnp.inf]])
    alpha = jnp.array([0.7])

    def test_first(self):
        dq, dalpha, dlog_w = jax.grad(lambda *a: softql.soft_value(*a).sum(), argnums=(0, 1, 2))(
            self.q, self.alpha, self.log_w
        )
        p = softql.boltzmann_policy(self.q, self.alpha, self.log_w) * jnp.exp(self.log_w)
        np.testing.assert_allclose(dq, p, rtol=1e-6)
        np.testing.assert_allclose(dalpha, softql.boltzmann_entropy(self.q, self.alpha, self.log_w), rtol=1e-6)
        np.testing.assert_allclose(dlog_w, 0.7 * p, rtol=1e-6)

    def test_hessian_is_the_covariance_over_alpha(self):
        hessian = jax.hessian(lambda q: softql.soft_value(q, 0.7))(self.q[0])
        p = softql.boltzmann_policy(self.q[0], 0.7)
        np.testing.assert_allclose(hessian, (jnp.diag(p) - jnp.outer(p, p)) / 0.7, rtol=1e-5, atol=1e-7)

    @pytest.mark.parametrize("name", STATE)
    def test_forward_and_reverse_agree(self, name):
        def flat(q, alpha, log_w):
            y = STATE[name](q, alpha, log_w)
            return jnp.where(jnp.isfinite(y), y, 0)

        arguments = (self.q, self.alpha, self.log_w)
        jacobians = (jax.jit(jac(flat, (0, 1, 2)))(*arguments) for jac in (jax.jacfwd, jax.jacrev))
        for forward, reverse in zip(*jacobians, strict=True):
            np.testing.assert_allclose(forward, reverse, rtol=1e-5, atol=1e-6)

    def test_first_derivatives_against_the_oracle(self):
        case = regimes.masked(regimes.weighted(regimes.regime("T", 20, actions=4), span=1.0))
        true = oracle.derivatives(*case)
        for name, call in STATE.items():
            row = jax.jacrev(lambda q, a, w, call=call: self._finite(call(q, a, w)), (0, 1, 2))
            jacobians = jax.jit(jax.vmap(row))(*map(jnp.asarray, case))
            for argument, jacobian in zip(("dq", "dalpha", "dlog_w"), jacobians, strict=True):
                exact = true[f"d_{name}_{argument}"]
                expected = np.ldexp(exact.hi, exact.exp)
                np.testing.assert_allclose(jacobian, expected, rtol=1e-4, atol=2e-6 * max(1.0, np.abs(expected).max()))

    @staticmethod
    def _finite(y):
        return jnp.where(jnp.isfinite(y), y, 0)


class TestEdges:
    """The inputs at which other implementations answer NaN."""

    def test_a_fully_masked_row(self):
        q = jnp.array([[1.0, 2.0], [3.0, NAN]])
        log_w = jnp.array([[0.0, 0.0], [-INF, -INF]])
        assert softql.soft_value(q, 1.0, log_w)[1] == -INF
        np.testing.assert_array_equal(softql.boltzmann_policy(q, 1.0, log_w)[1], 0)
        np.testing.assert_array_equal(softql.boltzmann_log_policy(q, 1.0, log_w)[1], -INF)
        np.testing.assert_array_equal(softql.soft_advantage(q, 1.0, log_w)[1], -INF)
        assert softql.boltzmann_entropy(q, 1.0, log_w)[1] == 0
        log_pi = softql.boltzmann_log_policy(q, 1.0, log_w)
        assert softql.policy_value(log_pi, q, 1.0, log_w)[1] == -INF
        alone = softql.soft_value(q[0], 1.0)
        assert softql.soft_value(q, 1.0, log_w)[0] == alone
        gradient = jax.grad(lambda q: softql.soft_value(q, 1.0, log_w)[0])(q)
        np.testing.assert_array_equal(gradient[1], 0)
        np.testing.assert_allclose(gradient[0], softql.boltzmann_policy(q[0], 1.0), rtol=1e-6)

    def test_nan_stays_in_its_row_and_masked_nan_is_nothing(self):
        q = jnp.array([[1.0, NAN, 2.0], [1.0, 0.0, 2.0]])
        for call in STATE.values():
            y = np.asarray(call(q, 0.5))
            assert np.isnan(y[0]).all()
            assert np.isfinite(y[1]).all()
            masked = np.asarray(call(q, 0.5, jnp.array([0.0, -INF, 0.0])))
            assert not np.isnan(masked).any()

    def test_one_action(self):
        for q in (3.0, -1e30):
            row = jnp.array([q])
            assert softql.soft_value(row, 2.0) == row[0]
            assert softql.boltzmann_policy(row, 2.0) == 1
            assert softql.boltzmann_entropy(row, 2.0) == 0
            assert softql.mellowmax(row, 2.0) == row[0]

    def test_extremes(self):
        assert softql.soft_value([1e30, -1e30], 1e-9) == np.float32(1e30)
        np.testing.assert_array_equal(softql.boltzmann_policy([1e30, -1e30], 1e-9), [1, 0])
        np.testing.assert_allclose(softql.soft_advantage([3e38, -3e38], 1e38), [-2.4756844e35, -INF], rtol=1e-5)
        assert softql.soft_value([INF, 1.0], 1.0) == INF
        np.testing.assert_array_equal(softql.boltzmann_policy([INF, 1.0], 1.0), [1, 0])
        np.testing.assert_array_equal(softql.boltzmann_policy([-INF, 1.0], 1.0), [0, 1])

    def test_digits_of_a_sure_policy(self):
        np.testing.assert_allclose(softql.boltzmann_entropy([0.0, -30.0], 1.0), 2.90086e-12, rtol=1e-5)
        np.testing.assert_allclose(softql.soft_advantage([0.0, -30.0], 1.0)[0], -9.357623e-14, rtol=1e-5)

    def test_a_traced_alpha_that_is_none_gives_nan(self):
        for alpha in (-1.0, NAN):
            assert jnp.isnan(jax.jit(softql.soft_value)(jnp.ones(3), alpha))
            assert jnp.isnan(jax.jit(softql.boltzmann_policy)(jnp.ones(3), alpha)).all()

    def test_infinite_alpha(self):
        np.testing.assert_allclose(softql.mellowmax([1.0, 2.0, 6.0], INF), 3.0, rtol=1e-6)
        np.testing.assert_allclose(softql.boltzmann_policy([1.0, 2.0, 6.0], INF), [1 / 3] * 3, rtol=1e-6)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: softql.soft_value(np.array([1, 2]), 1.0), "q has dtype int32: pass floating-point"),
        (lambda: softql.soft_value(1.0, 1.0), "q is a scalar"),
        (lambda: softql.soft_value(np.zeros((2, 0)), 1.0), "q has shape (2, 0): its last axis, the actions, is empty"),
        (lambda: softql.energy([1.0], 0.0), "alpha must be positive, got 0.0"),
        (lambda: softql.log_partition([1.0], 0.0), "alpha must be positive, got 0.0"),
        (lambda: softql.langevin_step([1.0], [1.0], 0.0, 0.1, [0.0]), "alpha must be positive, got 0.0"),
        (lambda: softql.soft_value([1.0], -2.0), "alpha must be at least 0 (0 is the hard maximum), got -2.0"),
        (lambda: softql.soft_value([1.0], NAN), "alpha must be at least 0 (0 is the hard maximum), got nan"),
        (lambda: softql.soft_value(np.zeros((2, 1)), np.array([1.0, -1.0])), "got -1.0 among 2 values"),
        (
            lambda: softql.soft_value(np.zeros((2, 3)), np.ones(3)),
            "alpha has shape (3,) but the rows of q have shape (2,)",
        ),
        (
            lambda: softql.soft_value(np.zeros(3), 1.0, np.zeros(5)),
            "q has 3 actions but log_w has 5: build both from one",
        ),
        (
            lambda: softql.soft_value(np.zeros((2, 3)), 1.0, np.zeros((4, 3))),
            "log_w has shape (4, 3) but q has shape (2, 3)",
        ),
        (lambda: softql.policy_value(np.zeros(3), np.zeros(4), 1.0), "q has shape (4,) but log_pi has shape (3,)"),
        (lambda: softql.kl_divergence(np.zeros(3), np.zeros(4)), "log_q has shape (4,) but log_p has shape (3,)"),
        (lambda: softql.kl_to_boltzmann(np.zeros(3), np.zeros(4), 1.0), "log_pi has shape (3,) but q has shape (4,)"),
        (lambda: softql.soft_q_target(np.zeros(2), 0.9, np.zeros(3)), "shapes differ: reward (2,), next_v (3,)"),
        (
            lambda: softql.optimality_target(np.zeros(2), 0.9, np.zeros((3, 4)), 1.0),
            "reward has shape (2,) but the rows of next_q",
        ),
        (
            lambda: softql.optimality_target(0.0, 0.9, np.zeros(3), 1.0, np.zeros(2)),
            "next_q has 3 actions but log_w has 2",
        ),
        (lambda: softql.q_loss(np.zeros((2, 3)), np.zeros(2), np.zeros(2)), "action has dtype float32"),
        (
            lambda: softql.q_loss(np.zeros((2, 3)), np.array([0, 3]), np.zeros(2)),
            "action lies in [0, 3] but q has 3 actions",
        ),
        (
            lambda: softql.q_loss(np.zeros((2, 3)), np.zeros(3, int), np.zeros(2)),
            "action has shape (3,) but the rows of q",
        ),
        (
            lambda: softql.importance_value(np.zeros(3), 1.0, np.zeros(2)),
            "log_proposal has shape (2,) but q has shape (3,)",
        ),
        (lambda: softql.langevin_step(np.zeros(2), np.zeros(3), 1.0, 0.1, np.zeros(2)), "q_gradient has shape (3,)"),
    ],
)
def test_impossible_input_is_refused_in_the_callers_words(call, message):
    with pytest.raises(ValueError, match=r"\w") as refusal:
        call()
    assert message in str(refusal.value)


def test_shapes_are_refused_while_tracing_too():
    with pytest.raises(ValueError, match="build both from one measure"):
        jax.jit(softql.soft_value)(jnp.zeros(3), 1.0, jnp.zeros(5))


class TestMaskedRowsBesideOthers:
    """A row without actions leaves the gradients of the rows beside it alone, also through what they share."""

    q = jnp.array([[1.0, 2.0], [4.0, 5.0]])
    mask = jnp.array([[-INF, -INF], [0.0, 0.0]])

    def test_shared_alpha(self):
        for call in (softql.soft_value, softql.log_partition, softql.boltzmann_entropy):
            shared = jax.grad(lambda a, call=call: call(self.q, a, self.mask)[1])(0.5)
            alone = jax.grad(lambda a, call=call: call(self.q[1], a))(0.5)
            np.testing.assert_allclose(shared, alone, rtol=1e-6)
        low = jnp.array([[-INF, -INF], [1.0, 2.0]])
        np.testing.assert_allclose(jax.grad(lambda a: softql.energy(low, a)[1].sum())(0.5), 12.0, rtol=1e-6)

    def test_shared_discount(self):
        log_pi = softql.boltzmann_log_policy(self.q, 0.5, self.mask)
        for call in (
            lambda d: softql.optimality_target(jnp.ones(2), d, self.q, 0.5, self.mask)[1],
            lambda d: softql.evaluation_target(jnp.ones(2), d, log_pi, self.q, 0.5, self.mask)[1],
        ):
            np.testing.assert_allclose(jax.grad(call)(0.9), softql.soft_value(self.q[1], 0.5), rtol=1e-5)
        assert softql.soft_q_target(1.0, 0.9, -INF) == -INF
        assert softql.soft_q_target(1.0, 0.0, -INF) == 1.0
        assert jnp.isnan(softql.soft_q_target(1.0, NAN, -INF))


def test_nan_in_an_action_never_taken_is_still_nan():
    assert jnp.isnan(softql.policy_value([0.0, -INF], [1.0, NAN], 0.5))
    assert jnp.isnan(softql.evaluation_target(1.0, 0.5, jnp.array([0.0, -INF]), jnp.array([1.0, NAN]), 0.5))
    assert softql.policy_value([0.0, -INF], [1.0, NAN], 0.5, [0.0, -INF]) == 1.0


def test_an_infinite_weight_is_none():
    log_w = jnp.array([0.0, INF, 0.0])
    for call in STATE.values():
        assert jnp.isnan(jax.jit(call)(jnp.zeros(3), 1.0, log_w)).all()
        with pytest.raises(ValueError, match=r"log_w has an entry of \+inf"):
            call(jnp.zeros(3), 1.0, log_w)
    with pytest.raises(ValueError, match="log_proposal has an entry of -inf"):
        softql.importance_value([0.0, 1.0], 1.0, jnp.array([0.0, -INF]))


def test_a_traced_alpha_that_is_none_gives_nan_everywhere():
    q, log_pi = jnp.zeros(2), jnp.log(jnp.array([0.5, 0.5]))
    for call in (
        lambda a: softql.policy_value(log_pi, q, a),
        lambda a: softql.evaluation_target(1.0, 0.5, log_pi, q, a),
        lambda a: softql.langevin_step(q, q + 1, a, 0.1, q),
        lambda a: softql.energy(q + 1, a),
    ):
        assert jnp.isnan(jax.jit(call)(-1.0)).all()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: softql.soft_value(None, 1.0), "q is no array of numbers"),
        (lambda: softql.soft_value("x", 1.0), "q is no array of numbers"),
        (lambda: softql.soft_value([0.0], None), "alpha is no array of numbers"),
        (lambda: softql.soft_q_target(1.0, None, 1.0), "discount is no array of numbers"),
        (lambda: softql.soft_value(jnp.zeros(2, jnp.float8_e4m3fn), 1.0), "q has dtype float8_e4m3fn"),
    ],
)
def test_what_is_no_array_is_refused_by_name(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_zero_has_no_sign():
    for call in (softql.boltzmann_log_policy, softql.soft_advantage, softql.boltzmann_entropy):
        assert not np.signbit(call([3.0], 1.0)).any()
