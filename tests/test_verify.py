"""`softql.verify` as a caller meets it: expected failures, limits, reports, and lines that re-run a failure."""

import json
import shlex
import threading
import time
from collections import deque
from copy import deepcopy
from html.parser import HTMLParser

import numpy as np
import pytest
import reference
from mutants import MUTANTS

import softql
from softql.laws import cases, clock, verify
from softql.laws.adapters import adapt, single_state_only
from softql.laws.html import typeset
from softql.laws.narrow import narrowed
from softql.laws.report import Counterexample


def mutant(name):
    return next(mutant for mutant in MUTANTS if mutant.name == name).implementation


MEAN = mutant("mean_for_sum")
VALUE = ["value_is_log_partition", "value_shift"]


# Expected failures


def test_expected_failures_are_expected():
    expected = {"value_is_log_partition": "a mean by design"}
    report = softql.verify(MEAN, VALUE, examples=30, expected_failures=expected)
    assert [result.status for result in report] == ["xfailed", "passed"]
    assert report.ok
    assert report.failures == ()
    assert "a mean by design" in str(report)
    assert str(report).endswith("1 passed, 0 failed, 0 skipped, 1 expected to fail")
    assert report.results[0].counterexample is not None


def test_expected_failures_are_strict():
    report = softql.verify(reference, VALUE, examples=5, expected_failures={"value_shift": "never seen"})
    assert [result.status for result in report] == ["passed", "xpassed"]
    assert not report.ok
    assert "holds, but was expected to fail: never seen" in str(report)
    with pytest.raises(softql.laws.LawBroken, match="never seen"):
        softql.verify(reference, VALUE, examples=5, expected_failures={"value_shift": "never seen"}, on_fail="raise")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"expected_failures": {"value_shfit": "typo"}}, "no law 'value_shfit'"),
        ({"expected_failures": {"value_shift": " "}}, "say why value_shift"),
        ({"time_limit": 0}, "time_limit is a positive number"),
        ({"case": "{"}, "not the input of a law"),
        ({"case": '{"q": [1]}'}, "not the input of a law"),
    ],
)
def test_wrong_requests_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        softql.verify(reference, VALUE, **options)


# Code that hangs, prints, writes into its input


def test_a_function_that_hangs_is_stopped_once():
    def spins(q, alpha, log_w=None):
        while True:
            pass

    began = time.monotonic()
    report = softql.verify({"soft_value": spins}, VALUE, examples=5, time_limit=0.2)
    assert time.monotonic() - began < 5
    assert [result.status for result in report] == ["failed", "failed"]
    assert "no answer within 0.2 s" in str(report)
    assert "soft_value gave no answer in value_is_log_partition: not called again" in str(report)


def test_a_function_that_sleeps_is_stopped():
    report = softql.verify({"energy": lambda q, alpha: time.sleep(60)}, ["energy_is_minus_q"], time_limit=0.2)
    assert "no answer within" in str(report)


def test_slow_code_is_no_finding():
    def slow(q, alpha, log_w=None):
        time.sleep(0.02)
        return reference.soft_value(q, alpha, log_w)

    (result,) = softql.verify({"soft_value": slow}, ["value_is_log_partition"], time_limit=0.3)
    assert result.status == "passed"
    assert 0 < result.examples < 100
    assert "stopped after 0.3 s" in str(result)


def test_the_limit_holds_in_any_thread_and_leaves_other_timers_alone():
    caught = []

    def work():
        try:
            with clock.limit(0.05):
                while True:
                    pass
        except clock.TimeUp:
            caught.append(True)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join(10)
    assert caught == [True]
    import signal

    rang = []
    before = signal.signal(signal.SIGALRM, lambda *_: rang.append(True))
    signal.setitimer(signal.ITIMER_REAL, 0.2)
    with clock.limit(5):
        pass
    time.sleep(0.4)
    signal.signal(signal.SIGALRM, before)
    assert rang == [True]


def test_what_it_prints_and_spoils_is_noted(capsys):
    def loud(q, alpha, log_w=None):
        print("computing V", q)
        value = reference.soft_value(q, alpha, log_w)
        q[...] = 0
        return value

    (result,) = softql.verify({"soft_value": loud}, ["value_shift"], examples=20)
    assert result.status == "passed"
    assert capsys.readouterr().out == ""
    assert result.notes[0].startswith(("prints: computing V", "soft_value writes"))
    assert "soft_value writes into its arguments" in result.notes
    assert sum(note.startswith("prints: ") for note in result.notes) == 1  # of all that it prints, the first line


class Thing:
    """A state that is an object, as torch's modules are: its parts are found by its attributes."""

    def __init__(self, seed):
        self.w, self.rng, self.memory = np.zeros(3), np.random.default_rng(seed), deque(maxlen=2)
        self.itself, self.function = self, len

    def moved(self):
        """Changed in place."""
        self.w += self.rng.normal(size=3)
        self.memory.append((self.w.copy(), 1.0))
        return self


