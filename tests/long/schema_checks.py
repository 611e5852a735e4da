"""The checks of `tests.long.schema_fuzz`, one test for each operation of the interface."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.specs.openapi.checks import (
    ignored_auth,
    negative_data_rejection,
    positive_data_acceptance,
    unsupported_method,
)
from viewer_client import ORIGIN, viewer
from worlds import hand_drawn_atlas, three_patterns

from hippain_maps.viewer.app import openapi_document
from hippain_maps.viewer.guard import cookie_name
from hippain_maps.viewer.rates import Rate

FOLDER = tempfile.TemporaryDirectory(prefix="hippain-")
APP = viewer(hand_drawn_atlas(*three_patterns()), Path(FOLDER.name))
SCHEMA = schemathesis.openapi.from_dict(openapi_document(APP))
SCHEMA.app = APP
COOKIE = f"{cookie_name(8175)}={APP.state.sessions.open()}"

pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture(autouse=True)
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no pace stand in the way."""
    monkeypatch.setattr(Rate, "take", lambda self: None)


@SCHEMA.parametrize()
@settings(
    max_examples=int(os.environ.get("HIPPAIN_EXAMPLES", "20")),
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
def test_answers_are_those_of_the_document(case: Any) -> None:
    """Status, type, headers and body of every answer are as the document says, and never a 500."""
    # The door asks for a cookie, and a page's own origin, which the document does not speak of;
    # that it does, and that other methods are refused, is tested by itself. Nor does it say what
    # names there are, that rings are closed, or that a body that is not read may be there.
    headers = {"Host": "127.0.0.1:8175", "Origin": ORIGIN, "Cookie": COOKIE}
    case.call_and_validate(
        base_url=ORIGIN,
        headers=headers,
        excluded_checks=[
            ignored_auth,
            negative_data_rejection,
            positive_data_acceptance,
            unsupported_method,
        ],
    )
