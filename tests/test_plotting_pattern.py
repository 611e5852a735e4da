"""Pattern figures: crosses where the data puts them, numbers beside them, groups in the SVG."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import shapely
from figure_checks import SOURCES, by_gid, check_legible, crosses, places, shape_of, words
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import EllipseCollection
from matplotlib.figure import Figure
from matplotlib.transforms import Bbox
from worlds import MODEL, hand_drawn_atlas, point, source

from hippain_maps.atlas import Atlas
from hippain_maps.geometry import SIDES, VIEWS, Side, View, mirror_view, other_side
from hippain_maps.patterns import TriggerPointMark
from hippain_maps.plotting import (
    THEMES,
    new_page,
    plot_comparison,
    plot_pattern,
    plot_plate,
    save_figure,
    theme,
)
from hippain_maps.plotting.pattern import MATTERS, shapes_by_view
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
    return [ax.get_title() for ax in figure.axes if ax.get_title()]


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("name", SOURCES)
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
    # None is left out altogether.
    assert {gid.split("-")[2] for gid in seen} == {p.id for p in found.trigger_points}


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("name", SOURCES)
def test_every_figure_is_legible(name: str, side: Side, drawn: Drawn) -> None:
    """No number, letter or caption lies on another, on a cross, or off the page."""
    check_legible(drawn(name, side))


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


@pytest.mark.parametrize("name", SOURCES)
def test_right_figure_mirrors_every_artist_of_the_left(name: str, drawn: Drawn) -> None:
    """Zones, dots, crosses and numbers of the right are those of the left with x negated."""
    left, right = by_gid(drawn(name, "left")), by_gid(drawn(name, "right"))
    flip = np.array([-1.0, 1.0])

    def swapped(gid: str) -> str:
        view: View = gid.split("-")[0]  # type: ignore[assignment]
        return gid.replace(view, mirror_view(view), 1)

    assert {swapped(gid) for gid in left} == set(right)
    for gid, artist in left.items():
        one, other = places(artist) * flip, places(right[swapped(gid)])
        if gid.endswith("essential"):
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


@pytest.mark.parametrize("name", SOURCES)
def test_views_that_matter_are_shown(name: str, atlas: Atlas) -> None:
    """A view is shown if it has 6 % of what the best one has, or alone has some point's cross."""
    points = atlas.sources[name].trigger_points
    every = {v: pattern_shapes(atlas.body, points, "left", v) for v in VIEWS}
    area = {view: shapes.extent.area for view, shapes in every.items()}
    chosen = shapes_by_view(atlas, points, "left")
    assert list(chosen) == [view for view in VIEWS if view in chosen]
    for view in VIEWS:
        if area[view] >= MATTERS * max(area.values()):
            assert view in chosen
        elif view in chosen:
            rest = [other for other in chosen if other != view]
            assert any(
                p_id not in set().union(*(every[other].marks for other in rest))
                for p_id in every[view].marks
            )
    marked = set().union(*(shapes.marks for shapes in chosen.values()))
    assert marked == {p.id for p in points}


@pytest.mark.parametrize("name", SOURCES)
def test_crop_holds_the_whole_pattern_and_the_midline(name: str, drawn: Drawn) -> None:
    """Nothing of a pattern is outside its charts, and front and back show the midline."""
    for gid, artist in by_gid(drawn(name)).items():
        (x0, x1), (y0, y1) = artist.axes.get_xlim(), artist.axes.get_ylim()
        x, y = places(artist).T
        assert x0 <= x.min() <= x.max() <= x1
        assert y0 <= y.min() <= y.max() <= y1
        if gid.startswith(("anterior", "posterior")):
            assert x0 <= -5 < 5 <= x1


def test_standing_views_share_their_heights_and_scale(drawn: Drawn) -> None:
    """A level of the body is at one height of the page in all standing views."""
    figure = drawn("gluteus_minimus")
    standing = figure.axes[:3]
    assert len({ax.get_ylim() for ax in standing}) == 1
    assert len({round(ax.get_position().y0, 6) for ax in standing}) == 1
    scales = [ax.get_position().width / np.ptp(ax.get_xlim()) for ax in figure.axes]
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
    for ax in figure.axes:
        assert ax.get_ylim()[0] < 0
        assert ax.get_ylim()[1] > 175
    check_legible(figure)


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
    name = "gluteus_minimus" if size[0] < 5 else "quadratus_lumborum"
    page = plot_pattern(atlas.sources[name], atlas, figure=new_page(size))
    assert tuple(page.get_size_inches()) == size
    check_legible(page)
    # Words leave the charts a good part of the page, one way or the other.
    boxes = Bbox.union([ax.get_window_extent() for ax in page.axes])
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
        for view, shapes in shapes_by_view(atlas, found.trigger_points, "left").items():
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


@pytest.fixture(scope="module", autouse=True)
def processes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[subprocess.Popen[str]]]:
    """Start two processes with different hash seeds that draw figures while the tests run."""
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
    yield running
    for process in running:
        process.kill()
        process.communicate()


@pytest.fixture(scope="module")
def elsewhere(processes: list[subprocess.Popen[str]]) -> list[list[str]]:
    """Return what the two processes print: hashes, and modules that should not be there."""
    return [process.communicate(timeout=120)[0].splitlines() for process in processes]


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
