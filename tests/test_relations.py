"""What is known between sources: who imitates whom, and who comes together with whom."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from worlds import TOLD, clue, hand_drawn_atlas, link, nerve, point, source, square

from hippain_maps._resources import resource_dir
from hippain_maps.atlas import Atlas, read_atlas
from hippain_maps.drawing import PainDrawing
from hippain_maps.errors import DataError
from hippain_maps.patterns import Relation
from hippain_maps.ranking import rank
from hippain_maps.regions import Body

UPPER = PainDrawing.from_polygons({"posterior": square(-20, 20)})


def relation(one: str, other: str, kind: str = "imitate", says: str = "Much alike.") -> Relation:
    """Return a relation between two sources."""
    return Relation((one, other), kind, says, TOLD)  # type: ignore[arg-type]


# --- In a ranking ------------------------------------------------------------------------------


@pytest.mark.parametrize("turned", [False, True])
def test_relations_are_told_both_ways(turned: bool) -> None:
    """Whichever is written first: a muscle and another source that both fit are related."""
    pair = ("root", "alpha") if turned else ("alpha", "root")
    known = [relation(*pair), relation(*pair, "coexist")]
    atlas = hand_drawn_atlas(
        source("alpha", point("p", ["upper"])), nerve("root", ["upper"]), relations=known
    )
    found = rank(UPPER, atlas)
    assert found.relations == tuple(known)
    assert found.to_dict()["relations"] == [
        {"between": list(pair), "kind": kind, "says": "Much alike."}
        for kind in ("imitate", "coexist")
    ]
    # On whichever side, once.
    assert rank(UPPER.mirrored(), atlas).relations == found.relations


def test_only_the_first_of_each_list_are_related() -> None:
    """What stands fourth or has hardly a share is not told of, however much alike it is."""
    muscles = [source(f"m{n}", point("p", ["upper"])) for n in range(3)]
    nerves = [nerve(f"n{n}", ["upper"]) for n in range(3)]
    far, last = source("far", point("p", ["lower"])), nerve("last", ["lower"])
    pairs = [("far", "n0"), ("m1", "n2"), ("m0", "last"), ("far", "last")]
    known = [relation(*pair) for pair in pairs]
    atlas = hand_drawn_atlas(*muscles, *nerves, far, last, relations=known)
    assert rank(UPPER, atlas).relations == (known[1],)
    # With a bar high enough nobody is near.
    strict = hand_drawn_atlas(*muscles, *nerves, relations=known[1:2], related=0.9)
    assert rank(UPPER, strict).relations == ()


def test_the_first_pairs_come_first() -> None:
    """The order is that of the two lists, not that of the file."""
    sources = [
        source("alpha", point("p", ["upper"])),
        source("beta", point("p", ["upper", "lower"])),
        nerve("root", ["upper"]),
        nerve("trunk", ["upper", "lower"]),
    ]
    known = [
        relation("trunk", "beta"),
        relation("beta", "root"),
        relation("trunk", "alpha"),
        relation("alpha", "root"),
    ]
    atlas = hand_drawn_atlas(*sources, relations=known)
    found = rank(UPPER, atlas)
    assert [c.source.id for c in found[:2]] == ["alpha", "beta"]
    assert [c.source.id for c in found.differential[:2]] == ["root", "trunk"]
    assert [set(r.between) for r in found.relations] == [
        {"alpha", "root"},
        {"alpha", "trunk"},
        {"beta", "root"},
        {"beta", "trunk"},
    ]


def test_an_answer_changes_who_is_related() -> None:
    """Relations follow the lists as they stand after the answers."""
    muscles = [source(f"m{n}", point("p", ["upper"])) for n in range(3)]
    last = source("m3", point("p", ["upper"]), clues=(link("sitting"),))
    known = [relation("m3", "root")]
    atlas = hand_drawn_atlas(
        *muscles,
        last,
        nerve("root", ["upper"]),
        clues=[clue("sitting")],
        relations=known,
        source_priors={"m3": 0.4},
    )
    assert rank(UPPER, atlas).relations == ()
    assert rank(UPPER.with_answers({"sitting": "yes"}), atlas).relations == tuple(known)


def test_the_shipped_relations_are_told(atlas: Atlas) -> None:
    """Buttock and back of the thigh: piriformis and what imitates it stand in the result."""
    names = ["left:buttock_middle", "left:thigh_1_posterior", "left:thigh_2_posterior"]
    drawing = PainDrawing.from_regions(atlas.body, names).with_answers({"worse_sitting": "yes"})
    found = rank(drawing, atlas)
    assert "piriformis" in [c.source.id for c in found[:3]]
    told = {frozenset(r.between) for r in found.relations}
    assert frozenset(("piriformis", "deep_gluteal_syndrome")) in told
    for pair in told:
        muscle, other = sorted(pair, key=lambda name: not atlas.sources[name].is_muscle)
        assert atlas.sources[muscle].is_muscle
        assert not atlas.sources[other].is_muscle


# --- The file ----------------------------------------------------------------------------------


def test_every_relation_names_sources_and_says_what_tells_them_apart(atlas: Atlas) -> None:
    """Two existing sources, once a kind, a sentence, a basis; citations that are listed."""
    seen = set()
    for one in atlas.relations:
        assert set(one.between) <= set(atlas.sources)
        assert len(set(one.between)) == 2
        key = frozenset(one.between), one.kind
        assert key not in seen
        seen.add(key)
        assert len(one.says) > 40, one.between
        assert set(one.evidence.citations) <= set(atlas.citations)
    assert {one.kind for one in atlas.relations} == {"imitate", "coexist"}


def test_every_other_source_is_told_apart_from_something(atlas: Atlas) -> None:
    """Each source that is no muscle stands in a relation."""
    related = {name for one in atlas.relations for name in one.between}
    others = {s.id for s in atlas.sources.values() if not s.is_muscle}
    assert sorted(others - related) == []


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (
            "[gluteus_minimus, l5_root]",
            "[gluteus_minimus, l6_root]",
            "there is no source 'l6_root'",
        ),
        ("[gluteus_minimus, l5_root]", "[l5_root, l5_root]", "a pair names two sources"),
        ("[gluteus_minimus, s1_root]", "[l5_root, gluteus_minimus]", "once a kind"),
        ("citations: [S-namtpt-gmin, S-pfh]", "citations: [S-none]", "the citation 'S-none'"),
        ("kind: imitate", "kind: alike", "kind"),
    ],
)
def test_a_relation_that_does_not_fit_is_refused(
    tmp_path: Path, body: Body, old: str, new: str, words: str
) -> None:
    """Unknown sources and citations, a pair with itself or twice: the line is named."""
    folder = shutil.copytree(resource_dir("patterns"), tmp_path / "patterns")
    path = folder / "relations.yaml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(DataError) as caught:
        read_atlas(body, [folder])
    assert words in str(caught.value)
    assert caught.value.file == "patterns/relations.yaml"
    assert caught.value.line is not None
