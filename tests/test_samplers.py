"""Samplers: under the laws, against quadrature, and what their certificates say of right and of wrong draws."""

import functools
import importlib.util
import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import softql
from softql.laws import continuous
from softql.measures import Box, quadrature
from softql.samplers import (
    amortised_stein,
    boltzmann_target,
    chain_sample_size,
    draw,
    gumbel_max,
    hmc,
    kernel_stein_discrepancy,
    langevin,
    mala,
    reflected_langevin,
    stein_direction,
    svgd,
)
from softql.samplers.chains import fold
from softql.samplers.records import at
from softql.samplers.stein import two_h_squared

HAVE_BLACKJAX = importlib.util.find_spec("blackjax") is not None


def box(d):
    return Box(-jnp.ones(d), jnp.ones(d))


def peaks(centre, height, width):
    """The laws' energy, for one action."""
    return lambda a: jnp.sum(height * jnp.exp(-jnp.sum(jnp.square(a[None] - centre), -1) / (2 * width**2)))


def box_sampler(make, steps):
    """A sampler under the laws' name: every draw is where a chain of its own stands after `steps` steps."""

    @functools.partial(jax.jit, static_argnums=(1,))
    def run(key, count, centre, height, width, alpha):
        d = centre.shape[1]
        k_start, k_run = jax.random.split(key)
        sampler, start = make(peaks(centre, height, width), alpha, box(d))
        state = sampler.init(start(jax.random.uniform(k_start, (count, d), minval=-0.999, maxval=0.999)))
        state, moves = jax.lax.scan(lambda s, k: sampler.step(k, s), state, jax.random.split(k_run, steps))
        return moves.action[-1]

    def sample_box_actions(seed, count, centre, height, width, alpha):
        numbers = (jnp.asarray(x, jnp.float32) for x in (centre, height, width, alpha))
        return np.asarray(run(jax.random.key(seed), count, *numbers))

    return {"sample_box_actions": sample_box_actions}


def in_z(method, *options):
    """A method that works in the coordinates of the box."""
    return lambda q, alpha, b: (method(boltzmann_target(q, alpha, b), *options), b.unsquash)


SAMPLERS = {
    "mala": (in_z(mala, 0.4), 200),
    "hmc": (in_z(hmc, 0.5, 3), 80),
    "langevin": (in_z(langevin, 0.02), 1_500),
    "reflected": (lambda q, alpha, b: (reflected_langevin(q, alpha, b, 0.003), lambda a: a), 2_000),
}
if HAVE_BLACKJAX:
    from softql.samplers.foreign import blackjax_hmc, blackjax_mala

    SAMPLERS |= {"blackjax mala": (in_z(blackjax_mala, 0.4), 200), "blackjax hmc": (in_z(blackjax_hmc, 0.5, 3), 80)}


LAW = continuous.box_draws_follow_boltzmann
TWO_PEAKS = {  # 3.2 nats and 1.2 above the valley between them: few random energies have one
    **{"seed": 2, "centre": np.array([[0.6], [-0.6]]), "height": np.array([2.0, 1.0])},
    **{"width": np.float64(0.3), "alpha": np.float64(0.5)},
}


@pytest.mark.parametrize("name", SAMPLERS)
def test_the_laws_of_continuous_draws_hold(name):
    implementation = box_sampler(*SAMPLERS[name])
    report = softql.verify(implementation, ["box_draws_follow_boltzmann", "box_draws_have_the_moments"], examples=3)
    assert report.ok, str(report)
    assert report.counts["passed"] == 2
    if name != "langevin":  # whose step of 0.02 widens peaks so narrow until the law sees it, nearly
        apart = LAW.check(types(implementation), **TWO_PEAKS)
        assert (apart.left <= apart.right).all()


@functools.partial(jax.jit, static_argnums=(1, 5))
def langevin_chains(key, count, curvature, alpha, step, steps):
    sampler = langevin(boltzmann_target(lambda a: -0.5 * curvature * a @ a, alpha), step)
    keys = jax.random.split(key, steps)
    return jax.lax.scan(lambda s, k: sampler.step(k, s), sampler.init(jnp.zeros((count, 1))), keys)[0].z[:, 0]


