"""Laws of samplers of continuous actions: draws follow π ∝ exp(Q/α) on a box; Langevin's step has its known bias.

`sample_box_actions(seed, count, centre, height, width, alpha)` gives `count` independent draws [count, d] from the
Boltzmann policy of Q(a) = Σ_k height_k exp(-|a - centre_k|²/(2 width²)) on the box [-1, 1]^d: peaks at centre [k, d],
one or two dimensions. `langevin_draws(seed, count, curvature, alpha, step, steps)` gives where `count` unadjusted
chains stand that started at 0 and took `steps` steps of size `step` on Q(a) = -curvature a²/2: [count].

Truth is Gauss-Legendre quadrature. Counts are held to exact chances by Chernoff's bound, moments by Bernstein's, the
variance of a Gaussian by the Chernoff bound of its chi-square: for every number of draws, and independent ones, so each
chain should give one draw. A chain that has not arrived is wrong, however long it would take.
"""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
from hypothesis import strategies as st

from .core import Finding, Sides, law
from .sampler import FALSE_ALARM, within

Array = np.ndarray
COUNT = 4_000
MOST = 8
CELLS = {1: 12, 2: 5}
"""How many cells a side of the box has."""
NODES = 12
"""Gauss-Legendre nodes a cell and side: peaks are at least as wide as a cell."""


def peaks(d: int) -> st.SearchStrategy[dict[str, Any]]:
    """Two peaks on [-1, 1]^d, of Q up to four temperatures high."""
    places = st.sampled_from([-0.6, 0.0, 0.6, 0.3, -0.9])
    numbers = st.fixed_dictionaries(
        {
            "seed": st.integers(0, 2**31 - 2),
            "centre": st.tuples(*[places] * (2 * d)).map(lambda x: np.array(x, np.float64).reshape(2, d)),
            "height": st.tuples(*[st.sampled_from([1.0, 2.0, 0.5])] * 2).map(np.array),
            "width": st.sampled_from([0.3, 0.5]).map(np.float64),
            "alpha": st.sampled_from([1.0, 0.5]).map(np.float64),
        }
    )
    return numbers


def energies(dtype: np.dtype) -> st.SearchStrategy[dict[str, Any]]:
    """Peaks in one dimension or two; whatever the dtype under test, the energy is of ordinary numbers."""
    return st.one_of(peaks(1), peaks(2))


@law(
    "[H17 Eq. 6]",
    "[Note L69]",
    needs=("sample_box_actions",),
    inputs=energies,
    relation="<=",
    false_alarm=FALSE_ALARM,
    most=MOST,
    whole=True,
)
def box_draws_follow_boltzmann(
    impl: Any, seed: int, centre: Array, height: Array, width: float, alpha: float
) -> Sides:
    """Each cell of the box gets the share ∫ exp(Q/α) da / Z of the draws, and nothing lies outside."""
    drawn = draws(impl, seed, centre, height, width, alpha)
    d, cells = centre.shape[1], CELLS[centre.shape[1]]
    inside = np.all((drawn >= -1) & (drawn <= 1), axis=-1)
    place = np.clip(np.floor((drawn + 1) / 2 * cells), 0, cells - 1).astype(int)
    index = np.ravel_multi_index(tuple(place.T), (cells,) * d)
    share = np.bincount(index[inside], minlength=cells**d) / COUNT
    points, weights = grid(d)
    mass = weights * density(points, centre, height, width, alpha)
    chance = mass.reshape(cells**d, -1).sum(-1) / mass.sum()
    return within(np.append(share, 1 - inside.mean()), COUNT, np.append(chance, 0.0))


@law(
    "[H17 Eq. 6]",
    "[Note L69]",
    needs=("sample_box_actions",),
    inputs=energies,
    relation="<=",
    false_alarm=FALSE_ALARM,
    most=MOST,
    whole=True,
)
def box_draws_have_the_moments(
    impl: Any, seed: int, centre: Array, height: Array, width: float, alpha: float
) -> Sides:
    """Means of a_i and of a_i a_j are those of π: E[a] and E[a aᵀ] by quadrature."""
    drawn = np.clip(draws(impl, seed, centre, height, width, alpha), -1, 1)
    points, weights = grid(centre.shape[1])
    mass = weights * density(points, centre, height, width, alpha)
    mass = mass / mass.sum()
    seen, terms = monomials(drawn), monomials(points)
    mean = mass @ terms
    variance = mass @ np.square(terms - mean)
    return bernstein(seen.mean(0), mean, variance)


