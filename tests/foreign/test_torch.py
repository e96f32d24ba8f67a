"""torch under the laws: torch.logsumexp, log_softmax, and Categorical, of which most discrete SAC code is made."""

import numpy as np
import pytest
from conventions import EXAMPLES, check_failure, fails, holds, known

torch = pytest.importorskip("torch", reason="torch is not installed")
from in_torch import FORM
from torch.distributions import Categorical, kl_divergence

from softql import laws
from softql.laws import adapters


def boltzmann(q, alpha):
    return Categorical(logits=q / alpha[..., None])


def policy_value(log_pi, q, alpha):
    """sum pi (q - alpha log pi), as discrete SAC is usually written."""
    return (log_pi.exp() * (q - alpha[..., None] * log_pi)).sum(-1)


TORCH = {
    "soft_value": lambda q, alpha: alpha * torch.logsumexp(q / alpha[..., None], dim=-1),
    "log_partition": lambda q, alpha: torch.logsumexp(q / alpha[..., None], dim=-1),
    "boltzmann_log_policy": lambda q, alpha: torch.log_softmax(q / alpha[..., None], dim=-1),
    "boltzmann_policy": lambda q, alpha: torch.softmax(q / alpha[..., None], dim=-1),
    "boltzmann_entropy": lambda q, alpha: boltzmann(q, alpha).entropy(),
    "entropy": lambda log_pi: Categorical(logits=log_pi).entropy(),
    "kl_divergence": lambda log_p, log_q: kl_divergence(Categorical(logits=log_p), Categorical(logits=log_q)),
    "policy_value": policy_value,
}
ADAPTED = laws.adapt(TORCH, adapters.arrays(torch.as_tensor))
KNOWN = known("torch")


@holds(ADAPTED, TORCH, KNOWN)
def test_torch(check):
    check()


@fails(KNOWN)
def test_torch_fails(failure):
    check_failure(ADAPTED, failure)


@laws.parametrize(FORM, laws.of(FORM), examples=EXAMPLES)
def test_correct_code_in_torch(check):
    check()


def sample_actions(seed, count, q, alpha):
    generator = torch.Generator().manual_seed(seed)
    rows = torch.softmax(q / alpha[..., None], dim=-1).reshape(-1, q.shape[-1])
    drawn = torch.multinomial(rows, count, replacement=True, generator=generator)
    return drawn.T.reshape(count, *q.shape[:-1])


@laws.parametrize(
    laws.adapt({"sample_actions": sample_actions}, adapters.arrays(torch.as_tensor)), ["sampler"], examples=EXAMPLES
)
def test_multinomial(check):
    check()


BUGS = {
    "log of softmax": ("boltzmann_log_policy", lambda q, alpha: torch.softmax(q / alpha[..., None], -1).log()),
    "log of softmax + 1e-8": (
        "boltzmann_log_policy",
        lambda q, alpha: (torch.softmax(q / alpha[..., None], -1) + 1e-8).log(),
    ),
    "softmax over the batch": ("boltzmann_policy", lambda q, alpha: torch.softmax(q / alpha[..., None], 0)),
    "alpha missing in front": ("soft_value", lambda q, alpha: torch.logsumexp(q / alpha[..., None], -1)),
    "exp without the maximum": ("soft_value", lambda q, alpha: alpha * (q / alpha[..., None]).exp().sum(-1).log()),
    "mean for sum": ("soft_value", lambda q, alpha: alpha * (q / alpha[..., None]).exp().mean(-1).log()),
    "sign of the entropy": (
        "policy_value",
        lambda log_pi, q, alpha: (log_pi.exp() * (q + alpha[..., None] * log_pi.clamp(min=-80.0))).sum(-1),
    ),
    "bonus without alpha": (
        "policy_value",
        lambda log_pi, q, alpha: (log_pi.exp() * (q - log_pi.clamp(min=-80.0))).sum(-1),
    ),
    "entropy in bits": ("entropy", lambda log_pi: Categorical(logits=log_pi).entropy() / torch.log(torch.tensor(2.0))),
    "divergence the wrong way round": (
        "kl_divergence",
        lambda log_p, log_q: kl_divergence(Categorical(logits=log_q), Categorical(logits=log_p)),
    ),
}


@pytest.mark.parametrize("name", BUGS)
def test_a_bug_in_torch_is_found(name):
    function, bug = BUGS[name]
    mine = laws.adapt({function: bug}, adapters.arrays(torch.as_tensor))
    report = laws.verify(mine, laws.of([function]), examples=EXAMPLES)
    assert report.failures
    found = report.failures[0].counterexample
    assert max(x.shape[-1] for x in found.inputs.values() if isinstance(x, np.ndarray) and x.ndim) <= 3