def test_langevin_has_the_variance_of_its_step():
    def langevin_draws(seed, count, curvature, alpha, step, steps):
        numbers = (jnp.asarray(x, jnp.float32) for x in (curvature, alpha, step))
        return langevin_chains(jax.random.key(seed), count, *numbers, steps)

    report = softql.verify({"langevin_draws": langevin_draws}, ["langevin_variance_depends_on_its_step"], examples=8)
    assert report.ok, str(report)

    def adjusted(seed, count, curvature, alpha, step, steps):
        sampler = mala(boltzmann_target(lambda a: -0.5 * curvature * a @ a, alpha), step)
        state, keys = sampler.init(jnp.zeros((count, 1))), jax.random.split(jax.random.key(seed), steps)
        return jax.lax.scan(lambda s, k: sampler.step(k, s), state, keys)[0].z[:, 0]

    law = ["langevin_variance_depends_on_its_step"]
    assert not softql.verify({"langevin_draws": adjusted}, law, examples=8, shrink=False).ok


def test_gumbel_max_under_the_laws_of_finite_draws():
    compiled = jax.jit(gumbel_max, static_argnums=4)

    def sample_actions(seed, count, q, alpha, log_w=None):
        return compiled(jax.random.key(seed), q, alpha, log_w, int(count))

    report = softql.verify({"sample_actions": sample_actions}, ["sampler"], examples=5)
    assert report.ok, str(report)
    assert report.counts["skipped"] == 0


def test_gumbel_max_draws_among_the_nodes_of_a_quadrature():
    """A continuous draw in one dimension: exact up to the width of a node."""
    q = lambda a: -2.0 * jnp.square(a[..., 0] - 0.2)  # noqa: E731
    points, log_w = quadrature([-1.0], [1.0], 64)
    drawn = points[gumbel_max(jax.random.key(0), q(points), 0.5, log_w, count=20_000), 0]
    mass = np.exp(np.asarray(q(points) / 0.5 + log_w, np.float64))
    mass /= mass.sum()
    mean = mass @ np.asarray(points[:, 0])
    error = np.sqrt(mass @ np.square(np.asarray(points[:, 0]) - mean) / 20_000)
    assert abs(float(drawn.mean()) - mean) < 5 * error
    assert gumbel_max(jax.random.key(0), jnp.zeros((3, 2)), 1.0).shape == (3,)


# The space mismatch, as a negative control

CASE = {"seed": 1, "width": 0.5, "alpha": 1.0, "centre": np.array([[0.6], [-0.6]]), "height": np.array([2.0, 1.0])}
GROUPS, PARTICLES = 80, 50  # 4,000 draws in small systems: the kernel takes the square of their number


def stein_draws(direction):
    """SVGD particles that move by `direction(q, z)`, under the laws' name."""

    @jax.jit
    def run(key, centre, height, width):
        q = peaks(centre, height, width)
        z = jnp.arctanh(jax.random.uniform(key, (GROUPS, PARTICLES, centre.shape[1]), minval=-0.9, maxval=0.9))
        move = jax.vmap(functools.partial(direction, q))
        z = jax.lax.fori_loop(0, 200, lambda _, z: z + 0.6 * move(z), z)
        return jnp.tanh(z).reshape(-1, centre.shape[1])

    def sample_box_actions(seed, count, centre, height, width, alpha):
        assert count == GROUPS * PARTICLES
        assert alpha == 1
        return run(jax.random.key(seed), *(jnp.asarray(x, jnp.float32) for x in (centre, height, width)))

    return {"sample_box_actions": sample_box_actions}


def in_one_space(q, z):
    """softql's: score, kernel and update in z."""
    return stein_direction(z, at(boltzmann_target(q, 1.0, box(z.shape[1])), z).score)


def in_two_spaces(q, z):
    """The mismatch: score of the squashed density, Jacobian and all, and kernel, in a; the chain rule back to z."""
    a = jnp.tanh(z)

    def log_density(a):
        return q(a) + jnp.sum(jnp.log(1 - jnp.square(a) + 1e-6))

    return stein_direction(a, jax.vmap(jax.grad(log_density))(a)) * (1 - jnp.square(a))


