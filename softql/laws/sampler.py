"""Laws of samplers: draws follow pi proportional to w exp(Q / alpha), and are independent where they should be.

`sample_actions(seed, count, q, alpha, log_w=None)` gives `count` actions for each state, [count, *b], from an integer
seed. These laws are statistical. Each compares counts with exact chances by Chernoff's bound, which holds for every
number of draws: a count k of n with chance p has P(k/n at least, or at most, x) <= exp(-n kl(x, p)). With FALSE_ALARM
shared among the comparisons, a sampler that is right fails on one input with at most that chance.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from . import tables
from .core import Sides, law
from .oracle import boltzmann, masses
from .strategies import BATCHED, DEFINING, ROOMS, WEIGHTED, Field, Room, array, cases, masked_measures

Array = np.ndarray
Measure = Array | None
COUNT = 20_000
FALSE_ALARM = 1e-9
MOST = 50


def values(room: Room) -> SearchStrategy[Any]:
    """Q within a few temperatures, so that COUNT draws tell."""
    return st.one_of(array(room, room.table, st.integers(-2, 2)), array(room, room.table, st.floats(-3.0, 3.0)))


def temperatures(room: Room) -> SearchStrategy[Any]:
    """alpha of the size of Q."""
    return array(room, room.alphas, st.one_of(st.sampled_from([2.0, 1.0, 0.5]), st.floats(0.25, 4.0)))


def seeds(room: Room) -> SearchStrategy[int]:
    """An integer seed."""
    return st.integers(0, 2**31 - 2)


STATE: dict[str, Field] = {"q": values, "alpha": temperatures, "log_w": masked_measures}
COUNTED: dict[str, Field] = {"q": values, "alpha": temperatures}
COUNTING = tuple(room for room in ROOMS if room.measure == "counting")


def measured(room: Room) -> SearchStrategy[Any]:
    """log w, None for counting measure."""
    return st.none() if room.measure == "counting" else masked_measures(room)


@law(
    "[H17 Eq. 6]",
    "[Note L69]",
    needs=("sample_actions",),
    inputs=cases(DEFINING, seed=seeds, q=values, alpha=temperatures, log_w=measured),
    relation="<=",
    false_alarm=FALSE_ALARM,
    most=MOST,
)
def draws_follow_boltzmann(impl: Any, seed: int, q: Array, alpha: Array, log_w: Measure) -> Sides:
    """Actions are drawn with chance w π, π = exp((Q - V) / α)."""
    drawn = draw(impl, seed, q, alpha, log_w)
    share = np.mean(drawn[..., None] == np.arange(q.shape[-1]), axis=0)
    return within(share, COUNT, chances(q, alpha, log_w))


@law("[H17 Eq. 6]", needs=("sample_actions",), inputs=cases(WEIGHTED, seed=seeds, **STATE), relation="<=", most=MOST)
def draws_exist(impl: Any, seed: int, q: Array, alpha: Array, log_w: Array) -> Sides:
    """No draw is an action that does not exist (w = 0)."""
    drawn = draw(impl, seed, q, alpha, log_w).astype(int)
    inside = (drawn >= 0) & (drawn < q.shape[-1])
    hidden = np.broadcast_to(tables.masked(q, log_w), (COUNT, *q.shape))
    lost = np.take_along_axis(hidden, np.where(inside, drawn, 0)[..., None], axis=-1)[..., 0]
    return Sides(np.sum(lost | ~inside, axis=0), np.zeros(q.shape[:-1]), np.zeros(q.shape[:-1]))


@law("[H17 Eq. 6]", needs=("sample_actions",), inputs=cases(COUNTING, seed=seeds, **COUNTED), most=MOST)
def draws_repeat(impl: Any, seed: int, q: Array, alpha: Array) -> Sides:
    """The same seed gives the same draws."""
    once, twice = (draw(impl, seed, q, alpha, None) for _ in range(2))
    return Sides(once, twice, np.zeros(once.shape))


@law(
    "[H17 Eq. 6]",
    needs=("sample_actions",),
    inputs=cases(COUNTING, seed=seeds, **COUNTED),
    relation="<=",
    false_alarm=FALSE_ALARM,
    most=MOST,
)
def seeds_draw_independently(impl: Any, seed: int, q: Array, alpha: Array) -> Sides:
    """Draws of two seeds agree as often as independent ones, with chance Σ_a π_a²."""
    one, other = (draw(impl, s, q, alpha, None) for s in (seed, seed + 1))
    return within(np.mean(one == other, axis=0), COUNT, agreement(q, alpha))


@law(
    "[H17 Eq. 6]",
    needs=("sample_actions",),
    inputs=cases(COUNTING, seed=seeds, **COUNTED),
    relation="<=",
    false_alarm=FALSE_ALARM,
    most=MOST,
)
def draws_are_independent(impl: Any, seed: int, q: Array, alpha: Array) -> Sides:
    """A draw agrees with the next one, and with the one half a run later, with chance Σ_a π_a²."""
    drawn, half = draw(impl, seed, q, alpha, None), COUNT // 2
    share = np.stack([np.mean(drawn[::2] == drawn[1::2], axis=0), np.mean(drawn[:half] == drawn[half:], axis=0)])
    return within(share, half, agreement(q, alpha))


@law(
    "[H17 Eq. 6]",
    needs=("sample_actions",),
    inputs=cases(tuple(room for room in BATCHED if room.measure == "counting"), seed=seeds, **COUNTED),
    relation="<=",
    false_alarm=FALSE_ALARM,
    most=MOST,
)
def states_draw_independently(impl: Any, seed: int, q: Array, alpha: Array) -> Sides:
    """Two states with the same Q, under one seed or two in a row, agree with chance Σ_a π_a², as if independent."""
    same = np.stack([q[0], q[0]])
    shared = np.stack([alpha[0], alpha[0]]) if np.ndim(alpha) else alpha
    drawn, after = (draw(impl, s, same, shared, None) for s in (seed, seed + 1))
    pairs = ((drawn[:, 0], drawn[:, 1]), (drawn[:, 1], after[:, 0]), (drawn[:, 0], after[:, 1]))
    return within(np.stack([np.mean(one == other) for one, other in pairs]), COUNT, agreement(q[0], shared[0]))


def draw(impl: Any, seed: int, q: Array, alpha: Array, log_w: Measure) -> Array:
    """COUNT draws of each state, [COUNT, *b]."""
    drawn: Array = impl.sample_actions(seed, COUNT, q, alpha, log_w)
    if drawn.shape != (COUNT, *q.shape[:-1]):
        raise ValueError(f"sample_actions returned shape {drawn.shape}, not {(COUNT, *q.shape[:-1])}")
    return drawn


def chances(q: Array, alpha: Array, log_w: Measure) -> Array:
    """w pi."""
    return masses(boltzmann(q, alpha, log_w).log_policy, log_w)


def agreement(q: Array, alpha: Array) -> Array:
    """The chance that two independent draws are equal."""
    return np.minimum(np.sum(chances(q, alpha, None) ** 2, axis=-1), 1.0)


def within(share: Array, count: int, chance: Array) -> Sides:
    """n kl(share, chance) <= log(2 comparisons / FALSE_ALARM)."""
    bound = np.log(2 * share.size / FALSE_ALARM)
    return Sides(count * divergence(share, chance), np.full(share.shape, bound), np.zeros(share.shape))


def divergence(x: Array, p: Array) -> Array:
    """kl(x, p) of two coins; p is good to rounding only, so chances that round to 0 or 1 count as that."""
    with np.errstate(all="ignore"):
        heads = np.where(x > 0, x * np.log(x / p), 0.0)
        tails = np.where(x < 1, (1 - x) * np.log((1 - x) / np.maximum(1 - p, 0.0)), 0.0)
    sum_ = np.where(np.abs(x - p) < 1e-9, 0.0, heads + tails)
    return np.maximum(sum_, 0.0)
