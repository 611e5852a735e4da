"""The atlas: names, packs of one's own, cross-checks and the version."""

from __future__ import annotations

import dataclasses
import shutil
from pathlib import Path

import pytest

from hippain_maps._resources import resource_dir
from hippain_maps.atlas import Atlas, cited, load_atlas, read_atlas
from hippain_maps.drawing import PainDrawing
from hippain_maps.errors import DataError, UnknownNameError
from hippain_maps.ranking import rank
from hippain_maps.regions import Body

VASTUS = """\
id: vastus
name: Vastus
kind: muscle
synonyms: [invented quad]
reviewed_by: []
summary: Invented for a test.
pattern_basis: {confidence: general knowledge}
trigger_points:
  - id: upper
    name: Upper
    marks:
      - {view: left_lateral, at: [-2, 70]}
    find: Press here.
    spot_basis: {confidence: general knowledge}
    zones:
      essential: [thigh_2_anterior, thigh_3_anterior, thigh_4_anterior]
    zones_basis: {confidence: general knowledge}
"""


def pack(folder: Path, **files: str) -> Path:
    """Write a folder of pattern files."""
    folder.mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8", newline="")
    return folder


def shipped(name: str) -> str:
    """Return the text of a shipped pattern file."""
    return (resource_dir("patterns") / f"{name}.yaml").read_text(encoding="utf-8")


def edited(name: str, old: str, new: str) -> str:
    """Return the text of a shipped pattern file with one thing changed."""
    text = shipped(name)
    assert old in text
    return text.replace(old, new, 1)


# --- Names -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("gluteus_minimus", "gluteus_minimus"),
        ("Gluteus minimus", "gluteus_minimus"),
        ("  GLUTEUS-MINIMUS ", "gluteus_minimus"),
        ("QL", "quadratus_lumborum"),
        ("tfl", "tensor_fasciae_latae"),
        ("iliopsoas", "psoas"),
        ("psoas major", "psoas"),
        ("iliacus", "psoas"),
        ("glute med", "gluteus_medius"),
        ("musculus piriformis", "piriformis"),
    ],
)
def test_a_source_answers_to_its_names(atlas: Atlas, name: str, found: str) -> None:
    """Id, name and synonyms find a source, in any case, with spaces, dashes or underscores."""
    assert atlas.source(name).id == found


def test_an_unknown_source_is_refused_with_the_nearest_name(atlas: Atlas) -> None:
    """The error offers what was probably meant, and says where all are listed."""
    with pytest.raises(UnknownNameError) as caught:
        atlas.source("piriforms")
    assert "no source named 'piriforms'; did you mean 'piriformis'?" in str(caught.value)
    assert "hippain list sources" in str(caught.value)


def test_the_repr_counts(atlas: Atlas) -> None:
    """The repr says which atlas it is, and how much it holds."""
    muscles = [s for s in atlas.sources.values() if s.is_muscle]
    points = sum(len(s.trigger_points) for s in muscles)
    assert repr(atlas) == (
        f"<Atlas {atlas.version}: {len(muscles)} muscles with {points} trigger points, "
        f"{len(atlas.sources) - len(muscles)} other sources, "
        f"{len(atlas.body.regions)} regions a side>"
    )


# --- Packs of one's own ------------------------------------------------------------------------


def test_a_pack_adds_a_source(tmp_path: Path, atlas: Atlas, body: Body) -> None:
    """A source of one's own is listed, named and ranked beside the shipped ones."""
    found = load_atlas(pack(tmp_path / "mine", vastus=VASTUS), body=body)
    assert list(found.sources) == sorted([*atlas.sources, "vastus"])
    assert found.source("invented quad").id == "vastus"
    drawing = PainDrawing.from_regions(body, ["right:thigh_2_anterior", "right:thigh_3_anterior"])
    best = rank(drawing, found)[0]
    assert (best.source.id, best.side) == ("vastus", "right")


def test_a_pack_takes_the_place_of_a_shipped_source(tmp_path: Path, body: Body) -> None:
    """A source with the id of a shipped one replaces it; of two packs the later one counts."""
    first = pack(tmp_path / "a", piriformis=edited("piriformis", "name: Piriformis", "name: First"))
    second = pack(tmp_path / "b", piriformis=edited("piriformis", "name: Piriformis", "name: Last"))
    assert load_atlas(first, body=body).sources["piriformis"].name == "First"
    assert load_atlas(first, second, body=body).sources["piriformis"].name == "Last"
    assert load_atlas(second, first, body=body).sources["piriformis"].name == "First"


