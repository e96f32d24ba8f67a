"""softql as a contestant: both modes, through `softql.train.train`."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
from serve import Contestant, serve

from softql import sharding
from softql.agents import Hyper, Network, Shape, agent, q_network
from softql.judging import judge_of, keys
from softql.train import abreast, seeds, small, train


def plain(network: Network, hidden: tuple[int, ...]) -> Network:
    """Without the layer norm that the peers' networks lack: dense -> relu."""

    def apply(params: Any, x: Any) -> Any:
        for layer in params[:-1]:
            x = jax.nn.relu(x @ layer.weight + layer.bias)
        return x @ params[-1].weight + params[-1].bias

    return network._replace(apply=apply)


def make(settings: dict[str, Any]) -> Contestant:
    shape = Shape(**settings["shape"] | {"hidden": tuple(settings["shape"]["hidden"])})
    lanes = len(settings["seeds"])
    sharding.processors(lanes=lanes)  # as the command does
    if small(shape) and not settings.get("vmap"):
        sharding.single_threaded()
    from softql.envs import gymnax  # this wakes JAX

    env, env_params = gymnax.make("CartPole-v1")
    hyper = Hyper(**settings["hyper"])
    network = q_network(env, env_params, shape.hidden)
    network = network if settings["norm"] else plain(network, shape.hidden)
    chunk = settings["chunk"] // shape.env_steps
    learner, from_keys = agent(env, env_params, shape, network), seeds(settings["seeds"][0], lanes)
    together = settings.get("vmap", abreast(shape))  # whether seeds learn in one vmap
    mesh = None if together else sharding.mesh(lanes, shape.envs, sharding.sharing(lanes))
    mesh = mesh if mesh and mesh.size > 1 else None
    run = train(learner, hyper, from_keys, 1_000_000, chunk, mesh=mesh, side_by_side=together)
    judge = judge_of(
        env, env_params, shape, settings["episodes"], network=network, mesh=mesh, side_by_side=abreast(shape)
    )
    held: dict[str, Any] = {}

    def advance() -> None:
        held["state"], metrics = next(run)
        jax.block_until_ready(metrics)

    def judged() -> Any:
        return jnp.mean(judge(*sharding.placed((held["state"].params, keys(0, lanes)), mesh), None), -1).tolist()

    return Contestant(advance, judged)


if __name__ == "__main__":
    serve(make)
