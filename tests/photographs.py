"""Simulated photographs of printed pages: a pen, a camera, a lamp.

A page is drawn on as with a pen, printed to pixels, and then photographed: turned, tilted, bent,
lit from one side, blurred, noisy, compressed. Everything is seeded; what was meant to be drawn is
known.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import shapely
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from numpy.typing import NDArray

from hippain_maps.drawing import PainDrawing
from hippain_maps.geometry import Area, FloatArray, View
from hippain_maps.paper import PageLayout
from hippain_maps.plotting.paper_page import plot_paper_page
from hippain_maps.regions import Body

PENS: dict[str, tuple[float, float, float]] = {
    "blue": (0.13, 0.22, 0.62),
    "red": (0.80, 0.13, 0.16),
    "black": (0.13, 0.13, 0.14),
}
"""Colours of ballpoint and felt pens on paper, as a camera sees them."""

Photo = NDArray[np.uint8]


@dataclass(frozen=True)
class Drawn:
    """A line drawn on a page by pen: where, with what, and what it was meant to enclose."""

    view: View
    line: FloatArray
    pen: str = "blue"
    width_mm: float = 0.5
    area: Area | None = None


@dataclass(frozen=True)
class Camera:
    """How a photograph is taken."""

    megapixels: float = 8.0
    turn: float = 0.0
    tilt: tuple[float, float] = (0.0, 0.0)
    fill: float = 0.86
    bend_mm: float = 0.0
    light: float = 0.35
    warmth: float = 0.06
    shadow: float = 0.0
    blur: float = 0.8
    noise: float = 3.0
    quality: int = 85
    table: tuple[int, int, int] = (96, 78, 60)
    seed: int = 0


def outline(area: Area, rng: np.random.Generator, wobble: float = 0.0) -> FloatArray:
    """Return the edge of an area as a hand draws it, closed."""
    xy = shapely.get_coordinates(shapely.segmentize(area.exterior, 0.5))
    if wobble:
        noise = rng.normal(size=(len(xy), 2))
        kernel = np.ones(15) / 15
        for i in (0, 1):
            noise[:, i] = np.convolve(
                np.concatenate([noise[-7:, i], noise[:, i], noise[:7, i]]), kernel, "valid"
            )
        xy = xy + wobble * noise
        xy[-1] = xy[0]
    return xy


def blob(centre: tuple[float, float], radius: float, rng: np.random.Generator) -> Area:
    """Return a rounded, uneven area, cm."""
    angle = np.linspace(0, 2 * np.pi, 73)[:-1]
    r = np.ones_like(angle)
    for k in (1, 2, 3):
        r += rng.normal(0, 0.09 / k) * np.cos(k * angle + rng.uniform(0, 6.28))
    stretch = rng.uniform(0.7, 1.4)
    xy = np.stack([np.cos(angle) * r * radius, np.sin(angle) * r * radius * stretch], axis=1)
    return shapely.Polygon(xy + centre)


def rendered(figure: Figure, dpi: float) -> Photo:
    """Return a figure as pixels."""
    figure.set_dpi(dpi)
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())[..., :3].copy()


def printed_page(
    body: Body,
    layout: PageLayout,
    drawn: list[Drawn],
    *,
    paper: str = "a4",
    language: str = "en",
    dpi: float = 300,
    figure: Figure | None = None,
) -> Photo:
    """Return the page, drawn on, as pixels of ink on white paper."""
    figure = figure or plot_paper_page(body, layout, paper=paper, language=language)
    ax = figure.axes[0]
    rooms = {room.view: room for room in layout.rooms}
    lines = []
    for item in drawn:
        xy = rooms[item.view].to_page(item.line)
        colour, points = PENS[item.pen], item.width_mm * 72 / 25.4
        if len(xy) == 1:
            (line,) = ax.plot(*xy.T, "o", ms=points, color=colour, mew=0, zorder=9)
        else:
            (line,) = ax.plot(*xy.T, color=colour, lw=points, solid_capstyle="round", zorder=9)
        lines.append(line)
    pixels = rendered(figure, dpi)
    for line in lines:
        line.remove()
    return pixels


def photograph(page: Photo, camera: Camera) -> Photo:
    """Return a photograph of a page."""
    rng = np.random.default_rng(camera.seed)
    page_high, page_wide = page.shape[:2]
    wide_first = page_wide >= page_high
    ratio = 4 / 3 if wide_first else 3 / 4
    wide = int(np.sqrt(camera.megapixels * 1e6 * ratio))
    high = int(camera.megapixels * 1e6 / wide)
    # A pinhole over the middle of the page, which is turned and tilted below it.
    size = camera.fill * min(wide / page_wide, high / page_high)
    turn = np.deg2rad(camera.turn)
    about_x, about_y = np.deg2rad(camera.tilt)
    far = 2.2 * max(wide, high)

    def place(xy: FloatArray) -> FloatArray:
        flat = (xy - [page_wide / 2, page_high / 2]) * size
        x, y = flat[..., 0], flat[..., 1]
        u, v = xy[..., 0] / page_wide, xy[..., 1] / page_high
        mm = size * max(page_wide, page_high) / 297
        z = camera.bend_mm * mm * 8 * (u - 0.5) ** 2 * (0.6 + 0.4 * v)
        x, y = x * np.cos(turn) - y * np.sin(turn), x * np.sin(turn) + y * np.cos(turn)
        y, z = y * np.cos(about_x) - z * np.sin(about_x), y * np.sin(about_x) + z * np.cos(about_x)
        x, z = x * np.cos(about_y) + z * np.sin(about_y), z * np.cos(about_y) - x * np.sin(about_y)
        depth = far / (far + z)
        return np.stack([x * depth + wide / 2, y * depth + high / 2], axis=-1)

    # Backwards by a grid: where on the page each pixel of the photo looks.
    across = np.linspace(-0.02, 1.02, 105)
    grid = np.stack(np.meshgrid(across * page_wide, across * page_high), axis=-1)
    seen = place(grid)
    plane, _ = cv2.findHomography(seen.reshape(-1, 2), grid.reshape(-1, 2))
    # The way back is smooth: found every few pixels, and filled in between.
    coarse = 8
    columns, rows = np.meshgrid(
        np.arange(0.0, wide + coarse, coarse), np.arange(0.0, high + coarse, coarse)
    )
    w = plane[2, 0] * columns + plane[2, 1] * rows + plane[2, 2]
    x = (plane[0, 0] * columns + plane[0, 1] * rows + plane[0, 2]) / w
    y = (plane[1, 0] * columns + plane[1, 1] * rows + plane[1, 2]) / w
    if camera.bend_mm:
        for _ in range(4):
            off = place(np.stack([x, y], axis=-1)) - np.stack([columns, rows], axis=-1)
            x, y = x - off[..., 0] / size, y - off[..., 1] / size
    columns, rows = np.meshgrid(
        np.arange(wide, dtype=np.float32), np.arange(high, dtype=np.float32), copy=False
    )
    at = columns / np.float32(coarse), rows / np.float32(coarse)
    back = cv2.remap(np.dstack([x, y]).astype(np.float32), *at, cv2.INTER_LINEAR)
    # The camera sees the area of a pixel, not its middle.
    soft = cv2.GaussianBlur(page, (0, 0), max(0.3, 0.4 / size))
    picture = cv2.remap(
        soft,
        back[..., 0],
        back[..., 1],
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=camera.table,
    ).astype(np.float32)
    # A row and a column of numbers, spread over the picture only where they meet.
    u = columns[:1] / np.float32(wide) - np.float32(0.5)
    v = rows[:, :1] / np.float32(high) - np.float32(0.5)
    way = float(rng.uniform(0, 2 * np.pi))
    light = camera.light
    lamp = (0.9 - light * math.cos(way) * u - 0.25 * light * u**2) - (
        light * math.sin(way) * v + 0.25 * light * v**2
    )
    if camera.shadow:
        edge = (math.cos(way + 1) * u - 0.1) + math.sin(way + 1) * v
        lamp *= 1 - camera.shadow / (1 + np.exp(-edge * 60))
    for channel, tint in enumerate((1 + camera.warmth, 1.0, 1 - 1.5 * camera.warmth)):
        picture[..., channel] *= lamp * np.float32(tint)
    picture = cv2.GaussianBlur(picture, (0, 0), camera.blur)
    noise = rng.standard_normal(picture.shape, dtype=np.float32)
    noise *= np.float32(camera.noise)
    picture += noise
    return np.clip(picture, 0, 255, out=picture).astype(np.uint8)


def torn(page: Photo, corner: int, size: float, camera: Camera) -> Photo:
    """Return a page with a corner torn off, of a share `size` of its short side."""
    rng = np.random.default_rng(camera.seed)
    high, wide = page.shape[:2]
    reach = size * min(high, wide)
    along = np.linspace(0, 1, 20)
    edge = np.stack([along * reach, (1 - along) * reach * rng.uniform(0.6, 1.4)], axis=1)
    edge[1:-1] += rng.normal(0, 0.02 * reach, (18, 2))
    shape = np.vstack([[0, 0], edge])
    if corner in (1, 2):
        shape[:, 0] = wide - shape[:, 0]
    if corner in (2, 3):
        shape[:, 1] = high - shape[:, 1]
    left = page.copy()
    cv2.fillPoly(left, [shape.astype(np.int32)], camera.table)
    return left


def random_camera(rng: np.random.Generator, megapixels: float = 8.0) -> Camera:
    """Return conditions a careful person may photograph in: no two alike, none easy."""
    return Camera(
        megapixels=megapixels,
        turn=rng.uniform(-10, 10),
        tilt=(rng.uniform(-14, 14), rng.uniform(-14, 14)),
        fill=rng.uniform(0.72, 0.84),
        bend_mm=rng.uniform(0, 4),
        light=rng.uniform(0.1, 0.5),
        warmth=rng.uniform(-0.08, 0.12),
        blur=rng.uniform(0.5, 1.6) * (megapixels / 8) ** 0.5,
        noise=rng.uniform(1, 6),
        quality=int(rng.integers(60, 95)),
        table=tuple(int(v) for v in rng.integers(30, 190, 3)),  # type: ignore[arg-type]
        seed=int(rng.integers(1 << 30)),
    )


def random_outlines(
    body: Body, layout: PageLayout, rng: np.random.Generator, pens: tuple[str, ...] = tuple(PENS)
) -> list[Drawn]:
    """Return outlines that a patient may draw: one or two a view, apart from each other."""
    found = []
    for room in layout.rooms:
        x0, y0, x1, y1 = body.charts[room.view].charted.bounds
        taken: list[Area] = []
        for _ in range(int(rng.integers(0, 3))):
            radius = rng.uniform(2.2, 3.2) if y1 < 40 else rng.uniform(2.6, 8.0)
            at = (rng.uniform(x0 + 1, x1 - 1), rng.uniform(y0 + 0.6 * radius, y1 - 1.3 * radius))
            area = blob(at, radius, rng)
            if any(area.distance(other) < 3 for other in taken):
                continue
            taken.append(area)
            pen = str(rng.choice(pens))
            line = outline(area, rng, wobble=rng.uniform(0, 0.25))
            # Few hands come back to just where they began.
            skipped = int(rng.integers(0, max(1, int(0.6 / room.scale / 0.4))))
            line = line[: len(line) - skipped]
            width = rng.uniform(0.35, 0.8)
            found.append(Drawn(room.view, line, pen, width, area=shapely.Polygon(line)))
    return found


def overlaps(drawing: PainDrawing, drawn: list[Drawn]) -> tuple[list[float], float]:
    """Return the Jaccard overlap of each outline drawn with what was read, and what is extra, cm2.

    Read areas belong to the outline that they overlap most.
    """
    read = [(mark.view, mark.area()) for mark in drawing.marks]
    shares: list[list[Area]] = [[] for _ in drawn]
    extra = 0.0
    for view, area in read:
        common = [
            area.intersection(item.area).area if item.view == view and item.area else 0.0
            for item in drawn
        ]
        if common and max(common) > 0.1 * area.area:
            shares[int(np.argmax(common))].append(area)
        else:
            extra += area.area
    found = []
    for item, areas in zip(drawn, shares, strict=True):
        union = shapely.union_all(areas)
        assert item.area is not None
        found.append(union.intersection(item.area).area / union.union(item.area).area)
    return found, extra


def save_photo(photo: Photo, path: Path, quality: int = 85) -> Path:
    """Write a photograph as JPEG."""
    cv2.imwrite(
        str(path), cv2.cvtColor(photo, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, quality]
    )
    return path
