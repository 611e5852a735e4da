"""Charts: the body's contour, the patient's sides, titles, crops, and nobody else's axes."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import shapely
from figure_checks import by_gid, check_legible, shape_of, texts, words
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import LineCollection
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch
from worlds import example

from hippain_maps.geometry import INSET_VIEWS, STANDING_VIEWS, VIEWS, View
from hippain_maps.plotting import (
    THEMES,
    plot_chart,
    plot_charts,
    plot_drawing,
    plot_region_map,
    theme,
)
from hippain_maps.plotting.artists import FINENESS
from hippain_maps.plotting.layout import Crop, crop_to, evenly_wrapped, width_of, wrapped
from hippain_maps.plotting.look import TEXTURES
from hippain_maps.regions import Body
from hippain_maps.words import languages

PATIENTS_LEFT: dict[View, int] = {
    "anterior": 1,
    "posterior": -1,
    "plantar": 1,
    "dorsal": -1,
    "perineal": 1,
}
"""The sign of x on the patient's left, as the chart frame of `geometry` draws it."""


def letters(ax: object) -> dict[str, float]:
    """Return the large letters on a chart and where they stand, as a share of its width."""
    return {t.get_text(): float(t.get_position()[0]) for t in ax.texts}  # type: ignore[attr-defined]


def contour(ax: object) -> PathPatch:
    """Return the contour of the body on a chart: the shape without a fill."""
    (found,) = (p for p in ax.patches if p.get_facecolor()[3] == 0)  # type: ignore[attr-defined]
    return found


def test_chart_is_drawn_on_the_given_axes_alone(body: Body) -> None:
    """The axes given come back, and the figure and its other axes stay untouched."""
    figure = Figure()
    left, right = figure.subplots(1, 2)
    before = len(figure.get_children()), len(right.get_children()), right.get_xlim()
    assert plot_chart(body, "posterior", ax=left) is left
    assert (len(figure.get_children()), len(right.get_children()), right.get_xlim()) == before
    assert right.axison
    assert not figure.texts
    assert left.get_aspect() == 1


@pytest.mark.parametrize("language", ["en", "la", "de", "fr", "es"])
@pytest.mark.parametrize("view", VIEWS)
def test_sides_and_title_are_the_patients_in_every_language(
    view: View, language: str, body: Body
) -> None:
    """The letter of the patient's left stands where the patient's left is; a side view has its own.

    The title is the name of the view.
    """
    said = languages()[language]
    ax = plot_chart(body, view, language=language)
    assert ax.get_title() == said.views[view]
    found = letters(ax)
    if view in PATIENTS_LEFT:
        assert set(found) == {said.letters["left"], said.letters["right"]}
        place = found[said.letters["left"]], found[said.letters["right"]]
        assert (place[0] > 0.5 > place[1]) == (PATIENTS_LEFT[view] > 0)
        assert min(place) < 0.1 < 0.9 < max(place)
        low, high = ax.get_xlim()
        assert low < 0 < high
    else:
        assert list(found) == [said.letters["left" if view == "left_lateral" else "right"]]


def test_sides_agree_with_the_regions(body: Body) -> None:
    """Where the letter of the left stands, the regions of the left lie."""
    for view, sign in PATIENTS_LEFT.items():
        chart = body.charts[view]
        left = [body.sided[i].startswith("left:") for i in chart.index.tolist()]
        middles = shapely.get_x(shapely.centroid(chart.polygons[np.array(left)]))
        assert (middles * sign > 0).all()


def test_letter_of_a_side_that_is_not_shown_is_left_out(body: Body) -> None:
    """A crop to one half of the body has one letter."""
    ax = plot_chart(body, "posterior", crop=Crop(-20, 60, 0, 110))
    assert list(letters(ax)) == ["L"]


@pytest.mark.parametrize(
    ("crop", "shown"),
    [
        (Crop(-17, 20, -1, 60), "L"),  # one leg
        (Crop(-17, 20, 4, 60), "L"),  # one leg, and a scrap of the other
        (Crop(-17, 20, 17, 60), "LR"),
        (Crop(-17, 60, 5, 110), "LR"),  # a strip of the other half
        (Crop(-1, 60, 17, 110), "R"),
    ],
)
def test_only_sides_that_a_crop_shows_have_a_letter(crop: Crop, shown: str, body: Body) -> None:
    """A scrap of a leg at the edge has no letter; one letter alone stands in the middle."""
    found = letters(plot_chart(body, "posterior", crop=crop))
    assert sorted(found) == sorted(shown)
    if len(shown) == 1:
        assert found == {shown: 0.5}


