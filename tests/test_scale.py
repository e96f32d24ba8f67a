"""Many devices and processes: lane for lane what one device gives, and stopped on one mesh a run goes on on another."""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from unittest import mock

import jax
import numpy as np
import pytest
from outcomes import outcome

from softql import cli, processes, runs, sharding

ROOT, OWN = Path(__file__).parent.parent, Path(__file__).parent / "own.py"
# heavy enough that lanes of a device learn one after another: 64 rows an update, 64 wide as the plan counts
RUN = ["--env", f"{OWN}:Corridor", "--network", f"{OWN}:linear", "--envs", "16", "--rollout", "8", "--minibatches", "2"]
RUN += ["--episodes", "2", "--steps", "2048"]
TRAIN, SWEEP = ["train", *RUN, "--seeds", "8"], ["sweep", *RUN, "--seeds", "3", "--alpha", "0.02,0.5"]

EIGHT = """
import json, sys
import jax, numpy as np
jax.config.update("jax_num_cpu_devices", 8)
from softql import cli, session, sharding
from softql.agents import Hyper, Network, Shape, agent
from softql.train import compiled, seeds, train
import own

run, sweep, folder = json.loads(sys.argv[1]), json.loads(sys.argv[2]), sys.argv[3]
assert cli.main([*sweep, "--devices", "8", "--out", folder + "/sweep"]) == 0

class Stopped(BaseException):
    pass

class Saver(session.Saver):
    def due(self, now=False):
        return super().due(now=True)
    def __call__(self, state, chunks):
        assert len(state.env_steps.sharding.device_set) == 8
        super().__call__(state, chunks)
        if chunks == 5:
            raise Stopped

session.Saver = Saver
try:
    cli.main([*run, "--devices", "8", "--out", folder + "/run"])
except Stopped:
    pass

env = own.Corridor()
shape = Shape(envs=16, rollout=4, minibatches=1, epochs=1)
network = Network(*own.linear(env, env.default_params))
learner = agent(env, env.default_params, shape, network._replace(apply=sharding.over_envs(network.apply)))
found = []
for shape in ((1, 1), (2, 4)):
    mesh = sharding.mesh(2, 16, sharding.devices(shape[0] * shape[1]), shape)
    for state, metrics in train(learner, Hyper(), seeds(0, 2), 1, 1, mesh=mesh, side_by_side=False):
        found.append({name: np.asarray(x)[:, 0].tolist() for name, x in metrics._asdict().items()})
text = compiled(learner, mesh, False)[1].lower(
    Hyper(*np.ones((6, 2), np.float32)), state, (), 1).compile().as_text()
print(json.dumps({"metrics": found, "shard": state.lanes.obs.addressable_shards[0].data.shape[:2],
                  "reduced": text.count(" all-reduce(")}))
"""


def softql(*arguments):
    return cli.main([str(a) for a in arguments])


def alone():
    """The environment of a process that has one processor to itself, as this one may have."""
    path = os.pathsep.join([str(ROOT), str(OWN.parent)])
    return {**{k: v for k, v in os.environ.items() if k != "XLA_FLAGS"}, "PYTHONPATH": path, "JAX_PLATFORMS": "cpu"}


@pytest.fixture(scope="module")
def one(tmp_path_factory):
    """A run and a sweep on one device."""
    folder = tmp_path_factory.mktemp("one")
    assert softql(*TRAIN, "--out", folder / "run") == 0
    assert softql(*SWEEP, "--out", folder / "sweep") == 0
    assert all(outcome(folder / name)[2] is not None for name in ("run", "sweep"))  # both were judged
    return folder


@pytest.fixture(scope="module")
def eight(tmp_path_factory):
    """The same sweep on 8 virtual devices, the same run stopped there after 5 chunks, and one step over a mesh."""
    folder = tmp_path_factory.mktemp("eight")
    command = [sys.executable, "-c", EIGHT, json.dumps(TRAIN), json.dumps(SWEEP), str(folder)]
    out = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=alone())
    assert out.returncode == 0, out.stderr
    return folder, json.loads(out.stdout.splitlines()[-1])


def test_a_sweep_on_eight_devices_gives_the_bits_of_one(one, eight):
    """6 lanes on 8 devices: two are copies and forgotten."""
    config = json.loads((eight[0] / "sweep" / runs.CONFIG).read_text())
    assert config["machine"]["mesh"] == {"seed": 8, "env": 1}
    assert config["lanes_at_once"] == 8
    assert outcome(eight[0] / "sweep") == outcome(one / "sweep")


