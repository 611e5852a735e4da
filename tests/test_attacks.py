"""What somebody may try: strings that act elsewhere, odd requests on a real socket, paths."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import re
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from fastapi import FastAPI
from served import served
from viewer_client import ORIGIN, browser, error_of, spot, stranger, viewer
from worlds import EXAMPLES

from hippain_maps.atlas import Atlas
from hippain_maps.cli import main
from hippain_maps.drawing import PainDrawing
from hippain_maps.interchange.csv_tables import CsvTable, csv_text, plain_cell, safe_cell
from hippain_maps.interchange.mark_csv import mark_csv, read_mark_csv
from hippain_maps.interchange.records import Record
from hippain_maps.interchange.svg_write import to_svg
from hippain_maps.regions import Body
from hippain_maps.viewer.app import openapi_document
from hippain_maps.viewer.rates import Rate

SCRIPT = "<script>alert(1)</script><img src=x onerror=alert(1)>\"'`${7*7}{{7*7}}"
FORMULAS = ["=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "'=1", '=HYPERLINK("http://x")']
ESCAPES = "\x1b[2J\x1b]0;owned\x07\x9b31m\u202e"

# --- Strings that act elsewhere ----------------------------------------------------------------


@pytest.mark.parametrize("text", FORMULAS)
def test_a_table_holds_no_formula(text: str) -> None:
    """What a spreadsheet would compute gets a quote before it, and comes back without."""
    (_, (cell,)) = csv.reader(io.StringIO(csv_text(["a"], [[text]]), newline=""))
    assert cell[0] == "'"
    assert plain_cell(cell) == text
    table = CsvTable(io.BytesIO(csv_text(["a", "b"], [[text, "x"]]).encode()))
    assert [row["a"] for _, row in table.rows()] == [text]


@pytest.mark.parametrize("text", ["-7", "+3.5", "1e-9", "P-17", "a=b", "'quoted'", ""])
def test_other_texts_stay_as_they_are(text: str) -> None:
    """Numbers below zero and plain words are no formulas."""
    assert safe_cell(text) == plain_cell(text) == text


def test_an_export_of_drawings_holds_no_formula() -> None:
    """Names and study fields of others go through a CSV export and back, and never act in it."""
    document = spot() | {"hippain": {"about": {"site": "=cmd|'/c calc'!A1"}}}
    given = Record('=HYPERLINK("http://x","y")', PainDrawing.from_geojson(document))
    text = mark_csv([given])
    for row in csv.reader(io.StringIO(text)):
        assert not [cell for cell in row if re.match(r"[=+@\t\r]", cell)]
    (back,) = read_mark_csv(io.BytesIO(text.encode()))
    assert back.id == given.id
    assert back.drawing.to_geojson() == given.drawing.to_geojson()


def test_a_cohort_table_holds_no_formula(tmp_path: Path) -> None:
    """A study field that is a formula is text in the CSV of a cohort."""
    folder = tmp_path / "in"
    folder.mkdir()
    document = json.loads((EXAMPLES / "psoas.geojson").read_bytes())
    document.setdefault("hippain", {})["about"] = {"patient": "=1+1", "group": "@a"}
    (folder / "=2+2.geojson").write_text(json.dumps(document), encoding="utf-8")
    out = tmp_path / "out.csv"
    done = CliRunner().invoke(main, ["rank-many", str(folder), "-o", str(out)])
    assert done.exit_code == 0, done.output
    text = out.read_text(encoding="utf-8")
    assert "'=1+1" in text
    for row in csv.reader(io.StringIO(text)):
        assert not [cell for cell in row if re.match(r"[=+@]", cell)]


@pytest.mark.parametrize("command", ["rank", "compare", "convert", "report"])
def test_names_cannot_steer_a_terminal(tmp_path: Path, command: str) -> None:
    """Escape codes in names of files, and in what they hold, are printed as text."""
    path = tmp_path / f"a{ESCAPES}.geojson"
    path.write_text(json.dumps(spot(view=f"x{ESCAPES}", **{f"m{ESCAPES}": ESCAPES})))
    more = {"compare": [str(path)], "convert": ["-o", f"{tmp_path}/b{ESCAPES}"]}
    more["report"] = ["-o", str(tmp_path / "r.pdf")]
    done = CliRunner().invoke(main, [command, str(path), *more.get(command, [])])
    assert done.exit_code == 2
    assert "hippain:" in done.stderr
    assert all(line.isprintable() for line in (done.stdout + done.stderr).splitlines())


def test_strings_of_a_drawing_are_never_markup(body: Body) -> None:
    """A drawing whose texts are scripts becomes an SVG in which they are text."""
    document = spot(x=-10, y=90, note=SCRIPT)
    document["hippain"] = {"about": {SCRIPT: SCRIPT}}
    text = to_svg(PainDrawing.from_geojson(document), body)
    assert "<script" not in text
    assert "<img" not in text


# --- The viewer, asked without a network -------------------------------------------------------


@pytest.fixture(scope="module")
def app(world: Atlas, tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    """Return the viewer of the hand-drawn world."""
    return viewer(world, tmp_path_factory.mktemp("work"))


@pytest.fixture(autouse=True)
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no pace stand in the way."""
    monkeypatch.setattr(Rate, "take", lambda self: None)


