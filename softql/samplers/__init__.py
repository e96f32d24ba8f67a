"""Draws from π ∝ exp(Q/α): pairs of pure functions, `init: z -> State` and `step: (key, State) -> (State, Move)`.

Finite actions: `gumbel_max`, exact. Continuous ones: `langevin` (unadjusted: biased by its step), `mala` and `hmc`
(Metropolis-adjusted: exact in the limit), `svgd` (particles that repel), `amortised_stein` (a network that learns to
draw); `foreign` has blackjax's versions behind the same pair.

Chains live in coordinates z in R^D. Where actions have limits the target is exp(Q(a(z))/α) |da/dz|, a = box.squash(z):
the log-Jacobian belongs to the density, and the update happens in z, where that density lives. `reflected_langevin`
stays in the actions instead and folds a step that leaves the box. Nothing clips: that would pile up mass at the limits.

`draw` runs a sampler and hands a certificate over with the actions. Rooms: `records`, `finite`, `chains`, `stein`,
`certificates`, `foreign`. Units: Q and alpha in reward units. Imports: equations, measures; jax; blackjax where asked.
"""

from softql.samplers.certificates import Certificate as Certificate
from softql.samplers.certificates import Draws as Draws
from softql.samplers.certificates import chain_sample_size as chain_sample_size
from softql.samplers.certificates import draw as draw
from softql.samplers.certificates import kernel_stein_discrepancy as kernel_stein_discrepancy
from softql.samplers.chains import hmc as hmc
from softql.samplers.chains import langevin as langevin
from softql.samplers.chains import mala as mala
from softql.samplers.chains import reflected_langevin as reflected_langevin
from softql.samplers.finite import gumbel_max as gumbel_max
from softql.samplers.records import Move as Move
from softql.samplers.records import Sampler as Sampler
from softql.samplers.records import State as State
from softql.samplers.records import Target as Target
from softql.samplers.records import boltzmann_target as boltzmann_target
from softql.samplers.stein import Amortised as Amortised
from softql.samplers.stein import amortised_stein as amortised_stein
from softql.samplers.stein import stein_direction as stein_direction
from softql.samplers.stein import svgd as svgd
