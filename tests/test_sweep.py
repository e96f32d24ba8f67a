"""`softql sweep` and `softql compare`: every lane is the run that it stands for, stopped or not; intervals."""

import csv
import io
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from outcomes import lines
from rich.console import Console

from softql import cli, comparison, finding, runs, sweep
from softql.drawing import DARK
from softql.grids import values
from softql.intervals import interval, iqm
from softql.train import compiled

OWN = f"{Path(__file__).parent / 'own.py'}"
ENV = ["--env", f"{OWN}:Corridor", "--network", f"{OWN}:linear"]
SMALL = ["--seeds", "2", "--envs", "4", "--rollout", "8", "--minibatches", "2", "--episodes", "3", "--steps", "512"]
SWEPT = [*ENV, *SMALL, "--alpha", "0.02:0.5:2log", "--learning-rate", "1e-2,1e-1", "--lanes", "3"]


def softql(*arguments):
    return cli.main([str(a) for a in arguments])


def outcome(folder):
    result = json.loads((folder / runs.RESULT).read_text())
    del result["seconds"]
    return (folder / runs.PARAMETERS).read_bytes(), lines(folder), result


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """Four combinations of two seeds in groups of three lanes, the last filled up with one copy."""
    out = tmp_path_factory.mktemp("sweep") / "whole"
    compiled.cache_clear()
    built = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sweep, "compiled", lambda *of: built.append(compiled(*of)) or built[-1])
        assert softql("sweep", *SWEPT, "--out", out) == 0
    assert built[0][1]._cache_size() == 1  # three groups, one program
    assert compiled.cache_info().misses == 1
    return out


def test_a_sweep_folder_holds_the_sweep(whole):
    config, result = (json.loads((whole / name).read_text()) for name in (runs.CONFIG, runs.RESULT))
    assert config["command"] == "sweep"
    assert config["sweep"] == {"alpha": [0.02, 0.5], "learning_rate": [0.01, 0.1]}
    assert config["lanes_at_once"] == 3
    assert sorted(path.name for path in whole.iterdir()) == sorted(
        [runs.CONFIG, runs.METRICS, runs.PARAMETERS, runs.RESULT, runs.SWEEP, runs.TABLE]
    )
    assert (whole / runs.SWEEP).read_bytes().startswith(b"\x89PNG")
    read = lines(whole)
    assert [line["lane"] for line in read[:3]] == ["0", "1", "2"]
    assert read[2] | {"seed": "0", "alpha": "0.02", "learning_rate": "0.1"} == read[2]
    assert len(read) == 8 * 16
    table = runs.read_lanes(whole)
    assert table["alpha"].shape == (8, 16)
    np.testing.assert_array_equal(table["env_steps"][:, -1], 512)
    np.testing.assert_array_equal(table["lane"][:, 0], np.arange(8))
    scores = np.array(result["greedy_returns"]).reshape(4, 2)
    np.testing.assert_allclose([c["iqm"] for c in result["combinations"]], scores.mean(-1))
    assert result["every_update_finite"] == [True] * 8
    with open(whole / runs.TABLE, newline="") as file:
        rows = [{name: float(x) for name, x in row.items()} for row in csv.DictReader(file)]
    assert [(row["alpha"], row["learning_rate"]) for row in rows] == [
        (0.02, 0.01),
        (0.02, 0.1),
        (0.5, 0.01),
        (0.5, 0.1),
    ]
    np.testing.assert_array_equal([[row["seed_0"], row["seed_1"]] for row in rows], scores)


