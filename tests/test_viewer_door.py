"""The door of the viewer: who is let in, what every answer carries, how faults end."""

from __future__ import annotations

import asyncio
import logging
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from viewer_client import COOKIE, ORIGIN, PORT, SECRET, browser, error_of, spot, stranger, viewer

from hippain_maps.atlas import Atlas
from hippain_maps.viewer import page
from hippain_maps.viewer.guard import HEADERS, MAX_BODY
from hippain_maps.viewer.sessions import Sessions

CHART = "/api/v1/chart"
RANK = "/api/v1/rank"


@pytest.fixture(scope="module")
def app(world: Atlas, tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    """Return the viewer of the hand-drawn world; every test opens it anew."""
    return viewer(world, tmp_path_factory.mktemp("work"))


# --- The secret and the cookie -----------------------------------------------------------------


def test_the_link_is_exchanged_for_a_cookie(app: FastAPI) -> None:
    """The opening link sets a cookie that no script and no other site can use, and leads on."""
    client = stranger(app)
    answer = client.get("/", params={"key": SECRET})
    assert answer.status_code == 303
    assert answer.headers["location"] == "/"
    (morsel,) = SimpleCookie(answer.headers["set-cookie"]).values()
    assert morsel.key == COOKIE
    assert morsel["httponly"]
    assert morsel["samesite"].lower() == "strict"
    assert morsel["path"] == "/"
    assert not morsel["domain"]
    assert SECRET not in answer.headers["set-cookie"]
    assert client.get(CHART).status_code == 200


def test_each_browser_gets_a_cookie_of_its_own(app: FastAPI) -> None:
    """Two browsers share nothing that one could give away of the other."""
    first, second = browser(app), browser(app)
    assert first.cookies[COOKIE] != second.cookies[COOKIE]


@pytest.mark.parametrize("key", ["", "wrong", SECRET[:-1], SECRET + "x", "ü", SECRET.upper()])
def test_a_wrong_key_opens_nothing(app: FastAPI, key: str) -> None:
    """Without the whole secret there is a plain page, no cookie, and the interface is closed."""
    client = stranger(app)
    answer = client.get("/", params={"key": key})
    assert answer.status_code == 401
    assert "set-cookie" not in answer.headers
    assert "hippain view" in answer.text
    error_of(client.get(CHART), 401, "no_cookie")


def test_a_key_for_one_opening_opens_once(app: FastAPI) -> None:
    """The link that the program opens itself can be seen by others, so it works one time."""
    key = app.state.sessions.key_for_one_opening()
    assert stranger(app).get("/", params={"key": key}).status_code == 303
    assert stranger(app).get("/", params={"key": key}).status_code == 401
    assert stranger(app).get("/", params={"key": SECRET}).status_code == 303


@pytest.mark.parametrize("path", [CHART, "/api/v1/nothing", "/api/v1/openapi.json", "/api/"])
def test_the_interface_is_closed_without_a_cookie(app: FastAPI, path: str) -> None:
    """What exists and what does not look alike from outside."""
    error_of(stranger(app).get(path), 401, "no_cookie")


@pytest.mark.parametrize("path", ["/", "/static/index.html", "/nothing", "/favicon.ico", "/docs"])
def test_the_page_is_closed_without_a_cookie(app: FastAPI, path: str) -> None:
    """Outside the interface there is a plain page that says how to get in."""
    answer = stranger(app).get(path)
    assert answer.status_code == 401
    assert answer.headers["content-type"].startswith("text/html")
    assert "Open the link" in answer.text


@pytest.mark.parametrize("cookie", ["", "x", SECRET, "a" * 5000, "ü"])
def test_an_invented_cookie_opens_nothing(app: FastAPI, cookie: str) -> None:
    """A cookie is known or worthless; the secret itself is none."""
    answer = stranger(app).get(CHART, headers={"Cookie": f"{COOKIE}={cookie}".encode()})
    error_of(answer, 401, "no_cookie")


def test_cookies_of_other_servers_do_no_harm(app: FastAPI) -> None:
    """Every port of the machine shares its cookies, odd ones too."""
    client = browser(app)
    odd = f"""hippain_9=x; a[b]='"; {{}}; {COOKIE}={client.cookies[COOKIE]}; é=1"""
    answer = stranger(app).get(CHART, headers={"Cookie": odd.encode()})
    assert answer.status_code == 200


def test_few_browsers_are_remembered() -> None:
    """A link that is opened again and again fills no memory; the first browser goes first."""
    sessions = Sessions("secret")
    tokens = [sessions.open() for _ in range(80)]
    assert sessions.find(tokens[0]) is None
    assert sessions.find(tokens[-1]) is not None


# --- Host and Origin ---------------------------------------------------------------------------


def test_both_names_of_this_machine_are_answered(app: FastAPI) -> None:
    """127.0.0.1 and localhost are the same place."""
    client = browser(app)
    cookie = {"Cookie": f"{COOKIE}={client.cookies[COOKIE]}"}
    for name in (f"127.0.0.1:{PORT}", f"localhost:{PORT}", f"LOCALHOST:{PORT}"):
        assert stranger(app).get(CHART, headers={"Host": name} | cookie).status_code == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        f"evil.example:{PORT}",
        "127.0.0.1",
        "127.0.0.1:80",
        f"127.0.0.1:{PORT}.evil.example",
        f"127.0.0.2:{PORT}",
        f"[::1]:{PORT}",
        "",
    ],
)
def test_another_host_is_refused(app: FastAPI, host: str) -> None:
    """A page that a hostile name server leads here cannot ask, whatever cookie it has."""
    client = browser(app)
    for path in (CHART, "/", f"/?key={SECRET}"):
        answer = client.get(path, headers={"Host": host})
        error_of(answer, 421, "bad_host")
        assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(
    "origin",
    [
        "null",
        "https://evil.example",
        f"https://127.0.0.1:{PORT}",
        "http://127.0.0.1:9999",
        "http://127.0.0.1",
        f"http://localhost:{PORT}",
        f"{ORIGIN}, {ORIGIN}",
    ],
)
def test_another_origin_is_refused(app: FastAPI, origin: str) -> None:
    """No other page can ask, read or change anything, be it on another port of this machine."""
    client = browser(app)
    foreign = {"Origin": origin}
    error_of(client.get(CHART, headers=foreign), 403, "bad_origin")
    error_of(client.post(RANK, json=spot(), headers=foreign), 403, "bad_origin")
    error_of(client.delete("/api/v1/work", headers=foreign), 403, "bad_origin")
    error_of(client.request("OPTIONS", RANK, headers=foreign), 403, "bad_origin")
    assert client.post(RANK, json=spot()).status_code == 200


