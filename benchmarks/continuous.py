"""What `softql train` learns where actions are continuous: mean returns before and after. Writes docs/continuous.md.

    python -m benchmarks.continuous [--seeds 4] [--only Reacher-misc] [--sac FILE]

Trains by the recipe of each environment, as `softql train ENVIRONMENT` does, and judges as it does. With --only the
row of one environment is made anew and the others are kept. FILE is what `python -m benchmarks.sac` printed: softql is
then trained on as many steps of Pendulum-v1, and the two stand side by side.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import deque
from pathlib import Path
from typing import Any

import gymnax
import jax
import numpy as np

from softql import judging, session
from softql.agents.critics import action_box
from softql.evaluate import episode_returns
from softql.measures import uniform
from softql.train import seeds, train

DOCS = Path(__file__).resolve().parents[1] / "docs"
ENVIRONMENTS = ("Pendulum-v1", "MountainCarContinuous-v0", "PointRobot-misc", "Reacher-misc")
EPISODES = 64


def row(name: str, count: int) -> str:
    """One environment: seeds, steps, mean returns of uniform actions and of what was learned, processor time."""
    env, env_params = gymnax.make(name)
    box = action_box(env, env_params)
    plan = session.plan(env, env_params, name, {"seed": 0, "seeds": count, "episodes": EPISODES})
    keys = judging.keys(plan.seed, count)
    learned, spent = trained(plan, count)

    @jax.vmap
    def anywhere(key: jax.Array) -> jax.Array:
        def act(key: jax.Array, obs: jax.Array) -> jax.Array:
            return uniform(key, box.low, box.high, len(obs)).points

        return episode_returns(env, env_params, act, key, EPISODES)

    before = np.asarray(jax.jit(anywhere)(keys))
    after = [
        judging.returns_of(env, env_params, plan.shape, learned, keys, EPISODES, policy).mean(-1)
        for policy in ("greedy", "sampled")
    ]
    cells = [f"{before.mean():.1f}", *(", ".join(f"{x:.1f}" for x in found) for found in after)]
    return f"| {name} | {plan.env_steps:,} | {' | '.join(cells)} | {spent:.0f} s |"


def trained(plan: session.Plan, count: int) -> tuple[Any, float]:
    """What each seed learned, and the processor's seconds a seed."""
    began = time.process_time()
    chunks = train(plan.agent, plan.hyper, seeds(plan.seed, count), plan.steps, plan.chunk)
    ((state, _),) = deque(chunks, maxlen=1)
    jax.block_until_ready(state.params)
    return state.params, (time.process_time() - began) / count


def beside(path: Path) -> str:
    """Soft actor-critic's seeds from a file, and as many of softql on the same number of steps."""
    theirs = [json.loads(line) for line in path.read_text().splitlines()]
    count, env, env_params = len(theirs), *gymnax.make("Pendulum-v1")
    given = {"seed": 0, "seeds": count, "episodes": EPISODES, "steps": theirs[0]["steps"], "updates": UPDATES}
    plan = session.plan(env, env_params, "Pendulum-v1", given)
    learned, spent = trained(plan, count)
    keys = judging.keys(plan.seed, count)
    ours = judging.returns_of(env, env_params, plan.shape, learned, keys, EPISODES, "greedy").mean(-1)
    lines = [
        (f"`softql train Pendulum-v1 --steps {plan.env_steps} --updates {UPDATES}`", ours, spent),
        ("SAC, stable-baselines3", [x["return"] for x in theirs], np.mean([x["seconds"] for x in theirs])),
    ]
    rows = [f"| {who} | {', '.join(f'{x:.1f}' for x in r)} | {np.mean(r):.1f} | {s:.0f} s |" for who, r, s in lines]
    table = "\n".join(rows)
    return BESIDE.format(steps=theirs[0]["steps"]) + table + "\n"


UPDATES = 16  # in a step of 16 environments: one an environment step, as soft actor-critic has
BESIDE = """
## Beside soft actor-critic

Pendulum-v1 on the same {steps:,} environment steps, one update a step: softql by quadrature (batches of 128, two
layers of 64) and soft actor-critic as stable-baselines3 2.9.2 has it, with its own settings (batches and layers of
256). Made by `python -m benchmarks.sac > FILE`, then `python -m benchmarks.continuous --sac FILE`.

| who | greedy, each seed | mean | processor time a seed |
|---|---|---|---|
"""

HEAD = """# Continuous actions

`softql train ENVIRONMENT`, each by its own recipe (`softql.agents.defaults_for`), seeds from root seed 0; mean return
of {episodes} episodes of each seed, in reward units.

| environment | steps a seed | uniform actions | greedy, each seed | sampled, each seed | processor time a seed |
|---|---|---|---|---|---|
"""

NOTES = """
- Pendulum-v1: 0 is the best there is, a pendulum that hangs gets about -1,200.
- MountainCarContinuous-v0 pays 100 for the flag and costs 0.1 a² a step. Uniform actions found it in 1 of 512
  episodes, and nothing but chance leads there at first, so the recipe takes 262,144 such steps before it learns, in 256
  environments, and seeds set off at different times: stopped at 1,500,000 steps, three had greedy returns of 91, 93 and
  53. It needs its large batches: with four updates on 256 transitions instead of two on 1,024, two of three seeds ended
  at greedy returns of -56 and -60 after 2,000,000 steps.
- PointRobot-misc hides where its goal is (it is made for meta-learning): an agent without a memory
  can but search the half-circle, so returns stay low.
- Reacher-misc pays exp(-d²) a step, 100 steps, and a fifth of its goals lie out of reach.

Made by `python -m benchmarks.continuous`, seeds fixed.
"""


def main() -> None:
    """Train, judge, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=4)
    parser.add_argument("--only", choices=ENVIRONMENTS)
    parser.add_argument("--sac", type=Path, metavar="FILE", help="what python -m benchmarks.sac printed")
    arguments = parser.parse_args()
    page = DOCS / "continuous.md"
    if arguments.sac:
        page.write_text(page.read_text().partition(BESIDE.partition("\n\n")[0])[0] + beside(arguments.sac))
        return
    rows = {}
    if arguments.only and page.exists():
        rows = {line.split(" | ")[0][2:]: line for line in page.read_text().splitlines() if line.startswith("| ")}
    for name in ENVIRONMENTS:
        if arguments.only in (None, name):
            rows[name] = row(name, arguments.seeds)
            print(rows[name], flush=True)
    table = "\n".join(rows[name] for name in ENVIRONMENTS if name in rows)
    heading = BESIDE.partition("\n\n")[0]  # what --sac wrote stays
    beside_it = "".join(page.read_text().partition(heading)[1:]) if page.exists() else ""
    page.write_text(HEAD.format(episodes=EPISODES) + table + "\n" + NOTES + beside_it)


if __name__ == "__main__":
    main()