def test_agents_whose_state_is_an_object_are_looked_into():
    """A state that is changed in place equals itself: only what it holds shows the change."""
    mine = {"agent_init": Thing, "agent_step": Thing.moved, "agent_restore": lambda thing: thing}
    report = softql.verify(mine, ["agent"], examples=1)
    said = {result.law.name: result.reason for result in report.failures}
    assert "changed its input" in said["step_does_not_mutate"]
    assert "memory.0.0 is nothing after init" in said["step_keeps_the_tree"]
    assert "the resumed run differs" in said["resumed_is_uninterrupted"]  # what shares its arrays is not restored
    mine["agent_step"] = lambda thing: deepcopy(thing).moved()
    report = softql.verify(mine, ["agent"], examples=1)
    assert [result.law.name for result in report.failures] == ["step_keeps_the_tree"]  # the deque that fills up


def test_a_state_that_cannot_be_looked_into_is_no_state():
    class Closed:
        __slots__ = ("w",)

    (result,) = softql.verify({"agent_init": lambda seed: [Closed()]}, ["init_repeats"])
    assert result.reason.startswith("0 is a Closed, which the laws can't look into")


def test_sys_exit_is_a_finding():
    report = softql.verify({"energy": lambda q, alpha: exit(3)}, ["energy_is_minus_q"])
    assert "raised SystemExit: 3" in str(report)


# Reproduction


@pytest.mark.parametrize("name", ["mean_for_sum", "estimate_sums", "reward_discounted"])
def test_the_line_in_the_report_shows_the_same_failure(name):
    """The line of Python is run as it stands, for every law that the mutant breaks."""
    implementation = mutant(name)
    laws = next(mutant for mutant in MUTANTS if mutant.name == name).caught_by
    for first in softql.verify(implementation, laws, examples=200):
        again = eval(first.reproduction, {"softql": softql, "implementation": implementation}).results[0]
        assert (again.status, again.examples) == ("failed", 1)
        assert str(again.counterexample) == str(first.counterexample)
        assert again.worst == first.worst


def test_the_inputs_of_every_law_can_be_written_down():
    """So every failure gets a line with its input in it: each law is broken by functions that raise."""
    raising = dict.fromkeys({name for law in softql.laws.LAWS for name in law.needs}, lambda *_: 1 / 0)
    for result in softql.verify(raising, examples=1, shrink=False):
        assert "case=" in result.reproduction, result.law.name


def test_inputs_survive_the_line():
    case = {
        "q": np.array([[0.1, -np.inf], [np.nan, 3e38]], np.float32),
        "alpha": np.float64(1e-300),
        "log_w": None,
        "a": 2,
        "state": (1, 0),
        "cut": np.array([True, False]),
        "action": np.int32(1),
    }
    back = cases.decode(cases.encode(case))
    assert list(back) == list(case)
    for name, value in case.items():
        np.testing.assert_array_equal(back[name], value)
        assert type(back[name]) is type(value)
        assert getattr(back[name], "dtype", None) == getattr(value, "dtype", None)
    with pytest.raises(TypeError, match="no way to write down a set"):
        cases.encode({"x": {1}})


# Reports


class Checked(HTMLParser):
    """Tags balance, and nothing is fetched."""

    def __init__(self):
        super().__init__()
        self.open, self.seen = [], set()

    def handle_starttag(self, tag, attrs):
        assert not {name for name, _ in attrs} & {"src", "href"}
        self.seen.add(tag)
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


@pytest.fixture(scope="module")
def report():
    return softql.verify(
        {**MEAN, "energy": None}, ["value", "energy_is_minus_q"], examples=30, command="softql verify m:mean",
        expected_failures={"mellowmax_is_value_minus_log_count": "<V & mm>"}
    )  # fmt: skip


def test_a_counterexample_shows_what_was_asked():
    """Arguments that the law made are written out, inputs go by name; a call that raised gave no answer."""

    def greedy(q, alpha, log_w=None):
        return q.max(-1) ** 2

    def picky(q, alpha, log_w=None):
        if (q > 1).any():
            raise ValueError("too hot")
        return reference.soft_value(q, alpha, log_w)

    case = cases.encode({"q": np.float32([1, 0]), "alpha": np.float32(1), "log_w": None, "c": np.float32(2)})
    shown = {}
    for name, function in (("greedy", greedy), ("picky", picky)):
        (result,) = softql.verify({"soft_value": function}, ["value_shift"], case=case)
        shown[name] = str(result)
        calls = json.loads(softql.verify({"soft_value": function}, ["value_shift"], case=case).to_json())
        assert all(call in shown[name] for call in calls["results"][0]["counterexample"]["calls"])
    assert "soft_value([3., 2.], alpha) = 9." in shown["greedy"]
    assert "soft_value(q, alpha) = 1." in shown["greedy"]
    assert "soft_value([3., 2.], alpha) no answer" in shown["picky"]


