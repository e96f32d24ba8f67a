"""Frames of an animation: pictures side by side, each with what is known of its moment; and a strip of them.

Images are bytes [height, width, 3].
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image

from softql.drawing.canvas import Canvas, Palette

__all__ = ["Side", "frame", "gif", "strip"]

LINE, BARS, GAP = 15, 58, 14  # heights of a line of text and of the bars, and the space between two sides, pixels
NARROW = 210  # a side has room for its words


class Side(NamedTuple):
    """One episode at one moment.

    Fields:
        picture: of the state.
        title: what is shown.
        words: lines below.
        chances: of each action [n]; for continuous actions in one dimension of each of n equal parts of the range;
            [n, m] in two, drawn as a map; None draws none.
        labels: of the actions, as many as there is room for.
        taken: the index of the action taken, None at the end.
    """

    picture: np.ndarray
    title: str
    words: tuple[str, ...] = ()
    chances: np.ndarray | None = None
    labels: tuple[str, ...] | None = None
    taken: int | tuple[int, int] | None = None


def frame(sides: Sequence[Side], palette: Palette) -> np.ndarray:
    """The sides next to one another; sides of equal pictures and as many lines give frames of equal size.

    Example:
        >>> from softql.drawing.canvas import LIGHT
        >>> side = Side(np.zeros((20, 30, 3), np.uint8), "greedy", ("step 0",), np.array([0.3, 0.7]), taken=1)
        >>> frame([side, side], LIGHT).shape
        (121, 434, 3)
    """
    parts = [_side(side, palette) for side in sides]
    gap = _blank(parts[0].shape[0], GAP, palette)
    return np.concatenate([x for part in parts for x in (gap, part)][1:], 1)


def _side(side: Side, palette: Palette) -> np.ndarray:
    height, width, _ = side.picture.shape
    wide = max(width, NARROW)
    left = (wide - width) // 2
    picture = np.concatenate(
        [_blank(height, left, palette), side.picture, _blank(height, wide - width - left, palette)], 1
    )
    parts = [_text(side.title, wide, palette, palette.ink, LINE + 7, 13), picture]
    parts += [_text(line, wide, palette, palette.ink, LINE, 11) for line in side.words]
    if side.chances is not None:
        parts.append(_chances(side, wide, palette))
    return np.concatenate([*parts, _blank(6, wide, palette)], 0)


def _text(words: str, width: int, palette: Palette, colour: str, height: int, size: int) -> np.ndarray:
    sheet = Canvas(width, height, (0, 0, width, height), palette.ground)
    sheet.text((2, height / 2), words, colour, size, "lm")
    return sheet.image()


def _chances(side: Side, width: int, palette: Palette) -> np.ndarray:
    assert side.chances is not None
    if side.chances.ndim == 2:
        return _map(side.chances, width, palette, side.taken)
    n = len(side.chances)
    names = side.labels or tuple(map(str, range(n)))
    sheet = Canvas(width, BARS, (-0.5, -0.45, n - 0.5, 1.12), palette.ground)
    top = 1.0 if n <= 20 else max(float(side.chances.max()), 1e-9)  # a density has no greatest chance
    inset = 2.0 if n <= 20 else 0.0
    for i, chance in enumerate(side.chances):
        sheet.box((i - 0.5, 0), (i + 0.5, 1), palette.panel, inset)
        colour = palette.accent if i == side.taken else palette.main
        if chance / top > 1e-3:
            sheet.box((i - 0.5, 0), (i + 0.5, chance / top), colour, inset if chance / top > 0.1 else 0)
    if n > 20 and isinstance(side.taken, int):
        sheet.line([(side.taken, 0), (side.taken, 1)], palette.accent, 1.5)
    if n <= 20:
        for i, name in enumerate(names[:n]):
            sheet.text((i, -0.08), name, palette.faint, 10 if n <= 7 else 8, "ma")
    else:
        sheet.text((-0.5, -0.08), names[0], palette.faint, 10, "la")
        sheet.text((n - 0.5, -0.08), names[-1], palette.faint, 10, "ra")
    return sheet.image()


def _map(chances: np.ndarray, width: int, palette: Palette, taken: int | tuple[int, int] | None) -> np.ndarray:
    """Two coordinates of an action, the first to the right, the second up."""
    n, m = chances.shape
    side = BARS + 40
    share = (chances / max(float(chances.max()), 1e-9)).T[::-1, :, None]
    low, high = (np.array([int(c[i : i + 2], 16) for i in (1, 3, 5)]) for c in (palette.panel, palette.main))
    small = Image.fromarray((low + share * (high - low)).astype(np.uint8))
    sheet = Canvas(width, side, (0, 0, width, side), palette.ground)
    image = np.array(sheet.image())
    left = (width - side) // 2
    image[:, left : left + side] = np.asarray(small.resize((side, side), Image.Resampling.NEAREST))
    if isinstance(taken, tuple):
        x = left + round((taken[0] + 0.5) / n * side)
        y = round((1 - (taken[1] + 0.5) / m) * side)
        image[max(0, y - 2) : y + 3, max(0, x - 2) : x + 3] = [int(palette.accent[i : i + 2], 16) for i in (1, 3, 5)]
    return image


def _blank(height: int, width: int, palette: Palette) -> np.ndarray:
    return np.asarray(Image.new("RGB", (max(width, 0), height), palette.ground)).reshape(height, max(width, 0), 3)


def gif(path: str | Path, images: Sequence[np.ndarray], milliseconds: Sequence[int]) -> None:
    """An animation that repeats; one palette of 255 colours for all, so that nothing flickers.

    Args:
        path: to write.
        images: of equal size, at least one.
        milliseconds: how long each is shown.
    """
    sample = np.concatenate([images[i] for i in np.unique(np.linspace(0, len(images) - 1, 6).astype(int))], 0)
    colours = _colours(sample)
    sheets = [_indexed(image, colours) for image in images]
    sheets[0].save(path, save_all=True, append_images=sheets[1:], duration=list(milliseconds), loop=0, optimize=False)


def _colours(sample: np.ndarray) -> np.ndarray:
    """255 colours [255, 3]: the commonest as they are, so that a ground stays the page's, and averages of the rest."""
    found, counts = np.unique(sample.reshape(-1, 3), axis=0, return_counts=True)
    exact = found[np.argsort(-counts, kind="stable")[:16]]
    rest = np.array(Image.fromarray(sample).quantize(239).getpalette(), np.uint8).reshape(-1, 3)[:239]
    return np.concatenate([exact, rest])


def _indexed(image: np.ndarray, colours: np.ndarray) -> Image.Image:
    """Each pixel the nearest of the colours; Pillow's own search takes a near one for the nearest."""
    packed = image.astype(np.int64) @ np.array([65536, 256, 1])
    found, where = np.unique(packed, return_inverse=True)
    each = np.stack([found >> 16, found >> 8 & 255, found & 255], -1)
    nearest = np.square(each[:, None] - colours[None].astype(np.int64)).sum(-1).argmin(-1)
    sheet = Image.fromarray(nearest[where].reshape(image.shape[:2]).astype(np.uint8), "P")
    sheet.putpalette(colours.ravel().tolist())
    return sheet


def strip(path: str | Path, rows: Sequence[Sequence[Side]], palette: Palette) -> None:
    """A PNG: a row an episode, moments from left to right.

    Args:
        path: to write.
        rows: the sides of each row, all of one size.
        palette: of the page.
    """
    images = [frame(row, palette) for row in rows]
    wide = max(image.shape[1] for image in images)
    full = [np.concatenate([x, _blank(x.shape[0], wide - x.shape[1], palette)], 1) for x in images]
    Image.fromarray(np.concatenate(full, 0)).save(path)