def test_whatever_changes_something_names_its_origin(app: FastAPI) -> None:
    """A GET may come without an Origin, as browsers send it; nothing else may."""
    client = browser(app)
    del client.headers["Origin"]
    assert client.get(CHART).status_code == 200
    for method in ("POST", "PUT", "DELETE", "PATCH", "OPTIONS"):
        error_of(client.request(method, "/api/v1/work"), 403, "bad_origin")


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_what_the_browser_says_of_the_asking_page_counts(app: FastAPI, site: str) -> None:
    """An image or script of another page carries no Origin, but the browser tells."""
    client = browser(app)
    del client.headers["Origin"]
    for path in (CHART, "/static/index.html"):
        error_of(client.get(path, headers={"Sec-Fetch-Site": site}), 403, "bad_origin")
    # A link in another page may lead here; what it finds depends on key or cookie.
    assert client.get("/", headers={"Sec-Fetch-Site": site}).status_code in (200, 404)


def test_sockets_are_refused(app: FastAPI) -> None:
    """There is nothing to upgrade to."""
    said: list[Any] = []

    async def send(message: Any) -> None:
        said.append(message)

    async def receive() -> Any:
        return {"type": "websocket.connect"}

    asyncio.run(app({"type": "websocket", "path": "/api/v1/work", "headers": []}, receive, send))
    assert said == [{"type": "websocket.close", "code": 1008}]


# --- What every answer carries -----------------------------------------------------------------


def _answers(app: FastAPI) -> list[Any]:
    client, outside = browser(app), stranger(app)
    return [
        outside.get("/", params={"key": SECRET}),
        outside.get("/nothing"),
        client.get(CHART),
        client.get("/"),
        client.get("/favicon.ico"),
        client.get("/api/v1/nothing"),
        client.get("/api/v1/sources/nobody"),
        client.get("/api/v1/sources/spread/figure"),
        client.delete(CHART),
        client.request("HEAD", CHART),
        client.get(CHART, headers={"Host": "evil.example"}),
        client.get(CHART, headers={"Origin": "null"}),
        stranger(app).get(CHART),
        client.post(RANK, content=b"{"),
        client.post(RANK, content=b" " * (MAX_BODY + 1)),
        client.post(RANK + "?top=x", json=spot()),
        client.post(RANK, json=spot()),
    ]


