"""A ring buffer of transitions: any pytree of rows in, the same pytree out.

Rows are packed side by side into one float32 table [capacity, width], so that a batch is one gather. Integers and
booleans go through float32, which is exact up to 2^24. Imports: jax.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Int

__all__ = ["Buffer", "Replay", "replay"]


class Buffer(NamedTuple):
    """rows[capacity, width], of which the first `size` are filled; `at` is where the next rows go."""

    rows: Float[Array, "capacity width"]
    at: Int[Array, ""]
    size: Int[Array, ""]


class Replay(NamedTuple):
    """init: () -> Buffer; add: (Buffer, rows[n]) -> Buffer; sample: (key, Buffer) -> rows[batch]."""

    init: Callable[[], Buffer]
    add: Callable[[Buffer, Any], Buffer]
    sample: Callable[[Array, Buffer], Any]


def replay(example: Any, capacity: int, batch: int) -> Replay:
    """A ring buffer for rows like `example`, sampled uniformly with replacement.

    Args:
        example: one row: a pytree of arrays, or of jax.ShapeDtypeStruct; real dtypes, integers within +-2^24.
        capacity: how many rows it holds. `add` takes n rows at a time; n must divide capacity, so that a block
            never wraps.
        batch: how many rows `sample` draws.

    Raises:
        ValueError: if capacity or batch is not positive, or (from `add`) if n does not divide capacity.

    Example:
        >>> import jax, jax.numpy as jnp
        >>> memory = replay({"obs": jnp.zeros(2), "action": jnp.int32(0)}, capacity=4, batch=3)
        >>> buffer = memory.add(memory.init(), {"obs": jnp.ones((2, 2)), "action": jnp.array([7, 7])})
        >>> int(buffer.size), memory.sample(jax.random.key(0), buffer)["action"].tolist()
        (2, [7, 7, 7])
    """
    if capacity < 1 or batch < 1:
        raise ValueError(f"capacity = {capacity} and batch = {batch}: both must be at least 1")
    width = sum(math.prod(leaf.shape) for leaf in jax.tree.leaves(example))

    def init() -> Buffer:
        return Buffer(jnp.zeros((capacity, width), jnp.float32), jnp.int32(0), jnp.int32(0))

    def add(buffer: Buffer, rows: Any) -> Buffer:
        packed = pack(rows)
        n = packed.shape[0]
        if capacity % n:
            raise ValueError(f"capacity = {capacity} is not a multiple of the {n} rows added at once")
        table = jax.lax.dynamic_update_slice(buffer.rows, packed, (buffer.at, jnp.int32(0)))
        return Buffer(table, (buffer.at + n) % capacity, jnp.minimum(buffer.size + n, capacity))

    def sample(key: Array, buffer: Buffer) -> Any:
        index = jax.random.randint(key, (batch,), 0, buffer.size)
        return unpack(buffer.rows.at[index].get(mode="promise_in_bounds"), example)

    return Replay(init, add, sample)


def pack(rows: Any) -> Float[Array, "n width"]:
    """A pytree of leaves [n, ...] as one table [n, width]."""
    return jnp.concatenate([leaf.reshape(leaf.shape[0], -1).astype(jnp.float32) for leaf in jax.tree.leaves(rows)], 1)


def unpack(table: Float[Array, "n width"], example: Any) -> Any:
    """The inverse of `pack`, with the shapes and dtypes of one example row."""
    leaves, structure = jax.tree.flatten(example)
    widths = [math.prod(leaf.shape) for leaf in leaves]
    ends = [sum(widths[: i + 1]) for i in range(len(widths))]
    columns = [table[:, end - width : end] for width, end in zip(widths, ends, strict=True)]
    shaped = [c.reshape(-1, *leaf.shape).astype(leaf.dtype) for c, leaf in zip(columns, leaves, strict=True)]
    return jax.tree.unflatten(structure, shaped)