def test_a_sweep_that_was_filled_up_goes_on_on_one_device(one, eight, tmp_path):
    """Its config.json says 8 of 6 lanes at once."""
    folder = tmp_path / "sweep"
    shutil.copytree(eight[0] / "sweep", folder)
    (folder / runs.RESULT).unlink()
    assert softql("sweep", "--resume", folder) == 0
    assert outcome(folder) == outcome(one / "sweep")


def test_devices_that_were_not_asked_for_are_not_filled_up():
    asked, heavy = SimpleNamespace(devices=None, mesh=None), SimpleNamespace(side_by_side=False)
    with mock.patch.object(jax, "devices", return_value=list(range(8))):
        assert [len(sharding.sharing(lanes)) for lanes in (1, 3, 6, 12, 16, 64)] == [1, 3, 6, 6, 8, 8]
    heavy.shape = SimpleNamespace(envs=8)
    assert processes.mesh_of(asked, heavy, most=3) is None  # one device is awake here


def test_a_run_stopped_on_eight_devices_goes_on_on_one_to_the_same_bits(one, eight):
    assert softql("train", "--resume", eight[0] / "run") == 0
    assert outcome(eight[0] / "run") == outcome(one / "run")


def test_two_processes_give_the_bits_of_one(one, tmp_path):
    """Two processes over loopback, two devices each."""
    command = [sys.executable, "-m", "softql.cli", *TRAIN, "--out", str(tmp_path / "run")]
    command += ["--processes", "2", "--devices", "4"]
    out = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=alone())
    assert out.returncode == 0, out.stderr
    assert out.stdout.count("done: ") == 1
    machine = json.loads((tmp_path / "run" / runs.CONFIG).read_text())["machine"]
    assert (machine["mesh"], machine["processes"]) == ({"seed": 4, "env": 1}, 2)
    assert outcome(tmp_path / "run") == outcome(one / "run")


def test_environments_of_a_lane_are_split_and_gradients_summed(eight):
    """Equal to one device up to the order of a sum.

    The network is a table of one-hot observations, so each row's Q is one of its entries wherever it is computed. A
    mean over B rows of numbers x is off by at most (B + c) u mean|x| in any order, u = 2^-24, where c counts the
    roundings in x itself and of the division. The gradient has one entry a row, so its norm moves by at most twice
    that of the mean |td|.
    """
    found = eight[1]
    whole, split = ({name: np.array(x) for name, x in part.items()} for part in found["metrics"])
    assert found["shard"] == [1, 4]
    assert found["reduced"] > 0
    for name in ("env_steps", "episodes", "episode_return", "episode_length", "finite"):
        np.testing.assert_array_equal(whole[name], split[name], err_msg=name)
    off = 2 * (16 * 4 + 16) * 2.0**-24
    assert (abs(whole["loss"] - split["loss"]) <= off * whole["loss"]).all()
    assert (abs(whole["td_error"] - split["td_error"]) <= off * whole["td_error"]).all()
    assert (abs(whole["grad_norm"] - split["grad_norm"]) <= 2 * off * whole["td_error"]).all()
    assert (whole["loss"] > 0).all()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--devices", "8"], "JAX shows 1 (cpu); processors count as so many with XLA_FLAGS=--xla_force_host_platform"),
        (["--mesh", "2,2", "--devices", "3"], "--mesh 2,2 takes 4 devices"),
        (["--coordinator", "localhost:1"], "go together"),
        (["--coordinator", "localhost:1", "--process-id", "2", "--processes", "2"], "2 processes count from 0"),
        (["--cluster", "--processes", "2"], "leave out --processes"),
    ],
)
def test_what_cannot_be_is_one_line(arguments, says, capsys, tmp_path):
    assert softql(*TRAIN, *arguments, "--out", tmp_path / "run") == 2
    errors = capsys.readouterr().err
    assert says in errors
    assert errors.count("\n") == 1
    assert not (tmp_path / "run").exists()


def test_lanes_are_split_over_the_processors_there_are_but_light_ones():
    program = """
import sys
from types import SimpleNamespace as Of
from softql import processes, sharding
sharding.processors(6)
sharding.processors()
asked = Of(devices=None, mesh=None)
for heavy, lanes in ((True, 4), (True, 3), (True, 5), (False, 4)):
    found = processes.mesh_of(asked, Of(side_by_side=not heavy, shape=Of(envs=8)), lanes)
    print(found and dict(found.shape))
"""
    found = subprocess.run([sys.executable, "-c", program], env=alone(), capture_output=True, text=True, check=True)
    assert found.stdout.split("\n")[:4] == [
        "{'seed': 4, 'env': 1}",
        "{'seed': 3, 'env': 1}",
        "{'seed': 5, 'env': 1}",
        "None",
    ]
    cores = len(os.sched_getaffinity(0))
    count = "import jax; from softql import sharding; sharding.processors(lanes={}); print(jax.device_count())"
    for lanes, devices in ((None, cores), (1, 1), (cores, cores), (3 * cores, cores), (1_000_003, 1)):
        program = count.format(lanes)
        found = subprocess.run([sys.executable, "-c", program], env=alone(), capture_output=True, text=True, check=True)
        assert int(found.stdout) == devices


