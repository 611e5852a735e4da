"""The checks of `tests.long.schema_fuzz`, one test for each operation of the interface."""

from __future__ import annotations

import copy
import json
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.config import SchemathesisConfig
from schemathesis.core.parameters import ParameterLocation
from viewer_client import ORIGIN, spot, viewer
from worlds import hand_drawn_atlas, three_patterns

from hippain_maps import report
from hippain_maps.drawing import PainDrawing
from hippain_maps.store import Store, default_path
from hippain_maps.viewer import figures
from hippain_maps.viewer.app import openapi_document
from hippain_maps.viewer.rates import Rate

EXAMPLES = int(os.environ["HIPPAIN_EXAMPLES"])
FOLDER = tempfile.TemporaryDirectory(prefix="hippain-")
KEPT, STORE = Path(FOLDER.name) / "kept.sqlite", Path(FOLDER.name) / default_path().name
APP = viewer(hand_drawn_atlas(*three_patterns()), Path(FOLDER.name))

KNOWN: dict[str, Any] = {
    "name": "alpha",
    "points": "a1",
    "number": 1,
    "visit": 1,
    "before": 1,
    "after": 2,
    "patient": "K-17",
    "code": "K-17",
    "source": "alpha",
    "point": "a1",
    "drawing": spot(),
}
"""What is there, by the name of the parameter or member that asks for it."""

_KINDS: dict[Any, Any] = {"string": str, "integer": int}


def _document() -> dict[str, Any]:
    """Return the document, with what is there as examples: most requests would find nothing."""
    document = copy.deepcopy(openapi_document(APP))
    for path, methods in document["paths"].items():
        for operation in methods.values():
            for parameter in operation.get("parameters", ()):
                known = "upper" if "/places/" in path else KNOWN.get(parameter["name"])
                if isinstance(known, _KINDS.get(parameter["schema"].get("type"), ())):
                    parameter["example"] = known
            for content in operation.get("requestBody", {}).get("content", {}).values():
                members = content["schema"].get("properties", {})
                if content["schema"].get("$ref", "").endswith("/Drawing"):
                    content["example"] = spot()
                elif shared := [name for name in KNOWN if name in members]:
                    rest = {"start": "drawing", "revision": 1, "side": "left", "familiar": True}
                    rest |= {"consent": True} | {name: KNOWN[name] for name in shared}
                    content["example"] = {k: v for k, v in rest.items() if k in members}
    return document


def _fill() -> None:
    """Keep a patient with two visits, for every operation to begin with."""
    with Store(KEPT) as store:
        store.add_patient("K-17", consent=True)
        visits = [store.add_visit("K-17", PainDrawing.from_geojson(spot(y=y))) for y in (30, 25)]
        store.add_observation(
            visits[0].id,
            source="alpha",
            point="a1",
            side="left",
            familiar=True,
            drawing=visits[0].drawing,
        )


_fill()
DOCUMENT = _document()

MEANING = frozenset({"bad_drawing", "bad_value", "store_refused"})
"""Codes of 422 that a request may earn which fits the document: what a schema cannot say."""


def _operations() -> list[dict[str, Any]]:
    """Return what is expected of single operations."""
    # Of data that fits, Schemathesis expects that it is taken, or that what it names is not there
    # or has changed (403, 404, 409). A schema cannot say that a ring is closed, that the 31st of
    # June is no day, or that two visits are of one patient: such a request is refused with 422,
    # which is expected of those operations alone whose document says so. That the refusal is
    # one of meaning, and no fault of form, is a check below.
    usual = ["2xx", "403", "404", "409"]
    return [
        {
            "include-operation-id": [operation["operationId"]],
            "checks": {"positive_data_acceptance": {"expected-statuses": [*usual, "422"]}},
        }
        for methods in DOCUMENT["paths"].values()
        for operation in methods.values()
        if "422" in operation["responses"]
    ]


CONFIG: dict[str, Any] = {"operations": _operations()}
if "HIPPAIN_SEED" in os.environ:
    CONFIG["seed"] = int(os.environ["HIPPAIN_SEED"])
SCHEMA = schemathesis.openapi.from_dict(DOCUMENT, config=SchemathesisConfig.from_dict(CONFIG))
SCHEMA.app = APP

pytestmark = pytest.mark.filterwarnings("ignore")


@schemathesis.check
def what_fits_is_refused_for_its_meaning_alone(_: Any, response: Any, case: Any) -> None:
    """Data that fits the document is never told that its form is wrong."""
    if response.status_code == 422 and case.meta and case.meta.generation.mode.is_positive:
        error = json.loads(response.content)["error"]
        assert error["code"] in MEANING, error


@schemathesis.serializer("application/zip")
def archive(ctx: Any, value: Any) -> bytes:
    """Send an archive as it is."""
    return value if isinstance(value, bytes) else str(value).encode()


def _sparing(draw: Callable[..., bytes]) -> Callable[..., bytes]:
    drawn: list[bytes] = []

    def drawn_or_kept(*arguments: Any, **more: Any) -> bytes:
        if len(drawn) < EXAMPLES:
            drawn.append(draw(*arguments, **more))
        return drawn[-1]

    return drawn_or_kept


@pytest.fixture(autouse=True)
def ready(monkeypatch: pytest.MonkeyPatch) -> None:
    """Begin with the same store and no drawing, and let no pace stand in the way."""
    shutil.copyfile(KEPT, STORE)
    for kept in Path(FOLDER.name).glob("*.json"):
        kept.unlink()
    monkeypatch.setattr(Rate, "take", lambda self: None)
    # Nearly all the time went into drawing files, whose bytes no check looks at: some are drawn
    # for each operation, whatever comes after them is answered with the last one.
    for module, name in (
        (report, "report_bytes"),
        (figures, "pattern_figure"),
        (figures, "ranking_figure"),
    ):
        monkeypatch.setattr(module, name, _sparing(getattr(module, name)))


@SCHEMA.parametrize()
@settings(
    max_examples=EXAMPLES,
    # What is asked hangs on --seed alone.
    derandomize=False,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
def test_answers_are_those_of_the_document(case: Any) -> None:
    """Status, type, headers and body of every answer are as the document says, and never a 500."""
    # Each request comes from a browser of its own: one that asks for patient mode would see
    # nothing but refusals afterwards.
    headers = {"Host": "127.0.0.1:8175", "Origin": ORIGIN}
    if case.meta is None or not case.meta.is_negative_at(ParameterLocation.COOKIE):
        headers["Cookie"] = f"{APP.state.cookie}={APP.state.sessions.open()}"
    case.call_and_validate(base_url=ORIGIN, headers=headers)
