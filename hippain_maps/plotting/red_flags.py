"""Red flags at the head of a page: what is raised in a frame, what was not asked in a line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from hippain_maps.plotting.layout import size_of, wrapped
from hippain_maps.plotting.look import Look
from hippain_maps.red_flags import NO_FLAGS, RedFlagWords, Texts
from hippain_maps.screening import URGENCIES, RedFlagState, asked_words
from hippain_maps.words import words_in

MOST, NAMED = 3, 6
"""Raised flags of the first urgency that are shown with what to do, fewer where the page is small;
and how many of the others by name."""

_LEADING = 1.4
# Inside the frame, and under it; inches.
_PADDING, _GAP = 0.09, 0.07
# The frame takes no more of the page, so that the ranking has room.
_SHARE = 0.3


@dataclass(frozen=True)
class FlagLine:
    """A line of type about red flags."""

    text: str
    bold: bool = False
    red: bool = False


def add_red_flags(
    figure: Figure,
    states: Sequence[RedFlagState],
    words: RedFlagWords | None,
    look: Look,
    *,
    box: tuple[float, float, float],
    language: str = "en",
) -> float:
    """Write the red flags of a drawing at the head of a page.

    Parameters
    ----------
    figure : Figure
        The page.
    states : sequence of RedFlagState
        As `hippain_maps.screening.red_flags` returns them.
    words : RedFlagWords or None
        What stands around them; None if the atlas holds no flags, which is then said.
    look : Look
        Colours and sizes.
    box : (left, right, top)
        Where there is room, as shares of the page.
    language : str
        Of the flags; English where one has no words in it.

    Returns
    -------
    float
        Where they end, as a share of the page's height. There is always a line: what was not asked
        is counted, and never left out.
    """
    left, right, top = box
    wide, high = size_of(figure)
    room = (right - left) * wide
    if words is None:
        return _write(figure, [FlagLine(NO_FLAGS, bold=True)], look, (left, top, room), high)
    raised = [state for state in states if state.raised and state.is_alarm]
    if raised:
        inset = (left + _PADDING / wide, top - _PADDING / high, room - 2 * _PADDING)
        for most in range(MOST, 0, -1):
            lines = raised_lines(raised, words, language, most=most)
            if _height(lines, look, inset[2]) <= _SHARE * high:
                break
        bottom = _write(figure, lines, look, inset, high) - _PADDING / high
        frame = figure.add_axes((left, bottom, right - left, top - bottom))
        frame.set_axis_off()
        frame.set_zorder(-1)
        edge = Rectangle(
            (0, 0), 1, 1, transform=frame.transAxes, facecolor="none", edgecolor=look.alarm
        )
        edge.set(linewidth=2.4, gid="red-flags", clip_on=False)
        frame.add_artist(edge)
        top = bottom - _GAP / high
    return _write(figure, other_lines(states, words, language), look, (left, top, room), high)


def raised_lines(
    raised: Sequence[RedFlagState], words: RedFlagWords, language: str, *, most: int | None = None
) -> list[FlagLine]:
    """Return the lines of the frame, with what to do for each flag, the most urgent first.

    With `most`, so many of the first urgency are told with what to do, and the others by name.
    """

    def said(texts: Texts) -> str:
        return texts.get(language) or texts["en"]

    first = [state for state in raised if state.flag.urgency == raised[0].flag.urgency][:most]
    told = raised if most is None else first
    lines: list[FlagLine] = []
    urgency = ""
    for state in told:
        if state.flag.urgency != urgency:
            urgency = state.flag.urgency
            lines.append(FlagLine(said(words.heading[urgency]), bold=True, red=True))
        how = words.answered_yes if state.answer == "yes" else words.not_yet_asked
        lines.append(FlagLine(f"{said(state.flag.name)} ({said(how)})", bold=True))
        lines.append(FlagLine(said(state.flag.action)))
    if more := raised[len(told) :]:
        names = [f"{said(s.flag.name)} ({said(words.if_yes[s.flag.urgency])})" for s in more]
        if len(names) > NAMED:
            names[NAMED:] = [words_in(language).say("more", number=len(names) - NAMED)]
        lines.append(FlagLine(words_in(language).say("also", names="; ".join(names)), bold=True))
    return [*lines, FlagLine(said(words.before_ranking), bold=True, red=True)]


def other_lines(
    states: Sequence[RedFlagState], words: RedFlagWords, language: str
) -> list[FlagLine]:
    """Return the lines under the frame; the first is always there."""

    def said(texts: Texts) -> str:
        return texts.get(language) or texts["en"]

    alarms = [state for state in states if state.is_alarm]
    left = [state for state in alarms if state.is_open]
    if left:
        emergency = any(state.raised and state.flag.urgency == URGENCIES[0] for state in alarms)
        note = words.not_asked_after_alarm if emergency else words.not_asked_note
        count = words_in(language).say(
            "flags_of", label=said(words.not_asked), number=len(left), whole=len(alarms)
        )
        lines = [FlagLine(f"{count} {said(note)}", bold=True, red=True)]
    else:
        lines = [FlagLine(asked_words(states, words_in(language)), bold=True)]
    if noted := [state for state in states if state.raised and not state.is_alarm]:
        first, *others = noted
        text = f"{said(first.flag.name)}: {said(first.flag.action)}"
        names = "".join(f" {said(state.flag.name)}." for state in others)
        lines.append(FlagLine(f"{said(words.heading['routine'])}. {text}{names}"))
    return lines


def _wrapped(line: FlagLine, look: Look, room: float) -> list[str]:
    return wrapped(line.text, look.text_size, room, bold=line.bold)


def _height(lines: Sequence[FlagLine], look: Look, room: float) -> float:
    """Return how high lines stand when they are wrapped to so many inches, in inches."""
    return sum(len(_wrapped(line, look, room)) for line in lines) * look.text_size * _LEADING / 72


def _write(
    figure: Figure,
    lines: Sequence[FlagLine],
    look: Look,
    place: tuple[float, float, float],
    high: float,
) -> float:
    """Write lines from a place on, wrapped to so many inches; return where they end."""
    x, y, room = place
    leading = look.text_size * _LEADING / 72 / high
    for line in lines:
        parts = _wrapped(line, look, room)
        figure.text(
            x,
            y,
            "\n".join(parts),
            va="top",
            fontsize=look.text_size,
            fontweight="bold" if line.bold else "normal",
            linespacing=_LEADING,
            color=look.alarm if line.red else look.ink,
        )
        y -= leading * len(parts)
    return y
