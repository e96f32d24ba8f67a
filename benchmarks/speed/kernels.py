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
LONG = 0.02  # seconds of one timing


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
    rows, often = [], 3 * rounds  # a call takes less than a millisecond, and the machine's mood changes
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
        rows += [{"what": f"{name}, A = {actions}"} | pair(*both, often, LONG) for name, both in pairs.items()]
        rows.append({"what": f"soft_value / torch logsumexp, A = {actions}"} | torch.against(value, actions, often))
        target = ready(lambda q, alpha: softql.soft_q_target(alpha, 0.99, softql.soft_value(q, alpha)), *on)
        plain = ready(lambda q, alpha: alpha + 0.99 * alpha * jax.nn.logsumexp(q / alpha[:, None], axis=-1), *on)
        rows.append({"what": f"soft_q_target of soft_value / jax.nn, A = {actions}"} | pair(target, plain, often, LONG))
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
    """Dense processes with 8 actions and a sparse one; in quick ones with fewer states."""
    import jax

    from softql.mdp import random_mdp
    from softql.tabular import soft_policy_iteration, soft_value_iteration

    alpha, rows = 0.1, []
    for states in (200,) if quick else (200, 1_000):
        dense = random_mdp(jax.random.key(0), states, 8, gamma=0.99)
        rows.append(swept(dense, alpha, rounds))
    what = f"policy iteration, S = {states}, 1e-10 asked"
    rows += solved(what, lambda: soft_policy_iteration(dense, alpha, 1e-10), min(rounds, 5))
    found = soft_policy_iteration(dense, alpha, 1e-10)
    rows[-2]["what"] += f", by the residual in long floats {residual(dense, alpha, found.q):.1e}"
    for states in (10_000,) if quick else (10_000, 100_000):
        sparse = random_mdp(jax.random.key(1), states, 8, kind="sparse", gamma=0.99)
        what = f"policy iteration, S = {states} sparse, 1e-10 asked"
        rows += solved(what, lambda sparse=sparse: soft_policy_iteration(sparse, alpha, 1e-10), min(rounds, 3))
        if states == 10_000:
            what = f"value iteration, S = {states} sparse, 1e-6 asked"
            rows += solved(what, lambda sparse=sparse: soft_value_iteration(sparse, alpha, 1e-6), 1)
    return rows


def swept(mdp: Any, alpha: float, rounds: int, sweeps: int = 50) -> Row:
    """Soft value iteration, checks and error bound included, beside bare sweeps in NumPy."""
    import jax
    import numpy as np

    from softql.tabular import soft_value_iteration

    weight, reward = np.asarray(mdp.transition) * float(mdp.discount), np.asarray(mdp.reward)

    def plain() -> Any:
        q = np.zeros_like(reward)
        for _ in range(sweeps):
            top = q.max(-1)
            v = top + alpha * np.log(np.exp((q - top[:, None]) / alpha).sum(-1))
            q = reward + weight @ v
        return q

    ours = partial(soft_value_iteration, mdp, alpha, tolerance=0.0, max_iterations=sweeps)
    off = float(np.abs(np.asarray(ours().q) - plain()).max())
    what = f"{sweeps} sweeps, S = {mdp.states} / NumPy; results differ by {off:.0e}"
    return {"what": what} | pair(lambda: jax.block_until_ready(ours()), plain, rounds)


def solved(what: str, solve: Callable[[], Any], rounds: int) -> list[Row]:
    """A row of what a solver takes once it is compiled, and one of its first call."""
    import jax

    def run() -> Any:
        return jax.block_until_ready(solve())

    first, found = per_call(run), run()
    reached = f"{int(found.iterations)} iterations, error bound {float(found.error_bound):.1e}"
    seconds = median(per_call(run) for _ in range(rounds))
    return [{"what": f"{what}: {reached}", "seconds": seconds}, {"what": f"{what}: the first call", "seconds": first}]


def residual(mdp: Any, alpha: float, q: Any) -> float:
    """The error of q at most, by its residual in NumPy's longest floats: that of x86 has 64 binary digits."""
    import numpy as np

    q, transition, reward, gamma, alpha = (
        np.asarray(x).astype(np.longdouble) for x in (q, mdp.transition, mdp.reward, mdp.discount, alpha)
    )
    top = q.max(-1)
    v = top + alpha * np.log(np.exp((q - top[:, None]) / alpha).sum(-1))
    modulus = gamma * transition.sum(-1).max()
    return float(np.abs(reward + gamma * (transition @ v) - q).max() / (1 - modulus))


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
