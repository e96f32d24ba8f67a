"""Laws of whole agents: pairs of functions init and step, whatever they learn.

`agent_init(seed)` makes a state and `agent_step(state)` the next one; a state is any nest of dicts, tuples, lists,
named tuples, dataclasses and arrays, and of objects that can be looked into: by their attributes, by `state_dict` as
torch's modules and optimisers, by the state of a generator of random numbers. `agent_params(state)` is what it has
learned. `agent_lanes(seeds, steps)` runs several seeds side by side and gives their parameters with a leading axis of
lanes; `agent_restore(state)` saves a state and loads it again. Functions that are missing skip the laws that need them.
"""

from __future__ import annotations

import dataclasses
from collections import deque
from collections.abc import Iterator, Mapping
from types import BuiltinFunctionType, FunctionType, ModuleType
from typing import Any

import numpy as np
from hypothesis import strategies as st

from .compare import epsilon
from .core import Finding, Inputs, Sides, law
from .implementation import numbers
from .text import ADDRESS

MOST = 4
STEPS = 3
TOLERANCE = 1e-4
"""Relative, of lanes against single runs: a batched matrix product sums in another order, and Adam magnifies that."""
SAME = Sides(0.0, 0.0, 0.0)


def runs(**fields: st.SearchStrategy[Any]) -> Inputs:
    """The inputs of these laws: integers."""
    strategy = st.fixed_dictionaries(fields)
    return lambda dtype: strategy


SEED = st.integers(0, 1000)


@law(needs=("agent_init", "agent_step"), inputs=runs(seed=SEED), most=MOST, whole=True)
def step_keeps_the_tree(impl: Any, seed: int) -> Sides:
    """step(state) has the structure, shapes and dtypes of state, so that steps can be scanned and saved."""
    state = impl.agent_init(seed)
    before, after = shape_of(state), shape_of(impl.agent_step(state))
    for path in sorted({*before, *after}):
        one, other = before.get(path, "nothing"), after.get(path, "nothing")
        if one != other:
            raise Finding(f"{path or 'the state'} is {one} after init and {other} after a step")
    return SAME


@law(needs=("agent_init",), inputs=runs(seed=SEED), most=MOST, whole=True)
def init_repeats(impl: Any, seed: int) -> Sides:
    """init of one seed is the same state each time."""
    return same("init differs from itself", impl.agent_init(seed), impl.agent_init(seed))


@law(needs=("agent_init", "agent_step"), inputs=runs(seed=SEED), most=MOST, whole=True)
def step_repeats(impl: Any, seed: int) -> Sides:
    """step of one state is the same state each time: all randomness is in the state."""
    state = impl.agent_step(impl.agent_init(seed))
    once = dict(leaves(impl.agent_step(state)))
    return same("step differs from itself", once, dict(leaves(impl.agent_step(state))))


@law(needs=("agent_init", "agent_step"), inputs=runs(seed=SEED), most=MOST, whole=True)
def step_does_not_mutate(impl: Any, seed: int) -> Sides:
    """The state that went into step is afterwards what it was."""
    state = impl.agent_init(seed)
    before = dict(leaves(state))
    impl.agent_step(state)
    return same("step changed its input", before, dict(leaves(state)))


@law(
    needs=("agent_init", "agent_params"),
    inputs=runs(seed=SEED, apart=st.integers(1, 1000)),
    most=MOST,
    whole=True,
)
def seeds_make_different_networks(impl: Any, seed: int, apart: int) -> Sides:
    """Two seeds begin with different parameters."""
    one, two = (dict(leaves(impl.agent_params(impl.agent_init(s)))) for s in (seed, seed + apart))
    if all(np.array_equal(one[path], two[path]) for path in one):
        raise Finding(f"seeds {seed} and {seed + apart} share all parameters")
    return SAME


@law(needs=("agent_init", "agent_step"), inputs=runs(seed=SEED), most=MOST, whole=True)
def steps_draw_fresh_numbers(impl: Any, seed: int) -> Sides:
    """Two steps in a row do not lead to the same state: the randomness moves on."""
    one = impl.agent_step(impl.agent_init(seed))
    here = dict(leaves(one))
    there = dict(leaves(impl.agent_step(one)))
    if set(here) == set(there) and all(np.array_equal(here[path], there[path]) for path in here):
        raise Finding("a step leaves the state as it is")
    return SAME