def test_affected_half_is_shown_whole(body: Body) -> None:
    """A crop of the trunk shows one half to its contour and a strip of the other."""
    spot = shapely.Point(9, 90).buffer(2)
    crop = crop_to(body, {"anterior": [spot]})["anterior"]
    edge = shapely.clip_by_rect(body.charts["anterior"].charted, -50, crop.y0, 50, crop.y1)
    assert crop.x0 == -5
    assert edge.bounds[2] < crop.x1 < edge.bounds[2] + 3
    both = crop_to(body, {"anterior": [spot, shapely.Point(-9, 90).buffer(2)]})["anterior"]
    assert both.x0 == pytest.approx(-both.x1)


def test_crop_below_the_crotch_shows_one_leg(body: Body) -> None:
    """Pain of one calf is shown on that leg alone, pain of both on both."""
    left, right = (shapely.Point(x, 30).buffer(2) for x in (-10, 10))
    crop = crop_to(body, {"posterior": [left]})["posterior"]
    assert crop.x1 < 0
    other = crop_to(body, {"posterior": [right]})["posterior"]
    assert (other.x0, other.x1) == pytest.approx((-crop.x1, -crop.x0))
    both = crop_to(body, {"posterior": [left, right]})["posterior"]
    assert both.x0 < -10 < 10 < both.x1


def test_feet_are_not_cut_through(body: Body) -> None:
    """A crop that ends within a hand's breadth of the floor goes down to it."""
    for low in (6.0, 13.0):
        crop = crop_to(body, {"posterior": [shapely.Point(-10, low + 2).buffer(2)]})["posterior"]
        assert crop.y0 == -1.5
    high = crop_to(body, {"posterior": [shapely.Point(-10, 70).buffer(12)]})["posterior"]
    assert high.y0 > 10


def test_letters_are_larger_than_all_other_type_on_a_chart(body: Body) -> None:
    """Left and right cannot be missed: they are half again as large as the title, and bold."""
    for crop in (None, Crop(-20, 60, 20, 110)):
        ax = plot_chart(body, "anterior", crop=crop)
        for text in ax.texts:
            assert text.get_fontsize() > 1.4 * 0.75 * ax.title.get_fontsize()
            assert text.get_fontweight() == "bold"


def test_crop_is_respected(body: Body) -> None:
    """The limits are those of the crop, with centimetres as long across as along."""
    ax = plot_chart(body, "left_lateral", crop=Crop(-15, 40, 12, 100))
    assert (ax.get_xlim(), ax.get_ylim()) == ((-15, 12), (40, 100))
    assert ax.get_aspect() == 1


@pytest.mark.parametrize("view", VIEWS)
def test_contour_is_the_outline_of_the_figure(view: View, body: Body) -> None:
    """The contour is the figure's outline, thinned by less than anyone can see."""
    drawn = shape_of(contour(plot_chart(body, view)))
    outline = body.charts[view].figure
    assert drawn.is_valid
    assert shapely.hausdorff_distance(drawn, outline) < 3 * FINENESS
    assert shapely.symmetric_difference(drawn, outline).area < FINENESS * outline.length


def test_skin_and_contour_have_one_shape(body: Body) -> None:
    """The skin ends where the contour runs, below the pattern; the contour lies above it."""
    ax = plot_chart(body, "posterior")
    skin, line = ax.patches
    assert np.array_equal(skin.get_path().vertices, line.get_path().vertices)
    assert skin.get_zorder() < 2 < line.get_zorder()


def test_arms_are_drawn_only_when_asked_for(body: Body) -> None:
    """A cropped chart has no arms unless asked for; a whole one has, unless told not to."""
    crop = Crop(-42, -2, 42, 178)

    def reach(**how: object) -> float:
        ax = plot_chart(body, "anterior", **how)  # type: ignore[arg-type]
        return float(np.abs(contour(ax).get_path().vertices[:, 0]).max())

    assert reach(crop=crop) < 25 < 35 < reach(crop=crop, arms=True)
    assert reach(arms=False) < 25 < 35 < reach()