@law(
    "[Note L69]",
    needs=("langevin_draws",),
    inputs=lambda dtype: st.fixed_dictionaries(
        {
            "seed": st.integers(0, 2**31 - 2),
            "curvature": st.sampled_from([1.0, 2.0, 4.0]).map(np.float64),
            "alpha": st.sampled_from([1.0, 0.5, 2.0]).map(np.float64),
            "stiffness": st.sampled_from([0.5, 0.25, 1.0, 1.5]),
            "steps": st.sampled_from([1, 4, 20]),
        }
    ),
    relation="<=",
    false_alarm=FALSE_ALARM,
    most=MOST,
    whole=True,
)
def langevin_variance_depends_on_its_step(
    impl: Any, seed: int, curvature: float, alpha: float, stiffness: float, steps: int
) -> Sides:
    """After t steps from 0 the variance is (α/k) (1 - (1 - ε k/α)^(2t)) / (1 - ε k/(2α)), not α/k: the bias of ε."""
    step = np.float64(stiffness * alpha / curvature)
    drawn = np.asarray(impl.langevin_draws(seed, COUNT, curvature, alpha, step, steps), np.float64)
    if drawn.shape != (COUNT,):
        raise Finding(f"langevin_draws returned shape {drawn.shape}, not {(COUNT,)}")
    variance = alpha / curvature * (1 - (1 - stiffness) ** (2 * steps)) / (1 - stiffness / 2)
    ratio = np.mean(np.square(drawn)) / variance
    with np.errstate(all="ignore"):
        surprise = COUNT / 2 * (ratio - 1 - np.log(ratio))
    return Sides(surprise, np.log(2 / FALSE_ALARM), 0.0)


def draws(impl: Any, seed: int, centre: Array, height: Array, width: float, alpha: float) -> Array:
    """COUNT draws [COUNT, d]."""
    drawn = impl.sample_box_actions(seed, COUNT, centre.copy(), height.copy(), width, alpha)
    drawn = np.asarray(drawn, np.float64)
    if drawn.shape != (COUNT, centre.shape[1]):
        raise Finding(f"sample_box_actions returned shape {drawn.shape}, not {(COUNT, centre.shape[1])}")
    if not np.isfinite(drawn).all():
        raise Finding("sample_box_actions returned an action that is not finite")
    return drawn


def density(action: Array, centre: Array, height: Array, width: float, alpha: float) -> Array:
    """exp(Q(a)/α) of actions [n, d], without its normaliser."""
    square = np.sum(np.square(action[:, None] - centre), axis=-1)
    return np.exp(np.exp(-square / (2 * width**2)) @ height / alpha)


def grid(d: int) -> tuple[Array, Array]:
    """Nodes [cells^d NODES^d, d] and weights of the box, cell by cell."""
    x, w = np.polynomial.legendre.leggauss(NODES)
    size = 2 / CELLS[d]
    nodes = np.stack(np.meshgrid(*[(x + 1) / 2] * d, indexing="ij"), axis=-1).reshape(-1, d)
    weights = np.prod(np.stack(np.meshgrid(*[w / 2] * d, indexing="ij"), axis=-1), axis=-1).ravel()
    corners = np.array(list(itertools.product(range(CELLS[d]), repeat=d)))
    points = -1 + size * (corners[:, None] + nodes[None])
    return points.reshape(-1, d), np.tile(weights * size**d, len(corners))


def monomials(action: Array) -> Array:
    """a_i, and a_i a_j for i <= j: [n, terms]."""
    d = action.shape[1]
    pairs = [action[:, i] * action[:, j] for i in range(d) for j in range(i, d)]
    return np.stack([*action.T, *pairs], axis=-1)


def bernstein(seen: Array, mean: Array, variance: Array) -> Sides:
    """n t² / (2 (σ² + 2t/3)) <= log(2 terms / FALSE_ALARM) for terms that differ from their mean by at most 2."""
    t = np.abs(seen - mean)
    bound = np.log(2 * seen.size / FALSE_ALARM)
    return Sides(COUNT * t**2 / (2 * (variance + 2 * t / 3)), np.full(seen.shape, bound), np.zeros(seen.shape))
