"""Pattern figures: crosses where the data puts them, numbers beside them, groups in the SVG."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import shapely
from figure_checks import (
    SOURCES,
    TYPICAL,
    by_gid,
    charts,
    check_legible,
    crosses,
    key_of,
    laid_out,
    places,
    shape_of,
    words,
)
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import EllipseCollection
from matplotlib.figure import Figure
from matplotlib.patches import Patch, PathPatch
from matplotlib.transforms import Bbox
from worlds import MODEL, hand_drawn_atlas, point, source

from hippain_maps.atlas import Atlas
from hippain_maps.geometry import INSET_VIEWS, SIDES, VIEWS, Side, View, mirror_view, other_side
from hippain_maps.patterns import Source, TriggerPointMark
from hippain_maps.plotting import (
    THEMES,
    new_page,
    plot_comparison,
    plot_pattern,
    plot_plate,
    save_figure,
    theme,
)
from hippain_maps.plotting.chart import tone
from hippain_maps.plotting.layout import FLOOR
from hippain_maps.plotting.pattern import MATTERS, SHOWS, shapes_by_view, views_that_matter
from hippain_maps.plotting.zones import pattern_shapes
from hippain_maps.words import languages

SVG = "{http://www.w3.org/2000/svg}"


Drawn = Callable[..., Figure]


@pytest.fixture(scope="module")
def drawn(atlas: Atlas) -> Drawn:
    """Return a function that gives the figure of a source and side; drawn once, to be read."""

    @cache
    def of(name: str, side: Side = "left") -> Figure:
        figure = plot_pattern(atlas.sources[name], atlas, side=side)
        assert isinstance(figure, Figure)
        return figure

    return of


def views_of(figure: Figure) -> list[str]:
    """Return the titles of the charts of a figure, left to right."""
    return [ax.get_title() for ax in charts(figure) if ax.get_title()]


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("name", TYPICAL)
def test_crosses_stand_where_the_data_puts_them(
    name: str, side: Side, atlas: Atlas, drawn: Drawn
) -> None:
    """Each mark of each trigger point in the views shown has its cross, on the charted place."""
    found = atlas.sources[name]
    figure = drawn(name, side)
    shown = [view for view in VIEWS if languages()["en"].views[view] in views_of(figure)]
    wanted = {
        f"{view}-{name}-{p.id}": [(m.x, m.y) for m in p.marks_on(side) if m.view == view]
        for view in shown
        for p in found.trigger_points
    }
    seen: dict[str, list[tuple[float, float]]] = {}
    for gid, x, y, _ in crosses(figure):
        seen.setdefault(gid, []).append((x, y))
    assert seen == {gid: marks for gid, marks in wanted.items() if marks}
    # None is left out altogether; a territory has no cross.
    marked = {p.id for p in found.trigger_points} if found.is_muscle else set()
    assert {gid.split("-")[2] for gid in seen} == marked


@pytest.mark.parametrize("name", SOURCES)
def test_every_figure_is_legible(name: str, drawn: Drawn) -> None:
    """No number, letter or caption lies on another, on a cross, or off the page."""
    check_legible(drawn(name))


@pytest.mark.parametrize("name", TYPICAL)
def test_figures_of_the_right_are_legible(name: str, drawn: Drawn) -> None:
    """What is true of the left is true of the right: nothing touches or is cut off."""
    check_legible(drawn(name, "right"))


@pytest.mark.parametrize("name", SOURCES)
def test_letters_stand_over_a_side_that_is_shown(name: str, atlas: Atlas, drawn: Drawn) -> None:
    """Under each L or R some of that side of the body can be seen, and more than a scrap."""
    views = {title: view for view, title in languages()["en"].views.items()}
    for ax in charts(drawn(name)):
        view, limits = views[ax.get_title()], (ax.get_xlim(), ax.get_ylim())
        letters = [t.get_text() for t in ax.texts if t.get_text() in ("L", "R")]
        assert letters
        if view not in LEFT_IS:
            continue
        for letter in letters:
            positive = (LEFT_IS[view] > 0) == (letter == "L")
            low, high = (0.0, limits[0][1]) if positive else (limits[0][0], 0.0)
            charted = atlas.body.charts[view].charted
            assert shapely.clip_by_rect(charted, low, limits[1][0], high, limits[1][1]).area > 15


LEFT_IS = {"anterior": 1, "posterior": -1, "plantar": 1, "dorsal": -1, "perineal": 1}
"""The sign of x on the patient's left."""


@pytest.mark.parametrize("name", SOURCES)
def test_each_trigger_point_has_its_number_next_to_its_own_cross(
    name: str, atlas: Atlas, drawn: Drawn
) -> None:
    """A number is nearer to a cross of its trigger point than to any other, in every view."""
    found = atlas.sources[name]
    figure = drawn(name)
    named = by_gid(figure)
    marks = [(gid, x, y) for gid, x, y, _ in crosses(figure)]
    if len(found.trigger_points) == 1:
        assert not any(gid.endswith("-number") for gid in named)
        return
    for number, p in enumerate(found.trigger_points, 1):
        views = {gid.split("-")[0] for gid, _, _ in marks if gid.split("-")[2] == p.id}
        for view in views:
            text = named[f"{view}-{name}-{p.id}-number"]
            assert text.get_text() == str(number)  # type: ignore[attr-defined]
            at = places(text)[0]
            near = min(
                (np.hypot(x - at[0], y - at[1]), gid)
                for gid, x, y in marks
                if gid.startswith(f"{view}-")
            )
            assert near[1] == f"{view}-{name}-{p.id}"


