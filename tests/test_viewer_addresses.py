"""What an address of the interface takes is what its document says, and nothing beside it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from viewer_client import Client, browser, error_of, spot, viewer

from hippain_maps.atlas import Atlas
from hippain_maps.viewer.app import openapi_document


@pytest.fixture
def app(world: Atlas, tmp_path: Path) -> FastAPI:
    """Return the viewer of the hand-drawn world."""
    return viewer(world, tmp_path)


@pytest.fixture
def page(app: FastAPI) -> Client:
    """Return a browser that has been let in."""
    return browser(app)


def operations(app: FastAPI) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield method, path and description of every operation."""
    for path, methods in openapi_document(app)["paths"].items():
        for method, operation in methods.items():
            yield (
                method.upper(),
                path.replace("{name}", "alpha").replace("{number}", "1"),
                operation,
            )


def test_no_address_takes_an_unknown_parameter(app: FastAPI, page: Client) -> None:
    """A parameter that an address does not take is refused before anything is done."""
    asked = list(operations(app))
    assert len(asked) > 30
    for method, path, _ in [*asked, ("GET", "/api/v1/openapi.json", {})]:
        answer = page.request(method, path, params={"surprise": "x"})
        said = error_of(answer, 422, "bad_request")
        assert "there is no parameter 'surprise'" in said, (method, path, said)
        assert answer.json()["error"]["where"] == "query.surprise"


@pytest.mark.parametrize(
    ("path", "says"),
    [
        (
            "/questions?langauge=de",
            "there is no parameter 'langauge' here, only lang, patient; did you mean 'lang'?",
        ),
        ("/chart?view=anterior", "there is no parameter 'view'; this address takes none"),
        ("/questions?lang=de&lang=fr", "query.lang: given 2 times; give it once"),
        ("/store/report?visit=1&visit=2", "query.visit: given 2 times; give it once"),
        ("/store/report?visit=1&papier=a4", "only for_patient, lang, mono, paper, visit"),
        ("/chart?a%1b%5B31m=x", "there is no parameter 'a"),
    ],
)
def test_a_parameter_that_would_change_nothing_is_refused(
    page: Client, path: str, says: str
) -> None:
    """Who misspells a parameter, or gives one twice, is told what is accepted."""
    said = error_of(page.get(f"/api/v1{path}"), 422, "bad_request")
    assert says in said
    assert said.isprintable()


def test_lists_may_be_given_piece_by_piece(page: Client) -> None:
    """A parameter that is a list is given once for each of its members."""
    for code in ("a", "b"):
        made = page.post("/api/v1/store/patients", json={"code": code, "consent": True})
        assert made.status_code == 200
    assert page.get("/api/v1/store/export?patient=a&patient=b").status_code == 200


def test_another_method_is_told_all_that_there_are(app: FastAPI, page: Client) -> None:
    """The header Allow names every method of an address, whichever of them comes first."""
    declared: dict[str, set[str]] = {}
    for method, path, _ in operations(app):
        declared.setdefault(path, set()).add(method)
    assert declared["/api/v1/work"] == {"GET", "PUT", "DELETE"}
    for path, methods in [*declared.items(), ("/", {"GET"})]:
        answer = page.request("PATCH", path)
        error_of(answer, 405, "method_not_allowed")
        assert set(answer.headers["Allow"].split(", ")) == methods


def test_a_body_is_asked_for(app: FastAPI, page: Client) -> None:
    """Where the document asks for a body, a request without one is refused and changes nothing."""
    asked = [o for o in operations(app) if "requestBody" in o[2]]
    assert len(asked) > 10
    for method, path, operation in asked:
        assert operation["requestBody"]["required"]
        needed = [p for p in operation.get("parameters", ()) if p["in"] == "query"]
        query = {p["name"]: "1" for p in needed if p.get("required")}
        answer = page.request(method, path, params=query)
        assert answer.status_code in (400, 422), (method, path, answer.text)
        if method == "PUT":
            assert "a JSON object is expected" in error_of(answer, 400, "bad_json")
    assert page.get("/api/v1/store/patients").json()["patients"] == []


def test_the_document_says_how_to_get_in(app: FastAPI) -> None:
    """The cookie is in the document, and so is what may be refused although it fits."""
    document = openapi_document(app)
    assert document["security"] == [{"cookie": []}]
    assert document["components"]["securitySchemes"]["cookie"]["name"] == "hippain_8175"
    for _, path, operation in operations(app):
        says = operation["responses"].get("422", {}).get("description", "")
        takes_a_drawing = "schemas/Drawing" in str(operation.get("requestBody"))
        assert ("`bad_drawing`" in says) == takes_a_drawing, path


@pytest.mark.parametrize(
    ("member", "value", "says"),
    [
        ("keep_until", "2026-02-30", "a date is YYYY-MM-DD"),
        ("keep_until", "20260101", "a date is YYYY-MM-DD"),
        ("keep_until", "2026-01-01T00:00:00", "a date is YYYY-MM-DD"),
        ("keep_until", 0, "a date is YYYY-MM-DD"),
        ("consent", "yes", "valid boolean"),
        ("consent", 1, "valid boolean"),
        ("code", 17, "valid string"),
        ("code", "  ", "this is blank"),
    ],
)
def test_a_member_of_another_type_is_refused(
    page: Client, member: str, value: Any, says: str
) -> None:
    """Nothing is taken for something else: no number for a date, no word for a yes."""
    given = {"code": "K-17", "consent": True} | {member: value}
    answer = page.post("/api/v1/store/patients", json=given)
    assert says in error_of(answer, 422, "bad_request")
    assert answer.json()["error"]["where"] == f"body.{member}"


@pytest.mark.parametrize(
    "given",
    [
        {"start": "drawing"},
        {"start": "last", "drawing": spot()},
        {"drawing": spot()},
    ],
    ids=["none", "beside the last", "beside an empty one"],
)
def test_a_drawing_is_given_where_a_visit_starts_with_one(
    page: Client, given: dict[str, Any]
) -> None:
    """A drawing that would not be used is refused, and so is a visit that lacks its own."""
    page.post("/api/v1/store/patients", json={"code": "K-17", "consent": True})
    answer = page.post("/api/v1/store/visits", json={"patient": "K-17"} | given)
    assert "only there" in error_of(answer, 422, "bad_request")
    assert page.get("/api/v1/store/visits?patient=K-17").json()["visits"] == []


def test_a_whole_number_may_have_a_point(page: Client) -> None:
    """JSON makes no difference between 1 and 1.0; 1.5 is none, and neither is true."""
    page.post("/api/v1/store/patients", json={"code": "K-17", "consent": True})
    number = page.post("/api/v1/store/visits", json={"patient": "K-17"}).json()["id"]
    assert page.put("/api/v1/store/open", json={"visit": float(number)}).status_code == 200
    for odd in (number + 0.5, True, 2**53):
        error_of(page.put("/api/v1/store/open", json={"visit": odd}), 422, "bad_request")


def test_what_is_well_written_and_cannot_be_is_told_apart(page: Client) -> None:
    """A date that is none, and lists of two lengths, are refused for their meaning."""
    page.post("/api/v1/store/patients", json={"code": "a", "consent": True})
    said = error_of(
        page.get("/api/v1/store/visits?patient=a&before=2026-02-30:1"), 422, "bad_value"
    )
    assert "no such date" in said
    answer = page.post("/api/v1/store/import?old=a&old=b&new=c", content=b"PK")
    assert "2 old and 1 new" in error_of(answer, 422, "bad_value")
