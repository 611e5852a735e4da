"""The readers of bytes, each as a function that a fuzzer calls, with seeds from real files.

A target accepts two ends: the bytes are read, and then what was read keeps its promises; or they
are refused with an error of the package, in one printable line. Anything else is a finding.
"""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
import math
import re
import tempfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from worlds import EXAMPLES, hand_drawn_atlas, three_patterns

from hippain_maps import _cache
from hippain_maps._json import parse_json
from hippain_maps._plain import Plain, to_plain
from hippain_maps._yaml import parse_yaml, yaml_text
from hippain_maps.atlas import Atlas, load_atlas
from hippain_maps.body import load_body
from hippain_maps.cohort.decode import read_sketches
from hippain_maps.cohort.inputs import open_cohort
from hippain_maps.drawing import PainDrawing
from hippain_maps.errors import HippainError
from hippain_maps.geometry import VIEWS
from hippain_maps.interchange.fhir import from_fhir, read_codes
from hippain_maps.interchange.files_in import read_drawings
from hippain_maps.interchange.files_out import write_drawings
from hippain_maps.interchange.formats import Options
from hippain_maps.interchange.geoparquet import read_geoparquet
from hippain_maps.interchange.records import Record
from hippain_maps.interchange.svg_read import svg_record
from hippain_maps.interchange.wkb import mark_wkb, parse_wkb
from hippain_maps.interchange.wkt import mark_wkt, parse_wkt
from hippain_maps.overlap import overlap
from hippain_maps.regions import Body
from hippain_maps.scan.photo import read_photo
from hippain_maps.sources import load_source
from hippain_maps.store import Store
from hippain_maps.store_archive import export_visits, look_into

ROOT = Path(__file__).resolve().parents[2]
CASES = Path(__file__).resolve().parent / "cases"

Seed = tuple[str, bytes]


@dataclass(frozen=True)
class Target:
    """A reader, and what to start from."""

    run: Callable[[bytes], None]
    seeds: Callable[[], Iterator[Seed]]
    longest: int = 20_000


def check(target: Target, data: bytes) -> str | None:
    """Give bytes to a reader; return the refusal, None if they were read.

    Any other end is raised.
    """
    try:
        target.run(data)
    except HippainError as error:
        said = str(error)
        assert said, "the refusal says nothing"
        assert all(line.isprintable() for line in said.split("\n")), f"unprintable: {said!r}"
        assert len(said) < 2_000, f"the refusal has {len(said)} characters"
        return said
    return None


# --- What is at hand ---------------------------------------------------------------------------


@cache
def body() -> Body:
    """Return the shipped body."""
    return load_body()


@cache
def world() -> Atlas:
    """Return the hand-drawn world: small, so that more is tried in an hour."""
    return hand_drawn_atlas(*three_patterns())


@cache
def folder() -> Path:
    """Return a folder for the readers that take a path; in memory where the system has that."""
    memory = Path("/dev/shm")
    found = tempfile.mkdtemp(prefix="hippain-fuzz-", dir=memory if memory.is_dir() else None)
    return Path(found)


def as_file(data: bytes, name: str) -> Path:
    """Return a file with these bytes."""
    path = folder() / name
    path.write_bytes(data)
    return path


@cache
def examples(most: int = 3) -> tuple[Record, ...]:
    """Return a few shipped drawings: outlines, strokes, two views."""
    names = ("gluteus_maximus", "left_and_right", "mixed_piriformis_gluteus_minimus")
    return tuple(
        Record(name, PainDrawing.read(EXAMPLES / f"{name}.geojson")) for name in names[:most]
    )


def use(drawing: PainDrawing) -> None:
    """Do with a drawing what every command does, and check what must then be true."""
    text = drawing.to_text()
    assert PainDrawing.from_geojson(text).to_text() == text, "it is another after a round trip"
    found = overlap(drawing, world().body)
    for parts in (found.fraction, found.sensory):
        assert np.isfinite(parts).all(), "a fraction is not finite"
        assert (parts >= 0).all(), "a fraction is below 0"
        assert (parts <= 1).all(), "a fraction is above 1"
    for view in VIEWS:
        area = drawing.area(view)
        assert area.is_valid, "an area is not valid"
        assert math.isfinite(area.area), "an area is not finite"


# --- Readers -----------------------------------------------------------------------------------


def _drawing(data: bytes) -> None:
    use(PainDrawing.from_geojson(data))


def _json(data: bytes) -> None:
    found = parse_json(data)
    try:
        json.dumps(found, allow_nan=False)
    except ValueError:
        # What is not finite is refused by those who ask what the data means.
        assert b"NaN" in data or b"Infinity" in data or b"e" in data.lower()


