"""The records of softql's agents: what is data (`Hyper`), what is static (`Shape`), what the step carries
(`State`, `Learner`, `Transition`) and what a human reads (`Metrics`). Rewards, values and alpha are in reward units,
entropy in nats. Imports: jax.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, TypeVar, get_args

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float, Int

from softql.lanes import Lanes

__all__ = [
    *("Agent", "ContinuousHyper", "ContinuousShape", "Hyper", "Learner", "Metrics", "Parts", "Shape", "State"),
    *("Transition", "checked"),
]


class Hyper(NamedTuple):
    """What is data: each leaf a float or a traced scalar, so that any of them can be vmapped.

    Fields:
        alpha: temperature > 0, in reward units.
        gamma: discount of one step, in [0, 1).
        learning_rate: of Adam, >= 0.
        polyak: the share by which the target network follows, in (0, 1]; replay only.
        lambda_: the share of the trace in the soft lambda-returns, in [0, 1]; on-policy only.
        anneal: environment steps over which learning_rate falls linearly to 0; inf (the default) keeps it.
    """

    alpha: float | Array = 0.1
    gamma: float | Array = 0.99
    learning_rate: float | Array = 1e-3
    polyak: float | Array = 0.01
    lambda_: float | Array = 0.9
    anneal: float | Array = math.inf


class ContinuousHyper(NamedTuple):
    """What is data: each leaf a float or a traced scalar, so that any of them can be vmapped.

    Fields:
        alpha: temperature > 0, in reward units; where it starts, if alpha_rate is positive.
        gamma: discount of one step, in [0, 1).
        learning_rate: of Adam on Q, >= 0.
        policy_rate: of Adam on the drawing network, >= 0; "stein" only.
        polyak: the share by which the target network follows, in (0, 1].
        entropy_target: wanted mean entropy of the policy in nats, against Lebesgue's measure of the actions.
        alpha_rate: of the descent of log α on the dual of that entropy, >= 0; 0 (the default) keeps alpha.
        anneal: environment steps over which learning_rate falls linearly to 0; inf keeps it.
    """

    alpha: float | Array = 0.1
    gamma: float | Array = 0.99
    learning_rate: float | Array = 1e-3
    policy_rate: float | Array = 1e-3
    polyak: float | Array = 0.01
    entropy_target: float | Array = 0.0
    alpha_rate: float | Array = 0.0
    anneal: float | Array = math.inf


DOMAINS: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "alpha": ("positive and finite", lambda x: (x > 0) & (x < math.inf)),
    "gamma": ("in [0, 1)", lambda x: (x >= 0) & (x < 1)),
    "learning_rate": ("at least 0 and finite", lambda x: (x >= 0) & (x < math.inf)),
    "polyak": ("in (0, 1]", lambda x: (x > 0) & (x <= 1)),
    "lambda_": ("in [0, 1]", lambda x: (x >= 0) & (x <= 1)),
    "anneal": ("positive", lambda x: x > 0),
    "entropy_target": ("finite", lambda x: abs(x) < math.inf),
    "alpha_rate": ("at least 0 and finite", lambda x: (x >= 0) & (x < math.inf)),
    "policy_rate": ("at least 0 and finite", lambda x: (x >= 0) & (x < math.inf)),
}

AnyHyper = TypeVar("AnyHyper", Hyper, ContinuousHyper)


def checked(hyper: AnyHyper) -> AnyHyper:
    """The same Hyper (or ContinuousHyper) as float32 arrays; a concrete leaf outside its domain is refused by name.

    Raises:
        ValueError: naming the leaf, its value and its domain. A traced leaf cannot be looked at and passes.

    Example:
        >>> float(checked(Hyper(alpha=0.5)).alpha)
        0.5
    """
    for name, leaf in hyper._asdict().items():
        domain, inside = DOMAINS[name]
        if not isinstance(leaf, jax.core.Tracer) and not np.all(inside(np.asarray(leaf))):
            raise ValueError(f"{name} = {leaf}: it must be {domain}")
    return type(hyper)(*(jnp.asarray(leaf, jnp.float32) for leaf in hyper))


@dataclass(frozen=True)
class Shape:
    """What is static: changing it compiles anew.

    Args:
        mode: "on_policy" or "replay".
        envs: parallel environments.
        rollout: steps of each environment in one step of the agent.
        hidden: widths of the hidden layers.
        max_grad_norm: gradients are scaled down to this global norm.
        epochs: on-policy: passes over the rollout.
        minibatches: on-policy: updates in each pass, each on the whole rollout of a share of envs; divides envs.
        batch: replay: transitions in one update, drawn uniformly.
        updates: replay: updates in one step of the agent.
        buffer: replay: transitions held; a multiple of envs * rollout.
        warmup: replay: environment steps that `init` takes before learning starts, rounded up to whole rollouts.

    Raises:
        ValueError: naming the field that cannot be.

    Example:
        >>> Shape(envs=8, rollout=4, minibatches=2).env_steps
        32
    """

    mode: Literal["on_policy", "replay"] = "on_policy"
    envs: int = 256
    rollout: int = 16
    hidden: tuple[int, ...] = (64, 64)
    max_grad_norm: float = 10.0
    epochs: int = 2
    minibatches: int = 4
    batch: int = 128
    updates: int = 1
    buffer: int = 16_384
    warmup: int = 1_024

    def __post_init__(self) -> None:
        if self.mode not in ("on_policy", "replay"):
            raise ValueError(f'mode = {self.mode!r}: choose "on_policy" or "replay"')
        for name in ("envs", "rollout", "epochs", "minibatches", "batch", "updates", "buffer", "warmup"):
            count(name, getattr(self, name))
        widths(self.hidden)
        if not self.max_grad_norm > 0:
            raise ValueError(f"max_grad_norm = {self.max_grad_norm!r}: it must be positive")
        if self.mode == "on_policy" and self.envs % self.minibatches:
            raise ValueError(f"minibatches = {self.minibatches} does not divide envs = {self.envs}")
        if self.mode == "replay" and self.buffer % self.env_steps:
            raise ValueError(f"buffer = {self.buffer} is not a multiple of envs * rollout = {self.env_steps}")
        if self.mode == "replay" and self.warmup > self.buffer:
            raise ValueError(f"warmup = {self.warmup} does not fit into buffer = {self.buffer}")

    @property
    def env_steps(self) -> int:
        """Environment steps in one step of the agent."""
        return self.envs * self.rollout


ContinuousMode = Literal["quadrature", "stein", "langevin", "mala"]
CONTINUOUS_MODES = get_args(ContinuousMode)


@dataclass(frozen=True)
class ContinuousShape:
    """What is static: changing it compiles anew.

    Args:
        mode: who acts: "quadrature", "stein", "langevin" or "mala".
        envs: parallel environments.
        rollout: steps of each environment in one step of the agent.
        hidden: widths of the hidden layers.
        scale: the size of Q in reward units; the network answers Q / scale.
        max_grad_norm: gradients are scaled down to this global norm.
        batch: transitions in one update, drawn uniformly.
        updates: updates in one step of the agent.
        buffer: transitions held; a multiple of envs * rollout.
        warmup: environment steps with actions anywhere that `init` takes before learning starts.
        nodes: of each coordinate, where V is taken by quadrature: D <= 2.
        samples: a power of 2: Sobol points that estimate V where D > 2 and in mode "stein"; actions where chains start.
        particles: of Stein's direction in each state; "stein" only.
        noise: dimensions of the drawing network's noise; "stein" only.
        chain: steps of each chain; "langevin" and "mala" only.
        step_size: ε of the chains, in the coordinates z of the actions; "langevin" and "mala" only.

    Raises:
        ValueError: naming the field that cannot be.

    Example:
        >>> ContinuousShape(envs=8, rollout=4).env_steps
        32
    """

    mode: ContinuousMode = "quadrature"
    envs: int = 16
    rollout: int = 1
    hidden: tuple[int, ...] = (64, 64)
    scale: float = 1.0
    max_grad_norm: float = 10.0
    batch: int = 128
    updates: int = 1
    buffer: int = 65_536
    warmup: int = 1_024
    nodes: int = 24
    samples: int = 32
    particles: int = 16
    noise: int = 2
    chain: int = 30
    step_size: float = 0.1

    def __post_init__(self) -> None:
        if self.mode not in CONTINUOUS_MODES:
            known = ", ".join(CONTINUOUS_MODES)
            raise ValueError(f"mode = {self.mode!r}: choose one of {known} for continuous actions")
        counts = ("envs", "rollout", "batch", "updates", "buffer", "warmup", "nodes", "samples", "noise", "chain")
        for name in (*counts, "particles"):
            count(name, getattr(self, name))
        widths(self.hidden)
        for name in ("scale", "max_grad_norm", "step_size"):
            if not getattr(self, name) > 0:
                raise ValueError(f"{name} = {getattr(self, name)!r}: it must be positive")
        if self.samples & (self.samples - 1):
            raise ValueError(f"samples = {self.samples}: it must be a power of 2, as many as a Sobol net has points")
        if self.particles < 2:
            raise ValueError(f"particles = {self.particles}: Stein's direction needs two")
        if self.buffer % self.env_steps:
            raise ValueError(f"buffer = {self.buffer} is not a multiple of envs * rollout = {self.env_steps}")
        if self.warmup > self.buffer:
            raise ValueError(f"warmup = {self.warmup} does not fit into buffer = {self.buffer}")

    @property
    def env_steps(self) -> int:
        """Environment steps in one step of the agent."""
        return self.envs * self.rollout

    @property
    def idle(self) -> frozenset[str]:
        """Settings of this record and of ContinuousHyper that the mode does not use."""
        of_network, of_chains = {"particles", "noise", "policy_rate"}, {"chain", "step_size"}
        if self.mode == "quadrature":
            return frozenset({*of_network, *of_chains, "samples"})
        return frozenset({*of_chains, "nodes"} if self.mode == "stein" else of_network)


def count(name: str, value: Any) -> None:
    """Refuse anything but an integer of at least 1, by name."""
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ValueError(f"{name} = {value!r}: it must be an integer of at least 1")


def widths(hidden: Any) -> None:
    """Refuse anything but a tuple of widths."""
    if not isinstance(hidden, tuple):
        raise ValueError(f"hidden = {hidden!r}: it must be a tuple of widths, such as (64, 64)")
    for width in hidden:
        count("hidden width", width)


class Transition(NamedTuple):
    """One environment step: where, what (and how likely it was), what came of it.

    `next_obs` is the final observation where the episode ended, never the one that auto-reset put in its place.
    At most one of `terminated` (value ends) and `truncated` (value goes on) is True.
    """

    obs: Array
    action: Int[Array, "*b"]
    log_pi: Float[Array, "*b"]
    reward: Float[Array, "*b"]
    terminated: Bool[Array, "*b"]
    truncated: Bool[Array, "*b"]
    next_obs: Array


class Learner(NamedTuple):
    """What learns: the Q-network (or Parts), the target network (() on-policy), and the optimiser's moments."""

    params: Any
    target: Any
    moments: Any


