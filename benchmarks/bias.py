"""How an importance-sampled V errs as the dimension grows: draws docs/measures.png, writes its numbers and its page.

    python -m benchmarks.bias

The test case has a known V in every dimension: Q(a) = -8 |a - 0.3|² in the box [-1, 1]^D at alpha = 1 (`BoxQ`).
"""

from __future__ import annotations

import math
from pathlib import Path

import jax
import jax.numpy as jnp
import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np

from softql.closed_forms import BoxQ
from softql.equations import soft_value
from softql.measures import (
    Box,
    Measure,
    flat_proposal,
    gaussian_proposal,
    importance,
    mixture,
    quadrature,
    random_uniforms,
    sobol_uniforms,
    value_estimate,
)
from softql.runs import write_table

DOCS = Path(__file__).resolve().parents[1] / "docs"
INK = "#808890"  # on white and on black alike
BLUE, ORANGE, GREEN, VIOLET = "#2f8fe0", "#e8743b", "#1fa971", "#b07be0"
DIMENSIONS = (1, 2, 3, 4, 6, 8, 10, 12)
COUNTS = (16, 256, 4_096)
N = 256  # samples of the second panel
REPLICATES, BATCH = 1_000, 100
CENTRE, CURVATURE = 0.3, 16.0


def bowl(d: int) -> BoxQ:
    """The test case in d dimensions."""
    return BoxQ(jnp.array(0.0), jnp.full(d, CENTRE), jnp.full(d, CURVATURE), -jnp.ones(d), jnp.ones(d))


def crowding() -> float:
    """N / N_eff of uniform samples in one dimension, E[W²]/E[W]²; in D dimensions it is that to the D."""
    points, log_w = quadrature([-1.0], [1.0], 64)
    q = bowl(1).q(points)
    one, two = (soft_value(k * q, 1.0, log_w - math.log(2.0)) for k in (1.0, 2.0))
    return float(jnp.exp(two - 2 * one))


