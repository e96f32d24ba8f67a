"""Wrong agents: impure steps, shared seeds, states that a restart does not bring back."""

from __future__ import annotations

import numpy as np
import reference as right

from .core import mutant


@mutant("agent_step", "step_does_not_mutate", "step_repeats")
def learns_in_place(state):
    """The table of the input is written to."""
    after = right.agent_step(state)
    state["q"][...] = after["q"]
    return {**after, "q": state["q"]}


@mutant("agent_step", "step_keeps_the_tree")
def forgets_its_dtype(state):
    """float64 in, float32 out: a second compilation, and no scan."""
    after = right.agent_step(state)
    return {**after, "q": after["q"].astype(np.float32)}


@mutant("agent_step", "step_keeps_the_tree")
def adds_a_field(state):
    """Something in the state that init does not make."""
    return {**right.agent_step(state), "loss": np.float64(0)}


@mutant("agent_step", "step_repeats", "resumed_is_uninterrupted")
def rolls_global_dice(state):
    """Randomness that is not in the state."""
    after = right.agent_step(state)
    return {**after, "q": after["q"] + np.random.default_rng().normal(size=(3, 2))}


@mutant("agent_step", "steps_draw_fresh_numbers", "lanes_are_single_runs")
def never_moves(state):
    """A step that returns what it was given."""
    return dict(state)


@mutant("agent_init", "init_repeats")
def seeded_by_the_clock(seed):
    """The seed ignored in favour of a global generator."""
    state = right.agent_init(seed)
    return {**state, "q": np.random.default_rng().normal(size=(3, 2))}


@mutant("agent_init", "seeds_make_different_networks", "lanes_are_single_runs")
def one_network_for_all_seeds(seed):
    """A shadowed key: environments differ, the network does not."""
    return {**right.agent_init(seed), "q": right.agent_init(0)["q"]}


@mutant("agent_params", "seeds_make_different_networks", "lanes_are_single_runs")
def reports_a_constant(state):
    """The parameters that are shown are not those that learn."""
    return {"q": np.zeros((3, 2))}


@mutant("agent_lanes", "lanes_are_single_runs")
def lanes_share_a_seed(seeds, steps):
    """Every lane runs the first seed."""
    return right.agent_lanes([seeds[0]] * len(seeds), steps)


@mutant("agent_lanes", "lanes_are_single_runs")
def lanes_learn_together(seeds, steps):
    """Parameters averaged over lanes."""
    tables = right.agent_lanes(seeds, steps)["q"]
    return {"q": np.broadcast_to(tables.mean(0), tables.shape)}


@mutant("agent_restore", "resumed_is_uninterrupted")
def restarts_the_count(state):
    """The number of steps is not saved, so the resumed run draws the first numbers again."""
    return {**right.agent_restore(state), "steps": np.int64(0)}


@mutant("agent_restore", "resumed_is_uninterrupted")
def saves_float32(state):
    """The parameters lose half their digits in the file."""
    saved = right.agent_restore(state)
    return {**saved, "q": saved["q"].astype(np.float32).astype(np.float64)}
