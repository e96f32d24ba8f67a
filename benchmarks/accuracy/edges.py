"""The edge table: input -> what softql answers, written by hand; a test holds softql to it, the page prints it.

Results are checked to 1e-6 relative. Imports: numpy.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

INF, NAN, LN2 = np.inf, np.nan, float(np.log(2))


class Edge(NamedTuple):
    """One row of the page: inputs, and the right answers by operator."""

    what: str
    q: list[float]
    alpha: float
    answers: dict[str, Any]
    log_w: list[float] | None = None
    slopes: bool = True  # first derivatives are finite


EDGES = (
    Edge("one action", [3], 0.5, {"value": 3, "policy": [1], "entropy": 0, "advantage": [0]}),
    Edge(
        "all masked", [1, 2], 1,
        {"value": -INF, "policy": [0, 0], "entropy": 0, "advantage": [-INF, -INF]}, [-INF, -INF],
    ),
    Edge("one masked", [1, 2], 1, {"value": 2, "policy": [0, 1], "entropy": 0, "advantage": [-INF, 0]}, [-INF, 0]),
    Edge("a masked slot holds NaN", [NAN, 2], 1, {"value": 2, "policy": [0, 1], "entropy": 0}, [-INF, 0]),
    Edge(
        "+inf once", [INF, 2], 1, {"value": INF, "policy": [1, 0], "entropy": 0, "advantage": [0, -INF]}, slopes=False,
    ),
    Edge("NaN", [NAN, 2], 1, {"value": NAN, "policy": [NAN, NAN], "entropy": NAN}, slopes=False),
    Edge(
        "alpha = 0", [1, 2, 2], 0,
        {"value": 2, "policy": [0, 0.5, 0.5], "entropy": LN2, "mellowmax": 2, "d_value_dq": [0, 0.5, 0.5]},
    ),
    Edge("alpha < 0", [1, 2], -1, {"value": NAN, "policy": [NAN, NAN], "entropy": NAN}, slopes=False),
    Edge("alpha is NaN", [1, 2], NAN, {"value": NAN, "policy": [NAN, NAN], "entropy": NAN}, slopes=False),
    Edge(
        "alpha = inf", [1, 5], INF, {"value": INF, "policy": [0.5, 0.5], "entropy": LN2, "mellowmax": 3}, slopes=False,
    ),
    Edge("huge Q, tiny alpha", [1e30, -1e30], 1e-9, {"value": 1e30, "policy": [1, 0], "entropy": 0}),
    Edge("Q near overflow", [3e38, -3e38], 1e38, {"value": 3.0024757e38, "advantage": [-2.4756846e35, -INF]}),
    Edge(
        "a gap of 30", [0, -30], 1,
        {
            "value": 9.3576230e-14, "policy": [1, 9.3576230e-14], "entropy": 2.9008630e-12,
            "advantage": [-9.3576230e-14, -30],
        },
    ),
    Edge("a common offset", [1e8, 1e8 + 8], 1, {"policy": [3.3535013e-4, 0.99966465], "d_value_dalpha": 0.0030182073}),
)  # fmt: skip

#: reward, discount, V(s') -> r + discount V(s'): a terminal state whose value is -inf
TERMINAL = (1.5, 0.0, -INF, 1.5)
