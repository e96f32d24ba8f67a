"""The laws bite: every mutant is caught by the laws it names, and every law catches a mutant.

And what a bite looks like: a small counterexample, both sides, one clear line for code that does not answer.
"""

from __future__ import annotations

import types

import numpy as np
import pytest
import reference
from mutants import MUTANTS, Mutant
from mutants.core import FUNCTIONS

from softql import laws

STEMS = {
    *("value", "policy", "backup", "returns", "estimator", "temperature", "tabular", "equivalences"),
    *("solver", "sampler", "continuous", "replay", "agent"),
}
EXAMPLES = 300
"""Far more than any named law needs: each was seen to catch its mutant within 40 or so."""


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_mutant_is_caught_by_the_laws_it_names(mutant: Mutant):
    report = laws.verify(
        mutant.implementation, mutant.caught_by, examples=EXAMPLES, dtype=np.float64, shrink=False
    )
    assert {result.law.name for result in report.failures} == set(mutant.caught_by), mutant.story


def test_every_law_catches_a_mutant():
    named = {name for mutant in MUTANTS for name in mutant.caught_by}
    assert {law.name for law in laws.LAWS} == named


def test_every_function_has_a_mutant():
    needed = {name for law in laws.LAWS for name in law.needs}
    assert {mutant.function for mutant in MUTANTS} == needed


def test_mutants_have_their_own_names_and_a_story():
    assert len({mutant.name for mutant in MUTANTS}) == len(MUTANTS)
    assert all(mutant.story.endswith(".") for mutant in MUTANTS)


def test_there_are_enough():
    assert len(MUTANTS) >= 150
    assert len(laws.LAWS) >= 110


def test_laws_are_complete_data():
    for law in laws.LAWS:
        assert law.equation.endswith("."), law.name
        assert law.tags or law.stem == "agent", law.name  # the laws of agents are about code, not about an equation
        assert all(tag.startswith("[") and tag.endswith("]") for tag in law.tags), law.name
        assert law.needs, law.name
        assert law.stem in STEMS, law.name
        assert law.false_alarm <= 1e-9, law.name
    assert len({law.name for law in laws.LAWS}) == len(laws.LAWS)


# What a failure looks like


def one_failure(implementation, law, **options):
    (result,) = laws.verify(implementation, [law], **options)
    assert result.status == "failed"
    assert result.counterexample is not None
    return result


def broken(function: str, bug):
    return {**FUNCTIONS, function: bug}


def test_counterexample_is_shrunk_and_shows_both_sides():
    """A mean for a sum needs two actions to show, and shrinking finds the simplest two."""
    mutant = next(mutant for mutant in MUTANTS if mutant.name == "mean_for_sum")
    result = one_failure(mutant.implementation, "value_is_log_partition", dtype=np.float64)
    found = result.counterexample
    assert found.inputs["q"].tolist() == [0, 0]
    assert found.inputs["alpha"] == 1
    assert found.left == 0
    assert found.right == pytest.approx(np.log(2))
    assert found.ulp == result.worst > result.law.limit
    assert "V = α log Z" in str(result)
    assert "[H17 Eq. 5]" in str(result)
    assert "q = [0., 0.] float64" in str(result)


def test_ulp_is_counted_in_the_dtype_of_the_answer():
    """An error of 1e-5 is many ulp in float32 and none in float16."""

    def value_in(dtype):
        return broken("soft_value", lambda *given: (reference.soft_value(*given) + 1e-5).astype(dtype))

    one_failure(value_in(np.float32), "value_is_log_partition")
    assert laws.verify(value_in(np.float16), ["value_shift"], examples=20).results[0].worst < 8


def test_missing_functions_are_skipped_with_a_reason():
    only_value = types.SimpleNamespace(soft_value=reference.soft_value)
    report = laws.verify(only_value, ["value_is_log_partition", "value_splits"], examples=5)
    assert [result.status for result in report] == ["passed", "skipped"]
    assert report.results[1].reason == "no function boltzmann_policy, boltzmann_entropy"
    assert report.ok
    assert "1 passed, 0 failed, 1 skipped" in str(report)
    assert not laws.verify(object(), ["value"], examples=5).ok  # nothing was checked