@pytest.mark.parametrize("view", VIEWS)
def test_hints_are_light_lines_on_the_body(view: View, body: Body) -> None:
    """Anatomical hints stay on the figure, thinner and fainter than its contour."""
    ax = plot_chart(body, view)
    (hints,) = (c for c in ax.collections if isinstance(c, LineCollection))
    lines = shapely.multilinestrings([shapely.linestrings(s) for s in hints.get_segments()])
    on_body = shapely.buffer(body.charts[view].figure, 0.3)
    assert shapely.difference(lines, on_body).length < 0.05 * lines.length
    assert hints.get_linewidths()[0] < contour(ax).get_linewidth()


@pytest.mark.parametrize("name", THEMES)
def test_theme_colours_paper_skin_and_ink(name: str, body: Body) -> None:
    """A chart of its own lies on the theme's paper, in its ink."""
    look = theme(name)
    ax = plot_chart(body, "plantar", look=look)
    assert ax.figure.get_facecolor()[:3] == to_rgb(look.paper)
    assert contour(ax).get_edgecolor()[:3] == to_rgb(look.ink)


def luminance(colour: str) -> float:
    """Return the relative luminance of the accessibility guidelines (WCAG 2)."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(colour)]
    return float(np.dot([0.2126, 0.7152, 0.0722], linear))


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours, 1 to 21."""
    low, high = sorted([luminance(one), luminance(other)])
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("name", THEMES)
def test_type_stands_out_from_the_paper(name: str) -> None:
    """Type has a contrast of 7 to 1 at least, the small type of captions of 4.5 to 1."""
    look = theme(name)
    assert contrast(look.ink, look.paper) >= 7
    assert contrast(look.ink, look.skin) >= 7
    assert contrast(look.caption_ink, look.paper) >= 4.5


@pytest.mark.parametrize("name", THEMES)
def test_pattern_and_drawing_differ_in_grey(name: str) -> None:
    """The fills of a pattern and of a drawing, as seen on the skin, differ on a photocopy."""
    look = theme(name)

    def grey(colour: str, alpha: float) -> float:
        mixed = alpha * np.array(to_rgb(colour)) + (1 - alpha) * np.array(to_rgb(look.skin))
        return float(255 * np.dot([0.299, 0.587, 0.114], mixed))

    assert abs(grey(look.pain, 0.88) - grey(look.drawn, 0.45)) >= 20


@pytest.mark.parametrize("name", THEMES)
def test_chart_pages_are_legible(name: str, body: Body) -> None:
    """On blank charts and region maps no text is cut off or lies on another, in any theme."""
    look = theme(name)
    check_legible(plot_charts(body, STANDING_VIEWS, look=look))
    check_legible(plot_charts(body, INSET_VIEWS, look=look, language="es"))


@pytest.mark.parametrize("view", VIEWS)
def test_region_map_names_every_region_once(view: View, body: Body) -> None:
    """Each region of the patient's left has a number on itself and its name in the key."""
    figure = plot_region_map(body, view)
    if view in ("posterior", "dorsal"):
        check_legible(figure)
    chart = body.charts[view]
    side = "right" if view == "right_lateral" else "left"
    numbers = by_gid(figure)
    shown = [body.sided[i] for i in chart.index.tolist() if body.sided[i].startswith(side)]
    assert set(numbers) == {f"region-{sided.partition(':')[2]}" for sided in shown}
    key = [t.get_text() for t in figure.texts]
    for sided in shown:
        region = sided.partition(":")[2]
        number = numbers[f"region-{region}"]
        x, y = number.get_position()  # type: ignore[attr-defined]
        assert shapely.contains_xy(body.polygon(view, sided), x, y)
        assert f"{number.get_text()}  {body.regions[region].name}" in key  # type: ignore[attr-defined]


@pytest.mark.parametrize("view", ["plantar", "left_lateral"])
def test_a_region_map_for_those_who_write_files(view: View, body: Body) -> None:
    """With ids, the key holds what files are written in, and a grid is ruled in chart cm."""
    figure = plot_region_map(body, view, ids=True)
    key = {t.get_text().split()[1] for t in figure.texts}
    assert key == {
        body.sided[i].partition(":")[2]
        for i in body.charts[view].index.tolist()
        if body.sided[i].startswith("left")
    }
    (ax,) = figure.axes
    upright = sorted({line.get_xdata()[0] for line in ax.lines if len(set(line.get_xdata())) == 1})
    assert 0 in upright
    assert {b - a for a, b in itertools.pairwise(upright)} == {1 if view == "plantar" else 5}
    labels = {t.get_text() for t in ax.texts}
    assert {str(cm) for cm in upright} <= labels


