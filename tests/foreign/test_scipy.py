"""scipy.special under the laws."""

import numpy as np
import pytest
from conventions import check_failure, fails, holds, known

special = pytest.importorskip("scipy.special", reason="scipy is not installed")



def rows(x):
    return np.asarray(x)[..., None]


def soft_value(q, alpha, log_w=None):
    weight = None if log_w is None else np.broadcast_to(np.exp(log_w), q.shape)
    return alpha * special.logsumexp(q / rows(alpha), axis=-1, b=weight)


SCIPY = {
    "soft_value": soft_value,
    "log_partition": lambda q, alpha: special.logsumexp(q / rows(alpha), axis=-1),
    "boltzmann_log_policy": lambda q, alpha: special.log_softmax(q / rows(alpha), axis=-1),
    "boltzmann_policy": lambda q, alpha: special.softmax(q / rows(alpha), axis=-1),
    "entropy": lambda log_pi: special.entr(np.exp(log_pi)).sum(-1),
    "kl_divergence": lambda log_p, log_q: special.rel_entr(np.exp(log_p), np.exp(log_q)).sum(-1),
}
ADAPTED = SCIPY
KNOWN = known("scipy")


@holds(ADAPTED, SCIPY, KNOWN)
def test_scipy(check):
    check()


@fails(KNOWN)
def test_scipy_fails(failure):
    check_failure(ADAPTED, failure)
