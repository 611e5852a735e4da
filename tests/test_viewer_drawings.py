"""What the viewer says of a drawing: its ranking, a figure of it, whether it can be used."""

from __future__ import annotations

import json
from typing import Any

import pytest
from viewer_client import EMPTY, Client, browser, error_of, spot, viewer
from worlds import EXAMPLES, check_contract

from hippain_maps.atlas import Atlas
from hippain_maps.combination import combination
from hippain_maps.drawing import PainDrawing
from hippain_maps.questions import ask_next
from hippain_maps.ranking import rank
from hippain_maps.reasons import reasons
from hippain_maps.screening import red_flags
from hippain_maps.viewer import answers
from hippain_maps.viewer.ranking_data import QUESTIONS, Ranker
from hippain_maps.viewer.rates import Rate

PIRIFORMIS = (EXAMPLES / "piriformis.geojson").read_bytes()
ONLY_IN_FILES = {"regions", "unexplained", "measures", "pack"}


@pytest.fixture(autouse=True)
def _no_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Rate, "take", lambda self: None)


@pytest.fixture(scope="module")
def client(atlas: Atlas, tmp_path_factory: pytest.TempPathFactory) -> Client:
    """Return a browser in front of the viewer of the shipped atlas."""
    return browser(viewer(atlas, tmp_path_factory.mktemp("work")))