# --- Drawings ----------------------------------------------------------------------------------


@pytest.mark.parametrize("stem", ["gluteus_minimus_posterior", "psoas", "outside_the_map"])
def test_drawing_is_shown_as_it_was_made(stem: str, body: Body) -> None:
    """Each view with pain has a contour round exactly what was drawn, on a chart that holds it."""
    drawing = example(stem)
    figure = plot_drawing(drawing, body)
    named = by_gid(figure)
    for view in drawing.views:
        outline = named[f"{view}-drawn"]
        difference = shapely.symmetric_difference(shape_of(outline), drawing.area(view))
        assert difference.area < 1e-6
        low_x, high_x = outline.axes.get_xlim()
        x0, _, x1, _ = drawing.area(view).bounds
        assert low_x < x0 < x1 < high_x
    check_legible(figure)


def test_strength_and_quality_of_a_drawing_are_told_apart(body: Body) -> None:
    """Stronger pain is darker and has its number; a quality has its texture and its word."""
    drawing = example("gluteus_minimus_posterior")
    figure = plot_drawing(drawing, body)
    (ax,) = figure.axes
    fills = {p.get_alpha() for p in ax.patches if p.get_alpha() is not None}
    strengths = sorted({m.intensity for m in drawing.marks if m.intensity is not None})
    assert len(fills) == len(strengths) > 1
    (numb,) = (p for p in ax.patches if str(p.get_gid()).endswith("-numb"))
    assert numb.get_hatch() == TEXTURES["numb"]
    said = words(figure)
    for strength in strengths:
        assert f"{strength:g} of 10" in said
        assert f"{strength:g}" in [t.get_text() for t in texts(figure)]


def test_marks_of_one_quality_are_one_texture(body: Body) -> None:
    """Several marks of a quality in a view are one named shape, in which each of them lies."""
    from hippain_maps.drawing import PainDrawing

    one, other = shapely.box(5, 60, 9, 66), shapely.box(8, 62, 12, 70)
    drawing = PainDrawing.from_polygons([("anterior", one), ("anterior", other)], quality=["numb"])
    texture = by_gid(plot_drawing(drawing, body))["anterior-numb"]
    union = shapely.union(one, other)
    assert shapely.symmetric_difference(shape_of(texture), union).area < 1e-6


def test_drawing_is_described_in_its_language(body: Body) -> None:
    """Strength, quality and depth are said in the language asked for."""
    said = words(plot_drawing(example("gluteus_minimus_posterior"), body, language="de"))
    assert "7 von 10 dumpf, tief" in said
    assert "aching" not in said


def test_blank_drawing_shows_blank_standing_views(body: Body) -> None:
    """A drawing without pain is four standing bodies and no texture."""
    from hippain_maps.drawing import PainDrawing

    figure = plot_drawing(PainDrawing.from_polygons([], views_completed=["anterior"]), body)
    assert [ax.get_title() for ax in figure.axes] == ["Front", "Back", "Left side", "Right side"]
    assert not by_gid(figure)


def test_chart_is_recognisable_when_small(body: Body) -> None:
    """At 4 cm in height the contour is one unbroken dark line round a light body."""
    figure = Figure(figsize=(4 / 2.54 * 0.4, 4 / 2.54), dpi=150)
    plot_chart(body, "posterior", ax=figure.add_axes((0, 0, 1, 0.85)), arms=False)
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    pixels = np.asarray(canvas.buffer_rgba())[..., :3].mean(axis=2)
    rows = pixels[int(0.2 * len(pixels)) : -3]
    assert (rows.min(axis=1) < 140).all()


def test_lines_are_broken_evenly() -> None:
    """As many lines as it takes, of about one length; a per cent sign stays with its number."""
    text = "Share of patients with pain anywhere in the area: 38 % of 108 people in primary care"
    for inches in (1.0, 1.7, 2.5, 3.3, 9.0):
        plain, even = (way(text, 8, inches) for way in (wrapped, evenly_wrapped))
        assert len(plain) == len(even)
        assert " ".join(plain) == " ".join(even) == text
        widths = [width_of(line, 8) for line in even]
        assert max(widths) <= max(width_of(line, 8) for line in plain) <= inches
        assert not any(line.startswith("%") for line in (*plain, *even))
    assert evenly_wrapped("", 8, 1) == []
