"""Environments with known answers. Importing this registers `MultiGoal-softql` and `Lines-softql` with gymnax, which
costs seconds.

`multigoal`: the four-goal point mass, and its exact soft solution on a grid; `lines`: two skills to compose, and their
world as an MDP; `probes`: tables that each show one fault of an agent. Imports: equations, measures, mdp; jax, gymnax.
"""

from softql.envs.lines import Lines as Lines
from softql.envs.multigoal import MultiGoal as MultiGoal
from softql.envs.multigoal import soft_solution as soft_solution
