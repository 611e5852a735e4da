"""The ranking figure: pain explained and not, bars that are probabilities, words that fit."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from functools import cache

import pytest
import shapely
from figure_checks import by_gid, check_legible, crosses, shape_of, words
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch, Rectangle
from worlds import example, hand_drawn_atlas, point, source

from hippain_maps.atlas import Atlas
from hippain_maps.drawing import PainDrawing
from hippain_maps.plotting import THEMES, plot_ranking, theme
from hippain_maps.plotting.pattern import shapes_by_view
from hippain_maps.plotting.ranking import OTHERS
from hippain_maps.ranking import Ranking, rank
from hippain_maps.words import languages

Ranked = Callable[[str], tuple[PainDrawing, Ranking]]
STEMS = ("gluteus_minimus_posterior", "left_and_right", "quadratus_lumborum_deep_upper")


@pytest.fixture(scope="module")
def ranked(atlas: Atlas) -> Ranked:
    """Return a function that gives a shipped drawing and its ranking; made once."""

    @cache
    def of(stem: str) -> tuple[PainDrawing, Ranking]:
        drawing = example(stem)
        return drawing, rank(drawing, atlas)

    return of


@pytest.fixture(scope="module")
def page(ranked: Ranked) -> Callable[[str], Figure]:
    """Return a function that gives the page of a shipped drawing; drawn once, to be read."""

    @cache
    def of(stem: str) -> Figure:
        drawing, ranking = ranked(stem)
        return plot_ranking(ranking, drawing)

    return of


@pytest.mark.parametrize("stem", STEMS)
def test_explained_and_unexplained_pain_add_up_to_the_drawing(
    stem: str, ranked: Ranked, page: Callable[[str], Figure]
) -> None:
    """In every panel what is hatched and what is filled are the drawing, without an overlap."""
    drawing, ranking = ranked(stem)
    named = by_gid(page(stem))
    views = sorted(drawing.views, key=lambda view: -drawing.area(view).area)[:3]
    for candidate in ranking.candidates[:3]:
        pattern = shapes_by_view(ranking.atlas, candidate.points, candidate.side)
        for view in views:
            group = f"{view}-{candidate.source.id}-{candidate.side}"
            explained, unexplained = (
                shape_of(named[gid]) if (gid := f"{group}-{part}") in named else shapely.Polygon()
                for part in ("explained", "unexplained")
            )
            drawn = drawing.area(view, sensory=False)
            assert explained.area + unexplained.area == pytest.approx(drawn.area, abs=1e-6)
            assert shapely.intersection(explained, unexplained).area < 1e-6
            both = shapely.union(explained, unexplained)
            assert shapely.symmetric_difference(both, drawn).area < 1e-6
            if view in pattern:
                outside = shapely.difference(explained, pattern[view].extent)
                assert outside.area < 1e-6


def test_three_kinds_of_area_differ_in_more_than_colour(ranked: Ranked) -> None:
    """Explained is hatched, unexplained is a flat tone, and essential zone not drawn is solid."""
    drawing, ranking = ranked("psoas")
    named = by_gid(plot_ranking(ranking, drawing, top=1))
    explained, unexplained, zone = (
        named[f"anterior-psoas-left-{part}"] for part in ("explained", "unexplained", "essential")
    )
    assert isinstance(explained, PathPatch)
    assert isinstance(unexplained, PathPatch)
    assert explained.get_hatch()
    assert explained.get_facecolor()[3] == 0
    assert not unexplained.get_hatch()
    assert 0 < (unexplained.get_alpha() or 1) < 0.6 < (zone.get_alpha() or 1)


@pytest.mark.parametrize("stem", STEMS)
def test_bars_are_as_long_as_the_probabilities(
    stem: str, ranked: Ranked, page: Callable[[str], Figure]
) -> None:
    """Each candidate's bar fills that share of its frame which it has of the list."""
    _, ranking = ranked(stem)
    named = by_gid(page(stem))
    for candidate in ranking.candidates[:3]:
        bar = named[f"{candidate.source.id}-{candidate.side}-share"]
        assert isinstance(bar, Rectangle)
        assert bar.axes is not None
        assert bar.axes.get_xlim() == (0, 1)
        assert bar.get_width() == pytest.approx(candidate.probability)


@pytest.mark.parametrize("top", [0, 2, 9])
def test_one_to_four_candidates_are_shown(top: int, ranked: Ranked) -> None:
    """As many panels as asked for, but at least one and at most four; all of it legible."""
    drawing, ranking = ranked("gluteus_minimus_posterior")
    figure = plot_ranking(ranking, drawing, top=top)
    bars = [gid for gid in by_gid(figure) if gid.endswith("-share")]
    assert len(bars) == max(1, min(top, 4))
    check_legible(figure)
    said = words(figure).replace("\n", " ")
    for candidate in ranking.candidates[: len(bars)]:
        assert f"{candidate.rank} {candidate.source.name}, {candidate.side}" in said
        assert f"Fit: {candidate.fit}" in said