def _yaml(data: bytes) -> None:
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return
    found = parse_yaml(text, label="a pack")
    if isinstance(found.data, dict):
        again = parse_yaml(yaml_text(found.data), label="a pack").data
        assert again == found.data, "it is another after a round trip"


def _pack(data: bytes) -> None:
    named = re.search(rb"^id: ([a-z0-9_]{1,40})$", data, re.MULTILINE)
    name = named[1].decode() if named else "psoas"
    load_source(as_file(data, f"{name}.yaml"), body(), load_atlas().clues)


def _svg(data: bytes) -> None:
    use(svg_record(data).drawing)


_PLACED = (((120.0, 30.0), (0.0, 175.0)), ((120.0, 560.0), (0.0, 0.0)))


def _foreign_svg(data: bytes) -> None:
    use(svg_record(data, view="posterior", placed=_PLACED).drawing)


def _wkt(data: bytes) -> None:
    for geometry in parse_wkt(data.decode("latin-1")):
        _marked(geometry)


def _wkb(data: bytes) -> None:
    for geometry in parse_wkb(data):
        _marked(geometry)


def _marked(geometry: dict[str, Any]) -> None:
    feature = {"type": "Feature", "geometry": geometry, "properties": {"view": "posterior"}}
    use(PainDrawing.from_geojson({"type": "FeatureCollection", "features": [feature]}))


def _table(kind: str | None) -> Callable[[bytes], None]:
    def run(data: bytes) -> None:
        options = Options(view="posterior")
        found = read_drawings(io.BytesIO(data), body(), given=kind, options=options, skip_bad=True)
        for record in found.records[:3]:
            use(record.drawing)

    return run


def _parquet(data: bytes) -> None:
    path = as_file(data, "marks.parquet")
    for record in read_geoparquet(path, view="posterior", on_bad=lambda rejected: None):
        use(record.drawing)


def _cohort(data: bytes) -> None:
    entries = []
    for entry in open_cohort(as_file(data, "cohort.parquet")).entries():
        entries.append(entry)
        if len(entries) > 50:
            break
    read_sketches([entry for entry in entries if entry.payload is not None])


def _fhir(data: bytes) -> None:
    use(from_fhir(data).drawing)


def _codes(data: bytes) -> None:
    read_codes(data)


@cache
def _store() -> Store:
    return Store(folder() / "visits.sqlite")


def _archive(data: bytes) -> None:
    look_into(_store(), io.BytesIO(data))


def _kept_atlas(data: bytes) -> None:
    """Read a file as the cache would, which takes any fault as "make it again"."""
    head = _cache._HEAD
    if len(data) >= head.size:
        # With the right check sum, or nothing would come past it.
        magic, _, *counts = head.unpack_from(data)
        data = head.pack(magic, zlib.crc32(data[head.size :]), *counts) + data[head.size :]
    path = as_file(data, "atlas-0.kept")
    path.chmod(0o600)
    # Ends of the process, and not exceptions, are what could go wrong.
    with contextlib.suppress(Exception):
        assert isinstance(_cache._read(path), Plain)


def _work(data: bytes) -> None:
    from hippain_maps.viewer.work import WorkFile

    place = folder() / "work"
    place.mkdir(exist_ok=True)
    (place / "work.json").write_bytes(data)
    WorkFile(place).get()


def _photo(data: bytes) -> None:
    found = read_photo(as_file(data, "page.jpg"))
    assert found.ndim == 3, "no picture"
    assert found.dtype == np.uint8, "no picture"


# --- The viewer, without a network -------------------------------------------------------------


@cache
def _viewer() -> tuple[Any, bytes]:
    """Return the viewer, and the cookie of a browser that was let in."""
    from hippain_maps.viewer.app import create_app
    from hippain_maps.viewer.guard import cookie_name

    app = create_app(world(), "the-secret", 8175, folder() / "viewer")
    token = app.state.sessions.open()
    # The stack of middleware is built by the first request.
    return app, f"{cookie_name(8175)}={token}".encode()