WOKEN = """
import os, sys
from softql import processes
from types import SimpleNamespace as Of
asked = Of(coordinator=None, cluster=None, devices=None, mesh=None)
processes.wake(asked, {name!r}, {settings!r}, 1)
import jax, jax.numpy as jnp
jax.block_until_ready(jnp.ones((4, 4)) @ jnp.ones((4, 4)))
tasks = ["/proc/self/task/" + task + "/comm" for task in os.listdir("/proc/self/task")]
print(os.environ.get("NPROC"), sum("XLAEigen" in open(task).read() for task in tasks))
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="threads have names in /proc")
@pytest.mark.parametrize(
    ("name", "settings", "before", "after"),
    [
        ("CartPole-v1", {}, None, ["1", "1"]),
        ("CartPole-v1", {"mode": "replay", "hidden": [120, 84]}, None, ["1", "1"]),  # as in config.json
        ("Pendulum-v1", {"mode": "stein", "batch": None}, None, ["1", "1"]),
        ("CartPole-v1", {}, "3", ["3", "3"]),  # the caller's own word
        ("CartPole-v1", {"hidden": (512, 512)}, None, ["None", None]),
        ("CartPole-v1", {"envs": 4, "minibatches": 1, "hidden": (16,)}, None, ["None", None]),  # lanes in one vmap
        ("CartPole-v1", {"network": "mine.py:net"}, None, ["None", None]),  # nobody knows how wide
        ("CartPole-v1", {"mode": "replay", "batch": -1}, None, ["None", None]),  # the plan refuses it
    ],
)
def test_small_updates_have_one_thread_a_device(name, settings, before, after):
    """What XLA says of it: its threads for products, of which it has at least as many as there are devices."""
    environment = {k: v for k, v in alone().items() if k != "NPROC"} | ({} if before is None else {"NPROC": before})
    program = WOKEN.format(name=name, settings=settings)
    found = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)
    threads = [str(len(os.sched_getaffinity(0))) if x is None else x for x in after]
    assert found.stdout.split() == threads


def test_a_mesh_says_what_does_not_divide():
    of = [jax.devices()[0]] * 8
    assert dict(sharding.mesh(4, 16, of).shape) == {"seed": 4, "env": 2}
    assert dict(sharding.mesh(32, 16, of).shape) == {"seed": 8, "env": 1}
    with pytest.raises(ValueError, match="6 lanes on 8 devices: 2 x 4, but 18 environments don't share the 4 devices"):
        sharding.mesh(6, 18, of)
    with pytest.raises(ValueError, match="6 lanes don't share 4 devices evenly"):
        sharding.mesh(6, 16, of, (4, 2))
    with pytest.raises(ValueError, match="a mesh of 4 x 4 takes 16 devices, not 8"):
        sharding.mesh(8, 16, of, (4, 4))
    with pytest.raises(SystemExit):
        softql(*TRAIN, "--mesh", "2")


def test_one_process_that_dies_stops_all(monkeypatch, capsys):
    """The second kills itself, the first would go on for long: all end, and one line says so."""
    program = "import os, sys, time; os.kill(os.getpid(), 9) if sys.argv[-1] == '1' else time.sleep(60)"
    start = subprocess.Popen
    monkeypatch.setattr(processes, "GRACE", 0.2)
    monkeypatch.setattr(
        subprocess, "Popen", lambda command, **how: start([sys.executable, "-c", program, *command[3:]], **how)
    )
    began = time.monotonic()
    assert softql(*TRAIN, "--processes", "2") == 1
    assert time.monotonic() - began < 30
    said = capsys.readouterr().err
    assert said == "softql: process 1 of 2 was ended by signal 9; all were stopped, --resume goes on\n"


def test_a_cluster_that_is_none_is_said(monkeypatch):
    def nothing(*of, **how):
        raise ValueError("coordinator_address should be defined.\nand more")

    monkeypatch.setattr(jax.distributed, "initialize", nothing)
    with pytest.raises(ValueError, match=r"can't join the other processes: coordinator_address should be defined\.$"):
        sharding.join()


def test_the_recipes_are_shell():
    page = (ROOT / "docs" / "scale.md").read_text("utf-8")
    blocks = re.findall(r"```bash\n(.*?)```", page, re.DOTALL)
    assert len(blocks) >= 2
    for script in (*blocks, (ROOT / "benchmarks" / "gpu.sh").read_text()):
        subprocess.run(["bash", "-n"], input=script, text=True, check=True)
