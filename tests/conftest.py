"""What every test module may use: the shipped atlas, read once, and a world drawn by hand."""

from __future__ import annotations

import pytest

from hippain_maps.atlas import Atlas, load_atlas
from hippain_maps.regions import Body


@pytest.fixture(scope="session")
def atlas() -> Atlas:
    """Return the shipped atlas."""
    return load_atlas()


@pytest.fixture(scope="session")
def body(atlas: Atlas) -> Body:
    """Return the shipped body."""
    return atlas.body


@pytest.fixture(scope="session")
def world() -> Atlas:
    """Return the hand-drawn world with its three patterns."""
    from worlds import hand_drawn_atlas, three_patterns

    return hand_drawn_atlas(*three_patterns())