def test_a_pack_may_bring_constants_of_its_own(tmp_path: Path, atlas: Atlas, body: Body) -> None:
    """A model file in a pack counts instead of the shipped one, and shows in the version."""
    mine = edited("model", "unused_view: 0.02", "unused_view: 0.5")
    mine = mine.replace(f'version: "{atlas.model.version}"', 'version: "mine"')
    found = load_atlas(pack(tmp_path / "mine", model=mine), body=body)
    assert found.model.unused_view == 0.5
    assert found.version.startswith("mine+")


def test_a_pack_may_cite_what_it_lists(tmp_path: Path, atlas: Atlas, body: Body) -> None:
    """A pack's bibliography adds to the shipped one; the same key replaces its entry."""
    source = VASTUS.replace(
        "pattern_basis: {confidence: general knowledge}",
        "pattern_basis: {confidence: confirmed, citations: [MY-BOOK, S-abd]}",
    )
    library = "note: Mine.\nentries:\n  MY-BOOK: {what: A book}\n  S-adel: {what: Read again}\n"
    found = load_atlas(pack(tmp_path / "mine", vastus=source, bibliography=library), body=body)
    assert found.citations["MY-BOOK"].what == "A book"
    assert found.citations["S-adel"].what == "Read again"
    assert set(found.citations) == {*atlas.citations, "MY-BOOK"}
    # Both bibliographies are part of the version.
    other = library.replace("A book", "Another book")
    again = load_atlas(pack(tmp_path / "yours", vastus=source, bibliography=other), body=body)
    assert again.version != found.version
    copied = shutil.copytree(resource_dir("patterns"), tmp_path / "patterns")
    pack(copied, bibliography=edited("bibliography", "Unless an entry", "Where no entry"))
    assert read_atlas(body, [copied, tmp_path / "mine"]).version != found.version


def test_a_missing_folder_is_refused(tmp_path: Path, body: Body) -> None:
    """A pack that is not there, or is a file, is an error and not an empty pack."""
    with pytest.raises(DataError, match="there is no such folder of patterns"):
        load_atlas(tmp_path / "none", body=body)
    pack(tmp_path, vastus=VASTUS)
    with pytest.raises(DataError, match="there is no such folder of patterns"):
        load_atlas(tmp_path / "vastus.yaml", body=body)


def test_a_folder_without_a_pattern_is_refused(tmp_path: Path, body: Body) -> None:
    """Files with another extension are not skipped in silence."""
    (tmp_path / "vastus.yml").write_text(VASTUS, encoding="utf-8")
    with pytest.raises(DataError, match=r"there is no \.yaml file in this folder"):
        load_atlas(tmp_path, body=body)


# --- What does not fit together ----------------------------------------------------------------

CLASHES = {
    "synonym of a shipped source": ("[invented quad]", "[ql]"),
    "name of a shipped source": ("name: Vastus", "name: Gluteus Medius"),
    "id of a shipped source": ("[invented quad]", "[gluteus-minimus]"),
    "name in another language": ("[invented quad]", '["Glúteo menor"]'),
}


@pytest.mark.parametrize("case", CLASHES)
def test_a_name_belongs_to_one_source(tmp_path: Path, body: Body, case: str) -> None:
    """A name that two sources would answer to is refused, and both are named."""
    folder = pack(tmp_path / "mine", vastus=VASTUS.replace(*CLASHES[case]))
    with pytest.raises(DataError, match=r"mine/vastus\.yaml, .*already names \w+; a name belongs"):
        load_atlas(folder, body=body)


def test_an_unknown_citation_is_refused(tmp_path: Path, body: Body) -> None:
    """A citation key must be in the bibliography; the nearest one is offered."""
    text = VASTUS.replace(
        "    spot_basis: {confidence: general knowledge}",
        "    spot_basis: {confidence: partial, citations: [S-abdd]}",
    )
    with pytest.raises(DataError) as caught:
        load_atlas(pack(tmp_path / "mine", vastus=text), body=body)
    assert "the citation 'S-abdd' is not in bibliography.yaml" in str(caught.value)
    assert "did you mean 'S-abd'?" in str(caught.value)
    line = text.splitlines().index(next(x for x in text.splitlines() if "S-abdd" in x)) + 1
    assert (caught.value.file, caught.value.line) == ("mine/vastus.yaml", line)


