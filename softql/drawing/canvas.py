"""A sheet to draw on in the coordinates of a world, and the colours of a light and of a dark page.

Lines and letters are drawn three times as large and scaled down, which smooths their edges.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from PIL import Image, ImageDraw, ImageFont

__all__ = ["DARK", "LIGHT", "Canvas", "Palette", "font"]

FINER = 3  # pixels drawn for one that is kept, a side


class Palette(NamedTuple):
    """Colours by what they are for; `marks` are told apart by the colour-blind too (Okabe and Ito)."""

    ground: str
    ink: str
    faint: str
    panel: str
    main: str
    accent: str
    marks: tuple[str, ...]


COLOURS = (  # on a light page, and on a dark one: what comes before the marks, in the order of the fields
    *(("#ffffff", "#131416"), ("#1b2733", "#dfe3e8"), ("#8a8f98", "#7d848e")),
    *(("#e6e9ed", "#2a2e34"), ("#1f5fa8", "#6cb0f5"), ("#d55e00", "#ff9147")),
)
MARKS = (
    *(("#0072b2", "#4ba3e3"), ("#d55e00", "#ff8243"), ("#009e73", "#26c295"), ("#cc79a7", "#e79fc4")),
    *(("#e69f00", "#f2b84b"), ("#56b4e9", "#8fd0f7"), ("#5a5a5a", "#a9adb3"), ("#8c6d1f", "#c4a353")),
    *(("#7a3db8", "#b48ae6"), ("#a8b400", "#d3df3f")),
)


def _page(which: int) -> Palette:
    ground, ink, faint, panel, main, accent = (pair[which] for pair in COLOURS)
    return Palette(ground, ink, faint, panel, main, accent, tuple(pair[which] for pair in MARKS))


LIGHT, DARK = _page(0), _page(1)


@cache
def font(size: int) -> Any:
    """matplotlib's own letters, which have α and π."""
    from matplotlib import get_data_path

    return ImageFont.truetype(f"{get_data_path()}/fonts/ttf/DejaVuSans.ttf", size)


class Canvas:
    """A sheet of width x height pixels that shows the part `view` = (left, bottom, right, top) of a world.

    Example:
        >>> sheet = Canvas(40, 20, (0.0, 0.0, 2.0, 1.0), "#ffffff")
        >>> sheet.disc((1.0, 0.5), 0.2, "#000000")
        >>> image = sheet.image()
        >>> image.shape, image[10, 20].tolist(), image[0, 0].tolist()
        ((20, 40, 3), [0, 0, 0], [255, 255, 255])
    """

    def __init__(self, width: int, height: int, view: tuple[float, float, float, float], ground: str) -> None:
        self.size, self.view = (width, height), view
        self.sheet = Image.new("RGB", (FINER * width, FINER * height), ground)
        self.pen = ImageDraw.Draw(self.sheet)

    def place(self, point: Sequence[float]) -> tuple[float, float]:
        """Where a point of the world lies on the sheet."""
        left, bottom, right, top = self.view
        x, y = (float(c) if np.isfinite(c) else 0.0 for c in point)
        return (
            FINER * self.size[0] * (x - left) / (right - left),
            FINER * self.size[1] * (top - y) / (top - bottom),
        )

    def line(self, points: Sequence[Sequence[float]], colour: str, width: float = 2.0) -> None:
        """A line through points; width in pixels."""
        self.pen.line([self.place(p) for p in points], fill=colour, width=round(FINER * width), joint="curve")

    def area(self, corners: Sequence[Sequence[float]], colour: str) -> None:
        """A filled polygon."""
        self.pen.polygon([self.place(p) for p in corners], fill=colour)

    def disc(self, middle: Sequence[float], radius: float, colour: str) -> None:
        """A filled circle; radius in units of the world's first coordinate."""
        x, y = self.place(middle)
        r = FINER * self.size[0] * radius / (self.view[2] - self.view[0])
        self.pen.ellipse((x - r, y - r, x + r, y + r), fill=colour)

    def box(self, low: Sequence[float], high: Sequence[float], colour: str, inset: float = 0.0) -> None:
        """A filled rectangle between two corners, its sides moved in by `inset` pixels; nothing where none is left."""
        (x0, y1), (x1, y0) = self.place(low), self.place(high)
        d = FINER * inset
        if x1 - x0 > 2 * d + 1 and y1 - y0 > 2 * d + 1:
            self.pen.rectangle((x0 + d, y0 + d, x1 - d - 1, y1 - d - 1), fill=colour)

    def text(self, at: Sequence[float], words: str, colour: str, size: int = 11, anchor: str = "la") -> None:
        """Words at a point; size in pixels; anchor as Pillow has it."""
        self.pen.text(self.place(at), words, fill=colour, font=font(FINER * size), anchor=anchor)

    def image(self) -> np.ndarray:
        """Bytes [height, width, 3]."""
        return np.asarray(self.sheet.resize(self.size, Image.Resampling.BOX))
