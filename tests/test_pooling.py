"""Pressed points pooled over people: who is counted, of how many, and the pack made from it."""

from __future__ import annotations

import datetime as dt
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console
from worlds import hand_drawn_atlas, point, source, square

from hippain_maps._pool_table import print_pool
from hippain_maps.atlas import Atlas, load_atlas
from hippain_maps.cli import main
from hippain_maps.drawing import PainDrawing
from hippain_maps.errors import DataError, HippainError, OutputError
from hippain_maps.geometry import STANDING_VIEWS, Side
from hippain_maps.measured_pack import write_pack
from hippain_maps.pooling import Pool, RegionShare, pool_referrals
from hippain_maps.ranking import rank
from hippain_maps.shares import wilson
from hippain_maps.sources import load_source
from hippain_maps.store import Store

UPPER, LOWER = square(-20, 20), square(-20, 0)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Return an empty store."""
    with Store(tmp_path / "visits.sqlite") as found:
        yield found


@pytest.fixture(scope="module")
def small() -> Atlas:
    """Return the hand-drawn body with one muscle of two trigger points."""
    return hand_drawn_atlas(source("muscle", point("a", ["upper"]), point("b", ["lower"])))


def press(
    store: Store,
    code: str,
    drawing: PainDrawing,
    *,
    consent: bool = True,
    point: str = "a",
    side: Side = "left",
    familiar: bool = True,
    source: str = "muscle",
    keep_until: dt.date | None = None,
) -> None:
    """Add a person, if new, and what a pressed point sent."""
    if code not in [patient.code for patient in store.patients()]:
        store.add_patient(code, consent=consent, keep_until=keep_until)
        store.add_visit(code, PainDrawing())
    visit = store.visits(code)[0].id
    store.add_observation(
        visit, source=source, point=point, side=side, familiar=familiar, drawing=drawing
    )


def on_back(*shapes: Any) -> PainDrawing:
    """Return a drawing of the back that is complete."""
    drawn = PainDrawing.from_polygons([("posterior", shape) for shape in shapes])
    return PainDrawing(drawn.marks, views_completed=("posterior",))


def shares(pool: Pool, number: int = 0) -> dict[str, tuple[int, int]]:
    """Return felt and seen of each region; a star marks the other side."""
    return {r.region + "*" * r.crossed: (r.felt, r.seen) for r in pool.points[number].regions}


def test_regions_are_counted_over_people(store: Store, small: Atlas) -> None:
    """Three people, one of whom felt a second region: shares by region, both sides told apart."""
    press(store, "A", on_back(UPPER))
    press(store, "B", on_back(UPPER, LOWER))
    press(store, "C", on_back())
    pool = pool_referrals(store, small)
    assert shares(pool) == {
        "upper": (2, 3),
        "lower": (1, 3),
        "upper*": (0, 3),
        "lower*": (0, 3),
    }
    (found,) = pool.points
    assert (found.people, found.observations, found.familiar) == (3, 3, 3)
    assert [one.region for one in found.felt] == ["upper", "lower"]


def test_what_no_view_could_show_is_missing(store: Store, small: Atlas) -> None:
    """A region of a view that was neither drawn on nor completed has a smaller denominator."""
    press(store, "A", on_back(UPPER))
    side = PainDrawing.from_polygons({"left_lateral": square(-10, 0)})
    press(store, "B", PainDrawing(side.marks, views_completed=("posterior", "left_lateral")))
    assert shares(pool_referrals(store, small)) == {
        "outer": (1, 1),
        "upper": (1, 2),
        "lower": (0, 2),
        "upper*": (0, 2),
        "lower*": (0, 2),
    }


def test_a_person_counts_once(store: Store, small: Atlas) -> None:
    """Of several observations of one trigger point the last one counts, whichever the side."""
    press(store, "A", on_back(UPPER))
    press(store, "A", on_back(LOWER))
    press(store, "A", on_back(UPPER).mirrored(), side="right")
    press(store, "A", on_back(LOWER), point="b")
    pool = pool_referrals(store, small)
    assert pool.people == 1
    assert shares(pool)["upper"] == (1, 1)
    assert shares(pool)["lower"] == (0, 1)
    assert pool.points[0].observations == 3
    assert shares(pool, 1)["lower"] == (1, 1)


def test_the_right_is_mirrored(store: Store, small: Atlas) -> None:
    """Pain on the side of the pressed point is ipsilateral, left or right."""
    press(store, "A", on_back(UPPER))
    press(store, "B", on_back(UPPER).mirrored(), side="right")
    press(store, "C", on_back(UPPER), side="right")
    found = shares(pool_referrals(store, small))
    assert (found["upper"], found["upper*"]) == ((2, 3), (1, 3))


@pytest.mark.parametrize(("share", "felt"), [(0.24, 0), (0.26, 1)])
def test_a_region_is_felt_from_a_quarter(
    store: Store, small: Atlas, share: float, felt: int
) -> None:
    """A hand that slips over a border marks no second region."""
    import shapely

    press(store, "A", on_back(shapely.box(-20, 20, -20 + 20 * share, 40)))
    assert shares(pool_referrals(store, small))["upper"] == (felt, 1)


def test_consent_and_retention_are_respected(store: Store, small: Atlas) -> None:
    """Without consent, or past the date, nothing is read; how much was left out is told."""
    yesterday = dt.date.today() - dt.timedelta(days=1)
    press(store, "A", on_back(UPPER))
    press(store, "no", on_back(LOWER), consent=False)
    press(store, "old", on_back(LOWER), keep_until=yesterday)
    press(store, "kept", on_back(UPPER), keep_until=dt.date.today())
    pool = pool_referrals(store, small)
    assert shares(pool)["lower"] == (0, 2)
    assert (pool.people, pool.withheld) == (2, 2)
    store.set_consent("A", consent=False)
    assert pool_referrals(store, small).people == 1
    assert "old" not in json.dumps(pool.to_dict())


def test_familiar_pain_alone(store: Store, small: Atlas) -> None:
    """Only pain that the patient knew is counted where that is asked for."""
    press(store, "A", on_back(UPPER), familiar=True)
    press(store, "B", on_back(LOWER), familiar=False)
    assert pool_referrals(store, small).points[0].familiar == 1
    pool = pool_referrals(store, small, familiar_only=True)
    assert shares(pool)["lower"] == (0, 1)
    assert pool.people == 1


def test_points_that_the_atlas_lacks_are_told(store: Store, small: Atlas) -> None:
    """An observation of another pack's trigger point is named, not lost."""
    press(store, "A", on_back(UPPER), source="no_muscle", point="x")
    pool = pool_referrals(store, small)
    assert pool.points == ()
    assert pool.unknown == {"no_muscle:x": 1}


