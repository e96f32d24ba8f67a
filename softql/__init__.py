"""softql: soft Q-learning as pure functions in JAX, held to laws.

The equations are here by name; `softql.verify` puts the laws they obey to anybody's implementation; `softql.agents`
composes the equations into a training step. Names are imported when they are first used, so `import softql`,
`softql.verify` and `softql.laws` need neither JAX nor anything that it brings.

Example:
    >>> import numpy as np, softql
    >>> class Mine:
    ...     def soft_value(q, alpha, log_w=0.0):
    ...         return np.asarray(alpha) * np.logaddexp.reduce(q / np.asarray(alpha)[..., None] + log_w, axis=-1)
    >>> report = softql.verify(Mine, ["value_shift", "value_scaling"], examples=10)
    >>> report.ok
    True
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
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
    from softql.laws import verify as verify
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

# The same names for run time (a test compares both): which module each comes from.
_NAMES = {
    "softql.equations": "boltzmann_entropy boltzmann_kl boltzmann_log_policy boltzmann_policy energy entropy"
    " evaluation_target importance_value kl_divergence kl_to_boltzmann langevin_step log_partition mellowmax"
    " optimality_target policy_value q_loss soft_advantage soft_q_target soft_value",
    "softql.equivalences": "kl_regularised_backup logit_choice_q munchausen_backup policy_gradient"
    " soft_q_gradient value_gradient",
    "softql.laws": "verify",
    "softql.returns": "path_consistency_error path_consistency_loss soft_lambda_returns soft_n_step_returns"
    " soft_q_return soft_retrace_returns soft_return soft_value_returns",
    "softql.tabular": "composed_q composition_cost disagreement evaluation_backup expected_next hard_q horizon_q"
    " occupancy optimal_q optimality_backup policy_q",
    "softql.temperature": "batch_temperature dual_gradient dual_step linear_dual_step state_temperature"
    " temperature_dual",
}
_HOME = {name: module for module, names in _NAMES.items() for name in names.split()}
_ROOMS = (
    "equations", "equivalences", "laws", "mdp", "measures", "precise", "returns", "samplers", "tabular", "temperature",
)  # fmt: skip

if not TYPE_CHECKING:  # so that a type checker still reports a name that is not there

    def __getattr__(name: str) -> Any:
        """A public name, imported at its first use (PEP 562)."""
        if name in _ROOMS:
            return importlib.import_module(f"softql.{name}")
        if name not in _HOME:
            raise AttributeError(f"module 'softql' has no attribute {name!r}")
        value = getattr(importlib.import_module(_HOME[name]), name)
        globals()[name] = value
        return value

    def __dir__() -> list[str]:
        return sorted({*globals(), *_HOME, *_ROOMS})
