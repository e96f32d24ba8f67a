"""Writers: what they are given is what metrics.csv says; without their package they are refused in one line.

Where tensorboardX or wandb is installed the real package writes, and what it wrote is read back. Room: softql.writers.
"""

import csv
import importlib.util
import json
import struct
import sys
from pathlib import Path

import numpy as np
import pytest

from softql import cli, runs
from softql.mistakes import Mistake
from softql.writers import PACKAGES, WRITERS, needed, opened

OWN = Path(__file__).parent / "own.py"
SMALL = ["--env", f"{OWN}:Corridor", "--network", f"{OWN}:linear", "--seeds", "2", "--steps", "512", "--envs", "4"]
SMALL += ["--rollout", "8", "--minibatches", "2", "--episodes", "3"]  # as test_sweep has it: compiled already
CHUNKS = [
    {"env_steps": np.array([n, n]), "episode_return": np.array([np.nan, 2.5]), "finite": np.array([True, True])}
    for n in (10, 20)
]


def softql(*arguments):
    return cli.main([str(a) for a in arguments])


class Told:
    """A writer that remembers."""

    def __init__(self, folder, config):
        self.folder, self.config, self.rows, self.open = folder, config, [], True

    def add(self, label, step, values):
        self.rows.append((label, step, values))

    def close(self):
        self.open = False


@pytest.mark.parametrize("name", WRITERS)
def test_a_missing_package_is_one_line_before_anything_is_done(name, tmp_path, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, PACKAGES[name], None)
    assert softql("train", *SMALL, "--writer", name, "--out", tmp_path / "run") == 2
    said = f'softql: --writer {name} needs {PACKAGES[name]}: pip install "softql[{name}]"\n'
    assert capsys.readouterr().err == said
    assert not (tmp_path / "run").exists()


def test_an_unknown_writer_is_refused(capsys):
    with pytest.raises(SystemExit) as end:
        softql("train", "CartPole-v1", "--writer", "visdom")
    assert end.value.code == 2
    assert "--writer" in capsys.readouterr().err


def test_training_tells_its_writers_what_it_writes_and_goes_on_with_them(tmp_path, monkeypatch):
    made = []
    monkeypatch.setitem(WRITERS, "wandb", lambda *a: made.append(Told(*a)) or made[-1])
    monkeypatch.setitem(PACKAGES, "wandb", "json")  # one that is there
    out = tmp_path / "run"
    assert softql("train", *SMALL, "--writer", "wandb", "--out", out) == 0
    config = json.loads((out / runs.CONFIG).read_text())
    assert config["writers"] == ["wandb"]
    (told,) = made
    assert (told.folder, told.open) == (out, False)
    assert told.config["hyper"] == config["hyper"]
    with open(out / runs.METRICS, newline="") as file:
        lines = list(csv.DictReader(file))
    assert [(label["seed"], step) for label, step, _ in told.rows] == [
        (int(line["seed"]), int(line["env_steps"])) for line in lines
    ]
    for (_, _, values), line in zip(told.rows, lines, strict=True):
        known = {key: x for key, x in line.items() if key not in ("seed", "seconds", "env_steps") and x}
        assert values == {key: float(x == "True") if x in ("True", "False") else float(x) for key, x in known.items()}
    (out / runs.RESULT).unlink()  # as if the process had died at the very end: it begins again, with its writer
    assert softql("train", "--resume", out) == 0
    assert made[1].rows == told.rows


def test_tensorboard_files_hold_the_scalars(tmp_path):
    if importlib.util.find_spec("tensorboardX") is None:
        with pytest.raises(Mistake, match="needs tensorboardX"):
            needed(["tensorboard"])
        return
    from tensorboardX.proto.event_pb2 import Event

    write(tmp_path, "tensorboard")
    found = {}
    for path in sorted((tmp_path / "tensorboard").glob("*/events*")):
        events = read(path, Event)
        found[path.parent.name] = {(v.tag, e.step): v.simple_value for e in events for v in e.summary.value}
    assert found == {
        "seed-0": {("finite", 10): 1.0, ("finite", 20): 1.0},
        "seed-1": {(tag, n): x for tag, x in (("finite", 1.0), ("episode_return", 2.5)) for n in (10, 20)},
    }


def test_a_tensorboard_run_that_goes_on_says_where(tmp_path):
    """The new file begins with the step from which TensorBoard drops what the killed process had written."""
    if importlib.util.find_spec("tensorboardX") is None:
        with pytest.raises(Mistake, match="needs tensorboardX"):
            needed(["tensorboard"])
        return
    from tensorboardX.proto.event_pb2 import Event, SessionLog

    for folder, chunks in (("first", CHUNKS), ("second", CHUNKS[1:])):
        write(tmp_path / folder, "tensorboard", chunks)
    (path,) = (tmp_path / "second" / "tensorboard" / "seed-1").glob("events*")
    starts = [e.step for e in read(path, Event) if e.session_log.status == SessionLog.START]
    assert starts == [20]


def test_wandb_writes_offline_and_goes_on_under_its_id(tmp_path, monkeypatch):
    if importlib.util.find_spec("wandb") is None:
        with pytest.raises(Mistake, match="needs wandb"):
            needed(["wandb"])
        return
    monkeypatch.setenv("WANDB_MODE", "offline")
    write(tmp_path, "wandb")
    write(tmp_path, "wandb")
    name = (tmp_path / "wandb" / "id").read_text()
    logs = sorted((tmp_path / "wandb").glob(f"offline-run-*-{name}/run-{name}.wandb"))
    assert logs
    text = logs[0].read_bytes()
    assert b"seed-1/episode_return" in text
    assert b"seed-0/episode_return" not in text  # no episode had ended


def read(path, kind):
    """The records of an event file: length, its checksum, the record, its checksum."""
    data = path.read_bytes()
    while data:
        (size,) = struct.unpack("<Q", data[:8])
        yield kind.FromString(data[12 : 12 + size])
        data = data[16 + size :]


def write(folder, name, chunks=CHUNKS):
    folder.mkdir(exist_ok=True)
    writers = opened([name], folder, {"alpha": 0.5})
    with runs.MetricsFile(folder / runs.METRICS, CHUNKS[0], writers=writers) as file:
        for chunk in chunks:
            file.add(1.0, chunk)
