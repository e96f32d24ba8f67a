"""`softql train --resume`: a run that was stopped, however it was, ends with the bits of a run that was not.

Here with the two modes of Discrete actions. That a state of each continuous mode which went through a file goes on to
the same bits is a law of agents, held in test_continuous.
"""

import json
import os
import random
import shutil
import signal
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from forked import starter
from full import room
from outcomes import outcome

from softql import checkpoint, cli, finding, runs, session
from softql.train import train

SMALL = ["--seeds", "2", "--steps", "2048", "--envs", "4", "--hidden", "8", "--episodes", "2"]
MODES = {
    "on_policy": ["--rollout", "8", "--minibatches", "2"],
    "replay": ["--mode", "replay", "--rollout", "1", "--batch", "8", "--buffer", "64", "--warmup", "32"],
}
KILLS = 20


def softql(*arguments):
    return cli.main([str(a) for a in arguments])


def stopped(monkeypatch, after, *arguments):
    """A run whose machine stops after so many more chunks: no handler runs and nothing is tidied up."""

    class Stopped(BaseException):
        pass

    calls = iter(range(10_000))

    class Saver(session.Saver):
        def due(self, now=False):
            call = next(calls)
            if call == after:  # the chunk after has begun
                raise Stopped
            return super().due(now=call % 2 == 0)  # every other state is saved

    with monkeypatch.context() as patch:
        patch.setattr(session, "Saver", Saver)
        with pytest.raises(Stopped):
            softql(*arguments)


@pytest.fixture(scope="module", params=MODES)
def mode(request, tmp_path_factory):
    """The arguments of a run, and the folder of the same run unbroken."""
    whole = tmp_path_factory.mktemp(request.param) / "whole"
    arguments = ["train", "CartPole-v1", *SMALL, *MODES[request.param]]
    assert softql(*arguments, "--out", whole) == 0
    return arguments, whole


def test_the_end_is_that_of_an_unbroken_run(mode, tmp_path, monkeypatch, capsys):
    """Stopped twice, at a chunk whose state was saved and at one whose was not."""
    arguments, whole = mode
    out = tmp_path / "run"
    stopped(monkeypatch, 3, *arguments, "--out", out)
    stopped(monkeypatch, 2, "train", "--resume", out)
    capsys.readouterr()
    assert softql("train", "--resume", out) == 0
    assert "going on after" in capsys.readouterr().out
    assert outcome(out) == outcome(whole)
    assert sorted(path.name for path in out.iterdir()) == sorted(path.name for path in whole.iterdir())


@pytest.mark.parametrize("steps", [64, 3_217, 4_000_000])
def test_any_number_of_steps_can_go_on(steps):
    """The plan of a config.json is the plan that wrote it; so is that of one which was written with other chunks."""
    env, env_params = finding.environment("CartPole-v1")
    settings = {"seed": 0, "seeds": 1, "episodes": 1, "envs": 8, "rollout": 4, "minibatches": 2, "steps": steps}
    for given in ({}, {"chunk": 7}):
        plan = session.plan(env, env_params, "CartPole-v1", settings | given)
        config = json.loads(json.dumps(runs.plain(session.describe(plan))))
        again = session.resumed(config, env, env_params)
        assert (again.steps, again.chunk, again.env_steps) == (plan.steps, plan.chunk, plan.env_steps)
    assert all(session.whole_chunks(session.whole_chunks(n)[0]) == session.whole_chunks(n) for n in range(1, 3_000))


def test_a_run_that_has_ended_stays(mode, capsys):
    whole = mode[1]
    before = outcome(whole)
    assert softql("train", "--resume", whole) == 0
    assert "nothing to go on with" in capsys.readouterr().out
    assert outcome(whole) == before


