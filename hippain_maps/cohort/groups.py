"""What a group has in common: where it hurts how often, what comes first, how much is drawn.

Everything here is made from the table of regions that a cohort was ranked with
(`rank_cohort(..., regions=...)`): a row a drawing, the drawn fraction of every sided region, and
the study fields. A region that no used view of a drawing shows is missing there, not spared: it has
a smaller denominator.

Limits
------
A row counts as a person. Where people drew more than once, keep one drawing each
(`RegionTable.one_each`), or shares look surer than they are. Regions differ in size and neighbours
hurt together: 494 shares are not 494 facts.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hippain_maps._json import one_line
from hippain_maps._limits import MAX_TABLE_BYTES
from hippain_maps.errors import CohortError, UnknownNameError, did_you_mean
from hippain_maps.geometry import SIDES, FloatArray
from hippain_maps.regions import Body, IntArray
from hippain_maps.shares import FELT, wilson

BoolArray = NDArray[np.bool_]

AFFECTED = ("affected", "other")
"""What the sides are called once every drawing is mirrored so that the affected one is left."""


@dataclass(frozen=True, eq=False)
class RegionTable:
    """Drawn fractions of many drawings, with their study fields.

    Parameters
    ----------
    body : Body
        Whose regions they are.
    drawn : ndarray, shape (drawings, 2 regions)
        Painful fraction of each sided region; NaN where no used view shows it.
    fields : mapping of str to list
        Every other column.
    sides : (str, str)
        What the first and the second half of the regions are: left and right, or affected and
        other.
    left_out : mapping of str to int
        How many drawings were left out on the way, by reason.
    """

    body: Body
    drawn: FloatArray
    fields: Mapping[str, list[Any]]
    sides: tuple[str, str] = ("left", "right")
    left_out: Mapping[str, int] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.drawn)

    @property
    def names(self) -> tuple[str, ...]:
        """Every sided region, in order."""
        return tuple(f"{side}:{region}" for side in self.sides for region in self.body.regions)

    def column(self, name: str) -> list[Any]:
        """Return a study field.

        Raises
        ------
        UnknownNameError
            If there is no such column.
        """
        if name not in self.fields:
            raise UnknownNameError("column", name, self.fields)
        return self.fields[name]

    def take(self, rows: BoolArray | IntArray, reason: str | None = None) -> RegionTable:
        """Return some of the drawings; how many are missing is noted under a reason."""
        index = np.arange(len(self))[rows]
        left = dict(self.left_out)
        if reason and len(index) < len(self):
            left[reason] = left.get(reason, 0) + len(self) - len(index)
        fields = {name: [v[i] for i in index.tolist()] for name, v in self.fields.items()}
        return replace(self, drawn=self.drawn[index], fields=fields, left_out=left)

    def where(self, column: str, value: str) -> RegionTable:
        """Return the drawings whose study field has a value, compared as text.

        Raises
        ------
        CohortError
            If none has it; the values that there are are named.
        """
        texts = [_text(v) for v in self.column(column)]
        rows = np.array([text == value for text in texts], dtype=bool)
        if not rows.any():
            found = ", ".join(sorted({t for t in texts if t})[:8])
            hint = did_you_mean(value, [t for t in texts if t])
            raise CohortError(
                f"no drawing has {one_line(column)} '{one_line(value)}'{hint} (there are: "
                f"{one_line(found) or 'none'})"
            )
        return self.take(rows)

    def one_each(self, column: str) -> RegionTable:
        """Return the first drawing of each person; those without a name are left out."""
        seen: set[str] = set()
        rows = []
        for value in map(_text, self.column(column)):
            rows.append(bool(value) and value not in seen)
            seen.add(value)
        return self.take(np.array(rows, dtype=bool), f"not the first of its {column}")

    def mirrored_to(self, column: str) -> RegionTable:
        """Return the drawings with the affected side first, whichever it was.

        Parameters
        ----------
        column : str
            Study field that says left or right; drawings that say anything else are left out.
        """
        said = [_text(v).strip().lower() for v in self.column(column)]
        known = self.take(
            np.array([s in SIDES for s in said], dtype=bool), f"{column} says no side"
        )
        right = np.array([s == "right" for s in said if s in SIDES], dtype=bool)
        drawn = known.drawn.copy()
        drawn[right] = drawn[right][:, self.body.mirror_place]
        return replace(known, drawn=drawn, sides=AFFECTED)


def read_regions(path: str | os.PathLike[str], body: Body) -> RegionTable:
    """Return a table of regions as `rank_cohort` wrote it.

    Raises
    ------
    CohortError
        If it cannot be read, or its regions are not those of the body.
    """
    import pyarrow as pa
    import pyarrow.csv as pc
    import pyarrow.parquet as pq

    place, name = Path(path), one_line(os.fspath(path))
    try:
        if place.stat().st_size > MAX_TABLE_BYTES:
            raise CohortError(
                f"'{name}' is larger than {MAX_TABLE_BYTES:,} bytes, the most that is held in "
                "memory; divide it"
            )
        table = pc.read_csv(place) if place.suffix.lower() == ".csv" else pq.read_table(place)
    except FileNotFoundError:
        raise CohortError(f"'{name}': there is no such file") from None
    except CohortError:
        raise
    except (OSError, ValueError, MemoryError, pa.ArrowException) as error:
        reason = one_line(str(error).strip().splitlines()[0])[:80]
        raise CohortError(f"'{name}' cannot be read as a table: {reason}") from None
    missing = [region for region in body.sided if region not in table.column_names]
    if missing:
        raise CohortError(
            f"'{name}' has no column '{missing[0]}' ({len(missing)} regions are missing); give the "
            "table that 'hippain rank-many --regions' wrote, with the same atlas"
        )
    drawn = np.empty((table.num_rows, len(body.sided)))
    for number, region in enumerate(body.sided):
        values = table.column(region).cast(pa.float64(), safe=False)
        drawn[:, number] = values.to_numpy(zero_copy_only=False)
    if np.nanmax(drawn, initial=0) > 1 or np.nanmin(drawn, initial=0) < 0:
        raise CohortError(f"'{name}': a drawn fraction is not between 0 and 1")
    regions = set(body.sided)
    fields = {c: table.column(c).to_pylist() for c in table.column_names if c not in regions}
    return RegionTable(body, drawn, fields)


def _text(value: Any) -> str:
    return "" if value is None else str(value)


@dataclass(frozen=True, eq=False)
class FrequencyMap:
    """How many of a group have pain in each region.

    Parameters
    ----------
    table : RegionTable
        The group.
    felt, seen : ndarray of int, shape (2 regions,)
        Drawings with pain there, and drawings that could show it.
    share, low, high : ndarray, shape (2 regions,)
        Share with its 95 % interval (Wilson); NaN where nobody could show it, or it is hidden.
    hidden : ndarray of bool, shape (2 regions,)
        Regions whose numbers are kept back because they are of few people.
    least : int
        Fewer people than this, with pain or without, are kept back; 0 keeps nothing back.
    threshold : float
        A region counts where this share of it is drawn.
    """

    table: RegionTable
    felt: IntArray
    seen: IntArray
    share: FloatArray
    low: FloatArray
    high: FloatArray
    hidden: BoolArray
    least: int
    threshold: float

    def rows(self) -> list[dict[str, Any]]:
        """Return a row for each region, as plain data; what is hidden is None."""
        rows = []
        for number, name in enumerate(self.table.names):
            side, _, region = name.partition(":")
            hidden, seen = bool(self.hidden[number]), int(self.seen[number])
            known = seen > 0 and not hidden
            rows.append(
                {
                    "region": region,
                    "side": side,
                    "name": self.table.body.regions[region].name,
                    "felt": None if hidden else int(self.felt[number]),
                    "seen": None if hidden and seen < self.least else seen,
                    "share": float(self.share[number]) if known else None,
                    "low": float(self.low[number]) if known else None,
                    "high": float(self.high[number]) if known else None,
                    "hidden": hidden,
                }
            )
        return rows


def frequency_map(table: RegionTable, *, least: int = 0, threshold: float = FELT) -> FrequencyMap:
    """Return how many of a group have pain in each region.

    Parameters
    ----------
    table : RegionTable
        The group.
    least : int
        Keep back what is said of fewer people than this: shares of so few drawings, and counts
        above 0 and below this of people with pain or without.
    threshold : float
        A region counts as painful where this share of it is drawn.
    """
    with np.errstate(invalid="ignore"):
        felt = (table.drawn >= threshold).sum(axis=0)
    seen = np.isfinite(table.drawn).sum(axis=0)
    spared = seen - felt
    hidden = (seen > 0) & (
        (seen < least) | ((felt > 0) & (felt < least)) | ((spared > 0) & (spared < least))
    )
    share, low, high = (np.full(len(seen), np.nan) for _ in range(3))
    known: dict[tuple[int, int], tuple[float, float]] = {}
    for number in np.flatnonzero((seen > 0) & ~hidden).tolist():
        pair = int(felt[number]), int(seen[number])
        if pair not in known:
            known[pair] = wilson(*pair)
        share[number] = pair[0] / pair[1]
        low[number], high[number] = known[pair]
    return FrequencyMap(table, felt, seen, share, low, high, hidden, least, threshold)


@dataclass(frozen=True, eq=False)
class Difference:
    """Where two groups differ.

    Parameters
    ----------
    first, second : FrequencyMap
        The groups.
    names : (str, str)
        What they are called.
    difference : ndarray, shape (2 regions,)
        Share in the first less share in the second; NaN where one of them has none.
    p, q : ndarray, shape (2 regions,)
        Two-sided p-value by permutation, and the same with the false discovery rate controlled
        over all regions that were tested (Benjamini and Hochberg 1995); NaN where not tested.
    permutations, seed : int
        How it was drawn.
    """

    first: FrequencyMap
    second: FrequencyMap
    names: tuple[str, str]
    difference: FloatArray
    p: FloatArray
    q: FloatArray
    permutations: int
    seed: int

    def rows(self) -> list[dict[str, Any]]:
        """Return a row for each region, as plain data; what is hidden or not tested is None."""
        rows = []
        pairs = zip(self.first.rows(), self.second.rows(), strict=True)
        for number, (first, second) in enumerate(pairs):
            hidden = first["hidden"] or second["hidden"]
            row = {key: first[key] for key in ("region", "side", "name")}
            for label, side in (("first", first), ("second", second)):
                row |= {f"{key}_{label}": side[key] for key in ("felt", "seen", "share")}
            row |= {
                key: None if hidden or np.isnan(values[number]) else float(values[number])
                for key, values in (("difference", self.difference), ("p", self.p), ("q", self.q))
            }
            rows.append(row | {"hidden": hidden})
        return rows


def compare_groups(
    first: RegionTable,
    second: RegionTable,
    *,
    names: tuple[str, str] = ("first", "second"),
    permutations: int = 9_999,
    seed: int = 1,
    least: int = 0,
    threshold: float = FELT,
    progress: Callable[[int], None] | None = None,
) -> Difference:
    """Return where two groups differ, by permuting who belongs to which.

    If groups made no difference, any assignment of the drawings to them would be as likely as the
    one there is. The p-value is the share of assignments with a difference at least as large, the
    real one among them (Phipson and Smyth 2010), so it is never 0. All regions are permuted
    together, which keeps their dependence.

    Parameters
    ----------
    first, second : RegionTable
        The groups; they share no drawing, and each row is a person.
    names : (str, str)
        What to call them.
    permutations : int
        How many assignments to draw.
    seed : int
        The same seed gives the same p-values.
    least : int
        As for `frequency_map`.
    threshold : float
        As for `frequency_map`.
    progress : callable, optional
        Told after so many more permutations.

    Raises
    ------
    CohortError
        If a group is empty.
    """
    from scipy.stats import false_discovery_control

    for table, name in ((first, names[0]), (second, names[1])):
        if not len(table):
            raise CohortError(f"the group '{one_line(name)}' has no drawings")
    drawn = np.concatenate([first.drawn, second.drawn])
    known = np.isfinite(drawn)
    felt = np.where(known, drawn, 0) >= threshold
    # Whole numbers in single precision are exact up to 16 million people.
    hurts, could = felt.astype(np.float32), known.astype(np.float32)
    label = np.zeros(len(drawn), dtype=np.float32)
    label[: len(first)] = 1

    def differences(labels: NDArray[np.float32]) -> FloatArray:
        in_first, seen_first = labels @ hurts, labels @ could
        in_second, seen_second = hurts.sum(axis=0) - in_first, could.sum(axis=0) - seen_first
        with np.errstate(invalid="ignore", divide="ignore"):
            found: FloatArray = in_first.astype(float) / seen_first - in_second / seen_second
        return found

    real = differences(label[None])[0]
    generator = np.random.default_rng(seed)
    as_large, drawn_so = np.ones(len(real)), np.ones(len(real))
    for start in range(0, permutations, _PERMUTED):
        count = min(_PERMUTED, permutations - start)
        labels = np.stack([generator.permutation(label) for _ in range(count)])
        found = differences(labels)
        defined = np.isfinite(found)
        # Equal differences may differ in the last digit.
        as_large += (defined & (np.abs(found) >= np.abs(real) - 1e-9)).sum(axis=0)
        drawn_so += defined.sum(axis=0)
        if progress:
            progress(count)
    tested = np.isfinite(real) & felt.any(axis=0)
    p, q = np.full(len(real), np.nan), np.full(len(real), np.nan)
    p[tested] = (as_large / drawn_so)[tested]
    if tested.any():
        q[tested] = false_discovery_control(p[tested])
    maps = [frequency_map(t, least=least, threshold=threshold) for t in (first, second)]
    return Difference(maps[0], maps[1], names, real, p, q, permutations, seed)


_PERMUTED = 200


def first_counts(table: RegionTable, *, least: int = 0) -> list[dict[str, Any]]:
    """Return how often each muscle and each other source came first, the most often first.

    Returns
    -------
    list of dict
        ``list``, ``source``, ``count``, ``of`` (drawings), ``share``, ``low`` and ``high`` (95 %,
        Wilson), with left and right apart in ``left`` and ``right`` (``affected`` and ``other`` of
        a mirrored table are not told apart here). Counts above 0 and below `least` are None.
    """
    rows: list[dict[str, Any]] = []
    for name in ("candidate", "differential"):
        sources = table.column(f"first_{name}")
        sides = table.column(f"first_{name}_side")
        counted = Counter(sources)
        both = Counter(zip(sources, sides, strict=True))
        for source, count in sorted(counted.items(), key=lambda pair: (-pair[1], str(pair[0]))):
            few = count < least or 0 < len(table) - count < least
            low, high = wilson(count, len(table))
            left, right = (both[source, side] for side in SIDES)
            rows.append(
                {
                    "list": {"candidate": "candidates", "differential": "differential"}[name],
                    "source": source or "none listed",
                    "count": None if few else count,
                    "of": len(table),
                    "share": None if few else count / len(table),
                    "low": None if few else low,
                    "high": None if few else high,
                    "left": None if few or 0 < left < least else left,
                    "right": None if few or 0 < right < least else right,
                }
            )
    return rows


def extent_summary(table: RegionTable, *, least: int = 0) -> dict[str, float | int | None]:
    """Return how pain extent is spread in a group, in per cent of the charted body.

    Returns
    -------
    dict
        ``count``, ``mean``, ``sd``, and the least, quartiles and most; of fewer drawings than
        `least` the count alone.
    """
    values = np.array([v for v in table.column("extent_percent") if v is not None], dtype=float)
    found: dict[str, float | int | None] = {"count": len(values)}
    names = ("mean", "sd", "minimum", "quartile_1", "median", "quartile_3", "maximum")
    if not len(values) or len(values) < least:
        return found | dict.fromkeys(names)
    # The extremes are single people.
    ends = (None, None) if least else (float(values.min()), float(values.max()))
    quartiles = [float(v) for v in np.quantile(values, (0.25, 0.5, 0.75))]
    spread = float(values.std(ddof=1)) if len(values) > 1 else None
    return found | dict(
        zip(names, (float(values.mean()), spread, ends[0], *quartiles, ends[1]), strict=True)
    )


def write_rows(path: str | os.PathLike[str], rows: Sequence[Mapping[str, Any]]) -> None:
    """Write rows of plain data as CSV or Parquet, by the ending of the path."""
    import pyarrow as pa
    import pyarrow.csv as pc
    import pyarrow.parquet as pq

    from hippain_maps._writing import write_whole
    from hippain_maps.interchange.csv_tables import safe_table

    table = pa.Table.from_pylist([dict(row) for row in rows])
    if Path(path).suffix.lower() == ".parquet":
        write_whole(path, lambda beside: pq.write_table(table, beside))
    else:
        write_whole(path, lambda beside: pc.write_csv(safe_table(table), beside))
