"""`softql plot` and `softql show`: every environment has its picture, every figure its numbers, every mistake one line.

No run is trained here: folders are written with networks as they are drawn at first. Room: softql.drawing,
softql.figures, softql.watching, softql.plotting, softql.animating.
"""

import csv
import errno
import json
from pathlib import Path

import jax
import numpy as np
import pytest
from PIL import Image

from softql import cli, figures, finding, plotting, runs, session, sweep, watching
from softql.drawing import DARK, LIGHT, Side, frame, scene

KNOWN = {
    "CartPole-v1": {"theta": 0.2},
    "MountainCar-v0": {"position": 0.3},
    "MountainCarContinuous-v0": {"position": 0.3},
    "Acrobot-v1": {"joint_angle2": 1.0},
    "Pendulum-v1": {"theta": 1.0},
    "FrozenLake-misc": {"position": 5},
    "FourRooms-misc": {"pos": np.array([4, 7])},
    "Catch-bsuite": {"ball_y": 3},
    "DeepSea-bsuite": {"row": 2, "column": 1},
    "MultiGoal-softql": {"position": np.array([3.0, -2.0])},
    "Lines-softql": {"position": np.array([3.0, -2.0])},
}
MINATAR = [f"{name}-MinAtar" for name in ("Asterix", "Breakout", "Freeway", "Seaquest", "SpaceInvaders")]
OTHER = ["Pong-misc", "Reacher-misc", "UmbrellaChain-bsuite", "BernoulliBandit-misc"]


def zeros(shapes):
    return jax.tree.map(lambda x: np.zeros(x.shape, x.dtype), shapes)


def started(name):
    """An environment, with an observation and a state of its own form, all 0: nothing is compiled."""
    env, env_params = finding.environment(name)
    return env, env_params, *zeros(jax.eval_shape(lambda: env.reset_env(jax.random.key(0), env_params)))


def looks_right(found, images):
    for image in images:
        assert image.shape == (*found.size, 3)
        assert image.dtype == np.uint8
        assert image.std() > 0
    for i, image in enumerate(images):
        assert all((image != other).any() for other in images[:i])


@pytest.mark.parametrize("name", KNOWN)
def test_each_known_environment_has_its_picture(name):
    env, env_params, obs, state = started(name)
    found = scene(env, env_params)
    assert found.said is None
    if found.actions:
        assert len(found.actions) == env.action_space(env_params).n
    there = state.replace(**KNOWN[name])
    looks_right(found, [found.draw(state, obs, LIGHT), found.draw(there, obs, LIGHT), found.draw(there, obs, DARK)])


@pytest.mark.parametrize("name", MINATAR + OTHER)
def test_what_is_drawn_as_it_is_observed(name):
    env, env_params, obs, state = started(name)
    found = scene(env, env_params)
    assert (found.said is None) == (name in MINATAR)
    assert found.said is None or found.said.startswith(f"softql has no picture of {name}")
    one, two = obs.copy(), obs.copy()
    one.flat[0], two.flat[-1] = 1, 1
    images = [found.draw(state, x, LIGHT) for x in (one, two)]
    looks_right(found, images[: 1 + (obs.size > 1)])


def test_every_channel_of_minatar_has_a_colour_of_its_own():
    assert len({*LIGHT.marks}) == len({*DARK.marks}) == 10


