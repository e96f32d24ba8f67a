"""The laws that soft Q-learning obeys, as tests of anybody's implementation of it.

    import softql
    report = softql.verify(my_module)
    print(report)

A law knows the mathematics and nothing of softql's own code: this package imports NumPy and Hypothesis,
never jax. Statements are in `value`, `policy`, `backup`, `returns`, `estimator`, `temperature`, `tabular` and
`equivalences`, and those of whole systems in `solver`, `sampler`, `continuous`, `replay` and `agent`. `core` says what
a law is, `strategies` and `worlds` draw the inputs, `oracle` knows the answers, `scales` says how large rounding may
be, `runner` puts the laws to an implementation, `adapters` meet other conventions, and `report` (`text`, `html`) tells
what came of it.
"""

from __future__ import annotations

from . import adapters as adapters
from .adapters import adapt as adapt
from .core import Finding as Finding
from .core import Law as Law
from .core import Sides as Sides
from .core import law as law
from .pytesting import parametrize as parametrize
from .report import Counterexample as Counterexample
from .report import Interrupted as Interrupted
from .report import LawBroken as LawBroken
from .report import Report as Report
from .report import Result as Result
from .runner import EXAMPLES as EXAMPLES
from .runner import LAWS as LAWS
from .runner import QUICK as QUICK
from .runner import TIME_LIMIT as TIME_LIMIT
from .runner import check_expected as check_expected
from .runner import of as of
from .runner import select as select
from .runner import verify as verify
