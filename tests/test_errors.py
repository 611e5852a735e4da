"""The error tree, and how its messages read."""

from __future__ import annotations

import pickle

import pytest

from hippain_maps.errors import (
    DataError,
    DrawingError,
    HippainError,
    OutputError,
    UnknownNameError,
    did_you_mean,
)


@pytest.mark.parametrize(
    ("error", "builtin"),
    [
        (DataError, ValueError),
        (UnknownNameError, KeyError),
        (DrawingError, ValueError),
        (OutputError, OSError),
    ],
)
def test_every_error_is_ours_and_a_builtin(
    error: type[Exception], builtin: type[Exception]
) -> None:
    """Callers can catch everything of this package at once, or by the usual class."""
    assert issubclass(error, HippainError)
    assert issubclass(error, builtin)


@pytest.mark.parametrize(
    ("where", "text"),
    [
        ({}, "no good"),
        ({"file": "patterns/psoas.yaml"}, "patterns/psoas.yaml: no good"),
        ({"file": "a.yaml", "line": 12}, "a.yaml, line 12: no good"),
        ({"file": "a.yaml", "line": 12, "field": "b.0"}, "a.yaml, line 12, b.0: no good"),
        ({"field": "b.0"}, "b.0: no good"),
    ],
)
def test_a_data_error_says_where(where: dict[str, object], text: str) -> None:
    """A data error opens with as much of file, line and field as is known."""
    error = DataError("no good", **where)  # type: ignore[arg-type]
    assert str(error) == text
    assert error.message == "no good"
    assert error.others == ()


def test_a_data_error_carries_its_fellows() -> None:
    """What else was wrong in the same file travels with the first problem."""
    other = DataError("worse", line=3)
    assert DataError("no good", others=(other,)).others == (other,)


def test_an_unknown_name_reads_as_a_sentence() -> None:
    """The message is not put in quotes, although the class is a KeyError."""
    error = UnknownNameError("region", "grion", ["groin", "buttock"], hint="see 'hippain list'")
    assert str(error) == (
        "there is no region named 'grion'; did you mean 'groin'? (see 'hippain list')"
    )
    assert (error.kind, error.name) == ("region", "grion")


def test_a_drawing_error_says_where() -> None:
    """A drawing error opens with the place in the file, if there is one."""
    assert str(DrawingError("no view", where="features[2]")) == "features[2]: no view"
    assert str(DrawingError("no view")) == "no view"


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("grion", "; did you mean 'groin'?"),
        ("GROIN", "; did you mean 'groin'?"),
        ("buttok", "; did you mean 'buttock'?"),
        ("elbow", ""),
        ("", ""),
    ],
)
def test_the_nearest_name_is_offered(name: str, answer: str) -> None:
    """A near name is suggested whatever its case, a far one is not."""
    assert did_you_mean(name, ["groin", "buttock"]) == answer


@pytest.mark.parametrize(
    "error",
    [
        DataError("no good", file="a.yaml", line=3, field="b", others=(DataError("worse"),)),
        UnknownNameError("region", "grion", ["groin"]),
        DrawingError("no view", where="features[2]"),
        OutputError("no such folder"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_errors_cross_process_borders(error: HippainError) -> None:
    """An error raised in a worker process arrives whole."""
    copy = pickle.loads(pickle.dumps(error))
    assert type(copy) is type(error)
    assert str(copy) == str(error)
    assert {**vars(copy), "others": ()} == {**vars(error), "others": ()}
