"""Which function draws which environment; what is not known is drawn as it is observed, and that is said."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from softql.drawing import boards, classic, planes
from softql.drawing.canvas import Canvas, Palette

__all__ = ["Scene", "scene"]

MINATAR = ("stay", "left", "up", "right", "down", "fire")


class Scene(NamedTuple):
    """How an environment is drawn.

    Fields:
        size: height and width in pixels.
        draw: (state, obs, palette) -> bytes [height, width, 3]; state as the environment has it, obs [...].
        actions: what each Discrete action is called; None: by its number.
        said: one line where it is not drawn but shown as it is observed.
    """

    size: tuple[int, int]
    draw: Callable[[Any, np.ndarray, Palette], np.ndarray]
    actions: tuple[str, ...] | None = None
    said: str | None = None


def scene(env: Any, env_params: Any) -> Scene:
    """How an environment is drawn, found by its name; its parameters say the lengths.

    Example:
        >>> import gymnax, jax
        >>> from softql.drawing import LIGHT
        >>> env, env_params = gymnax.make("CartPole-v1")
        >>> found = scene(env, env_params)
        >>> obs, state = env.reset(jax.random.key(0), env_params)
        >>> found.size, found.draw(state, obs, LIGHT).shape, found.actions
        ((200, 300), (200, 300, 3), ('left', 'right'))
    """
    name = str(getattr(env, "name", ""))
    known = {**_classic(env_params), **_boards(env), **_planes(env_params)}
    if name in known:
        return known[name]()
    if name.endswith("-MinAtar"):
        rows, columns, _ = env.observation_space(env_params).shape
        actions = tuple(MINATAR[int(a)] for a in env.action_set)
        return Scene(boards.size_of(rows, columns), lambda _, obs, p: boards.minatar(obs, p), actions)
    return _observed(env, env_params, name)


def _classic(params: Any) -> dict[str, Callable[[], Scene]]:
    def of(draw: Callable[[Any, Any, Palette], np.ndarray], *actions: str) -> Callable[[], Scene]:
        return lambda: Scene(classic.SIZE, lambda state, _, p: draw(state, params, p), actions or None)

    return {
        "CartPole-v1": of(classic.cart_pole, "left", "right"),
        "MountainCar-v0": of(classic.mountain_car, "left", "coast", "right"),
        "MountainCarContinuous-v0": of(classic.mountain_car),
        "Acrobot-v1": of(classic.acrobot, "-1", "0", "+1"),
        "Pendulum-v1": of(classic.pendulum),
    }


def _boards(env: Any) -> dict[str, Callable[[], Scene]]:
    def lake() -> Scene:
        desc = np.asarray(env.desc)
        size = boards.size_of(*desc.shape)
        return Scene(size, lambda state, _, p: boards.frozen_lake(state, desc, p), ("left", "down", "right", "up"))

    def rooms() -> Scene:
        walls = ~np.asarray(env.env_map)
        size = boards.size_of(*walls.shape)
        return Scene(size, lambda state, _, p: boards.four_rooms(state, walls, p), ("up", "right", "down", "left"))

    def catch() -> Scene:
        rows, columns = env.rows, env.columns
        size = boards.size_of(rows, columns)
        return Scene(size, lambda state, _, p: boards.catch(state, rows, columns, p), ("left", "stay", "right"))

    def sea() -> Scene:
        n = env.size
        return Scene(boards.size_of(n + 1, n), lambda state, _, p: boards.deep_sea(state, n, p))

    return {"FrozenLake-misc": lake, "FourRooms-misc": rooms, "Catch-bsuite": catch, "DeepSea-bsuite": sea}


def _planes(params: Any) -> dict[str, Callable[[], Scene]]:
    def goals() -> Scene:
        from softql.envs.multigoal import GOALS

        at, radius = np.asarray(GOALS), float(params.goal_radius)
        return Scene(planes.SIZE, lambda state, _, p: planes.multigoal(state, at, radius, p))

    def lines() -> Scene:
        level, wanted = float(params.level), (params.first_cost > 0, params.second_cost > 0)
        return Scene(planes.SIZE, lambda state, _, p: planes.lines(state, level, wanted, p))

    return {"MultiGoal-softql": goals, "Lines-softql": lines}


def _observed(env: Any, params: Any, name: str) -> Scene:
    """An observation as an image where it is one, as bars where it is a vector."""
    space = env.observation_space(params)
    shape = tuple(getattr(space, "shape", ()) or ())
    what = f"softql has no picture of {name or type(env).__name__}: drawn as it is observed"
    if len(shape) == 3 and shape[2] <= 10 and max(shape[:2]) <= 64:
        size = boards.size_of(shape[0], shape[1])
        return Scene(size, lambda _, obs, p: boards.minatar(obs, p), said=f"{what}, each channel a colour")
    if len(shape) == 2 and min(shape) > 1 and max(shape) <= 64:
        size = boards.size_of(*shape)
        return Scene(size, lambda _, obs, p: boards.minatar(obs[..., None], p), said=f"{what}, as a board")
    if not shape:
        n = int(getattr(space, "n", 1))
        return Scene(classic.SIZE, lambda _, obs, p: _bars(np.eye(n)[int(obs)], p), said=f"{what}, a number")
    return Scene(classic.SIZE, lambda _, obs, p: _bars(np.ravel(obs), p), said=f"{what}, a bar for each number")


def _bars(x: np.ndarray, palette: Palette) -> np.ndarray:
    """Numbers as bars, squeezed by x / (1 + |x|) so that any size has its place."""
    height, width = classic.SIZE
    n = len(x)
    sheet = Canvas(width, height, (-0.5, -1.1, n - 0.5, 1.1), palette.ground)
    for i, value in enumerate(x / (1 + np.abs(x))):
        sheet.box((i - 0.4, min(value, 0.0)), (i + 0.4, max(value, 0.0)), palette.main)
    sheet.line([(-0.5, 0), (n - 0.5, 0)], palette.faint, 1)
    return sheet.image()
