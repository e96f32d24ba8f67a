"""softql: soft Q-learning as pure functions in JAX, held to laws.

The equations are here by name; `softql.laws` states what they obey, `softql.agents` composes them into a training step.
"""

from softql.equations import boltzmann_entropy as boltzmann_entropy
from softql.equations import boltzmann_kl as boltzmann_kl
from softql.equations import boltzmann_log_policy as boltzmann_log_policy
from softql.equations import boltzmann_policy as boltzmann_policy
from softql.equations import energy as energy
from softql.equations import entropy as entropy
from softql.equations import evaluation_target as evaluation_target
from softql.equations import importance_value as importance_value
from softql.equations import kl_divergence as kl_divergence
from softql.equations import kl_to_boltzmann as kl_to_boltzmann
from softql.equations import langevin_step as langevin_step
from softql.equations import log_partition as log_partition
from softql.equations import mellowmax as mellowmax
from softql.equations import optimality_target as optimality_target
from softql.equations import policy_value as policy_value
from softql.equations import q_loss as q_loss
from softql.equations import soft_advantage as soft_advantage
from softql.equations import soft_q_target as soft_q_target
from softql.equations import soft_value as soft_value
from softql.equivalences import kl_regularised_backup as kl_regularised_backup
from softql.equivalences import logit_choice_q as logit_choice_q
from softql.equivalences import munchausen_backup as munchausen_backup
from softql.equivalences import policy_gradient as policy_gradient
from softql.equivalences import soft_q_gradient as soft_q_gradient
from softql.equivalences import value_gradient as value_gradient
from softql.returns import path_consistency_error as path_consistency_error
from softql.returns import path_consistency_loss as path_consistency_loss
from softql.returns import soft_lambda_returns as soft_lambda_returns
from softql.returns import soft_n_step_returns as soft_n_step_returns
from softql.returns import soft_q_return as soft_q_return
from softql.returns import soft_retrace_returns as soft_retrace_returns
from softql.returns import soft_return as soft_return
from softql.returns import soft_value_returns as soft_value_returns
from softql.tabular import composed_q as composed_q
from softql.tabular import composition_cost as composition_cost
from softql.tabular import disagreement as disagreement
from softql.tabular import evaluation_backup as evaluation_backup
from softql.tabular import expected_next as expected_next
from softql.tabular import hard_q as hard_q
from softql.tabular import horizon_q as horizon_q
from softql.tabular import occupancy as occupancy
from softql.tabular import optimal_q as optimal_q
from softql.tabular import optimality_backup as optimality_backup
from softql.tabular import policy_q as policy_q
from softql.temperature import batch_temperature as batch_temperature
from softql.temperature import dual_gradient as dual_gradient
from softql.temperature import dual_step as dual_step
from softql.temperature import linear_dual_step as linear_dual_step
from softql.temperature import state_temperature as state_temperature
from softql.temperature import temperature_dual as temperature_dual

__version__ = "0.1.0"