def test_json_is_for_programs(report):
    read = json.loads(report.to_json(), parse_constant=lambda name: pytest.fail(f"{name} is not JSON"))
    assert read["ok"] is False
    assert read["counts"] == report.counts
    first = read["results"][0]
    assert first["law"] == "value_is_log_partition"
    assert first["counterexample"]["right"] == pytest.approx(np.log(2))
    assert first["reproduction"].startswith(
        "softql verify m:mean --law value_is_log_partition --dtype float32 --case '"
    )
    words = shlex.split(first["reproduction"])
    assert cases.decode(words[-1])["q"].tolist() == [0, 0]
    assert {result["status"] for result in read["results"]} >= {"passed", "failed", "skipped", "xfailed"}


def test_html_stands_alone(report):
    page = report.to_html("my_module:mean")
    checked = Checked()
    checked.feed(page)
    assert checked.open == []
    assert {"table", "style", "sub", "i"} <= checked.seen
    assert "http" not in page
    for part in ("my_module:mean", "q", "[0., 0.] float32", "left", "right", "ulp", "&lt;V &amp; mm&gt;"):
        assert part in page
    assert "<i>V</i> = <i>α</i> log <i>Z</i>" in page


@pytest.mark.parametrize(
    ("plain", "typed"),
    [
        ("γ^t", "<i>γ</i><sup><i>t</i></sup>"),
        ("Σ_{t≥1} r_t", "Σ<sub><i>t</i>≥1</sub> <i>r</i><sub><i>t</i></sub>"),
        ("T^{π_Q} Q", "<i>T</i><sup><i>π</i><sub><i>Q</i></sub></sup> <i>Q</i>"),
        ("λ^(n-1)", "<i>λ</i><sup>(<i>n</i>-1)</sup>"),
        ("a state's V", "a state's <i>V</i>"),
        ("Q^π' - Q*_0", "<i>Q</i><sup><i>π</i>'</sup> − <i>Q</i><sup>*</sup><sub>0</sub>"),
        ("Σ_s' P", "Σ<sub><i>s</i>'</sub> <i>P</i>"),
        ("Σ_s,a d(s,a)", "Σ<sub><i>s</i>,<i>a</i></sub> <i>d</i>(<i>s</i>,<i>a</i>)"),
        ("|Q - Q*| &lt;= error_bound", "|<i>Q</i> − <i>Q</i><sup>*</sup>| ≤ error_bound"),
        ("T^πQ", "<i>T</i><sup><i>π</i></sup><i>Q</i>"),
        ("Q &lt;= -∞", "<i>Q</i> ≤ −∞"),
        ("kQ / √(2ε)", "<i>kQ</i> / √(2<i>ε</i>)"),
    ],
)
def test_equations_are_typeset(plain, typed):
    assert typeset(plain) == typed


def test_colour_is_optional(report):
    from softql.laws import text

    assert "\x1b[1;31mfailed \x1b[0m value_is_log_partition" in text.report(report, colour=True)
    assert "\x1b" not in str(report)


def test_progress_is_told():
    heard = []
    softql.verify(
        reference,
        VALUE,
        examples=2,
        progress=lambda law, result, i, n: heard.append((law.name, result and result.status, i, n)),
    )
    assert heard == [
        (VALUE[0], None, 1, 2),
        (VALUE[0], "passed", 1, 2),
        (VALUE[1], None, 2, 2),
        (VALUE[1], "passed", 2, 2),
    ]


def test_code_of_one_state_that_meets_a_batch_is_told_what_helps():
    mine = {"soft_value": lambda q, alpha: alpha * np.log(np.sum(np.exp(q / alpha), axis=-1))}
    found = verify(mine, ["value_by_state"], examples=10).results[0]
    assert "--single-state-only" in found.reason
    held = verify(adapt(mine, single_state_only), ["value_permutation"], examples=20)
    assert held.ok
    assert held.results[0].status == "passed"


@pytest.mark.parametrize("answer", [np.zeros(7), np.zeros((2, 3, 4, 5)), np.zeros(0), np.array(np.nan), np.array(1j)])
def test_answers_of_a_wrong_kind_are_one_line_each(answer):
    """Whatever shape comes back, NaN or complex: every law reports, none raises."""
    everything = {name: lambda *_: answer for law in softql.laws.LAWS for name in law.needs if not law.whole}
    report = verify(everything, examples=3, shrink=False)
    assert report.failures
    assert all("\n" not in result.reason for result in report.failures)


