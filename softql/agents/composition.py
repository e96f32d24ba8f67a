"""Skills composed without more learning: the mean of their action values is one critic, and any actor draws from it.

Skills share the environment's dynamics, actions, discount and temperature and differ in reward; for finite ones see
softql.tabular.composition, which also bounds what the mean costs. Imports: critics.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array

from softql.agents.critics import Critic

__all__ = ["composed"]


def composed(skills: Sequence[Critic]) -> Critic:
    r"""Q_Σ(s, a) = mean_i Q_i(s, a), whose policy is π_Σ ∝ exp(Q_Σ/α), the geometric mean of the skills'.  [H18]

    An action that one skill finds bad is rare in π_Σ, so π_Σ serves all of them at once where they leave one another
    room. Q_Σ >= Q*_C >= Q_Σ - C* bounds the Q*_C of the mean reward (`softql.tabular.composition_cost`).

    Args:
        skills: what gave each skill its values: on one environment, so that observations and actions are the same.

    Returns:
        Critic(init, apply); its parameters are a tuple, those of each skill in the order of `skills`, so a trained
        pair composes as `Parts((one.q, two.q), (), one.log_alpha)`. apply: obs [*b, ...], action [*b, n, d] -> q
        [*b, n], reward units.

    Raises:
        ValueError: when there is no skill, or (from apply) when there are not as many parameters as skills.

    Source: Haarnoja et al. 2018, arXiv 1803.06773.

    Example:
        >>> import gymnax
        >>> from softql.agents.critics import critic
        >>> q = critic(*gymnax.make("Pendulum-v1"), hidden=(8,))
        >>> both = composed([q, q])
        >>> one, two = both.init(jax.random.key(0))
        >>> obs, actions = jnp.ones((5, 3)), jnp.ones((5, 7, 1))
        >>> mean = 0.5 * (q.apply(one, obs, actions) + q.apply(two, obs, actions))
        >>> bool(jnp.allclose(both.apply((one, two), obs, actions), mean))
        True
    """
    if not skills:
        raise ValueError("there is no skill to compose: give at least one critic")
    skills = tuple(skills)

    def init(key: Array) -> tuple[Any, ...]:
        return tuple(skill.init(k) for skill, k in zip(skills, jax.random.split(key, len(skills)), strict=True))

    def apply(params: Sequence[Any], obs: Array, action: Array) -> Array:
        if len(params) != len(skills):
            raise ValueError(f"{len(params)} sets of parameters but {len(skills)} skills: one each, in their order")
        return jnp.mean(jnp.stack([q.apply(p, obs, action) for q, p in zip(skills, params, strict=True)]), 0)

    return Critic(init, apply)
