"""Group results: shares, differences and repeatability, with numbers done by hand."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely
from click.testing import CliRunner
from cohorts import drawings_of, mark_rows, write_table
from scipy.stats import fisher_exact
from worlds import hand_drawn_body

from hippain_maps.atlas import Atlas
from hippain_maps.cli import main
from hippain_maps.cohort.groups import (
    RegionTable,
    compare_groups,
    extent_summary,
    first_counts,
    frequency_map,
    read_regions,
)
from hippain_maps.cohort.inputs import open_cohort
from hippain_maps.cohort.reliability import reliability, reliability_of
from hippain_maps.cohort.run import rank_cohort
from hippain_maps.cohort.sketch import Sketch
from hippain_maps.drawing import PainDrawing
from hippain_maps.errors import CohortError, HippainError, UnknownNameError
from hippain_maps.geometry import FloatArray
from hippain_maps.plotting.cohort import plot_difference, plot_frequency, plot_reliability
from hippain_maps.shares import wilson
from hippain_maps.simulation import Hand, redraw

BODY = hand_drawn_body()
UPPER, LOWER, RIGHT_UPPER = 0, 1, 4


def table_of(rows: Sequence[dict[int, float]], **fields: list[Any]) -> RegionTable:
    """Return drawings in the hand-drawn world, by the fractions of some of its eight regions."""
    drawn: FloatArray = np.zeros((len(rows), 8))
    for number, row in enumerate(rows):
        for place, fraction in row.items():
            drawn[number, place] = fraction
    return RegionTable(BODY, drawn, fields)


def test_shares_have_their_own_denominators() -> None:
    """A region counts where a quarter is drawn, of those whose views show it."""
    rows = [{UPPER: 1.0}, {UPPER: 0.25}, {UPPER: 0.2}, {UPPER: np.nan, LOWER: 0.6}]
    found = frequency_map(table_of(rows))
    assert (found.felt[UPPER], found.seen[UPPER]) == (2, 3)
    assert (found.felt[LOWER], found.seen[LOWER]) == (1, 4)
    assert (found.low[UPPER], found.high[UPPER]) == pytest.approx(wilson(2, 3))
    first = found.rows()[0]
    assert (first["side"], first["region"], first["share"]) == ("left", "upper", 2 / 3)


def test_small_cells_are_kept_back() -> None:
    """Few with pain, few without, and few at all are hidden; nobody and everybody are not."""
    rows = [{UPPER: 1.0, LOWER: 1.0, 2: 1.0}] * 4 + [{LOWER: 1.0, 2: 1.0}] * 8 + [{LOWER: 1.0}]
    found = frequency_map(table_of(rows), least=5)
    assert found.hidden.tolist()[:4] == [True, False, True, False]
    hidden = found.rows()[0]
    assert hidden["felt"] is hidden["share"] is hidden["low"] is None
    assert hidden["seen"] == 13
    assert frequency_map(table_of(rows[:3]), least=5).rows()[3]["seen"] is None


def test_mirroring_puts_the_affected_side_first() -> None:
    """Drawings of the right are mirrored; those without a side are left out and counted."""
    rows = [{UPPER: 1.0}, {RIGHT_UPPER: 1.0}, {UPPER: 1.0}]
    table = table_of(rows, side=["left", "Right", None])
    found = frequency_map(table.mirrored_to("side"))
    assert (found.felt[UPPER], found.felt[RIGHT_UPPER]) == (2, 0)
    assert found.rows()[0]["side"] == "affected"
    assert found.table.left_out == {"side says no side": 1}


def test_one_drawing_a_person() -> None:
    """The first drawing of each person is kept; how many were not is said."""
    table = table_of([{UPPER: 1.0}, {}, {}, {}], who=["a", "a", "b", None])
    kept = table.one_each("who")
    assert kept.column("who") == ["a", "b"]
    assert sum(kept.left_out.values()) == 2
    with pytest.raises(UnknownNameError, match="did you mean 'who'"):
        table.one_each("whom")
    with pytest.raises(CohortError, match="there are: a, b"):
        table.where("who", "c")


def test_a_difference_is_that_of_an_exact_test() -> None:
    """For one region, permuting comes to Fisher's exact test, within what was drawn."""
    first = table_of([{UPPER: 1.0}] * 9 + [{}] * 3)
    second = table_of([{UPPER: 1.0}] * 3 + [{}] * 9)
    found = compare_groups(first, second, permutations=5000, seed=3)
    assert found.difference[UPPER] == pytest.approx(0.5)
    exact = fisher_exact([[9, 3], [3, 9]]).pvalue
    assert found.p[UPPER] == pytest.approx(exact, abs=0.012)
    # Where nobody hurts there is nothing to test, and nothing to correct for.
    assert np.isnan(found.p[LOWER])
    assert found.q[UPPER] == found.p[UPPER]