def test_a_lane_is_the_run_that_it_stands_for(whole, tmp_path):
    """Combination 2 (alpha 0.5, rate 0.01) by `softql train`: counts exactly, floats to 1e-4 (see test_agents)."""
    out = tmp_path / "run"
    assert softql("train", *ENV, *SMALL, "--alpha", 0.5, "--learning-rate", 0.01, "--out", out) == 0
    one, many = runs.read_lanes(out), runs.read_lanes(whole)
    for name in ("env_steps", "episodes", "finite"):
        np.testing.assert_array_equal(many[name][4:6], one[name])
    for name in ("episode_return", "entropy", "loss", "q", "v"):
        np.testing.assert_allclose(many[name][4:6], one[name], rtol=1e-4, atol=1e-5)
    with np.load(out / runs.PARAMETERS) as a, np.load(whole / runs.PARAMETERS) as b:
        (name,) = (n for n in a.files if n.endswith("['q']"))
        np.testing.assert_allclose(b[name][4:6], a[name], rtol=1e-4, atol=1e-5)
        assert not np.allclose(b[name][2:4], a[name], rtol=1e-2)
    greedy = [json.loads((folder / runs.RESULT).read_text())["greedy_returns"] for folder in (out, whole)]
    assert greedy[0] == greedy[1][4:6]
    assert softql("compare", out, whole, "--out", tmp_path / "compared") == 0


@pytest.mark.parametrize("after", [(5, 30), (16, 17, 33)])  # saved states; 16 and 33 end a group
def test_a_stopped_sweep_ends_as_an_unbroken_one(whole, after, tmp_path, monkeypatch, capsys):
    class Stopped(BaseException):
        pass

    out, seen = tmp_path / "run", []

    class Saver(sweep.Saver):
        def due(self, now=False):
            return super().due(now=True)

        def __call__(self, state, chunks):
            seen.append(chunks)
            super().__call__(state, chunks)
            if len(seen) in after:
                raise Stopped

    monkeypatch.setattr(sweep, "Saver", Saver)
    with pytest.raises(Stopped):
        softql("sweep", *SWEPT, "--out", out)
    for _ in after[1:]:
        with pytest.raises(Stopped):
            softql("sweep", "--resume", out)
    assert "going on after" in capsys.readouterr().out
    if after[0] == 5:  # the newest state is damaged: the one before it is taken
        (out / runs.STATE).write_bytes(b"gone")
    assert softql("sweep", "--resume", out) == 0
    assert outcome(out) == outcome(whole)
    leftover = {runs.DAMAGED} if after[0] == 5 else set()
    assert {path.name for path in out.iterdir()} == {path.name for path in whole.iterdir()} | leftover


def test_a_sweep_whose_parameters_are_damaged_is_made_again(whole, tmp_path, capsys):
    out = tmp_path / "run"
    shutil.copytree(whole, out)
    (out / runs.PARAMETERS).write_bytes(b"damaged")
    assert softql("evaluate", out) == 2
    assert f"softql sweep --resume {out} makes it again" in capsys.readouterr().err
    assert softql("sweep", "--resume", out) == 0
    assert "the sweep, which was done, is made again" in capsys.readouterr().out
    assert outcome(out) == outcome(whole)


def test_what_cannot_go_on_is_said(whole, tmp_path, capsys):
    assert softql("sweep", "--resume", whole) == 0
    assert "nothing to go on with" in capsys.readouterr().out
    assert softql("sweep", "--resume", tmp_path) == 2
    assert softql("sweep", "--resume", whole, "--alpha", "1,2") == 2
    assert softql("sweep", *SWEPT, "--out", whole) == 2
    said = capsys.readouterr().err.splitlines()
    assert ["holds no sweep" in said[0], "leave out --alpha" in said[1], "already holds a run" in said[2]] == [True] * 3
    (tmp_path / runs.CONFIG).write_text((whole / runs.CONFIG).read_text())
    assert softql("train", "--resume", tmp_path) == 2
    assert f"holds a sweep: softql sweep --resume {tmp_path} goes on" in capsys.readouterr().err


def test_a_lane_that_diverges_leaves_the_others_alone(tmp_path, capsys):
    out = tmp_path / "run"
    three = ["--seeds", 3, "--lanes", 3]  # the width of the whole sweep: compiled already
    assert softql("sweep", *ENV, *SMALL, *three, "--learning-rate", "1e-2,3e38", "--out", out) == 0
    said = capsys.readouterr().out
    assert "3 of 6 lanes had updates that were not finite and were refused (lanes 3, 4, 5)" in said
    assert json.loads((out / runs.RESULT).read_text())["every_update_finite"] == [True] * 3 + [False] * 3
    with np.load(out / runs.PARAMETERS) as file:
        assert all(np.isfinite(file[name]).all() for name in file.files if name.endswith("['q']"))