def crowded(count: int) -> Atlas:
    """Return a world in which many trigger points lie close together."""
    points = [
        replace(
            point(f"p{k}", essential=["upper"]),
            marks=(TriggerPointMark("posterior", -18 + 5 * (k % 4), 37 - 5 * (k // 4)),),
        )
        for k in range(count)
    ]
    return hand_drawn_atlas(source("crowd", *points))


@pytest.mark.parametrize("count", [2, 6, 11])
def test_numbers_find_room_in_a_crowd(count: int) -> None:
    """Crosses five centimetres apart still each have a number that touches nothing."""
    world = crowded(count)
    figure = plot_pattern(world.source("crowd"), world)
    assert sum(gid.endswith("-number") for gid in by_gid(figure)) == count
    check_legible(figure)


@pytest.mark.parametrize("name", TYPICAL)
def test_right_figure_mirrors_every_artist_of_the_left(name: str, drawn: Drawn) -> None:
    """Zones, tones, percentages, dots, crosses and numbers of the right are the left's mirrored."""
    left, right = by_gid(drawn(name, "left")), by_gid(drawn(name, "right"))
    flip = np.array([-1.0, 1.0])

    def swapped(gid: str) -> str:
        view: View = gid.split("-")[0]  # type: ignore[assignment]
        return gid.replace(view, mirror_view(view), 1)

    assert {swapped(gid) for gid in left} == set(right)
    for gid, artist in left.items():
        one, other = places(artist) * flip, places(right[swapped(gid)])
        if isinstance(artist, Patch):
            # Rings run the same way round on both sides, so their vertices come the other way.
            one, other = np.sort(one, axis=0), np.sort(other, axis=0)
        assert one == pytest.approx(other, abs=1e-9)


@pytest.mark.parametrize("view", ["posterior", "left_lateral"])
@pytest.mark.parametrize("name", ["gluteus_minimus", "quadratus_lumborum"])
def test_right_picture_is_the_left_one_seen_in_a_mirror(
    name: str, view: View, atlas: Atlas
) -> None:
    """Turned over, the small picture of the right differs from the left's by under 1.5 of 255.

    What is left are the letters of the sides and how lines fall on pixels.
    """

    def picture(side: Side, shown: View) -> np.ndarray:
        figure = plot_pattern(
            atlas.sources[name], atlas, side=side, views=[shown], labels=False, with_caption=False
        )
        figure.set_dpi(60)
        canvas = FigureCanvasAgg(figure)
        canvas.draw()
        return np.asarray(canvas.buffer_rgba())[..., :3].astype(float)

    left, right = picture("left", view), picture("right", mirror_view(view))
    assert np.abs(left - right[:, ::-1]).mean() < 1.5
    if view == "posterior":
        assert np.abs(left - right).mean() > 4.0


# --- Views -------------------------------------------------------------------------------------


def shown_worth(found: Source, atlas: Atlas) -> dict[View, np.ndarray]:
    """Return what each view shows of each region of a source, weighed as the figure weighs it."""
    worth: dict[str, float] = {}
    for p in found.trigger_points:
        for zone, factor in (("essential", 1.0), ("spillover", 0.5), ("rare", 0.1)):
            for part in p.zones[zone]:  # type: ignore[index]
                sided = part.sided("left")
                worth[sided] = max(worth.get(sided, 0.0), factor * part.weight)
    for part in found.core:
        sided = part.sided("left")
        worth[sided] = max(worth.get(sided, 0.0), part.weight)
    if found.frequencies:
        for group in found.frequencies.groups:
            worth |= {f"left:{region}": group.share for region in group.regions}
    polygons = {v: [atlas.body.polygon(v, sided) for sided in worth] for v in VIEWS}
    return {
        view: np.array(
            [w * (p.area if p else 0.0) for w, p in zip(worth.values(), of, strict=True)]
        )
        for view, of in polygons.items()
    }


@pytest.mark.parametrize("name", SOURCES)
def test_views_that_matter_are_shown(name: str, atlas: Atlas) -> None:
    """A view that is left out adds little to those shown, and shows little of what the best does.

    One that is shown adds something, shows much, or has some point's cross; every trigger point
    has its cross in some view.
    """
    found = atlas.sources[name]
    points = found.trigger_points
    chosen = views_that_matter(atlas, points, "left", found)
    assert list(chosen) == [view for view in VIEWS if view in chosen]
    area = shown_worth(found, atlas)
    most = max(values.sum() for values in area.values())
    whole = np.max(list(area.values()), axis=0).sum()
    for view in VIEWS:
        others = [area[v] for v in chosen if v != view]
        seen = np.max(others, axis=0) if others else np.zeros(len(area[view]))
        adds = np.maximum(area[view] - seen, 0).sum() / whole
        if view not in chosen:
            assert adds < MATTERS
            assert area[view].sum() < SHOWS * most
    assert max(area, key=lambda view: area[view].sum()) in chosen
    marked = {p.id for p in points if any(m.view in chosen for m in p.marks)}
    assert marked == {p.id for p in points if p.marks}
    mirrored = views_that_matter(atlas, points, "right", found)
    assert set(mirrored) == {mirror_view(view) for view in chosen}


def test_views_with_next_to_nothing_are_left_out(atlas: Atlas) -> None:
    """A few rare dots at the edge of a view are no reason to show it; a zone seen well is."""

    def titles(name: str) -> tuple[View, ...]:
        return views_that_matter(atlas, atlas.source(name).trigger_points, "left")

    assert titles("bakers_cyst") == ("posterior",)
    assert titles("proximal_hamstring_tendon") == ("posterior",)
    assert "left_lateral" in titles("piriformis")
    assert titles("tensor_fasciae_latae") == ("anterior", "left_lateral")


@pytest.mark.parametrize("name", SOURCES)
def test_crop_holds_the_whole_pattern_and_the_midline(
    name: str, atlas: Atlas, drawn: Drawn
) -> None:
    """Nothing of a pattern is outside its charts; front and back show the midline or one leg.

    Where they show the midline, the body goes on beyond it, and where the feet are near they are
    shown whole.
    """
    for gid, artist in by_gid(drawn(name)).items():
        (x0, x1), (y0, y1) = artist.axes.get_xlim(), artist.axes.get_ylim()
        x, y = places(artist).T
        assert x0 <= x.min() <= x.max() <= x1
        assert y0 <= y.min() <= y.max() <= y1
        view = gid.split("-")[0]
        assert y0 == -1.5 or y0 >= FLOOR or view in INSET_VIEWS
        if view in ("anterior", "posterior"):
            charted = atlas.body.charts[view].charted  # type: ignore[index]
            midline = shapely.LineString([(0, y0), (0, y1)])
            if shapely.intersects(charted, midline):
                assert x0 <= -5 < 5 <= x1
            else:
                # One leg, with its contour on both sides; or both of them.
                shown = shapely.clip_by_rect(charted, x0, y0, x1, y1)
                assert x0 < shown.bounds[0] < shown.bounds[2] < x1


def test_standing_views_share_their_heights_and_scale(drawn: Drawn) -> None:
    """A level of the body is at one height of the page in all standing views."""
    figure = drawn("l5_root")
    standing = charts(figure)[:3]
    assert len({ax.get_ylim() for ax in standing}) == 1
    assert len({round(ax.get_position().y0, 6) for ax in standing}) == 1
    scales = [ax.get_position().width / np.ptp(ax.get_xlim()) for ax in charts(figure)]
    assert np.ptp(scales) < 1e-9


def test_views_asked_for_are_shown_even_when_empty(atlas: Atlas) -> None:
    """Asked for by name, a view without pain is shown too, in the order asked for."""
    psoas = atlas.source("psoas")
    figure = plot_pattern(psoas, atlas, views=["plantar", "anterior", "right_lateral"])
    assert views_of(figure) == ["Soles", "Front", "Right side"]
    assert views_of(plot_pattern(psoas, atlas, views=["plantar"])) == ["Soles"]
    assert views_of(plot_pattern(psoas, atlas, views=iter(["right_lateral"]))) == ["Right side"]
    pair = [psoas, atlas.source("piriformis")]
    assert views_of(plot_comparison(pair, atlas, views=iter(["dorsal", "posterior"]))) == [
        "Feet from above",
        "Back",
    ]


def test_whole_bodies_on_request(atlas: Atlas) -> None:
    """With `whole`, charts reach from the floor to above the head."""
    figure = plot_pattern(atlas.source("piriformis"), atlas, whole=True)
    for ax in charts(figure):
        assert ax.get_ylim()[0] < 0
        assert ax.get_ylim()[1] > 175
    check_legible(figure)


def test_insets_stand_above_each_other_where_that_saves_width(drawn: Drawn) -> None:
    """Beside whole legs the sole stands over the foot from above; beside a foot, next to it."""
    figure = drawn("deep_gluteal_syndrome")
    box = {ax.get_title(): ax.get_position() for ax in charts(figure)}
    assert box["Soles"].y0 > box["Feet from above"].y1
    assert box["Soles"].x0 < box["Feet from above"].x1
    assert box["Feet from above"].x0 < box["Soles"].x1
    low = drawn("extensor_digitorum_longus")
    tops = {round(ax.get_position().y1, 6) for ax in charts(low)}
    assert len(tops) == 1


# --- Frequencies and cores ---------------------------------------------------------------------

TONED = ("hip_joint", "sacroiliac_joint")


@pytest.mark.parametrize("name", TONED)
def test_tone_grows_with_the_share_of_patients(name: str, atlas: Atlas, drawn: Drawn) -> None:
    """Each group of each view is filled the more strongly the more patients feel it, in one hue."""
    frequencies = atlas.sources[name].frequencies
    assert frequencies is not None
    shares = {group.group: group.share for group in frequencies.groups}
    tones: dict[str, set[float]] = {group: set() for group in shares}
    colours = set()
    for gid, patch in by_gid(drawn(name)).items():
        view, _, part = gid.split("-", 2)
        if part.startswith("frequency-"):
            *colour, alpha = patch.get_facecolor()  # type: ignore[attr-defined]
            tones[part.removeprefix("frequency-")].add(alpha)
            colours.add(tuple(colour))
            shapes = pattern_shapes(atlas.body, (), "left", view, atlas.sources[name])  # type: ignore[arg-type]
            (wanted,) = (f.area for f in shapes.frequent if part.endswith(f"-{f.group}"))
            assert shapely.symmetric_difference(shape_of(patch), wanted).area < 1e-6
    assert len(colours) == 1
    assert all(len(found) == 1 for found in tones.values())
    order = sorted(shares, key=lambda group: shares[group])
    strengths = [tones[group].pop() for group in order]
    assert strengths == sorted(strengths)
    assert len(set(strengths)) == len(set(shares.values()))
    assert 0.1 < strengths[0] < strengths[-1] < 0.95
    assert tone(1.0) - tone(0.5) == pytest.approx(tone(0.5) - tone(0.0))


@pytest.mark.parametrize("name", TONED)
@pytest.mark.parametrize("side", SIDES)
def test_percentage_is_written_once_where_its_group_is_widest(
    name: str, side: Side, atlas: Atlas, drawn: Drawn
) -> None:
    """Of each group one view has the percentage, none has more room, and it lies inside."""
    source = atlas.sources[name]
    assert source.frequencies is not None
    figure = laid_out(drawn(name, side))
    named = by_gid(figure)
    rooms: dict[str, dict[str, float]] = {}
    for view in {gid.split("-")[0] for gid in named}:
        for found in pattern_shapes(atlas.body, (), side, view, source).frequent:  # type: ignore[arg-type]
            rooms.setdefault(found.group, {})[view] = found.room
    written = {gid: text for gid, text in named.items() if "-percent-" in gid}
    assert len(written) == len(source.frequencies.groups) == len(rooms)
    for group in source.frequencies.groups:
        ((gid, text),) = (
            (gid, text) for gid, text in written.items() if gid.endswith(f"-{group.group}")
        )
        view = gid.split("-")[0]
        assert text.get_text() == f"{100 * group.share:.0f} %"  # type: ignore[attr-defined]
        assert rooms[group.group][view] >= max(rooms[group.group].values()) - 0.5
        area = shape_of(named[f"{view}-{name}-frequency-{group.group}"])
        corners = text.get_window_extent().transformed(text.axes.transData.inverted())  # type: ignore[union-attr]
        box = shapely.box(*corners.extents)
        # Between the heights of its digits; a box has room above and below them.
        middle = shapely.intersection(
            box, shapely.box(-99, box.centroid.y - 0.5, 99, box.centroid.y + 0.5)
        )
        assert shapely.difference(middle, area).area < 0.05 * middle.area


def test_caption_explains_tones_and_hatches(atlas: Atlas, drawn: Drawn) -> None:
    """Below a figure stands what a tone and a hatch mean, and whom the numbers are from."""
    said = words(drawn("hip_joint")).replace("\n", " ")
    frequencies = atlas.source("hip_joint").frequencies
    assert frequencies is not None
    assert "share of patients with pain anywhere in the area" in said
    assert frequencies.population in said
    assert "Published frequencies, not a diagnosis; pattern: confirmed" in said
    assert "numb" not in said
    said = words(drawn("l5_root"))
    assert "where it goes numb or tingles" in said
    assert "share of patients" not in said
    assert "numb" not in words(drawn("piriformis"))


@pytest.mark.parametrize("name", SOURCES)
def test_key_names_what_is_in_the_figure_and_nothing_else(name: str, drawn: Drawn) -> None:
    """Each way of drawing in any view has its name in the key, once, and no other has."""
    parts = {gid.split("-", 2)[2].split("-")[0] for gid in by_gid(drawn(name))}
    wanted = {
        "essential": "essential zone",
        "spillover": "spillover",
        "rare": "rare",
        "frequency": "share of patients with pain anywhere in the area",
        "core": "where it goes numb or tingles",
    }
    said = [text for part, text in wanted.items() if part in parts]
    if any(crosses(drawn(name))):
        said.append("trigger point")
    assert key_of(drawn(name)) == said


@pytest.mark.parametrize(("language", "name"), [("fr", "essentielle"), ("es", "zona esencial")])
def test_key_goes_with_the_caption_in_its_language(language: str, name: str, atlas: Atlas) -> None:
    """A figure without its caption has no key; a question keeps it, in any language."""
    found = atlas.source("gluteus_minimus")
    assert key_of(plot_pattern(found, atlas, with_caption=False)) == []
    question = plot_pattern(found, atlas, labels=False, language=language)
    assert name in key_of(question)[0]
    check_legible(question)


def test_question_explains_tones_without_giving_the_source_away(atlas: Atlas) -> None:
    """Without labels the tones are explained, but not the population, which names the disease."""
    said = words(plot_pattern(atlas.source("hip_joint"), atlas, labels=False))
    assert "share of patients with pain anywhere in the area" in said
    assert "hip" not in said.lower().replace("hippain", "")
    figure = plot_pattern(atlas.source("l5_root"), atlas, labels=False)
    assert "where it goes numb or tingles" in key_of(figure)
    assert "L5" not in words(figure)
    check_legible(figure)


@pytest.mark.parametrize("name", ["l5_root", "meralgia_paresthetica", "s3_root"])
def test_core_is_hatched_with_a_dashed_outline(name: str, atlas: Atlas, drawn: Drawn) -> None:
    """Where it goes numb is told from pain by more than colour, in every view that shows it."""
    cores = {gid: patch for gid, patch in by_gid(drawn(name)).items() if gid.endswith("-core")}
    assert cores
    for gid, patch in cores.items():
        view = gid.split("-")[0]
        assert gid == f"{view}-{name}-core"
        assert isinstance(patch, PathPatch)
        assert patch.get_hatch()
        assert patch.get_facecolor()[3] == 0
        assert patch.get_linestyle() not in ("-", "solid")
        shapes = pattern_shapes(atlas.body, (), "left", view, atlas.sources[name])  # type: ignore[arg-type]
        assert shapely.symmetric_difference(shape_of(patch), shapes.core).area < 1e-6


def test_core_and_frequencies_are_groups_of_the_svg(
    atlas: Atlas, drawn: Drawn, tmp_path: Path
) -> None:
    """A core is one group called view-source-core; each toned area and percentage has its own."""
    for name, part in (("l5_root", "core"), ("hip_joint", "frequency-buttock")):
        path = save_figure(drawn(name), tmp_path / f"{name}.svg")
        groups = [g.get("id") for g in ET.parse(path).iter(f"{SVG}g") if g.get("id")]
        assert len(set(groups)) == len(groups)
        wanted = {gid for gid in by_gid(drawn(name)) if gid.endswith(f"-{part}")}
        assert wanted
        assert wanted <= set(groups)
    assert "posterior-hip_joint-percent-buttock" in groups


# --- Words -------------------------------------------------------------------------------------


def test_caption_says_source_confidence_and_terms(atlas: Atlas) -> None:
    """Below a figure stand the confidence, the atlas, the licence, and that it is no diagnosis."""
    found = atlas.source("gluteus_medius")
    said = words(plot_pattern(found, atlas))
    for part in (
        "Classic clinical pattern, not a diagnosis",
        found.pattern_evidence.confidence,
        atlas.version,
        "CC BY 4.0",
        "Gluteus medius, left",
        *(f"{n} {p.name}" for n, p in enumerate(found.trigger_points, 1)),
    ):
        assert part in said
    assert "diagnosis" not in words(plot_pattern(found, atlas, with_caption=False))


def test_figure_without_labels_gives_nothing_away(atlas: Atlas) -> None:
    """A question names neither the source nor its trigger points, and has no numbers."""
    found = atlas.source("gluteus_medius")
    figure = plot_pattern(found, atlas, labels=False)
    said = words(figure)
    assert found.name not in said
    assert not any(p.name in said for p in found.trigger_points)
    assert not any(gid.endswith("-number") for gid in by_gid(figure))
    check_legible(figure)


@pytest.mark.parametrize("language", ["la", "de", "fr", "es"])
def test_names_are_those_of_the_language(language: str, atlas: Atlas) -> None:
    """Heading, views and caption are in the language asked for, and still fit."""
    said = languages()[language]
    found = atlas.source("gluteus_minimus")
    figure = plot_pattern(found, atlas, language=language)
    written = words(figure)
    assert f"{found.name_in(language)}, {said.sides['left']}" in written
    assert said.classic_pattern in written
    check_legible(figure)


def test_long_names_are_fitted(atlas: Atlas) -> None:
    """A name of a hundred letters, and many trigger points with long names, stay on the page."""
    found = atlas.source("quadratus_lumborum")
    long = replace(
        found,
        name="An exceptionally long name for a muscle, as some pack of one's own may have it",
        names={},
        trigger_points=tuple(
            replace(p, name=f"{p.name}, beside the transverse process of the third vertebra")
            for p in found.trigger_points
        ),
    )
    check_legible(plot_pattern(long, atlas))
    check_legible(plot_comparison([long, replace(long, id="other"), found], atlas))


# --- Themes and the figure given ---------------------------------------------------------------


@pytest.mark.parametrize("name", THEMES)
def test_figures_are_legible_in_every_theme(name: str, atlas: Atlas) -> None:
    """Patterns and comparisons are legible in each theme, and drawn on its paper."""
    look = theme(name)
    three = [atlas.source(n) for n in ("piriformis", "gluteus_minimus", "psoas")]
    for figure in (
        plot_pattern(three[1], atlas, look=look),
        plot_comparison(three, atlas, look=look, side="right", language="fr"),
    ):
        check_legible(figure)
        assert figure.get_facecolor() == pytest.approx(_rgba(look.paper))


def _rgba(colour: str) -> tuple[float, ...]:
    return (*(int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)), 1.0)


def test_pattern_is_drawn_on_the_figure_given(atlas: Atlas) -> None:
    """A figure or a part of one is drawn on and comes back; its paper is not repainted."""
    page = Figure(figsize=(10, 5), facecolor="yellow")
    one, other = page.subfigures(1, 2)
    assert plot_pattern(atlas.source("psoas"), atlas, figure=one) is one
    assert not other.get_children()[1:]
    assert page.get_facecolor() == (1.0, 1.0, 0.0, 1.0)
    assert plot_comparison(
        [atlas.source("psoas"), atlas.source("piriformis")], atlas, figure=other
    ) is (other)
    check_legible(page)


@pytest.mark.parametrize("size", [(1.6, 1.6), (2.0, 4.0), (7.0, 1.6), (3.5, 2.5), (8.0, 11.0)])
def test_pages_of_any_size_are_legible(size: tuple[float, float], atlas: Atlas) -> None:
    """From 4 cm square to a full page, type shrinks with the page instead of running over it."""
    for name in (
        "gluteus_minimus" if size[0] < 5 else "quadratus_lumborum",
        "hip_joint" if size[0] != 2 else "deep_gluteal_syndrome",
    ):
        page = plot_pattern(atlas.sources[name], atlas, figure=new_page(size))
        assert tuple(page.get_size_inches()) == size
        assert bool(key_of(page)) == (size[0] >= 3.5 and size[1] >= 2.75)
        check_legible(page)
        # Words leave the charts a good part of the page, one way or the other.
        boxes = Bbox.union([ax.get_window_extent() for ax in charts(page)])
        assert max(boxes.width / page.bbox.width, boxes.height / page.bbox.height) > 0.35


@pytest.mark.parametrize("name", ["gluteus_minimus", "psoas"])
def test_anatomy_lies_lightly_below_the_pattern(name: str, atlas: Atlas) -> None:
    """With anatomy, bones and muscle are added under the same pattern, and all stays legible."""
    found = atlas.sources[name]
    figure = plot_pattern(found, atlas, anatomy=True)
    check_legible(figure)
    named = by_gid(figure)
    pattern = {gid for gid in named if gid.split("-")[1] == name}
    layer = {gid for gid in named if gid.split("-")[1] in {"bone", "ridges", "muscle", "fibres"}}
    assert any("-bone-" in gid for gid in layer)
    assert pattern == set(by_gid(plot_pattern(found, atlas)))
    assert max(named[gid].get_zorder() for gid in layer) < min(
        named[gid].get_zorder() for gid in pattern
    )


# --- Comparisons -------------------------------------------------------------------------------


def test_comparison_sorts_areas_into_shared_and_own(atlas: Atlas) -> None:
    """What all have in their essential zones is said once, what only one has, with its name."""
    pair = [atlas.source("piriformis"), atlas.source("gluteus_minimus")]
    figure = plot_comparison(pair, atlas)
    areas = [
        {
            atlas.body.groups[atlas.body.area_of[z.region]].name
            for p in s.trigger_points
            for z in p.zones["essential"]
        }
        for s in pair
    ]
    said = words(figure).replace("\n", " ")
    assert f"Essential in all: {', '.join(sorted(areas[0] & areas[1]))}" in said
    assert f"Only Gluteus minimus: {', '.join(sorted(areas[1] - areas[0]))}" in said
    hatches = {p.get_hatch() for gid, p in by_gid(figure).items() if gid.endswith("essential")}
    assert len(hatches) == 2


def test_comparison_of_three_tells_what_two_of_them_share(atlas: Atlas) -> None:
    """What two have and the third has not is said with both names; who has nothing alone, too."""
    three = [atlas.source(n) for n in ("TFL", "meralgia", "greater_trochanteric_pain")]
    said = words(plot_comparison(three, atlas)).replace("\n", " ")
    assert "Essential in all: nothing" in said
    assert "Essential in Tensor fasciae latae and Greater trochanteric pain: Trochanter" in said
    assert "No area of its own: Meralgia paresthetica, Greater trochanteric pain" in said


@pytest.mark.parametrize("language", ["la", "de", "fr", "es"])
def test_comparison_names_areas_in_its_language(language: str, atlas: Atlas) -> None:
    """Areas, and what is said of them, are in the language asked for, and still fit."""
    said = languages()[language]
    pair = [atlas.source("gluteus_minimus"), atlas.source("l5_root")]
    figure = plot_comparison(pair, atlas, language=language, side="right")
    check_legible(figure)
    written = words(figure).replace("\n", " ")
    assert said.areas["thigh_back"] in written
    assert said.areas["trochanter_area"] in written
    assert not any(name in written for name in ("Lower buttock", "Calf", "Trochanter,"))
    assert said.say("core_dashed", sources=pair[1].name_in(language)) in written


def test_comparison_explains_its_tones(atlas: Atlas) -> None:
    """Sources with frequencies are explained in a line, dashed cores in another; others have none.

    What half of the patients feel is filled or hatched like an essential zone, the rest is dots.
    """
    pair = [atlas.source("psoas"), atlas.source("hip_joint")]
    figure = plot_comparison(pair, atlas)
    check_legible(figure)
    said = words(figure).replace("\n", " ")
    assert "Hip joint: a zone where at least half of the patients feel it, dots where" in said
    assert "Dashed" not in said
    named = by_gid(figure)
    assert "posterior-hip_joint-spillover" in named
    shapes = pattern_shapes(atlas.body, (), "left", "left_lateral", pair[1])
    zone = shape_of(named["left_lateral-hip_joint-essential"])
    assert shapely.symmetric_difference(zone, shapes.solid).area < 1e-6
    roots = [atlas.source("piriformis"), atlas.source("s1_root"), atlas.source("sciatic_nerve")]
    figure = plot_comparison(roots, atlas)
    check_legible(figure)
    said = words(figure).replace("\n", " ")
    assert "Dashed outline: where it goes numb or tingles (S1 nerve root, Sciatic nerve)" in said
    assert "half of the patients" not in said
    cores = {gid for gid in by_gid(figure) if gid.endswith("-core")}
    assert {gid.split("-")[1] for gid in cores} == {"s1_root", "sciatic_nerve"}
    plain = words(plot_comparison([atlas.source("piriformis"), pair[0]], atlas))
    assert "Dashed" not in plain
    assert "half of" not in plain


def test_every_compared_source_is_drawn_in_every_view(atlas: Atlas) -> None:
    """A view that one source calls for shows what the others send there too, however little."""
    pair = [atlas.source("gluteus_minimus"), atlas.source("l5_root")]
    assert "anterior" not in views_that_matter(atlas, pair[0].trigger_points, "left")
    named = by_gid(plot_comparison(pair, atlas))
    assert "anterior-l5_root-essential" in named
    assert "anterior-gluteus_minimus-spillover" in named


def test_compared_dots_lie_on_the_body_and_are_mirrored(atlas: Atlas) -> None:
    """Moved apart, so that two sources' dots can be told apart, they stay inside the outline."""
    three = [atlas.source(n) for n in ("piriformis", "gluteus_minimus", "gluteus_medius")]
    left = by_gid(plot_comparison(three, atlas, views=["posterior"]))
    right = by_gid(plot_comparison(three, atlas, views=["posterior"], side="right"))
    charted = atlas.body.charts["posterior"].charted
    for found in three:
        dots = places(left[f"posterior-{found.id}-spillover"])
        assert shapely.contains_xy(charted, dots).all()
        mirrored = places(right[f"posterior-{found.id}-spillover"])
        assert dots * [-1.0, 1.0] == pytest.approx(mirrored)


@pytest.mark.parametrize("count", [0, 1, 4])
def test_only_two_or_three_are_compared(count: int, atlas: Atlas) -> None:
    """One source, or four, are refused, with what is accepted."""
    with pytest.raises(ValueError, match="two or three sources"):
        plot_comparison(list(atlas.sources.values())[:count], atlas)


# --- SVG and PDF -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def plate(atlas: Atlas, tmp_path_factory: pytest.TempPathFactory) -> tuple[Figure, Path]:
    """Return a plate of six and the SVG of it."""
    figure = plot_plate(list(atlas.sources.values())[:6], atlas)
    return figure, save_figure(figure, tmp_path_factory.mktemp("plate") / "plate.svg")


def test_svg_has_a_named_group_for_each_zone_and_trigger_point(
    atlas: Atlas, plate: tuple[Figure, Path]
) -> None:
    """In a plate each zone of each pattern in each view, and each trigger point, is a group."""
    groups = [g.get("id") for g in ET.parse(plate[1]).iter(f"{SVG}g") if g.get("id")]
    assert len(set(groups)) == len(groups)
    for found in list(atlas.sources.values())[:6]:
        for view, shapes in shapes_by_view(
            atlas, found.trigger_points, "left", source=found
        ).items():
            wanted = [f"{view}-{found.id}-{p}" for p in shapes.marks]
            wanted += [f"{view}-{found.id}-essential"] * (not shapes.essential.is_empty)
            wanted += [f"{view}-{found.id}-spillover"] * bool(len(shapes.spillover))
            wanted += [f"{view}-{found.id}-rare"] * bool(len(shapes.rare))
            assert set(wanted) <= set(groups)


def test_svg_of_a_plate_is_text_and_under_a_megabyte(plate: tuple[Figure, Path]) -> None:
    """Words are text that can be edited, not outlines of letters, and the file stays small."""
    figure, path = plate
    assert path.stat().st_size < 1_000_000
    written = "\n".join("".join(t.itertext()) for t in ET.parse(path).iter(f"{SVG}text"))
    for line in words(figure).splitlines():
        assert line in written


def test_dots_are_one_shape_used_many_times(drawn: Drawn) -> None:
    """Stipple is a collection with one path, which keeps files small."""
    named = by_gid(drawn("piriformis"))
    stipple = named["posterior-piriformis-spillover"]
    assert isinstance(stipple, EllipseCollection)
    assert len(stipple.get_paths()) == 1
    assert len(stipple.get_offsets()) > 100


@pytest.mark.parametrize("name", SOURCES)
def test_solid_zone_is_drawn_as_it_was_computed(name: str, atlas: Atlas, drawn: Drawn) -> None:
    """The patch of the essential zone has exactly the area of its shape, holes left open."""
    for gid, patch in by_gid(drawn(name)).items():
        view, _, part = gid.split("-", 2)
        if part == "essential":
            shapes = pattern_shapes(atlas.body, atlas.sources[name].trigger_points, "left", view)  # type: ignore[arg-type]
            off = shapely.symmetric_difference(shape_of(patch), shapes.essential)
            assert off.area < 1e-6


def digests(atlas: Atlas, folder: Path) -> list[str]:
    """Return a hash of a pattern's SVG and of its PDF."""
    figure = plot_pattern(atlas.source("gluteus_minimus"), atlas, side="right", language="de")
    return [
        hashlib.sha256(save_figure(figure, folder / f"f.{kind}").read_bytes()).hexdigest()
        for kind in ("svg", "pdf")
    ]


ELSEWHERE = """
import io, pathlib, sys
sys.path.insert(0, sys.argv[1])
from hippain_maps import PainDrawing, load_atlas, rank
from hippain_maps import plotting as p
from test_plotting_pattern import digests

atlas = load_atlas()
print(*digests(atlas, pathlib.Path(sys.argv[2])))
source = atlas.source("psoas")
drawing = PainDrawing.from_regions(atlas.body, ["left:thigh_1_anterior"])
for figure in (
    p.plot_chart(atlas.body, "dorsal").figure,
    p.plot_charts(atlas.body, ["plantar"]),
    p.plot_region_map(atlas.body, "perineal"),
    p.plot_pattern(source, atlas, anatomy=True),
    p.plot_comparison([source, atlas.source("piriformis")], atlas),
    p.plot_plate([source], atlas),
    p.plot_drawing(drawing, atlas.body),
    p.plot_ranking(rank(drawing, atlas), drawing, top=1),
):
    figure.savefig(io.BytesIO(), format="svg")
print(*(name for name in sys.modules if name in {"matplotlib.pyplot", "pylab"}))
"""


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> list[list[str]]:
    """Return what two processes with different hash seeds print that draw figures.

    Hashes, and modules that should not be there.
    """
    tests = str(Path(__file__).parent)
    running = [
        subprocess.Popen(
            [sys.executable, "-c", ELSEWHERE, tests, str(tmp_path_factory.mktemp(seed))],
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONHASHSEED": seed},
            text=True,
        )
        for seed in ("1", "2")
    ]
    try:
        return [process.communicate(timeout=120)[0].splitlines() for process in running]
    finally:
        for process in running:
            process.kill()
            process.communicate()


def test_same_figure_gives_the_same_bytes_in_every_process(
    atlas: Atlas, tmp_path: Path, elsewhere: list[list[str]]
) -> None:
    """SVG and PDF do not change from call to call, nor with the hash seed of a process."""
    here = digests(atlas, tmp_path)
    assert digests(atlas, tmp_path) == here
    assert [said[0].split() for said in elsewhere] == [here, here]


def test_plotting_never_imports_pyplot(elsewhere: list[list[str]]) -> None:
    """Every kind of figure is drawn and saved without pyplot, so without a global state."""
    assert [said[1:] for said in elsewhere] == [[""], [""]]


def test_threads_draw_what_one_thread_draws(atlas: Atlas, tmp_path: Path) -> None:
    """Eight figures drawn and saved at once have the bytes that they have one after another."""
    jobs = [(name, side) for side in SIDES for name in SOURCES][:8]

    def bytes_of(job: tuple[str, Side], folder: Path) -> list[bytes]:
        name, side = job
        figure = plot_pattern(atlas.sources[name], atlas, side=side, views=["posterior"])
        return [
            save_figure(figure, folder / f"{name}-{side}.{kind}", dpi=50).read_bytes()
            for kind in ("svg", "png")
        ]

    one, many = tmp_path / "one", tmp_path / "many"
    one.mkdir()
    many.mkdir()
    wanted = [bytes_of(job, one) for job in jobs]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda job: bytes_of(job, many), jobs)) == wanted


def test_hand_drawn_world_has_a_figure_too() -> None:
    """Patterns of another body are drawn by the same rules, with a mark that only one view has."""
    alpha = replace(
        point("a1", essential=["upper"], spillover=["crossed:upper"]),
        marks=(TriggerPointMark("left_lateral", 0.0, 30.0),),
    )
    world = hand_drawn_atlas(source("alpha", alpha), none_of_these=MODEL.none_of_these)
    for side in SIDES:
        figure = plot_pattern(world.source("alpha"), world, side=side)
        assert views_of(figure)[0] == "Back"
        assert [x for _, x, _, _ in crosses(figure)] == [0.0]
        named = by_gid(figure)
        solid = places(named["posterior-alpha-essential"])[:, 0]
        dots = places(named["posterior-alpha-spillover"])[:, 0]
        assert np.sign(solid.mean()) == (-1 if side == "left" else 1) == -np.sign(dots.mean())
        assert other_side(side) != side