def test_the_same_seed_gives_the_same_values() -> None:
    """A difference is repeatable, and its p-values are never 0."""
    first, second = table_of([{UPPER: 1.0}] * 20), table_of([{LOWER: 1.0}] * 20)
    twice = [compare_groups(first, second, permutations=199, seed=5) for _ in range(2)]
    np.testing.assert_array_equal(twice[0].p, twice[1].p)
    assert twice[0].p[UPPER] == pytest.approx(1 / 200)


def test_chance_differences_are_not_found() -> None:
    """Groups from one population differ in no region once false discoveries are controlled."""
    generator = np.random.default_rng(2)
    drawn = (generator.random((120, 8)) < 0.4).astype(float)
    halves = [RegionTable(BODY, half, {}) for half in np.split(drawn, 2)]
    found = compare_groups(*halves, permutations=499)
    assert not (found.q < 0.05).any()
    assert (found.q >= found.p).all()


def test_missing_views_keep_their_denominator_in_a_difference() -> None:
    """A drawing that could not show a region is in neither group there."""
    first = table_of([{UPPER: 1.0}, {UPPER: np.nan}, {UPPER: 1.0}])
    second = table_of([{}, {}, {UPPER: np.nan}])
    found = compare_groups(first, second, permutations=99)
    assert found.difference[UPPER] == 1.0
    row = found.rows()[UPPER]
    assert (row["seen_first"], row["seen_second"]) == (2, 2)


def test_an_empty_group_is_refused() -> None:
    """Comparing with nobody is said in a line."""
    with pytest.raises(CohortError, match="'second' has no drawings"):
        compare_groups(table_of([{}]), table_of([]))


def test_first_places_are_counted() -> None:
    """Sources are counted with their sides, the commonest first, and few are kept back."""
    fields: dict[str, list[Any]] = {
        "first_candidate": ["psoas"] * 6 + ["soleus"] * 2,
        "first_candidate_side": ["left"] * 5 + ["right"] * 3,
        "first_differential": ["l5_root"] * 8,
        "first_differential_side": ["left"] * 8,
    }
    table = table_of([{}] * 8, **fields)
    rows = first_counts(table)
    assert [(r["source"], r["count"], r["left"], r["right"]) for r in rows] == [
        ("psoas", 6, 5, 1),
        ("soleus", 2, 0, 2),
        ("l5_root", 8, 8, 0),
    ]
    hidden = first_counts(table, least=3)
    assert [r["count"] for r in hidden] == [None, None, 8]


def test_extent_is_summed_up() -> None:
    """Quartiles, mean and spread; with small cells kept back, no single person's value."""
    table = table_of([{}] * 5, extent_percent=[1.0, 2.0, 3.0, 4.0, 10.0])
    found = extent_summary(table)
    assert (found["median"], found["mean"], found["maximum"]) == (3.0, 4.0, 10.0)
    assert extent_summary(table, least=5)["maximum"] is None
    assert extent_summary(table, least=6)["mean"] is None


def squares(*sizes: float) -> list[Sketch]:
    """Return drawings of one square each, on the back of the shipped body."""
    return [
        Sketch.of(PainDrawing.from_polygons({"posterior": shapely.box(-15, 60, -15 + s, 60 + s)}))
        for s in sizes
    ]


def test_repeatability_is_that_of_the_formulas(atlas: Atlas) -> None:
    """Jaccard, bias, limits and smallest change are those of the textbook, on squares."""
    sizes = [(3, 3), (4, 5), (5, 4), (6, 6.5), (7, 6.5), (8, 8)]
    pairs = {str(n): squares(*pair) for n, pair in enumerate(sizes)}
    found = reliability(pairs, atlas.body)
    assert found.jaccard.tolist() == pytest.approx(
        [min(a, b) ** 2 / max(a, b) ** 2 for a, b in sizes]
    )
    difference = found.extent[:, 1] - found.extent[:, 0]
    spread = difference.std(ddof=1)
    assert found.bias == pytest.approx(difference.mean())
    assert found.high_limit - found.low_limit == pytest.approx(2 * 1.96 * spread)
    assert found.smallest_change == pytest.approx(1.96 * spread)
    # ICC(A,1) from mean squares, after McGraw and Wong (1996), table 4.
    x, (n, k) = found.extent, found.extent.shape
    rows = k * ((x.mean(axis=1) - x.mean()) ** 2).sum() / (n - 1)
    columns = n * ((x.mean(axis=0) - x.mean()) ** 2).sum() / (k - 1)
    rest = x - x.mean(axis=1, keepdims=True) - x.mean(axis=0) + x.mean()
    error = (rest**2).sum() / ((n - 1) * (k - 1))
    icc = (rows - error) / (rows + (k - 1) * error + k / n * (columns - error))
    assert found.icc == pytest.approx(icc)
    assert found.icc_low <= found.icc <= found.icc_high


