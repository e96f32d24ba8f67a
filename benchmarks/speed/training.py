"""Training against other libraries on CartPole-v1: the same work side by side, and the time that it takes to learn.

"The same work" is environments, network, batch or minibatches, and updates a step. What decides how well that work
teaches (learning rate, discount, exploration, how the target follows) is each library's own, as it publishes it for
CartPole. Imports: contests, timing.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from itertools import zip_longest
from pathlib import Path
from statistics import median
from typing import Literal

from benchmarks.speed.contests import Contestant, missing, paced, solved
from benchmarks.speed.timing import Row, compared
from softql.agents import Hyper, Shape, defaults_for

EPISODES = 64  # of each judgement, a seed
SEEDS = 4
SOFTQL = {"alpha": 0.5, "gamma": 0.98}
EVERY = {"seeds": [0], "episodes": EPISODES}


def softql(name: str, shape: Row, hyper: Row, chunk: int, limit: int, norm: bool = True) -> Contestant:
    settings = {"shape": shape, "hyper": SOFTQL | hyper, "norm": norm, "chunk": chunk, "limit": limit}
    return Contestant(name, "", "softql_train.py", EVERY | settings)


def as_shipped(name: str, mode: Literal["on_policy", "replay"], chunk: int) -> Contestant:
    """The recipe that `softql train CartPole-v1` follows."""
    recipe = defaults_for("CartPole-v1", mode)
    assert isinstance(recipe.shape, Shape)
    assert isinstance(recipe.hyper, Hyper)
    hyper = {x: y for x, y in recipe.hyper._asdict().items() if y is not None}
    return softql(name, asdict(recipe.shape), hyper, chunk, recipe.env_steps)


def rejax(name: str, algorithm: str, config: Row, iteration: int, chunk: int, limit: int, **more: object) -> Contestant:
    settings = {"algorithm": algorithm, "config": config | {"total_timesteps": limit}, "iteration": iteration}
    return Contestant(name, "rejax", "rejax_train.py", EVERY | settings | {"chunk": chunk, "limit": limit} | more)


def sb3(name: str, envs: int, config: Row, chunk: int, limit: int, total: int) -> Contestant:
    settings = {"envs": envs, "config": config, "total": total, "chunk": chunk, "limit": limit}
    return Contestant(name, "sb3", "sb3_train.py", EVERY | settings)


def clean(name: str, envs: int, hidden: Sequence[int], batch: int, buffer: int, warmup: int, **run: int) -> Contestant:
    own = {"gamma": 0.99, "learning_rate": 2.5e-4, "epsilon": 0.05, "explore": 250_000, "target_every": 500}
    settings = {"envs": envs, "hidden": hidden, "batch": batch, "buffer": buffer, "warmup": warmup}
    return Contestant(name, "dqn", "clean_dqn.py", EVERY | settings | own | run)


def same_replay(warmup: int = 10_000) -> list[Contestant]:
    """10 environments, 120-84 without a norm, batch 128 out of 10,000, one update for 10 steps; `warmup` of the clean
    one, whose recipe begins to learn later than the others."""
    hidden, buffer, chunk, limit = [120, 84], 10_000, 10_000, 300_000
    shape = {"mode": "replay", "envs": 10, "rollout": 1, "batch": 128, "buffer": buffer, "warmup": 1_000}
    theirs = {"batch_size": 128, "buffer_size": buffer, "learning_rate": 1e-3}
    of_rejax = {"num_envs": 10, "fill_buffer": 1_000, "ddqn": False, "polyak": 0.98, "exploration_fraction": 0.5}
    of_sb3 = {"learning_starts": 1_000, "train_freq": 1, "gradient_steps": 1, "target_update_interval": 10}
    zoo = {"learning_rate": 2.3e-3, "exploration_fraction": 0.16, "exploration_final_eps": 0.04}
    net = {"policy_kwargs": {"net_arch": hidden}}
    return [
        softql("softql", shape | {"hidden": hidden}, {"learning_rate": 3e-3, "polyak": 0.05}, chunk, limit, norm=False),
        clean("a clean JAX DQN (purejaxrl's recipe)", 10, hidden, 128, buffer, warmup, chunk=chunk, limit=limit),
        rejax("rejax DQN", "dqn", theirs | of_rejax, 10, chunk, limit, hidden=hidden, norm=False),
        sb3("stable-baselines3 DQN", 10, theirs | of_sb3 | zoo | net, chunk // 4, limit, limit),
    ]


PQN = {"gamma": 0.99, "td_lambda": 0.9, "max_grad_norm": 10, "exploration_fraction": 0.5}
CHUNK = 16_384
LIMIT = 1_048_576  # environment steps of a seed, to which both anneal


def same_on_policy(
    envs: int, rollout: int, epochs: int, minibatches: int, rate: float, theirs: float
) -> list[Contestant]:
    """softql and PQN on envs x rollout steps, 64-64 with layer norm."""
    shape = {"envs": envs, "rollout": rollout, "epochs": epochs, "minibatches": minibatches, "hidden": [64, 64]}
    config = {"num_envs": envs, "num_steps": rollout, "num_epochs": epochs, "num_minibatches": minibatches}
    hyper = {"learning_rate": rate, "lambda_": 0.9, "anneal": float(LIMIT)}
    return [
        softql("softql", shape, hyper, CHUNK, LIMIT),
        rejax("rejax PQN", "pqn", PQN | config | {"learning_rate": theirs}, envs * rollout, CHUNK, LIMIT),
    ]


def own_settings() -> list[Contestant]:
    """Each as its makers set it for CartPole; softql's are `softql.agents.defaults_for`."""
    pqn = {"num_envs": 16, "num_steps": 128, "num_epochs": 5, "num_minibatches": 16, "learning_rate": 3e-4}
    dqn = {"num_envs": 10, "buffer_size": 50_000, "fill_buffer": 5_000, "batch_size": 100, "max_grad_norm": 10}
    dqn |= {
        "learning_rate": 1e-3,
        "num_epochs": 5,
        "polyak": 0.98,
        "exploration_fraction": 0.5,
        "agent": "DuelingQNetwork",
    }
    zoo = {"learning_rate": 2.3e-3, "batch_size": 64, "buffer_size": 100_000, "learning_starts": 1_000, "gamma": 0.99}
    zoo |= {"target_update_interval": 10, "train_freq": 256, "gradient_steps": 128, "exploration_fraction": 0.16}
    zoo |= {"exploration_final_eps": 0.04, "policy_kwargs": {"net_arch": [256, 256]}}
    return [
        as_shipped("softql, on-policy", "on_policy", 16_384),
        as_shipped("softql, replay", "replay", 9_984),
        rejax("rejax PQN", "pqn", PQN | pqn, 2_048, 16_384, 524_288),
        rejax("rejax DQN", "dqn", dqn, 10, 2_500, 100_000),
        clean("a clean JAX DQN (purejaxrl's recipe)", 10, [120, 84], 128, 10_000, 10_000, chunk=10_000, limit=500_000),
        sb3("stable-baselines3 DQN", 1, zoo, 2_560, 100_096, 50_000),
    ]


