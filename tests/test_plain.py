"""Objects as plain text and numbers, and back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from hippain_maps._plain import Plain, from_plain, to_plain


@dataclass(frozen=True)
class Named:
    name: str
    inside: Any = None


@dataclass(frozen=True)
class Stranger:
    name: str


KINDS = (Named,)

leaves = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
values = st.recursive(
    leaves,
    lambda inner: (
        st.lists(inner, max_size=4).map(tuple)
        | st.dictionaries(st.text(max_size=3), inner, max_size=4)
        | st.frozensets(st.text(max_size=3), max_size=3)
        | st.builds(Named, st.text(max_size=3), inner)
    ),
    max_leaves=12,
)


@settings(max_examples=150)
@given(values)
def test_what_comes_back_is_what_was_written(value: Any) -> None:
    """Values of every kind, nested in any way, come back equal and of the same type."""
    found = from_plain(to_plain(value, KINDS), KINDS)
    assert found == value
    assert repr(found) == repr(value) or isinstance(value, frozenset | tuple | dict | Named)


def test_shapes_and_arrays_come_back_to_the_last_bit() -> None:
    """Polygons with holes and in parts, empty ones too, and arrays of any shape are the same."""
    ring = shapely.Point(1 / 3, 2).buffer(3).difference(shapely.Point(0, 2).buffer(1))
    shapes = np.array(
        [ring, shapely.MultiPolygon([ring]), shapely.Polygon(), shapely.union(ring, ring)],
        dtype=object,
    )
    given_ = (shapes, ring, np.array([[0.1, np.inf, -0.0]]), np.arange(3), np.empty(0))
    found = from_plain(to_plain(given_, ()), ())
    assert [s.wkb for s in found[0]] == [s.wkb for s in shapes]
    assert found[1].wkb == ring.wkb
    for one, other in zip(found[2:], given_[2:], strict=True):
        assert one.dtype == other.dtype
        assert one.shape == other.shape
        assert one.tobytes() == other.tobytes()


def test_equal_records_become_one_object() -> None:
    """A record that stands in many places is kept once."""
    found = from_plain(to_plain((Named("a", Named("b")), Named("b"), Named("a")), KINDS), KINDS)
    assert found[0].inside is found[1]
    assert found[2] is not found[0]


def test_records_with_different_arrays_stay_apart() -> None:
    """Two records whose arrays look alike from outside are not taken for each other."""
    written = to_plain((Named("a", np.zeros(2)), Named("a", np.ones(2))), KINDS)
    first, second = from_plain(written, KINDS)
    assert first.inside.tolist() == [0, 0]
    assert second.inside.tolist() == [1, 1]


@pytest.mark.parametrize("value", [Stranger("x"), [1], {1, 2}, object(), np.array(["a"])])
def test_other_things_are_not_written(value: object) -> None:
    """What has no plain form is refused, wherever it stands."""
    with pytest.raises(TypeError, match="has no plain form"):
        to_plain(("deep", {"inside": value}), KINDS)


@pytest.mark.parametrize(
    "text", ["", "[]", "[99]", "[10]", "[3,0]", "[4,3]", "[6,1,2,3,4]", '[1,["a"]]', "[" * 100_000]
)
def test_text_that_means_nothing_is_refused(text: str) -> None:
    """Damaged text raises an exception; nothing else is ever made of it."""
    numbers = np.empty(0), np.empty(0, dtype=np.int64)
    with pytest.raises(Exception, match=r"(?s).*"):
        from_plain(Plain(text, *numbers), KINDS)
