"""Agents: pairs of pure functions, `init: (key, Hyper) -> State` and `step: (Hyper, State) -> (State, Metrics)`."""

from softql.agents.composition import composed as composed
from softql.agents.continuous import ContinuousHyper as ContinuousHyper
from softql.agents.continuous import ContinuousShape as ContinuousShape
from softql.agents.continuous import agent as continuous_agent
from softql.agents.defaults import Recipe as Recipe
from softql.agents.defaults import defaults_for as defaults_for
from softql.agents.discrete import Agent as Agent
from softql.agents.discrete import Hyper as Hyper
from softql.agents.discrete import Learner as Learner
from softql.agents.discrete import Metrics as Metrics
from softql.agents.discrete import Shape as Shape
from softql.agents.discrete import State as State
from softql.agents.discrete import Transition as Transition
from softql.agents.discrete import agent as agent
from softql.agents.networks import Network as Network
from softql.agents.networks import q_network as q_network
from softql.agents.records import Parts as Parts

__all__ = ["composed", "continuous_agent"]
