"""What is sent to the viewer: every unusable body is a plain refusal, and the viewer stays up."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from viewer_client import EMPTY, Client, browser, error_of, spot, viewer

from hippain_maps._limits import MAX_DRAWING_BYTES, MAX_VERTICES
from hippain_maps.atlas import Atlas
from hippain_maps.viewer.faults import Refusal
from hippain_maps.viewer.guard import MAX_BODY
from hippain_maps.viewer.rates import Rate

TAKES_A_DRAWING = ["/api/v1/rank", "/api/v1/check", "/api/v1/figure"]


@pytest.fixture(scope="module")
def app(world: Atlas, tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    """Return the viewer of the hand-drawn world."""
    return viewer(world, tmp_path_factory.mktemp("work"))


@pytest.fixture
def client(app: FastAPI, monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    """Return a browser that is never too fast; after each test the viewer still ranks."""
    monkeypatch.setattr(Rate, "take", lambda self: None)
    client = browser(app)
    yield client
    answer = client.post("/api/v1/rank", json=spot())
    assert answer.status_code == 200
    assert answer.json()["candidates"]


def line(points: int) -> bytes:
    """Return a drawing of one stroke with so many points, as short as it can be written."""
    place = ",".join(["[1,2]"] * points)
    return (
        '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"view":"posterior"},'
        f'"geometry":{{"type":"LineString","coordinates":[{place}]}}}}]}}'
    ).encode()


BAD: list[tuple[str, bytes, int, str]] = [
    ("empty", b"", 400, "bad_json"),
    ("blank", b"  \n", 400, "bad_json"),
    ("half", b'{"type": "FeatureCollection", "features": [', 400, "bad_json"),
    ("words", b"not JSON", 400, "bad_json"),
    ("binary", b"\xff\xfe\x00", 400, "bad_json"),
    ("twice", b'{"type": "FeatureCollection", "type": "FeatureCollection"}', 400, "bad_json"),
    ("deep", b"[" * 100_000, 400, "bad_json"),
    ("deep and closed", b"[" * 50_000 + b"]" * 50_000, 400, "bad_json"),
    ("digits", b'{"type": ' + b"9" * 10_000 + b"}", 400, "bad_json"),
    ("null", b"null", 422, "bad_drawing"),
    ("list", b"[]", 422, "bad_drawing"),
    ("other", b'{"type": "Point", "coordinates": [1, 2]}', 422, "bad_drawing"),
    ("NaN", json.dumps(spot(float("nan"))).encode(), 422, "bad_drawing"),
    ("infinite", json.dumps(spot(float("inf"))).encode(), 422, "bad_drawing"),
    ("off the chart", json.dumps(spot(1e9)).encode(), 422, "bad_drawing"),
    ("view", json.dumps(spot(view="postrior")).encode(), 422, "bad_drawing"),
    ("frame", b'{"type": "FeatureCollection", "hippain": {"frame": "x"}, "features": []}', 422, ""),
    ("points", line(MAX_VERTICES + 1), 422, "bad_drawing"),
    ("a million points", line(1_000_000), 413, "too_large"),
    ("large", b" " * (MAX_BODY + 1), 413, "too_large"),
    ("just too large", b" " * MAX_DRAWING_BYTES + b"{}", 400, "bad_json"),
]


@pytest.mark.parametrize("path", TAKES_A_DRAWING)
@pytest.mark.parametrize(
    ("body", "status", "code"), [bad[1:] for bad in BAD], ids=[bad[0] for bad in BAD]
)
def test_an_unusable_drawing_is_refused(
    client: Client, path: str, body: bytes, status: int, code: str
) -> None:
    """Whatever is wrong with it, the answer is one sentence in the one shape."""
    error_of(client.post(path, content=body), status, code or "bad_drawing")


def test_the_refusal_says_where(client: Client) -> None:
    """The place in the drawing is named, and the nearest word that would be right."""
    answer = client.post("/api/v1/rank", json=spot(view="postrior"))
    assert "did you mean 'posterior'?" in error_of(answer, 422, "bad_drawing")
    assert answer.json()["error"]["where"] == "features[0].properties.view"


@pytest.mark.parametrize("path", [*TAKES_A_DRAWING, "/api/v1/patient"])
def test_a_body_of_unknown_length_is_counted_as_it_comes(client: Client, path: str) -> None:
    """What is sent in pieces meets the same cap, and is read no further than a few times that."""
    sent = 0

    def pieces() -> Iterator[bytes]:
        nonlocal sent
        while sent < 100 * MAX_BODY:
            sent += 100_000
            yield b" " * 100_000

    error_of(client.post(path, chunks=pieces()), 413, "too_large")
    assert sent < 10 * MAX_BODY


@pytest.mark.parametrize("length", [str(MAX_BODY + 1), "9" * 30, "-1", "x", "1e3", ""])
def test_a_declared_length_is_believed_only_when_it_refuses(client: Client, length: str) -> None:
    """A length that is too large, or no length at all, is refused before anything is read."""
    answer = client.post("/api/v1/rank", chunks=[b"{}"], headers={"Content-Length": length})
    error_of(answer, 413, "too_large")


def test_a_short_declared_length_hides_nothing(client: Client) -> None:
    """What comes is counted, not what was announced."""
    answer = client.post(
        "/api/v1/rank",
        chunks=[b" " * 1_000_000] * 6,
        headers={"Content-Length": "10"},
    )
    error_of(answer, 413, "too_large")


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "where"),
    [
        ("PUT", "/api/v1/work", b"{", 400, None),
        ("PUT", "/api/v1/work", b"[" * 10_000, 400, None),
        ("PUT", "/api/v1/work", b"[]", 422, "body"),
        ("PUT", "/api/v1/work", b"{}", 422, "body.drawing"),
        ("PUT", "/api/v1/work", {"drawing": EMPTY}, 422, "body.revision"),
        ("PUT", "/api/v1/work", {"drawing": EMPTY, "revision": "1"}, 422, "body.revision"),
        ("PUT", "/api/v1/work", {"drawing": EMPTY, "revision": -1}, 422, "body.revision"),
        ("PUT", "/api/v1/work", {"drawing": [], "revision": 0}, 422, "body.drawing"),
        ("PUT", "/api/v1/work", {"drawing": {}, "revision": 0}, 422, "drawing.type"),
        ("PUT", "/api/v1/work", {"drawing": EMPTY, "revision": 0, "x": 1}, 422, "body.x"),
        ("POST", "/api/v1/patient", b"", 400, None),
        ("POST", "/api/v1/patient", {"code": "123"}, 422, "body.code"),
        ("POST", "/api/v1/patient", {"code": "1" * 13}, 422, "body.code"),
        ("POST", "/api/v1/patient", {"code": 1234}, 422, "body.code"),
        ("POST", "/api/v1/patient", {"code": "1234", "lang": "la"}, 422, "body.lang"),
        ("POST", "/api/v1/patient/leave", {}, 422, "body.code"),
    ],
)
def test_other_bodies_are_checked_as_well(
    client: Client, method: str, path: str, body: Any, status: int, where: str | None
) -> None:
    """The member that does not fit is named, and its value is not repeated."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    answer = client.request(method, path, content=content)
    if status == 400:
        error_of(answer, 400, "bad_json")
    else:
        message = error_of(
            answer, 422, "bad_request" if (where or "").startswith("body") else "bad_drawing"
        )
        assert "1111" not in message
    assert answer.json()["error"]["where"] == where


