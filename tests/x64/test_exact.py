"""What holds to the last digits: solved MDPs, targets without bias and equivalences, with 64-bit floats."""

import itertools
import sys
from pathlib import Path

import jax
import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))

import softql
from softql.mdp import random_mdp
from softql.tabular import evaluate_policy, soft_policy_iteration, soft_value_iteration

ALPHA = 0.3


def world(seed, states=15, actions=3, gamma=0.95, kind="dense"):
    return random_mdp(jax.random.key(seed), states, actions, kind, gamma)


def test_newton_is_quadratic():
    """The error of each step is at most a constant times the square of the last, down to rounding."""
    mdp = world(0, 40, 4, 0.99, "deterministic")
    truth = np.asarray(soft_policy_iteration(mdp, ALPHA, 0.0).q)
    errors = [np.abs(np.asarray(soft_policy_iteration(mdp, ALPHA, 0.0, n).q) - truth).max() for n in range(1, 7)]
    steep = [later / earlier**2 for earlier, later in itertools.pairwise(errors) if earlier < 1 and later > 1e-11]
    assert len(steep) >= 2
    assert max(steep) < 10
    assert errors[-1] < 1e-11


@pytest.mark.parametrize("kind", ["dense", "sparse"])
def test_solvers_agree_to_twelve_digits(kind):
    mdp = world(1, kind=kind)
    one, other = soft_value_iteration(mdp, ALPHA, 1e-11), soft_policy_iteration(mdp, ALPHA, 1e-11)
    assert max(one.error_bound, other.error_bound) <= 1e-11
    assert np.abs(one.q - other.q).max() <= one.error_bound + other.error_bound
    assert other.iterations < 10 < one.iterations


def test_the_fixed_points_are_fixed():
    mdp = world(2)
    q = softql.optimal_q(mdp.transition, mdp.reward, mdp.discount, ALPHA)
    again = softql.optimality_backup(mdp.transition, mdp.reward, mdp.discount, q, ALPHA)
    np.testing.assert_allclose(again, q, rtol=1e-14)
    log_pi = softql.boltzmann_log_policy(q, ALPHA)
    np.testing.assert_allclose(evaluate_policy(mdp, log_pi, ALPHA).q, q, rtol=1e-13)
