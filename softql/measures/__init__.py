"""What ∫ da means: every kind of action space as `(points, log_w)`, for `soft_value(q, alpha, log_w)` and its kin.

    finite            1                          prior             ρ(a)
    masked            1 or 0                     quadrature        the weights of Gauss-Legendre nodes
    uniform, sobol    volume / N                 importance        1 / (N q(a)), a ~ q; mixtures of q too

Proposals push uniform numbers to actions, random ones (`random_uniforms`) or a scrambled Sobol sequence
(`sobol_uniforms`), through a coordinate z in R^D: a = z, or a = squash(z) in a `Box`. Densities are taken at z, where a
saturated action still has its digits. `value_estimate` says how far off V is.

Shapes: points `[*b, n, d]` (`[n]` for finite actions), log_w `[n]` or `[*b, n]`. Units: log_w in nats, relative to
Lebesgue's measure in action units. Rooms: `finite`, `boxes`,
`uniforms`, `proposals`, `error`. Imports: equations; jax, scipy (for Sobol's numbers).
"""

from softql.measures.boxes import Box as Box
from softql.measures.boxes import Measure as Measure
from softql.measures.boxes import quadrature as quadrature
from softql.measures.boxes import sobol as sobol
from softql.measures.boxes import uniform as uniform
from softql.measures.error import Estimate as Estimate
from softql.measures.error import value_estimate as value_estimate
from softql.measures.finite import finite as finite
from softql.measures.finite import masked as masked
from softql.measures.finite import prior as prior
from softql.measures.proposals import Proposal as Proposal
from softql.measures.proposals import flat_proposal as flat_proposal
from softql.measures.proposals import gaussian_proposal as gaussian_proposal
from softql.measures.proposals import importance as importance
from softql.measures.proposals import mixture as mixture
from softql.measures.proposals import weighted as weighted
from softql.measures.uniforms import random_uniforms as random_uniforms
from softql.measures.uniforms import sobol_uniforms as sobol_uniforms