@pytest.mark.parametrize("stem", STEMS)
def test_page_says_what_it_is(stem: str, ranked: Ranked, page: Callable[[str], Figure]) -> None:
    """The page is about candidates, not a diagnosis; its key names all that is drawn."""
    _, ranking = ranked(stem)
    figure = page(stem)
    said = words(figure)
    for part in (
        "Candidates to examine",
        "never a diagnosis",
        "What was drawn",
        "essential zone",
        "spillover",
        "trigger point",
        "drawn, explained",
        "drawn, not explained",
        ranking.atlas.version,
    ):
        assert part in said
    for place in ranking.places[:1]:
        assert place.says in said.replace("\n", " ")
    check_legible(figure)


@pytest.mark.parametrize("stem", STEMS)
def test_page_lists_the_other_sources(
    stem: str, ranked: Ranked, page: Callable[[str], Figure]
) -> None:
    """Below the muscles stand the other sources with bar and share, and "none of these".

    The first three are always there, the others only with half a per cent or more.
    """
    _, ranking = ranked(stem)
    figure = page(stem)
    said, named = words(figure).splitlines(), by_gid(figure)
    assert "Other sources of the same picture" in said
    shown = {gid for gid in named if gid.endswith("-other")}
    assert 3 <= len(shown) <= OTHERS
    for number, candidate in enumerate(ranking.differential[:OTHERS]):
        gid = f"{candidate.source.id}-{candidate.side}-other"
        title = f"{candidate.rank} {candidate.source.name}, {candidate.side}"
        assert (gid in shown) == (title in said)
        assert (gid in shown) == (number < 3 or candidate.probability >= 0.005)
        if gid in shown:
            bar = named[gid]
            assert isinstance(bar, Rectangle)
            assert bar.get_width() == pytest.approx(candidate.probability)
    assert "none of these" in said
    shares = [line for line in said if line.endswith(("strong", "moderate", "weak"))]
    assert len([line for line in shares if " %   " in line]) == len(shown)
    check_legible(figure)


def test_page_says_what_the_answers_did(atlas: Atlas) -> None:
    """Each answer has its line: what was said, and which sources it moved by how much.

    What the drawing says by itself has one only if it moved something; without any, no heading.
    """
    drawing = example("tensor_fasciae_latae").with_answers(
        {"worse_stairs_up": "yes", "worse_cough": "no"}
    )
    figure = plot_ranking(rank(drawing, atlas), drawing)
    check_legible(figure)
    said = words(figure).replace("\n", " ")
    assert "What the answers did" in said
    assert "worse with: Climbing stairs: yes → " in said
    assert "Hip joint ×2.1 (published)" in said  # noqa: RUF001
    assert "worse with: Coughing" in said
    assert "Dull ache" not in said
    plain = replace(rank(drawing, atlas), clues=())
    assert "What the answers did" not in words(plot_ranking(plain, drawing))


@pytest.fixture(scope="module")
def numb(atlas: Atlas) -> PainDrawing:
    """Return a drawing of numb skin at the outer thigh."""
    regions = [f"left:thigh_{n}_anterolateral" for n in (1, 2, 3)]
    return PainDrawing.from_regions(atlas.body, regions, quality=["numb"])


def test_numbness_alone_shows_other_sources_with_their_cores(
    atlas: Atlas, numb: PainDrawing
) -> None:
    """Without pain the panels are those of nerves, and what is numb is compared with the core."""
    ranking = rank(numb, atlas)
    assert not ranking.candidates
    figure = plot_ranking(ranking, numb)
    check_legible(figure)
    said, named = words(figure), by_gid(figure)
    assert "it speaks of nerves, not of muscles" in said
    assert "1 Meralgia paresthetica, left" in said
    assert "Explains 100 % of what is numb or tingles" in said
    assert "Essential zone" not in said
    first = ranking.differential[0]
    group = f"anterior-{first.source.id}-{first.side}"
    core = named[f"{group}-core"]
    assert isinstance(core, PathPatch)
    assert not core.get_hatch()
    assert f"{group}-essential" not in named
    explained = shape_of(named[f"{group}-numb-explained"])
    assert explained.area > 0.9 * numb.area("anterior").area
    # The list goes on after the panels.
    assert said.count("Meralgia paresthetica, left") == 1
    listed = [gid for gid in named if gid.endswith("-other")]
    assert f"{first.source.id}-{first.side}-other" not in listed
    assert listed


def test_numb_marks_are_compared_with_no_muscle(atlas: Atlas, numb: PainDrawing) -> None:
    """Beside pain, numb skin has an outline in the panels of muscles, no tone and no hatch."""
    pain = PainDrawing.from_regions(atlas.body, ["left:thigh_2_lateral"], intensity=5)
    both = PainDrawing(pain.marks + numb.marks)
    figure = plot_ranking(rank(both, atlas), both)
    check_legible(figure)
    said, named = words(figure), by_gid(figure)
    assert "numb or tingling" in said
    assert "Numb or tingling: " in said
    outlines = [gid for gid in named if gid.endswith("-numb") and gid != "anterior-numb"]
    assert len(outlines) >= 3
    assert not any("-numb-" in gid for gid in named)
    for gid, artist in named.items():
        if gid.endswith(("-explained", "-unexplained")):
            view = gid.split("-")[0]
            outside = shapely.difference(shape_of(artist), pain.area(view))  # type: ignore[arg-type]
            assert outside.area < 1e-6