def draw(how: str, key: jax.Array, d: int, n: int) -> Measure:
    """n points of one kind of sampling."""
    box = Box(-jnp.ones(d), jnp.ones(d))
    flat = flat_proposal(box)
    wide = gaussian_proposal(jnp.full(d, math.atanh(CENTRE)), jnp.full(d, 0.4), box)
    if how == "Sobol":
        return importance(flat, sobol_uniforms(key, n, d))
    if how == "tanh-Gaussian":
        return importance(wide, random_uniforms(key, (n, d)))
    if how == "defensive mixture":
        u = random_uniforms(key, (n, d))
        return mixture([wide, flat], [u[: n - n // 8], u[n - n // 8 :]])
    return importance(flat, random_uniforms(key, (n, d)))


def errors(how: str, d: int, n: int) -> np.ndarray:
    """V̂ - V and the same after the jackknife, of REPLICATES estimates [2, r], in units of alpha."""
    q = bowl(d)

    @jax.jit
    def batch(keys: jax.Array) -> jax.Array:
        def one(key: jax.Array) -> jax.Array:
            points, log_w = draw(how, key, d, n)
            found = value_estimate(q.q(points), 1.0, log_w)
            return jnp.stack([found.value, found.corrected])

        return jax.vmap(one)(keys).T

    rounds = REPLICATES // BATCH
    keys = jax.random.split(jax.random.key(d * 100_003 + n), rounds * BATCH).reshape(rounds, BATCH)
    return np.concatenate([np.asarray(batch(k), np.float64) for k in keys], -1) - float(q.value(1.0))


def bias(d: int, n: int) -> np.ndarray:
    """Mean of V̂ - V, and of the same after the jackknife [2], of uniform samples.

    exp(V̂ - V) has mean 1 exactly, so it serves as a control variate: what it explains of the spread is taken out.
    """
    off = errors("uniform", d, n)
    control = np.exp(off[0]) - 1
    slope = ((off - off.mean(-1, keepdims=True)) @ (control - control.mean())) / control.var() / control.size
    return off.mean(-1) - slope * control.mean()


def main() -> None:
    """Measure, draw, write."""
    c = crowding()
    low = {n: np.array([bias(d, n) for d in DIMENSIONS]).T for n in COUNTS}
    kinds = ("uniform", "Sobol", "tanh-Gaussian", "defensive mixture")
    spread = {how: np.array([math.sqrt((errors(how, d, N)[0] ** 2).mean()) for d in DIMENSIONS]) for how in kinds}
    picture(c, low, spread)
    write_table(DOCS / "measures.csv", ["panel", "what", *(f"D={d}" for d in DIMENSIONS)], numbers(c, low, spread))
    (DOCS / "measures.md").write_text(page(c, low, spread))


def numbers(c: float, low: dict[int, np.ndarray], spread: dict[str, np.ndarray]) -> list[list[object]]:
    """What the picture is drawn from, a line a curve, in units of alpha."""
    rows: list[list[object]] = []
    for n in COUNTS:
        guess = (c ** np.array(DIMENSIONS) - 1) / (2 * n)
        for what, row in (("V - E[V̂]", -low[n][0]), ("jackknife", np.abs(low[n][1])), ("(N/N_eff - 1)/2N", guess)):
            rows.append(["bias", f"N = {n}, {what}", *map(float, row)])
    return rows + [["root mean square", how, *map(float, row)] for how, row in spread.items()]


def picture(c: float, low: dict[int, np.ndarray], spread: dict[str, np.ndarray]) -> None:
    """Both panels."""
    plt.rcParams.update({"font.size": 9, "text.color": INK, "axes.labelcolor": INK, "axes.edgecolor": INK})
    figure, (left, right) = plt.subplots(1, 2, figsize=(10.5, 3.9), layout="constrained")
    d = np.array(DIMENSIONS)
    for n, colour in zip(COUNTS, (ORANGE, BLUE, GREEN), strict=True):
        left.semilogy(d, -low[n][0], color=colour, marker="o", markersize=3.5, label=f"N = {n:,}")
        left.semilogy(d, np.abs(low[n][1]), color=colour, linestyle=(0, (1, 2)), linewidth=1.4)
        left.semilogy(d, (c**d - 1) / (2 * n), color=colour, linewidth=0.8, alpha=0.7)
    left.set_ylim(1e-5, 20)
    left.set_ylabel("V - E[V̂], in units of α")
    left.set_title("uniform samples: the bias\n(thin: (N/N_eff - 1)/2N; dotted: |bias| after the jackknife)", color=INK)
    for (how, error), colour in zip(spread.items(), (ORANGE, VIOLET, BLUE, GREEN), strict=True):
        right.semilogy(d, error, color=colour, marker="o", markersize=3.5, label=how)
    right.set_ylabel("root mean square of V̂ - V, in units of α")
    right.set_title(f"N = {N}: the error, by where the points come from", color=INK)
    for axis in (left, right):
        axis.set_xlabel("dimensions of the action")
        axis.tick_params(colors=INK, which="both")
        axis.spines[["top", "right"]].set_visible(False)
        axis.legend(frameon=False, labelcolor=INK)
        axis.grid(alpha=0.2, linewidth=0.6)
    figure.savefig(DOCS / "measures.png", dpi=160, transparent=True, metadata={"Software": None})
    plt.close(figure)


def page(c: float, low: dict[int, np.ndarray], spread: dict[str, np.ndarray]) -> str:
    """docs/measures.md."""
    heading = "| | " + " | ".join(f"D = {d}" for d in DIMENSIONS) + " |\n|---" + "|---" * len(DIMENSIONS) + "|"
    rows = []
    for n in COUNTS:
        for name, row in zip((f"N = {n:,}", f"N = {n:,}, jackknife"), low[n], strict=True):
            rows.append(f"| {name} | " + " | ".join(f"{x:+.1e}" for x in row) + " |")
    errors_ = [f"| {how} | " + " | ".join(f"{x:.1e}" for x in row) + " |" for how, row in spread.items()]
    return TEXT.format(
        crowding=c, replicates=f"{REPLICATES:,}", n=N, bias="\n".join([heading, *rows]),
        errors="\n".join([heading, *errors_]),
    )  # fmt: skip


TEXT = """# What ∫ da means: measures, and what they cost

`V(s) = α log ∫ exp(Q(s,a)/α) da` [H17 Eq. 5] is one function, `soft_value(q, alpha, log_w)`; `softql.measures` makes
`(points, log_w)`:

| action space | function | log_w |
|---|---|---|
| n actions | `finite` | 0 |
| some of them | `masked` | 0 or -inf |
| a prior ρ | `prior` | log ρ(a) |
| a box, D <= 3 or so | `quadrature` | log weight of the Gauss-Legendre node |
| a box, any D | `uniform`, `sobol` | log volume - log N |
| a proposal q | `importance`, `weighted` | -log q(a) - log N |
| several proposals | `mixture` | -log Σ_k N_k q_k(a) |

A proposal is a density that uniform numbers are pushed to: `gaussian_proposal` (squashed by tanh where the actions have
limits, its density taken before the squash, where a saturated action still has its digits) or `flat_proposal`. A
mixture with a flat share is defensive: no weight is above volume / N_flat.

`value_estimate(q, alpha, log_w)` adds what is known of the error: the effective sample size 1/Σp², the standard error
α √((N/N_eff - 1)/(N - 1)), and V̂ with the 1/N term of its bias removed (jackknife).

## The bias grows exponentially with the dimension

exp(V̂/α) estimates Z without bias, so V̂ itself is low (Jensen), by about α (N/N_eff - 1)/2N while that is small. For a Q
that is a sum over coordinates and uniform samples, N/N_eff is c^D; here Q = -8 |a - 0.3|² in [-1, 1]^D, alpha = 1, and
c = {crowding:.3f}. Where the expansion stops (c^D > N) the jackknife no longer helps, and a better proposal does.

![The bias of importance sampling against the dimension](measures.png)

Mean of V̂ - V over {replicates} estimates, uniform samples, in units of α (E[exp((V̂ - V)/α)] = 1 as control variate):

{bias}

Root mean square of V̂ - V with N = {n} points, in units of α. The tanh-Gaussian is centred on the peak with
spread 0.4 (half as wide again as the policy); the mixture gives it 7/8 of the points:

{errors}

Made by `python -m benchmarks.bias`, seeds fixed; the curves of the picture are in [measures.csv](measures.csv).
"""


if __name__ == "__main__":
    main()
