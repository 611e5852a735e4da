"""Plates: as many pages as it takes, with names or with letters and a key."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from figure_checks import by_gid, charts, check_legible, crosses, key_of, laid_out, texts, words
from matplotlib.figure import Figure
from matplotlib.text import Text

from hippain_maps.atlas import Atlas
from hippain_maps.geometry import SIDES, Side
from hippain_maps.plotting import THEMES, plate_pages, plot_plate, save_pages, theme
from hippain_maps.plotting.plate import A4_LANDSCAPE, PER_PAGE, SLIDE, answers
from hippain_maps.words import languages


@pytest.mark.parametrize("count", [1, 2, 4])
def test_one_to_six_patterns_fit_a_page(count: int, atlas: Atlas) -> None:
    """Every pattern has its cell with its name; nothing touches or is cut off."""
    sources = list(atlas.sources.values())[:count]
    figure = plot_plate(sources, atlas)
    check_legible(figure)
    said = words(figure)
    assert said.count(", left") >= count
    for found in sources:
        assert f"{found.name}, left" in said
    assert {gid.split("-")[1] for gid, *_ in crosses(figure)} == {s.id for s in sources}


@pytest.mark.parametrize("count", [0, 7])
def test_page_holds_one_to_six(count: int, atlas: Atlas) -> None:
    """No pattern, or more than six, are refused with what is accepted."""
    with pytest.raises(ValueError, match="holds 1 to 6 patterns, not"):
        plot_plate(list(atlas.sources.values())[:1] * count, atlas)


@pytest.mark.parametrize(("count", "cells"), [(0, []), (1, [1]), (7, [4, 3])])
def test_pages_are_as_many_as_it_takes(count: int, cells: list[int], atlas: Atlas) -> None:
    """Six patterns go on a page; several pages are about equally full, and numbered."""
    sources = [atlas.source("psoas")] * count
    made = []
    for number, figure in enumerate(plate_pages(sources, atlas), 1):
        made.append(words(figure).count("Psoas and iliacus, left"))
        numbers = re.findall(r"^\d+ / \d+$", words(figure), re.MULTILINE)
        assert numbers == ([f"{number} / {len(cells)}"] if len(cells) > 1 else [])
    assert made == cells


def test_pages_of_a_pdf_are_those_of_the_plate(atlas: Atlas, tmp_path: Path) -> None:
    """A plate of one page is written as a PDF of one."""
    pages = plate_pages([atlas.source("psoas")], atlas)
    path = save_pages(pages, tmp_path / "plate.pdf")
    assert len(re.findall(rb"/Type /Page\b", path.read_bytes())) == 1


@pytest.mark.parametrize("side", SIDES)
def test_letters_stand_for_names_and_the_key_has_the_answers(side: Side, atlas: Atlas) -> None:
    """Without labels, cells are lettered in reading order, and no name is given away."""
    sources = list(atlas.sources.values())[:4]
    figure = plot_plate(sources, atlas, side=side, labels=False)
    said = words(figure).splitlines()
    assert [line for line in said if line in {"A", "B", "C", "D", "E"}] == ["A", "B", "C", "D"]
    for found in sources:
        assert not any(found.name in line for line in said)
        assert not any(p.name in line for line in said for p in found.trigger_points)
    assert not any(gid.endswith("-number") for gid in by_gid(figure))
    assert answers(sources) == [
        f"{letter} {found.name}" for letter, found in zip("ABCD", sources, strict=True)
    ]
    check_legible(figure)


def test_letters_start_again_on_each_page(atlas: Atlas) -> None:
    """The key counts as the pages do: of eight patterns the fifth begins the second page."""
    one = atlas.source("psoas")
    assert [line.split()[0] for line in answers([one] * 8)] == list("ABCDABCD")
    assert [line.split()[0] for line in answers([one] * 6)] == list("ABCDEF")
    assert answers([]) == []


def test_pages_have_the_size_asked_for(atlas: Atlas) -> None:
    """A4 landscape by default, 16 to 9 as a slide, on which six patterns are as legible."""
    sources = list(atlas.sources.values())[:6]
    assert tuple(plot_plate(sources[2:3], atlas).get_size_inches()) == A4_LANDSCAPE
    (slide,) = plate_pages(sources, atlas, size=SLIDE)
    assert tuple(slide.get_size_inches()) == SLIDE
    assert pytest.approx(16 / 9, rel=1e-3) == SLIDE[0] / SLIDE[1]
    check_legible(slide)


def test_every_ready_made_set_is_a_plate(atlas: Atlas) -> None:
    """Each set for teaching fits a page or two and has its own title."""
    assert {"lateral-hip", "sciatica-mimics"} <= set(atlas.sets)
    titles = set()
    for ready in atlas.sets.values():
        sources = [atlas.source(name) for name in ready.sources]
        assert 1 < len(sources) <= 2 * PER_PAGE
        titles.add(ready.title)
    assert len(titles) == len(atlas.sets)


@pytest.mark.parametrize("name", ["calf", "foot", "leg-front", "pelvic-floor"])
def test_plates_with_insets_are_legible(name: str, atlas: Atlas) -> None:
    """Soles, feet from above and the saddle area have their names, and room, in any cell."""
    ready = atlas.teaching_set(name)
    figure = plot_plate([atlas.source(n) for n in ready.sources], atlas, title=ready.title)
    check_legible(figure)
    assert ready.title in words(figure)


def test_plate_of_other_sources_has_their_key_at_its_foot(atlas: Atlas) -> None:
    """Tones and hatches are explained once for the page, and not where there are none."""
    names = ("hip_joint", "sacroiliac_joint", "l5_root", "s1_root", "pudendal_nerve", "psoas")
    figure = plot_plate([atlas.source(name) for name in names], atlas)
    check_legible(figure)
    said = words(figure)
    assert said.count("share of patients with pain anywhere in the area") == 1
    assert said.count("where it goes numb or tingles") == 1
    plain = words(plot_plate([atlas.source("psoas")], atlas))
    assert "numb" not in plain
    assert "share of patients" not in plain


def test_plate_has_one_key_for_all_that_is_on_the_page(atlas: Atlas) -> None:
    """The key names what any cell shows, once, and a test has it too."""
    alone = plot_plate([atlas.source("hip_joint")], atlas)
    assert key_of(alone) == ["share of patients with pain anywhere in the area"]
    names = ("hip_joint", "psoas", "s3_root", "gluteus_minimus")
    sources = [atlas.source(name) for name in names]
    whole = key_of(plot_plate(sources, atlas, language="de"))
    assert whole[:3] == ["Kernzone", "Ausstrahlung", "selten"]
    assert whole[-1] == "Triggerpunkt"
    assert len(whole) == len(set(whole)) == 6
    test = plot_plate(sources, atlas, labels=False, language="de")
    assert key_of(test) == whole
    check_legible(test)


def test_charts_of_a_row_stand_at_one_height(atlas: Atlas) -> None:
    """The charts of a row begin at one level, and their keys follow right below them."""
    names = ("gluteus_medius", "gluteus_minimus", "longissimus_thoracis")
    figure = plot_plate([atlas.source(name) for name in names], atlas)
    laid_out(figure)
    boxes = [ax.get_window_extent() for ax in charts(figure)]
    assert len({round(box.y1, 3) for box in boxes}) == 1
    keys = [t.get_window_extent() for t in texts(figure) if t.get_text().startswith("1 ")]
    assert len(keys) == 3
    for key in keys:
        middle = (key.x0 + key.x1) / 2
        above = min(boxes, key=lambda box: abs((box.x0 + box.x1) / 2 - middle))
        assert 0 < above.y0 - key.y1 < 0.3 * figure.dpi


@pytest.mark.parametrize("name", THEMES)
def test_plate_is_legible_in_every_theme_and_language(name: str, atlas: Atlas) -> None:
    """Nothing overlaps or is cut off in any theme; with each goes another language and side."""
    language = dict(zip(THEMES, ("la", "de", "fr", "es"), strict=True))[name]
    side = SIDES[list(THEMES).index(name) % 2]
    sources = list(atlas.sources.values())[:3]
    figure = plot_plate(
        sources, atlas, side=side, language=language, look=theme(name), page="12 / 12"
    )
    check_legible(figure)
    said = words(figure)
    assert languages()[language].referral_patterns in said
    for found in sources:
        assert found.name_in(language) in said


def scales(figure: Figure) -> dict[str, float]:
    """Return the scale of each pattern of a laid out plate, pixels to the cm."""
    laid_out(figure)
    found: dict[str, float] = {}
    for gid, artist in by_gid(figure).items():
        ax = artist.axes
        assert ax is not None
        found[gid.split("-")[1]] = ax.get_window_extent().width / float(np.ptp(ax.get_xlim()))
    return found


@pytest.mark.parametrize("name", ["lateral-hip", "six-muscles", "foot"])
def test_patterns_of_a_plate_have_one_scale_where_they_can(name: str, atlas: Atlas) -> None:
    """All but those that run down the whole leg are drawn at one scale, and none is larger."""
    sources = [atlas.source(n) for n in atlas.teaching_set(name).sources]
    found = scales(plot_plate(sources, atlas))
    largest = max(found.values())
    alike = {n for n, scale in found.items() if scale == pytest.approx(largest)}
    assert len(alike) >= len(sources) - 1
    if name == "lateral-hip":
        assert set(found) - alike == {"gluteus_minimus"}


@pytest.mark.parametrize("size", [A4_LANDSCAPE, SLIDE])
def test_numbers_on_a_plate_are_legible(size: tuple[float, float], atlas: Atlas) -> None:
    """A number has at least six points, and its cross is not much smaller, on the whole leg too."""
    ready = atlas.teaching_set("lateral-hip")
    figure = plot_plate([atlas.source(n) for n in ready.sources], atlas, size=size)
    check_legible(figure)
    numbers = [a for gid, a in by_gid(figure).items() if gid.endswith("-number")]
    assert len(numbers) > 10
    for number in numbers:
        assert isinstance(number, Text)
        assert float(number.get_fontsize()) >= 6
    assert all(box.width >= 4 * figure.dpi / 72 for *_, box in crosses(figure))
