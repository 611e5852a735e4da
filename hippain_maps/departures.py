"""Tables that hold one value nearly everywhere, kept as where they depart from it.

A source reaches a few dozen of several hundred regions; everywhere else it expects what the
background does. And what a region expects depends on one or two of its trigger points, however many
states all of them together make: so each value is kept once for each choice that matters to its
regions, in a *slot*, and a row of the table is the sum of a few slots. Sums over regions then cost
what is drawn times the sources that reach it; states cost one number for each of their slots.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from hippain_maps._ranges import runs
from hippain_maps.geometry import FloatArray
from hippain_maps.regions import IntArray


@dataclass(frozen=True, eq=False)
class Part:
    """The departures of one source in regions that depend on the same choices.

    Parameters
    ----------
    region : ndarray of int, shape (n,)
        Where.
    values : ndarray, shape (n, kinds, choices)
        By how much, for each kind of value and each choice.
    choice : ndarray of int, shape (states,)
        The choice of each state of the source.
    """

    region: IntArray
    values: FloatArray
    choice: IntArray


@dataclass(frozen=True, eq=False)
class Departures:
    """Values of every kind for every row and region: a background, and where they depart from it.

    Parameters
    ----------
    background : ndarray, shape (kinds,)
        The value of each kind where nothing is written.
    values : ndarray, shape (entries, kinds)
        By how much an entry departs from it, slot after slot.
    slot, region : ndarray of int, shape (entries,)
        What an entry belongs to. No row has two entries for a region.
    of_slot : ndarray of int, shape (slots + 1,)
        Where the entries of each slot begin.
    by_region : ndarray of int, shape (entries,)
        The entries in the order of their regions.
    of_region : ndarray of int, shape (regions + 1,)
        Where those of each region begin in it.
    slots : ndarray of int
        The slots of all rows, one row after the other; each has at least one.
    of_row : ndarray of int, shape (rows + 1,)
        Where those of each row begin.
    """

    background: FloatArray
    values: FloatArray
    slot: IntArray
    region: IntArray
    of_slot: IntArray
    by_region: IntArray
    of_region: IntArray
    slots: IntArray
    of_row: IntArray

    @classmethod
    def of(
        cls,
        sources: Sequence[Sequence[Part]],
        states: Sequence[int],
        background: FloatArray,
        regions: int,
    ) -> Departures:
        """Return the table whose rows are the states of one source after the other.

        Parameters
        ----------
        sources : sequence of sequences of Part
            The parts of each source; their regions are distinct.
        states : sequence of int
            How many each source has.
        background : ndarray, shape (kinds,)
            The value of each kind where no part departs from it.
        regions : int
            How many there are.
        """
        nothing = np.empty(0, dtype=np.intp)
        values, slot, region = [np.empty((0, len(background)))], [nothing], [nothing]
        slots, width = [nothing], [nothing]
        # The first slot has no entries, for rows that depart nowhere.
        count = 1
        for parts, rows in zip(sources, states, strict=True):
            firsts = []
            for part in parts:
                choices = part.values.shape[2]
                values.append(part.values.transpose(2, 0, 1).reshape(-1, len(background)))
                slot.append(np.repeat(np.arange(count, count + choices), len(part.region)))
                region.append(np.tile(part.region, choices))
                firsts.append(count + part.choice)
                count += choices
            of_state = np.stack(firsts or [np.zeros(rows, dtype=np.intp)], axis=1)
            slots.append(of_state.ravel())
            width.append(np.full(rows, of_state.shape[1]))
        whole_slot, whole_region = np.concatenate(slot), np.concatenate(region)
        return cls(
            background=background,
            values=np.concatenate(values),
            slot=whole_slot,
            region=whole_region,
            of_slot=_begins(np.bincount(whole_slot, minlength=count)),
            by_region=np.argsort(whole_region, kind="stable"),
            of_region=_begins(np.bincount(whole_region, minlength=regions)),
            slots=np.concatenate(slots),
            of_row=_begins(np.concatenate(width)),
        )

    @property
    def rows(self) -> int:
        """Rows of the table."""
        return len(self.of_row) - 1

    @property
    def regions(self) -> int:
        """Columns of the table."""
        return len(self.of_region) - 1

    def sums(self, weight: FloatArray, factors: Sequence[float]) -> FloatArray:
        """Return weighted sums over the regions, for every row.

        Parameters
        ----------
        weight : ndarray, shape (n, regions)
            Several sets of weights; regions of weight 0 cost nothing.
        factors : sequence of float
            How much each kind counts; those left out count 0.

        Returns
        -------
        ndarray, shape (n, rows)
        """
        counts = np.zeros(len(self.background))
        counts[: len(factors)] = factors
        base = float(counts @ self.background)
        found = np.zeros((len(weight), self.rows))
        for row, one in zip(found, weight, strict=True):
            here = np.flatnonzero(one)
            if not len(here) or not self.rows:
                continue
            which, place = runs(self.of_region, here)
            entry = self.by_region[place]
            terms = (self.values[entry] @ counts) * one[here][which]
            sums = np.bincount(self.slot[entry], weights=terms, minlength=len(self.of_slot) - 1)
            np.add.reduceat(sums[self.slots], self.of_row[:-1], out=row)
            row += base * one.sum()
        return found

    def some_rows(self, rows: IntArray, kind: int) -> FloatArray:
        """Return some rows of one kind, shape (n, regions)."""
        table = np.full((len(rows), self.regions), self.background[kind])
        of, place = runs(self.of_row, rows)
        which, entry = runs(self.of_slot, self.slots[place])
        table[of[which], self.region[entry]] += self.values[entry, kind]
        return table

    def dense(self, kind: int) -> FloatArray:
        """Return one kind as a matrix by columns, shape (rows, regions)."""
        return np.asfortranarray(self.some_rows(np.arange(self.rows), kind))


def _begins(counts: IntArray) -> IntArray:
    """Return where each of so many things filed one after the other begins, and where all end."""
    return np.concatenate([[0], np.cumsum(counts)]).astype(np.intp)
