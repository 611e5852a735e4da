"""What goes out besides the atlas, as pydantic models: errors, rankings, the unsaved drawing.

As with `atlas_answers` they document, and the tests hold the answers against them. What comes from
the ranking may gain members.
"""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict


class _Answer(BaseModel):
    model_config = ConfigDict(extra="forbid")


class _Open(BaseModel):
    model_config = ConfigDict(extra="allow")


class ErrorBody(_Answer):
    """What is wrong, for programs and for people, and where."""

    code: str
    message: str
    where: str | None


class ErrorOut(_Answer):
    """The shape of every error."""

    error: ErrorBody


class RankingOut(_Open):
    """A ranking in the form of ``hippain rank --json``, with reasons and what to ask next.

    With ``parts=more`` only `ask_next`, `combination` and `reasons` (by ``source:side``) are there;
    with ``parts=ranking`` they are not.
    """

    empty: bool = False
    message: str | None = None
    red_flags: list[dict[str, Any]] | None = None
    drawing: dict[str, Any] | None = None
    none_of_these: dict[str, float] | None = None
    candidates: list[dict[str, Any]] | None = None
    differential: list[dict[str, Any]] | None = None
    ask_next: list[dict[str, Any]] | None = None
    combination: dict[str, Any] | None = None
    reasons: dict[str, dict[str, Any]] | None = None


class CheckOut(_Answer):
    """A drawing as it was understood."""

    drawing: dict[str, Any]
    notes: list[str]
    empty: bool


class WorkOut(_Answer):
    """The unsaved drawing."""

    drawing: dict[str, Any] | None
    saved: str | None
    revision: int


class SavedOut(_Answer):
    """What a drawing was kept as."""

    revision: int
    saved: str


class AsideDrawing(_Answer):
    """A drawing that made room for a patient."""

    drawing: dict[str, Any]
    saved: str | None


class AsideOut(_Answer):
    """Drawings that made room for a patient, the newest first."""

    drawings: list[AsideDrawing]


class PatientOut(_Answer):
    """Whether this browser is in patient mode; a paired device never leaves it."""

    locked: bool
    lang: str | None
    paired: bool
