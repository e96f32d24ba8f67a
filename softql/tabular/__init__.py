"""MDPs solved exactly: operators on tables, certified solvers, learning against the exact answer, composed skills."""

from softql.tabular.composition import composed_q as composed_q
from softql.tabular.composition import composition_cost as composition_cost
from softql.tabular.composition import disagreement as disagreement
from softql.tabular.learning import TabularHyper as TabularHyper
from softql.tabular.learning import TabularLearner as TabularLearner
from softql.tabular.learning import TabularMetrics as TabularMetrics
from softql.tabular.learning import TabularState as TabularState
from softql.tabular.learning import learner as learner
from softql.tabular.operators import evaluation_backup as evaluation_backup
from softql.tabular.operators import expected_next as expected_next
from softql.tabular.operators import hard_q as hard_q
from softql.tabular.operators import horizon_q as horizon_q
from softql.tabular.operators import occupancy as occupancy
from softql.tabular.operators import optimal_q as optimal_q
from softql.tabular.operators import optimality_backup as optimality_backup
from softql.tabular.operators import policy_q as policy_q
from softql.tabular.solve import Horizon as Horizon
from softql.tabular.solve import Returns as Returns
from softql.tabular.solve import Solution as Solution
from softql.tabular.solve import evaluate_policy as evaluate_policy
from softql.tabular.solve import optimal_policy as optimal_policy
from softql.tabular.solve import returns_of as returns_of
from softql.tabular.solve import soft_horizon as soft_horizon
from softql.tabular.solve import soft_policy_iteration as soft_policy_iteration
from softql.tabular.solve import soft_value_iteration as soft_value_iteration
