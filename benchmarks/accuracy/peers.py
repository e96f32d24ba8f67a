"""The peers' columns: `python peers.py inputs.npz outputs.npz`, in any environment that has some of them.

Each peer computes what its users write: logits Q/alpha (+ log w), its own logsumexp, softmax, entropy, divergence and
automatic differentiation. What a peer does not offer is left out; a peer that is not installed leaves its reason.
Imports: numpy and the peers. Never softql.
"""

import sys
import warnings
from importlib import import_module
from importlib.metadata import version

import numpy as np

warnings.simplefilter("ignore")
np.seterr(all="ignore")


def formulas(x, q, alpha, log_w, logsumexp, softmax, log_softmax, exp, log):
    """The textbook's, in a peer's functions; densities against w where there are weights."""
    value = alpha * logsumexp(x)
    log_mass = log_softmax(x)
    weighted = has_weights(log_w)
    log_pi = log_mass - log_w if weighted else log_mass
    out = {
        "value": value,
        "policy": exp(log_pi) if weighted else softmax(x),
        "log_policy": log_pi,
        "advantage": q - value[..., None],
    }
    if not weighted:
        out["mellowmax"] = value - alpha * log(float(x.shape[-1]))
    return out, log_pi


def has_weights(log_w):
    """Whether there are weights besides masks: with masks alone the density is the mass."""
    return log_w is not None and bool(((np.asarray(log_w) != 0) & np.isfinite(np.asarray(log_w))).any())


def of_jax(q, alpha, log_w, q2, alpha2):
    import jax
    import jax.numpy as jnp

    q, alpha = jnp.asarray(q), jnp.asarray(alpha)
    lse, softmax, log_softmax = jax.nn.logsumexp, jax.nn.softmax, jax.nn.log_softmax

    def logits(q, alpha, w=log_w):
        x = q / alpha[..., None]
        return x if w is None else x + w

    def value(q, alpha, w=log_w):
        return alpha * lse(logits(q, alpha, w), axis=-1)

    x = logits(q, alpha)
    out, log_pi = formulas(
        x,
        q,
        alpha,
        log_w,
        lambda x: lse(x, axis=-1),
        softmax,
        log_softmax,
        jnp.exp,
        lambda n: jnp.log(n).astype(q.dtype),
    )
    mass = softmax(x)
    out["entropy"] = -(mass * log_pi).sum(-1)
    if q2 is None:
        return out
    log_two = log_softmax(logits(jnp.asarray(q2), jnp.asarray(alpha2)))
    out["kl"] = (mass * (log_softmax(x) - log_two)).sum(-1)
    out["d_value_dalpha"] = jax.grad(lambda a: value(q, a).sum())(alpha)
    if q.shape[-1] <= 6:
        slope, heat = jax.grad(lambda x: value(x, alpha).sum()), jax.grad(lambda a: value(q, a).sum())
        weights = jnp.zeros_like(q) if log_w is None else jnp.asarray(log_w)
        out["d_value_dlog_w"] = jax.grad(lambda w: value(q, alpha, w).sum())(weights)
        ones = [jnp.zeros_like(q).at[:, i].set(1) for i in range(q.shape[-1])]
        out["hessian_diagonal"] = jnp.stack([jax.jvp(slope, (q,), (e,))[1][:, i] for i, e in enumerate(ones)], -1)
        out["d2_value_dalpha2"] = jax.jvp(heat, (alpha,), (jnp.ones_like(alpha),))[1]
    return out


def of_scipy(q, alpha, log_w, q2, alpha2):
    from scipy import special as s

    def logits(q, alpha):
        x = q / alpha[..., None]
        return x if log_w is None else x + log_w

    x = logits(q, alpha)
    over = {"axis": -1}
    out, log_pi = formulas(
        x,
        q,
        alpha,
        log_w,
        lambda x: s.logsumexp(x, **over),
        lambda x: s.softmax(x, **over),
        lambda x: s.log_softmax(x, **over),
        np.exp,
        lambda n: np.log(n).astype(q.dtype),
    )
    mass = s.softmax(x, **over)
    out["entropy"] = s.entr(mass).sum(-1) if not has_weights(log_w) else -(mass * log_pi).sum(-1)
    if q2 is not None:
        out["kl"] = s.rel_entr(mass, s.softmax(logits(q2, alpha2), **over)).sum(-1)
    return out


