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
from softql.returns import soft_lambda_returns as soft_lambda_returns
from softql.returns import soft_q_return as soft_q_return
from softql.returns import soft_return as soft_return

__version__ = "0.1.0"
