"""Adapters: code with other conventions is right under its adapter, wrong without it, and bugs are still seen."""

import os
import types

import numpy as np
import pytest
import reference
from mutants.core import FUNCTIONS
from reference import log_sum_exp

import softql
from softql.laws import adapt, adapters, cases
from softql.laws.signatures import SIGNATURES, WHOLE

EXAMPLES = int(os.environ.get("SOFTQL_LAW_EXAMPLES", "3"))
FORMULAS = ("value", "policy", "backup", "returns", "estimator", "temperature", "tabular", "equivalences")
EVERY = (*FORMULAS, "solver", "sampler", "replay")


def names_of(function):
    return SIGNATURES[function]


def everything(wrap):
    """Every function of the reference under another convention."""
    return {name: wrap(name, function) for name, function in FUNCTIONS.items() if name in SIGNATURES}


def of_beta(name, function):
    def call(*values):
        given = list(values)
        if "alpha" in names_of(name):
            place = names_of(name).index("alpha")
            given[place] = (1 / np.asarray(given[place])).astype(np.float32)[()]
        return function(*given)

    return call


def at_temperature_one(name, function):
    """No alpha at all."""
    if "alpha" not in names_of(name):
        return function
    place = names_of(name).index("alpha")

    def call(*values):
        return function(*values[:place], np.float32(1), *values[place:])

    return call


def without_alpha(implementation):
    """For the adapter, which leaves the argument out."""
    return {
        name: tuple(a for a in names_of(name) if a != "alpha") for name in implementation if "alpha" in names_of(name)
    }


def with_masks(name, function):
    def call(*values):
        if "log_w" in names_of(name) and len(values) == len(names_of(name)):
            mask = values[-1]
            assert mask.dtype == bool
            values = (*values[:-1], np.where(mask, 0, -np.inf).astype(np.float32))
        return function(*values)

    return call


def of_probabilities(name, function):
    """Takes w pi; knows no log pi."""
    policies = [i for i, a in enumerate(names_of(name)) if a.endswith(("log_pi", "log_p", "log_q", "log_prior"))]

    def call(*values):
        given = list(values)
        measured = names_of(name)[-1] == "log_w" and len(given) == len(names_of(name))
        for i in policies:
            assert np.all(given[i] >= 0)
            with np.errstate(divide="ignore", invalid="ignore"):
                weight = np.broadcast_to(given[-1], given[i].shape) if measured else np.zeros_like(given[i])
                log_pi = np.where(weight == -np.inf, -np.inf, np.log(given[i]) - weight)
            given[i] = log_pi.astype(given[i].dtype)
        answer = function(*given)
        return (
            reference.probabilities(np.log(answer), given[-1] if measured else None)
            if name == "boltzmann_policy"
            else answer
        )

    return call


def normalised(name, function):
    """Divides every measure by its sum first."""
    if names_of(name)[-1] != "log_w":
        return function

    def call(*values):
        table = next((x for x, a in zip(values, names_of(name)) if a.endswith(("q", "log_pi", "log_p"))), None)
        if table is None:  # a maximum
            return function(*values)
        log_w = values[-1] if len(values) == len(names_of(name)) else np.zeros_like(table)
        mass = log_sum_exp(np.broadcast_to(log_w, table.shape))
        even = log_w - np.where(np.isneginf(mass), 0, mass)[..., None]
        return function(*values[: len(names_of(name)) - 1], even.astype(table.dtype))

    return call


def one_batch_axis(name, function):
    if name in WHOLE:
        return function

    def call(*values):
        for value, argument in zip(values, names_of(name)):
            shape = adapters.SHAPES[argument]
            assert shape in adapters.SHARED or value is None or value.ndim == (1 if shape in ("state", "alpha") else 2)
        return function(*values)

    return call


def one_state(name, function):
    if name in WHOLE:
        return function

    def call(*values):
        for value, argument in zip(values, names_of(name)):
            shape = adapters.SHAPES[argument]
            axes = 0 if shape in ("state", "alpha") else 1
            assert shape in adapters.SHARED or value is None or np.ndim(value) == axes
        return function(*values)

    return call


class Foreign:
    """Another library's array: no NumPy function takes it, and it hides its numbers until asked."""

    def __init__(self, x):
        self.x = x

    def detach(self):
        return self

    def cpu(self):
        return self.x


def of_foreign(name, function):
    def call(*values):
        assert all(isinstance(value, (Foreign, int)) or value is None for value in values)
        answer = function(*(value.x if isinstance(value, Foreign) else value for value in values))
        return tuple(map(Foreign, answer)) if isinstance(answer, tuple) else Foreign(answer)

    return call


