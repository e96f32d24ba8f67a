"""Every equation of soft Q-learning as a pure function: arrays in, arrays out.

Soft Q-learning touches the action space in one place, the integral in `V = α log ∫ exp(Q/α) da` and the expectations
with the same weights. `log_w`, the log weight of each action point, stands for `da`, so one function serves every case:

    finite            log_w = None (0)              prior ρ               log ρ(a)
    masked            0 where allowed, else -inf    quadrature            log of the node weights
    importance        -log q(a) - log N

The last axis is the actions, leading axes are anything; every function works under jit, vmap and grad, on NumPy or
JAX input. The dtype follows JAX's promotion of the inputs; 16-bit floats are computed in float32 and rounded once.
NaN in a valid action gives NaN in its row and in no other. Where an answer is infinite (a divergence from what is
impossible, alpha = infinity), its derivatives are infinite, 0 or NaN: they mean nothing there.

Rooms: `value`, `policy`, `backup`, `estimator`; behind them `_door` (checks), `_kernels` (the gap form), `_rules`
(derivatives).
May import: jax, numpy, jaxtyping. Sources of the tags: docs/errata.md.
"""

from softql.equations.backup import evaluation_target as evaluation_target
from softql.equations.backup import optimality_target as optimality_target
from softql.equations.backup import q_loss as q_loss
from softql.equations.backup import soft_q_target as soft_q_target
from softql.equations.estimator import importance_value as importance_value
from softql.equations.estimator import langevin_step as langevin_step
from softql.equations.policy import boltzmann_entropy as boltzmann_entropy
from softql.equations.policy import boltzmann_kl as boltzmann_kl
from softql.equations.policy import boltzmann_log_policy as boltzmann_log_policy
from softql.equations.policy import boltzmann_policy as boltzmann_policy
from softql.equations.policy import entropy as entropy
from softql.equations.policy import kl_divergence as kl_divergence
from softql.equations.policy import kl_to_boltzmann as kl_to_boltzmann
from softql.equations.policy import soft_advantage as soft_advantage
from softql.equations.value import energy as energy
from softql.equations.value import log_partition as log_partition
from softql.equations.value import mellowmax as mellowmax
from softql.equations.value import policy_value as policy_value
from softql.equations.value import soft_value as soft_value