class Parts(NamedTuple):
    """What is learned: the parameters of Q, of the drawing network (() without one), and log α."""

    q: Any
    policy: Any
    log_alpha: Float[Array, ""]


class State(NamedTuple):
    """All that the next step needs; a pytree, so it can be vmapped, scanned, sharded and saved.

    `memory` is the replay buffer, () on-policy.
    """

    key: Array
    learner: Learner
    lanes: Lanes
    memory: Any
    env_steps: Int[Array, ""]

    @property
    def params(self) -> Any:
        """The Q-network's parameters, for `apply`; Parts where actions are continuous."""
        return self.learner.params


class Metrics(NamedTuple):
    """What a human wants to see of one step, each a scalar.

    Fields:
        env_steps: environment steps since `init` began (int32: good to 2e9).
        episodes: how many episodes ended in this step.
        episode_return, episode_length: their means, in reward units and steps; 0 where none ended.
        entropy: mean entropy of the acting policy, in nats.
        loss: mean of 0.5 (Q(s, a) - target)^2, in reward units squared.
        q, v: mean Q(s, a) and mean V(s') of what was learned from.
        td_error: mean |Q(s, a) - target|.
        grad_norm: global norm of the gradient before it was scaled down.
        finite: False if an update was not finite; it was then refused, and the parameters are the last good ones.
    """

    env_steps: Int[Array, ""]
    episodes: Int[Array, ""]
    episode_return: Float[Array, ""]
    episode_length: Float[Array, ""]
    entropy: Float[Array, ""]
    loss: Float[Array, ""]
    q: Float[Array, ""]
    v: Float[Array, ""]
    td_error: Float[Array, ""]
    grad_norm: Float[Array, ""]
    finite: Bool[Array, ""]


class Agent(NamedTuple):
    """init: (key, Hyper) -> State; step: (Hyper, State) -> (State, Metrics). Both pure: jit, vmap, scan them."""

    init: Callable[[Array, Any], State]
    step: Callable[[Any, State], tuple[State, Metrics]]
