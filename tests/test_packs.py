"""Packs of one's own: the example, what a pack may bring, and its name in every result."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from hippain_maps import DataError, PainDrawing, load_atlas, rank
from hippain_maps._resources import resource_dir
from hippain_maps.atlas import Atlas
from hippain_maps.cli import main
from hippain_maps.plotting.chart import credit
from hippain_maps.regions import Body

EXAMPLE = Path(__file__).resolve().parents[1] / "examples" / "pack"
FDB = "flexor_digitorum_brevis"


@pytest.fixture(scope="module")
def packed() -> Atlas:
    """Return the atlas with the example pack."""
    return load_atlas(EXAMPLE)


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    """Return a copy of the example pack that may be written to."""
    return shutil.copytree(EXAMPLE, tmp_path / "mine")


def hippain(*arguments: object) -> Result:
    """Return what the command line answers."""
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def edit(path: Path, old: str, new: str) -> None:
    """Replace some text in a file, which must hold it."""
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


# --- What a pack brings ------------------------------------------------------------------------


def test_the_example_adds_to_the_shipped_atlas(packed: Atlas, atlas: Atlas) -> None:
    """A source, a clue, a pair and a set are added; everything shipped stays."""
    assert set(packed.sources) - set(atlas.sources) == {FDB}
    assert set(packed.clues) - set(atlas.clues) == {"toe_curl_cramps"}
    assert set(packed.sets) - set(atlas.sets) == {"sole"}
    assert packed.relations[: len(atlas.relations)] == atlas.relations
    assert len(packed.relations) == len(atlas.relations) + 1
    assert packed.version != atlas.version


def test_the_example_ranks_and_says_where_it_is_from(packed: Atlas) -> None:
    """A drawing on the ball of the foot finds the added muscle, under the name of its pack."""
    drawing = PainDrawing.from_regions(packed.body, ["left:sole_ball_lateral"])
    best = rank(drawing, packed)[0]
    assert (best.source.id, best.side) == (FDB, "left")
    data = rank(drawing, packed).to_dict(top=1)
    assert data["packs"] == [
        {
            "name": "foot-extra",
            "version": "1.0",
            "adds": [FDB],
            "overrides": [],
            "licence": "CC BY 4.0",
        }
    ]
    assert data["candidates"][0]["pack"] == "foot-extra"
    assert all(c["pack"] is None for c in data["differential"])


def test_a_shipped_atlas_has_no_packs(atlas: Atlas) -> None:
    """Without a pack the list is there, and empty; so is the name of each candidate's pack."""
    drawing = PainDrawing.from_regions(atlas.body, ["left:sole_ball_lateral"])
    data = rank(drawing, atlas).to_dict(top=1)
    assert data["packs"] == []
    assert data["candidates"][0]["pack"] is None
    assert atlas.provenance == atlas.version


def test_a_source_takes_the_place_of_a_shipped_one(mine: Path, body: Body) -> None:
    """A file with a shipped id overrides it, and the pack says so; its version is its content."""
    shipped = resource_dir("patterns") / "plantaris.yaml"
    (mine / "plantaris.yaml").write_text(shipped.read_text("utf-8"), "utf-8")
    (mine / "pack.yaml").unlink()
    edit(mine / "plantaris.yaml", "name: Plantaris", "name: Plantaris of mine")
    found = load_atlas(mine, body=body)
    (pack,) = found.packs
    assert found.sources["plantaris"].name == "Plantaris of mine"
    assert (pack.name, pack.adds, pack.overrides) == ("mine", (FDB,), ("plantaris",))
    assert found.owners == {FDB: "mine", "plantaris": "mine"}
    assert len(pack.version) == 8
    edit(mine / "plantaris.yaml", "Plantaris of mine", "Plantaris of ours")
    assert load_atlas(mine, body=body).packs[0].version != pack.version


def test_of_two_packs_the_later_counts(mine: Path, tmp_path: Path, body: Body) -> None:
    """Two packs with one source: the second one's is taken, and credited."""
    other = shutil.copytree(mine, tmp_path / "other")
    edit(other / "pack.yaml", "name: foot-extra", "name: other")
    edit(other / f"{FDB}.yaml", "name: Flexor digitorum brevis", "name: Short flexor")
    found = load_atlas(mine, other, body=body)
    assert found.sources[FDB].name == "Short flexor"
    pack = found.pack_of(found.sources[FDB])
    assert pack is not None
    assert (pack.name, pack.overrides) == ("other", (FDB,))
    assert found.provenance == f"{found.version} with foot-extra 1.0, other 1.0"


@pytest.mark.parametrize("name", ["red_flags", "words", "muscle_outlines"])
def test_what_a_pack_may_not_bring_is_refused(mine: Path, body: Body, name: str) -> None:
    """Red flags, words and outlines are the shipped ones; a file of them is not skipped."""
    shutil.copy(resource_dir("patterns") / f"{name}.yaml", mine)
    with pytest.raises(DataError, match=rf"mine/{name}\.yaml: a pack cannot bring"):
        load_atlas(mine, body=body)


def test_a_shipped_clue_keeps_its_meaning(mine: Path, body: Body) -> None:
    """A clue with a shipped id and other words is refused: answers are kept under it."""
    edit(mine / "clues.yaml", "toe_curl_cramps:", "worse_sitting:")
    with pytest.raises(DataError, match="another clue has that id already"):
        load_atlas(mine, body=body)


