"""Soft actor-critic of stable-baselines3 on Pendulum-v1, to compare with: `python -m benchmarks.sac --steps 20000`.

Needs an environment of its own with `benchmarks/sac/requirements.txt`. The library's own settings; one line of JSON a
seed: mean return of its deterministic policy over 64 episodes, and the processor's seconds.
"""

from __future__ import annotations

import argparse
import json
import time

import gymnasium
import numpy as np
import torch
from stable_baselines3 import SAC
from stable_baselines3.common.evaluation import evaluate_policy


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.sac", description=__doc__.partition("\n")[0])
    parser.add_argument("--steps", type=int, default=20_000)
    parser.add_argument("--seeds", type=int, default=4)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    for seed in range(arguments.seeds):
        start = time.process_time()
        model = SAC("MlpPolicy", gymnasium.make("Pendulum-v1"), seed=seed, device="cpu").learn(arguments.steps)
        spent = time.process_time() - start
        judged = gymnasium.make("Pendulum-v1")
        judged.reset(seed=1_000 + seed)
        returns, _ = evaluate_policy(model, judged, 64, return_episode_rewards=True, warn=False)
        row = {"seed": seed, "steps": arguments.steps, "return": float(np.mean(returns)), "seconds": round(spent)}
        print(json.dumps(row), flush=True)


if __name__ == "__main__":
    main()
