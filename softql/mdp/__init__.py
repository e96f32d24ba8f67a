"""Finite Markov decision processes: the record and its checks, random ones, and those inside gymnax environments."""

from softql.mdp.enumerated import World as World
from softql.mdp.enumerated import from_gymnax as from_gymnax
from softql.mdp.made_up import random_mdp as random_mdp
from softql.mdp.records import MDP as MDP
from softql.mdp.records import Successors as Successors
from softql.mdp.records import dense as dense