@pytest.mark.parametrize("bad", ["flipped", "another tree", "removed"])
def test_an_ended_run_whose_parameters_are_damaged_is_made_again(mode, bad, tmp_path, capsys):
    """Until then the commands that need them name the way back."""
    folder, expected = tmp_path / "run", outcome(mode[1])
    shutil.copytree(mode[1], folder)
    path = folder / runs.PARAMETERS
    if bad == "another tree":
        checkpoint.save(path, {"w": np.ones(3)})
    elif bad == "removed":
        path.unlink()
    else:
        path.write_bytes(path.read_bytes().replace(b"tree", b"tres", 1))
    for command in ("evaluate", "plot", "show"):
        assert softql(command, folder) == 2
        said = capsys.readouterr().err
        assert said.count("\n") == 1
        assert f"softql train --resume {folder} " in said
    assert softql("train", "--resume", folder) == 0
    said = capsys.readouterr().out
    assert "the run, which was done, is made again" in said
    assert "from the start" in said
    assert outcome(folder) == expected


def test_a_record_that_is_damaged_is_named(mode, tmp_path, capsys):
    shutil.copytree(mode[1], folder := tmp_path / "run")
    (folder / runs.RESULT).write_text("")
    assert softql("train", "--resume", folder) == 2
    assert "its result.json is damaged (Expecting value: line 1 column 1 (char 0)); rem" in capsys.readouterr().err
    for content, told in (('{"a":', "its config.json is damaged (Exp"), ("[]", "config.json is damaged: it holds a")):
        (folder / runs.CONFIG).write_text(content)
        for command in (["train", "--resume"], ["sweep", "--resume"], ["evaluate"]):
            assert softql(*command, folder) == 2
            assert told in capsys.readouterr().err


def test_damaged_parameters_of_a_stopped_run_are_those_of_its_last_state(cut, capsys):
    folder, _ = cut
    assert softql("evaluate", folder) == 2  # nothing has been left there yet
    config = json.loads((folder / runs.CONFIG).read_text())
    plan = session.resumed(config, *finding.environment("CartPole-v1"))
    state = runs.last_state(folder, session.state_like(plan))
    runs.save_parameters(folder, state.params)
    said = []
    for content in (None, b"damaged"):
        if content:
            (folder / runs.PARAMETERS).write_bytes(content)
        capsys.readouterr()
        assert softql("evaluate", folder, "--episodes", 2) == 0
        said.append(capsys.readouterr())
    assert said[0].out == said[1].out
    assert said[0].err == ""
    assert said[1].err.count("\n") == 1
    assert "damaged" in said[1].err
    (folder / runs.STATE).unlink()
    (folder / runs.EARLIER).unlink()
    assert softql("evaluate", folder) == 2
    assert f"softql train --resume {folder} makes it again" in capsys.readouterr().err


@pytest.fixture
def cut(mode, tmp_path, monkeypatch):
    """A run that was stopped with two states saved, and what it should come to."""
    stopped(monkeypatch, 5, *mode[0], "--out", tmp_path / "run")
    assert (tmp_path / "run" / runs.STATE).exists()
    assert (tmp_path / "run" / runs.EARLIER).exists()
    return tmp_path / "run", outcome(mode[1])


