"""Operators, tabular solvers and a start from nothing, in pairs in one process.  Imports: contests, timing."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from functools import partial
from statistics import median
from typing import Any

from benchmarks.speed.contests import PEERS, ROOT, missing, python
from benchmarks.speed.timing import Row, compared, in_turn, pair, per_call

ACTIONS = (2, 4, 6, 8, 16, 18, 32, 64, 256, 512, 1024, 4096)
FEW = (2, 18, 4096)


def backup(rounds: int, quick: bool) -> list[Row]:
    """Soft values and policies of 2^20 float32 numbers, one temperature a row."""
    import jax
    import jax.numpy as jnp
    import numpy as np
    from scipy.special import logsumexp

    import softql

    def ready(f: Callable, *arguments: Any) -> Callable[[], Any]:
        compiled = jax.jit(f)
        return lambda: jax.block_until_ready(compiled(*arguments))

    torch = Torch()
    rows = []
    for actions in FEW if quick else ACTIONS:
        rng = np.random.default_rng(actions)
        n = (1 << 20) // actions
        q, alpha = rng.normal(size=(n, actions)).astype(np.float32), np.exp(rng.normal(size=n)).astype(np.float32)
        on = jnp.asarray(q), jnp.asarray(alpha)
        value = ready(softql.soft_value, *on)
        policy = ready(softql.boltzmann_policy, *on)
        fast = ready(partial(softql.boltzmann_policy, fast=True), *on)
        softmax = ready(lambda q, alpha: jax.nn.softmax(q / alpha[:, None], axis=-1), *on)
        pairs = {
            "soft_value / jax.nn.logsumexp": (
                value,
                ready(lambda q, alpha: alpha * jax.nn.logsumexp(q / alpha[:, None], axis=-1), *on),
            ),
            "soft_value / scipy logsumexp": (
                value,
                lambda q=q, alpha=alpha: alpha * logsumexp(q / alpha[:, None], axis=-1),
            ),
            "soft_value / exp alone": (value, ready(jnp.exp, on[0])),
            # a negation: jit drops a bare copy
            "soft_value / a copy of Q": (value, ready(lambda q: -q, on[0])),
            "boltzmann_policy / jax.nn.softmax": (policy, softmax),
            "boltzmann_policy(fast=True) / jax.nn.softmax": (fast, softmax),
        }
        rows += [{"what": f"{name}, A = {actions}"} | pair(*both, rounds) for name, both in pairs.items()]
        rows.append({"what": f"soft_value / torch logsumexp, A = {actions}"} | torch.against(value, actions, rounds))
        target = ready(lambda q, alpha: softql.soft_q_target(alpha, 0.99, softql.soft_value(q, alpha)), *on)
        plain = ready(lambda q, alpha: alpha + 0.99 * alpha * jax.nn.logsumexp(q / alpha[:, None], axis=-1), *on)
        rows.append({"what": f"soft_q_target of soft_value / jax.nn, A = {actions}"} | pair(target, plain, rounds))
    torch.end()
    return rows


class Torch:
    """torch in its own environment, which takes turns."""

    def __init__(self) -> None:
        self.missing = missing("sb3")
        if not self.missing:
            command = [str(python("sb3")), str(PEERS / "torch_logsumexp.py")]
            self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def seconds(self, actions: int) -> float:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{actions}\n")
        self.process.stdin.flush()
        return float(self.process.stdout.readline())

    def against(self, ours: Callable[[], Any], actions: int, rounds: int) -> Row:
        if self.missing:
            return {"missing": self.missing}
        self.seconds(actions)
        times = max(1, round(0.004 / per_call(ours, 2)))
        return compared(*in_turn([lambda: per_call(ours, times), lambda: self.seconds(actions)], rounds))

    def end(self) -> None:
        if not self.missing:
            self.process.communicate()


def tabular(rounds: int, quick: bool) -> list[Row]:
    """A dense process with 8 actions, 1,000 states (quick: 200)."""
    import jax
    import numpy as np

    from softql.mdp import random_mdp
    from softql.tabular import soft_policy_iteration, soft_value_iteration

    states, alpha = 200 if quick else 1_000, 0.1
    mdp = random_mdp(jax.random.key(0), states, 8, gamma=0.99)
    transition, reward, discount = (np.asarray(x) for x in (mdp.transition, mdp.reward, mdp.discount))
    weight = transition * discount if np.shape(discount) in ((), transition.shape) else None
    sweeps = 50

    def plain() -> Any:
        q = np.zeros_like(reward)
        for _ in range(sweeps):
            top = q.max(-1)
            v = top + alpha * np.log(np.exp((q - top[:, None]) / alpha).sum(-1))
            q = reward + weight @ v
        return q

    rows = []
    if weight is not None:
        swept = partial(soft_value_iteration, mdp, alpha, tolerance=0.0, max_iterations=sweeps)
        off = float(np.abs(np.asarray(swept().q) - plain()).max())
        found = pair(lambda: jax.block_until_ready(swept()), plain, rounds)
        rows.append({"what": f"{sweeps} sweeps, S = {states} / NumPy; results differ by {off:.0e}"} | found)
    solve = partial(soft_policy_iteration, mdp, alpha, tolerance=1e-10)
    solved = solve()
    seconds = sorted(per_call(lambda: jax.block_until_ready(solve()), 1) for _ in range(min(rounds, 5)))
    rows.append(
        {"what": f"policy iteration, S = {states}, 1e-10 asked: {_reached(solved)}", "seconds": median(seconds)}
    )
    many = 10_000 if quick else 100_000
    sparse = random_mdp(jax.random.key(1), many, 8, kind="sparse", gamma=0.99)
    solve = partial(soft_value_iteration, sparse, alpha, tolerance=1e-6)
    solved = jax.block_until_ready(solve())
    seconds = [per_call(lambda: jax.block_until_ready(solve()), 1)]
    what = f"value iteration, S = {many} sparse, 1e-6 asked: {_reached(solved)}"
    return [*rows, {"what": what, "seconds": seconds[0]}]


def _reached(solved: Any) -> str:
    return f"{int(solved.iterations)} iterations, error bound {float(solved.error_bound):.1e}"


def start(rounds: int, quick: bool) -> list[Row]:
    """Processes that begin from nothing, without a compilation cache."""
    first = "import softql, jax; jax.jit(softql.soft_value)(jax.numpy.ones(2), 1.0)"
    programs = [
        ("import jax", "", "import jax"),
        ("import softql", "", "import softql"),
        ("import softql, and compile one soft_value", "", first),
        ("import softql.agents and gymnax", "", "import softql.agents, gymnax"),
        ("import rejax", "rejax", "import rejax"),
        ("import stable_baselines3", "sb3", "import stable_baselines3"),
    ]
    rows: list[Row] = []
    for what, environment, program in programs:
        if why := missing(environment):
            rows.append({"what": what, "missing": why})
            continue
        surroundings = os.environ | {"JAX_ENABLE_COMPILATION_CACHE": "0", "PYTHONWARNINGS": "ignore"}
        command = [str(python(environment)), "-c", program]
        run = partial(subprocess.run, command, cwd=ROOT, check=True, env=surroundings, capture_output=True)
        seconds = [per_call(run) for _ in range(1 if quick else 3)]
        rows.append({"what": what, "seconds": median(seconds)})
    return rows
