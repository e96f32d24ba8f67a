"""Classic control: CartPole, the two MountainCars, Acrobot, Pendulum. State -> image."""

from __future__ import annotations

from typing import Any

import numpy as np

from softql.drawing.canvas import Canvas, Palette

__all__ = ["SIZE", "acrobot", "cart_pole", "mountain_car", "pendulum"]

SIZE = (200, 300)  # height, width


def cart_pole(state: Any, params: Any, palette: Palette) -> np.ndarray:
    """The cart on its track and the pole, twice its length for the eye; marks where the track ends."""
    x, theta = float(state.x), float(state.theta)
    end = float(params.x_threshold)
    half = 1.25 * end
    sheet = Canvas(SIZE[1], SIZE[0], (-half, -0.6, half, -0.6 + 2 * half * SIZE[0] / SIZE[1]), palette.ground)
    sheet.line([(-half, 0), (half, 0)], palette.faint, 1.5)
    for side in (-end, end):
        sheet.line([(side, -0.15), (side, 0.15)], palette.faint, 2)
    sheet.box((x - 0.35, 0.02), (x + 0.35, 0.36), palette.main)
    length = 4 * float(params.length)
    tip = (x + length * np.sin(theta), 0.36 + length * np.cos(theta))
    sheet.line([(x, 0.36), tip], palette.accent, 6)
    sheet.disc((x, 0.36), 0.08, palette.ink)
    return sheet.image()


def mountain_car(state: Any, params: Any, palette: Palette) -> np.ndarray:
    """The valley y = sin 3x, the car on it, a flag at the goal."""
    position = float(np.ravel(state.position)[0])
    low, high, goal = (float(x) for x in (params.min_position, params.max_position, params.goal_position))
    sheet = Canvas(SIZE[1], SIZE[0], (low - 0.08, -1.35, high + 0.12, 1.6), palette.ground)
    xs = np.linspace(low - 0.08, high + 0.12, 120)
    ground = [(x, np.sin(3 * x)) for x in xs]
    sheet.area([*ground, (xs[-1], -2), (xs[0], -2)], palette.panel)
    sheet.line(ground, palette.faint, 2)
    foot = np.sin(3 * goal)
    sheet.line([(goal, foot), (goal, foot + 0.5)], palette.ink, 2)
    sheet.area([(goal, foot + 0.5), (goal + 0.1, foot + 0.4), (goal, foot + 0.3)], palette.accent)
    slope = 3 * np.cos(3 * position)
    ratio = (SIZE[0] / 2.95) / (SIZE[1] / (high - low + 0.2))  # pixels of a unit of y for those of one of x
    along = np.array([1.0, slope * ratio]) / np.hypot(1.0, slope * ratio)
    up = np.array([-along[1], along[0]])

    def at(forward: float, above: float) -> tuple[float, float]:
        move = forward * along + above * up
        return position + move[0], np.sin(3 * position) + move[1] / ratio

    sheet.area([at(-0.09, 0.035), at(0.09, 0.035), at(0.07, 0.1), at(-0.07, 0.1)], palette.main)
    for wheel in (-0.055, 0.055):
        sheet.disc(at(wheel, 0.03), 0.028, palette.ink)
    return sheet.image()


def acrobot(state: Any, params: Any, palette: Palette) -> np.ndarray:
    """Two links that hang from a hinge, and the height that the tip must reach."""
    first, second = float(state.joint_angle1), float(state.joint_angle2)
    one, two = float(params.link_length_1), float(params.link_length_2)
    reach = 1.15 * (one + two)
    wide = reach * SIZE[1] / SIZE[0]
    sheet = Canvas(SIZE[1], SIZE[0], (-wide, -reach, wide, reach), palette.ground)
    sheet.line([(-wide, one), (wide, one)], palette.faint, 1.5)
    elbow = (one * np.sin(first), -one * np.cos(first))
    tip = (elbow[0] + two * np.sin(first + second), elbow[1] - two * np.cos(first + second))
    sheet.line([(0, 0), elbow], palette.main, 8)
    sheet.line([elbow, tip], palette.accent, 8)
    for joint in ((0.0, 0.0), elbow):
        sheet.disc(joint, 0.1, palette.ink)
    sheet.disc(tip, 0.07, palette.accent)
    return sheet.image()


def pendulum(state: Any, params: Any, palette: Palette) -> np.ndarray:
    """The rod, upright at angle 0, and the last torque below."""
    theta, torque = float(state.theta), float(np.ravel(state.last_u)[0])
    sheet = Canvas(SIZE[1], SIZE[0], (-1.95, -1.3, 1.95, 1.3), palette.ground)
    sheet.line([(0, 1.05), (0, 1.25)], palette.faint, 1.5)
    tip = (-np.sin(theta), np.cos(theta))
    sheet.line([(0, 0), tip], palette.main, 12)
    sheet.disc(tip, 0.08, palette.main)
    sheet.disc((0, 0), 0.09, palette.ink)
    sheet.line([(-0.8, -1.2), (0.8, -1.2)], palette.faint, 1)
    share = -torque / float(params.max_torque)  # a positive torque turns against the clock
    sheet.line([(0, -1.2), (0.8 * np.clip(share, -1, 1), -1.2)], palette.accent, 5)
    return sheet.image()