def replay(rounds: int, quick: bool) -> list[Row]:
    """The same work in replay mode."""
    same = same_replay(warmup=1_000)
    rows = contest([*same, *one_thread(same)], rounds)
    return _learned(rows, learning(same_replay(), 1 if quick else SEEDS))


def one_thread(contestants: Sequence[Contestant]) -> list[Contestant]:
    """The others that run on JAX, as who sets NPROC for them, which `softql train` does by itself."""
    other = [who for who in contestants if who.environment in ("dqn", "rejax")]
    return [who._replace(name=f"{who.name}, NPROC=1", variables=(("NPROC", "1"),)) for who in other]


SHAPES = {
    "16 x 128 steps, 5 x 16 minibatches": (16, 128, 5, 16, 3e-3, 3e-4),
    "256 x 16 steps, 2 x 4 minibatches": (256, 16, 2, 4, 1e-2, 2e-3),
}
WIDE = "256 x 16 steps, 2 x 4 minibatches"


def on_policy(rounds: int, quick: bool) -> list[Row]:
    """The same work on-policy: rejax's own shape for CartPole, and a wide one."""
    rows = []
    for shape, settings in SHAPES.items():
        both = same_on_policy(*settings)
        found = _learned(contest([*both, *one_thread(both)], rounds), learning(both, 1 if quick else SEEDS))
        rows += [row | {"what": f"{row['what']}, {shape}"} for row in found]
    return rows