@pytest.mark.parametrize("kind", ["base", "mute", "property"])
def test_odd_exceptions_are_findings(kind):
    class Base(BaseException):
        pass

    class Mute(ValueError):
        def __str__(self):
            raise ValueError

    class Mine:
        @property
        def soft_value(self):
            if kind == "property":
                raise RuntimeError("fit first")
            return self.answer

        def answer(self, q, alpha):
            raise Base("gone") if kind == "base" else Mute

    found = verify(Mine(), ["value_shift"]).results[0]
    assert found.status == "failed"
    assert {"base": "Base: gone", "mute": "cannot be printed", "property": "fit first"}[kind] in found.reason


def test_answers_that_vary_are_noted():
    rng = np.random.default_rng(0)
    mine = {"soft_value": lambda q, alpha, log_w=None: np.asarray(q.max(-1) + 1 + rng.random())}
    found = verify(mine, ["value_is_log_partition"], shrink=False).results[0]
    assert "the same input gives different answers" in (*found.notes, found.reason)


def test_returns_without_truncation_meet_the_laws():
    """A function without the last argument is held to paths that are not cut."""

    def forgets_the_entropy(reward, discount, next_v, log_pi, alpha, n):
        return np.asarray(softql.soft_n_step_returns(reward, discount, next_v, 0 * log_pi, alpha, int(n)))

    found = verify({"soft_n_step_returns": forgets_the_entropy}, ["n_step_return_is_definition"]).results[0]
    assert found.status == "failed"
    assert found.counterexample.reason == ""


def test_one_alpha_for_a_batch():
    """Discrete SAC as torch users write it: a number alpha, the actions on axis 1."""
    from softql.laws.adapters import batched_only, one_alpha

    def soft_value(q, alpha):
        assert np.ndim(alpha) == 0
        x = q / alpha
        top = x.max(axis=1)
        return alpha * (top + np.log(np.exp(x - top[:, None]).sum(axis=1)))

    report = verify(adapt({"soft_value": soft_value}, batched_only, one_alpha), examples=30)
    assert report.ok, report
    assert report.counts["passed"] >= 12


def test_a_limit_without_end_is_one():
    assert verify({"energy": lambda q, alpha: -q / alpha[..., None]}, ["energy_is_minus_q"], time_limit=np.inf).ok


def test_print_leaves_out_what_was_not_there():
    report = str(verify({"energy": lambda q, alpha: -q / alpha[..., None]}, examples=5))
    assert "skipped for want of" in report
    assert len(report.splitlines()) < 8


SHAPES = {"kept": lambda x: x[..., None], "added": lambda x: x[None], "flattened": np.ravel, "summed": np.sum}


@pytest.mark.parametrize("kind", SHAPES)
def test_a_wrong_shape_is_said_in_words(kind):
    def wrong(q, alpha, log_w=None):
        return SHAPES[kind](np.asarray(reference.soft_value(q, alpha, log_w)))

    report = softql.verify({"soft_value": wrong}, ["value_is_log_partition", "value_shift", "value_monotone"])
    assert [result.law.name for result in report if "shape" not in result.reason] == []


def wide(**inputs):
    q = np.array([[0, 0, 0, 0, 5, 0], [0, 0, 0, 0, 0, 0]], np.float32)
    return Counterexample({"q": q, "alpha": np.ones(2, np.float32), **inputs}, 0.0, 1.0, 9.0, "")


def fails_where_five(case):
    """One action is to blame; alpha, one a state, must stay as it is."""
    assert case["alpha"].shape == case["q"].shape[:-1] == (2,)
    return Counterexample(case, 0.0, 1.0, 9.0, "") if 5 in case["q"] else None


def test_actions_that_have_no_part_in_a_failure_are_left_out():
    log_w = np.array([-np.inf, 0, 0, 0, 0, 0], np.float32)
    found = narrowed(wide(log_w=log_w, c=np.float32(1)), fails_where_five)
    np.testing.assert_array_equal(found.inputs["q"], [[5], [0]])
    np.testing.assert_array_equal(found.inputs["log_w"], [0])


def test_a_state_keeps_an_action_that_exists():
    log_w = np.array([-np.inf, -np.inf, 0, -np.inf, -np.inf, -np.inf], np.float32)
    found = narrowed(wide(log_w=log_w), fails_where_five)
    np.testing.assert_array_equal(found.inputs["q"], [[0, 5], [0, 0]])
    np.testing.assert_array_equal(found.inputs["log_w"], [0, -np.inf])


def test_a_policy_loses_no_action():
    """It would no longer sum to one."""
    found = wide(log_pi=np.full((2, 6), -np.log(6), np.float32))
    assert narrowed(found, fails_where_five) is found
