"""Environments with known answers. Importing this registers `MultiGoal-softql` and `Lines-softql` with gymnax.

`multigoal`: the four-goal point mass, and its exact soft solution on a grid; `lines`: two skills to compose, and their
world as an MDP; `probes`: tables that each show one fault of an agent. Imports: equations, loading, measures, mdp; jax,
gymnax.
"""

from softql.loading import later

with later("seaborn", "matplotlib.pyplot"):  # gymnax draws with them, and they take three times as long as all of it
    import gymnax as gymnax

from softql.envs.lines import Lines as Lines
from softql.envs.multigoal import MultiGoal as MultiGoal
from softql.envs.multigoal import soft_solution as soft_solution