def test_the_laws_catch_the_space_mismatch():
    """H17's own code takes the score of the squashed density and moves squashed actions: exp(Q/α)(1 - a²)."""
    right, wrong = (LAW.check(types(stein_draws(d)), **CASE) for d in (in_one_space, in_two_spaces))
    assert (right.left <= right.right).all()
    assert (wrong.left > 2 * wrong.right).any()


def types(functions):
    import types

    return types.SimpleNamespace(**functions)


# Stein


def test_svgd_is_more_even_than_chance():
    """On a Gaussian: moments within what 200 independent draws would have, and a smaller discrepancy than theirs."""
    target = boltzmann_target(lambda a: -0.5 * a @ a, 1.0)
    sampler = svgd(target, 0.5)
    start = jax.random.normal(jax.random.key(0), (200, 2)) * 0.3 + 1.0
    found = draw(sampler, target, jax.random.key(1), sampler.init(start), steps=4, warmup=400)
    z = np.asarray(found.state.z)
    assert np.abs(z.mean(0)).max() < 0.05
    assert np.abs(z.std(0) - 1).max() < 0.1
    assert found.certificate.stein_discrepancy < 0.5 * found.certificate.stein_noise


def network(sizes):
    """A small MLP as (params, apply)."""
    keys = jax.random.split(jax.random.key(5), len(sizes) - 1)
    params = [
        (jax.random.normal(k, (m, n)) / np.sqrt(m), jnp.zeros((1, n))) for k, m, n in zip(keys, sizes, sizes[1:])
    ]

    def apply(params, x):
        for w, b in params[:-1]:
            x = jnp.tanh(x @ w + jnp.broadcast_to(b, (len(x), b.shape[1])))
        w, b = params[-1]
        return x @ w + jnp.broadcast_to(b, (len(x), b.shape[1]))

    return params, apply


def test_an_amortised_network_learns_both_peaks():
    optax = pytest.importorskip("optax")
    q = peaks(jnp.array([[-0.5], [0.5]]), jnp.array([2.0, 2.0]), 0.25)
    target = boltzmann_target(q, 0.7, box(1))
    params, apply = network((2, 32, 32, 1))
    init, step = amortised_stein(apply, 2, target, optax.adam(3e-3), particles=64)

    @jax.jit
    def learn(state, key):
        return jax.lax.scan(lambda s, k: step(k, s), state, jax.random.split(key, 1_500))[0]

    state = learn(init(params), jax.random.key(0))
    z = apply(state.params, jax.random.normal(jax.random.key(1), (2_000, 2)))
    a = np.asarray(jnp.tanh(z))[:, 0]
    points, log_w = quadrature([-1.0], [1.0], 64)
    mass = np.exp(np.asarray(jax.vmap(q)(points) / 0.7 + log_w, np.float64))
    mass /= mass.sum()
    near = lambda x: (np.abs(x - 0.5) < 0.25).astype(float)  # noqa: E731
    for side in (1, -1):
        assert abs(near(side * a).mean() - mass @ near(side * np.asarray(points[:, 0]))) < 0.08
    before, _ = kernel_stein_discrepancy(*pair(target, apply(params, jax.random.normal(jax.random.key(1), (500, 2)))))
    after, noise = kernel_stein_discrepancy(*pair(target, z[:500]))
    assert after < 0.7 * before
    assert after > 1.5 * noise  # an approximation, and its certificate says so


def pair(target, z):
    state = at(target, z)
    return state.z, state.score


def test_stein_direction_is_its_double_sum():
    z, s = np.random.default_rng(0).normal(size=(2, 5, 2)).astype(np.float32)
    square = np.square(z[:, None] - z[None]).sum(-1)
    width = np.median(square[np.triu_indices(5, 1)]) / np.log(6)
    expected = np.zeros((5, 2))
    for i in range(5):
        for j in range(5):
            k = np.exp(-square[i, j] / width)
            expected[i] += (k * s[j] - 2 * (z[j] - z[i]) / width * k) / 5
    np.testing.assert_allclose(stein_direction(jnp.asarray(z), jnp.asarray(s)), expected, atol=2e-6)
    one = stein_direction(jnp.zeros((1, 2)), jnp.ones((1, 2)))
    np.testing.assert_allclose(one, np.ones((1, 2)))