def test_the_table_says_what_nobody_felt(store: Store, small: Atlas) -> None:
    """A point that sent nothing, and one that the atlas lacks, are lines of the table."""
    press(store, "A", PainDrawing())
    press(store, "B", on_back(UPPER), source="no_muscle", point="x")
    console = Console(record=True, width=100, file=io.StringIO())
    print_pool(console, pool_referrals(store, small))
    said = console.export_text()
    assert "1 of a trigger point that this atlas lacks: no_muscle:x" in said
    assert "Nobody felt anything in a region of the map." in said


@given(st.integers(1, 300), st.data())
@settings(max_examples=60, deadline=None)
def test_the_interval_holds_the_share(seen: int, data: st.DataObject) -> None:
    """It lies within 0 and 1, holds the share, and is the mirror image of that of the others."""
    felt = data.draw(st.integers(0, seen))
    low, high = wilson(felt, seen)
    assert 0 <= low <= felt / seen <= high <= 1
    other = wilson(seen - felt, seen)
    assert (1 - other[1], 1 - other[0]) == pytest.approx((low, high))


def test_small_counts_have_wide_intervals() -> None:
    """One person of one is no certainty; published values of the formula are met."""
    assert wilson(1, 1) == pytest.approx((0.2065, 1), abs=1e-4)
    assert wilson(0, 10) == pytest.approx((0, 0.2775), abs=1e-4)
    # Newcombe 1998 (Stat Med 17:857-72), table I: 81 of 263 and 15 of 148.
    assert wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=1e-4)
    assert wilson(15, 148) == pytest.approx((0.0624, 0.1605), abs=1e-4)
    for felt, seen in ((2, 1), (-1, 3), (0, 0)):
        with pytest.raises(ValueError, match="is no share"):
            wilson(felt, seen)
    assert RegionShare("upper", False, 1, 4).share == 0.25


# --- The pack ----------------------------------------------------------------------------------


def measured(store: Store, atlas: Atlas, people: int = 12) -> Pool:
    """Fill a store with people in whom one point of piriformis sends pain to the buttock."""
    buttock = PainDrawing.from_regions(atlas.body, ["left:buttock"])
    wide = PainDrawing.from_regions(atlas.body, ["left:buttock", "left:calf"])
    for number in range(people):
        drawn = wide if number % 4 == 0 else buttock
        drawing = PainDrawing(drawn.marks, views_completed=STANDING_VIEWS)
        press(store, f"P{number}", drawing, source="piriformis", point="trp1_lateral")
    return pool_referrals(store, atlas)