def test_a_sweep_is_evaluated_lane_by_lane(whole, tmp_path, capsys):
    """Each lane at its own alpha: where alpha is small the sampled policy hardly differs from the greedy one."""
    assert softql("evaluate", whole, "--policy", "sampled", "--episodes", 4, "--json", tmp_path / "r.json") == 0
    found = json.loads((tmp_path / "r.json").read_text())
    np.testing.assert_allclose(found["alpha"], [0.02] * 4 + [0.5] * 4, rtol=1e-6)
    assert np.shape(found["returns"]) == (8, 4)
    assert "sampled policy, 2 seeds, 4 episodes each" in capsys.readouterr().out


def test_groups_fit_into_memory(whole, monkeypatch):
    config = json.loads((whole / runs.CONFIG).read_text())
    made = sweep.resumed(config, *finding.environment(config["environment"]))
    assert sweep.fitted(made, 3, sweep.needed(made)).width == 3
    assert 1e4 < sweep.needed(made) < sweep.memory()
    monkeypatch.setattr(sweep, "needed", lambda sized: 100 * sized.width + 50)
    widths = [sweep.fitted(made, most, free).width for most, free in ((None, 850), (None, 849), (6, 850), (None, 1))]
    assert widths == [8, 4, 4, 1]  # of eight lanes: at once, in equal halves, at most six, one by one


@pytest.mark.parametrize("done", [1, 2])
def test_a_part_of_a_sweep_is_told_and_drawn(whole, done, tmp_path):
    """Stopped with so many lanes done: a combination counts when every seed of it has ended."""
    config = json.loads((whole / runs.CONFIG).read_text())
    made = sweep.resumed(config, *finding.environment(config["environment"]))
    returns = np.full((8, 3), np.nan, np.float32)
    returns[:done] = 0.7
    log = Console(file=io.StringIO(), width=60)
    sweep.tell(log, made, returns)
    assert log.file.getvalue().count("0.7 to 0.7") == done // 2
    scores = returns.mean(-1).reshape(4, 2)
    drawn = comparison.sweep_picture(made.axes, scores, sweep.curves(made, whole), "part", DARK)
    drawn.savefig(tmp_path / "part.png")
    assert (tmp_path / "part.png").exists()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([], "nothing to sweep: give more than one value"),
        (["--alpha", "1"], "nothing to sweep"),
        (["--alpha", "1,-1"], "alpha = -1.0: it must be positive"),
        (["--gamma", "0.9,1"], "gamma = 1.0: it must be in [0, 1)"),
        (["--alpha-rate", "0,1"], "--alpha-rate means nothing in mode 'on_policy'"),
    ],
)
def test_mistakes_are_one_line_and_exit_2(arguments, says, tmp_path, capsys):
    assert softql("sweep", "CartPole-v1", *arguments, "--out", tmp_path / "run") == 2
    said = capsys.readouterr().err
    assert says in said
    assert said.count("\n") == 1
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--alpha", "0:1:5log"], "a logarithmic range starts above 0"),
        (["--alpha", "1:0.5:3"], "the range is empty"),
        (["--alpha", "1:2:0"], "the range is empty"),
        (["--alpha", "0.1:1"], "a range is lo:hi:n or lo:hi:nlog"),
        (["--alpha", "0.1,inf"], "'inf' is not a finite number"),
        (["--alpha", "0.1,0.1"], "0.1 comes twice"),
        (["--envs", "4,8"], "sets the size of the compiled program, so all lanes share one value"),
        (["--hidden", "8:64:2"], "sets the size of the compiled program"),
        (["--mode", "replay,on_policy"], "all lanes share one mode"),
        (["--alhpa", "1,2"], "did you mean --alpha"),
        (["--epsilon", "1,2"], "a sweep goes over --alpha, --alpha-rate"),
    ],
)
def test_argparse_refuses_with_the_reason(arguments, says, capsys):
    with pytest.raises(SystemExit) as end:
        softql("sweep", "CartPole-v1", *arguments)
    assert end.value.code == 2
    assert says in capsys.readouterr().err


