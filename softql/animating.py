"""`softql show RUN`: a greedy and a sampled episode side by side, as an animated GIF and as a PNG strip.

Nothing heavy is imported before the command runs.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from softql import opening, options
from softql.mistakes import packages_for

if TYPE_CHECKING:
    from softql.drawing import Palette, Scene, Side
    from softql.watching import Episode, Learned, Mind

__all__ = ["add_to"]

FRAMES = 200  # of an animation, at most: long episodes are shown every few steps
MOMENTS = 6  # in a strip
HELD = 1500  # milliseconds that the last frame stays


def add_to(commands: Any) -> None:
    """The command."""
    show = commands.add_parser(
        "show",
        help="watch a run: episodes as an animated GIF and a PNG strip",
        description="Draw episodes of what a run has learned: the greedy policy and the one that draws from "
        "exp((Q - V)/alpha), side by side from the same first state, with V and the chance of each action. Classic "
        "control, MinAtar, FrozenLake, FourRooms, Catch, DeepSea, MultiGoal and Lines have pictures; anything else is "
        "drawn as it is observed.",
    )
    show.set_defaults(run=_show)
    opening.add_look(show, "RUN")
    show.add_argument("--episodes", type=options.count, default=1, metavar="N", help="how many (default: 1)")
    show.add_argument(
        "--policy", choices=("greedy", "sampled", "both"), default="both", help="whose episodes (default: both)"
    )
    show.add_argument(
        "--format", choices=("gif", "png", "both"), default="both", help="animation, strip or both (default: both)"
    )


def _show(arguments: argparse.Namespace) -> int:
    with packages_for("showing"):
        from softql import drawing, runs, watching  # noqa: F401
    config = opening.config_of(arguments.folder, arguments.env)
    one = opening.network_of(arguments.folder, config, arguments.lane)
    out: Path = arguments.out or arguments.folder
    names: Any = ("greedy", "sampled") if arguments.policy == "both" else (arguments.policy,)
    found = watching.watch(one, arguments.seed, names, arguments.episodes, arguments.steps)
    scene, thinks = drawing.scene(one.plan.env, one.plan.env_params), watching.mind(one)
    if scene.said:
        print(scene.said)
    with opening.drawing_in(out):
        for k, episodes in enumerate(zip(*found, strict=True)):
            shown = dict(zip(names, episodes, strict=True))
            told = (f"{name} return {episode.reward.sum():.4g}, {_ended(episode)}" for name, episode in shown.items())
            print(f"episode {k}: {'; '.join(told)}")
            for style, palette in options.styles_of(arguments.style).items():
                stem = f"episode{'-' + str(k) if k else ''}{'' if style == 'light' else '-' + style}"
                if arguments.format != "png":
                    images, times = _animation(one, scene, thinks, shown, palette)
                    drawing.gif(out / f"{stem}.gif", images, times)
                    print(out / f"{stem}.gif")
                if arguments.format != "gif":
                    rows = [_row(one, scene, thinks, name, episode, palette) for name, episode in shown.items()]
                    drawing.strip(out / f"{stem}.png", rows, palette)
                    print(out / f"{stem}.png")
    return 0


def _ended(episode: Episode) -> str:
    return f"{episode.end} after {episode.steps} steps"


def _animation(
    one: Learned, scene: Scene, thinks: Mind, shown: dict[str, Episode], palette: Palette
) -> tuple[list[Any], list[int]]:
    """Frames, and the milliseconds of each; an episode that is over stays as it ended."""
    from softql.drawing import frame

    longest = max(episode.steps for episode in shown.values())
    every = -(-longest // FRAMES)
    moments = [*range(0, longest, every), longest]
    images = [
        frame([_side(one, scene, thinks, name, episode, t, palette) for name, episode in shown.items()], palette)
        for t in moments
    ]
    pace = min(400, max(40, 8_000 // len(moments)))
    return images, [*[pace] * (len(moments) - 1), HELD]


def _row(one: Learned, scene: Scene, thinks: Mind, name: str, episode: Episode, palette: Palette) -> list[Side]:
    import numpy as np

    moments = np.linspace(0, episode.steps, MOMENTS).astype(int)
    return [_side(one, scene, thinks, name, episode, int(t), palette) for t in moments]


def _side(one: Learned, scene: Scene, thinks: Mind, name: str, episode: Episode, t: int, palette: Palette) -> Side:
    """An episode at one moment."""
    import numpy as np

    from softql.drawing import Side

    t = min(t, episode.steps)
    over = t == episode.steps
    words = (
        f"step {t}, return {episode.reward[:t].sum():.4g}" + (f", {episode.end}" if over else ""),
        f"V {episode.v[t]:.4g}, entropy {episode.entropy[t]:.3g} nats",
    )
    picture = scene.draw(episode.at(t), episode.obs[t], palette)
    title = f"{name}, {one.name}"
    if thinks.points is None:
        return Side(picture, title, words)
    points = thinks.points.reshape(len(thinks.points), -1)
    chances, labels = np.exp(episode.log_pi[t]) * thinks.mass, scene.actions
    taken = None if over else int(np.square(points - episode.action[t]).sum(-1).argmin())
    if points.shape[1] == 2:
        n = round(len(points) ** 0.5)
        return Side(picture, title, words, chances.reshape(n, n), None, taken if taken is None else divmod(taken, n))
    if thinks.points.ndim == 2:
        labels = (f"{points[0, 0]:.2g}", f"{points[-1, 0]:.2g}")
    return Side(picture, title, words, chances, labels, taken)
