"""The door of this room: one dtype for what belongs together, and what is refused where it can be seen.

Concrete arguments are checked in their numbers, traced ones (under jit, vmap and grad) in shape only. A message names
the state and the action. Imports: equations (their door), mdp.
"""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array

from softql.equations import _door as door
from softql.mdp.records import MDP, Successors, check_transition

__all__ = ["contraction", "distributions", "leaving", "one_dtype", "one_process", "seen", "temperature"]


def seen(*arguments: Any) -> bool:
    """Whether all numbers are there to be looked at."""
    return not any(isinstance(x, jax.core.Tracer) for x in jax.tree.leaves(arguments))


def one_dtype(transition: Any, *arrays: Any) -> list[Any]:
    """The transition and the arrays in the float that they promote to, of at least 32 bits; None stays None.

    A loop carries what it starts with: an alpha of 64 bits beside a reward of 32 would change it on the way.
    """
    few = isinstance(transition, Successors)
    chances = transition.chance if few else transition
    given: list[Any] = [x if x is None else door.numbers(x, "input") for x in (chances, *arrays)]
    work, _ = door.common_dtype(*given)
    first, *rest = [x if x is None else x.astype(work) for x in given]
    return [Successors(jnp.asarray(transition.state), jnp.asarray(first)) if few else first, *rest]


def one_process(mdp: MDP, contracts: bool = False) -> MDP:
    """One MDP, in one dtype; a stack of them is refused, and one on which T* does not contract if it has to."""
    if jnp.ndim(mdp.reward) != 2:
        raise ValueError(
            f"reward has shape {jnp.shape(mdp.reward)}: this takes one MDP, [S, A]; for a stack of them wrap the call "
            "in jax.vmap"
        )
    if contracts:
        contraction(mdp.transition, mdp.discount, mdp.allowed)  # as it is: rounding is judged by its own dtype
    transition, reward, discount, start = one_dtype(mdp.transition, mdp.reward, mdp.discount, mdp.start)
    return MDP.tree_unflatten(None, (transition, reward, discount, mdp.allowed, start))


def temperature(alpha: Any, dtype: Any) -> Array:
    """One alpha for the whole process: at least 0, finite in the dtype that is computed in."""
    if isinstance(alpha, str):
        raise ValueError(f"alpha = {alpha!r} is no number")
    array = door.numbers(alpha, "alpha")
    if array.ndim:
        raise ValueError(f"alpha has shape {array.shape}: a process has one temperature; for several use jax.vmap")
    if seen(alpha):
        if not np.asarray(alpha) >= 0:
            raise ValueError(f"alpha = {alpha}: it must be at least 0 (0 is the hard maximum)")
        if not np.asarray(alpha) <= float(jnp.finfo(dtype).max):
            raise ValueError(f"alpha = {alpha}: it must be finite in {jnp.dtype(dtype)}")
    return array.astype(dtype)


def leaving(transition: Any, discount: Any) -> Array:
    """Σ_s' P(s'|s,a) γ(1 - terminated) [S, A]: the discounted mass that goes on."""
    chance = jnp.asarray(transition.chance if isinstance(transition, Successors) else transition)
    discount = jnp.asarray(discount, chance.dtype)
    return jnp.sum(chance * discount if discount.ndim else chance, -1) * (1 if discount.ndim else discount)


def contraction(transition: Any, discount: Any, allowed: Any = None) -> None:
    """Refuse a concrete process on which T* does not contract, or whose rows are no distributions."""
    if not seen(transition, discount, allowed):
        return
    check_transition(transition, allowed)
    with jax.ensure_compile_time_eval():  # a concrete process may be closed over by traced code
        mass = np.asarray(leaving(*one_dtype(transition, discount)))
    stays = ~(mass < 1) & (True if allowed is None else np.asarray(allowed))
    if stays.any():
        state, action = np.argwhere(stays)[0]
        raise ValueError(
            f"state {state}, action {action} leaves with discounts that average {mass[state, action]:g}: solvers and "
            "error bounds need an average below 1 in one step from every state and action, whether or not an end comes "
            "later (soft_horizon takes any)"
        )


def distributions(log_pi: Any, log_w: Any = None) -> None:
    """Refuse a concrete log_pi [S, A] of which some row is no distribution under the measure."""
    if not seen(log_pi, log_w):
        return
    table = np.asarray(door.real(log_pi, "log_pi"), np.float64)
    weight = np.zeros(table.shape) if log_w is None else np.broadcast_to(np.asarray(log_w, np.float64), table.shape)
    valid = ~np.isneginf(weight)
    with np.errstate(over="ignore", invalid="ignore"):
        total = np.where(valid, np.exp(table + np.where(valid, weight, 0.0)), 0.0).sum(-1)
        outside = np.where(valid, 0.0, np.exp(table)).sum(-1)
    slack = 1e-6 + 32 * float(jnp.finfo(jnp.result_type(log_pi)).eps) * table.shape[-1] ** 0.5
    wrong = np.flatnonzero(~(np.abs(total - 1) <= slack) | ~(outside <= slack))
    if wrong.size:
        state = wrong[0]
        found = (
            f"gives {outside[state]:.6g} to actions that are not allowed"
            if abs(total[state] - 1) <= slack
            else f"adds up to {total[state]:.6g} over the allowed actions"
        )
        raise ValueError(f"log_pi of state {state} {found}: pass logarithms of probabilities that add up to 1, in nats")