def test_ranges():
    assert values("0.01:1:8log") == pytest.approx(np.geomspace(0.01, 1, 8), rel=1e-5)
    assert values("0.01:1:8log")[-1] == 1.0
    assert values("1e-4, 3e-4,0:1:3") == (1e-4, 3e-4, 0.0, 0.5, 1.0)


# compare -------------------------------------------------------------------------------------------------------------


def test_compare_tells_and_draws(whole, tmp_path, capsys):
    assert softql("compare", whole, whole, "--out", tmp_path) == 0
    assert "whole, alpha 0.02, learning_rate 0.1" in capsys.readouterr().out
    found = json.loads((tmp_path / "comparison.json").read_text())["runs"]
    assert len(found) == 4  # the same folder twice is once
    result = json.loads((whole / runs.RESULT).read_text())
    assert [run["iqm"] for run in found] == [c["iqm"] for c in result["combinations"]]
    for name in ("comparison.png", "comparison-dark.png"):
        assert (tmp_path / name).read_bytes().startswith(b"\x89PNG")
    with open(tmp_path / "comparison.csv", newline="") as file:
        assert [float(row["iqm"]) for row in csv.DictReader(file)] == [run["iqm"] for run in found]


def test_compare_refuses_what_cannot_be_compared(whole, tmp_path, capsys):
    config = json.loads((whole / runs.CONFIG).read_text())

    def other(name, **changed):
        (tmp_path / name).mkdir()
        (tmp_path / name / runs.CONFIG).write_text(json.dumps(config | changed))
        return tmp_path / name

    elsewhere = other("elsewhere", environment="CartPole-v1")
    longer = other("longer", environment_parameters={"max_steps_in_episode": 50})
    unfinished, foreign = other("unfinished"), tmp_path / "foreign"
    foreign.mkdir()
    (foreign / runs.CONFIG).write_text("[]")
    for folder, says in (
        (elsewhere, "of CartPole-v1: returns of different environments can't be compared"),
        (longer, "with different parameters: max_steps_in_episode is 12 and 50"),
        (unfinished, f"is not finished, so there is nothing to compare; softql sweep --resume {unfinished} goes on"),
        (tmp_path / "none", "holds no run"),
        (foreign, "is not that of a run"),
    ):
        assert softql("compare", whole, folder, "--out", tmp_path / "out") == 2
        said = capsys.readouterr().err
        assert says in said
        assert said.count("\n") == 1
    assert not (tmp_path / "out").exists()


# intervals -----------------------------------------------------------------------------------------------------------


def test_the_intervals_are_those_of_rliable():
    """rliable 1.2.0, 50,000 resamples: get_interval_estimates({"a": x}, aggregate_iqm) on the same scores."""
    rng = np.random.default_rng(0)
    for shape, point, ends in (
        ((8, 1), 1.19961648, (0.61841966, 2.436851)),
        ((5, 1), 1.60696032, (0.98401814, 2.83637658)),
        ((10, 4), 1.69179087, (1.35353442, 2.09494754)),
    ):
        found = interval(rng.gamma(2, size=shape), 50_000)
        assert found.iqm == pytest.approx(point, rel=1e-8)
        assert (found.low, found.high) == pytest.approx(ends, rel=2e-3)


def test_an_interval_of_a_curve_is_that_of_each_point():
    rng = np.random.default_rng(0)
    curve = rng.normal(size=(6, 2, 3))
    whole, one = interval(curve, 200), interval(curve[..., 1], 200)
    assert whole.iqm.shape == (3,)
    assert [x[1] for x in whole] == [x.item() for x in one]
    assert iqm(np.arange(10.0)) == np.arange(2, 8).mean()
    alone = interval(np.ones((1, 1)))
    assert alone.iqm == 1
    assert np.isnan(alone.low)
    with pytest.raises(ValueError, match=r"give \[runs, tasks\]"):
        interval(np.ones(3))
    with pytest.raises(ValueError, match="level = 2"):
        interval(np.ones((2, 1)), level=2)
