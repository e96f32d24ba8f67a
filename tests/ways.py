"""The default operators that give the same bits in every way of calling, and arguments for them.

Room: jax, numpy, tests/regimes.py.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import regimes

import softql

CASES = {
    "": lambda case: case,
    "weighted": regimes.weighted,
    "weights near 1": lambda case: regimes.weighted(case, span=1.0),
    "weights of 1 and beside it": regimes.free,
    "masked": regimes.masked,
}


def near(q, log_w):
    """Another Q, and the log policy of it, rounded so that every way of calling starts from the same bits."""
    other = np.flip(q, -1) * np.float32(0.5)
    return other, np.asarray(softql.boltzmann_log_policy(other, 1.0, log_w))


#: name -> (call, the arguments it takes of q, alpha, log_w, other q, log pi of the other, one number a row)
WAYS = {
    "value": (softql.soft_value, "qaw"),
    "log_partition": (softql.log_partition, "qaw"),
    "policy": (softql.boltzmann_policy, "qaw"),
    "log_policy": (softql.boltzmann_log_policy, "qaw"),
    "advantage": (softql.soft_advantage, "qaw"),
    "entropy": (softql.boltzmann_entropy, "qaw"),
    "mellowmax": (softql.mellowmax, "qa"),
    "energy": (softql.energy, "qa"),
    "d_value_dq": (jax.grad(lambda *x: softql.soft_value(*x).sum()), "qaw"),
    "d_value_dalpha": (jax.grad(lambda *x: softql.soft_value(*x).sum(), 1), "qaw"),
    "boltzmann_kl": (softql.boltzmann_kl, "qaoaw"),
    "policy_value": (softql.policy_value, "pqaw"),
    "entropy of": (softql.entropy, "pw"),
    "kl_to_boltzmann": (softql.kl_to_boltzmann, "pqaw"),
    "kl_divergence": (lambda p, w: softql.kl_divergence(p, jnp.flip(p, -1), w), "pw"),
    "soft_q_target": (lambda r: softql.soft_q_target(r, 0.9, -r), "r"),
    "evaluation_target": (lambda r, *x: softql.evaluation_target(r, 0.9, *x), "rpqaw"),
    "optimality_target": (lambda r, *x: softql.optimality_target(r, 0.9, *x), "rqaw"),
    "importance_value": (softql.importance_value, "qao"),
    "langevin_step": (lambda q, o, a: softql.langevin_step(q, o, a, 0.1, o), "qoa"),
}
#: operators whose bits may differ by one unit in the last place between ways of calling, and in how many results
DIFFER = {"log_policy": 1e-3}


def arguments(name, actions, weights="", rows=60):
    """The arguments of one of WAYS, over five regimes of so many rows each."""
    parts = [CASES[weights](regimes.regime(letter, rows, actions=actions)) for letter in "TDUOE"]
    q, alpha = np.concatenate([c.q for c in parts]), np.concatenate([c.alpha for c in parts])
    log_w = None if parts[0].log_w is None else np.concatenate([c.log_w for c in parts])
    other, log_pi = near(q, log_w)
    have = {"q": q, "a": alpha, "w": log_w, "o": other, "p": log_pi, "r": q[:, 0]}
    return [have[letter] for letter in WAYS[name][1]]