@pytest.mark.parametrize(
    ("path", "where"),
    [
        ("/api/v1/rank?top=0", "query.top"),
        ("/api/v1/rank?top=201", "query.top"),
        ("/api/v1/rank?top=many", "query.top"),
        ("/api/v1/rank?lang=xx", "query.lang"),
        ("/api/v1/rank?parts=some", "query.parts"),
        ("/api/v1/figure?format=gif", "query.format"),
        ("/api/v1/figure?theme=pink", "query.theme"),
    ],
)
def test_parameters_are_checked(client: Client, path: str, where: str) -> None:
    """A parameter that is not accepted is named."""
    answer = client.post(path, json=spot())
    error_of(answer, 422, "bad_request")
    assert answer.json()["error"]["where"] == where


# --- How often ---------------------------------------------------------------------------------


def test_figures_and_rankings_have_a_pace(world: Atlas, tmp_path_factory: Any) -> None:
    """Who asks much too fast is told when to come back, and nothing else suffers."""
    client = browser(viewer(world, tmp_path_factory.mktemp("work")))
    refused = None
    for _ in range(200):
        answer = client.post("/api/v1/rank", content=b"{")
        if answer.status_code == 429:
            refused = answer
            break
    assert refused is not None
    assert "ask again in 1 s" in error_of(refused, 429, "too_fast")
    assert refused.headers["retry-after"] == "1"
    assert client.get("/api/v1/chart").status_code == 200


def test_a_pace_recovers() -> None:
    """After a burst, requests are let through at the steady pace, and no burst is saved up."""
    now = 0.0
    rate = Rate("figures", burst=3, per_second=2, clock=lambda: now)

    def passed() -> int:
        for count in range(100):
            try:
                rate.take()
            except Refusal:
                return count
        return 100

    assert passed() == 3
    now = 0.6
    assert passed() == 1
    now = 1000.0
    assert passed() == 3
