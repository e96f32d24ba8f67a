"""What tests of correct rounding share: cases of all regimes, and the verdict."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import oracle
import regimes

LETTERS = ("T", "D", "U", "O", "E", "N", "Z", "S")
LEAST = {"float32": -54, "float64": -863}  # results below 2^LEAST are outside the promise

#: two rows whose two heaviest actions lie almost exactly a whole number of halvings apart
UNLUCKY = regimes.Case(
    np.array(
        [
            [127.3766, 127.37656, 127.376564, 127.37657, 127.37661, np.nan],
            [341.70157, np.nan, 341.70148, 341.7005, 341.70093, 341.70215],
        ]
    ),
    np.array([1.9115577, 0.70466596]),
    np.array(
        [
            [-34.97285, 41.409966, 23.38814, -65.20641, -8.626934, -np.inf],
            [41.762993, -np.inf, 1.9451058, 28.592686, -46.705482, -51.292885],
        ]
    ),
)
#: and policies near theirs
NEAR_UNLUCKY = UNLUCKY._replace(
    q=np.array(
        [
            [127.38515, 127.36614, 127.363144, 127.37032, 127.3929, np.nan],
            [341.70084, np.nan, 341.70087, 341.70084, 341.70096, 341.70087],
        ]
    ),
    alpha=np.array([1.9115577, 0.70354825]),
)


def together(cases, dtype=np.float32):
    """Several batches as one."""
    log_w = None if cases[0].log_w is None else np.concatenate([c.log_w for c in cases]).astype(dtype)
    q, alpha = (np.concatenate(x).astype(dtype) for x in ([c.q for c in cases], [c.alpha for c in cases]))
    return regimes.Case(q, alpha, log_w)


def every_regime(rows, dtype=np.float32, weighted=False, seed=11):
    """So many rows of each regime; if weighted, with weights of 1e-30 to 1e30, half of it masked with NaN in Q."""
    cases = [regimes.regime(letter, rows, dtype, seed=seed) for letter in LETTERS]
    if weighted:
        cases = [regimes.weighted(c) for c in cases]
        cases = [regimes.masked(c) if i % 2 else c for i, c in enumerate(cases)]
    return together([*cases, UNLUCKY if weighted else regimes.regime("T", 2, dtype, seed=seed + 1)], dtype)


def every_pair(rows, dtype=np.float32, seed=7):
    """Nearly equal policies of all regimes, with different temperatures in half of them, and far ones."""
    pairs = []
    for i, letter in enumerate(LETTERS):
        case = regimes.weighted(regimes.regime(letter, rows, dtype, seed=seed))
        case = regimes.masked(case) if i % 3 == 0 else case
        pairs.append(regimes.near_pair(case, same_alpha=letter in "TUZS"))
    far = regimes.weighted(regimes.regime("T", rows + rows // 5 * 3, dtype, seed=seed))  # one shape with every_regime
    pairs += [(far, far._replace(q=far.q[::-1])), (UNLUCKY, NEAR_UNLUCKY)]
    return together([p[0] for p in pairs], dtype), together([p[1] for p in pairs], dtype)


def wide(rows, seed, dtype=np.float32, actions=6):
    """Gaps and log weights of 1 to 1e9 nats, which cancel in most rows; in the first quarter, near ties of mass whose
    order is another than that of Q."""
    rng, ties = np.random.default_rng(seed), rows // 8
    alpha, size = 10 ** rng.uniform(-4, 4, rows), 10 ** rng.uniform(0, 9, (2, rows, 1))
    q = (size[0] * rng.standard_normal((rows, actions)) * alpha[:, None]).astype(dtype)
    alpha = alpha.astype(dtype)
    cancelling = (
        rng.standard_normal((rows, actions)) * 10 ** rng.uniform(-6, 2, (rows, 1)) - np.float64(q) / alpha[:, None]
    )
    log_w = np.where(rng.random((rows, 1)) < 0.3, size[1] * rng.standard_normal((rows, actions)), cancelling)
    steps = np.tile(np.arange(actions) * 1e-5, (2 * ties, 1))
    q[: 2 * ties], alpha[: 2 * ties] = 1 + rng.permuted(steps, axis=1), 1
    log_w[: 2 * ties] = rng.permuted(2 * steps, axis=1)
    log_w[:ties] = (1 - np.float64(q[:ties])) * rng.uniform(0.5, 3, (ties, 1))
    return regimes.Case(q, alpha, log_w.astype(dtype))


def assert_correctly_rounded(values, true, dtype="float32", least=None):
    """At most 0.501 ulp, and at most one result in 10,000 not correctly rounded, among those in range."""
    error = oracle.err_ulp(values, true, dtype)[oracle.in_range(true, LEAST[dtype] if least is None else least)]
    assert error.size > 50
    assert error.max() <= 0.501
    assert (error > 0.5).mean() <= 1e-4


def same_bits(a, b):
    a, b = (np.asarray(x) for x in (a, b))
    return a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()


def jacobians(f, *arguments):
    """d f(row) / d argument of every row `[*b, (out,) *in]`, in reverse mode, whose tangents have one shape."""
    y, back = jax.vjp(f, *map(jnp.asarray, arguments))
    if y.ndim == 1:
        return [np.asarray(g) for g in back(jnp.ones_like(y))]
    rows = [back(jnp.zeros_like(y).at[:, i].set(1)) for i in range(y.shape[1])]
    return [np.stack([np.asarray(g) for g in column], 1) for column in zip(*rows)]