KINDS = {
    "inverse_temperature": (of_beta, [adapters.inverse_temperature]),
    "boolean_masks": (with_masks, [adapters.boolean_masks]),
    "probabilities": (of_probabilities, [adapters.probabilities]),
    "normalised_measure": (normalised, [adapters.normalised_measure]),
    "batched_only": (one_batch_axis, [adapters.batched_only]),
    "single_state_only": (one_state, [adapters.single_state_only]),
    "arrays": (of_foreign, [adapters.arrays(Foreign)]),
}


@pytest.mark.parametrize("kind", KINDS)
def test_right_code_is_right_under_its_adapter(kind):
    wrap, chain = KINDS[kind]
    theirs = everything(wrap)
    report = softql.verify(adapt(theirs, *chain), EVERY, examples=EXAMPLES)
    assert report.ok, "\n".join(map(str, report.failures))
    skipped = {result.law.name for result in report if result.status == "skipped"}
    weighted = {"value_weight_shift", "log_policy_weight_shift", "value_duplicate", "log_policy_duplicate"}
    summed = {f for f in WHOLE if {"alpha", "log_w"} <= set(names_of(f))}  # over time: log W of later states adds up
    later = {law.name for law in softql.laws.LAWS if summed & set(law.needs)}
    assert skipped <= {"boolean_masks": weighted, "normalised_measure": later}.get(kind, set())


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_code_is_wrong_without_it(kind):
    some = ["value_is_log_partition", "policy_normalised", "entropy_is_expected_surprise", "policy_value_splits"]
    assert not softql.verify(everything(KINDS[kind][0]), some, examples=25, shrink=False).ok


@pytest.mark.parametrize("kind", KINDS)
def test_a_bug_is_seen_through_it(kind):
    def mean(q, alpha, log_w=None):
        return reference.soft_value(q, alpha, log_w) - alpha * np.log(q.shape[-1]).astype(q.dtype)

    wrap, chain = KINDS[kind]
    theirs = {**everything(wrap), "soft_value": wrap("soft_value", mean)}
    (result,) = softql.verify(adapt(theirs, *chain), ["value_is_log_partition"], examples=100)
    assert result.status == "failed"
    assert result.counterexample.inputs["q"].shape[-1] <= 3


def test_alpha_folded_into_the_reward():
    theirs = everything(at_temperature_one)
    order = {name: " ".join(left) for name, left in without_alpha(theirs).items()}
    report = softql.verify(adapt(theirs, adapters.alpha_in_reward, arguments=order), EVERY, examples=12)
    assert report.ok, "\n".join(map(str, report.failures))
    skipped = [result.law.needs for result in report if result.status == "skipped"]
    assert skipped == [("dual_step",), ("linear_dual_step",)]

    def twice(q, log_w=None):
        return 2 * reference.soft_value(q, np.float32(1), log_w)

    wrong = adapt({"soft_value": twice}, adapters.alpha_in_reward, arguments={"soft_value": "q log_w"})
    assert not softql.verify(wrong, ["value_is_log_partition"], examples=12).ok


def test_names_and_orders():
    theirs = types.SimpleNamespace(lse=lambda alpha, q: reference.soft_value(q, alpha))
    mine = adapt(theirs, rename={"soft_value": "lse"}, arguments={"soft_value": "alpha, q"})
    report = softql.verify(mine, ["value"], examples=12)
    assert report.ok
    by_name = {result.law.name: result for result in report}
    assert by_name["value_shift"].status == "passed"
    assert by_name["value_ignores_masked"].status == "skipped"  # every input has a measure, and lse takes none
    assert list(mine) == ["soft_value"]
    assert len(mine) == 1


def test_functions_without_a_measure_are_held_to_counting():
    """Without any adapter: what a function visibly does not take is not put to it, and that is said."""
    report = softql.verify({"soft_value": lambda q, alpha: reference.soft_value(q, alpha)}, ["value"], examples=12)
    assert report.ok
    shift, ignores = (next(r for r in report if r.law.name == n) for n in ("value_shift", "value_ignores_masked"))
    assert shift.notes == ("soft_value takes no log_w: such inputs were passed over",)
    assert ignores.reason == "soft_value takes no log_w"


def test_adapters_compose():
    """beta first, then one state at a time, on arrays of another kind."""

    def lse(beta, mask, x):
        assert isinstance(x, Foreign)
        assert np.ndim(x.x) == 1
        log_w = None if mask is None else np.where(mask.x, 0, -np.inf).astype(np.float32)
        return Foreign(reference.soft_value(x.x, 1 / beta.x, log_w))

    chain = (
        adapters.inverse_temperature,
        adapters.boolean_masks,
        adapters.single_state_only,
        adapters.arrays(Foreign),
    )
    theirs = adapt({"lse": lse}, *chain, rename={"soft_value": "lse"}, arguments={"soft_value": "alpha log_w q"})
    report = softql.verify(theirs, ["value"], examples=12)
    assert report.ok, str(report)
    assert report.counts["passed"] >= 15