def _request(data: bytes) -> None:
    """Send ``METHOD path``, header lines, an empty line and a body, as the page would."""
    from unittest.mock import patch

    from hippain_maps.viewer.rates import Rate

    app, cookie = _viewer()
    head, _, content = data.partition(b"\n\n")
    first, *lines = head.split(b"\n")
    method, _, address = first.partition(b" ")
    path, _, query = address.partition(b"?")
    given = [line.partition(b": ")[::2] for line in lines[:50]]
    headers = [(name.strip().lower(), value.strip()) for name, value in given]
    usual = {b"host": b"127.0.0.1:8175", b"origin": b"http://127.0.0.1:8175", b"cookie": cookie}
    usual[b"content-type"] = b"application/json"
    said = {name for name, _ in headers}
    headers += [(name, value) for name, value in usual.items() if name not in said]
    with patch.object(Rate, "take", lambda self: None):
        status, fields, answer = asyncio.run(
            ask(app, method.decode("latin-1").upper(), path, query, headers, content)
        )
    assert 200 <= status < 500 or status == 503, f"status {status}: {answer[:200]!r}"
    assert b"content-security-policy" in fields, "an answer without the strict headers"
    assert b"Traceback" not in answer, "a traceback went out"
    if status >= 400 and path.startswith(b"/api/"):
        assert method in (b"HEAD", b"head") or "error" in json.loads(answer)


async def ask(
    app: Any, method: str, path: bytes, query: bytes, headers: Any, content: bytes
) -> tuple[int, dict[bytes, bytes], bytes]:
    """Return status, headers and body of what an app answers."""
    from urllib.parse import unquote_to_bytes

    sent, got = False, []

    async def receive() -> Any:
        nonlocal sent
        if sent:
            return {"type": "http.disconnect"}
        sent = True
        return {"type": "http.request", "body": content, "more_body": False}

    async def send(message: Any) -> None:
        got.append(message)

    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": unquote_to_bytes(path).decode("utf-8", "replace"),
        "raw_path": path,
        "query_string": query,
        "root_path": "",
        "headers": headers,
        "client": ("127.0.0.1", 50_000),
        "server": ("127.0.0.1", 8175),
        "state": {},
    }
    await app(scope, receive, send)
    body = b"".join(m.get("body", b"") for m in got if m["type"] == "http.response.body")
    return got[0]["status"], dict(got[0]["headers"]), body


# --- Seeds -------------------------------------------------------------------------------------


def _files(*patterns: str) -> Callable[[], Iterator[Seed]]:
    def seeds() -> Iterator[Seed]:
        for pattern in patterns:
            for path in sorted(ROOT.glob(pattern)):
                yield path.name, path.read_bytes()

    return seeds


def _converted(kind: str, name: str) -> Callable[[], Iterator[Seed]]:
    def seeds() -> Iterator[Seed]:
        many = kind in ("wkt", "wkb", "geoparquet", "choir", "michigan")
        groups = [examples()] if many else [(record,) for record in examples()]
        for number, records in enumerate(groups):
            path = folder() / f"{number}{name}"
            options = Options(view="posterior", patient="K-17")
            write_drawings(records, path, body(), given=kind, options=options)
            yield path.name, path.read_bytes()

    return seeds


def _svg_seeds() -> Iterator[Seed]:
    yield from _converted("svg", ".svg")()
    yield (
        "shapes.svg",
        b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 240 600"><g transform="rotate(3)">'
        b'<path d="M120 300c5-5 9 9 9 9a3 4 10 1 0 5 5q1 2 3 4t2 2z" fill-rule="evenodd"/>'
        b'<rect x="100" y="200" width="9mm" height="20" rx="3"/><circle cx="120" cy="99" r="7"/>'
        b'<ellipse cx="120" cy="300" rx="4" ry="9" style="fill:none;stroke:red"/>'
        b'<polyline points="1,2 3,4 50,60" fill="none" stroke="red" stroke-width="3"/>'
        b'<polygon points="100,200 140,200 120,260"/><line x1="1" y1="2" x2="30" y2="40"/></g>'
        b"</svg>",
    )


def _geometry_seeds(write: Callable[[Any], Any]) -> Callable[[], Iterator[Seed]]:
    def seeds() -> Iterator[Seed]:
        for record in examples():
            for number, mark in enumerate(record.drawing.marks):
                found = write(mark)
                data = found if isinstance(found, bytes) else found.encode()
                yield f"{record.id}-{number}", data

    return seeds


def _table_seeds() -> Iterator[Seed]:
    yield from _converted("wkt", ".wkt.csv")()
    yield from _converted("wkb", ".wkb.csv")()


def _choir_seeds() -> Iterator[Seed]:
    yield from _converted("choir", ".choir.csv")()
    yield (
        "boxes.csv",
        b"record_id,sex,bodymap___118,bodymap___119\n7,female,1,0\n8,male,0,Checked\n",
    )