@pytest.mark.parametrize("bad", [b"", b"PK\x03\x04 something else", "flipped", "another tree"])
def test_a_bad_state_is_refused_and_the_one_before_taken(cut, bad, capsys):
    folder, expected = cut
    path = folder / runs.STATE
    if bad == "flipped":
        content = bytearray(path.read_bytes())
        content[len(content) // 2] ^= 4
        path.write_bytes(content)
    elif bad == "another tree":
        checkpoint.save(path, {"w": np.ones(3)})
    else:
        path.write_bytes(bad)
    assert softql("train", "--resume", folder) == 0
    said = [line for line in capsys.readouterr().out.splitlines() if runs.STATE in line]
    assert len(said) == 1
    assert "damaged" in said[0] or "another tree" in said[0]
    found = outcome(folder)
    assert found == expected


def test_control_c_ends_with_the_chunk_that_has_begun(mode, tmp_path, monkeypatch, capsys):
    """Asked while the third chunk of a hundred is under way; it is saved whole, and its line is written."""
    arguments, whole = mode
    out, began = tmp_path / "run", []

    @contextmanager
    def asked(console):
        yield lambda: len(began) >= 3

    def chunks(*of, **how):
        for chunk in train(*of, **how):
            began.append(chunk)
            yield chunk

    with monkeypatch.context() as patch:
        patch.setattr(session, "stop_on_interrupt", asked)
        patch.setattr(session, "train", chunks)
        assert softql(*arguments, "--out", out) == 130
    assert len(began) == 3
    assert len((out / runs.METRICS).read_text().splitlines()) == 1 + 2 * 3
    assert softql("train", "--resume", out) == 0
    assert "going on after" in capsys.readouterr().out
    assert outcome(out) == outcome(whole)


def test_without_a_state_it_begins_again(cut, capsys):
    folder, expected = cut
    (folder / f".{runs.STATE}.99999").write_bytes(b"what a process that was killed had begun to write")
    (folder / runs.STATE).unlink()
    (folder / runs.EARLIER).write_bytes(b"gone")
    assert softql("train", "--resume", folder) == 0
    assert "from the start" in capsys.readouterr().out
    assert outcome(folder) == expected
    assert not list(folder.glob(".*"))


def test_what_cannot_go_on_is_said(cut, capsys):
    """A folder without a run, a run of other settings, lost metrics, options that would change the run."""
    folder, _ = cut
    config = json.loads((folder / runs.CONFIG).read_text())

    def says(message, **changed):
        (folder / runs.CONFIG).write_text(json.dumps(config | changed))
        assert softql("train", "--resume", folder) == 2
        errors = capsys.readouterr().err
        assert message in errors
        assert errors.count("\n") == 1

    says("is not that of a run", shape=None)
    says("can't go on here: agent_steps", agent_steps=7)
    says("alpha = -1.0", hyper=config["hyper"] | {"alpha": -1.0})
    says("there is no environment", environment="NoPole")
    (folder / runs.CONFIG).write_text(json.dumps(config))
    lines = (folder / runs.METRICS).read_text().splitlines(keepends=True)
    (folder / runs.METRICS).write_text("".join(lines[:3]))
    says("has lost lines: 2 of")
    (folder / runs.CONFIG).write_text("{")
    assert softql("train", "--resume", folder) == 2
    assert softql("train", "--resume", folder / "none") == 2
    assert softql("train", "--resume", folder, "--alpha", 3) == 2
    assert softql("train", "CartPole-v1", "--resume", folder) == 2
    assert softql("train") == 2
    said = capsys.readouterr().err.splitlines()
    assert ["can't resume" in said[0], "holds no run" in said[1], "leave out --alpha" in said[2]] == [True] * 3
    assert ["leave out environment" in said[3], "train what?" in said[4]] == [True] * 2


def test_a_full_disk_stops_it_and_space_lets_it_go_on(mode, tmp_path, monkeypatch, capsys):
    """The disk is full at the second state: the first stands, the run ends by saying so, and goes on later."""
    arguments, whole = mode
    out, save, room = tmp_path / "run", checkpoint.save, iter([True, False])

    def filling(path, tree, earlier=None):
        if Path(path).name == runs.STATE and not next(room, False):
            raise OSError(28, "No space left on device")
        save(path, tree, earlier)

    with monkeypatch.context() as patch:
        patch.setattr(checkpoint, "save", filling)
        assert softql(*arguments, "--out", out, "--save-every", 0) == 1
    said = capsys.readouterr().out
    assert "No space left on device" in said
    assert f"softql train --resume {out} goes on" in said
    assert json.loads((out / runs.RESULT).read_text())["status"] == "unsaved"
    assert softql("train", "--resume", out) == 0
    assert outcome(out) == outcome(whole)


def test_a_full_disk_may_cut_a_line_or_a_state_short(cut, monkeypatch, capsys):
    """What the kernel lets through is a part of a line, then a part of a state: neither counts."""
    folder, expected = cut
    add, save = runs.MetricsFile.add, runs.save_progress

    def cut_line(self, *of):
        with room(size(folder / runs.METRICS) + 50):
            add(self, *of)

    def cut_state(*of):
        with room(2000):
            save(*of)

    for where, name, full in ((runs.MetricsFile, "add", cut_line), (runs, "save_progress", cut_state)):
        with monkeypatch.context() as patch:
            patch.setattr(where, name, full)
            assert softql("train", "--resume", folder, "--save-every", 0) == 1
        said = capsys.readouterr().out
        assert "File too large" in said
        assert f"softql train --resume {folder} goes on" in said
    assert softql("train", "--resume", folder) == 0
    assert "going on after" in capsys.readouterr().out
    assert outcome(folder) == expected


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="permissions are POSIX's")
def test_a_read_only_folder_is_said_and_left_as_it_is(cut, capsys):
    """New runs and old ones; root, whom permissions do not bind, tries it as nobody."""
    folder, expected = cut
    place = Path(tempfile.mkdtemp(prefix="softql-read-only-"))  # pytest's own folders are closed to others
    try:
        shutil.copytree(folder, place / "run")
        before = {path.name: path.read_bytes() for path in (place / "run").iterdir()}
        for path in (place, place / "run"):
            path.chmod(0o555)
        with nobody():
            assert softql("train", "CartPole-v1", "--out", place / "new") == 2
            assert "can't use the run folder" in capsys.readouterr().err
            assert softql("train", "--resume", place / "run") == 2  # before it learns, not after
        said = capsys.readouterr()
        assert said.err == f"softql: can't use the run folder {place / 'run'}: Permission denied\n"
        assert "going on" not in said.out
        assert {path.name: path.read_bytes() for path in (place / "run").iterdir()} == before
        (place / "run").chmod(0o755)
        assert softql("train", "--resume", place / "run") == 0
        assert outcome(place / "run") == expected
    finally:
        for path in (place, place / "run"):
            path.chmod(0o755)
        shutil.rmtree(place)