def test_strings_of_a_drawing_come_back_as_data(app: FastAPI) -> None:
    """The page is sent JSON that no browser takes for a page, and the policy allows no script."""
    client = browser(app)
    drawing = spot(note=SCRIPT) | {"hippain": {"about": {"x": SCRIPT}}}
    answer = client.post("/api/v1/rank", json=drawing)
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "script-src 'self'" in answer.headers["content-security-policy"]


TRAVERSALS = ["..%2f..%2fetc%2fpasswd", "%2e%2e%2f", "%00", "....//", "C:%5Cwindows", "%252e"]


def test_no_path_parameter_leads_to_a_file(app: FastAPI) -> None:
    """Every parameter in a path is a name that is looked up: what is no name is not found."""
    client, asked = browser(app), 0
    for path, methods in openapi_document(app)["paths"].items():
        if "{" not in path:
            continue
        for method in methods:
            for text in TRAVERSALS:
                address = re.sub(r"\{[^}]*\}", text, path)
                answer = client.request(method.upper(), address, json={})
                asked += 1
                assert 400 <= answer.status_code < 500, (method, address, answer.status_code)
                assert b"root:" not in answer.content
                assert b"Traceback" not in answer.content
    assert asked > len(TRAVERSALS)


def test_every_address_refuses_other_methods(app: FastAPI) -> None:
    """What is not in the document of the interface is answered with 405, in the one shape."""
    client = browser(app)
    for path, methods in openapi_document(app)["paths"].items():
        address = re.sub(r"\{[^}]*\}", "x", path)
        for method in {"get", "post", "put", "patch", "delete", "trace"} - set(methods):
            error_of(client.request(method.upper(), address), 405, "method_not_allowed")


def test_every_address_is_closed_to_strangers(app: FastAPI) -> None:
    """Without a cookie nothing of the interface answers, whatever the method and the origin."""
    client = stranger(app)
    for path, methods in openapi_document(app)["paths"].items():
        address = re.sub(r"\{[^}]*\}", "x", path)
        for method in methods:
            answer = client.request(method.upper(), address, headers={"Origin": ORIGIN}, json={})
            error_of(answer, 401, "no_cookie")


# --- The viewer on a real socket ---------------------------------------------------------------


@pytest.fixture(scope="module")
def server(world: Atlas, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Serve the viewer of the hand-drawn world on a port of this machine; yield the port."""
    with served(world, tmp_path_factory.mktemp("served")) as (port, _):
        yield port


def said(port: int, data: bytes, *, close: bool = False, wait: float = 5) -> bytes:
    """Send bytes; return what comes back until the other end closes or falls silent."""
    with socket.create_connection(("127.0.0.1", port), timeout=wait) as sock:
        sock.sendall(data)
        if close:
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_WR)
        got = b""
        try:
            while part := sock.recv(65536):
                got += part
                if b"\r\n\r\n" in got and b"</html>" in got:
                    break
        except (TimeoutError, ConnectionResetError):
            pass
        return got


def alive(port: int) -> bool:
    """Return whether the server still answers."""
    return b"401" in said(port, f"GET / HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode())[:20]


def test_slow_senders_hold_nobody_up(server: int) -> None:
    """A hundred connections that send a byte and wait leave the server free for others."""
    held = [socket.create_connection(("127.0.0.1", server)) for _ in range(100)]
    try:
        for sock in held:
            sock.sendall(b"G")
        began = time.monotonic()
        assert alive(server)
        assert time.monotonic() - began < 5
    finally:
        for sock in held:
            sock.close()
    assert alive(server)


def test_half_closed_connections_are_answered_or_closed(server: int) -> None:
    """Who stops sending in the middle is closed, and the server goes on."""
    head = f"POST /api/v1/rank HTTP/1.1\r\nHost: 127.0.0.1:{server}\r\n"
    for data in ("", "GET", head, f"{head}Content-Length: 100\r\n\r\n{{", "\r\n\r\n"):
        answer = said(server, data.encode(), close=True, wait=8)
        assert answer == b"" or answer.startswith(b"HTTP/1.1 4")
    assert alive(server)


@pytest.mark.parametrize(
    "head",
    [
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nX: " + b"a" * 200_000 + b"\r\n\r\n",
        b"GET /" + b"a" * 200_000 + b" HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n" + b"X: y\r\n" * 50_000 + b"\r\n",
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nX : y\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nHost: evil.example\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nX: a\x00b\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        b"G\x00T / HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    ],
    ids=["long", "address", "many", "space", "hosts", "null", "lengths", "method", "tls"],
)
def test_odd_heads_are_refused(server: int, head: bytes) -> None:
    """Headers that are too large, doubled or broken are refused, and the server goes on."""
    data = head.replace(b"%d", str(server).encode())
    try:
        answer = said(server, data, close=True)
    except (BrokenPipeError, ConnectionResetError):
        answer = b""
    assert answer == b"" or answer.startswith(b"HTTP/1.1 4")
    assert b"Traceback" not in answer
    assert alive(server)


def test_nothing_that_is_sent_becomes_a_header(server: int) -> None:
    """Line breaks in an address or a key do not come back as headers of the answer."""
    for address in ("/?key=a%0d%0aX-Evil:%201", "/%0d%0aX-Evil:%201", "/api/v1/x%0d%0aX-Evil:1"):
        data = f"GET {address} HTTP/1.1\r\nHost: 127.0.0.1:{server}\r\nConnection: close\r\n\r\n"
        answer = said(server, data.encode())
        head = answer.partition(b"\r\n\r\n")[0].lower()
        assert head.startswith(b"http/1.1 4")
        assert b"\nx-evil" not in head