def test_a_pack_is_an_atlas(store: Store, atlas: Atlas, tmp_path: Path) -> None:
    """The pack loads, carries counts and denominators, says who counted, and ranks."""
    pool = measured(store, atlas)
    (path,) = write_pack(pool, tmp_path / "pack", day=dt.date(2026, 11, 22))
    assert path.name == "piriformis.yaml"
    loaded = load_atlas(tmp_path / "pack", body=atlas.body)
    ours, shipped = loaded.source("piriformis"), atlas.source("piriformis")
    one, two = ours.trigger_points
    assert one.measured is not None
    assert one.measured.people == 12
    counts = {m.region: (m.felt, m.of) for m in one.measured.regions}
    essential = {part.region for part in one.zones["essential"]}
    assert essential == set(atlas.body.members("buttock"))
    assert {counts[region] for region in essential} == {(12, 12)}
    spillover = {part.region for part in one.zones["spillover"]}
    assert {counts[region] for region in spillover} == {(3, 12)}
    assert spillover >= {r for r in atlas.body.members("calf") if r in counts}
    # The rest of the muscle is as it was; nobody has reviewed the new part.
    assert two.zones == shipped.trigger_points[1].zones
    assert two.measured is None
    assert ours.clues == shipped.clues
    assert ours.reviewed_by == ()
    assert "No clinician has reviewed them" in ours.limits[-1]
    assert "by 12 people who consented" in loaded.citations["measured-2026-11-22"].what
    drawn = PainDrawing.from_regions(atlas.body, ["left:buttock"])
    assert rank(drawn, loaded).candidates[0].probability > 0


def test_few_people_change_no_map(store: Store, atlas: Atlas, tmp_path: Path) -> None:
    """Below the least number there is no pack, and the message says what to do."""
    pool = measured(store, atlas, people=3)
    with pytest.raises(HippainError, match=r"10 people who consented \(the most is 3\).*--least"):
        write_pack(pool, tmp_path / "pack")
    assert write_pack(pool, tmp_path / "pack", least_people=3)
    with pytest.raises(OutputError, match="name an empty folder"):
        write_pack(pool, tmp_path / "pack", least_people=3)


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("felt: 12, of: 12", "felt: 13, of: 12", "13 of 12 people is too many"),
        ("people: 12\n", "people: 2\n", "more than the 2 people"),
        ("region: buttock_upper_central, felt", "region: grion, felt", "no region 'grion'"),
        ("region: buttock_upper_central, felt", "region: buttock_upper_medial, felt", "twice"),
    ],
)
def test_counts_that_cannot_be_are_refused(
    store: Store, atlas: Atlas, tmp_path: Path, old: str, new: str, fault: str
) -> None:
    """More people than were asked, an unknown region, a region written twice: file and field."""
    (path,) = write_pack(measured(store, atlas), tmp_path / "pack")
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(DataError, match=fault) as refused:
        load_source(path, atlas.body, atlas.clues)
    assert "trigger_points" in str(refused.value)


def test_the_commands_pool_and_check(store: Store, atlas: Atlas, tmp_path: Path) -> None:
    """A table, the same as JSON, a pack that 'hippain check' accepts, and the whole store read."""
    measured(store, atlas)

    def run(*arguments: str) -> tuple[int, str]:
        result = CliRunner().invoke(main, list(arguments))
        assert "Traceback" not in result.output
        return result.exit_code, result.output

    place = ("--store", str(store.path))
    status, shown = run("visits", "referrals", *place)
    assert status == 0
    assert "12 people; 12 knew the pain" in shown
    assert "100 %" in shown
    assert "regions more (--all shows them)" in shown
    data = json.loads(run("visits", "referrals", "--json", *place)[1])
    assert data["points"][0]["people"] == 12
    assert "P1" not in json.dumps(data)
    pack = str(tmp_path / "pack")
    assert "wrote piriformis.yaml" in run("visits", "referrals", "-o", pack, *place)[1]
    assert "2 files fit" in run("check", pack)[1]
    assert "counted: " in run("show", "piriformis", "--patterns", pack)[1]
    assert run("visits", "referrals", "grion", *place)[0] == 2
    assert "nothing is damaged" in run("visits", "check", *place)[1]
