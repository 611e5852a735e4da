"""Posters: a larger page holds the same figure, enlarged with all that is on it."""

from __future__ import annotations

import numpy as np
import pytest
from figure_checks import charts, check_legible, texts
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.transforms import Bbox

from hippain_maps.atlas import Atlas
from hippain_maps.geometry import FloatArray
from hippain_maps.plotting import fill_page, new_page, plot_comparison, plot_pattern, plot_plate
from hippain_maps.plotting.enlarging import enlarge
from hippain_maps.plotting.plate import A4_LANDSCAPE


def picture(figure: Figure, dpi: float) -> FloatArray:
    """Return the colours of a figure at some dots per inch."""
    figure.set_dpi(dpi)
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())[..., :3].astype(float)


def drawn(name: str, atlas: Atlas, page: Figure | None = None) -> Figure:
    """Return a figure of each kind."""
    if name == "compared":
        pair = [atlas.source("piriformis"), atlas.source("l5_root")]
        figure = plot_comparison(pair, atlas, figure=page)
    else:
        figure = plot_pattern(atlas.source(name), atlas, anatomy=name == "psoas", figure=page)
    assert isinstance(figure, Figure)
    return figure


@pytest.mark.parametrize("name", ["psoas", "l5_root", "hip_joint", "compared"])
def test_a_page_of_twice_the_size_is_the_figure_enlarged(name: str, atlas: Atlas) -> None:
    """With half as many dots to the inch it is the same picture, hatches, halos and all."""
    usual = drawn(name, atlas)
    wide, high = usual.get_size_inches()
    poster = fill_page((2 * wide, 2 * high), lambda page: drawn(name, atlas, page))
    assert poster.get_size_inches() == pytest.approx([2 * wide, 2 * high])
    one, other = picture(usual, 100), picture(poster, 50)
    assert one.shape == other.shape
    # What differs is how letters and hatches fall on pixels.
    assert np.abs(one - other).mean() < 2
    plain = picture(drawn(name, atlas, new_page((2 * wide, 2 * high))), 50)
    assert np.abs(one - plain).mean() > 4


def heading(figure: Figure) -> float:
    """Return the size of the type of the heading."""
    titles = ("Piriformis, left", "Referral patterns")
    (size,) = (text.get_fontsize() for text in texts(figure) if text.get_text() in titles)
    return float(size)


def test_type_grows_with_a_poster_and_keeps_its_size_on_a_smaller_page(atlas: Atlas) -> None:
    """On A2 the heading is as much larger as the figure; on a small page it is no smaller."""
    usual = drawn("piriformis", atlas)
    headings = {}
    for size in ((42 / 2.54, 59 / 2.54), (4.0, 3.2)):
        page = fill_page(size, lambda page: drawn("piriformis", atlas, page))
        assert tuple(page.get_size_inches()) == pytest.approx(size)
        check_legible(page)
        headings[size[0]] = heading(page)
    factor = 42 / 2.54 / usual.get_size_inches()[0]
    assert headings[42 / 2.54] == pytest.approx(factor * heading(usual), rel=0.02)
    assert headings[4.0] == pytest.approx(heading(usual), rel=0.1)


def test_a_plate_on_a_larger_page_is_the_plate_enlarged(atlas: Atlas) -> None:
    """A plate on A2 is that on A4 with everything twice as large; a figure given is left alone."""
    sources = [atlas.source(name) for name in ("psoas", "l5_root", "hip_joint")]
    size = (2 * A4_LANDSCAPE[0], 2 * A4_LANDSCAPE[1])
    usual, poster = plot_plate(sources, atlas), plot_plate(sources, atlas, size=size)
    assert tuple(poster.get_size_inches()) == pytest.approx(size)
    assert np.abs(picture(usual, 60) - picture(poster, 30)).mean() < 2
    check_legible(poster)
    given = plot_plate(sources, atlas, figure=Figure(figsize=size))
    sizes = [heading(page) for page in (usual, given, poster)]
    assert sizes == pytest.approx([sizes[0], sizes[0], 2 * sizes[0]])


def test_a_hatch_stays_open_however_large_the_page(atlas: Atlas) -> None:
    """A hatch cannot be wider than its one sign to the inch; its lines grow no further then."""
    figure = drawn("l5_root", atlas)
    enlarge(figure, 9)
    cores = [p for ax in figure.axes for p in ax.patches if p.get_hatch()]
    assert {patch.get_hatch() for patch in cores} == {"/"}
    assert all(0 < patch.get_hatch_linewidth() < 3 for patch in cores)


@pytest.mark.parametrize("count", [2, 3, 6])
def test_an_upright_plate_has_more_rows_than_columns(count: int, atlas: Atlas) -> None:
    """On upright A2 nothing touches, and the charts take most of the page's height."""
    sources = list(atlas.sources.values())[:count]
    size = (2 * A4_LANDSCAPE[1], 2 * A4_LANDSCAPE[0])
    poster = plot_plate(sources, atlas, size=size)
    check_legible(poster)
    assert heading(poster) == pytest.approx(2 * heading(plot_plate(sources, atlas)))
    boxes = Bbox.union([ax.get_window_extent() for ax in charts(poster)])
    assert boxes.height > 0.6 * poster.bbox.height