def _archive_seeds() -> Iterator[Seed]:
    path = folder() / "seed.zip"
    with Store(folder() / "seed.sqlite") as store:
        if not store.patients():
            store.add_patient("P-1", consent=True)
            visit = store.add_visit("P-1", examples()[0].drawing, note="a note", ranking={"a": 1})
            store.add_observation(
                visit.id,
                source="psoas",
                point="upper",
                side="left",
                familiar=True,
                drawing=examples()[1].drawing,
            )
        export_visits(store, path)
    yield path.name, path.read_bytes()


def _kept_seeds() -> Iterator[Seed]:
    for name, kept in (("tuple", (1, "two")), ("array", np.arange(4.0)), ("counts", np.arange(3))):
        path = as_file(b"", f"{name}.kept")
        _cache._write(path, to_plain(kept, ()))
        yield path.name, path.read_bytes()


def _work_seeds() -> Iterator[Seed]:
    drawing = examples()[0].drawing.to_geojson()
    work = {"drawing": drawing, "saved": "2026-11-22T10:00:00+00:00", "revision": 3}
    yield "work.json", json.dumps(work).encode()


def _photo_seeds() -> Iterator[Seed]:
    from PIL import Image

    grey = np.add.outer(np.arange(400), np.arange(420)).astype(np.uint8)
    picture = Image.fromarray(np.stack([grey, grey // 2, 255 - grey], axis=2))
    turned = Image.Exif()
    turned[0x0112] = 6
    for kind, options in (
        ("JPEG", {"quality": 20, "exif": turned}),
        ("PNG", {"compress_level": 9}),
        ("TIFF", {"compression": "tiff_lzw"}),
        ("JPEG", {"progressive": True, "quality": 5}),
    ):
        stream = io.BytesIO()
        picture.save(stream, kind, **options)
        yield f"{len(stream.getvalue())}.{kind.lower()}", stream.getvalue()


def _request_seeds() -> Iterator[Seed]:
    from hippain_maps.viewer.app import openapi_document

    drawing = json.dumps(examples()[0].drawing.to_geojson()).encode()
    app, _ = _viewer()
    for path, methods in openapi_document(app)["paths"].items():
        for method in methods:
            name = f"{method}{path}".replace("/", "_")
            yield (
                name,
                f"{method.upper()} {path}\n\n".encode() + (b"" if method == "get" else b"{}"),
            )
    yield "rank", b"POST /api/v1/rank?top=3\ncontent-length: 700\n\n" + drawing
    put = b'{"drawing": ' + drawing + b', "revision": 0}'
    yield "put", b"PUT /api/v1/work\n\n" + put
    yield "page", b"GET /?key=the-secret\ncookie: hippain_8175=x\n\n"
    yield "static", b"GET /static/app.js\nrange: bytes=0-9\nif-none-match: x\n\n"


TARGETS: dict[str, Target] = {
    "drawing": Target(_drawing, _files("examples/drawings/*.geojson")),
    "json": Target(_json, _files("examples/drawings/left*.geojson"), 4_000),
    "yaml": Target(_yaml, _files("patterns/[a-l]*.yaml", "body_regions/*.yaml"), 8_000),
    "pack": Target(
        _pack, _files("patterns/gl*.yaml", "patterns/l[45]*.yaml", "patterns/hip*.yaml")
    ),
    "svg": Target(_svg, _converted("svg", ".svg"), 60_000),
    "foreign-svg": Target(_foreign_svg, _svg_seeds, 10_000),
    "wkt": Target(_wkt, _geometry_seeds(mark_wkt), 4_000),
    "wkb": Target(_wkb, _geometry_seeds(mark_wkb), 4_000),
    "choir": Target(_table("choir"), _choir_seeds, 2_000),
    "michigan": Target(_table("michigan"), _converted("michigan", ".michigan.csv"), 2_000),
    "marks": Target(_table("wkt"), _table_seeds, 20_000),
    "parquet": Target(_parquet, _converted("geoparquet", ".parquet"), 60_000),
    "cohort": Target(_cohort, _converted("geoparquet", ".parquet"), 60_000),
    "fhir": Target(_fhir, _converted("fhir", ".fhir.json"), 200_000),
    "codes": Target(
        _codes, lambda: iter([("codes", b'{"left": {"system": "urn:x", "code": "L"}}')]), 1_000
    ),
    "archive": Target(_archive, _archive_seeds, 20_000),
    "cache": Target(_kept_atlas, _kept_seeds, 4_000),
    "work": Target(_work, _work_seeds),
    "photo": Target(_photo, _photo_seeds, 60_000),
    "request": Target(_request, _request_seeds),
}