def ranked(client: Client, body: bytes | dict[str, Any] = PIRIFORMIS, query: str = "") -> Any:
    """Return a ranking that must be there."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    answer = client.post(f"/api/v1/rank{query}", content=content)
    assert answer.status_code == 200, answer.text
    data = answer.json()
    answers.RankingOut.model_validate(data)
    return data


# --- The ranking ---------------------------------------------------------------------------------


def test_a_ranking_is_that_of_the_command_line(client: Client, atlas: Atlas) -> None:
    """Nothing is lost or changed on the way, and the contract of the file holds."""
    data = ranked(client, query="?top=3")
    check_contract(data)
    plain = rank(PainDrawing.from_geojson(PIRIFORMIS), atlas)
    wanted = json.loads(json.dumps(plain.to_dict(top=3)))
    for name in set(wanted) - {"candidates", "differential", "red_flags", "clues"}:
        assert data[name] == wanted[name]
    for name in ("candidates", "differential"):
        assert len(data[name]) == 3
        for given, candidate in zip(data[name], wanted[name], strict=True):
            assert {key: given[key] for key in candidate} == candidate
    assert data["combination"]["says"] == str(combination(plain))
    questions = ask_next(plain, most=QUESTIONS)
    assert [q["text"] for q in data["ask_next"]] == [q.text for q in questions]
    assert "empty" not in data


def test_each_candidate_has_its_reasons(client: Client, atlas: Atlas) -> None:
    """Areas in words with how much of them was drawn, and trigger points with their names."""
    data = ranked(client)
    plain = rank(PainDrawing.from_geojson(PIRIFORMIS), atlas)
    for given, candidate in zip(data["candidates"], plain.candidates, strict=False):
        found = reasons(candidate, atlas.body)
        told = given["reasons"]
        assert [area["name"] for area in told["explained"]] == [a.name for a in found.explained]
        assert [area["name"] for area in told["missing"]] == [a.name for a in found.missing]
        assert told["unseen"] == [a.name for a in found.unseen]
        assert [p["id"] for p in given["points"]] == given["trigger_points"]
        assert given["confidence"] == candidate.source.pattern_evidence.confidence
    assert data["candidates"][0]["reasons"]["explained"][0]["skin_cm2"] > 0


def test_the_parts_make_the_whole(client: Client) -> None:
    """What a stroke changes comes first, without what only files need; the rest can be fetched."""
    whole = ranked(client)
    first, more = ranked(client, query="?parts=ranking"), ranked(client, query="?parts=more")
    assert set(more) == {"ask_next", "combination", "reasons"}
    assert set(first) == set(whole) - {"ask_next", "combination"}
    told = more.pop("reasons")
    for name, value in (first | more).items():
        if name in ("candidates", "differential"):
            left_out = [
                {key: entry[key] for key in entry if key not in ONLY_IN_FILES}
                for entry in whole[name]
            ]
            with_reasons = [
                entry | {"reasons": told[f"{entry['source']}:{entry['side']}"]} for entry in value
            ]
            assert with_reasons == left_out
        else:
            assert value == whole[name]


@pytest.mark.parametrize("lang", ["de", "fr", "es", "la"])
def test_a_ranking_speaks_the_language(client: Client, atlas: Atlas, lang: str) -> None:
    """Names, red flags and clues are translated; ids and numbers stay."""
    drawing = json.loads(PIRIFORMIS)
    drawing.setdefault("hippain", {})["answers"] = {"worse_sitting": "yes"}
    english, told = ranked(client, drawing), ranked(client, drawing, f"?lang={lang}")
    best = told["candidates"][0]
    assert best["name"] == atlas.sources[best["source"]].name_in(lang)
    assert best["probability"] == english["candidates"][0]["probability"]
    for given, flag in zip(told["red_flags"], english["red_flags"], strict=True):
        wanted = atlas.red_flags[flag["id"]]
        assert given["question"] == wanted.ask.get(lang, wanted.ask["en"])
        assert given["action"] == wanted.action.get(lang, wanted.action["en"])
        assert given["heading"]
    for clue in told["clues"]:
        said = atlas.clues[clue["id"]].says
        assert clue["says"] == said.get(lang, said["en"])
    assert "worse_sitting" in {clue["id"] for clue in told["clues"]}


def test_answers_and_findings_travel_with_the_drawing(client: Client) -> None:
    """A yes to a red flag is raised at once; what the library does not know is noted."""
    drawing = json.loads(PIRIFORMIS)
    drawing.setdefault("hippain", {})["answers"] = {"new_weakness": "yes", "no_such_thing": "yes"}
    data = ranked(client, drawing)
    assert data["red_flags"][0]["id"] == "new_weakness"
    assert data["red_flags"][0]["raised"]
    assert any("no_such_thing" in note for note in data["drawing"]["notes"])


def test_a_finding_of_palpation_moves_its_muscle(client: Client) -> None:
    """A trigger point that brings on the pain speaks for its muscle and side."""
    drawing = json.loads(PIRIFORMIS)
    second = ranked(client, drawing)["candidates"][1]
    point = f"{second['side']}:{second['source']}:{second['points'][0]['id']}"
    drawing.setdefault("hippain", {})["palpation"] = {point: "familiar"}
    data = ranked(client, drawing)
    (finding,) = data["palpation"]
    assert finding["id"] == point
    (moved,) = [
        c
        for c in data["candidates"]
        if (c["source"], c["side"]) == (second["source"], second["side"])
    ]
    assert moved["probability"] > second["probability"]


@pytest.mark.parametrize(
    "drawing", [EMPTY, spot(0, 170), spot(-10, 90, intensity=0)], ids=["none", "head", "no pain"]
)
def test_a_drawing_without_mapped_pain_is_no_error(
    client: Client, atlas: Atlas, drawing: dict[str, Any]
) -> None:
    """There is nothing to rank, and the red flags are asked all the same."""
    data = ranked(client, drawing)
    assert data["empty"] is True
    assert "nothing to rank" in data["message"]
    assert data["candidates"] == data["differential"] == data["ask_next"] == []
    flags = red_flags(PainDrawing.from_geojson(drawing), atlas)
    assert [flag["id"] for flag in data["red_flags"]] == [state.flag.id for state in flags]
    assert data["combination"]["sources"] == []
    more = ranked(client, drawing, "?parts=more")
    assert more["empty"] is True


def test_a_ranking_is_made_once(atlas: Atlas, monkeypatch: pytest.MonkeyPatch) -> None:
    """What follows a ranking re-uses it, and nothing is remembered longer than it must be."""
    made = []

    def counted(drawing: PainDrawing, atlas: Atlas) -> Any:
        made.append(drawing)
        return rank(drawing, atlas)

    monkeypatch.setattr("hippain_maps.viewer.ranking_data.rank", counted)
    ranker = Ranker(atlas)
    ranker.data(PIRIFORMIS, top=8, language="en", parts="ranking")
    ranker.data(PIRIFORMIS, top=8, language="de", parts="more")
    assert len(made) == 1
    ranker.forget()
    ranker.ranked(PIRIFORMIS)
    assert len(made) == 2
    for number in range(6):
        ranker.ranked(json.dumps(spot(-10, 90 - number)).encode())
    ranker.ranked(PIRIFORMIS)
    assert len(made) == 9


# --- The figure, and the check -------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["png", "svg", "pdf"])
def test_a_ranking_can_be_saved_as_a_figure(client: Client, kind: str) -> None:
    """The file has the kind that was asked for."""
    answer = client.post(f"/api/v1/figure?format={kind}&theme=grey", content=PIRIFORMIS)
    assert answer.status_code == 200
    assert answer.headers["content-disposition"] == f'attachment; filename="ranking.{kind}"'
    assert answer.content[:5] in (b"\x89PNG\r", b"<?xml", b"%PDF-")


def test_there_is_no_figure_of_nothing(client: Client) -> None:
    """It says what to do instead of drawing an empty page."""
    answer = client.post("/api/v1/figure", json=EMPTY)
    assert "mark pain" in error_of(answer, 422, "bad_drawing")


def test_a_file_is_checked_before_it_is_opened(client: Client) -> None:
    """It comes back as it was understood, with unknown members and what had to be decided."""
    bow_tie = spot(name="kept")
    bow_tie["features"][0]["geometry"] = {
        "type": "Polygon",
        "coordinates": [[[-12, 90], [-8, 94], [-8, 90], [-12, 94], [-12, 90]]],
    }
    bow_tie["mine"] = {"also": "kept"}
    answer = client.post("/api/v1/check", json=bow_tie)
    told = answers.CheckOut.model_validate(answer.json())
    assert told.drawing["mine"] == {"also": "kept"}
    assert told.drawing["features"][0]["properties"]["name"] == "kept"
    assert told.drawing["hippain"]["frame"] == "hippain-175"
    assert told.notes
    assert not told.empty
    assert client.post("/api/v1/check", json=EMPTY).json()["empty"]
