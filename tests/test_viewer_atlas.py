"""What the viewer tells of the atlas: chart, sources, patterns, figures, places, questions."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest
import shapely
from fastapi.openapi.models import OpenAPI
from viewer_client import Client, browser, error_of, spot, viewer

from hippain_maps.atlas import Atlas
from hippain_maps.geometry import VIEWS
from hippain_maps.plotting.pattern import views_that_matter
from hippain_maps.plotting.zones import pattern_shapes
from hippain_maps.viewer import atlas_answers as answers
from hippain_maps.viewer.paths import line_of, path_of
from hippain_maps.viewer.rates import Rate

NUMBER = r"-?\d+(?:\.\d+)?"
PATH = re.compile(rf"(?:M{NUMBER}(?: {NUMBER})*Z?)*")


@pytest.fixture(scope="module")
def client(atlas: Atlas, tmp_path_factory: pytest.TempPathFactory) -> Client:
    """Return a browser in front of the viewer of the shipped atlas."""
    return browser(viewer(atlas, tmp_path_factory.mktemp("work")))


def data_of(client: Client, path: str) -> Any:
    """Return the JSON of an answer that must be there."""
    answer = client.get(f"/api/v1{path}")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/json"
    return answer.json()


def rings(path: str) -> list[np.ndarray[Any, Any]]:
    """Return the points of each ring of path data."""
    assert PATH.fullmatch(path), path[:80]
    parts = re.findall(r"M([^MZ]+)", path)
    return [np.array(part.split(), dtype=float).reshape(-1, 2) for part in parts]


def area_of(path: str) -> float:
    """Return the area of path data; holes wind the other way."""
    total = 0.0
    for xy in rings(path):
        x, y = xy.T
        total += float((x * np.roll(y, -1) - y * np.roll(x, -1)).sum() / 2)
    return abs(total)


# --- The chart ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def chart(client: Client) -> answers.ChartOut:
    """Return the chart that the page gets."""
    return answers.ChartOut.model_validate(data_of(client, "/chart"))


def test_the_chart_holds_every_view_and_region(chart: answers.ChartOut, atlas: Atlas) -> None:
    """Each region is in each view that shows it, with its name and its area."""
    assert [view.view for view in chart.views] == list(VIEWS)
    assert chart.atlas == atlas.version
    body = atlas.body
    for view in chart.views:
        shown = body.charts[view.view]
        assert [region.id for region in view.regions] == [body.sided[i] for i in shown.index]
        for region in view.regions:
            assert region.name == body.label(region.id)
            assert region.area in chart.areas


def test_the_chart_keeps_its_shape(chart: answers.ChartOut, atlas: Atlas) -> None:
    """Fewer points, the same shapes: sizes and places differ by what nobody can see."""
    for view in chart.views:
        shown = atlas.body.charts[view.view]
        assert area_of(view.charted) == pytest.approx(shown.charted.area, rel=2e-3)
        assert area_of(view.outline) == pytest.approx(shown.figure.area, rel=2e-3)
        assert view.bounds == pytest.approx(shown.figure.bounds, abs=0.01)
        assert len(view.hints) == len(shown.hints)
        assert len(rings(view.outline)) >= 1
        for region, polygon in zip(view.regions, shown.polygons, strict=True):
            assert shapely.buffer(polygon, 0.1).covers(shapely.Point(region.at))
            assert area_of(region.path) == pytest.approx(polygon.area, rel=0.05, abs=0.1)
        whole = sum(area_of(region.path) for region in view.regions)
        assert whole == pytest.approx(area_of(view.charted), rel=1e-3)


def test_sides_are_the_patients(chart: answers.ChartOut) -> None:
    """The letters stand where a person facing the viewer, or turned away, has that side."""
    edges = {view.view: view.left_edge for view in chart.views}
    assert edges == {
        "anterior": "right",
        "posterior": "left",
        "left_lateral": None,
        "right_lateral": None,
        "plantar": "right",
        "dorsal": "left",
        "perineal": "right",
    }
    shows = {view.view: view.shows for view in chart.views if view.shows != "both"}
    assert shows == {"left_lateral": "left", "right_lateral": "right"}
    assert chart.views[0].letters["de"] == {"left": "L", "right": "R"}


def test_the_chart_is_small(client: Client) -> None:
    """It comes packed to those who can unpack it, and plain to others."""
    packed = client.get("/api/v1/chart")
    plain = client.get("/api/v1/chart", headers={"Accept-Encoding": "identity"})
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert packed.json() == plain.json()
    assert len(plain.content) < 330_000
    assert int(packed.headers["content-length"]) == len(gzip.compress(plain.content, 6, mtime=0))
    assert int(packed.headers["content-length"]) < 90_000


def test_paths_leave_holes_open() -> None:
    """A hole winds against its shell, and an empty shape has an empty path."""
    ring = shapely.box(0, 0, 10, 10) - shapely.box(4, 4, 6, 6)
    assert area_of(path_of(ring)) == 96
    assert path_of(shapely.Polygon()) == ""
    two = shapely.MultiPolygon([shapely.box(0, 0, 1, 1), shapely.box(5, 5, 6, 6)])
    assert len(rings(path_of(two))) == 2
    assert line_of(np.array([[0, -0.001], [5, 5]])) == "M0 0 5 5"


# --- Sources -----------------------------------------------------------------------------------


def test_all_sources_and_sets_are_listed(client: Client, atlas: Atlas) -> None:
    """In the order of the atlas, with every name one may search for."""
    listed = answers.SourcesOut.model_validate(data_of(client, "/sources"))
    assert [source.id for source in listed.sources] == list(atlas.sources)
    assert [ready.id for ready in listed.sets] == list(atlas.sets)
    for given in listed.sources:
        source = atlas.sources[given.id]
        assert bool(given.trigger_points) == source.is_muscle
        assert given.core == bool(source.core)
        assert given.frequencies == (source.frequencies is not None)


def test_everything_on_each_source_is_told(client: Client, atlas: Atlas) -> None:
    """Each source answers in full, and every citation that it names is there."""
    for source in atlas.sources.values():
        data = data_of(client, f"/sources/{source.id}")
        told = answers.SourceDetail.model_validate(data)
        assert told.summary == source.summary
        assert [p.id for p in told.trigger_points] == [p.id for p in source.trigger_points]
        assert len(told.clues) == len(source.clues)
        listed = {citation.key for citation in told.citations}
        assert set(told.pattern.citations) <= listed
        for point in told.trigger_points:
            assert {*point.spot.citations, *point.zones_evidence.citations} <= listed
            assert any(point.zones.values()) or source.frequencies


def test_a_source_answers_to_any_of_its_names(client: Client) -> None:
    """Synonyms lead to the source; clues come in the language that is asked for."""
    assert data_of(client, "/sources/QL")["id"] == "quadratus_lumborum"
    english = data_of(client, "/sources/piriformis")["clues"]
    german = data_of(client, "/sources/piriformis?lang=de")["clues"]
    assert [clue["id"] for clue in english] == [clue["id"] for clue in german]
    assert english != german


@pytest.mark.parametrize(
    ("path", "hint"),
    [
        ("/sources/piriforms", "did you mean 'piriformis'?"),
        ("/sources/piriforms/pattern", "did you mean 'piriformis'?"),
        ("/sources/piriforms/figure", "did you mean 'piriformis'?"),
        ("/sources/piriformis/pattern?points=trp9", "no trigger point of piriformis"),
        ("/places/grion", "did you mean 'groin'?"),
        ("/sources/%0A%1B[31m", "\\n"),
    ],
)
def test_an_unknown_name_is_said_with_the_nearest(client: Client, path: str, hint: str) -> None:
    """The refusal names what was meant, in printable words."""
    message = error_of(client.get(f"/api/v1{path}"), 404, "unknown_name")
    assert hint in message
    assert message.isprintable()


# --- Patterns and figures ----------------------------------------------------------------------


@pytest.mark.parametrize("name", ["gluteus_minimus", "sacroiliac_joint", "l5_root"])
@pytest.mark.parametrize("side", ["left", "right"])
def test_a_pattern_is_that_of_the_figures(
    client: Client, atlas: Atlas, name: str, side: Any
) -> None:
    """The same shapes, dots and crosses as in a figure, in every view that shows any."""
    source = atlas.sources[name]
    data = data_of(client, f"/sources/{name}/pattern?side={side}")
    told = answers.PatternOut.model_validate(data)
    points = source.trigger_points
    assert told.matters == list(views_that_matter(atlas, points, side, source))
    assert set(told.matters) <= set(told.views)
    for view in VIEWS:
        shapes = pattern_shapes(atlas.body, points, side, view, source)
        assert (view in told.views) == (bool(shapes.marks) or not shapes.is_empty)
        if view in told.views:
            shown = told.views[view]
            assert area_of(shown.essential) == pytest.approx(shapes.essential.area, rel=0.02, abs=1)
            assert area_of(shown.core) == pytest.approx(shapes.core.area, rel=0.02, abs=1)
            assert len(shown.spillover) == len(shapes.spillover)
            assert len(shown.frequent) == len(shapes.frequent)
            assert {c.point for c in shown.crosses} == set(shapes.marks)


def test_some_trigger_points_can_be_chosen(client: Client, atlas: Atlas) -> None:
    """Their joint pattern is smaller than that of all."""
    first, *others = atlas.sources["gluteus_minimus"].trigger_points
    assert others
    one = data_of(client, f"/sources/gluteus_minimus/pattern?points={first.id}")
    crosses = {c["point"] for shapes in one["views"].values() for c in shapes["crosses"]}
    assert crosses == {first.id}
    both = ",".join(p.id for p in (first, *others))
    whole = data_of(client, "/sources/gluteus_minimus/pattern")
    assert data_of(client, f"/sources/gluteus_minimus/pattern?points={both}") == whole
    assert data_of(client, "/sources/gluteus_minimus/pattern?points=") == whole


@pytest.mark.parametrize(
    ("kind", "media", "start"),
    [
        ("png", "image/png", b"\x89PNG"),
        ("svg", "image/svg+xml", b"<?xml"),
        ("pdf", "application/pdf", b"%PDF-"),
    ],
)
def test_a_pattern_can_be_saved_as_a_figure(
    client: Client, kind: str, media: str, start: bytes
) -> None:
    """The file is what it says, and has a name to be saved under."""
    answer = client.get(
        f"/api/v1/sources/QL/figure?side=right&format={kind}&theme=dark&labels=de&anatomy=1"
    )
    assert answer.status_code == 200
    assert answer.headers["content-type"] == media
    wanted = f'attachment; filename="quadratus_lumborum-right.{kind}"'
    assert answer.headers["content-disposition"] == wanted
    assert answer.content.startswith(start)


# --- Places and questions ----------------------------------------------------------------------


def test_a_place_tells_what_refers_to_it(client: Client, atlas: Atlas) -> None:
    """Every region and group that has referrals tells them, the essential ones first."""
    for name in ("greater_trochanter", "buttock_middle", "heel"):
        told = answers.PlaceOut.model_validate(data_of(client, f"/places/{name}"))
        assert told.regions == list(atlas.body.members(name))
        assert told.referrals
    sources = [r.source for r in told.referrals]
    assert len(sources) == len(set(sources))


@pytest.mark.parametrize("lang", ["en", "la", "de", "fr", "es"])
def test_every_question_can_be_asked(client: Client, atlas: Atlas, lang: str) -> None:
    """Clues and red flags in the language asked for, English where there is none."""
    told = answers.QuestionsOut.model_validate(data_of(client, f"/questions?lang={lang}"))
    assert [flag.id for flag in told.red_flags] == list(atlas.red_flags)
    assert {clue.id for clue in told.clues} == {c.id for c in atlas.clues.values() if not c.seen}
    assert all(flag.ask and flag.action and flag.heading for flag in told.red_flags)
    if lang == "de":
        assert "Warnzeichen".upper() in (told.red_flags[0].heading or "").upper()


def test_a_patient_is_asked_little(client: Client, atlas: Atlas) -> None:
    """The core questions alone: no clues, no diseases, no orders."""
    data = data_of(client, "/questions?patient=1&lang=fr")
    told = answers.QuestionsOut.model_validate(data)
    assert told.clues == []
    assert [f.id for f in told.red_flags] == [f.id for f in atlas.red_flags.values() if f.core]
    assert all(not flag.means and not flag.action for flag in told.red_flags)


# --- The OpenAPI document ----------------------------------------------------------------------


def test_the_openapi_document_is_valid(client: Client) -> None:
    """It is OpenAPI 3.1, every reference leads somewhere, and every schema is one."""
    document = data_of(client, "/openapi.json")
    assert document["openapi"].startswith("3.1")
    schemas = document["components"]["schemas"]
    # The schema of the drawing file uses words of JSON Schema that older models do not know.
    plain = {name: schema for name, schema in schemas.items() if name != "Drawing"}
    OpenAPI.model_validate(document | {"components": {"schemas": plain}})
    for reference in re.findall(r'"\$ref": "([^"]+)"', json.dumps(document)):
        found: Any = document
        for part in reference.removeprefix("#/").split("/"):
            found = found[part]
    for schema in schemas.values():
        jsonschema.Draft202012Validator.check_schema(schema)
    operations = [op for path in document["paths"].values() for op in path.values()]
    names = [operation["operationId"] for operation in operations]
    assert len(set(names)) == len(names) >= 17
    for operation in operations:
        assert operation["description"]
        assert operation["responses"]["4XX"]
    drawing = {"$ref": "#/components/schemas/Drawing", "components": document["components"]}
    jsonschema.Draft202012Validator(drawing).validate(spot())
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(drawing).validate(spot(view="nowhere"))


def test_the_document_names_every_address(client: Client) -> None:
    """What other programs may use is under one versioned path."""
    document = data_of(client, "/openapi.json")
    assert all(path.startswith("/api/v1/") for path in document["paths"])
    assert {"/api/v1/rank", "/api/v1/sources/{name}/figure", "/api/v1/chart"} <= set(
        document["paths"]
    )


@pytest.fixture(autouse=True)
def _no_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Rate, "take", lambda self: None)


def test_the_folder_of_the_page_is_in_the_package() -> None:
    """The page ships with the package, not beside it."""
    assert Path(answers.__file__).with_name("static").is_dir()
