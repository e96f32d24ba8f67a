"""softql's own step taken apart, what gymnax and the host take of it, and what memory it holds.

Imports: contests, timing.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from statistics import median
from typing import Any

from benchmarks.speed.contests import PEERS
from benchmarks.speed.timing import Row, in_turn, per_call
from softql import sharding

ENVIRONMENTS = (16, 64, 256, 512)
SEEDS = 4
HYPER = {"alpha": 0.5, "gamma": 0.98, "learning_rate": 3e-3}


def scanned(body: Callable[[Any], Any], carry: Any, length: int) -> Callable[[], float]:
    """Seconds of one turn of a loop."""
    import jax

    run = jax.jit(lambda carry: jax.lax.scan(lambda x, _: (body(x), None), carry, length=length)[0])
    jax.block_until_ready(run(carry))
    return lambda: per_call(lambda: jax.block_until_ready(run(carry))) / length


def step(rounds: int, quick: bool) -> list[Row]:
    """Where one iteration of replay mode goes."""
    sharding.single_threaded()  # as the command does, before gymnax wakes JAX
    import gymnax
    import jax
    import jax.numpy as jnp

    from softql.agents import Hyper, Shape, agent, learning, q_network
    from softql.agents.discrete import actor, example_of
    from softql.agents.records import checked
    from softql.agents.replay import replay
    from softql.equations import soft_value
    from softql.lanes import lanes

    env = gymnax.make("CartPole-v1")
    shape = Shape(mode="replay", envs=10, rollout=1, hidden=(120, 84), batch=128, buffer=10_000, warmup=1_000)
    sys.path.insert(0, str(PEERS))
    from softql_train import plain  # type: ignore[import-not-found]

    network, door = plain(q_network(*env, shape.hidden), shape.hidden), lanes(*env, shape.envs)
    hyper, whole = checked(Hyper(**HYPER)), agent(*env, shape, network)
    state = jax.jit(whole.init)(jax.random.key(0), hyper)
    act, update, adam = actor(door, network, 1), learning.updater(network, shape), learning.optimiser(10.0)
    ring = replay(example_of(network, door, act), shape.buffer, shape.batch)
    seen = ring.sample(jax.random.key(1), state.memory)
    batch = learning.Batch(seen.obs, seen.action, seen.reward)
    rows = jax.tree.map(lambda x: x[: shape.envs], seen)

    def moved(carry: Any) -> Any:
        return jax.random.split(carry[0])[0], door.step(*carry, jnp.ones(shape.envs, jnp.int32))[0]

    def acted(carry: Any) -> Any:
        return jax.random.split(carry[0])[0], act(carry[0], hyper, state.params, carry[1])[0]

    def drawn(carry: Any) -> Any:
        return jax.random.split(carry[0])[0], carry[1] + ring.sample(carry[0], state.memory).obs.sum()

    def descended(params: Any) -> Any:
        def loss(params: Any) -> Any:
            return 0.5 * jnp.square((network.apply(params, batch.obs) * one_hot).sum(-1) - batch.target).mean()

        return jax.tree.map(lambda p, g: p - 1e-6 * g, params, jax.grad(loss)(params))

    def directed(carry: Any) -> Any:
        change, moments = adam.update(carry[0], carry[1])
        return jax.tree.map(lambda p, d: p - 1e-6 * d, carry[0], change), moments

    one_hot = jax.nn.one_hot(batch.action, 2)
    length = 200 if quick else 1_000
    parts: dict[str, tuple[Callable[[Any], Any], Any]] = {
        "the whole iteration": (lambda state: whole.step(hyper, state)[0], state),
        "keys: three of one": (lambda key: jax.random.split(key, 3)[0], state.key),
        "the environments' step, with its keys": (moved, (state.key, state.lanes)),
        "acting: Q, policy, entropy, a draw; and the environments' step": (acted, (state.key, state.lanes)),
        "replay: add 10": (lambda memory: ring.add(memory, rows), state.memory),
        "replay: draw 128": (drawn, (state.key, jnp.zeros(()))),
        "target: Q of 128 next states, and V": (
            lambda obs: obs + 1e-9 * soft_value(network.apply(state.params, obs), hyper.alpha).sum(),
            seen.next_obs,
        ),
        "update: loss, gradient, Adam, check": (lambda x: update(hyper, x, batch)[0], state.learner),
        "of that: forward and backward": (descended, state.params),
        "of that: Adam": (directed, (state.params, state.learner.moments)),
        "the target network follows": (lambda learner: learning.follow(hyper, learner), state.learner),
    }
    found = in_turn([scanned(*part, length) for part in parts.values()], rounds)
    seconds = [median(x) for x in found]
    return [{"what": what, "seconds": s, "share": s / seconds[0]} for what, s in zip(parts, seconds, strict=True)]


def host(rounds: int, quick: bool) -> list[Row]:
    """The recipe as `softql train` runs it beside its chunks alone, waited for and nothing else: what the host adds."""
    sharding.processors(lanes=SEEDS)  # as the command does, before gymnax wakes JAX
    sharding.single_threaded()
    import io
    import tempfile
    from pathlib import Path
    from unittest.mock import patch

    import gymnax
    import jax
    from rich.console import Console

    from softql import session
    from softql.progress import ahead

    rows = []
    for mode in ("on_policy", "replay"):
        steps = {"steps": 65_536} if quick else {}
        settings = {"mode": mode, "seed": 0, "seeds": SEEDS, "episodes": 1} | steps
        plan = session.plan(*gymnax.make("CartPole-v1"), "CartPole-v1", settings)
        mesh = sharding.mesh(SEEDS, plan.shape.envs, sharding.sharing(SEEDS))
        plan = plan._replace(mesh=mesh if mesh.size > 1 else None)

        def alone(plan: Any = plan) -> float:
            def learn() -> None:
                rest = session.going_on(plan, 0, None)
                for _, metrics, _ in ahead(rest, lambda chunk: chunk[1], lambda: False):
                    jax.block_until_ready(metrics)

            return per_call(learn)

        def whole(plan: Any = plan) -> float:
            took, learn = [], session._learn

            def timed(*of: Any) -> None:
                took.append(per_call(lambda: learn(*of)))

            with tempfile.TemporaryDirectory() as folder, patch.object(session, "_learn", timed):
                session.run(plan, Path(folder), Console(file=io.StringIO()))
            return took[0]

        whole()  # compiles
        bare, told = in_turn([alone, whole], rounds)
        chunks = plan.steps // plan.chunk
        rows.append(
            {
                "what": f"{mode}, {SEEDS} seeds on {mesh.size} devices, {chunks} chunks",
                "seconds": median(bare) / chunks,
                "added": median((b - a) / chunks for a, b in zip(bare, told, strict=True)),
                "share": median(1 - a / b for a, b in zip(bare, told, strict=True)),
            }
        )
    return rows


def ceiling(rounds: int, quick: bool) -> list[Row]:
    """gymnax's CartPole alone, and softql's training with as many environments, on-policy."""
    sharding.single_threaded()
    import gymnax
    import jax
    import jax.numpy as jnp

    from softql.agents import Hyper, Shape, agent
    from softql.agents.records import checked
    from softql.lanes import lanes

    env, hyper, rows = gymnax.make("CartPole-v1"), checked(Hyper(**HYPER)), []
    for envs in (16, 256) if quick else ENVIRONMENTS:
        shape = Shape(envs=envs, rollout=16, epochs=2, minibatches=4)
        door, whole = lanes(*env, envs), agent(*env, shape)
        state = jax.jit(whole.init)(jax.random.key(0), hyper)

        def alone(carry: Any, door: Any = door, envs: int = envs) -> Any:
            key, k_action, k_step = jax.random.split(carry[0], 3)
            return key, door.step(k_step, carry[1], jax.random.bernoulli(k_action, 0.5, (envs,)).astype(jnp.int32))[0]

        turns = max(1, 65_536 // shape.env_steps)
        contest = [
            scanned(alone, (state.key, state.lanes), 16 * turns),
            scanned(lambda x, whole=whole: whole.step(hyper, x)[0], state, turns),
            *(scanned(partial(bare_step, *env, envs, again), start_of(*env, envs), 16 * turns) for again in (1, 0)),
        ]
        bare, trained, resetting, plain = (median(x) for x in in_turn(contest, rounds))
        row = {"what": f"{envs} environments", "alone": envs / bare, "pace": shape.env_steps / trained}
        rows.append(row | {"share": 16 * bare / trained, "reset": 16 * max(0.0, resetting - plain) / trained})
    return rows


def start_of(env: Any, env_params: Any, envs: int) -> Any:
    """A key, and the states of so many environments."""
    import jax
    import jax.numpy as jnp

    _, at = jax.vmap(env.reset, (0, None))(jax.random.split(jax.random.key(1), envs), env_params)
    return jax.random.key(0), jax.tree.map(lambda x: jnp.asarray(x, x.dtype), at)


def bare_step(env: Any, env_params: Any, envs: int, again: int, carry: Any) -> Any:
    """One random step of each environment; gymnax's own, which resets every one each time, or without a reset."""
    import jax
    import jax.numpy as jnp

    key, k_action, k_step = jax.random.split(carry[0], 3)
    action = jax.random.bernoulli(k_action, 0.5, (envs,)).astype(jnp.int32)
    step = env.step if again else env.step_env
    return key, jax.vmap(step, (0, 0, 0, None))(jax.random.split(k_step, envs), carry[1], action, env_params)[1]


