"""Training many seeds at once: chunks of scan(step) for every lane, handed back to the host between chunks.

A lane is one seed, with its own Hyper if you like. Between chunks the host can show progress, stop, or save, so no
callback is needed. Imports: agents, sharding.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.sharding import Mesh, NamedSharding
from jaxtyping import Array

from softql import sharding
from softql.agents.records import Agent, ContinuousShape, Hyper, Metrics, Shape, State, checked

__all__ = ["Diverged", "abreast", "seeds", "small", "summary", "train"]

# as measured on a CPU, for the rows of an update and the width of the network:
HEAVY = 4_096  # rows x width from which one lane after another is faster than all in one vmap
SMALL = 2**24  # rows x width x width below which one thread is faster than two


class Diverged(ArithmeticError):
    """Training met a loss, gradient or parameter that is not finite, refused that update, and stopped.

    Attributes:
        state: as after the chunk; the parameters of every lane are finite, the last good ones.
        metrics: of the chunk [lane, chunk]; `finite` is False where it happened.
        lanes: the numbers of the lanes that diverged.
    """

    def __init__(self, state: State, metrics: Metrics) -> None:
        self.state, self.metrics = state, metrics
        finite, env_steps = sharding.host((metrics.finite, metrics.env_steps))
        bad = ~np.asarray(finite)
        self.lanes = [int(lane) for lane in np.flatnonzero(bad.any(-1))]
        first = int(np.asarray(env_steps)[self.lanes[0], bad[self.lanes[0]].argmax()])
        super().__init__(
            f"an update of lane {self.lanes[0]} was not finite by environment step {first} (lanes: {self.lanes}); "
            "it was refused, the parameters are the last good ones. A smaller learning_rate, or rewards of a smaller "
            "scale, may help"
        )


def seeds(seed: int, lanes: int) -> Array:
    """One key per lane from one root seed: key of lane k = fold_in(key(seed), k), whatever the number of lanes.

    Example:
        >>> seeds(0, 4).shape
        (4,)
    """
    return jax.vmap(jax.random.fold_in, (None, 0))(jax.random.key(seed), jnp.arange(lanes))


def train(
    agent: Agent,
    hyper: Hyper,
    keys: Array,
    steps: int,
    chunk: int,
    state: State | None = None,
    halt: bool = True,
    mesh: Mesh | None = None,
    side_by_side: bool = True,
) -> Iterator[tuple[State, Metrics]]:
    """Run `steps` steps of the agent in every lane, `chunk` at a time; yields (state, metrics) after each chunk.

    Lane k of what comes back is what agent.init(keys[k], ...) and agent.step alone would give.

    Args:
        agent: Agent(init, step). Keep the same object for several calls: what is compiled is kept with it.
        hyper: each leaf a scalar for all lanes, or an array [lane] with one value for each.
        keys: one key per lane, see `seeds`.
        steps: how many steps of the agent, in all. One is shape.env_steps environment steps.
        chunk: steps between two yields; a remainder at the end is a shorter chunk, compiled on its own.
        state: a state that an earlier call yielded, to go on from; `keys` then only say how many lanes there are.
        halt: False goes on where an update was not finite and was refused, for the sake of the other lanes;
            `metrics.finite` tells.
        mesh: of `softql.sharding.mesh`: its axis `seed` splits the lanes, `env` the environments of each; None is one
            device. In several processes every one calls this with the same arguments.
        side_by_side: False runs the lanes of a device one after another, see `softql.sharding.each`: on a CPU as fast
            or faster if a lane is work enough (`abreast`), and each with the same bits on any mesh of one column.

    Yields:
        state: with a leading [lane]. Its `memory` is donated to the next chunk, so read it before you go on; all
            else stays valid.
        metrics: of every step, with leading [lane, chunk]; see `summary`.

    Raises:
        ValueError: at once, if steps or chunk is not positive, keys is not [lane], or a leaf of hyper has another
            number of lanes or is out of its domain.
        Diverged: with halt, in place of a yield, if an update was not finite; it carries the last good state.

    Example:
        >>> import gymnax
        >>> from softql.agents import Shape, agent
        >>> small = agent(*gymnax.make("CartPole-v1"), Shape(envs=4, rollout=2, minibatches=1, hidden=(8,)))
        >>> for state, metrics in train(small, Hyper(), seeds(0, 2), steps=6, chunk=3):
        ...     print(metrics.env_steps.tolist())
        [[8, 16, 24], [8, 16, 24]]
        [[32, 40, 48], [32, 40, 48]]
    """
    if steps < 1 or chunk < 1:
        raise ValueError(f"steps = {steps} and chunk = {chunk}: both must be at least 1")
    if keys.ndim != (1 if jnp.issubdtype(keys.dtype, jax.dtypes.prng_key) else 2):
        raise ValueError(f"keys has shape {keys.shape}: give one key per lane, as from softql.train.seeds(0, lanes=4)")
    hyper = spread(checked(hyper), keys.shape[0])
    init, run = compiled(agent, mesh, side_by_side)
    hyper = sharding.placed(hyper, mesh)
    if state is None:
        state = init(sharding.placed(keys, mesh), hyper)
    elif mesh is not None:
        state = sharding.placed(state, mesh, SPLIT)
    return _chunks(run, hyper, state, steps, chunk, halt)


def abreast(shape: Shape | ContinuousShape) -> bool:
    """Whether lanes of this shape learn faster in one vmap than one after another, here: train's `side_by_side`.

    Accelerators want all lanes at once; a CPU does only where the updates of a lane are small.

    Example:
        >>> from softql.agents import Shape
        >>> abreast(Shape(mode="replay", batch=8, hidden=(16,)))
        True
    """
    return jax.default_backend() != "cpu" or _rows(shape) * max(shape.hidden, default=1) < HEAVY


def small(shape: Shape | ContinuousShape) -> bool:
    """Whether an update of this shape is done sooner by one thread of a CPU than by several that share each product
    out: see `softql.sharding.single_threaded`. Not so where lanes learn in one vmap, whose products grow with them.

    Example:
        >>> from softql.agents import Shape
        >>> small(Shape(hidden=(64, 64))), small(Shape(hidden=(512, 512)))
        (True, False)
    """
    rows, width = _rows(shape), max(shape.hidden, default=1)
    return rows * width >= HEAVY and rows * width**2 < SMALL


def _rows(shape: Shape | ContinuousShape) -> int:
    """Of one update."""
    return shape.envs * shape.rollout // shape.minibatches if shape.mode == "on_policy" else shape.batch


def _chunks(
    run: Any, hyper: Hyper, state: State, steps: int, chunk: int, halt: bool
) -> Iterator[tuple[State, Metrics]]:
    for done in range(0, steps, chunk):
        state, metrics = run(hyper, state._replace(memory=()), state.memory, min(chunk, steps - done))
        if halt and not np.asarray(sharding.host(metrics.finite)).all():
            raise Diverged(state, metrics)
        yield state, metrics


def spread(hyper: Hyper, lanes: int) -> Hyper:
    """Each leaf with one value per lane."""
    for name, leaf in hyper._asdict().items():
        if jnp.shape(leaf) not in ((), (lanes,)):
            raise ValueError(f"{name} has shape {jnp.shape(leaf)}: give a scalar, or one for each of {lanes} lanes")
    return jax.tree.map(lambda leaf: jnp.broadcast_to(leaf, (lanes,)), hyper)


# environments are split over both axes, the rest of a lane is whole on each of its devices
SPLIT: Any = State._make(sharding.SEED_ENV if name == "lanes" else sharding.SEED for name in State._fields)


@lru_cache(maxsize=16)
def compiled(agent: Agent, mesh: Mesh | None = None, side_by_side: bool = True) -> tuple[Any, Any]:
    """Init and chunk for all lanes, jitted; the replay memory is donated, for it is the only big thing."""

    def run(hyper: Hyper, state: State, memory: Any, chunk: int) -> tuple[State, Metrics]:
        def lane(hyper: Hyper, state: State) -> tuple[State, Metrics]:
            return jax.lax.scan(lambda s, _: agent.step(hyper, s), state, length=chunk)

        return sharding.each(lane, mesh, side_by_side)(hyper, state._replace(memory=memory))

    begin = sharding.each(agent.init, mesh, side_by_side)
    if mesh is None:
        return jax.jit(begin), jax.jit(run, static_argnums=3, donate_argnums=2)
    lanes = NamedSharding(mesh, sharding.SEED)
    out = jax.tree.map(lambda spec: NamedSharding(mesh, spec), SPLIT)
    return (
        jax.jit(begin, out_shardings=out),
        jax.jit(run, static_argnums=3, donate_argnums=2, out_shardings=(out, lanes)),
    )


def summary(metrics: Metrics) -> Metrics:
    """A chunk of metrics as one record per lane, on the host: [lane, chunk] -> [lane], or [chunk] -> [].

    env_steps is the last, episodes the sum, episode_return and episode_length the means over all episodes that ended
    (NaN if none did), finite whether all were, the rest means over steps, summed in float64. NumPy arrays, so that
    nothing is put to a device that has the next chunk to do; all processes must ask.

    Example:
        >>> import jax.numpy as jnp
        >>> chunk = Metrics(*jnp.ones((len(Metrics._fields), 2)))._replace(
        ...     episodes=jnp.array([3, 1]), episode_return=jnp.array([10.0, 30.0]), finite=jnp.array([True, True]))
        >>> float(summary(chunk).episode_return)
        15.0
    """
    metrics = sharding.host(metrics)
    episodes: Any = metrics.episodes.sum(-1, dtype=metrics.episodes.dtype)
    some = np.where(episodes > 0, episodes, np.nan)

    def mean(x: Any) -> Any:
        return x.mean(-1, dtype=np.float64).astype(x.dtype)

    def per_episode(x: Any) -> Any:
        return ((x * metrics.episodes).sum(-1, dtype=np.float64) / some).astype(x.dtype)

    means: Metrics = jax.tree.map(mean, metrics._replace(finite=metrics.loss))
    return means._replace(
        env_steps=metrics.env_steps[..., -1],
        episodes=episodes,
        episode_return=per_episode(metrics.episode_return),
        episode_length=per_episode(metrics.episode_length),
        finite=metrics.finite.all(-1),
    )
