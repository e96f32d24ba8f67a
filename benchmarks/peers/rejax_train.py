"""rejax's DQN and PQN as contestants: their own train_iteration in a compiled loop, as their `train` has it."""

from __future__ import annotations

import warnings
from typing import Any

import jax
from flax import linen as nn
from rejax import get_algo
from rejax.evaluate import evaluate
from rejax.networks import DiscreteQNetwork, EpsilonGreedyPolicy
from serve import Contestant, serve

warnings.filterwarnings("ignore", message="Explicitly requested dtype")


def alone(f: Any) -> Any:
    """For one seed vmap costs time: f of the first, with the leading axis put back."""

    def one(*arguments: Any) -> Any:
        return jax.tree.map(lambda x: jax.numpy.asarray(x)[None], f(*jax.tree.map(lambda x: x[0], arguments)))

    return one


def make(settings: dict[str, Any]) -> Contestant:
    algorithm = get_algo(settings["algorithm"]).create(env="CartPole-v1", **settings["config"])
    if hidden := settings.get("hidden"):  # its own create() has 64-64
        activation = (lambda x: nn.relu(nn.LayerNorm()(x))) if settings["norm"] else nn.relu
        network = EpsilonGreedyPolicy(DiscreteQNetwork)
        algorithm = algorithm.replace(
            agent=network(hidden_layer_sizes=tuple(hidden), action_dim=2, activation=activation)
        )
    lanes, iterations = len(settings["seeds"]), settings["chunk"] // settings["iteration"]
    keys = jax.random.split(jax.random.PRNGKey(settings["seeds"][0]), lanes)
    each = jax.vmap if lanes > 1 else alone
    held = {"state": jax.jit(each(algorithm.init_state))(keys)}

    def run(state: Any) -> Any:
        return jax.lax.fori_loop(0, iterations, lambda _, state: algorithm.train_iteration(state), state)

    def judge(state: Any, key: Any) -> Any:
        greedy = algorithm.make_act(state)  # with its 0.5 % of random actions
        return evaluate(greedy, key, algorithm.env, algorithm.env_params, settings["episodes"], 500)[1].mean()

    run, judge = jax.jit(each(run), donate_argnums=0), jax.jit(each(judge))

    def advance() -> None:
        held["state"] = jax.block_until_ready(run(held["state"]))

    return Contestant(advance, lambda: judge(held["state"], keys).tolist())


if __name__ == "__main__":
    serve(make)