def test_every_answer_carries_the_strict_headers(app: FastAPI) -> None:
    """Pages, data, files, redirects and errors alike; nothing says which program answers."""
    answers = _answers(app)
    assert len({answer.status_code for answer in answers}) >= 9
    for answer in answers:
        for name, value in HEADERS.items():
            assert answer.headers.get_list(name) == [value], (answer.url, name)
        assert "server" not in answer.headers
        assert "access-control-allow-origin" not in answer.headers


def test_the_policy_lets_nothing_in_from_elsewhere() -> None:
    """Scripts and styles come from the package alone, and none stands inline."""
    rules = dict(
        rule.strip().split(" ", 1) for rule in HEADERS["Content-Security-Policy"].split(";")
    )
    assert rules["default-src"] == "'none'"
    assert rules["script-src"] == rules["style-src"] == rules["connect-src"] == "'self'"
    assert rules["frame-ancestors"] == rules["base-uri"] == rules["form-action"] == "'none'"
    assert "unsafe" not in HEADERS["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/api/v1/nothing", 404, "not_found"),
        ("GET", "/api/v1/chart/", 404, "not_found"),
        ("GET", "/API/v1/chart", 404, "not_found"),
        ("GET", "/docs", 404, "not_found"),
        ("GET", "/openapi.json", 404, "not_found"),
        ("DELETE", "/api/v1/chart", 405, "method_not_allowed"),
        ("GET", "/api/v1/rank", 405, "method_not_allowed"),
        ("OPTIONS", "/api/v1/rank", 405, "method_not_allowed"),
        ("TRACE", "/api/v1/rank", 405, "method_not_allowed"),
    ],
)
def test_what_does_not_exist_is_said(
    app: FastAPI, method: str, path: str, status: int, code: str
) -> None:
    """Addresses and methods that are not there are errors in the one shape."""
    error_of(browser(app).request(method, path), status, code)


# --- Files of the page -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        "../app.py",
        "%2e%2e/app.py",
        "..%2fapp.py",
        "js/../../app.py",
        "/etc/passwd",
        "%00",
        "a" * 3000 + ".js",
        "js",
        ".hidden.js",
        "",
    ],
)
def test_nothing_but_the_page_is_served(app: FastAPI, name: str) -> None:
    """No path leads out of the folder of the page."""
    error_of(browser(app).get(f"/static/{name}"), 404, "not_found")


def test_files_of_the_page_are_served_with_their_kind(tmp_path: Path) -> None:
    """A script says that it is one, since browsers are told to believe nothing else."""
    (tmp_path / "a.js").write_text("export {}", encoding="utf-8")
    (tmp_path / "a.py").write_text("", encoding="utf-8")
    answer = page.static_file("a.js", folder=tmp_path)
    assert answer.media_type is not None
    assert answer.media_type.startswith("text/javascript")
    with pytest.raises(Exception, match="nothing at this address"):
        page.static_file("a.py", folder=tmp_path)


# --- Faults ------------------------------------------------------------------------------------


def test_a_fault_ends_as_an_error_without_a_traceback(
    app: FastAPI, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The answer says that it was us, the log says where, and neither says what was drawn."""

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("private words of a patient")

    client = browser(app)
    monkeypatch.setattr("hippain_maps.viewer.ranking_data.rank", broken)
    # A drawing that no other test ranks: the last few are remembered.
    private = spot(-7.5)
    with caplog.at_level(logging.DEBUG, logger="hippain_maps"):
        answer = client.post(RANK, json=private)
    assert "not of your input" in error_of(answer, 500, "fault")
    assert "private" not in answer.text + caplog.text
    assert "RuntimeError in " in caplog.text
    assert "viewer/ranking_data.py:" in caplog.text
    monkeypatch.undo()
    assert client.post(RANK, json=private).status_code == 200


def test_nothing_that_was_drawn_is_logged(app: FastAPI, caplog: pytest.LogCaptureFixture) -> None:
    """Neither drawings that are ranked nor those that are refused leave a trace in the log."""
    client = browser(app)
    with caplog.at_level(logging.DEBUG, logger="hippain_maps"):
        client.post(RANK, json=spot(about={"note": "private"}))
        client.post(RANK, json=spot(view="private"))
    assert caplog.text == ""
