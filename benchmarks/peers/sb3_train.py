"""stable-baselines3's DQN as a contestant, on gymnasium's CartPole, one seed after another, in one thread."""

from __future__ import annotations

from typing import Any

import gymnasium
import numpy as np
import torch
from serve import SOLVED, Contestant, serve
from stable_baselines3 import DQN
from stable_baselines3.common.env_util import make_vec_env


def make(settings: dict[str, Any]) -> Contestant:
    torch.set_num_threads(1)
    models = []
    for seed in settings["seeds"]:
        env = make_vec_env("CartPole-v1", settings["envs"], seed=seed)
        models.append(DQN("MlpPolicy", env, seed=seed, device="cpu", **settings["config"]))
        models[-1].learn(0)
    total = settings["config"].get("exploration_fraction", 0.1) and settings["total"]
    tried = gymnasium.make_vec("CartPole-v1", settings["episodes"], vectorization_mode="sync")
    last = [0.0] * len(models)

    def advance() -> None:
        for seed, model in enumerate(models):
            if last[seed] < SOLVED:
                _learn(model, settings["chunk"], total)

    def judged() -> list[float]:
        last[:] = [x if x >= SOLVED else mean_return(model, tried) for x, model in zip(last, models, strict=True)]
        return last

    return Contestant(advance, judged)


def _learn(model: Any, steps: int, total: int) -> None:
    """`steps` more, with exploration that falls over `total`, as one call of learn(total) has it."""
    model._total_timesteps = total
    stop = model.num_timesteps + steps
    callback = model._init_callback(None)
    while model.num_timesteps < stop:
        model.collect_rollouts(
            model.env,
            train_freq=model.train_freq,
            action_noise=model.action_noise,
            callback=callback,
            learning_starts=model.learning_starts,
            replay_buffer=model.replay_buffer,
            log_interval=None,
        )
        if model.num_timesteps > model.learning_starts:
            done = model.gradient_steps if model.gradient_steps >= 0 else model.n_envs
            model.train(batch_size=model.batch_size, gradient_steps=done)


def mean_return(model: Any, tried: Any) -> float:
    """Of its greedy policy, one episode in every environment."""
    obs, _ = tried.reset(seed=1_000)
    going, total = np.ones(tried.num_envs, bool), np.zeros(tried.num_envs)
    while going.any():
        obs, reward, ended, cut, _ = tried.step(model.predict(obs, deterministic=True)[0])
        total += going * reward
        going &= ~(ended | cut)
    return float(total.mean())


if __name__ == "__main__":
    serve(make)
