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
    from softql.laws import verify as verify
    from softql.returns import soft_lambda_returns as soft_lambda_returns
    from softql.returns import soft_q_return as soft_q_return
    from softql.returns import soft_return as soft_return

__version__ = "0.1.0"

# The same names for run time (a test compares both): which module each comes from.
_NAMES = {
    "softql.equations": "boltzmann_entropy boltzmann_log_policy boltzmann_policy energy entropy evaluation_target"
    " importance_value kl_divergence kl_to_boltzmann langevin_step log_partition mellowmax optimality_target"
    " policy_value q_loss soft_advantage soft_q_target soft_value",
    "softql.laws": "verify",
    "softql.returns": "soft_lambda_returns soft_q_return soft_return",
}
_HOME = {name: module for module, names in _NAMES.items() for name in names.split()}
_ROOMS = ("equations", "laws", "returns")

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