def test_people_are_found_in_a_cohort(atlas: Atlas, tmp_path: Path) -> None:
    """The first two drawings of each person are compared; single and unusable ones are counted."""
    generator = np.random.default_rng(4)
    first = drawings_of(atlas, 6)
    again = [redraw(drawing, Hand(shake=0.5), atlas.body, generator) for drawing in first]
    people = [f"p{n}" for n in range(6)] * 2 + ["p0", "alone"]
    rows = mark_rows([*first, *again, first[1], first[2]], patient=people)
    path = write_table(tmp_path / "twice.parquet", rows)
    found = reliability_of(open_cohort(path), "patient", atlas.body)
    assert found.people == tuple(f"p{n}" for n in range(6))
    assert found.once == 1
    assert 0.2 < found.jaccard.mean() < 0.95
    with pytest.raises(UnknownNameError, match="did you mean 'patient'"):
        reliability_of(open_cohort(path), "patients", atlas.body)


def test_too_few_pairs_are_refused(atlas: Atlas) -> None:
    """Four pairs say nothing of repeatability."""
    with pytest.raises(CohortError, match="at least 5"):
        reliability({str(n): squares(3, 4) for n in range(4)}, atlas.body)


# --- Figures and commands ----------------------------------------------------------------------


@pytest.fixture(scope="module")
def study(atlas: Atlas, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a small study and its table of regions."""
    folder = tmp_path_factory.mktemp("study")
    count = 40
    rows = mark_rows(
        drawings_of(atlas, count),
        group=["treated" if n < 20 else "control" for n in range(count)],
        affected=["left" if n % 2 == 0 else "right" for n in range(count)],
        patient=[f"p{n % 20}" for n in range(count)],
    )
    write_table(folder / "study.parquet", rows)
    rank_cohort(
        folder / "study.parquet", folder / "ranked.csv", atlas, regions=folder / "regions.parquet"
    )
    return folder


def run(folder: Path, *arguments: str) -> Any:
    """Run a command in a folder."""
    words = [a.replace("@", f"{folder}/") for a in arguments]
    return CliRunner().invoke(main, words)


def test_maps_show_what_they_hide(study: Path, atlas: Atlas) -> None:
    """Regions are toned by share, hatched where kept back, dotted where nobody could show them."""
    table = read_regions(study / "regions.parquet", atlas.body)
    found = frequency_map(table, least=3)
    figure = plot_frequency(found)
    patches = {p.get_gid(): p for ax in figure.axes for p in ax.patches if p.get_gid()}
    for place, name in enumerate(atlas.body.sided):
        for view in atlas.body.views_of(name):
            patch = patches.get(f"{view}-{name}")
            if patch is None:
                continue
            wanted = "////" if found.hidden[place] else "...." if not found.seen[place] else None
            assert patch.get_hatch() == wanted
    said = " ".join(text.get_text() for text in figure.texts)
    assert "40 drawings" in said
    assert "fewer than 3 people" in said


def test_a_mirrored_map_does_not_say_left(study: Path, atlas: Atlas) -> None:
    """Once drawings are mirrored, sides are called affected and other."""
    table = read_regions(study / "regions.parquet", atlas.body).mirrored_to("affected")
    figure = plot_frequency(frequency_map(table))
    words = {text.get_text() for ax in figure.axes for text in ax.texts}
    assert {"affected", "other"} <= words
    assert not {"L", "R"} & words


def test_a_difference_names_its_groups(study: Path, atlas: Atlas) -> None:
    """Sure regions are outlined, and the key says which colour is whose."""
    table = read_regions(study / "regions.parquet", atlas.body)
    found = compare_groups(
        table.where("group", "treated"),
        table.where("group", "control"),
        names=("treated", "control"),
        permutations=99,
    )
    figure = plot_difference(found)
    said = " ".join(ax.get_title() for ax in figure.axes)
    assert "more in control" in said
    assert "more in treated" in said


def test_repeatability_is_drawn(atlas: Atlas) -> None:
    """A histogram of overlap, and every person in the plot of agreement."""
    pairs = {str(n): squares(3 + n / 3, 3.4 + n / 4) for n in range(8)}
    figure = plot_reliability(reliability(pairs, atlas.body))
    assert len(figure.axes[1].collections[0].get_offsets()) == 8
    assert "8 people" in figure.texts[0].get_text()


def test_the_commands_write_figure_numbers_and_manifest(study: Path) -> None:
    """Map and comparison leave a figure, its numbers, and how they were made."""
    done = run(study, "cohort", "map", "@regions.parquet", "-o", "@map.svg", "--least", "3")
    assert done.exit_code == 0, done.output
    with (study / "map.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) == 494
    assert json.loads((study / "map.manifest.json").read_text())["options"]["least"] == 3
    done = run(
        study,
        *("cohort", "compare", "@regions.parquet", "--by", "group", "--first", "treated"),
        *("--second", "control", "--permutations", "99", "--seed", "7", "-o", "@difference.svg"),
    )
    assert done.exit_code == 0, done.output
    manifest = json.loads((study / "difference.manifest.json").read_text())
    assert manifest["seeds"] == {"permutations": 7}


def test_summary_and_reliability_print(study: Path) -> None:
    """Counts and repeatability are printed, and written as JSON on request."""
    done = run(study, "cohort", "summary", "@regions.parquet", "--where", "group=treated")
    assert "20 drawings" in done.output
    done = run(study, "cohort", "summary", "@regions.parquet", "--json", "-o", "@counts.csv")
    assert json.loads(done.stdout)["extent_percent"]["count"] == 40
    done = run(study, "cohort", "reliability", "@study.parquet", "--by", "patient", "--json")
    assert json.loads(done.stdout)["people"] == 20
    done = run(
        study, "cohort", "reliability", "@study.parquet", "--by", "patient", "-o", "@twice.png"
    )
    assert "smallest detectable change" in done.output
    assert (study / "twice.png").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("map", "@study.parquet", "-o", "@x.png"), "regions are missing"),
        (("map", "@none.parquet", "-o", "@x.png"), "no such file"),
        (("map", "@regions.parquet", "-o", "@x.xls"), "x.xls"),
        (("map", "@regions.parquet", "-o", "@x.png", "--where", "group"), "COLUMN=VALUE"),
        (("summary", "@regions.parquet", "--mirror-to", "afected"), "did you mean 'affected'"),
        (("reliability", "@ranked.csv", "--by", "patient"), "codes"),
        (("map", "@regions.parquet", "-o", "@x.png", "--one-per", "patint"), "'patient'"),
    ],
)
def test_wrong_requests_are_refused_in_a_line(
    study: Path, arguments: tuple[str, ...], message: str
) -> None:
    """What cannot be done is said, with what can; status 2."""
    done = run(study, "cohort", *arguments)
    assert done.exit_code == 2
    assert message in done.output


def test_one_way_of_sharing_out_work_is_given(study: Path) -> None:
    """Workers of this machine and a cluster elsewhere are two answers to one question."""
    call = ("rank-many", "@study.parquet", "-o", "@twice.parquet", "--workers", "2")
    done = run(study, *call, "--scheduler", "tcp://127.0.0.1:1")
    assert done.exit_code == 2
    assert "give --workers or --scheduler, not both" in done.output
    assert not (study / "twice.parquet").exists()


def test_rank_many_on_the_command_line(study: Path, tmp_path: Path) -> None:
    """The command ranks, says what became of the drawings, and leaves with 2 if strict."""
    out = tmp_path / "ranked.parquet"
    done = CliRunner().invoke(main, ["rank-many", f"{study}/study.parquet", "-o", str(out)])
    assert done.exit_code == 0
    assert "40 of 40 drawings ranked" in done.output
    rows = pq.read_table(study / "study.parquet").to_pydict()
    rows["view"][0] = "nowhere"
    pq.write_table(pa.table(rows), tmp_path / "bad.parquet")
    call = ["rank-many", f"{tmp_path}/bad.parquet", "-o", str(out)]
    assert CliRunner().invoke(main, call).exit_code == 0
    done = CliRunner().invoke(main, [*call, "--strict"])
    assert done.exit_code == 2
    assert "39 of 40 drawings ranked, 1 put aside" in done.output


def test_errors_of_cohorts_are_errors_of_the_package() -> None:
    """One `except HippainError` catches them."""
    assert issubclass(CohortError, HippainError)
