"""Points in a plane: MultiGoal and Lines of softql, with the level of what a place pays. State -> image."""

from __future__ import annotations

from typing import Any

import numpy as np

from softql.drawing.canvas import Canvas, Palette

__all__ = ["SIZE", "lines", "multigoal"]

SIZE = (220, 220)
EDGE = 7.4  # what is shown of the plane, from the middle


def multigoal(state: Any, goals: np.ndarray, radius: float, palette: Palette) -> np.ndarray:
    """The goals with their radius, the point, and rings a unit of distance apart round each goal."""
    sheet = _plane(palette)
    angle = np.linspace(0, 2 * np.pi, 60)
    ring = np.stack([np.cos(angle), np.sin(angle)], -1)
    for goal in goals:
        for r in (1.0, 2.0, 3.0):
            sheet.line([goal + r * p for p in ring], palette.panel, 1)
        sheet.disc(goal.tolist(), radius, palette.marks[2])
    sheet.disc(state.position.tolist(), 0.32, palette.accent)
    return sheet.image()


def lines(state: Any, level: float, wanted: tuple[bool, bool], palette: Palette) -> np.ndarray:
    """The lines that the skills want, in strong colour where they pay, and the point."""
    sheet = _plane(palette)
    for at in (-level, level):
        sheet.line([(at, -EDGE), (at, EDGE)], palette.marks[2] if wanted[0] else palette.panel, 2)
        sheet.line([(-EDGE, at), (EDGE, at)], palette.marks[2] if wanted[1] else palette.panel, 2)
    sheet.disc(state.position.tolist(), 0.32, palette.accent)
    return sheet.image()


def _plane(palette: Palette) -> Canvas:
    sheet = Canvas(SIZE[1], SIZE[0], (-EDGE, -EDGE, EDGE, EDGE), palette.ground)
    sheet.line([(-EDGE, 0), (EDGE, 0)], palette.panel, 1)
    sheet.line([(0, -EDGE), (0, EDGE)], palette.panel, 1)
    return sheet
