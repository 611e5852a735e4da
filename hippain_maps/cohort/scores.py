"""Many drawings ranked at once, as columns of numbers instead of one object each.

The same formula and the same order as `hippain_maps.ranking.rank`; shares agree to rounding. What a
cohort does not need (reasons, combinations, questions) is not worked out, and red flags only where
something in a drawing could raise one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from hippain_maps.atlas import Atlas
from hippain_maps.candidates import zones_of
from hippain_maps.clues import effects
from hippain_maps.clues import log_factors as clue_factors
from hippain_maps.cohort.sketch import Measured, Sketch, measure
from hippain_maps.drawing import PainDrawing
from hippain_maps.errors import DrawingError
from hippain_maps.evidence import Covered, Evidence, Lists, compare_many, list_many
from hippain_maps.expectation import Expectation, expectation
from hippain_maps.geometry import SIDES, STANDING_VIEWS, FloatArray
from hippain_maps.marks import Mark
from hippain_maps.palpation import log_factors as palpation_factors
from hippain_maps.palpation import palpated
from hippain_maps.ranking import rank
from hippain_maps.regions import IntArray
from hippain_maps.screening import red_flags

LISTS = ("candidates", "differential")
"""The two lists of a ranking, by the names they have in its JSON."""


@dataclass(frozen=True, eq=False)
class Listed:
    """The first places of one list, for each drawing.

    Parameters
    ----------
    source, side, rank : ndarray of int, shape (drawings, places)
        Source of the atlas, side and rank, best first.
    share : ndarray, shape (drawings, places)
        Share within the list.
    none : ndarray, shape (drawings,)
        Share of none of these; 1 where nothing can be listed.
    explained, essential : ndarray, shape (drawings, places)
        Share of the painful skin in the pattern, and of the essential zone that was drawn; NaN
        where no used view shows that zone, or there is none.
    points : ndarray of str, shape (drawings, places)
        Ids of the trigger points that the drawing speaks for, apart by spaces.
    listed : ndarray of bool, shape (drawings,)
        Whether anything is listed: numbness alone speaks of no muscle.
    """

    source: IntArray
    side: IntArray
    rank: IntArray
    share: FloatArray
    none: FloatArray
    explained: FloatArray
    essential: FloatArray
    points: NDArray[np.object_]
    listed: NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Scores:
    """What many drawings come to.

    Parameters
    ----------
    refused : dict of int to str
        Why a drawing cannot be ranked, by its row; its other numbers are then without meaning.
    measured : Measured
        Areas and fractions.
    extent_percent, numb_cm2 : ndarray, shape (drawings,)
        Pain extent, and numb or tingling skin.
    lists : dict of str to Listed
        Muscles and other sources, see `LISTS`.
    shares : ndarray, shape (drawings, sources, 2)
        Share of every source and side within its list.
    raised : list of str
        Ids of the red flags that are raised, apart by spaces.
    """

    refused: dict[int, str]
    measured: Measured
    extent_percent: FloatArray
    numb_cm2: FloatArray
    lists: dict[str, Listed]
    shares: FloatArray
    raised: list[str]


def score(sketches: Sequence[Sketch], atlas: Atlas, *, top: int = 5) -> Scores:
    """Return what many drawings come to.

    Parameters
    ----------
    sketches : sequence of Sketch
        The drawings; a few hundred to a few thousand at a time.
    atlas : Atlas
        What they are compared with.
    top : int
        Places of each list to tell of.

    Examples
    --------
    >>> from hippain_maps.atlas import load_atlas
    >>> from hippain_maps.drawing import PainDrawing
    >>> atlas = load_atlas()
    >>> drawing = PainDrawing.from_regions(atlas.body, ["left:thigh_lateral", "left:leg_lateral"])
    >>> muscles = score([Sketch.of(drawing)], atlas).lists["candidates"]
    >>> list(atlas.sources)[muscles.source[0, 0]]
    'gluteus_minimus'
    """
    expected, body, model = expectation(atlas), atlas.body, atlas.model
    measured = measure(sketches, body)
    covered = measured.covered
    skin, numb = covered.fraction * body.skin, covered.sensory * body.skin
    pain_cm2, numb_cm2 = skin.sum(axis=1), numb.sum(axis=1)
    enough = pain_cm2 + numb_cm2 >= model.least_drawn_cm2
    refused = {row: _refusal(sketches[row], atlas) for row in np.flatnonzero(~enough).tolist()}
    muscle = np.array([source.is_muscle for source in expected.sources], dtype=bool)
    both = skin + numb
    more_right = both[:, len(body.regions) :].sum(axis=1) > both[:, : len(body.regions)].sum(axis=1)

    count = len(sketches)
    shares = np.zeros((count, len(expected.sources), len(SIDES)))
    of_list = dict(zip(LISTS, (np.flatnonzero(muscle), np.flatnonzero(~muscle)), strict=True))
    gathered = {
        name: _Gathered(count, min(top, len(SIDES) * len(chosen)), expected.active.shape[1])
        for name, chosen in of_list.items()
    }
    kept = np.flatnonzero(enough)
    some = Covered(covered.fraction[kept], covered.sensory[kept], covered.known[kept])
    for evidence in compare_many(some, atlas, expected):
        rows = kept[evidence.rows]
        moved = np.stack([_moved(sketches[row], atlas) for row in rows.tolist()])
        for name, logs, nothing in (
            ("candidates", evidence.log, evidence.nothing),
            ("differential", evidence.log + evidence.sensory, evidence.nothing_other),
        ):
            if not len(of_list[name]):
                continue
            found = list_many(logs + moved, nothing, of_list[name], more_right[rows], atlas)
            shares[rows[:, None], found.source, found.side] = found.share
            gathered[name].take(rows, found, evidence, expected)
    # Numbness and tingling speak to nerves, and say nothing of muscles either way.
    only_numb = np.flatnonzero(enough & (pain_cm2 < model.least_drawn_cm2))
    shares[only_numb[:, None], of_list["candidates"]] = 0.0
    gathered["candidates"].empty(only_numb)
    charted = sum(body.charts[view].areas.sum() for view in STANDING_VIEWS)
    return Scores(
        refused=refused,
        measured=measured,
        extent_percent=100 * measured.standing_cm2 / charted,
        numb_cm2=numb_cm2,
        lists={name: _listed(found, measured, atlas, expected) for name, found in gathered.items()},
        shares=shares,
        raised=[
            "" if row in refused else _raised(sketch, atlas) for row, sketch in enumerate(sketches)
        ],
    )


def _refusal(sketch: Sketch, atlas: Atlas) -> str:
    """Return why a drawing cannot be ranked, in the words of `rank`."""
    try:
        rank(sketch.whole(), atlas)
    except DrawingError as error:
        return str(error)
    return "nothing to rank: too little is drawn on the mapped body"


class _Gathered:
    """The first places of one list, filled some drawings at a time."""

    def __init__(self, count: int, places: int, points: int) -> None:
        self.source, self.side, self.rank = (
            np.zeros((count, places), dtype=np.intp) for _ in range(3)
        )
        self.share = np.zeros((count, places))
        self.none = np.ones(count)
        self.active = np.zeros((count, places, points))
        self.listed = np.zeros(count, dtype=bool)

    def take(self, rows: IntArray, found: Lists, evidence: Evidence, expected: Expectation) -> None:
        """Keep the first places of some drawings."""
        places = self.source.shape[1]
        self.source[rows] = found.source[:, :places]
        self.side[rows] = found.side[:, :places]
        self.rank[rows] = found.rank[:, :places]
        self.share[rows] = found.share[:, :places]
        self.none[rows] = found.none
        self.listed[rows] = True
        source, side = found.source[:, :places].ravel(), found.side[:, :places].ravel()
        muscle = np.flatnonzero([expected.sources[number].is_muscle for number in source.tolist()])
        if len(muscle):
            chance = np.zeros((len(source), self.active.shape[2]))
            chance[muscle] = evidence.active(
                muscle // places, source[muscle], side[muscle], expected
            )
            self.active[rows] = chance.reshape(len(rows), places, -1)

    def empty(self, rows: IntArray) -> None:
        """Forget what was listed for some drawings."""
        self.listed[rows] = False
        self.none[rows] = 1.0


def _moved(sketch: Sketch, atlas: Atlas) -> FloatArray:
    """Return what answers, qualities and findings add to each source and side."""
    if sketch.is_silent:
        return _moved_by(atlas, sketch.qualities)
    drawing = sketch.whole()
    moved = _by_clues(drawing, atlas)
    pressed, _ = palpated(drawing, atlas)
    names = list(atlas.sources)
    for (name, side), factor in palpation_factors(pressed, atlas.model.palpation_limit).items():
        moved[names.index(name), SIDES.index(side)] += factor
    return moved


@lru_cache(maxsize=256)
def _moved_by(atlas: Atlas, qualities: frozenset[str]) -> FloatArray:
    """Return what the qualities of marks alone add, worked out once for each set of them."""
    mark = Mark("anterior", "Point", (0.0, 0.0), quality=tuple(sorted(qualities)))
    return _by_clues(PainDrawing((mark,) if qualities else ()), atlas)


def _by_clues(drawing: PainDrawing, atlas: Atlas) -> FloatArray:
    factors = clue_factors(effects(drawing, atlas), atlas.model)
    return np.array([[factors.get(name, 0.0)] * len(SIDES) for name in atlas.sources])


def _raised(sketch: Sketch, atlas: Atlas) -> str:
    """Return the red flags that a drawing raises; most can raise none, and are not screened."""
    if sketch.drawing is None or not sketch.drawing.answers:
        drawn_alone, qualities = _raisers(atlas)
        if not drawn_alone and not qualities & sketch.qualities:
            return ""
    return " ".join(state.flag.id for state in red_flags(sketch.whole(), atlas) if state.raised)


@lru_cache(maxsize=4)
def _raisers(atlas: Atlas) -> tuple[bool, frozenset[str]]:
    """Return what can raise a flag without an answer: any mark at all, or marks of a quality."""
    silent = [
        condition
        for flag in atlas.red_flags.values()
        for condition in flag.raised_by
        if not (condition.any_yes or condition.all_yes or condition.all_no)
    ]
    qualities = frozenset(word for condition in silent for word in condition.quality)
    return any(not condition.quality for condition in silent), qualities


def _listed(found: _Gathered, measured: Measured, atlas: Atlas, expected: Expectation) -> Listed:
    """Work out what the patterns of the first candidates explain, those of one pattern together."""
    body, covered = atlas.body, measured.covered
    skin, numb = covered.fraction * body.skin, covered.sensory * body.skin
    seen = covered.known * body.skin
    whole, numb_whole = skin.sum(axis=1), numb.sum(axis=1)
    explained = np.zeros(found.share.shape)
    essential = np.full(found.share.shape, np.nan)
    points = np.full(found.share.shape, "", dtype=object)
    for number, side, shown, rows, places in _alike(found, atlas):
        pattern, source = _pattern(atlas, number, side, shown), expected.sources[number]
        if source.is_muscle:
            text = " ".join(source.trigger_points[point].id for point in shown)
            points[rows, places] = text
        share = np.divide(
            skin[np.ix_(rows, pattern.zones)].sum(axis=1),
            whole[rows],
            out=np.zeros(len(rows)),
            where=whole[rows] > 0,
        )
        if (unhurt := whole[rows] == 0).any():
            in_core = numb[np.ix_(rows[unhurt], pattern.core)].sum(axis=1)
            share[unhurt] = in_core / numb_whole[rows[unhurt]]
        explained[rows, places] = np.minimum(share, 1.0)
        if len(pattern.essential):
            size = seen[np.ix_(rows, pattern.essential)].sum(axis=1)
            drawn = skin[np.ix_(rows, pattern.essential)].sum(axis=1)
            essential[rows, places] = np.divide(
                np.minimum(drawn, size), size, out=np.full(len(rows), np.nan), where=size > 0
            )
    return Listed(
        found.source,
        found.side,
        found.rank,
        found.share,
        found.none,
        explained,
        essential,
        points,
        found.listed,
    )


def _alike(
    found: _Gathered, atlas: Atlas
) -> Iterator[tuple[int, int, tuple[int, ...], IntArray, IntArray]]:
    """Yield source, side and shown trigger points, and where they stand: rows and places."""
    many = found.active.shape[2]
    # As `Candidate.points` has it: the sure ones, or the surest.
    order = np.argsort(-np.round(found.active, 9), axis=2, kind="stable")
    sure = np.take_along_axis(found.active, order, axis=2) >= atlas.model.shown_trigger_point
    sure[:, :, 0] = True
    digits = np.where(sure, order + 1, 0)
    # A number for each: digits of the trigger points in their order, then source and side.
    code = digits @ ((many + 1) ** np.arange(many))
    code = (code * len(atlas.sources) + found.source) * len(SIDES) + found.side
    rows, places = np.nonzero(np.broadcast_to(found.listed[:, None], code.shape))
    keys = code[rows, places]
    by_key = np.argsort(keys, kind="stable")
    for some in np.split(by_key, np.flatnonzero(np.diff(keys[by_key])) + 1):
        if not len(some):
            continue
        row, place = rows[some[0]], places[some[0]]
        shown = tuple((digits[row, place][sure[row, place]] - 1).tolist())
        number, side = int(found.source[row, place]), int(found.side[row, place])
        yield number, side, shown, rows[some], places[some]


@dataclass(frozen=True, eq=False)
class _Pattern:
    """Places of the regions of a pattern, of its essential zone, and of its core."""

    zones: IntArray
    essential: IntArray
    core: IntArray


@lru_cache(maxsize=4096)
def _pattern(atlas: Atlas, number: int, side: int, shown: tuple[int, ...]) -> _Pattern:
    source, place = list(atlas.sources.values())[number], atlas.body.place
    zones = zones_of(source, SIDES[side], [source.trigger_points[point] for point in shown])
    core = dict.fromkeys(part.sided(SIDES[side]) for part in source.core)
    return _Pattern(
        *(
            np.array([place[region] for region in regions], dtype=np.intp)
            for regions in (zones, [r for r, zone in zones.items() if zone == "essential"], core)
        )
    )
