"""Correct code in torch, as its users write it: logsumexp, masked fills, where. NumPy comes in through an adapter.

torch is in none of the extras, so this form is not among those of `tests/forms.py`: the foreign tests and
`python tests/deep.py --variant torch` use it where torch is installed.
"""

from __future__ import annotations

import math

import torch

from softql.laws import adapt, adapters

INF = math.inf


class Torch:
    """One network's usual arithmetic: [..., a] tables, a temperature that is a tensor, masks as weights of -inf."""

    def soft_value(q, alpha, log_w=None):
        return alpha * torch.logsumexp(scores(q, alpha, log_w), dim=-1)

    def log_partition(q, alpha, log_w=None):
        return torch.logsumexp(scores(q, alpha, log_w), dim=-1)

    def mellowmax(q, alpha):
        return alpha * (torch.logsumexp(q / alpha[..., None], dim=-1) - math.log(q.shape[-1]))

    def energy(q, alpha):
        return -q / alpha[..., None]

    def boltzmann_log_policy(q, alpha, log_w=None):
        if log_w is None:
            return torch.log_softmax(q / alpha[..., None], dim=-1)
        log_z = torch.logsumexp(scores(q, alpha, log_w), dim=-1, keepdim=True)
        return (q / alpha[..., None] - log_z).masked_fill(~living(q, log_w), -INF)

    def boltzmann_policy(q, alpha, log_w=None):
        if log_w is None:
            return torch.softmax(q / alpha[..., None], dim=-1)
        return Torch.boltzmann_log_policy(q, alpha, log_w).exp()

    def soft_advantage(q, alpha, log_w=None):
        return (q - Torch.soft_value(q, alpha, log_w)[..., None]).masked_fill(~living(q, log_w), -INF)

    def boltzmann_entropy(q, alpha, log_w=None):
        return Torch.entropy(Torch.boltzmann_log_policy(q, alpha, log_w), log_w)

    def entropy(log_pi, log_w=None):
        return mean(log_pi, -log_pi, log_w)

    def kl_divergence(log_p, log_q, log_w=None):
        return mean(log_p, log_p - log_q, log_w)

    def kl_to_boltzmann(log_pi, q, alpha, log_w=None):
        return Torch.kl_divergence(log_pi, Torch.boltzmann_log_policy(q, alpha, log_w), log_w)

    def policy_value(log_pi, q, alpha, log_w=None):
        return mean(log_pi, q - alpha[..., None] * log_pi, log_w)

    def soft_q_target(reward, discount, next_v):
        return reward + torch.where(discount > 0, discount * next_v, 0.0)

    def evaluation_target(reward, discount, next_log_pi, next_q, alpha, log_w=None):
        return Torch.soft_q_target(reward, discount, Torch.policy_value(next_log_pi, next_q, alpha, log_w))

    def optimality_target(reward, discount, next_q, alpha, log_w=None):
        return Torch.soft_q_target(reward, discount, Torch.soft_value(next_q, alpha, log_w))

    def q_loss(q, taken, target):
        found = q.gather(-1, taken.long()[..., None]).squeeze(-1)
        return 0.5 * torch.nn.functional.mse_loss(found, target, reduction="none")

    def importance_value(q, alpha, log_proposal):
        score = q / alpha[..., None] - log_proposal
        return alpha * (torch.logsumexp(score, dim=-1) - math.log(q.shape[-1]))

    def soft_return(reward, discount, entropy, alpha):
        total = torch.zeros_like(reward[..., 0])
        for r, d, h in zip(reward.unbind(-1)[::-1], discount.unbind(-1)[::-1], entropy.unbind(-1)[::-1], strict=True):
            total = r + alpha * h + d * total
        return total

    def soft_lambda_returns(reward, discount, next_v, log_pi, alpha, lambda_, truncated=None):
        answers, later = [], None
        for t in range(reward.shape[-1] - 1, -1, -1):
            value = next_v[..., t]
            if later is not None:
                mixed = torch.lerp(value.where(discount[..., t] > 0, 0.0), later, lambda_)
                value = mixed if truncated is None else value.where(truncated[..., t], mixed)
            answers.append(Torch.soft_q_target(reward[..., t], discount[..., t], value))
            later = answers[-1] - alpha * log_pi[..., t]
        return torch.stack(answers[::-1], dim=-1)

    def replay_target(reward, terminated, truncated, next_v, gamma):
        return torch.where(terminated.bool(), reward, reward + gamma * next_v)


def living(x, log_w):
    """Whether each action exists."""
    return torch.ones_like(x, dtype=torch.bool) if log_w is None else (log_w > -INF).expand_as(x)


def scores(q, alpha, log_w):
    """log w + Q / alpha; where an action does not exist, its Q may be anything."""
    score = q / alpha[..., None]
    return score if log_w is None else (score + log_w).masked_fill(~living(q, log_w), -INF)


def mean(log_pi, x, log_w):
    """sum of w pi x, over the actions that have a chance."""
    live = living(log_pi, log_w) & (log_pi > -INF)
    chance = log_pi.exp() if log_w is None else (log_pi + log_w).exp()
    return torch.where(live, chance * x, 0.0).sum(-1)


FORM = adapt(
    {name: f for name, f in vars(Torch).items() if not name.startswith("_")}, adapters.arrays(torch.as_tensor)
)
"""In the laws' terms."""