def memory(rounds: int, quick: bool) -> list[Row]:
    """What the compiled chunk holds, and what grows with seeds, environments and the buffer."""
    import gymnax
    import jax

    from softql.agents import Hyper, Shape, agent
    from softql.agents.records import checked
    from softql.train import seeds

    env, hyper, rows = gymnax.make("CartPole-v1"), checked(Hyper(**HYPER)), []
    base = {"mode": "replay", "envs": 32, "rollout": 2, "batch": 512, "buffer": 65_536}
    cases: list[tuple[str, int, Row]] = [
        ("replay, 32 environments, buffer 65,536, 1 seed", 1, base),
        ("the same, 16 seeds", 16, base),
        ("the same, 256 environments, 1 seed", 1, base | {"envs": 256}),
        ("the same, buffer 524,288, 1 seed", 1, base | {"buffer": 524_288}),
        ("on-policy, 256 environments x 16, 1 seed", 1, {"envs": 256, "rollout": 16}),
        ("the same, 16 seeds", 16, {"envs": 256, "rollout": 16}),
        ("the same, 2,048 environments, 1 seed", 1, {"envs": 2048, "rollout": 16}),
    ]
    for what, count, settings in cases[:2] if quick else cases:
        whole = agent(*env, Shape(**settings))
        keys = seeds(0, count)
        state = jax.eval_shape(jax.vmap(whole.init, (0, None)), keys, hyper)

        def chunk(state: Any, whole: Any = whole) -> Any:
            return jax.vmap(lambda s: jax.lax.scan(lambda s, _: whole.step(hyper, s), s, length=4))(state)

        said = jax.jit(chunk, donate_argnums=0).lower(state).compile().memory_analysis()
        rows.append(
            {
                "what": what,
                "state": size(state._replace(memory=())),
                "replay": size(state.memory),
                "temporary": said.temp_size_in_bytes,
            }
        )
    return rows


def size(tree: Any) -> int:
    """Bytes of all leaves; a key counts as two words."""
    import jax

    return sum(x.size * getattr(x.dtype, "itemsize", 8) for x in jax.tree.leaves(tree))