@law(
    needs=("agent_init", "agent_step", "agent_params", "agent_lanes"),
    inputs=runs(seed=SEED, steps=st.integers(0, STEPS)),
    most=MOST,
    whole=True,
)
def lanes_are_single_runs(impl: Any, seed: int, steps: int) -> Sides:
    """Lane k of seeds run side by side is the run of seed k."""
    seeds = [seed, seed + 1, seed + 2]
    together = dict(leaves(impl.agent_lanes(seeds, steps)))
    singles = []
    for one in seeds:
        state = impl.agent_init(one)
        for _ in range(steps):
            state = impl.agent_step(state)
        singles.append(dict(leaves(impl.agent_params(state))))
    if set(together) != set(singles[0]):
        raise Finding(f"lanes have {sorted(together)}, a single run has {sorted(singles[0])}")
    left = np.concatenate([np.ravel(np.asarray(together[path], np.float64)) for path in sorted(together)])
    right = np.concatenate(
        [np.ravel(np.stack([np.asarray(s[path], np.float64) for s in singles])) for path in sorted(together)]
    )
    scale = TOLERANCE * (1 + np.abs(right)) / (8 * epsilon(np.dtype(np.float32)))
    return Sides(left, right, scale)


@law(
    needs=("agent_init", "agent_step", "agent_restore"),
    inputs=runs(seed=SEED, steps=st.integers(0, STEPS)),
    most=MOST,
    whole=True,
)
def resumed_is_uninterrupted(impl: Any, seed: int, steps: int) -> Sides:
    """A run that was saved and loaded goes on, bit for bit, as one that was not."""
    state = impl.agent_init(seed)
    for _ in range(steps):
        state = impl.agent_step(state)
    resumed = impl.agent_restore(state)
    state = impl.agent_step(impl.agent_step(state))
    uninterrupted = dict(leaves(state))  # before the other goes on: what shares its arrays is not restored
    resumed = impl.agent_step(impl.agent_step(resumed))
    return same("the resumed run differs", uninterrupted, resumed)


def same(story: str, one: Any, other: Any) -> Sides:
    """Both trees, bit for bit; where they differ, a Finding that says where."""
    here, there = dict(leaves(one)), dict(leaves(other))
    for path in sorted({*here, *there}):
        if path not in here or path not in there:
            raise Finding(f"{story}: only one has {path}")
        a, b = here[path], there[path]
        if a.dtype != b.dtype or a.shape != b.shape or a.tobytes() != b.tobytes():
            raise Finding(f"{story} at {path or 'the state'}")
    return SAME


def shape_of(tree: Any) -> dict[str, str]:
    """path -> dtype and shape; what is known by how it prints, whatever its length, is a text."""
    return {path: f"{_kind(leaf)}{list(leaf.shape)}" for path, leaf in leaves(tree)}


def _kind(leaf: np.ndarray) -> str:
    return "text" if leaf.dtype.kind == "U" else str(leaf.dtype)


def leaves(tree: Any, path: str = "", within: frozenset[int] = frozenset()) -> Iterator[tuple[str, np.ndarray]]:
    """Every array of a nest with its path, as a copy; `within` are the objects that it is a part of.

    Example:
        >>> [(path, leaf.tolist()) for path, leaf in leaves({"w": [1, (2.5,)], "none": None})]
        [('w.0', 1), ('w.1.0', 2.5)]
    """
    if tree is None or id(tree) in within:
        return
    parts = _parts(tree)
    if parts is None:
        yield path, _leaf(tree, path)
        return
    for name, part in parts:
        yield from leaves(part, f"{path}.{name}" if path else name, within | {id(tree)})


def _parts(tree: Any) -> list[tuple[str, Any]] | None:
    """The named parts of a nest or of an object; None for an array or a number."""
    if isinstance(tree, Mapping):
        return [(str(key), tree[key]) for key in sorted(tree, key=str)]
    if dataclasses.is_dataclass(tree) and not isinstance(tree, type):
        return [(field.name, getattr(tree, field.name)) for field in dataclasses.fields(tree)]
    if isinstance(tree, tuple) and hasattr(tree, "_fields"):
        return list(zip(tree._fields, tree, strict=True))
    if isinstance(tree, (list, tuple, deque)):
        return [(str(i), x) for i, x in enumerate(tree)]
    if hasattr(tree, "shape") or isinstance(tree, (type, ModuleType, FunctionType, BuiltinFunctionType)):
        return None
    return _inside(tree)


def _inside(thing: Any) -> list[tuple[str, Any]] | None:
    """What an object holds: the state that it gives out itself, or its attributes."""
    if isinstance(thing, np.random.Generator):
        return _parts(thing.bit_generator.state)
    for name in ("state_dict", "getstate", "get_state"):  # torch, random.Random, torch.Generator
        if callable(ask := getattr(thing, name, None)):
            return [(name, ask())]
    return sorted(vars(thing).items()) if hasattr(thing, "__dict__") else None


def _leaf(value: Any, path: str) -> np.ndarray:
    """One leaf as a copy; what is no array of numbers (a typed random key, a function) by how it prints."""
    try:
        found = numbers(value)
    except TypeError:
        found = np.asarray(None)
    if found.dtype != object:
        return np.array(found)
    said = getattr(value, "__qualname__", None) or repr(value)
    if ADDRESS.search(said):
        what = f"{path or 'the state'} is a {type(value).__name__}, which the laws can't look into"
        raise Finding(f"{what}: give it out as arrays, in dicts, lists, dataclasses or attributes")
    return np.asarray(said)
