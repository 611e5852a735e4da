"""A world drawn by hand, in which scores can be done in the head, and what several tests share.

Two views, four squares of 20 cm on the left, the right half their mirror image::

      posterior                        left_lateral
    60      +------+
            | head |
    40 +----+--+---+---+ arm         40 +-------+
       |  upper | upper |               | upper |
    20 +--------+-------+            20 +-------+
       |  lower | lower |               | outer |
     0 +--------+-------+             0 +-------+
      -20 left  0 right 20             -10      10

`upper` is one patch of skin that both views show. Every other view shows one more square,
`elsewhere`. Each patch has 400 cm2 of skin and weighs 1; borders are sharp.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

import numpy as np
import shapely
from hypothesis import strategies as st
from shapely import Polygon

from hippain_maps._pattern_files import ClueTopic, Kind, read_model
from hippain_maps._resources import resource_dir
from hippain_maps.atlas import Atlas
from hippain_maps.atlas_parts import Place
from hippain_maps.candidates import FitZone
from hippain_maps.drawing import PainDrawing
from hippain_maps.geometry import SIDES, VIEWS, View, mirror
from hippain_maps.model import FitWord, ZoneChances, build_model
from hippain_maps.patterns import (
    TERRITORY,
    ZONES,
    Clue,
    ClueLink,
    Evidence,
    Frequencies,
    Frequency,
    Relation,
    Source,
    TriggerPoint,
    ZoneName,
    ZoneRegion,
)
from hippain_maps.regions import Body, BodyChart, BodyRegion, ContextArea, Group

EXAMPLES = Path(__file__).resolve().parents[1] / "examples" / "drawings"

# --- The body ----------------------------------------------------------------------------------

REGIONS = ("upper", "lower", "outer", "elsewhere")
LEFT: dict[View, dict[str, tuple[float, float]]] = {
    "posterior": {"upper": (-20, 20), "lower": (-20, 0)},
    "left_lateral": {"upper": (-10, 20), "outer": (-10, 0)},
    **{v: {"elsewhere": (0.0, 0.0)} for v in VIEWS if v == "anterior" or v in VIEWS[4:]},
}
"""Lower left corner of every square of the left half."""


def square(x: float, y: float, size: float = 20) -> Polygon:
    """Return a square with its lower left corner at a place."""
    return shapely.box(x, y, x + size, y + size)


def hand_drawn_body() -> Body:
    """Return the body of the hand-drawn world."""
    place = {f"{side}:{r}": i for i, (side, r) in enumerate((s, r) for s in SIDES for r in REGIONS)}
    charts: dict[View, BodyChart] = {}
    for view in VIEWS:
        squares: list[tuple[str, Any]] = []
        if view != "right_lateral":
            squares += [(f"left:{r}", square(*at)) for r, at in LEFT[view].items()]
        if view != "left_lateral":
            other: View = "left_lateral" if view == "right_lateral" else view
            squares += [(f"right:{r}", mirror(square(*at))) for r, at in LEFT[other].items()]
        context = (
            ContextArea("head", None, square(-10, 40)),
            ContextArea("arm", "left", shapely.box(-30, 20, -20, 40)),
            ContextArea("arm", "right", shapely.box(20, 20, 30, 40)),
        )
        charts[view] = BodyChart(
            view=view,
            index=np.array([place[name] for name, _ in squares], dtype=np.intp),
            polygons=np.array([shape for _, shape in squares], dtype=object),
            context=context if view == "posterior" else (),
            hints=(),
        )
    return Body(
        figure="four squares",
        regions={name: BodyRegion(name, name.capitalize(), 400.0) for name in REGIONS},
        groups={
            "column": Group("column", "Column", ("upper", "lower")),
            "side": Group("side", "Side", ("outer", "elsewhere")),
        },
        charts=charts,
        area_of={"upper": "column", "lower": "column", "outer": "side", "elsewhere": "side"},
    )


# --- Sources and the atlas ---------------------------------------------------------------------

TOLD = Evidence("general knowledge", ())

MODEL = replace(
    build_model(read_model(resource_dir("patterns"))[0]),
    version="hand-drawn",
    zone_chance=ZoneChances(essential=0.75, spillover=0.5, rare=0.25),
    spillover_felt=0.5,
    unfelt_spillover=0.25,
    background=0.2,
    unused_view=0.5,
    sight_power=1,
    border_softness_cm=0,
    area_cap_cm2=400,
    area_unit_cm2=400,
    evidence_limit=2,
    evidence_half=1,
    # With one square drawn, pain then speaks with exponent 1 and spared skin with 1/2.
    silence_half=0,
    trigger_point_active=0.5,
    none_of_these=0.25,
    elsewhere_chances=(0.5,),
    shown_trigger_point=0.5,
    shown_region=0.1,
    fit_words={
        "strong": FitWord(explained=0.75, essential_drawn=0.5),
        "moderate": FitWord(explained=0.5, essential_drawn=0.25),
    },
    also_drawn=0.75,
    too_close=2,
    other_weight=0.5,
    frequency_densities=(0.4, 0.6),
    # A yes doubles what it speaks for and halves what it speaks against; a no makes a third and
    # four thirds of them.
    clue_yes=0.8,
    clue_ratio=2,
    clue_limit=4,
    published_limit=10,
    palpation_ratio=4,
    default_prior=0.5,
    source_priors={},
    trigger_point_priors={},
)
"""Constants of the hand-drawn world: a region hurts with 0.8 in an essential zone (1 - 0.8 * 0.25),
0.6 in spillover that is felt, 0.4 where it is not, and 0.2 outside the pattern. What is not named
here is as shipped."""


def point(
    name: str,
    essential: Iterable[str] = (),
    spillover: Iterable[str] = (),
    rare: Iterable[str] = (),
) -> TriggerPoint:
    """Return a trigger point; ``crossed:NAME`` is a region of the other side."""
    zones: dict[ZoneName, tuple[ZoneRegion, ...]] = {
        zone: tuple(
            ZoneRegion(part.removeprefix("crossed:"), 1.0, part.startswith("crossed:"))
            for part in parts
        )
        for zone, parts in zip(ZONES, (essential, spillover, rare), strict=True)
    }
    return TriggerPoint(name, name, (), "Press.", (), zones, TOLD, TOLD, None)


def source(name: str, *points: TriggerPoint, kind: Kind = "muscle", **more: Any) -> Source:
    """Return a source with the given trigger points, and what else is given of it."""
    bare = Source(
        id=name,
        name=name.capitalize(),
        kind=kind,
        synonyms=(),
        summary="Invented.",
        trigger_points=points,
        pattern_evidence=TOLD,
        reviewed_by=(),
        quality=None,
        worse_with=None,
        eased_by=None,
        speaks_for=None,
        speaks_against=None,
        mimics=None,
        coexists_with=None,
        limits=(),
        file=f"patterns/{name}.yaml",
    )
    return replace(bare, **more)


def nerve(
    name: str,
    essential: Iterable[str] = (),
    spillover: Iterable[str] = (),
    *,
    core: Iterable[str] = (),
    **more: Any,
) -> Source:
    """Return a source without trigger points: its territory, and the core where it goes numb."""
    numb = tuple(ZoneRegion(region, 1.0, False) for region in core)
    territory = point(TERRITORY, essential, spillover)
    return source(name, territory, **{"kind": "nerve", "core": numb} | more)


def joint(name: str, **groups: float) -> Source:
    """Return a source with a published frequency for each group or region."""
    body = hand_drawn_body()
    found = tuple(Frequency(g, share, body.members(g), {}) for g, share in groups.items())
    return nerve(name, kind="joint", frequencies=Frequencies("Invented.", found, TOLD))


def link(
    clue: str, *, favours: bool = True, yes: float | None = None, no: float | None = None
) -> ClueLink:
    """Return what an answer means for a source; `yes` and `no` are published ratios."""
    return ClueLink(clue, favours, yes, no, TOLD)


def clue(name: str, topic: ClueTopic = "worse_with", *, seen: bool = False) -> Clue:
    """Return an entry of the vocabulary."""
    words = name.capitalize()
    return Clue(name, topic, {"en": words}, {"en": f"{words}?"}, seen)


def hand_drawn_atlas(
    *sources: Source,
    places: tuple[Place, ...] = (),
    clues: Iterable[Clue] = (),
    relations: Iterable[Relation] = (),
    **constants: Any,
) -> Atlas:
    """Return an atlas of the hand-drawn body; constants of the model may be given anew."""
    return Atlas(
        body=hand_drawn_body(),
        sources={s.id: s for s in sorted(sources, key=lambda s: s.id)},
        model=replace(MODEL, **constants),
        places=places,
        citations={},
        version="hand-drawn+0",
        clues={entry.id: entry for entry in clues},
        relations=tuple(relations),
    )


def three_patterns() -> tuple[Source, ...]:
    """Return one muscle of one region, one with spillover, and one with two trigger points."""
    return (
        source("alpha", point("a1", essential=["upper"])),
        source("beta", point("b1", essential=["lower"], spillover=["outer"])),
        source("gamma", point("g1", essential=["upper"]), point("g2", essential=["lower"])),
    )


# --- Drawings ----------------------------------------------------------------------------------


def example(stem: str) -> PainDrawing:
    """Return a shipped example drawing."""
    return PainDrawing.read(EXAMPLES / f"{stem}.geojson")


def outline(points: str) -> Polygon:
    """Return an outline written as ``x y, x y, ...``."""
    return Polygon([tuple(map(float, pair.split())) for pair in points.split(",")])


def blob(x: float, y: float, radii: Iterable[float]) -> Polygon:
    """Return an irregular round outline about a centre."""
    lengths = list(radii)
    turns = [2 * math.pi * k / len(lengths) for k in range(len(lengths))]
    pairs = zip(turns, lengths, strict=True)
    return Polygon([(x + r * math.cos(t), y + r * math.sin(t)) for t, r in pairs])


@st.composite
def blob_drawings(draw: st.DrawFn) -> PainDrawing:
    """Drawings of a few irregular round outlines in any views, mostly on the body."""
    areas = []
    for _ in range(draw(st.integers(1, 4))):
        view = draw(st.sampled_from(VIEWS))
        wide, high = (17, 125) if view in VIEWS[:4] else (9, 24)
        x, y = draw(st.floats(-wide, wide)), draw(st.floats(0, high))
        radii = draw(st.lists(st.floats(1, 9), min_size=5, max_size=9))
        areas.append((view, blob(x, y, radii)))
    completed = draw(st.sets(st.sampled_from(VIEWS), max_size=2))
    return PainDrawing.from_polygons(areas, views_completed=sorted(completed))


# --- Results -----------------------------------------------------------------------------------

NUMBER = (int, float)
CANDIDATE: dict[str, Any] = {
    "rank": int,
    "source": str,
    "name": str,
    "kind": str,
    "side": str,
    "probability": NUMBER,
    "trigger_points": list,
    "explained": NUMBER,
    "essential_drawn": (*NUMBER, type(None)),
    "regions": list,
}
RANKING: dict[str, Any] = {
    "schema": int,
    "atlas": str,
    "red_flags": list,
    "drawing": dict,
    "none_of_these": dict,
    "undecided": list,
    "also_drawn": list,
    "place_alone_cannot_decide": list,
    "relations": list,
    "clues": list,
    "candidates": list,
    "differential": list,
}
DRAWN = {"area_cm2": NUMBER, "extent_percent": NUMBER, "outside_cm2": NUMBER, "views": list}


def _check(members: Mapping[str, Any], wanted: Mapping[str, Any]) -> None:
    for name, kind in wanted.items():
        assert isinstance(members[name], kind), f"{name} is {members[name]!r}"
        assert not isinstance(members[name], bool)


def check_contract(document: Mapping[str, Any]) -> None:
    """Assert that a ranking as data has every member that other programs rely on."""
    json.dumps(document, allow_nan=False)
    _check(document, RANKING)
    assert document["schema"] == 1
    for flag in document["red_flags"]:
        assert flag["answer"] in ("yes", "no", "not_asked")
        assert flag["urgency"] in ("ambulance", "same_day", "urgent", "routine")
        assert all(isinstance(flag[key], str) for key in ("id", "action", "question", "means"))
    _check(document["drawing"], DRAWN)
    assert set(document["drawing"]["views"]) <= set(VIEWS)
    _check(document["none_of_these"], {"candidates": NUMBER, "differential": NUMBER})
    for effect in document["clues"]:
        assert effect["answer"] in ("yes", "no")
        assert effect["from"] in ("answer", "drawing")
        assert all(moved["factor"] > 0 for moved in effect["moved"])
    for relation in document["relations"]:
        assert relation["kind"] in ("imitate", "coexist")
        assert len(relation["between"]) == 2
    for name in ("candidates", "differential"):
        ranks = [candidate["rank"] for candidate in document[name]]
        assert ranks == sorted(ranks)
        for candidate in document[name]:
            _check(candidate, CANDIDATE)
            assert (candidate["kind"] == "muscle") == (name == "candidates")
            assert candidate["side"] in SIDES
            assert 0 <= candidate["probability"] <= 1
            assert 0 <= candidate["explained"] <= 1
            assert all(isinstance(trp, str) for trp in candidate["trigger_points"])
            for fit in candidate["regions"]:
                assert fit["region"].split(":")[0] in SIDES
                assert fit["zone"] in get_args(FitZone)
                assert fit["drawn"] is None or 0 <= fit["drawn"] <= 1