def written(folder, name, settings=None, axes=None):
    """A run folder as training leaves it, of networks that have learned nothing."""
    env, env_params = finding.environment(name)
    given = {"seed": 0, "seeds": 2, "episodes": 1, "steps": 64, "hidden": (4,), **(settings or {})}
    plan = session.plan(env, env_params, name, given, exact=False)
    content = {"command": "train", **session.describe(plan)}
    lanes = plan.seeds
    if axes:
        lanes = sweep.planned(plan, axes).total
        content |= {"command": "sweep", "sweep": axes, "lanes_at_once": lanes}
    runs.write_json(folder / runs.CONFIG, content)
    params = zeros(session.state_like(plan).params)
    lots = np.random.default_rng(0)
    runs.save_parameters(
        folder, jax.tree.map(lambda x: lots.normal(size=(lanes, *x.shape[1:])).astype(x.dtype), params)
    )
    scores = [float(i // 2) for i in range(lanes)]
    runs.write_json(folder / runs.RESULT, {"status": "done", "env_steps_per_seed": 30, "greedy_returns": scores})
    word = "lane" if axes else "seed"
    lines = [f"{word},seconds,env_steps,episode_return,entropy,loss,v"]
    lines += [f"{i},0.1,{n},{'' if n == 10 else n + i},0.5,{1 / n},{n}" for n in (10, 20, 30) for i in range(lanes)]
    (folder / runs.METRICS).write_text("\n".join(lines) + "\n")
    return folder


@pytest.fixture(scope="module")
def pole(tmp_path_factory):
    return written(tmp_path_factory.mktemp("pole"), "CartPole-v1")


def softql(*arguments):
    return cli.main([str(a) for a in arguments])


def rows(path):
    with open(path, newline="") as file:
        return list(csv.DictReader(file))


def test_plot_draws_a_run_and_writes_the_numbers(pole, tmp_path, capsys):
    assert softql("plot", pole, "--steps", 6, "--out", tmp_path / "drawn") == 0
    said = capsys.readouterr().out.splitlines()
    names = ("learning_curves", "entropy", "value_along_episode", "policy_at_states")
    wanted = [f"{name}{end}" for name in names for end in (".png", "-dark.png", ".csv")]
    assert said == [str(tmp_path / "drawn" / name) for name in wanted]
    assert {p.name for p in (tmp_path / "drawn").iterdir()} == {*wanted}
    curves = [row for row in rows(tmp_path / "drawn" / "learning_curves.csv") if row["quantity"] == "episode_return"]
    assert [(row["env_steps"], row["iqm"], row["seed_0"], row["seed_1"]) for row in curves] == [
        ("10", "", "", ""),
        ("20", "20.5", "20.0", "21.0"),
        ("30", "30.5", "30.0", "31.0"),
    ]
    light, dark = (Image.open(tmp_path / "drawn" / f"entropy{end}.png").convert("RGB") for end in ("", "-dark"))
    assert light.size == dark.size
    assert (light.getpixel((1, 1)), dark.getpixel((1, 1))) == ((255, 255, 255), (0x13, 0x14, 0x16))
    chances = rows(tmp_path / "drawn" / "policy_at_states.csv")
    assert sum(float(row["pi"]) for row in chances) == pytest.approx(len({row["step"] for row in chances}), abs=1e-5)
    for row in rows(tmp_path / "drawn" / "value_along_episode.csv"):
        assert float(row["entropy"]) >= 0
        assert (row["reward"] == "1.0") or not row["reward"]


def test_what_came_of_a_state_is_v_at_the_cut_and_adds_up(pole):
    one = watching.learned(pole, json.loads((pole / runs.CONFIG).read_text()))
    ((episode,),) = watching.watch(one, 0, ("sampled",), 1, 4)
    assert (episode.end, episode.steps, len(episode.v)) == ("left", 4, 5)
    trace = plotting._trace("sampled", episode, one)
    assert trace.to_go[-1] == episode.v[-1]
    for t in range(4):
        expected = 1.0 + one.alpha * episode.entropy[t] + one.gamma * trace.to_go[t + 1]
        assert trace.to_go[t] == pytest.approx(expected, rel=1e-6)
    np.testing.assert_allclose(np.exp(episode.log_pi).sum(-1), 1, rtol=1e-5)


def test_an_episode_ends_where_the_environment_ends_it(pole):
    one = watching.learned(pole, json.loads((pole / runs.CONFIG).read_text()), 1)
    ((greedy,), (sampled,)) = watching.watch(one, 3, ("greedy", "sampled"))
    np.testing.assert_array_equal(greedy.obs[0], sampled.obs[0])
    for episode in (greedy, sampled):
        assert episode.end == "terminated"
        limit = float(one.plan.env_params.theta_threshold_radians)
        over = (abs(episode.state.theta) > limit) | (abs(episode.state.x) > 2.4)
        assert over.tolist() == [False] * episode.steps + [True]


def test_show_draws_an_animation_and_a_strip(pole, tmp_path, capsys):
    assert softql("show", pole, "--steps", 5, "--episodes", 2, "--style", "light", "--out", tmp_path) == 0
    said = capsys.readouterr().out
    assert "episode 0: greedy return 5, left after 5 steps; sampled return 5, left after 5 steps" in said
    assert {p.name for p in tmp_path.iterdir()} == {"episode.gif", "episode.png", "episode-1.gif", "episode-1.png"}
    with Image.open(tmp_path / "episode.gif") as film, Image.open(tmp_path / "episode.png") as strip:
        assert film.n_frames == 6
        for t in range(6):
            film.seek(t)
            assert film.convert("RGB").getpixel((5, 60)) == (255, 255, 255)
        wide, high = film.size
        assert (wide, high) == (614, 316)
        assert strip.size == (6 * 300 + 5 * 14, 2 * high)


def test_continuous_actions_are_shown_as_densities(tmp_path, capsys):
    """Of two coordinates as maps; one policy of one style as an animation only."""
    folder = written(tmp_path, "MultiGoal-softql", {"warmup": 64, "buffer": 512, "envs": 4})
    assert softql("plot", folder, "--steps", 3, "--style", "dark") == 0
    assert not list((folder / "figures").glob("*s.png"))  # for a dark page only
    found = rows(folder / "figures" / "policy_at_states.csv")
    box, states = 4.0, len({row["step"] for row in found})
    assert sum(float(row["pi"]) for row in found) * box / (len(found) / states) == pytest.approx(states, rel=1e-3)
    arguments = ("--style", "dark", "--policy", "sampled", "--format", "gif")
    assert softql("show", folder, "--steps", 3, *arguments) == 0
    assert {p.name for p in folder.glob("episode*")} == {"episode-dark.gif"}


def test_one_coordinate_is_a_curve():
    """A density over [-2, 2]: with its peak marked below a frame, and as a panel of a figure."""
    points = np.linspace(-2, 2, 101)[:, None]
    density = np.exp(-np.square(points[:, 0] - 1) / 0.02)
    picture = np.zeros((20, 220, 3), np.uint8)
    flat, peaked = (
        frame([Side(picture, "sampled", (), x / x.sum(), ("-2", "2"), taken=75)], LIGHT)
        for x in (np.ones(101), density)
    )
    assert flat.shape == peaked.shape
    assert (flat[-40:, :60] != peaked[-40:, :60]).any()  # where the one has mass and the other none
    one = figures.Glimpse(picture, "step 0", density, points, None)
    (panel,) = figures.policies([one], "a title", LIGHT).axes[1:]
    assert panel.lines[0].get_xdata()[panel.lines[0].get_ydata().argmax()] == pytest.approx(1)


def test_a_world_of_places_is_drawn_as_a_map_beside_the_exact_one(tmp_path):
    folder = written(tmp_path, "FrozenLake-misc", {"alpha": 1e-3})
    one = watching.learned(folder, json.loads((folder / runs.CONFIG).read_text()))
    assert [path.name for path in plotting._map(folder, one, {"dark": DARK})] == ["value_map-dark.png", "value_map.csv"]
    found = rows(folder / "value_map.csv")
    assert [row["map"] for row in found] == ["learned, seed 0"] * 16 + ["exact"] * 16
    assert sum(row["ended"] == "True" for row in found) == 2 * 5
    learned, exact = (
        {(int(row["row"]), int(row["column"])): float(row["v"]) for row in found[k : k + 16]} for k in (0, 16)
    )
    assert max(exact, key=exact.get) == (3, 2)  # next to the goal, as entropy is worth next to nothing
    assert learned != exact
    for row in found:
        assert sum(float(row[f"pi_{a}"]) for a in range(4)) == pytest.approx(1, abs=1e-4)


def test_a_sweep_is_drawn_by_combination(tmp_path, capsys):
    folder = written(tmp_path, "CartPole-v1", axes={"alpha": [0.1, 1.0]})
    assert softql("plot", folder, "--steps", 3, "--style", "light") == 0
    assert {row["run"] for row in rows(folder / "figures" / "learning_curves.csv")} == {"alpha 0.1", "alpha 1"}
    one = watching.learned(folder, json.loads((folder / runs.CONFIG).read_text()))
    assert (one.name, one.alpha) == ("lane 2, alpha 1", 1.0)  # the better of the two, by result.json
    assert softql("show", folder, "--lane", 4) == 2
    assert "there is no lane 4: it has lanes 0 to 3" in capsys.readouterr().err


def test_mistakes_are_one_line_and_exit_2(pole, tmp_path, capsys):
    for command in ("plot", "show"):
        assert softql(command, tmp_path / "none") == 2
        assert "holds no run: No such file or directory" in (said := capsys.readouterr().err)
        assert said.count("\n") == 1
    (tmp_path / runs.CONFIG).write_text("{}")
    assert softql("show", tmp_path) == 2
    assert "its config.json is not that of a run" in capsys.readouterr().err
    (tmp_path / runs.CONFIG).write_text((pole / runs.CONFIG).read_text())
    assert softql("plot", tmp_path) == 2
    assert "has no metrics.csv: there is nothing to draw yet" in capsys.readouterr().err
    assert softql("show", tmp_path) == 2
    assert "holds no parameters.npz: softql train writes it when it stops" in (said := capsys.readouterr().err)
    assert said.count("\n") == 1
    assert softql("show", pole, "--out", pole / runs.CONFIG) == 2
    assert "can't draw in" in capsys.readouterr().err


def test_a_run_that_goes_on_has_its_curves(pole, tmp_path, capsys):
    """Metrics are there before parameters are: the curves are drawn, and what is missing is said."""
    for name in (runs.CONFIG, runs.METRICS):
        (tmp_path / name).write_text((pole / name).read_text())
    assert softql("plot", tmp_path, "--style", "light") == 2
    said = capsys.readouterr()
    assert (tmp_path / "figures" / "entropy.png").exists()
    assert "holds no parameters.npz: " in said.err


def test_a_read_only_folder_is_one_line_that_leads_elsewhere(pole, tmp_path, monkeypatch, capsys):
    """As the kernel says it where root too can't write: nothing is computed in vain, nothing in the folder changes."""
    before = {path: path.read_bytes() for path in pole.rglob("*") if path.is_file()}
    mkdir, write_text = Path.mkdir, Path.write_text

    def refusing(act):
        def to(path, *of, **more):
            if pole in (path, *path.parents):
                raise OSError(errno.EROFS, "Read-only file system")
            return act(path, *of, **more)

        return to

    monkeypatch.setattr(Path, "mkdir", refusing(mkdir))
    monkeypatch.setattr(Path, "write_text", refusing(write_text))
    for command in (("plot",), ("show", "--steps", 2), ("report",), ("compare", "--out", pole / "compared")):
        assert softql(command[0], pole, *command[1:]) == 2
        said = capsys.readouterr().err
        assert said.count("\n") == 1
        assert "Read-only file system; --out " in said
    assert softql("report", pole, "--out", tmp_path / "page.html") == 0
    assert softql("compare", pole, "--out", tmp_path, "--style", "dark") == 0
    assert (tmp_path / "comparison-dark.png").exists()
    (row,) = rows(tmp_path / "comparison.csv")
    assert [row[x] for x in ("mean", "seed_0", "seed_1")] == ["0.0", "0.0", "0.0"]
    assert {path: path.read_bytes() for path in pole.rglob("*") if path.is_file()} == before