@pytest.mark.parametrize(
    ("file", "old", "new", "words"),
    [
        (
            "model",
            "  piriformis: 0.9",
            "  piriforms: 0.9",
            "there is no source 'piriforms'; did you",
        ),
        (
            "model",
            "gluteus_medius: {trp3_anterior: 0.4}",
            "gluteus_medius: {trp3_anteror: 0.4}",
            "gluteus_medius has no trigger point 'trp3_anteror'; did you mean",
        ),
        (
            "model",
            "gluteus_medius: {trp3_anterior: 0.4}",
            "gluteus_medium: {trp3_anterior: 0.4}",
            "there is no source 'gluteus_medium'; did you mean 'gluteus_medius'?",
        ),
        (
            "model",
            "citations: [S-rev, S-igl, S-adel]",
            "citations: [S-rev, S-igl, S-adell]",
            "the citation 'S-adell' is not in bibliography.yaml; did you mean 'S-adel'?",
        ),
        (
            "ambiguous_places",
            "[sacroiliac_joint_area]",
            "[sacroiliac_joint]",
            "no region or group named 'sacroiliac_joint'; did you mean",
        ),
        (
            "ambiguous_places",
            "[levator_ani_coccygeus, gluteus_maximus,",
            "[levator, gluteus_maximus,",
            "there is no source 'levator'",
        ),
        (
            "clues",
            "quality: burning",
            "quality: burnning",
            "no mark says 'burnning'; did you mean 'burning'?",
        ),
    ],
)
def test_a_name_that_does_not_exist_is_refused(
    tmp_path: Path, body: Body, file: str, old: str, new: str, words: str
) -> None:
    """Priors and places must name sources, trigger points and regions; the line is given."""
    folder = pack(tmp_path / "mine", **{file: edited(file, old, new)})
    with pytest.raises(DataError) as caught:
        load_atlas(folder, body=body)
    assert words in str(caught.value)
    assert caught.value.file == f"mine/{file}.yaml"
    assert caught.value.line is not None
    line = (folder / f"{file}.yaml").read_text(encoding="utf-8").splitlines()[caught.value.line - 1]
    assert new.split(":")[0].strip() in line


@pytest.mark.parametrize("name", ["model", "bibliography", "ambiguous_places"])
def test_a_missing_file_is_named(tmp_path: Path, body: Body, name: str) -> None:
    """An atlas without its constants, citations or places is refused."""
    folder = shutil.copytree(resource_dir("patterns"), tmp_path / "patterns")
    assert set(read_atlas(body, [folder]).sources) == set(load_atlas(body=body).sources)
    (folder / f"{name}.yaml").unlink()
    with pytest.raises(DataError, match=rf"patterns/{name}\.yaml: the file is missing"):
        read_atlas(body, [folder])


def test_everything_cited_is_listed(atlas: Atlas) -> None:
    """The bibliography holds every key that the sources and the model refer to."""
    used = set(atlas.model.priors_basis.citations)
    for source in atlas.sources.values():
        used |= cited(source)
    assert used <= set(atlas.citations)


# --- The version -------------------------------------------------------------------------------


def test_the_version_follows_the_content(tmp_path: Path, atlas: Atlas, body: Body) -> None:
    """Any change of content changes the version; line ends and reading it again do not."""
    folder = shutil.copytree(resource_dir("patterns"), tmp_path / "patterns")
    assert read_atlas(body, [folder]).version == load_atlas(body=body).version == atlas.version
    path = folder / "psoas.yaml"
    content = path.read_bytes()
    path.write_bytes(content.replace(b"\n", b"\r\n"))
    assert read_atlas(body, [folder]).version == atlas.version
    path.write_bytes(content.replace(b"weight: 0.9", b"weight: 0.8", 1))
    assert read_atlas(body, [folder]).version != atlas.version


def test_the_version_follows_the_body(atlas: Atlas, body: Body) -> None:
    """Results on another figure are not comparable, and carry another version."""
    chart = body.charts["plantar"]
    polygons = chart.polygons.copy()
    polygons[0] = polygons[0].buffer(0.1)
    moved = dataclasses.replace(chart, polygons=polygons)
    other = dataclasses.replace(body, charts={**body.charts, "plantar": moved})
    assert load_atlas(body=other).version != atlas.version
