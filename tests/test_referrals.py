"""What refers to a place: the order of the classic pain guides, computed from the patterns."""

from __future__ import annotations

from dataclasses import replace

import pytest
from worlds import hand_drawn_atlas, joint, nerve, point, source

from hippain_maps.atlas import Atlas
from hippain_maps.errors import UnknownNameError
from hippain_maps.patterns import Source, ZoneName, ZoneRegion
from hippain_maps.referrals import referrals


def names(atlas: Atlas, place: str) -> list[str]:
    """Return the ids of what refers to a place, in order."""
    return [r.source.id for r in referrals(atlas, place)]


def test_essential_before_spillover_before_rare_before_numb() -> None:
    """The strongest zone counts, whatever the prior; a core comes last of all."""
    atlas = hand_drawn_atlas(
        source("rare", point("p", [], [], ["upper"])),
        source("spills", point("p", [], ["upper"])),
        source("hits", point("p", ["upper"])),
        nerve("tingles", ["lower"], core=["upper"]),
        source("away", point("p", ["lower"])),
        source_priors={"tingles": 1.0, "rare": 0.9, "spills": 0.8, "hits": 0.1},
    )
    found = referrals(atlas, "upper")
    assert [(r.source.id, r.zone) for r in found] == [
        ("hits", "essential"),
        ("spills", "spillover"),
        ("rare", "rare"),
        ("tingles", "core"),
    ]
    assert all(r.covered == 1 and not r.crossed and r.frequency is None for r in found)


def test_common_ones_come_first() -> None:
    """Within a zone by prior; among equals by how much of the place is covered, then by name."""
    sources = [
        source("alpha", point("p", ["upper"])),
        source("beta", point("p", ["upper", "lower"])),
        source("delta", point("p", ["upper"])),
        source("gamma", point("p", ["lower"])),
    ]
    atlas = hand_drawn_atlas(*sources, source_priors={"gamma": 0.9})
    assert names(atlas, "column") == ["gamma", "beta", "alpha", "delta"]
    assert names(atlas, "upper") == ["alpha", "beta", "delta"]
    assert [r.covered for r in referrals(atlas, "column")] == [0.5, 1, 0.5, 0.5]


def test_a_rare_trigger_point_makes_its_muscle_rarer() -> None:
    """The commonest of the trigger points that refer here counts, with the muscle's own prior."""
    two = source("two", point("common", ["upper"]), point("seldom", ["upper", "lower"]))
    one = source("one", point("p", ["upper", "lower"]))
    atlas = hand_drawn_atlas(
        two,
        one,
        source_priors={"two": 0.8, "one": 0.5},
        trigger_point_priors={"two": {"seldom": 0.25}},
    )
    assert [(r.source.id, r.prior) for r in referrals(atlas, "upper")] == [
        ("two", 0.8),
        ("one", 0.5),
    ]
    assert [(r.source.id, r.prior) for r in referrals(atlas, "lower")] == [
        ("one", 0.5),
        ("two", 0.2),
    ]
    assert [p.id for p in referrals(atlas, "upper")[0].trigger_points] == ["common", "seldom"]
    assert [p.id for p in referrals(atlas, "lower")[1].trigger_points] == ["seldom"]


def test_what_only_crosses_over_comes_after() -> None:
    """Pain that comes from the other side alone stands behind all of its zone; it says so."""
    atlas = hand_drawn_atlas(
        source("across", point("p", ["crossed:upper"])),
        source("both", point("p", ["crossed:upper"], ["upper"])),
        source("own", point("p", ["upper"])),
        source("spills", point("p", [], ["upper"])),
        source_priors={"across": 1.0, "own": 0.1},
    )
    assert [(r.source.id, r.zone, r.crossed) for r in referrals(atlas, "upper")] == [
        ("own", "essential", False),
        ("across", "essential", True),
        ("both", "spillover", False),
        ("spills", "spillover", False),
    ]


