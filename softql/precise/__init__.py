"""softql's operators, correctly rounded: the reference that the others are measured against.

Every function has softql's name, arguments and answers at the edges; each result in range is the float nearest to
the real number that the formula defines for the given floats (measured: `docs/accuracy.md`). Inside there is no
floating-point arithmetic but fixed point in integers (`fixedpoint.py` says why), 70 bits after the point for float32
and 145 for float64. So results have the same bits under jit, vmap, any batch size and any permutation of the
actions, and commute exactly with powers of two in (Q, alpha) and with exact shifts of Q.

Range. Gaps, log weights, differences of policies and all that is summed of them are fixed point with an exponent, so
Q, alpha, log w and the results may be anything finite; probabilities below exp(-256) (float64: exp(-2048)) count as 0.
Before its one rounding a result is exact to 2^-66 (2^-140) of the largest term of its formula, and a probability to
2^-66 of its gap and its log weight. So correct rounding needs that terms do not cancel to below 2^-32 (2^-77) of
themselves: that |V| is not that much smaller than |Q| or alpha |log w|, that gaps and log weights which cancel in a
mass to within a few nats lie below 2^32 (2^80). Past that digits are lost, one a factor of 2; where they cancel from
above 2^60 (2^120), all. Divergences are correctly rounded from 2^-54 (2^-863) up to the largest float, and never
negative.

The price is speed: use it for references, tests and small tables, and `softql`'s own functions in training.
Rooms: `operators` (public), `rules` (derivatives), `kernels` (one expression an operator), `pairs` (two distributions),
`boltzmann` (gaps and sums), `elementary` (exp, log, 1/x), `floats` (the doors), `fixedpoint` (limbs), `selftest`.
"""

from softql.precise.operators import boltzmann_entropy as boltzmann_entropy
from softql.precise.operators import boltzmann_kl as boltzmann_kl
from softql.precise.operators import boltzmann_log_policy as boltzmann_log_policy
from softql.precise.operators import boltzmann_policy as boltzmann_policy
from softql.precise.operators import kl_divergence as kl_divergence
from softql.precise.operators import mellowmax as mellowmax
from softql.precise.operators import soft_advantage as soft_advantage
from softql.precise.operators import soft_value as soft_value
from softql.precise.selftest import check_arithmetic as check_arithmetic
