"""Boards of cells: MinAtar's channels, FrozenLake, FourRooms, Catch, DeepSea. State or observation -> image."""

from __future__ import annotations

from typing import Any

import numpy as np

from softql.drawing.canvas import Canvas, Palette

__all__ = ["catch", "deep_sea", "four_rooms", "frozen_lake", "minatar", "size_of"]

SIDE = 220  # of the longer side of a board, about, pixels


def size_of(rows: int, columns: int) -> tuple[int, int]:
    """Height and width in pixels of a board, whole pixels a cell.

    Example:
        >>> size_of(10, 10), size_of(10, 5)
        ((220, 220), (220, 110))
    """
    cell = max(2, SIDE // max(rows, columns))
    return cell * rows, cell * columns


def board(rows: int, columns: int, palette: Palette) -> Canvas:
    """An empty board; cell (row, column) reaches from (column, -row - 1) to (column + 1, -row)."""
    height, width = size_of(rows, columns)
    return Canvas(width, height, (0, -rows, columns, 0), palette.ground)


def cell(sheet: Canvas, row: float, column: float, colour: str, inset: float = 0.5) -> None:
    """Fill a cell."""
    sheet.box((column, -row - 1), (column + 1, -row), colour, inset)


def minatar(obs: np.ndarray, palette: Palette) -> np.ndarray:
    """Each channel of an observation [rows, columns, channels] a colour; where several meet, the first shows."""
    rows, columns, channels = obs.shape
    sheet = board(rows, columns, palette)
    for row, column in np.ndindex(rows, columns):
        cell(sheet, row, column, palette.panel)
    for channel in range(channels)[::-1]:
        for row, column in np.argwhere(obs[..., channel] > 0):
            cell(sheet, row, column, palette.marks[channel % len(palette.marks)])
    return sheet.image()


def frozen_lake(state: Any, desc: np.ndarray, palette: Palette) -> np.ndarray:
    """Ice, holes (dark), the goal (a flag's colour), the start (a frame), and where one stands."""
    rows, columns = desc.shape
    sheet = board(rows, columns, palette)
    for row, column in np.ndindex(rows, columns):
        cell(sheet, row, column, palette.panel, 1)
        tile, middle = int(desc[row, column]), (column + 0.5, -row - 0.5)
        if tile == 0:
            sheet.text(middle, "S", palette.faint, 16, "mm")
        elif tile == 2:
            sheet.disc(middle, 0.36, palette.marks[0])
        elif tile == 3:
            sheet.text(middle, "G", palette.marks[2], 20, "mm")
    row, column = divmod(int(state.position), columns)
    sheet.disc((column + 0.5, -row - 0.5), 0.24, palette.accent)
    return sheet.image()


def four_rooms(state: Any, walls: np.ndarray, palette: Palette) -> np.ndarray:
    """Walls, the goal and where one stands; walls [rows, columns] nonzero."""
    rows, columns = walls.shape
    sheet = board(rows, columns, palette)
    for row, column in np.ndindex(rows, columns):
        cell(sheet, row, column, palette.faint if walls[row, column] else palette.panel)
    row, column = (int(x) for x in state.goal)
    cell(sheet, row, column, palette.marks[2])
    row, column = (int(x) for x in state.pos)
    sheet.disc((column + 0.5, -row - 0.5), 0.38, palette.accent)
    return sheet.image()


def catch(state: Any, rows: int, columns: int, palette: Palette) -> np.ndarray:
    """The ball and the paddle."""
    sheet = board(rows, columns, palette)
    for row, column in np.ndindex(rows, columns):
        cell(sheet, row, column, palette.panel)
    cell(sheet, int(state.paddle_y), int(state.paddle_x), palette.main)
    sheet.disc((int(state.ball_x) + 0.5, -int(state.ball_y) - 0.5), 0.38, palette.accent)
    return sheet.image()


def deep_sea(state: Any, size: int, palette: Palette) -> np.ndarray:
    """The sea, the treasure in the last corner, the diver, and a shore below where an episode ends."""
    sheet = board(size + 1, size, palette)
    for row, column in np.ndindex(size, size):
        cell(sheet, row, column, palette.panel if column <= row else palette.ground)
    sheet.text((size - 0.5, -size - 0.5), "★", palette.marks[4], 18, "mm")
    row, column = (int(x) for x in (state.row, state.column))
    sheet.disc((min(column, size - 1) + 0.5, -min(row, size) - 0.5), 0.36, palette.accent)
    return sheet.image()
