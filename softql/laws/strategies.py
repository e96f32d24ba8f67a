"""The inputs of the laws: a few fixed shapes, smallest first, and numbers of every regime.

`cases(q=action_values, alpha=temperatures, ...)` makes the inputs of a law; each field is a function of the
shapes. Shapes are few and fixed so that a compiled implementation compiles once per shape; every array has
the dtype that the runner asks for, so the law is about exactly these numbers. Hypothesis shrinks towards
the first shape and the first alternative of each field.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from .compare import smallest
from .core import Case, Inputs
from .oracle import normalise


class Room(NamedTuple):
    """The shapes of one case."""

    batch: tuple[int, ...]  # of the states
    actions: int
    measure: str  # "counting": no log_w; "actions": log_w [a]; "states": log_w [*b, a]
    alpha_per_state: bool
    dtype: np.dtype = np.dtype(np.float64)

    @property
    def table(self) -> tuple[int, ...]:
        """The shape of Q."""
        return (*self.batch, self.actions)

    @property
    def weights(self) -> tuple[int, ...]:
        """The shape of log w."""
        return self.table if self.measure == "states" else (self.actions,)

    @property
    def alphas(self) -> tuple[int, ...]:
        """The shape of alpha."""
        return self.batch if self.alpha_per_state else ()


ROOMS = (
    Room((), 1, "counting", False),
    Room((), 2, "counting", False),
    Room((), 3, "actions", False),
    Room((2,), 3, "counting", True),
    Room((2,), 3, "states", True),
    Room((2, 2), 2, "actions", False),
    Room((), 8, "states", False),
)
COUNTING = tuple(room for room in ROOMS if room.measure == "counting")
ONE_STATE = Room((1,), 2, "counting", False)
DEFINING = (*ROOMS, ONE_STATE)
COUNTING_DEFINING = (*COUNTING, ONE_STATE)
"""For the law that defines a function: a batch of one state too, whose axis `squeeze()` takes away."""
WEIGHTED = tuple(room for room in ROOMS if room.measure != "counting")
BATCHED = tuple(room for room in ROOMS if room.batch)
COUNTING_BATCHED = tuple(room for room in COUNTING if room.batch)
PATHS = COUNTING
FEW = (ROOMS[1], ROOMS[4])
OWN_MEASURE = tuple(room for room in ROOMS if room.measure == "states")

Field = Callable[[Room], SearchStrategy[Any]]


class Logits(NamedTuple):
    """A policy that still has to be normalised against the measure of its case."""

    numbers: np.ndarray

    def density(self, log_w: np.ndarray | None) -> np.ndarray:
        """log pi; the uniform density in a state where the logits leave no action that exists."""
        exists = np.zeros(self.numbers.shape) if log_w is None else np.where(log_w == -np.inf, -np.inf, 0.0)
        lost = np.all(self.numbers + exists == -np.inf, axis=-1, keepdims=True)
        return normalise(np.where(lost, 0.0, self.numbers), log_w).astype(self.numbers.dtype)


def cases(rooms: Sequence[Room] = ROOMS, /, **fields: Field) -> Inputs:
    """The inputs of a law, from its fields."""

    @functools.cache
    def inputs(dtype: np.dtype) -> SearchStrategy[Case]:
        return st.one_of(*(_case(room._replace(dtype=dtype), fields) for room in rooms))

    return inputs


def _case(room: Room, fields: dict[str, Field]) -> SearchStrategy[Case]:
    return st.fixed_dictionaries({name: field(room) for name, field in fields.items()}).map(_normalised)


def _normalised(case: Case) -> Case:
    log_w = case.get("log_w")
    return {name: x.density(log_w) if isinstance(x, Logits) else x for name, x in case.items()}


def array(room: Room, shape: tuple[int, ...], numbers: SearchStrategy[Any]) -> SearchStrategy[Any]:
    """An array of a shape and of the room's dtype; a scalar of that dtype for the shape ().

    No subnormal numbers: hardware may flush them to zero, which no law forbids.
    """
    tiny = smallest(room.dtype)

    def arrange(xs: tuple[Any, ...]) -> Any:
        x = np.asarray(xs, room.dtype)
        return np.where(np.abs(x) < tiny, np.zeros_like(x), x).reshape(shape)[()]

    return st.tuples(*[numbers] * int(np.prod(shape))).map(arrange)


@functools.cache
def action_values(room: Room) -> SearchStrategy[np.ndarray]:
    """Q: ties, ordinary numbers, near ties, numbers far apart, and all of them on a large common offset."""
    small = array(room, room.table, st.floats(-8.0, 8.0))
    offset = array(room, (), st.sampled_from([1e2, -1e2, 1e4, -1e4, 1e6, -1e7]))
    return st.one_of(
        array(room, room.table, st.integers(-4, 4)),
        small,
        array(room, room.table, st.floats(-1e-3, 1e-3)),
        array(room, room.table, st.floats(-1e4, 1e4)),
        st.builds(np.add, small, offset),
    )


@functools.cache
def temperatures(room: Room) -> SearchStrategy[np.ndarray]:
    """alpha: ordinary, near-deterministic and near-uniform."""
    ordinary = array(room, room.alphas, st.floats(0.125, 16.0))
    extreme = array(room, room.alphas, st.sampled_from([1e-3, 1e-2, 1e2, 1e3, 1e6]))
    return st.one_of(array(room, room.alphas, st.sampled_from([1.0, 2.0, 0.5])), ordinary, extreme)


@functools.cache
def cold_temperatures(room: Room) -> SearchStrategy[np.ndarray]:
    """alpha near 0."""
    return array(room, room.alphas, st.floats(1e-6, 1e-2))


@functools.cache
def masks(room: Room) -> SearchStrategy[Any]:
    """log w: None for counting measure, else 0 where an action is allowed and -inf where not."""
    if room.measure == "counting":
        return st.none()
    return _forbidding(room, room.weights)


def _forbidding(room: Room, shape: tuple[int, ...]) -> SearchStrategy[np.ndarray]:
    """0 or -inf, and 0 at least once in every row."""
    banned = array(room, shape, st.booleans())
    allowed = array(room, shape[:-1], st.integers(0, room.actions - 1))
    return st.builds(_mask, banned, allowed)


def _mask(banned: np.ndarray, allowed: np.ndarray) -> np.ndarray:
    keep = np.arange(banned.shape[-1]) == np.asarray(allowed)[..., None]
    return np.where((banned > 0) & ~keep, -np.inf, 0.0).astype(banned.dtype)


@functools.cache
def measures(room: Room) -> SearchStrategy[Any]:
    """log w: None for counting measure, else masked, weighted or both."""
    if room.measure == "counting":
        return st.none()
    mild = array(room, room.weights, st.integers(-2, 2))
    wild = array(room, room.weights, st.floats(-20.0, 20.0))
    weights = st.one_of(mild, array(room, room.weights, st.floats(-4.0, 4.0)), wild)
    return st.one_of(masks(room), weights, st.builds(np.add, weights, masks(room)))


@functools.cache
def masked_measures(room: Room) -> SearchStrategy[np.ndarray]:
    """log w of a measure that may mask, with weights or without."""
    weights = array(room, room.weights, st.floats(-4.0, 4.0))
    return st.one_of(masks(room), st.builds(np.add, weights, masks(room)))


@functools.cache
def log_policies(room: Room) -> SearchStrategy[Any]:
    """log pi of any policy, a density against the case's log_w: interior, confident, excluding actions."""
    mild = array(room, room.table, st.floats(-6.0, 6.0))
    confident = array(room, room.table, st.floats(-60.0, 60.0))
    partial = st.builds(np.add, mild, _forbidding(room, room.table))
    return st.one_of(array(room, room.table, st.integers(-2, 2)), mild, confident, partial).map(Logits)


