"""What `softql train` learns where actions are continuous: mean returns before and after. Writes docs/continuous.csv,
and docs/continuous.md from it.

    python -m benchmarks.continuous [--seeds 4] [--only Reacher-misc] [--sac FILE] [--page]

Trains by the recipe of each environment, as `softql train ENVIRONMENT` does, and judges as it does. With --only one
environment is done anew and the others are kept. FILE is what `python -m benchmarks.sac` printed: softql is then
trained on as many steps of Pendulum-v1, and the two stand side by side. With --page only the page is written.
"""

from __future__ import annotations

import argparse
import csv
import json
import time
from collections import deque
from pathlib import Path
from typing import Any, NamedTuple, get_type_hints

import gymnax
import jax
import numpy as np

from softql import judging, runs, session
from softql.agents.critics import action_box
from softql.evaluate import episode_returns
from softql.measures import uniform
from softql.train import seeds, train

DOCS = Path(__file__).resolve().parents[1] / "docs"
PAGE, NUMBERS = DOCS / "continuous.md", DOCS / "continuous.csv"
ENVIRONMENTS = ("Pendulum-v1", "MountainCarContinuous-v0", "PointRobot-misc", "Reacher-misc")
EPISODES = 64


class Line(NamedTuple):
    """One seed: who learned and by what policy it is judged, mean return (reward units), processor's seconds."""

    environment: str
    who: str  # OURS, BESIDE_US or SAC
    steps: int
    policy: str
    seed: int
    mean_return: float
    seconds: float


OURS, SAC = "softql", "SAC, stable-baselines3"


def measured(name: str, count: int) -> list[Line]:
    """One environment: returns of uniform actions and of what was learned."""
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

    found = {"uniform": np.asarray(jax.jit(anywhere)(keys))}
    for policy in ("greedy", "sampled"):
        found[policy] = judging.returns_of(env, env_params, plan.shape, learned, keys, EPISODES, policy)
    return [
        Line(name, OURS, plan.env_steps, policy, seed, float(x.mean()), spent * (policy != "uniform"))
        for policy, returns in found.items()
        for seed, x in enumerate(returns)
    ]


def trained(plan: session.Plan, count: int) -> tuple[Any, float]:
    """What each seed learned, and the processor's seconds a seed."""
    began = time.process_time()
    chunks = train(plan.agent, plan.hyper, seeds(plan.seed, count), plan.steps, plan.chunk)
    ((state, _),) = deque(chunks, maxlen=1)
    jax.block_until_ready(state.params)
    return state.params, (time.process_time() - began) / count


def beside(path: Path) -> list[Line]:
    """Soft actor-critic's seeds from a file, and as many of softql on the same number of steps."""
    theirs = [json.loads(line) for line in path.read_text().splitlines()]
    count, env, env_params = len(theirs), *gymnax.make("Pendulum-v1")
    given = {"seed": 0, "seeds": count, "episodes": EPISODES, "steps": theirs[0]["steps"], "updates": UPDATES}
    plan = session.plan(env, env_params, "Pendulum-v1", given)
    learned, spent = trained(plan, count)
    keys = judging.keys(plan.seed, count)
    ours = judging.returns_of(env, env_params, plan.shape, learned, keys, EPISODES, "greedy").mean(-1)
    them = [Line("Pendulum-v1", SAC, x["steps"], "greedy", x["seed"], x["return"], x["seconds"]) for x in theirs]
    return [
        *(Line("Pendulum-v1", BESIDE_US, plan.env_steps, "greedy", i, float(x), spent) for i, x in enumerate(ours)),
        *them,
    ]


UPDATES = 16  # in a step of 16 environments: one an environment step, as soft actor-critic has
BESIDE_US = f"softql, --updates {UPDATES}"
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

Made by `python -m benchmarks.continuous`, seeds fixed; a line a seed in [continuous.csv](continuous.csv).
"""


def page(lines: list[Line]) -> str:
    """The page, from the numbers."""
    rows = []
    for name in ENVIRONMENTS:
        of = {policy: _of(lines, name, OURS, policy) for policy in ("uniform", "greedy", "sampled")}
        if not of["greedy"]:
            continue
        cells = [f"{np.mean([x.mean_return for x in of['uniform']]):.1f}", _each(of["greedy"]), _each(of["sampled"])]
        rows.append(f"| {name} | {of['greedy'][0].steps:,} | {' | '.join(cells)} | {of['greedy'][0].seconds:.0f} s |")
    text = HEAD.format(episodes=EPISODES) + "\n".join(rows) + "\n" + NOTES
    us, them = (_of(lines, "Pendulum-v1", who, "greedy") for who in (BESIDE_US, SAC))
    if not them:
        return text
    rows = []
    for who, of in ((f"`softql train Pendulum-v1 --steps {us[0].steps} --updates {UPDATES}`", us), (SAC, them)):
        mean, seconds = np.mean([x.mean_return for x in of]), np.mean([x.seconds for x in of])
        rows.append(f"| {who} | {_each(of)} | {mean:.1f} | {seconds:.0f} s |")
    return text + BESIDE.format(steps=them[0].steps) + "\n".join(rows) + "\n"


def _of(lines: list[Line], environment: str, who: str, policy: str) -> list[Line]:
    return [x for x in lines if (x.environment, x.who, x.policy) == (environment, who, policy)]


def _each(lines: list[Line]) -> str:
    return ", ".join(f"{x.mean_return:.1f}" for x in lines)


def read() -> list[Line]:
    """What was measured before."""
    if not NUMBERS.exists():
        return []
    with NUMBERS.open(newline="") as file:
        rows = list(csv.DictReader(file))
    kinds = get_type_hints(Line)
    return [Line(**{name: kinds[name](x) for name, x in row.items()}) for row in rows]


def write(lines: list[Line]) -> None:
    """The numbers, to a ten-thousandth, and the page of them."""
    rows = ([f"{x:.4f}".rstrip("0").rstrip(".") if isinstance(x, float) else x for x in line] for line in lines)
    runs.write_table(NUMBERS, Line._fields, rows)
    PAGE.write_text(page(read()), "utf-8")


def main() -> None:
    """Train, judge, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=4)
    parser.add_argument("--only", choices=ENVIRONMENTS)
    parser.add_argument("--sac", type=Path, metavar="FILE", help="what python -m benchmarks.sac printed")
    parser.add_argument("--page", action="store_true", help="write the page of the numbers that are there")
    arguments = parser.parse_args()
    if arguments.sac:
        write([x for x in read() if x.who == OURS] + beside(arguments.sac))
        return
    for name in ENVIRONMENTS if not arguments.page else ():
        if arguments.only in (None, name):
            new = measured(name, arguments.seeds)
            print(new[len(new) // 3], flush=True)
            write([x for x in read() if (x.environment, x.who) != (name, OURS)] + new)
    write(read())


if __name__ == "__main__":
    main()