def test_a_kernel_may_measure_distance_in_another_place():
    """κ(tanh x, tanh y): the double sum again, with ∇κ along z by JAX itself, and half the width."""
    z, s = (jnp.asarray(x) for x in np.random.default_rng(1).normal(size=(2, 5, 2)).astype(np.float32))
    y = jnp.array([[0.3, -0.2], [2.0, 1.0], [0.0, 0.5]])
    i, j = np.triu_indices(5, 1)
    median = np.median(np.square(np.tanh(z)[i] - np.tanh(z)[j]).sum(-1))

    def kernel(x, y):
        return jnp.exp(-jnp.sum(jnp.square(jnp.tanh(x) - jnp.tanh(y))) / (0.5 * median / np.log(6)))

    each = [[kernel(x, b) * c + jax.grad(kernel)(x, b) for x, c in zip(z, s, strict=True)] for b in y]
    found = stein_direction(z, s, y, place=jnp.tanh, width=0.5)
    np.testing.assert_allclose(found, jnp.array(each).mean(1), atol=2e-6)


def test_steins_identity_holds_wherever_distance_is_measured():
    """Particles that follow π do not move, on average: uniform actions in a box, flat density there, many sets."""
    box = Box(-jnp.ones(2), jnp.ones(2))
    target = boltzmann_target(lambda a: 0.0 * a.sum(), 1.0, box)
    points = jnp.array([[0.0, 0.0], [0.5, -0.5], [1.5, 1.0]])

    def one(key):
        z = box.unsquash(jax.random.uniform(key, (16, 2), minval=-1, maxval=1))
        fixed = 0.3 / two_h_squared(jnp.tanh(z))  # a width of the sample's own is not what the identity speaks of
        return stein_direction(z, at(target, z).score, points, place=jnp.tanh, width=fixed)

    found = np.asarray(jax.jit(jax.vmap(one))(jax.random.split(jax.random.key(0), 4_000)))
    error = found.std(0) / np.sqrt(len(found))
    assert (np.abs(found.mean(0)) < 5 * error).all()
    assert error.max() < 0.02


# Certificates


@pytest.mark.parametrize(("scale", "right"), [(1.0, True), (0.3, False)])
def test_the_certificate_of_a_network(scale, right):
    """One that does not learn on: a Gaussian as wide as the target, and one that is not."""
    optax = pytest.importorskip("optax")
    target = boltzmann_target(lambda a: -0.5 * a @ a, 1.0)
    sampler = amortised_stein(lambda params, xi: params * xi, 2, target, optax.sgd(0.0), 400)
    sure = draw(sampler, target, jax.random.key(0), sampler.init(jnp.float32(scale)), steps=8).certificate
    assert (sure.stein_discrepancy < 2 * sure.stein_noise) == right
    assert sure.effective_sample_size > 2_000
    assert sure.acceptance == 1


def test_sample_size_of_a_known_autocorrelation():
    """AR(1): t n (1 - ρ)/(1 + ρ)."""
    rho, t, n = 0.8, 400, 50
    noise = jax.random.normal(jax.random.key(0), (t, n, 2))

    def step(x, e):
        x = rho * x + jnp.sqrt(1 - rho**2) * e
        return x, x

    _, chains = jax.lax.scan(step, jax.random.normal(jax.random.key(1), (n, 2)), noise)
    assert float(chain_sample_size(chains)) == pytest.approx(t * n * (1 - rho) / (1 + rho), rel=0.15)


def test_chains_stuck_in_two_places_are_worth_little():
    noise = 0.1 * jax.random.normal(jax.random.key(0), (100, 20, 1))
    stuck = noise + jnp.where(jnp.arange(20) < 10, -1.0, 1.0)[None, :, None]
    assert chain_sample_size(stuck) < 50
    assert chain_sample_size(noise) > 1_000