@contextmanager
def nobody():
    """Not root, where we are."""
    me = os.geteuid()
    if me == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(me)


def test_two_runs_cannot_share_a_folder(cut, capsys):
    folder, _ = cut
    before = sorted(path.name for path in folder.iterdir())
    with runs.locked(folder):
        assert softql("train", "--resume", folder) == 2
    assert "another process is training in" in capsys.readouterr().err
    assert sorted(path.name for path in folder.iterdir()) == before


def test_other_versions_are_named(cut, capsys):
    folder, expected = cut
    config = json.loads((folder / runs.CONFIG).read_text())
    config["versions"]["jax"] = "0.0.1"
    (folder / runs.CONFIG).write_text(json.dumps(config))
    assert softql("train", "--resume", folder) == 0
    assert "jax was 0.0.1" in capsys.readouterr().out
    assert outcome(folder) == expected


def size(path):
    return path.stat().st_size if path.exists() else 0


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are forked")
def test_killed_at_random_moments(tmp_path, monkeypatch):
    """kill -9 at 20 random moments, of starting, training, saving and ending: the end is that of an unbroken run."""
    new = ["--env", f"{Path(__file__).parent / 'own.py'}:Corridor", "--seeds", "2", "--steps", "600000", "--envs", "4"]
    new += ["--rollout", "8", "--minibatches", "2", "--hidden", "8", "--episodes", "2"]
    rng, whole, out, log = random.Random(0), tmp_path / "whole", tmp_path / "run", tmp_path / "log"
    begin = starter(monkeypatch)

    def start(folder):
        how = ["--resume", folder] if (folder / runs.CONFIG).exists() else [*new, "--out", folder]
        return begin(log, ["train", *how, "--save-every", "0"])

    def ended(process):
        process.join()
        return process.exitcode

    killed, went_on = 0, 0
    assert ended(start(whole)) == 0
    while killed < KILLS:
        if out.exists() and (out / runs.RESULT).exists():  # it ended in time: another run
            assert outcome(out) == outcome(whole)
            out = out.with_name(out.name + "n")
        process = start(out)
        if rng.random() < 0.75:  # while it trains; else at any moment from the start of the process on
            before = size(out / runs.METRICS)
            while process.is_alive() and size(out / runs.METRICS) <= before:
                before = size(out / runs.METRICS)  # the file is cut to what the state knows of, then it grows
                time.sleep(0.002)
            time.sleep(rng.uniform(0, 0.4))
        else:
            time.sleep(rng.uniform(0, 3))
        process.kill()
        killed += ended(process) == -signal.SIGKILL
        went_on += (out / runs.STATE).exists() or (out / runs.EARLIER).exists()
    while not (out / runs.RESULT).exists():
        assert ended(start(out)) == 0
    said = log.read_text()
    assert outcome(out) == outcome(whole)
    assert not list(out.glob(".*"))
    assert "Traceback" not in said
    assert went_on > KILLS / 2
    assert "going on after" in said
