"""Environments with known answers. Importing this registers `MultiGoal-softql` with gymnax, which costs seconds.

`multigoal`: the four-goal point mass, and its exact soft solution on a grid; `probes`: tables that each show one fault
of an agent. Imports: equations, measures; jax, gymnax.
"""

from softql.envs.multigoal import MultiGoal as MultiGoal
from softql.envs.multigoal import soft_solution as soft_solution
