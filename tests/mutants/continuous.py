"""Wrong ways to draw continuous actions."""

from __future__ import annotations

import numpy as np
import reference as right

from .core import mutant


@mutant("sample_box_actions", "box_draws_follow_boltzmann", "box_draws_have_the_moments")
def score_and_update_in_different_spaces(seed, count, centre, height, width, alpha):
    """The score has the Jacobian of the squash, the update moves squashed actions: exp(Q/alpha) (1 - a^2)."""
    return right.sample_box_actions(
        seed, count, centre, height, width, alpha, lambda a: np.prod(1 - np.square(a), axis=-1)
    )


@mutant("sample_box_actions", "box_draws_follow_boltzmann", "box_draws_have_the_moments")
def jacobian_forgotten(seed, count, centre, height, width, alpha):
    """exp(Q(tanh z)/alpha) taken for the density of z: actions pile up near the limits."""
    return right.sample_box_actions(
        seed, count, centre, height, width, alpha, lambda a: np.prod(1 / (1 - np.square(a)), axis=-1)
    )


@mutant("sample_box_actions", "box_draws_follow_boltzmann")
def steps_clipped_at_the_limits(seed, count, centre, height, width, alpha):
    """A last step of Langevin, clipped: what would have left the box lies on its surface."""
    drawn = right.sample_box_actions(seed, count, centre, height, width, alpha)
    return np.clip(drawn + 0.3 * np.random.default_rng(int(seed) + 1).normal(size=drawn.shape), -1, 1)


@mutant("sample_box_actions", "box_draws_follow_boltzmann")
def steps_not_bounded(seed, count, centre, height, width, alpha):
    """The same step, and no limits at all."""
    drawn = right.sample_box_actions(seed, count, centre, height, width, alpha)
    return drawn + 0.1 * np.random.default_rng(int(seed) + 1).normal(size=drawn.shape)


@mutant("sample_box_actions", "box_draws_follow_boltzmann", "box_draws_have_the_moments")
def peaks_without_alpha(seed, count, centre, height, width, alpha):
    """exp(Q) for exp(Q / alpha)."""
    return right.sample_box_actions(seed, count, centre, height, width, np.ones_like(alpha))


@mutant("sample_box_actions", "box_draws_follow_boltzmann", "box_draws_have_the_moments")
def energy_upside_down(seed, count, centre, height, width, alpha):
    """exp(-Q / alpha): the sign of the energy."""
    return right.sample_box_actions(seed, count, centre, -height, width, alpha)


@mutant("sample_box_actions", "box_draws_follow_boltzmann", "box_draws_have_the_moments")
def one_peak_found(seed, count, centre, height, width, alpha):
    """All chains start at the first peak and never leave it."""
    near = centre[:1]
    return right.sample_box_actions(
        seed, count, centre, height, width, alpha, lambda a: np.linalg.norm(a - near, axis=-1) < 0.4
    )


@mutant("sample_box_actions", "box_draws_follow_boltzmann")
def one_gaussian_for_all(seed, count, centre, height, width, alpha):
    """A Gaussian with the right mean and covariance: it has one peak where the policy has two."""
    drawn = right.sample_box_actions(seed, count, centre, height, width, alpha)
    noise = np.random.default_rng(int(seed) + 1).normal(size=drawn.shape)
    spread = np.linalg.cholesky(np.atleast_2d(np.cov(drawn.T)))
    return drawn.mean(0) + noise @ spread.T


@mutant("sample_box_actions", "box_draws_have_the_moments")
def actions_rounded_down(seed, count, centre, height, width, alpha):
    """Each action is the lower corner of its bin."""
    cells = {1: 12, 2: 5}[centre.shape[1]]
    drawn = right.sample_box_actions(seed, count, centre, height, width, alpha)
    return np.floor((drawn + 1) / 2 * cells) / cells * 2 - 1


@mutant("langevin_draws", "langevin_variance_depends_on_its_step")
def noise_without_its_two(seed, count, curvature, alpha, step, steps):
    """sqrt(eps) noise beside a drift of eps."""
    return right.langevin_draws(seed, count, curvature, alpha, step, steps) / np.sqrt(2)


@mutant("langevin_draws", "langevin_variance_depends_on_its_step")
def no_bias_at_all(seed, count, curvature, alpha, step, steps):
    """Exact draws of the target: Metropolis-adjusted chains called unadjusted."""
    return np.sqrt(alpha / curvature) * np.random.default_rng(int(seed)).normal(size=count)


@mutant("langevin_draws", "langevin_variance_depends_on_its_step")
def step_halved(seed, count, curvature, alpha, step, steps):
    """eps/2 in the drift and sqrt(eps) noise: another convention for the size of a step."""
    return right.langevin_draws(seed, count, curvature, alpha, step / 2, steps)


@mutant("langevin_draws", "langevin_variance_depends_on_its_step")
def drift_without_alpha(seed, count, curvature, alpha, step, steps):
    """The drift of Q, not of Q / alpha."""
    return right.langevin_draws(seed, count, curvature, np.ones_like(alpha), step, steps)