@functools.cache
def interior_log_policies(room: Room) -> SearchStrategy[Any]:
    """log pi of any policy that gives every existing action a fair chance."""
    mild = array(room, room.table, st.floats(-4.0, 4.0))
    return st.one_of(array(room, room.table, st.integers(-2, 2)), mild).map(Logits)


@functools.cache
def log_proposals(room: Room) -> SearchStrategy[np.ndarray]:
    """log q(a_n) of samples: any density at each of them."""
    return st.one_of(
        array(room, room.table, st.integers(-2, 2)),
        array(room, room.table, st.floats(-12.0, 6.0)),
    )


@functools.cache
def state_values(room: Room) -> SearchStrategy[np.ndarray]:
    """V(s') of each state."""
    return st.one_of(
        array(room, room.batch, st.integers(-4, 4)), array(room, room.batch, st.floats(-1e3, 1e3))
    )


@functools.cache
def rewards(room: Room) -> SearchStrategy[np.ndarray]:
    """r of each state."""
    return st.one_of(
        array(room, room.batch, st.integers(-2, 2)), array(room, room.batch, st.floats(-1e2, 1e2))
    )


@functools.cache
def discounts(room: Room) -> SearchStrategy[np.ndarray]:
    """gamma (1 - terminated) of each state."""
    common = st.sampled_from([0.5, 0.0, 1.0, 0.99])
    return st.one_of(array(room, room.batch, common), array(room, room.batch, st.floats(0.0, 1.0)))


@functools.cache
def constants(room: Room) -> SearchStrategy[Any]:
    """A number to add."""
    numbers = (st.integers(-4, 4), st.floats(-50.0, 50.0), st.sampled_from([1e4, -1e5]))
    return array(room, (), st.one_of(*numbers))


@functools.cache
def small_constants(room: Room) -> SearchStrategy[Any]:
    """A number to add to a logarithm."""
    return array(room, (), st.one_of(st.integers(-3, 3), st.floats(-20.0, 20.0)))


@functools.cache
def factors(room: Room) -> SearchStrategy[Any]:
    """A positive number to multiply with."""
    return array(room, (), st.one_of(st.sampled_from([2.0, 0.5, 3.0]), st.floats(0.0625, 64.0)))