def raises(*arguments):
    raise RuntimeError("out of cheese")


async def later(q, alpha, log_w=None):
    return q.max(-1)


def one_by_one(q, alpha, log_w=None):
    yield from q


@pytest.mark.parametrize(
    ("bug", "line"),
    [
        (raises, "raised RuntimeError: out of cheese"),
        (lambda q, alpha, log_w=None: np.zeros((7,)), "the left side has shape (7,), the right side ()"),
        (
            lambda q, alpha, log_w=None: None,
            "raised TypeError: soft_value returned no array of numbers: array(None, ",
        ),
        (later, "raised TypeError: an async function"),
        (one_by_one, "raised TypeError: a generator function"),
        (lambda q: np.zeros(q.shape[:-1]), "raised TypeError"),
        (lambda q, alpha, log_w=None: np.full(q.shape[:-1], np.nan), "left  nan"),
    ],
    ids=["raises", "wrong shape", "returns nothing", "is async", "yields", "takes too few arguments", "returns NaN"],
)
def test_code_that_does_not_answer_gets_one_clear_line(bug, line):
    result = one_failure(broken("soft_value", bug), "value_is_log_partition", dtype=np.float64)
    assert line in str(result)


@pytest.mark.parametrize("adapter", [laws.adapters.alpha_in_reward, laws.adapters.single_state_only])
def test_adapters_too_say_that_a_function_is_async(adapter):
    async def energy(q, alpha=1):
        return -q

    result = one_failure(laws.adapt({"energy": energy}, adapter), "energy_is_minus_q")
    assert result.counterexample.reason == "raised TypeError: an async function: give the laws one that answers at once"


def test_what_differs_by_its_place_in_memory_is_no_other_answer():
    result = one_failure(broken("soft_value", lambda q, alpha, log_w=None: {"v": lambda: 1}), "value_shift")
    assert "0x" not in str(result)
    assert result.notes == ()


def test_an_implementation_may_write_into_its_input():
    def spoils_its_input(q, alpha, log_w=None):
        value = reference.soft_value(q, alpha, log_w)
        q[...] = np.nan
        return value

    assert laws.verify(broken("soft_value", spoils_its_input), ["value_shift"], examples=20).ok


def test_an_implementation_that_rolls_dice_is_said_to():
    rng = np.random.default_rng(0)

    def noisy(q, alpha, log_w=None):
        return reference.soft_value(q, alpha, log_w) + rng.integers(2)

    result = one_failure(broken("soft_value", noisy), "value_is_log_partition")
    assert result.counterexample.ulp > result.law.limit


def test_a_seed_repeats_a_run():
    first, second = (str(laws.verify(reference, ["backup"], examples=20, seed=3)) for _ in range(2))
    assert first == second
    assert first != str(laws.verify(reference, ["backup"], examples=20, seed=4))


def test_the_first_failure_may_raise():
    mutant = next(mutant for mutant in MUTANTS if mutant.name == "hard_maximum")
    with pytest.raises(laws.LawBroken, match="value_is_log_partition") as caught:
        laws.verify(mutant.implementation, on_fail="raise", examples=20, dtype=np.float64)
    assert len(caught.value.results) == 1


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"laws": ["value_shfit"]}, "no law and no stem 'value_shfit'"),
        ({"examples": 0}, "examples is a positive number, not 0"),
        ({"dtype": np.float16}, "dtype is float32 or float64, not float16"),
        ({"on_fail": "explode"}, 'on_fail is "report" or "raise", not \'explode\''),
    ],
    ids=lambda x: "" if isinstance(x, str) else next(iter(x)),
)
def test_wrong_requests_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        laws.verify(reference, **options)
