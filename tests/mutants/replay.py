"""Wrong targets of replayed transitions: the classic confusions of `done`."""

from __future__ import annotations

import numpy as np
import reference as right

from .core import mutant


@mutant("replay_target", "replay_target_is_backup", "truncation_keeps_value")
def truncation_taken_for_termination(reward, terminated, truncated, next_v, gamma):
    """done = terminated or truncated."""
    return right.replay_target(reward, terminated | truncated, truncated, next_v, gamma)


@mutant("replay_target", "replay_target_is_backup", "termination_ends_value")
def every_step_bootstraps(reward, terminated, truncated, next_v, gamma):
    """Every step bootstraps."""
    return reward + gamma * next_v


@mutant("replay_target", "replay_target_is_backup", "termination_ends_value", "truncation_keeps_value")
def truncation_wins(reward, terminated, truncated, next_v, gamma):
    """Terminated and truncated at once taken for truncated only."""
    return right.replay_target(reward, terminated & ~truncated, truncated, next_v, gamma)


@mutant("replay_target", "replay_target_is_backup", "termination_ends_value")
def flags_swapped(reward, terminated, truncated, next_v, gamma):
    """truncated passed where terminated is meant."""
    return right.replay_target(reward, truncated, terminated, next_v, gamma)


@mutant("replay_target", "replay_target_is_backup", "termination_ends_value")
def done_means_goes_on(reward, terminated, truncated, next_v, gamma):
    """The flag the wrong way round."""
    return right.replay_target(reward, ~terminated, truncated, next_v, gamma)


@mutant("replay_target", "termination_ends_value")
def zero_times_infinity(reward, terminated, truncated, next_v, gamma):
    """gamma * 0 * V as it stands: NaN where V = -inf."""
    return reward + gamma * (1 - np.asarray(terminated, next_v.dtype)) * next_v


@mutant("replay_target", "replay_target_is_backup", "termination_ends_value")
def failure_is_punished(reward, terminated, truncated, next_v, gamma):
    """A penalty of 1 slipped into the target at the end."""
    return right.replay_target(reward, terminated, truncated, next_v, gamma) - np.asarray(terminated, next_v.dtype)


@mutant("autoreset_target", "autoreset_target_is_backup", "reset_does_not_matter")
def bootstraps_from_the_reset(reward, terminated, truncated, final_v, reset_v, gamma):
    """V of the observation that auto-reset put in place of the last one."""
    return right.replay_target(reward, terminated, truncated, reset_v, gamma)


@mutant("autoreset_target", "autoreset_target_is_backup")
def truncation_ends_value_at_reset(reward, terminated, truncated, final_v, reset_v, gamma):
    """No bootstrap where the environment reset, truncated or terminated."""
    return right.replay_target(reward, terminated | truncated, truncated, final_v, gamma)