@functools.cache
def growths(room: Room) -> SearchStrategy[Any]:
    """A factor of at least 1."""
    return array(room, (), st.one_of(st.sampled_from([2.0, 1.5]), st.floats(1.0, 64.0)))


@functools.cache
def fractions(room: Room) -> SearchStrategy[Any]:
    """A number in [0, 1]."""
    return array(room, (), st.one_of(st.just(0.5), st.floats(0.0, 1.0)))


@functools.cache
def increments(room: Room) -> SearchStrategy[np.ndarray]:
    """Numbers >= 0, one per action: of one action in each state, or of all."""
    size = array(room, room.table, st.floats(0.0, 30.0))
    chosen = array(room, room.batch, st.integers(0, room.actions - 1))
    single = st.builds(
        lambda x, a: x * (np.arange(room.actions) == a[..., None]), size, chosen.map(np.asarray)
    )
    return st.one_of(array(room, room.table, st.integers(0, 3)), single, size)


@functools.cache
def steps(room: Room) -> SearchStrategy[np.ndarray]:
    """What to add to Q to get another one, near or far."""
    near = array(room, room.table, st.floats(-1.0, 1.0))
    return st.one_of(array(room, room.table, st.integers(-2, 2)), near, action_values(room))


@functools.cache
def columns(room: Room) -> SearchStrategy[np.ndarray]:
    """Q of one more action."""
    return array(room, (*room.batch, 1), st.one_of(st.integers(-4, 4), st.floats(-1e4, 1e4)))


@functools.cache
def junk(room: Room) -> SearchStrategy[np.ndarray]:
    """What may stand in a slot that does not count."""
    return array(room, room.table, st.sampled_from([np.nan, 7.0, 1e6, -1e6, np.inf, -np.inf]))


@functools.cache
def actions(room: Room) -> SearchStrategy[np.ndarray]:
    """One action per state."""
    choice = array(room, room.batch, st.integers(0, room.actions - 1))
    return choice.map(lambda a: np.asarray(a).astype(np.int32)[()])


@functools.cache
def action(room: Room) -> SearchStrategy[int]:
    """One action."""
    return st.integers(0, room.actions - 1)


@functools.cache
def orders(room: Room) -> SearchStrategy[np.ndarray]:
    """A permutation of the actions."""
    return st.permutations(range(room.actions)).map(np.asarray)


@functools.cache
def draws(room: Room) -> SearchStrategy[np.ndarray]:
    """As many sampled actions as there are actions, the same indices in every state."""
    return st.tuples(*[action(room)] * room.actions).map(np.asarray)


@functools.cache
def path_numbers(room: Room) -> SearchStrategy[np.ndarray]:
    """A number for each step of each path: rewards, values or entropies."""
    return st.one_of(
        array(room, room.table, st.integers(-3, 3)), array(room, room.table, st.floats(-20.0, 20.0))
    )


@functools.cache
def path_discounts(room: Room) -> SearchStrategy[np.ndarray]:
    """gamma (1 - terminated) of each step of each path."""
    return array(room, room.table, st.sampled_from([0.5, 1.0, 0.99, 0.0]))


@functools.cache
def log_chances(room: Room) -> SearchStrategy[np.ndarray]:
    """log pi(a_t|s_t) of the actions that were taken, a probability or a density."""
    return st.one_of(
        array(room, room.table, st.integers(-3, 0)), array(room, room.table, st.floats(-9.0, 3.0))
    )


@functools.cache
def cuts(room: Room) -> SearchStrategy[np.ndarray]:
    """Whether each path was truncated after each step: nowhere, or anywhere."""
    nowhere, anywhere = (array(room, room.table, chance) for chance in (st.just(False), st.booleans()))
    return st.one_of(nowhere, anywhere).map(lambda x: x > 0)


@functools.cache
def moments(room: Room) -> SearchStrategy[int]:
    """One step of a path."""
    return st.integers(0, room.actions - 1)


@functools.cache
def lengths(room: Room) -> SearchStrategy[int]:
    """How many steps a return takes, more than there are too."""
    return st.integers(1, room.actions + 1)


@functools.cache
def states(room: Room) -> SearchStrategy[tuple[int, ...]]:
    """The index of one state."""
    return st.tuples(*(st.integers(0, n - 1) for n in room.batch))


STATE: dict[str, Field] = {"q": action_values, "alpha": temperatures, "log_w": measures}
COUNTED: dict[str, Field] = {"q": action_values, "alpha": temperatures}
MASKED: dict[str, Field] = {"q": action_values, "alpha": temperatures, "log_w": masks}
HIDING: dict[str, Field] = {"q": action_values, "alpha": temperatures, "log_w": masked_measures}
POLICY: dict[str, Field] = {"log_w": measures, "log_pi": log_policies}
STATE_AND_POLICY: dict[str, Field] = {**STATE, "log_pi": log_policies}
TWO_POLICIES: dict[str, Field] = {"log_w": measures, "log_p": log_policies, "log_q": interior_log_policies}
