"""The command line: what it prints, what it writes, and how it refuses."""

from __future__ import annotations

import inspect
import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from matplotlib.figure import Figure
from worlds import EXAMPLES, check_contract

from hippain_maps import cli
from hippain_maps._limits import MAX_DRAWING_BYTES, MAX_JSON_DEPTH, MAX_VERTICES
from hippain_maps.atlas import Atlas, cited, load_atlas
from hippain_maps.regions import Body

Run = Callable[..., Result]
PIRIFORMIS = EXAMPLES / "piriformis.geojson"
NOISY = "\x1b[31mred\x1b[0m\x07\x9b2J"


@pytest.fixture
def run(atlas: Atlas, body: Body, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Return a way to run ``hippain`` in this process, with the atlas read once for all tests."""

    def load(*folders: str) -> Atlas:
        return load_atlas(*folders, body=body) if folders else atlas

    monkeypatch.setattr(cli, "load_atlas", load)
    monkeypatch.setattr("hippain_maps.body.load_body", lambda: body)
    monkeypatch.delenv("HIPPAIN_TRACEBACK", raising=False)
    # Before click 8.2 the two streams were mixed unless asked.
    mixed = "mix_stderr" in inspect.signature(CliRunner).parameters
    runner = CliRunner(**({"mix_stderr": False} if mixed else {}))

    def call(*arguments: object, **options: Any) -> Result:
        return runner.invoke(cli.main, [str(a) for a in arguments], **options)

    return call


def refused(result: Result, status: int = 2) -> str:
    """Assert that a call failed with one line on standard error, and return that line."""
    assert result.exit_code == status, result.output
    assert result.stdout == ""
    (line,) = result.stderr.splitlines()
    assert line.startswith("hippain: ")
    assert line.isprintable()
    return line


# --- rank --------------------------------------------------------------------------------------


def test_a_ranking_is_printed_as_a_table(run: Run, atlas: Atlas) -> None:
    """The table names the candidates, says why the first one is, and that it is no diagnosis."""
    result = run("rank", PIRIFORMIS)
    assert result.exit_code == 0
    assert result.stderr == ""
    lines = result.stdout.splitlines()
    # Muscles first, then the other sources of the same picture.
    first, other = [line for line in lines if line.startswith("1 ")]
    assert first.split()[1:3] == ["Piriformis", "right"]
    others = [source.name for source in atlas.sources.values() if not source.is_muscle]
    assert any(other.startswith(f"1  {name} ") for name in others)
    assert "%" in first
    assert "%" in other
    for words in (
        'Red flags not asked: 5. Not asked is not "no".',
        "none of these",
        "other source",
        "1. Piriformis, right",
        "Back of the thigh (right)",
        "find TrP1, lateral:",
        "Candidates to examine, never a diagnosis.",
        atlas.version,
    ):
        assert words in result.stdout, words


def test_top_limits_the_table_and_the_json(run: Run, atlas: Atlas) -> None:
    """--top shows fewer candidates with the same shares; without it --json writes them all."""
    table = run("rank", PIRIFORMIS, "--top", 2).stdout
    assert "2  " in table
    assert "\n3  " not in table
    whole = json.loads(run("rank", PIRIFORMIS, "--json").stdout)
    cut = json.loads(run("rank", PIRIFORMIS, "--json", "--top", 2).stdout)
    for name, muscles in (("candidates", True), ("differential", False)):
        sources = [s for s in atlas.sources.values() if s.is_muscle == muscles]
        assert len(whole[name]) == 2 * len(sources)
        assert cut[name] == whole[name][:2]
    assert cut["none_of_these"] == whole["none_of_these"]


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.geojson")), ids=lambda p: p.stem)
def test_the_json_of_every_example_keeps_the_contract(run: Run, path: Path) -> None:
    """The output is JSON alone, with the members that other programs rely on."""
    result = run("rank", path, "--json")
    if path.stem == "outside_the_map":
        assert "nothing to rank: all of it lies outside" in refused(result)
    else:
        assert result.exit_code == 0
        check_contract(json.loads(result.stdout))


def test_a_drawing_is_read_from_standard_input(run: Run) -> None:
    """A dash reads the drawing from a pipe; messages then name the stream."""
    result = run("rank", "-", "--json", input=PIRIFORMIS.read_bytes())
    assert result.stdout == run("rank", PIRIFORMIS, "--json").stdout
    assert "the drawing is empty" in refused(run("rank", "-", input=b""))


def test_a_figure_is_written_beside_the_table(run: Run, tmp_path: Path) -> None:
    """--figure leaves a whole figure and nothing else; the table is printed all the same."""
    result = run("rank", PIRIFORMIS, "--figure", tmp_path / "ranking.png")
    assert result.exit_code == 0
    assert "1  Piriformis" in result.stdout
    assert result.stderr == f"wrote {tmp_path / 'ranking.png'}\n"
    content = (tmp_path / "ranking.png").read_bytes()
    assert content.startswith(b"\x89PNG")
    assert content.endswith(b"IEND\xaeB`\x82")
    assert [path.name for path in tmp_path.iterdir()] == ["ranking.png"]


@pytest.mark.parametrize(
    ("name", "start", "end"),
    [("out.SVG", b"<?xml", b"</svg>\n"), ("out.pdf", b"%PDF", b"%%EOF\n")],
)
def test_the_extension_chooses_the_format(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, start: bytes, end: bytes
) -> None:
    """Figures are written as svg or pdf too, over an older file; JSON stays alone on its stream."""
    # What is drawn does not matter here, and takes seconds.
    monkeypatch.setattr("hippain_maps.plotting.plot_ranking", lambda *_, **__: Figure())
    (tmp_path / name).write_bytes(b"old")
    result = run("rank", PIRIFORMIS, "--json", "--figure", tmp_path / name)
    check_contract(json.loads(result.stdout))
    content = (tmp_path / name).read_bytes()
    assert content.startswith(start)
    assert content.endswith(end)
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_answers_are_given_on_the_command_line(run: Run, atlas: Atlas) -> None:
    """--clue ID=yes is told with its factors and its origin; a published ratio says so."""
    arguments = [
        "rank",
        PIRIFORMIS,
        "--clue",
        "worse_sitting=yes",
        "--clue",
        "sacroiliac_tests=yes",
    ]
    said = " ".join(run(*arguments).stdout.split())
    for words in (
        "What the answers did",
        "worse with Sitting: yes -> ",
        "Piriformis x2",
        "Sacroiliac joint x3.2 (published)",
        "Ask or examine next",
    ):
        assert words in said, words
    assert "[worse_sitting]" not in said
    document = json.loads(run(*arguments, "--json").stdout)
    check_contract(document)
    assert [(e["id"], e["answer"], e["from"]) for e in document["clues"]] == [
        ("dull_ache", "yes", "drawing"),
        ("sacroiliac_tests", "yes", "answer"),
        ("worse_sitting", "yes", "answer"),
    ]
    asked = [question["clue"] for question in document["ask_next"]]
    assert not {"sacroiliac_tests", "worse_sitting"} & set(asked)
    assert set(asked) <= {*atlas.clues, None}
    # That an ache is drawn moves nothing, and needs no heading.
    assert "What the answers did" not in run("rank", PIRIFORMIS).stdout


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ("worse_siting=yes", "did you mean 'worse_sitting'?"),
        ("worse_sitting", "'worse_sitting' is no answer; write ID=yes or ID=no"),
        ("worse_sitting=maybe", "is no answer; write ID=yes or ID=no"),
    ],
)
def test_an_answer_that_cannot_be_used_is_refused(run: Run, answer: str, words: str) -> None:
    """An unknown id offers the nearest; an id alone is not taken for a yes."""
    assert words in refused(run("rank", PIRIFORMIS, "--clue", answer))


def test_what_is_too_close_to_call_is_told(run: Run) -> None:
    """Two candidates of nearly equal probability stand in bold before the reasons."""
    said = " ".join(run("rank", EXAMPLES / "gluteus_maximus.geojson").stdout.split())
    assert "Too close to call: Gluteus maximus (" in said


def test_what_no_view_shows_is_told(run: Run, tmp_path: Path) -> None:
    """A part of the pattern on a view that was not used is no reason against it, and is named."""
    document = json.loads((EXAMPLES / "psoas.geojson").read_text(encoding="utf-8"))
    marks = [f for f in document["features"] if f["properties"]["view"] == "anterior"]
    assert marks
    document["features"], document["hippain"]["views_completed"] = marks, []
    path = tmp_path / "front.geojson"
    path.write_text(json.dumps(document), encoding="utf-8")
    said = " ".join(run("rank", path).stdout.split())
    assert "not seen in the views used: " in said


def test_two_empty_drawings_have_no_overlap_to_state(run: Run, tmp_path: Path) -> None:
    """Nothing before and nothing after is no agreement of 0 or of 1."""
    path = tmp_path / "empty.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": []}), encoding="utf-8")
    result = run("compare", path, path)
    assert result.exit_code == 0, result.stderr
    assert "Neither drawing holds pain: there is no overlap to state." in result.stdout


def test_what_was_palpated_is_told_with_its_factor(run: Run, tmp_path: Path, atlas: Atlas) -> None:
    """Each finding of a drawing is said in words, with what it did to the source."""
    document = json.loads(PIRIFORMIS.read_text(encoding="utf-8"))
    point = atlas.source("piriformis").trigger_points[0]
    document["hippain"]["palpation"] = {f"left:piriformis:{point.id}": "familiar"}
    path = tmp_path / "palpated.geojson"
    path.write_text(json.dumps(document), encoding="utf-8")
    said = " ".join(run("rank", path).stdout.split())
    assert f"Piriformis, left: {point.name}: brings on the familiar pain -> x" in said


def test_numbness_alone_brings_up_nerves_and_no_muscle(run: Run, tmp_path: Path) -> None:
    """The table and the JSON say that there is no muscle candidate, and name the nerve."""
    path = tmp_path / "numb.geojson"
    path.write_bytes(drawing(properties={"view": "posterior", "quality": ["numb"]}))
    said = " ".join(run("rank", path).stdout.split())
    assert "Only numbness and tingling is drawn: it speaks of nerves, not of muscles." in said
    assert "Numb skin: yes (from the drawing) -> " in said
    document = json.loads(run("rank", path, "--json").stdout)
    check_contract(document)
    assert document["candidates"] == document["undecided"] == []
    assert document["differential"][0]["kind"] in ("nerve", "nerve_root")
    assert document["drawing"]["numb_or_tingling_cm2"] > 0
    assert document["none_of_these"]["candidates"] == 1


def test_what_is_known_between_the_first_is_told(run: Run) -> None:
    """A muscle and another source that imitate each other or coexist are told in a sentence."""
    said = " ".join(run("rank", PIRIFORMIS, "--clue", "sacroiliac_tests=yes").stdout.split())
    assert "Piriformis and Sacroiliac joint imitate each other: " in said
    assert "Piriformis and Sacroiliac joint often come together: " in said


def test_places_that_cannot_decide_are_said(run: Run) -> None:
    """Pain over the sacroiliac joint alone is ranked with a plain warning."""
    result = run("rank", EXAMPLES / "quadratus_lumborum_deep_upper.geojson")
    assert "cannot be told from the place alone" in " ".join(result.stdout.split())


def test_what_lies_outside_the_map_is_said(run: Run, tmp_path: Path) -> None:
    """Pain drawn on the arm is named and kept, while the rest is ranked."""
    document = json.loads(PIRIFORMIS.read_text(encoding="utf-8"))
    arm = json.loads((EXAMPLES / "outside_the_map.geojson").read_text(encoding="utf-8"))
    document["features"] += arm["features"]
    path = tmp_path / "both.geojson"
    path.write_text(json.dumps(document), encoding="utf-8")
    result = run("rank", path)
    assert result.exit_code == 0
    assert "lies outside the map (arm (left)): kept, not ranked." in result.stdout


def test_a_pack_of_ones_own_is_used(run: Run, tmp_path: Path, body: Body) -> None:
    """--patterns adds a folder of sources to the atlas."""
    shipped = Path(__file__).resolve().parents[1] / "patterns" / "piriformis.yaml"
    text = shipped.read_text(encoding="utf-8").replace("name: Piriformis\n", "name: My own\n")
    (tmp_path / "piriformis.yaml").write_text(text, encoding="utf-8")
    assert "1  My own" in run("rank", PIRIFORMIS, "--patterns", tmp_path).stdout
    line = refused(run("rank", PIRIFORMIS, "--patterns", tmp_path / "none"))
    assert "there is no such folder of patterns" in line


# --- Unusable drawings -------------------------------------------------------------------------

RING = [[-14, 96], [-5, 96], [-6, 60], [-13, 60], [-14, 96]]


def drawing(
    geometry: object = None, properties: object = None, header: object = None, **members: object
) -> bytes:
    """Return a drawing file with something changed."""
    feature = {
        "type": "Feature",
        "geometry": geometry or {"type": "Polygon", "coordinates": [RING]},
        "properties": {"view": "posterior"} if properties is None else properties,
    }
    document = {
        "type": "FeatureCollection",
        "hippain": header or {"frame": "hippain-175", "version": 1},
        "features": [feature],
    }
    return json.dumps(document | members).encode()


def polygon(*ring: list[float]) -> dict[str, object]:
    """Return a Polygon with one ring."""
    return {"type": "Polygon", "coordinates": [list(ring)]}


def with_number(number: str) -> bytes:
    """Return a drawing in which one coordinate is written in a given way."""
    return drawing().replace(b"[-5, 96]", f"[-5, {number}]".encode())


OUTSIDE = polygon([-60, 100], [-50, 100], [-50, 110], [-60, 100])

UNUSABLE: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "the drawing is empty"),
    "not JSON": (b"{'type': 1}", "this is not JSON"),
    "not UTF-8": (drawing().replace(b"posterior", b"poster\xefor"), "is not UTF-8"),
    "a list": (b"[1, 2]", "FeatureCollection"),
    "not a FeatureCollection": (drawing(type="Feature"), "FeatureCollection"),
    "no type": (b"{}", "the type is missing; a drawing is a FeatureCollection"),
    "unknown view": (
        drawing(properties={"view": "postereor"}),
        "there is no view 'postereor'; did you mean 'posterior'?",
    ),
    "missing view": (drawing(properties={}), "features[0].properties.view: the view is missing"),
    "wrong frame": (
        drawing(header={"frame": "body-180", "version": 1}),
        "drawn in the frame 'body-180', and only hippain-175 is read",
    ),
    "newer version": (
        drawing(header={"frame": "hippain-175", "version": 2}),
        "the file has version 2, and this hippain_maps reads up to version 1",
    ),
    "NaN": (with_number("NaN"), "features[0].geometry.coordinates[0][1]"),
    "infinite": (with_number("-Infinity"), "features[0].geometry.coordinates[0][1]"),
    "infinite by size": (with_number("1e999"), "features[0].geometry.coordinates[0][1]"),
    "out of range": (with_number("501"), "features[0].geometry.coordinates[0][1]"),
    "a huge integer": (with_number("9" * 5000), "digits"),
    "a text for a number": (with_number('"96"'), "features[0].geometry.coordinates[0][1]"),
    "no mark": (drawing(features=[]), "nothing to rank: no pain is marked"),
    "no pain": (
        drawing(properties={"view": "posterior", "intensity": 0}),
        "nothing to rank: no pain is marked",
    ),
    "no mapped area": (
        drawing(OUTSIDE),
        "nothing to rank: all of it lies outside (off the figure 50 cm2)",
    ),
    "no area": (
        drawing(polygon([-9, 70], [-8, 71], [-7, 72], [-9, 70])),
        "nothing to rank",
    ),
    "unclosed polygon": (drawing(polygon(*RING[:-1])), "features[0].geometry"),
    "two-point polygon": (drawing(polygon(RING[0], RING[1], RING[0])), "features[0].geometry"),
    "one-point stroke": (
        drawing({"type": "LineString", "coordinates": [[1, 2]]}),
        "features[0].geometry",
    ),
    "intensity out of range": (
        drawing(properties={"view": "posterior", "intensity": 11}),
        "features[0].properties.intensity: 11 is not a number from 0 to 10",
    ),
    "unknown quality": (
        drawing(properties={"view": "posterior", "quality": ["achin"]}),
        "did you mean 'aching'?",
    ),
    "unknown depth": (
        drawing(properties={"view": "posterior", "depth": "medium"}),
        "superficial, deep",
    ),
    "a member twice": (
        drawing().replace(b'"view":', b'"view": "anterior", "view":'),
        "'view' is written twice",
    ),
    "too large": (b" " * (MAX_DRAWING_BYTES + 1), "larger than 5,000,000 bytes"),
    "too deep": (b"[" * (MAX_JSON_DEPTH + 1), "levels deep"),
    "too many vertices": (
        drawing({"type": "LineString", "coordinates": [[1, 2]] * (MAX_VERTICES + 1)}),
        "50,000",
    ),
}


@pytest.mark.parametrize("case", UNUSABLE)
@pytest.mark.parametrize("from_pipe", [False, True], ids=["file", "pipe"])
def test_an_unusable_drawing_is_refused(
    run: Run, tmp_path: Path, case: str, from_pipe: bool
) -> None:
    """Status 2, one line that says what is wrong and where, no output and no figure."""
    content, words = UNUSABLE[case]
    figure, path = tmp_path / "ranking.png", tmp_path / "d.geojson"
    if from_pipe:
        result = run("rank", "-", "--json", "--figure", figure, input=content)
    else:
        path.write_bytes(content)
        result = run("rank", path, "--json", "--figure", figure)
    line = refused(result)
    assert words in line
    assert len(line) < 400
    assert not figure.exists()
    assert [p.name for p in tmp_path.iterdir()] == ([] if from_pipe else ["d.geojson"])
    if not from_pipe and "nothing to rank" not in line:
        assert str(path) in line


def test_a_missing_file_and_a_folder_are_refused(run: Run, tmp_path: Path) -> None:
    """The path is named, and what is wrong with it."""
    assert f"{tmp_path / 'none'}: there is no such file" in refused(run("rank", tmp_path / "none"))
    line = refused(run("rank", tmp_path, "--figure", tmp_path / "out.png"))
    assert "this is a folder; give one drawing file" in line
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("none/out.png", "there is no folder"),
        ("d.geojson/out.png", "there is no folder"),
        (".", "no extension"),
        ("out.gif", "figures are written as .png, .svg, .pdf"),
        ("out.pnng", "did you mean 'png'?"),
        ("out", "no extension"),
        ("folder.png", "this is a folder; name a file"),
    ],
)
def test_a_figure_that_cannot_be_written_is_refused(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, words: str
) -> None:
    """Status 2, one line, no table, and nothing written: neither the figure nor a part of it."""

    def never(*_: object, **__: object) -> None:
        raise AssertionError("the figure is drawn though it cannot be written")

    monkeypatch.setattr("hippain_maps.plotting.plot_ranking", never)
    (tmp_path / "d.geojson").write_bytes(drawing())
    (tmp_path / "folder.png").mkdir()
    line = refused(run("rank", tmp_path / "d.geojson", "--figure", f"{tmp_path}/{name}"))
    assert words in line
    assert {path.name for path in tmp_path.rglob("*")} == {"d.geojson", "folder.png"}


@pytest.mark.parametrize(
    "arguments",
    [
        ["rank"],
        ["rank", PIRIFORMIS, "--top", "0"],
        ["rank", PIRIFORMIS, "--top", "five"],
        ["rank", PIRIFORMIS, "--tpo", "5"],
        ["list", "muscles"],
        ["rnak", PIRIFORMIS],
    ],
)
def test_wrong_arguments_are_refused(run: Run, arguments: list[object]) -> None:
    """Status 2, with click's usage on standard error and nothing on standard output."""
    result = run(*arguments)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert "Error: " in result.stderr
    assert "Traceback" not in result.stderr


# --- Faults, interruptions and terminals -------------------------------------------------------


def test_an_interruption_leaves_with_130(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C is neither done nor a fault."""

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("hippain_maps.ranking.rank", interrupted)
    result = run("rank", PIRIFORMIS)
    assert result.exit_code == 130
    assert result.stdout == ""
    assert result.stderr.strip() == "interrupted"


def test_a_fault_of_ours_leaves_with_1(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """An unforeseen error is one line that does not blame the input; a variable shows the rest."""

    def broken(*_: object) -> None:
        raise RuntimeError(f"first line\nsecond line {NOISY}")

    monkeypatch.setattr("hippain_maps.ranking.rank", broken)
    line = refused(run("rank", PIRIFORMIS), status=1)
    assert "a fault of the program, not of your input: RuntimeError: first line" in line
    assert "HIPPAIN_TRACEBACK=1" in line
    result = run("rank", PIRIFORMIS, env={"HIPPAIN_TRACEBACK": "1"})
    assert isinstance(result.exception, RuntimeError)


@pytest.mark.parametrize(
    "content",
    [
        drawing(properties={"view": NOISY}),
        drawing(properties={"view": "posterior", "quality": [NOISY]}),
        drawing(properties={"view": "posterior", "depth": NOISY}),
        drawing(header={"frame": NOISY, "version": 1}),
        drawing(header={"frame": "hippain-175", "version": 1, "answers": {NOISY: NOISY}}),
        drawing({"type": NOISY, "coordinates": []}),
        drawing(type=NOISY),
        b'{"\x1b[31m": 1, "\x1b[31m": 2}',
        b"\x1b[31m",
    ],
)
def test_refused_text_never_reaches_the_terminal_raw(
    run: Run, tmp_path: Path, content: bytes
) -> None:
    """Escape codes in a drawing are shown as text, whichever member they stand in."""
    path = tmp_path / "d.geojson"
    path.write_bytes(content)
    refused(run("rank", path))
    refused(run("rank", "-", input=content))


def test_kept_text_never_reaches_the_terminal_raw(run: Run, tmp_path: Path) -> None:
    """Metadata that a drawing carries along is printed neither in the table nor raw in JSON."""
    path = tmp_path / "d.geojson"
    header = {
        "frame": "hippain-175",
        "version": 1,
        "about": {NOISY: NOISY},
        "palpation": {"n": NOISY},
    }
    properties = {"view": "posterior", "note": NOISY, NOISY: NOISY}
    path.write_bytes(drawing(header=header, properties=properties, title=NOISY))
    for arguments in ([], ["--json"]):
        result = run("rank", path, *arguments)
        assert result.exit_code == 0
        assert result.output.replace("\n", "").isprintable()


def test_odd_file_names_stay_on_one_line(run: Run, tmp_path: Path) -> None:
    """Line breaks and escape codes in paths and names are written as escapes."""
    assert "\\x1b[31mred" in refused(run("rank", tmp_path / f"{NOISY}\n.geojson"))
    refused(run("rank", PIRIFORMIS, "--figure", tmp_path / f"{NOISY}\n" / "out.png"))
    refused(run("rank", PIRIFORMIS, "--patterns", tmp_path / f"a\n{NOISY}"))
    refused(run("show", f"pirif\n{NOISY}"))
    refused(run("check", tmp_path / f"a\n{NOISY}.yaml"))


# --- list, show, check -------------------------------------------------------------------------


def test_lists_name_everything(run: Run, atlas: Atlas) -> None:
    """Each source, region, group, clue and flag has a line that begins with its id."""
    for what, names in (
        ("sources", atlas.sources),
        ("regions", atlas.body.regions),
        ("groups", atlas.body.groups),
        ("clues", atlas.clues),
        ("flags", atlas.red_flags),
    ):
        result = run("list", what)
        assert result.exit_code == 0
        header, *lines = result.stdout.splitlines()
        assert header.split()[0] == what[:-1]
        assert {line.split()[0] for line in lines if not line.startswith(" ")} == set(names)


@pytest.mark.parametrize("name", ["quadratus_lumborum", "QL", "Quadratus  Lumborum"])
def test_a_source_is_shown_by_any_of_its_names(run: Run, name: str) -> None:
    """Trigger points, zones, cautions, confidence, citations and limits are all there."""
    result = run("show", name)
    assert result.exit_code == 0
    for words in (
        "Quadratus lumborum (quadratus_lumborum), muscle",
        "Trigger point: Superficial, upper (superficial_upper)",
        "essential: ",
        "caution: ",
        "reviewed by: none",
        "Told apart",
        "Limits",
        "S-rh-ql: ",
    ):
        assert words in result.stdout, words


def test_the_long_list_shows_what_stands_behind_a_source(run: Run, atlas: Atlas) -> None:
    """Confidence, prior, who reviewed it, and every citation, in full and never broken."""
    text = run("list", "sources", "--long", env={"COLUMNS": "60"}).stdout
    assert max(map(len, text.splitlines())) <= 60
    entries = dict(re.findall(r"^(\w+)  (.*\n(?:    .*\n)+)", text, re.M))
    assert list(entries) == list(atlas.sources)
    for source in atlas.sources.values():
        entry = entries[source.id]
        assert f"prior {atlas.model.prior(source.id):g}; " in " ".join(entry.split())
        assert set(cited(source)) <= set(re.split(r",?\s+", entry))
    assert "no clinician has reviewed an entry unless it says so" in " ".join(text.split())


def test_a_region_and_a_group_are_shown_with_what_refers_there(run: Run) -> None:
    """The reverse question: which trigger points send pain to a place."""
    region = " ".join(run("show", "greater_trochanter").stdout.split())
    assert "cm² of skin a side" in region
    assert "Muscles that refer here" in region
    assert "Tensor fasciae latae essential 100 % Muscle belly" in region
    group = run("show", "GROIN").stdout
    assert "regions a side" in group
    assert "Psoas and iliacus" in group


def test_a_place_lists_muscles_and_other_sources_apart(run: Run) -> None:
    """Essential before spillover in either list; a published frequency stands as per cent."""
    text = run("show", "greater_trochanter").stdout
    muscles, others = text.split("Other sources")
    assert muscles.index("Gluteus medius") < muscles.index("Gluteus minimus")
    assert "Hip joint " in others
    assert "77 % of patients" in others
    assert others.index("Greater trochanteric pain") < others.index("Meralgia paresthetica")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("hip OA", "hurts anywhere in: Trochanter 77 %, "),
        ("hip joint", "of 108 people with hip osteoarthritis"),
        ("l5 root", "numb or tingling: "),
        ("trochanteric bursitis", "Told apart"),
        ("piriformis syndrome", "Deep gluteal syndrome (deep_gluteal_syndrome), nerve"),
    ],
)
def test_another_source_is_shown_with_its_territory(run: Run, name: str, words: str) -> None:
    """Frequencies with their population, the core, what it is told apart from, its clues."""
    said = " ".join(run("show", name).stdout.split())
    for part in (words, "Territory", "Speaks for it", "Limits", "reviewed by: none"):
        assert part in said, part


def test_an_unknown_name_is_refused_with_the_nearest(run: Run) -> None:
    """Sources, regions and groups are searched together."""
    assert "did you mean 'piriformis'?" in refused(run("show", "piriforms"))
    assert "did you mean 'greater_trochanter'?" in refused(run("show", "greater_trochantr"))
    assert "did you mean 'groin'?" in refused(run("show", "grion"))


def test_the_shipped_atlas_is_checked(run: Run, atlas: Atlas) -> None:
    """``check`` alone reads everything, and says what there is."""
    result = run("check")
    assert result.exit_code == 0
    muscles = sum(source.is_muscle for source in atlas.sources.values())
    others = len(atlas.sources) - muscles
    assert result.stdout.startswith(f"atlas {atlas.version}: {muscles} muscles with ")
    for words in (
        f"{others} other sources",
        f"{len(atlas.body.regions)} regions a side",
        f"{len(atlas.clues)} clues",
        f"{len(atlas.red_flags)} red flags",
        f"{len(atlas.citations)} citations",
    ):
        assert words in result.stdout, words


def test_a_file_or_a_folder_of_ones_own_is_checked(run: Run, tmp_path: Path) -> None:
    """A source file is checked against the body, a folder against the whole atlas."""
    shipped = Path(__file__).resolve().parents[1] / "patterns" / "psoas.yaml"
    path = tmp_path / "psoas.yaml"
    path.write_text(shipped.read_text(encoding="utf-8"), encoding="utf-8")
    assert "Psoas and iliacus fits, with 3 trigger points" in run("check", path).stdout
    assert "1 files fit" in run("check", tmp_path).stdout.replace("1 file fits", "1 files fit")
    path.write_text(
        shipped.read_text(encoding="utf-8").replace("paraspinal_lumbar", "paraspinal_lumber", 1),
        encoding="utf-8",
    )
    for target in (path, tmp_path):
        found = run("check", target)
        assert found.exit_code == 2
        assert found.stderr == "hippain: 1 problem in 1 file\n"
        assert f"--> {path}:" in found.stdout
        assert "trigger_points.0.zones.essential.0" in found.stdout
        assert "did you mean 'paraspinal_lumbar'?" in found.stdout
    assert "there is no such file" in refused(run("check", tmp_path / "none.yaml"))


def test_more_problems_than_can_be_mended_at_once_are_cut(run: Run, tmp_path: Path) -> None:
    """A file with dozens of mistakes shows the first, and says how many more there are."""
    path = tmp_path / "mine.yaml"
    path.write_text("".join(f"line_{n}: 1\n" for n in range(60)), encoding="utf-8")
    found = run("check", path)
    assert found.exit_code == 2
    shown = found.stdout.count("error: ")
    (said,) = re.findall(r"and (\d+) more; mend these first", found.stdout)
    assert found.stderr == f"hippain: {shown + int(said)} problems in 1 file\n"


def test_a_file_that_says_nothing_alone_is_checked_with_its_folder(
    run: Run, tmp_path: Path
) -> None:
    """Clues, flags and borders are read with the sources that they speak of."""
    root = Path(__file__).resolve().parents[1]
    shipped = run("check", root / "patterns" / "clues.yaml")
    assert shipped.exit_code == 0, shipped.stdout
    assert shipped.stdout == f"{root / 'patterns' / 'clues.yaml'}: fits.\n" or (
        shipped.stdout.startswith("atlas ")
    )
    model = (root / "patterns" / "model.yaml").read_text(encoding="utf-8")
    (tmp_path / "model.yaml").write_text(model, encoding="utf-8")
    assert run("check", tmp_path / "model.yaml").stdout.strip().endswith("model.yaml: fits.")
    assert (
        "its model.yaml takes the place of all shipped constants" in run("check", tmp_path).stdout
    )


def test_what_is_checked_is_drawn_when_asked(run: Run, tmp_path: Path) -> None:
    """--figure draws one source as a figure, several as a plate, and many as pages."""
    root = Path(__file__).resolve().parents[1] / "patterns"
    for name in ("psoas", "l5_root"):
        text = (root / f"{name}.yaml").read_text(encoding="utf-8")
        (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
    out = tmp_path / "out.png"
    done = run("check", tmp_path / "l5_root.yaml", "--figure", out)
    assert "fits, as a nerve root" in done.stdout
    assert done.stderr == f"wrote {out}\n"
    assert run("check", tmp_path, "--figure", out).exit_code == 0
    assert out.read_bytes().startswith(b"\x89PNG")
    assert run("check", tmp_path, "--figure", tmp_path / "out.pdf").exit_code == 0
    out.unlink()
    several = run("check", "--figure", out)
    assert several.exit_code == 2
    assert "patterns need several pages; write a .pdf" in several.stderr
    empty = tmp_path / "empty"
    empty.mkdir()
    (empty / "model.yaml").write_text((root / "model.yaml").read_text("utf-8"), "utf-8")
    assert "there is no source to draw" in run("check", empty, "--figure", out).stderr
    assert not out.exists()


# --- As a program ------------------------------------------------------------------------------


def hippain(*arguments: object, **options: Any) -> subprocess.CompletedProcess[bytes]:
    """Run the command in a process of its own, every warning an error."""
    command = [sys.executable, "-W", "error", "-m", "hippain_maps", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, check=False, **options)


def test_it_runs_as_a_module() -> None:
    """``python -m hippain_maps`` reads a pipe, writes JSON, and is silent otherwise."""
    done = hippain("rank", "-", "--json", "--top", 1, input=PIRIFORMIS.read_bytes())
    assert done.returncode == 0
    assert done.stderr == b""
    check_contract(json.loads(done.stdout))


def test_it_refuses_as_a_module(tmp_path: Path) -> None:
    """The status reaches the shell, and standard error holds one line."""
    done = hippain("rank", tmp_path / "none.geojson", "--figure", "out.png", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.count(b"\n") == 1
    assert done.stderr.startswith(b"hippain: ")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="pipes break differently on Windows")
@pytest.mark.parametrize("arguments", [["list", "regions"], ["rank", str(PIRIFORMIS), "--json"]])
def test_a_reader_that_stops_is_no_failure(arguments: list[str]) -> None:
    """``hippain ... | head`` ends in silence, with status 0."""
    command = [sys.executable, "-m", "hippain_maps", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait() == 0


def test_version_says_what_the_atlas_holds(run: Run, atlas: Atlas) -> None:
    """`hippain --version` names the program, the atlas and how much is in it."""
    said = run("--version")
    assert said.exit_code == 0
    program, holds = said.stdout.splitlines()
    assert program.startswith("hippain ")
    assert holds.startswith(f"atlas {atlas.version}: ")
