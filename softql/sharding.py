"""Where lanes lie: devices as a mesh with axes `seed` and `env`, in one process or in many.

Lanes (seeds, combinations of a sweep) are split over `seed`: each device runs the program of its own lanes, and no
device waits for another. The environments of a lane, and with them its batch, are split over `env`: the compiler adds
up what the devices found. Agents know nothing of it. All is said with `jax.sharding`, `jax.shard_map` and
`jax.distributed`. Imports: jax.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import jax
import jax.numpy as jnp
import numpy as np
from jax.sharding import Mesh, NamedSharding, PartitionSpec

__all__ = [
    *("SEED", "SEED_ENV", "agreed", "devices", "each", "host", "join", "kept", "laid", "leads", "mesh", "over_envs"),
    *("placed", "processors", "same", "sharing", "single_threaded", "wait"),
]

SEED, SEED_ENV = PartitionSpec("seed"), PartitionSpec("seed", "env")
PATIENCE = 60  # seconds in which a process must be heard of, and in which all must have come

T = TypeVar("T")


def devices(most: int | None = None) -> list[jax.Device]:
    """The devices of all processes, or the first `most` of them, as many from each process.

    On a machine without accelerators `most` may be any number, if nothing has used JAX before: its processors then
    count as so many devices.

    Raises:
        ValueError: if there are fewer, or they can't be shared out evenly among the processes.

    Example:
        >>> len(devices(1))
        1
    """
    found, processes = jax.devices(), jax.process_count()
    if most is None or most == len(found):
        return found
    if most > len(found):
        kind = found[0].platform
        raise ValueError(
            f"{most} devices: JAX shows {len(found)} ({kind}); processors count as so many with XLA_FLAGS="
            f"--xla_force_host_platform_device_count={most}, or jax_num_cpu_devices, set before JAX is used"
        )
    if most % processes:
        raise ValueError(f"{most} devices: not as many from each of {processes} processes")
    of = [[device for device in found if device.process_index == p][: most // processes] for p in range(processes)]
    return [device for own in of for device in own]


def sharing(lanes: int | None) -> list[jax.Device]:
    """As many devices as can share so many lanes evenly; all where lanes are open, or where there are many processes.

    Example:
        >>> len(sharing(1))
        1
    """
    found = jax.devices()
    return found if lanes is None or jax.process_count() > 1 else found[: _most(lanes, len(found))]


def _most(lanes: int, count: int) -> int:
    """The most of so many devices that share the lanes evenly."""
    return max(n for n in range(1, count + 1) if lanes % n == 0)


def processors(count: int | None = None, lanes: int | None = None) -> None:
    """Count this machine's processors as so many devices; None as what they are, unless that has been said before.

    Of what they are, no more than can share the lanes evenly, if it is known how many there will be. Too late, or asked
    for in XLA_FLAGS, it changes nothing.
    """
    if "host_platform_device_count" in os.environ.get("XLA_FLAGS", "") or _begun():
        return
    if count is None and getattr(jax.config, "jax_num_cpu_devices", -1) > 0:
        return
    allowed = (len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()) or 1
    jax.config.update("jax_num_cpu_devices", count or (_most(lanes, allowed) if lanes else allowed))


def single_threaded() -> None:
    """Have each processor that counts as a device compute on one thread, unless the caller's NPROC says otherwise.

    XLA on CPU shares every product out among the threads that NPROC, or else the machine, has (and at least as many as
    there are devices). Small ones, see `train.small`, are done sooner by one, and results then don't depend on how many
    there are. Too late, it changes nothing.
    """
    if not _begun():
        os.environ.setdefault("NPROC", "1")


def _begun() -> bool:
    """Whether JAX is awake: then it refuses to change this option."""
    was = getattr(jax.config, "jax_num_cpu_devices", -1)
    try:
        jax.config.update("jax_num_cpu_devices", was + 1)
    except RuntimeError:
        return True
    jax.config.update("jax_num_cpu_devices", was)
    return False


def mesh(lanes: int, envs: int, of: Sequence[jax.Device], shape: tuple[int, int] | None = None) -> Mesh:
    """A mesh of devices with axes `seed` and `env`: lanes first, what is left splits the environments of each lane.

    Args:
        lanes: how many lanes there are.
        envs: environments of each lane.
        of: the devices.
        shape: devices along (seed, env); None means gcd(lanes, devices) along `seed`.

    Raises:
        ValueError: if the lanes, or the environments, can't be shared out evenly.

    Example:
        >>> dict(mesh(lanes=4, envs=8, of=devices(1)).shape)
        {'seed': 1, 'env': 1}
    """
    along = math.gcd(lanes, len(of))
    shape = (along, len(of) // along) if shape is None else shape
    if shape[0] * shape[1] != len(of):
        raise ValueError(f"a mesh of {shape[0]} x {shape[1]} takes {shape[0] * shape[1]} devices, not {len(of)}")
    if lanes % shape[0]:
        raise ValueError(f"{lanes} lanes don't share {shape[0]} devices evenly")
    if envs % shape[1]:
        raise ValueError(
            f"{lanes} lanes on {len(of)} devices: {shape[0]} x {shape[1]}, but {envs} environments don't share the "
            f"{shape[1]} devices of a lane evenly"
        )
    return Mesh(np.array(of).reshape(shape), ("seed", "env"))


def each(one: Callable[..., T], on: Mesh | None = None, side_by_side: bool = True) -> Callable[..., T]:
    """A function of one lane, for arguments whose leaves have a leading axis of lanes; to be jitted.

    Args:
        one: pure; its answer is any pytree.
        on: the mesh whose axis `seed` splits the lanes; None runs them where their arrays are.
        side_by_side: on a device, all its lanes in one vmap; else one after another, each as the very same program
            however many there are, so that its bits depend neither on the others nor on the mesh.

    Example:
        >>> jax.jit(each(lambda x, y: x + y, side_by_side=False))(jnp.arange(3), jnp.arange(3)).tolist()
        [0, 2, 4]
    """

    def lanes(*arguments: Any) -> T:
        if side_by_side:
            return jax.vmap(one)(*arguments)
        return jax.lax.map(lambda lane: one(*lane), arguments)

    if on is None and side_by_side:
        return lanes
    if on is None:  # the compiler must see the same program as on many devices
        on = mesh(1, 1, jax.local_devices()[:1])
    # only `seed` is ours to split; along `env` the compiler splits what `over_envs` and the arrays say
    return jax.shard_map(lanes, mesh=on, in_specs=SEED, out_specs=SEED, axis_names={"seed"}, check_vma=False)


def over_envs(apply: Callable[..., T]) -> Callable[..., T]:
    """A network's (params, obs, ...) -> q that, on a mesh, splits the leading axis of all but params over `env`.

    So acting, the batch, its loss and its gradient are split, and the compiler sums gradients over devices. Elsewhere,
    and where the axis can't be split evenly, it is `apply` itself.
    """

    def split(x: Any) -> Any:
        along = jax.sharding.get_abstract_mesh().shape.get("env", 1)
        if along == 1 or x.shape[0] % along:
            return x
        return jax.lax.with_sharding_constraint(x, PartitionSpec("env"))

    return lambda params, *inputs: apply(params, *(split(x) if jnp.ndim(x) else x for x in inputs))


def placed(tree: T, on: Mesh | None, spec: Any = SEED) -> T:
    """The arrays on the devices of a mesh, split as `spec` (or a tree of specs, a prefix of `tree`) says."""
    if on is None:
        return tree
    lies = jax.tree.map(lambda p: NamedSharding(on, p), spec)
    if jax.process_count() == 1:
        return jax.device_put(tree, lies)
    whole = jax.tree.map(jnp.asarray, tree)  # device_put takes no keys there, and jit no NumPy
    return jax.jit(lambda x: x, in_shardings=(lies,), out_shardings=lies)(whole)


def laid(shapes: T, on: Mesh | None, spec: Any = SEED) -> T:
    """The same of shapes alone: each `jax.ShapeDtypeStruct` with its sharding."""
    if on is None:
        return shapes
    specs = jax.tree.broadcast(spec, shapes)
    return jax.tree.map(
        lambda x, p: jax.ShapeDtypeStruct(x.shape, x.dtype, sharding=NamedSharding(on, p)), shapes, specs
    )


def host(tree: T) -> T:
    """The same as NumPy arrays (and keys) that this process holds whole. All processes must ask."""
    if jax.process_count() == 1:
        return jax.device_get(tree)
    from jax.experimental.multihost_utils import process_allgather

    def whole(x: Any) -> Any:
        if not isinstance(x, jax.Array) or x.is_fully_addressable:
            return jax.device_get(x)
        if jnp.issubdtype(x.dtype, jax.dtypes.prng_key):
            return jax.random.wrap_key_data(whole(jax.random.key_data(x)), impl=jax.random.key_impl(x))
        return process_allgather(x, tiled=True)

    return jax.tree.map(whole, tree)


def kept(tree: T) -> T:
    """What `host` gives, to be read later: in one process the arrays where they lie, so that nothing waits for them.

    All processes must ask.
    """
    return tree if jax.process_count() == 1 else host(tree)


def leads() -> bool:
    """Whether this process is the one that writes and speaks."""
    return jax.process_index() == 0


def agreed(wish: bool) -> bool:
    """Whether any process wishes it. All must ask."""
    if jax.process_count() == 1:
        return wish
    from jax.experimental.multihost_utils import process_allgather

    return bool(process_allgather(np.array([wish])).any())


def same(number: int) -> bool:
    """Whether every process has this number. All must ask."""
    if jax.process_count() == 1:
        return True
    from jax.experimental.multihost_utils import process_allgather

    return bool((process_allgather(np.array([number])) == number).all())


def wait(name: str) -> None:
    """Until every process has come here."""
    if jax.process_count() > 1:
        from jax.experimental.multihost_utils import sync_global_devices

        sync_global_devices(name)


def join(coordinator: str | None = None, processes: int | None = None, index: int | None = None) -> None:
    """Join the other processes; None is what JAX finds by itself: SLURM, Open MPI, Kubernetes, a TPU pod.

    Raises:
        ValueError: if JAX finds no cluster, or the others do not come.
    """
    jax.config.update("jax_cpu_collectives_implementation", "gloo")
    try:
        jax.distributed.initialize(
            coordinator, processes, index, initialization_timeout=PATIENCE, heartbeat_timeout_seconds=PATIENCE
        )
    except (RuntimeError, ValueError) as error:
        said = str(error).splitlines()[0]
        raise ValueError(f"can't join the other processes: {said}") from error