def test_the_certificate_of_a_draw():
    """MALA: accepted often, near the target; a tenth of the way there: the discrepancy says so."""
    target = boltzmann_target(peaks(jnp.array([[0.4, 0.0]]), jnp.array([2.0]), 0.4), 0.5, box(2))
    sampler = mala(target, 0.03)
    start = sampler.init(jnp.full((300, 2), -2.0))
    found = draw(sampler, target, jax.random.key(0), start, steps=40, warmup=300)
    sure = found.certificate
    assert found.actions.shape == (40, 300, 2)
    assert bool((jnp.abs(found.actions) < 1).all())
    assert 0.5 < sure.acceptance < 0.99
    assert 300 < sure.effective_sample_size < 12_000
    assert sure.stein_discrepancy < 2 * sure.stein_noise
    early = draw(sampler, target, jax.random.key(0), start, steps=4).certificate
    assert early.stein_discrepancy > 4 * early.stein_noise


def test_the_certificate_of_reflected_draws():
    """Uniform actions stay uniform: right in the coordinates of the box. In the actions, where the density ends at a
    wall, Stein's identity fails and the discrepancy of right draws is far above noise."""
    q, b = lambda a: 0.0 * a[0], box(1)
    sampler = reflected_langevin(q, 1.0, b, 0.1)
    start = sampler.init(jax.random.uniform(jax.random.key(0), (300, 1), minval=-1, maxval=1))
    inside = boltzmann_target(q, 1.0, b)
    sure = draw(sampler, inside, jax.random.key(1), start, steps=8, coordinates=b.unsquash).certificate
    assert sure.stein_discrepancy < 2 * sure.stein_noise
    found, noise = kernel_stein_discrepancy(start.z, jnp.zeros_like(start.z))
    assert found > 5 * noise
    narrow = sampler.init(0.3 * start.z)
    wrong, noise = kernel_stein_discrepancy(*pair(inside, b.unsquash(narrow.z)))
    assert wrong > 3 * noise


def test_the_discrepancy_is_its_formula():
    """Against k_π by automatic differentiation of the kernel."""
    z, s = np.random.default_rng(0).normal(size=(2, 4, 3)).astype(np.float32)

    def kernel(x, y):
        return (1 + jnp.sum(jnp.square(x - y))) ** -0.5

    def stein(x, y, sx, sy):
        mixed = jnp.trace(jax.jacfwd(jax.grad(kernel, 0), 1)(x, y))
        slopes = sx @ jax.grad(kernel, 1)(x, y) + sy @ jax.grad(kernel, 0)(x, y)
        return sx @ sy * kernel(x, y) + slopes + mixed

    table = np.array([[float(stein(z[i], z[j], s[i], s[j])) for j in range(4)] for i in range(4)])
    found, noise = kernel_stein_discrepancy(jnp.asarray(z), jnp.asarray(s))
    assert float(found) == pytest.approx(np.sqrt(table.mean()), rel=1e-4)
    assert float(noise) == pytest.approx(np.sqrt(np.trace(table)) / 4, rel=1e-4)


# Edges


def test_reflection_folds_as_often_as_needed():
    b = Box(jnp.zeros(1), jnp.full(1, 2.0))
    x = jnp.array([[0.5], [-0.5], [2.5], [4.5], [-3.5], [8.0]])
    np.testing.assert_allclose(fold(b, x)[:, 0], [0.5, 0.5, 1.5, 0.5, 0.5, 0.0], atol=1e-6)