def _learned(paces: list[Row], seen: list[Row]) -> list[Row]:
    """Both in one row; the last contestants have only their pace."""
    return [row | (_only_learning(more) if more else {}) for row, more in zip_longest(paces, seen)]


def _only_learning(row: Row) -> Row:
    """Without the columns that the pace has."""
    if row["missing"]:
        return {}
    return {name: row[name] for name in ("solved", "steps", "best", "limit", "solve_seconds")}


def solve(rounds: int, quick: bool) -> list[Row]:
    """Time to learn, each library at its best; softql a second time with the programs of the first run kept."""
    few = 1 if quick else SEEDS
    contestants = own_settings()
    rows = learning(contestants, few, 1 if quick else min(rounds, 3))
    with tempfile.TemporaryDirectory() as folder:
        for who in (contestants[0], contestants[2]):
            again = who._replace(name=f"{who.name}, compiled before")
            if not missing(who.environment):
                solved(again, few, Path(folder))
            rows += learning([again], few, 1 if quick else min(rounds, 3), Path(folder))
    return rows


def lanes(rounds: int, quick: bool) -> list[Row]:
    """1, 4, 16 and 64 seeds in one process, softql beside rejax."""
    rows = []
    for count in (1, 4) if quick else (1, 4, 16, 64):
        both = [
            who._replace(settings=who.settings | {"seeds": list(range(count))}) for who in same_on_policy(*SHAPES[WIDE])
        ]
        if count > 1:
            both.insert(1, both[0]._replace(name="softql, all in one vmap", settings=both[0].settings | {"vmap": True}))
        found = contest(both, min(rounds, 5))
        rows += [row | {"what": f"{row['what']}, {count} seed(s)"} for row in found]
    return rows


def contest(contestants: Sequence[Contestant], rounds: int) -> list[Row]:
    """Steps a second of one seed in interleaved processes; then how long it takes to learn."""
    found = paced(contestants, rounds)
    each = len(contestants[0].settings["seeds"]) * contestants[0].settings["chunk"]
    ours = [x / each for x in found[0]["seconds"]]
    rows = []
    for who, said in zip(contestants, found, strict=True):
        row: Row = {"what": who.name, "missing": said["missing"]}
        if not said["missing"]:
            many = len(who.settings["seeds"])
            theirs = [x / (many * who.settings["chunk"]) for x in said["seconds"]]
            row |= compared(ours, theirs) | {"pace": 1 / median(theirs)}
            row |= {name: said[name] for name in ("imported", "compiled", "peak")}
        rows.append(row)
    return rows


def learning(contestants: Sequence[Contestant], seeds: int, rounds: int = 1, cache: Path | None = None) -> list[Row]:
    """Seconds from the start of the process, and environment steps of each seed, until its greedy return is 475."""
    rows: list[Row] = []
    runs: list[list[Row]] = [[] for _ in contestants]
    for _ in range(rounds):
        for k, who in enumerate(contestants):
            runs[k].append(solved(who, seeds, cache))
    for who, tries in zip(contestants, runs, strict=True):
        row = {"what": who.name, "missing": tries[0]["missing"]}
        if not row["missing"]:
            middle = sorted(tries, key=lambda x: x["seconds"])[len(tries) // 2]
            row |= middle | {"least": min(x["seconds"] for x in tries), "most": max(x["seconds"] for x in tries)}
            row |= {"seeds": seeds, "limit": who.settings["limit"], "solve_seconds": middle["seconds"]}
        rows.append(row)
    return rows
