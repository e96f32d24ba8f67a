"""Laws of targets made from replayed transitions: termination ends value, truncation does not.

`replay_target(reward, terminated, truncated, next_v, gamma)` has V of the true next observation. Where environments
reset by themselves, `autoreset_target(reward, terminated, truncated, final_v, reset_v, gamma)` has both V of the final
observation and V of the observation that came back, which an ended episode has already replaced by its successor's
first. All are [*b], gamma is one number.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from .core import Sides, law
from .oracle import exact
from .strategies import COUNTING, COUNTING_DEFINING, Field, Room, array, cases, rewards, state_values

Array = np.ndarray


def flags(room: Room) -> SearchStrategy[Any]:
    """A boolean of each transition."""
    return array(room, room.batch, st.booleans()).map(lambda x: x > 0)


def gammas(room: Room) -> SearchStrategy[Any]:
    """A discount of one step."""
    return array(room, (), st.one_of(st.sampled_from([0.5, 0.99, 0.0]), st.floats(0.0, 1.0)))


STEP: dict[str, Field] = {
    "reward": rewards,
    "terminated": flags,
    "truncated": flags,
    "next_v": state_values,
    "gamma": gammas,
}
RESET: dict[str, Field] = {
    "reward": rewards,
    "terminated": flags,
    "truncated": flags,
    "final_v": state_values,
    "reset_v": state_values,
    "gamma": gammas,
}


@law("[Note L67]", needs=("replay_target",), inputs=cases(COUNTING_DEFINING, **STEP))
def replay_target_is_backup(
    impl: Any, reward: Array, terminated: Array, truncated: Array, next_v: Array, gamma: Array
) -> Sides:
    """Q̂ = r + γ (1 - terminated) V(s'), truncated or not."""
    left = impl.replay_target(reward, terminated, truncated, next_v, gamma)
    return Sides(left, *truth(reward, terminated, next_v, gamma))


@law("[Note L67]", needs=("replay_target",), inputs=cases(COUNTING, **STEP))
def truncation_keeps_value(
    impl: Any, reward: Array, terminated: Array, truncated: Array, next_v: Array, gamma: Array
) -> Sides:
    """Q̂ does not depend on whether the step was truncated."""
    _, scale = truth(reward, terminated, next_v, gamma)
    left = impl.replay_target(reward, terminated, truncated, next_v, gamma)
    return Sides(left, impl.replay_target(reward, terminated, ~truncated, next_v, gamma), scale)


@law("[Note L67]", needs=("replay_target",), inputs=cases(COUNTING, **STEP))
def termination_ends_value(
    impl: Any, reward: Array, terminated: Array, truncated: Array, next_v: Array, gamma: Array
) -> Sides:
    """Q̂ = r where the step terminated, also where V(s') = -∞, truncated at once or not."""
    everywhere = np.ones_like(terminated)
    seen = (next_v, np.full_like(next_v, -np.inf))
    left = [impl.replay_target(reward, everywhere, truncated, v, gamma) for v in seen]
    right = np.stack([exact(reward)] * 2)
    return Sides(np.stack(left), right, np.abs(right))


@law("[Note L67]", needs=("autoreset_target",), inputs=cases(COUNTING_DEFINING, **RESET))
def autoreset_target_is_backup(
    impl: Any, reward: Array, terminated: Array, truncated: Array, final_v: Array, reset_v: Array, gamma: Array
) -> Sides:
    """Q̂ = r + γ (1 - terminated) V(final observation)."""
    left = impl.autoreset_target(
        reward, terminated, truncated, final_v, came_back(reset_v, final_v, terminated, truncated), gamma
    )
    return Sides(left, *truth(reward, terminated, final_v, gamma))


@law("[Note L67]", needs=("autoreset_target",), inputs=cases(COUNTING, **RESET))
def reset_does_not_matter(
    impl: Any, reward: Array, terminated: Array, truncated: Array, final_v: Array, reset_v: Array, gamma: Array
) -> Sides:
    """Q̂ of a step that ended an episode does not see the first observation of the next one."""
    ended = np.ones_like(terminated)
    _, scale = truth(reward, terminated, final_v, gamma)
    one = impl.autoreset_target(reward, terminated, ended, final_v, reset_v, gamma)
    other = impl.autoreset_target(reward, terminated, ended, final_v, reset_v + 1, gamma)
    return Sides(one, other, scale)


def truth(reward: Array, terminated: Array, next_v: Array, gamma: Array) -> tuple[Array, Array]:
    """r + gamma (1 - terminated) V, and its scale."""
    step = np.where(terminated, 0.0, exact(gamma) * exact(next_v))
    return exact(reward) + step, np.abs(exact(reward)) + np.abs(step)


def came_back(reset_v: Array, final_v: Array, terminated: Array, truncated: Array) -> Array:
    """V of the observation that the environment returned: of the next episode where this one ended."""
    return np.where(terminated | truncated, reset_v, final_v).astype(final_v.dtype)[()]