@pytest.mark.parametrize("language", ["la", "de", "fr", "es"])
def test_page_is_in_the_language_asked_for(language: str, atlas: Atlas, ranked: Ranked) -> None:
    """Headings, names, areas, key and red flags are in the language; all of it still fits."""
    drawing, ranking = ranked("left_and_right")
    said = languages()[language]
    figure = plot_ranking(ranking, drawing, language=language)
    check_legible(figure)
    written = words(figure).replace("\n", " ")
    first = ranking.candidates[0]
    for part in (
        said.say("candidates"),
        said.say("others"),
        said.say("key_unexplained"),
        f"1 {first.source.name_in(language)}, {said.sides[first.side]}",
        said.term(first.fit),
        said.areas["trochanter_area"],
    ):
        assert part in written
    if language != "la":
        assert "Not explained" not in written
        assert "Red flags" not in written
        assert "of the charted body" not in written
        assert "," in re.findall(r"(\d.\d) %", written)[0]


def test_drawing_on_three_views_is_shown_on_three(ranked: Ranked) -> None:
    """Every panel has every view with pain, and each candidate's crosses in some view."""
    drawing, ranking = ranked("left_and_right")
    assert len(drawing.views) == 3
    figure = plot_ranking(ranking, drawing, top=4)
    check_legible(figure)
    titles = [ax.get_title() for ax in figure.axes if ax.get_title()]
    for title in ("Front", "Back", "Right side"):
        assert titles.count(title) >= 5
    marked = {tuple(gid.split("-")[1:3]) for gid, *_ in crosses(figure) if gid != "None"}
    assert marked == {(c.source.id, c.side) for c in ranking.candidates[:4]}


@pytest.mark.parametrize("name", THEMES)
def test_page_is_legible_in_every_theme(name: str, ranked: Ranked) -> None:
    """Nothing overlaps or is cut off, on any theme's paper."""
    drawing, ranking = ranked("psoas")
    check_legible(plot_ranking(ranking, drawing, top=2, look=theme(name)))


def test_long_names_wrap(ranked: Ranked) -> None:
    """Names and trigger points of any length are broken into lines that stay in their panel."""
    drawing, ranking = ranked("psoas")
    candidates = []
    for candidate in ranking.candidates[:4]:
        points = tuple(
            replace(p, name=f"{p.name}, along the outer border of the muscle")
            for p in candidate.source.trigger_points
        )
        source = replace(
            candidate.source,
            name=f"{candidate.source.name} with its neighbours and their tendons",
            trigger_points=points,
        )
        candidates.append(replace(candidate, source=source))
    long = replace(ranking, candidates=tuple(candidates))
    check_legible(plot_ranking(long, drawing, top=4))


def test_page_of_another_size_is_filled(ranked: Ranked) -> None:
    """A figure given is drawn on and comes back; on a slide everything fits as well."""
    drawing, ranking = ranked("gluteus_minimus_posterior")
    slide = Figure(figsize=(13.333, 7.5))
    assert plot_ranking(ranking, drawing, figure=slide) is slide
    check_legible(slide)


@pytest.mark.parametrize("size", [(8.27, 11.69), (8.0, 6.0), (7.0, 5.0)])
def test_small_pages_are_legible(size: tuple[float, float], ranked: Ranked, atlas: Atlas) -> None:
    """With an alarm, answers and four candidates in German, type shrinks rather than running over.

    No number is parted from its per cent sign.
    """
    answers = ("worse_stairs_up", "worse_lying_on_it", "worse_cough", "new_weakness")
    drawing = ranked("left_and_right")[0].with_answers(dict.fromkeys(answers, "yes"))
    page = Figure(figsize=size)
    figure = plot_ranking(rank(drawing, atlas), drawing, top=4, language="de", figure=page)
    check_legible(figure)
    assert not any(line.startswith("%") for line in words(figure).splitlines())
    assert any(ax.get_title() for ax in figure.axes)


def test_atlas_without_muscles_shows_its_other_sources() -> None:
    """Pain is then compared with them, and nothing is said of numbness."""
    nerve = source("nerve", point("territory", essential=["upper"]), kind="nerve")
    world = hand_drawn_atlas(nerve)
    drawing = PainDrawing.from_regions(world.body, ["left:upper"])
    figure = plot_ranking(rank(drawing, world), drawing)
    check_legible(figure)
    said = words(figure)
    assert "1 Nerve, left" in said
    assert "Explains 100 % of the pain drawn" in said
    assert "numb" not in said