# --- Where it is said --------------------------------------------------------------------------


def test_every_command_says_what_pack_it_used(tmp_path: Path, packed: Atlas) -> None:
    """Table, JSON, list and show name the pack and its version."""
    drawing = tmp_path / "ball.geojson"
    PainDrawing.from_regions(packed.body, ["left:sole_ball_lateral"]).write(drawing)
    option = ("--patterns", EXAMPLE)
    assert "with foot-extra 1.0." in hippain("rank", drawing, *option).stdout
    asked: dict[str, Any] = json.loads(hippain("rank", drawing, "--json", *option).stdout)
    assert asked["packs"][0]["version"] == "1.0"
    compared = json.loads(hippain("compare", drawing, drawing, "--json", *option).stdout)
    assert compared["packs"] == asked["packs"]
    assert f"pack foot-extra 1.0: adds {FDB}" in hippain("list", "sources", *option).stdout
    assert "from the pack foot-extra 1.0" in hippain("show", "FDB", *option).stdout


def test_a_figure_credits_the_pack(packed: Atlas) -> None:
    """A source of a pack is credited to it with its licence, a shipped one to the atlas."""
    assert credit(packed, packed.sources[FDB]) == (
        "foot-extra 1.0, CC BY 4.0; body chart of hippain_maps, CC BY 4.0"
    )
    shipped = credit(packed, packed.sources["psoas"])
    assert shipped == f"hippain_maps atlas {packed.version} with foot-extra 1.0, CC BY 4.0"


# --- hippain check -----------------------------------------------------------------------------


def test_a_pack_that_fits_is_told_and_drawn(tmp_path: Path) -> None:
    """`hippain check` says what a pack adds, and draws it if asked."""
    done = hippain("check", EXAMPLE, "--figure", tmp_path / "preview.svg")
    assert done.exit_code == 0, done.output
    assert "5 files fit, as the pack 'foot-extra', version 1.0" in done.stdout
    assert "Flexor digitorum brevis fits, with 1 trigger point (new)" in done.stdout
    assert "Flexor digitorum brevis" in (tmp_path / "preview.svg").read_text("utf-8")


def test_one_file_is_checked_with_what_lies_beside_it() -> None:
    """A single source may use the clues and citations of its folder."""
    done = hippain("check", EXAMPLE / f"{FDB}.yaml")
    assert done.exit_code == 0, done.output
    assert "fits, with 1 trigger point" in done.stdout


def test_all_problems_of_a_pack_are_told_at_once(mine: Path) -> None:
    """Form, names and citations in several files: each with file, line and the line itself."""
    path = mine / f"{FDB}.yaml"
    edit(path, "kind: muscle", "kind: musle")
    edit(path, "sole_ball_lateral", "sole_bal_lateral")
    edit(path, "toe_curl_cramps", "toe_curl_cramp")
    edit(path, "weight: 0.5", "weight: 5")
    edit(path, "spot_basis: {confidence: general knowledge}", "spot_basis: {citations: [S-abdd]}")
    edit(mine / "sets.yaml", "quadratus_plantae", "quadratus_plante")
    edit(mine / "relations.yaml", "kind: imitate", "kind: imitates")
    (mine / "broken.yaml").write_text("name: [\n", "utf-8")
    (mine / "empty.yaml").write_text("", "utf-8")
    done = hippain("check", mine)
    assert done.exit_code == 2
    assert done.stderr == "hippain: 10 problems in 5 files\n"
    lines = path.read_text("utf-8").splitlines()
    for said, wrong in (
        ("did you mean 'muscle'? (accepted: muscle,", "kind: musle"),
        ("did you mean 'sole_ball_lateral'?", "- sole_bal_lateral"),
        ("did you mean 'toe_curl_cramps'?", "toe_curl_cramp}"),
        ("5 is not accepted; it should be less than or equal to 1", "weight: 5"),
        ("did you mean 'S-abd'?", "[S-abdd]"),
        ("this field is missing; add it", "spot_basis"),
    ):
        assert said in done.stdout
        number = next(n for n, line in enumerate(lines, 1) if wrong in line)
        assert f"--> {path}:{number}, " in done.stdout
        assert f"{number} | {lines[number - 1]}" in done.stdout
    for said in ("'quadratus_plante'", "'imitates' is not accepted", "not YAML", "file is empty"):
        assert said in done.stdout


def test_a_group_in_two_zones_is_told_once(mine: Path) -> None:
    """A group of many regions that lies in two zones is one problem, not one for each region."""
    path = mine / f"{FDB}.yaml"
    edit(path, "- sole_ball_lateral", "- sole\n      rare:\n        - sole")
    done = hippain("check", path)
    assert done.stdout.count("is already in the essential zone") == 3


def test_what_cannot_be_checked_is_refused(tmp_path: Path) -> None:
    """A path that leads nowhere, and a file with another extension, are told in one line."""
    (tmp_path / "a.txt").write_text("x")
    for path, words in ((tmp_path / "none", "no such file"), (tmp_path / "a.txt", "call it .yaml")):
        done = hippain("check", path)
        assert done.exit_code == 2
        assert len(done.stderr.splitlines()) == 1
        assert words in done.stderr
