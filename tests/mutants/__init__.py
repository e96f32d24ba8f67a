"""Realistic bugs, each a small variation of the reference, each with the laws that must catch it.

From the traps that other implementations fell into, from the slips of the source note, and from classic
mistakes: a missing alpha, a mean for a sum, a forgotten mask, 0 log 0, a state without actions, an exponent
that overflows.
"""

from __future__ import annotations

from . import (
    agent,
    backup,
    continuous,
    equivalences,
    estimator,
    policy,
    replay,
    returns,
    sampler,
    solver,
    tabular,
    temperature,
    value,
)
from .core import Mutant as Mutant
from .core import mutants_of

MUTANTS = mutants_of(
    *(value, policy, backup, returns, estimator, temperature, tabular),
    *(solver, equivalences, sampler, continuous, replay, agent),
)