def test_a_chain_never_goes_where_the_density_is_not_a_number():
    target = boltzmann_target(lambda a: jnp.where(a[0] > 0.5, jnp.nan, 0.0) - a @ a, 1.0)
    sampler = mala(target, 0.5)
    state, moves = jax.lax.scan(
        lambda s, k: sampler.step(k, s), sampler.init(jnp.zeros((100, 1))), jax.random.split(jax.random.key(0), 50)
    )
    assert bool(jnp.isfinite(state.z).all())
    assert float(moves.action.max()) <= 0.5


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: boltzmann_target(lambda a: a[0], 0.0), "alpha = 0"),
        (lambda: langevin(boltzmann_target(lambda a: a[0], 1.0), 0.0), "step_size = 0"),
        (lambda: mala(boltzmann_target(lambda a: a[0], 1.0), -1.0), "step_size = -1"),
        (lambda: svgd(boltzmann_target(lambda a: a[0], 1.0), 0.0), "step_size"),
        (lambda: hmc(boltzmann_target(lambda a: a[0], 1.0), 0.1, 0), "leaps = 0"),
        (lambda: hmc(boltzmann_target(lambda a: a[0], 1.0), 0.1, 2.5), "leaps = 2.5"),
        (lambda: svgd(boltzmann_target(lambda a: a[0], 1.0), 0.1, width=0.0), "width = 0"),
        (lambda: mala(boltzmann_target(lambda a: a[0], 1.0), 0.1).init(jnp.zeros(2)), "one row a chain"),
        (lambda: mala(boltzmann_target(lambda a: a[0], 1.0, box(2)), 0.1).init(jnp.zeros((4, 3))), "of 2 dimensions"),
        (
            lambda: draw(None, boltzmann_target(lambda a: a[0], 1.0), jax.random.key(0), jnp.zeros((4, 2)), 5),
            r"begin with sampler\.init",
        ),
        (
            lambda: draw(None, boltzmann_target(lambda a: a[0], 1.0), jax.random.key(0), jnp.zeros((4, 2)), 5.0),
            r"steps = 5\.0",
        ),
        (lambda: boltzmann_target(lambda a: a[0], 1.0, Box(jnp.ones(1), -jnp.ones(1))), "finite length"),
        (lambda: boltzmann_target(lambda a: a[0], 1.0, Box(jnp.zeros(1), jnp.full(1, jnp.inf))), "finite length"),
        (lambda: reflected_langevin(lambda a: a[0], 1.0, Box(jnp.ones(1), -jnp.ones(1)), 0.1), "finite length"),
        (lambda: kernel_stein_discrepancy(jnp.zeros(2), jnp.zeros(2)), r"\[n, d\]"),
        (lambda: amortised_stein(lambda p, x: x, 1, boltzmann_target(lambda a: a[0], 1.0), None, 1), "particles = 1"),
        (lambda: stein_direction(jnp.zeros((2, 1)), jnp.zeros((3, 1))), "one score a particle"),
        (lambda: kernel_stein_discrepancy(jnp.zeros((2, 1)), jnp.zeros((3, 1))), "one score a point"),
        (lambda: chain_sample_size(jnp.zeros((3, 2, 1))), "at least 4"),
        (lambda: amortised_stein(lambda p, x: x, 1, boltzmann_target(lambda a: a[0], 1.0), None, 2.5), "particles = 2"),
        (lambda: gumbel_max(jax.random.key(0), jnp.zeros(2), 1.0, count=0), "count = 0"),
        (lambda: gumbel_max(jax.random.key(0), jnp.zeros(2), 1.0, count=2.5), r"count = 2\.5"),
    ],
)
def test_mistakes_are_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()


@pytest.mark.skipif(not HAVE_BLACKJAX, reason="blackjax is not installed")
def test_blackjax_takes_the_same_step_of_svgd():
    """But for its kernel's width, med²/log n."""
    from softql.samplers.foreign import blackjax_svgd

    target = boltzmann_target(lambda a: jnp.sum(jnp.cos(3 * a)), 0.5, Box(-jnp.ones(2), jnp.ones(2)))
    init, step = blackjax_svgd(target, 0.3)
    begin = init(jax.random.normal(jax.random.key(0), (6, 2)))
    then, move = jax.jit(step)(jax.random.key(1), begin)
    ours = begin.z + 0.3 * stein_direction(begin.z, begin.score, width=math.log(7) / math.log(6))
    np.testing.assert_allclose(then.z, ours, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(move.action, jnp.tanh(then.z), rtol=1e-5, atol=1e-6)
    with pytest.raises(ValueError, match="at least 2"):
        step(jax.random.key(1), init(jnp.zeros((1, 2))))


def test_without_blackjax_one_line_says_what_to_install(monkeypatch):
    import sys

    from softql.samplers import foreign

    monkeypatch.setitem(sys.modules, "blackjax", None)
    with pytest.raises(ImportError, match=r"softql\[samplers\]"):
        foreign.blackjax_mala(boltzmann_target(lambda a: a[0], 1.0), 0.1)