def test_a_published_frequency_stands_where_it_belongs() -> None:
    """A half or more with the essential zones, less with the spillover; the share is told."""
    atlas = hand_drawn_atlas(
        joint("often", column=0.5, outer=0.49),
        source("hits", point("p", ["upper", "outer"])),
        source("spills", point("p", [], ["upper", "outer"])),
        source_priors={"hits": 0.4, "often": 0.5, "spills": 0.6},
    )
    assert names(atlas, "upper") == ["often", "hits", "spills"]
    assert names(atlas, "outer") == ["hits", "spills", "often"]
    found = {r.source.id: r for r in referrals(atlas, "column")}
    assert (found["often"].frequency, found["often"].zone) == (0.5, "frequency")
    assert found["often"].trigger_points == ()
    # A place in two groups: the one that covers most of it, the higher one among equals.
    assert next(r for r in referrals(atlas, "side") if r.source.id == "often").frequency == 0.49
    even = hand_drawn_atlas(joint("often", upper=0.2, lower=0.7))
    (only,) = referrals(even, "column")
    assert (only.frequency, only.covered) == (0.7, 0.5)


def test_a_touch_does_not_count() -> None:
    """A zone that covers less than a tenth of the place is no referral."""
    spot = source("spot", point("p", ["upper"]))
    atlas = hand_drawn_atlas(spot, shown_region=0.5)
    assert names(atlas, "column") == ["spot"]
    assert names(hand_drawn_atlas(spot, shown_region=0.51), "column") == []


def test_weak_parts_count_as_parts() -> None:
    """A weight thins a zone out, and does not take it away."""
    thin: dict[ZoneName, tuple[ZoneRegion, ...]] = {
        "essential": (ZoneRegion("upper", 0.2, False),),
        "spillover": (),
        "rare": (),
    }
    weak = source("weak", replace(point("p"), zones=thin))
    assert names(hand_drawn_atlas(weak), "upper") == ["weak"]


def test_an_unknown_place_is_refused(atlas: Atlas) -> None:
    """The nearest name is offered, and where all are listed."""
    with pytest.raises(UnknownNameError, match="did you mean 'groin'"):
        referrals(atlas, "grion")


def test_every_place_of_the_shipped_atlas_has_its_table(atlas: Atlas) -> None:
    """For each region and group: zones in order, shares of the place, nobody twice."""
    strength = {"essential": 0, "spillover": 1, "rare": 2, "core": 4}
    bare = []
    for place in (*atlas.body.regions, *atlas.body.groups):
        found = referrals(atlas, place)
        if not found:
            bare.append(place)
        order = [strength[r.zone] if r.frequency is None else int(r.frequency < 0.5) for r in found]
        assert order == sorted(order), place
        ids = [r.source.id for r in found]
        assert len(set(ids)) == len(ids), place
        for r in found:
            assert atlas.model.shown_region <= r.covered <= 1 + 1e-9, (place, r.source.id)
            assert bool(r.trigger_points) == r.source.is_muscle, (place, r.source.id)
            assert (r.frequency is None) == (r.zone != "frequency"), (place, r.source.id)
    # High on the flank and belly nothing of the atlas is felt.
    high = ("abdomen_costal", "abdomen_upper", "abdomen_middle_flank", "back_t10_flank")
    assert all(place.startswith(high) for place in bare), bare


def test_a_source_that_refers_to_a_region_refers_to_its_table(atlas: Atlas) -> None:
    """Every region of every zone brings its source into the table of that region."""
    tables = {region: set(names(atlas, region)) for region in atlas.body.regions}

    def regions(one: Source) -> set[str]:
        zones = {p.region for trp in one.trigger_points for z in trp.zones.values() for p in z}
        groups = one.frequencies.groups if one.frequencies else ()
        return zones | {p.region for p in one.core} | {r for g in groups for r in g.regions}

    for one in atlas.sources.values():
        missing = [r for r in regions(one) if one.id not in tables[r]]
        assert missing == [], one.id
        assert [r for r in tables if one.id in tables[r] and r not in regions(one)] == []