def test_functions_that_adapters_do_not_know_are_passed_on():
    odd = object()
    assert adapt({"something_else": odd}, adapters.boolean_masks).get("something_else") is odd
    assert adapt({}).get("soft_value") is None


@pytest.mark.parametrize(
    ("order", "message"),
    [({"soft_valu": "q"}, "the laws need no function 'soft_valu'"), ({"soft_value": "q, beta"}, "no argument 'beta'")],
)
def test_wrong_orders_are_refused(order, message):
    with pytest.raises(ValueError, match=message):
        adapt({}, arguments=order)


def test_the_table_of_arguments_fits_the_functions():
    """Every function that takes arrays for a law has its arguments listed, in softql's own number and order."""
    import inspect

    for law in softql.laws.LAWS:
        for name in law.needs:
            if law.stem in EVERY and hasattr(softql, name):
                listed = SIGNATURES[name]
                taken = inspect.signature(getattr(softql, name)).parameters.values()
                theirs = [p.name for p in taken if p.kind is not p.KEYWORD_ONLY]
                assert len(listed) == len(theirs), name
                for one, other in zip(listed, theirs):
                    assert one.removeprefix("path_") == other or one in (
                        "gradient",
                        "taken",
                        "step",
                        "log_p",
                        "log_q",
                        "target_q",
                        "entropy_target",
                    ), name


UNDERFLOW = {
    "q": np.array([0.0, 0.0, -8000.0], np.float32),
    "alpha": np.float32(100),
    "log_w": np.array([-19.0, -19.0, -19.0], np.float32),
}


def divided_by_the_sum(q, alpha, log_w):
    """Chances: terms w exp(Q / alpha - max) over their sum, those below the smallest normal number flushed to 0."""
    x = q / np.asarray(alpha)[..., None]
    terms = np.exp(log_w) * np.exp(x - x.max(axis=-1, keepdims=True))
    terms[terms < np.finfo(np.float32).tiny] = 0
    return terms / terms.sum(axis=-1, keepdims=True)


def test_a_chance_that_its_dtype_does_not_hold_is_no_finding():
    """With w = exp(-19) the third chance, exp(-80), comes of a term exp(-99), which float32 does not hold."""
    case = cases.encode(UNDERFLOW)
    mine = adapt({"boltzmann_policy": divided_by_the_sum}, adapters.probabilities)
    assert softql.verify(mine, ["policy_is_boltzmann"], case=case).ok


@pytest.mark.parametrize("wrong", [1e-25, -1e-45, np.nan], ids=str)
def test_a_chance_that_its_dtype_holds_is_one(wrong):
    def off(q, alpha, log_w):
        chance = divided_by_the_sum(q, alpha, log_w)
        chance[..., 2] = wrong
        return chance

    mine = adapt({"boltzmann_policy": off}, adapters.probabilities)
    report = softql.verify(mine, ["policy_is_boltzmann", "policy_nonnegative"], case=cases.encode(UNDERFLOW))
    assert not report.ok


def in_place(q, alpha):
    """The textbook, with the maximum taken off in place."""
    top = q.max(-1)
    q -= top[..., None]
    return alpha * np.log(np.exp(q / alpha[..., None]).sum(-1)) + top


WRITES = {
    "nothing": [],
    "batched_only": [adapters.batched_only],
    "single_state_only": [adapters.single_state_only],
    "arrays": [adapters.arrays(np.array)],
    "normalised_measure": [adapters.normalised_measure],
    "several": [adapters.normalised_measure, adapters.batched_only, adapters.arrays(np.array)],
}


@pytest.mark.parametrize("kind", WRITES)
def test_what_is_spoiled_is_noted_though_an_adapter_copies(kind):
    mine = adapt({"soft_value": lambda q, alpha: in_place(q, np.asarray(alpha))}, *WRITES[kind])
    (result,) = softql.verify(mine, ["value_monotone"], examples=5, shrink=False)
    assert "soft_value writes into its arguments" in result.notes


@pytest.mark.parametrize("kind", WRITES)
def test_what_is_not_spoiled_is_not_noted(kind):
    mine = adapt({"soft_value": lambda q, alpha: in_place(q.copy(), np.asarray(alpha))}, *WRITES[kind])
    (result,) = softql.verify(mine, ["value_monotone"], examples=5, shrink=False)
    assert "soft_value writes into its arguments" not in result.notes


def test_a_solver_that_writes_into_the_world_is_noted():
    def spoils(transition, reward, discount, alpha, log_w=None):
        answer = reference.certified_q(transition, reward, discount, alpha, log_w)
        reward *= 0
        return answer

    for mine in ({"certified_q": spoils}, adapt({"certified_q": spoils}, adapters.arrays(np.array))):
        report = softql.verify(mine, ["solver"], examples=3)
        assert all("certified_q writes into its arguments" in result.notes for result in report)