def of_torch(q, alpha, log_w, q2, alpha2):
    import math

    import torch

    def tensor(x):
        return None if x is None else torch.tensor(np.asarray(x))

    q, alpha, log_w, q2, alpha2 = map(tensor, (q, alpha, log_w, q2, alpha2))

    def logits(q, alpha, w):
        x = q / alpha[..., None]
        return x if w is None else x + w

    def value(q, alpha, w):
        return alpha * torch.logsumexp(logits(q, alpha, w), -1)

    x = logits(q, alpha, log_w)
    out, log_pi = formulas(
        x,
        q,
        alpha,
        log_w,
        lambda x: torch.logsumexp(x, -1),
        lambda x: torch.softmax(x, -1),
        lambda x: torch.log_softmax(x, -1),
        torch.exp,
        math.log,
    )
    categorical = torch.distributions.Categorical
    mass = torch.softmax(x, -1)
    out["entropy"] = (
        categorical(logits=x, validate_args=False).entropy() if not has_weights(log_w) else -(mass * log_pi).sum(-1)
    )
    if q2 is not None:
        pair = [categorical(logits=logits(*a, log_w), validate_args=False) for a in ((q, alpha), (q2, alpha2))]
        out["kl"] = torch.distributions.kl_divergence(*pair)
        out |= torch_derivatives(torch, value, q, alpha, log_w)
    return {name: x.detach().numpy() for name, x in out.items()}


def torch_derivatives(torch, value, q, alpha, log_w):
    q, alpha = (x.clone().requires_grad_() for x in (q, alpha))
    w = (torch.zeros_like(q) if log_w is None else log_w.clone()).requires_grad_()
    total = value(q, alpha, w if log_w is not None else None).sum()
    slope, heat = torch.autograd.grad(total, (q, alpha), create_graph=True)
    out = {"d_value_dalpha": heat}
    if q.shape[-1] <= 6:
        out["d_value_dlog_w"] = torch.autograd.grad(value(q, alpha, w).sum(), w)[0]
        bends = [torch.autograd.grad(slope[:, i].sum(), q, retain_graph=True)[0][:, i] for i in range(q.shape[-1])]
        out["hessian_diagonal"] = torch.stack(bends, -1)
        out["d2_value_dalpha2"] = torch.autograd.grad(heat.sum(), alpha)[0]
    return out


def of_distrax(q, alpha, log_w, q2, alpha2):
    import distrax
    import jax.numpy as jnp

    def policy(q, alpha):
        x = jnp.asarray(q) / jnp.asarray(alpha)[..., None]
        return distrax.Categorical(logits=x if log_w is None else x + log_w)

    one = policy(q, alpha)
    n = q.shape[-1]
    out = {"policy": one.probs, "entropy": one.entropy()}
    out["log_policy"] = (
        jnp.stack([one.log_prob(jnp.full(q.shape[:-1], i)) for i in range(n)], -1) if n <= 6 else one.logits
    )
    if q2 is not None:
        out["kl"] = one.kl_divergence(policy(q2, alpha2))
    return out


def of_rlax(q, alpha, log_w, q2, alpha2):
    import jax.numpy as jnp
    import rlax

    def logits(q, alpha):
        x = jnp.asarray(q) / jnp.asarray(alpha)[..., None]
        return x if log_w is None else x + log_w

    x, soft = logits(q, alpha), rlax.softmax()
    out = {"policy": soft.probs(x), "entropy": soft.entropy(x)}
    if q2 is not None:
        out["kl"] = rlax.categorical_kl_divergence(x, logits(q2, alpha2))
    return out


#: what each is called, the module that must be there, and whether it can be given weights
PEERS = {
    "jax.nn": ("jax", of_jax, True),
    "scipy.special": ("scipy", of_scipy, True),
    "torch": ("torch", of_torch, True),
    "distrax": ("distrax", of_distrax, False),
    "rlax": ("rlax", of_rlax, False),
}


def main(inputs, outputs):
    arrays, out = dict(np.load(inputs)), {}
    prefixes = list(dict.fromkeys(key.rpartition(".")[0] for key in arrays))
    for who, (module, of, weights) in PEERS.items():
        try:
            import_module(module)
        except ImportError as error:
            out[f"missing.{who}"] = np.array(str(error))
            continue
        out[f"version.{who}"] = np.array(version(module))
        for prefix in prefixes:
            if prefix.endswith(("W", "F")) and not weights:
                continue
            arguments = [arrays.get(f"{prefix}.{name}") for name in ("q", "alpha", "log_w", "q2", "alpha2")]
            if prefix.startswith(("bfloat16", "float16")):
                if who == "jax.nn":
                    out |= in_16_bits(prefix, arguments)
                continue
            out |= {f"{prefix}.{name}.{who}": np.asarray(x) for name, x in of(*arguments).items()}
    np.savez(outputs, **out)


def in_16_bits(prefix, arguments):
    import jax.numpy as jnp

    cast = [None if x is None else jnp.asarray(x, getattr(jnp, prefix.split(".")[0])) for x in arguments]
    return {f"{prefix}.{name}.jax.nn": np.asarray(x.astype(jnp.float32)) for name, x in of_jax(*cast).items()}


if __name__ == "__main__":
    main(*sys.argv[1:])
