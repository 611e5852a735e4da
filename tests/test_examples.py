"""The shipped examples: freehand drawings, what they must rank, and the scripts."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from hippain_maps import Atlas, DrawingError, PainDrawing, load_atlas, overlap, rank

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"
DRAWINGS = sorted((EXAMPLES / "drawings").glob("*.geojson"))
SCRIPTS = sorted(EXAMPLES.glob("*.py"))

# The source and the side that the drawing was made for; they must come first.
SINGLE = {
    "abdominal_obliques": ("abdominal_obliques", "left"),
    "abductor_hallucis": ("abductor_hallucis", "right"),
    "adductor_longus_brevis": ("adductor_longus_brevis", "left"),
    "adductor_magnus": ("adductor_magnus", "right"),
    "biceps_femoris": ("biceps_femoris", "left"),
    "extensor_digitorum_longus": ("extensor_digitorum_longus", "right"),
    "extensor_hallucis_longus": ("extensor_hallucis_longus", "left"),
    "fibularis_longus_brevis": ("fibularis_longus_brevis", "right"),
    "fibularis_tertius": ("fibularis_tertius", "left"),
    "flexor_digitorum_longus": ("flexor_digitorum_longus", "right"),
    "flexor_hallucis_longus": ("flexor_hallucis_longus", "left"),
    "gastrocnemius": ("gastrocnemius", "right"),
    "gluteus_maximus": ("gluteus_maximus", "left"),
    "gluteus_medius_trp1": ("gluteus_medius", "right"),
    "gluteus_medius_trp2": ("gluteus_medius", "right"),
    "gluteus_medius_trp3": ("gluteus_medius", "left"),
    "gluteus_minimus_anterior": ("gluteus_minimus", "left"),
    "gluteus_minimus_posterior": ("gluteus_minimus", "left"),
    "gracilis": ("gracilis", "right"),
    "iliocostalis_lumborum": ("iliocostalis_lumborum", "left"),
    "longissimus_thoracis": ("longissimus_thoracis", "right"),
    "pectineus": ("pectineus", "left"),
    "piriformis": ("piriformis", "right"),
    "plantaris": ("plantaris", "right"),
    "popliteus": ("popliteus", "left"),
    "psoas": ("psoas", "left"),
    "psoas_distal": ("psoas", "right"),
    "quadratus_lumborum_deep_lower": ("quadratus_lumborum", "right"),
    "quadratus_lumborum_deep_upper": ("quadratus_lumborum", "left"),
    "quadratus_lumborum_superficial_lower": ("quadratus_lumborum", "right"),
    "quadratus_lumborum_superficial_upper": ("quadratus_lumborum", "left"),
    "quadratus_plantae": ("quadratus_plantae", "right"),
    "rectus_femoris": ("rectus_femoris", "left"),
    "sartorius": ("sartorius", "right"),
    "semitendinosus_semimembranosus": ("semitendinosus_semimembranosus", "left"),
    "single_view_tensor_fasciae_latae": ("tensor_fasciae_latae", "right"),
    "sloppy_gluteus_minimus": ("gluteus_minimus", "right"),
    "soleus": ("soleus", "right"),
    "tensor_fasciae_latae": ("tensor_fasciae_latae", "left"),
    "tibialis_anterior": ("tibialis_anterior", "left"),
    "tibialis_posterior": ("tibialis_posterior", "right"),
    "vastus_intermedius": ("vastus_intermedius", "left"),
    "vastus_lateralis": ("vastus_lateralis", "right"),
    "vastus_medialis": ("vastus_medialis", "left"),
}
# Sources whose pattern lies in the midline or crosses it: which side is listed first is not meant.
SIDELESS = {
    "levator_ani_coccygeus",
    "multifidus",
    "obturator_internus",
    "rectus_abdominis",
}
# Two sources at once; both must be among the first three.
MIXED = {
    "left_and_right": {("psoas", "left"), ("tensor_fasciae_latae", "right")},
    "mixed_piriformis_gluteus_minimus": {("piriformis", "right"), ("gluteus_minimus", "right")},
}
OUTSIDE = "outside_the_map"

# What each script leaves in the folder that it is run in.
WRITES = {
    "compare_measures": set(),
    "draw_in_code": {"from_names.geojson", "from_shapes.geojson", "mirrored.geojson"},
    "pattern_figure": {"gluteus_minimus_posterior.svg", "tensor_fasciae_latae.png"},
    "rank_a_drawing": {"piriformis_ranking.json"},
    "study": {"study"},
}
# A size that is enough to see it work.
ARGUMENTS = {"study": ("21",)}


@pytest.fixture(scope="module")
def atlas() -> Atlas:
    """Return the shipped atlas."""
    return load_atlas()


def read(stem: str) -> PainDrawing:
    """Return a shipped drawing."""
    return PainDrawing.read(EXAMPLES / "drawings" / f"{stem}.geojson")


def test_every_example_is_expected_here() -> None:
    """No drawing and no script is shipped of which nothing is expected."""
    assert {path.stem for path in DRAWINGS} == {*SINGLE, *SIDELESS, *MIXED, OUTSIDE}
    assert {path.stem for path in SCRIPTS} == set(WRITES)


def test_every_muscle_has_an_example(atlas: Atlas) -> None:
    """Each muscle of the atlas comes first for one drawing at least."""
    muscles = {source.id for source in atlas.sources.values() if source.kind == "muscle"}
    assert {source for source, _ in SINGLE.values()} | SIDELESS == muscles


@pytest.mark.parametrize("path", DRAWINGS, ids=lambda path: path.stem)
def test_drawing_reads(path: Path) -> None:
    """A shipped drawing is read, holds pain, and says that no patient drew it."""
    drawing = PainDrawing.read(path)
    assert drawing.views
    assert drawing.about["note"] == "Invented example, not a patient."


@pytest.mark.parametrize("path", DRAWINGS, ids=lambda path: path.stem)
def test_drawing_is_as_this_package_writes_it(path: Path, tmp_path: Path) -> None:
    """A shipped drawing that is read and written is the same file."""
    PainDrawing.read(path).write(tmp_path / path.name)
    assert (tmp_path / path.name).read_text("utf-8") == path.read_text("utf-8")


@pytest.mark.parametrize("stem", SINGLE)
def test_single_muscle_comes_first(stem: str, atlas: Atlas) -> None:
    """The muscle and side that a drawing was made for come first, and nothing beside them."""
    ranking = rank(read(stem), atlas)
    assert (ranking[0].source.id, ranking[0].side) == SINGLE[stem]
    assert ranking[1].rank == 2


@pytest.mark.parametrize("stem", sorted(SIDELESS))
def test_muscle_without_a_side_comes_first(stem: str, atlas: Atlas) -> None:
    """No other muscle comes first or shares the first rank.

    The trigger point is on one side, but the pattern lies in the midline or crosses it: nothing in
    the drawing says which, so either side may come first, alone or tied with its mirror image.
    """
    ranking = rank(read(stem), atlas)
    assert {c.source.id for c in ranking if c.rank == 1} == {stem}


@pytest.mark.parametrize("stem", MIXED)
def test_both_muscles_come_among_the_first_three(stem: str, atlas: Atlas) -> None:
    """Of two sources at once, neither pushes the other out of the first three."""
    ranking = rank(read(stem), atlas)
    assert {(c.source.id, c.side) for c in ranking[:3]} >= MIXED[stem]


def test_pain_outside_the_map_is_measured_and_not_ranked(atlas: Atlas) -> None:
    """A drawing of the head and arm is read and measured by place, and refused for ranking."""
    drawing = read(OUTSIDE)
    found = overlap(drawing, atlas.body)
    assert found.mapped_cm2 == 0
    assert {place for place, area in found.outside_cm2.items() if area > 20} == {
        "arm (left)",
        "head",
        "upper trunk",
    }
    with pytest.raises(DrawingError, match="nothing to rank"):
        rank(drawing, atlas)


@pytest.mark.parametrize(
    "path",
    [
        pytest.param(path, marks=pytest.mark.slow if path.stem == "study" else ())
        for path in SCRIPTS
    ],
    ids=[path.stem for path in SCRIPTS],
)
def test_script_runs_from_any_folder(path: Path, tmp_path: Path) -> None:
    """An example script runs alone in an empty folder, prints, and writes there what it says."""
    done = subprocess.run(
        [sys.executable, str(path), *ARGUMENTS.get(path.stem, ())],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()
    # A share that is not all is not written as all; `percent` sees to it.
    assert not re.search(r"\d%", done.stdout)
    assert {written.name for written in tmp_path.iterdir()} == WRITES[path.stem]
