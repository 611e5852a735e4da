"""Shares: how they are written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hippain_maps.shares import percent, whole_percent


@pytest.mark.parametrize(
    ("share", "written"),
    [(0, "0 %"), (1e-9, "< 1 %"), (0.005, "< 1 %"), (0.5, "50 %"), (0.995, "> 99 %"), (1, "100 %")],
)
def test_a_share_is_written_as_it_is(share: float, written: str) -> None:
    """None is 0 %, all is 100 %, and what lies between is neither."""
    assert percent(share) == written


@given(st.floats(0, 1, exclude_min=True, exclude_max=True))
def test_some_is_neither_none_nor_all(share: float) -> None:
    """A share above none and below all never reads as 0 or 100."""
    assert whole_percent(share) not in ("0", "100")


def test_another_language_has_its_own_words() -> None:
    """What stands for hardly any and nearly all is up to the caller."""
    assert whole_percent(0.001, under="unter 1") == "unter 1"
    assert whole_percent(0.999, over="über 99") == "über 99"
