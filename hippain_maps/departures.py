"""Tables that hold one value nearly everywhere, kept as where they depart from it.

A source reaches a few dozen of several hundred regions; everywhere else it expects what the
background does. Sums over regions then cost what is drawn times the sources that reach it, not
what is drawn times all sources. Sources with equally many states stand together in a block, so
that a sum is a few steps on arrays however many sources there are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from hippain_maps.geometry import FloatArray
from hippain_maps.regions import IntArray


@dataclass(frozen=True, eq=False)
class Part:
    """The departures of one source.

    Parameters
    ----------
    region : ndarray of int, shape (n,)
        Where.
    values : ndarray, shape (n, kinds, states)
        By how much, for each kind of value and each state.
    """

    region: IntArray
    values: FloatArray


@dataclass(frozen=True, eq=False)
class _Block:
    """Sources with equally many states.

    Parameters
    ----------
    first : ndarray of int, shape (n,)
        First row of each.
    owner : ndarray of int, shape (entries,)
        Which of them an entry belongs to, in rising order.
    region : ndarray of int, shape (entries,)
        Where.
    values : ndarray, shape (entries, kinds, states)
        By how much.
    """

    first: IntArray
    owner: IntArray
    region: IntArray
    values: FloatArray

    @property
    def states(self) -> int:
        """States of each source."""
        return int(self.values.shape[2])


@dataclass(frozen=True, eq=False)
class Departures:
    """Values of every kind for every row and region: a background, and where they depart from it.

    Parameters
    ----------
    background : ndarray, shape (kinds,)
        The value of each kind where nothing is written.
    blocks : tuple of _Block
        The departures.
    rows, regions : int
        Size of the table.
    """

    background: FloatArray
    blocks: tuple[_Block, ...]
    rows: int
    regions: int

    @classmethod
    def of(cls, parts: Sequence[Part], background: FloatArray, regions: int) -> Departures:
        """Return the table whose rows are the states of one source after the other."""
        counts = np.array([part.values.shape[2] for part in parts], dtype=np.intp)
        first = np.cumsum(counts) - counts
        blocks = []
        for count in sorted(set(counts.tolist())):
            members = [n for n in np.flatnonzero(counts == count).tolist() if len(parts[n].region)]
            if members:
                sizes = [len(parts[n].region) for n in members]
                blocks.append(
                    _Block(
                        first=first[members],
                        owner=np.repeat(np.arange(len(members)), sizes),
                        region=np.concatenate([parts[n].region for n in members]),
                        values=np.concatenate([parts[n].values for n in members]),
                    )
                )
        return cls(background, tuple(blocks), int(counts.sum()), regions)

    def sums(self, weight: FloatArray, kinds: slice) -> FloatArray:
        """Return weighted sums over the regions, for every row.

        Parameters
        ----------
        weight : ndarray, shape (n, regions)
            Several sets of weights; regions of weight 0 cost nothing.
        kinds : slice
            Which kinds of values.

        Returns
        -------
        ndarray, shape (n, kinds, rows)
        """
        base = weight.sum(axis=1)[:, None, None] * self.background[kinds][:, None]
        total = np.repeat(base, self.rows, axis=2)
        kind = np.arange(total.shape[1])[:, None]
        for block in self.blocks:
            which, entry = np.nonzero(weight[:, block.region])
            if not len(entry):
                continue
            terms = block.values[entry, kinds]
            terms *= weight[which, block.region[entry]][:, None, None]
            group = which * len(block.first) + block.owner[entry]
            begins = np.flatnonzero(np.diff(group, prepend=-1))
            which, source = np.divmod(group[begins], len(block.first))
            rows = block.first[source][:, None] + np.arange(block.states)
            total[which[:, None, None], kind, rows[:, None]] += np.add.reduceat(terms, begins)
        return total

    def row(self, number: int, kind: int) -> FloatArray:
        """Return one row of one kind, shape (regions,)."""
        values = np.full(self.regions, self.background[kind])
        for block in self.blocks:
            state = number - block.first
            (source,) = np.nonzero((state >= 0) & (state < block.states))
            if len(source):
                begin, end = np.searchsorted(block.owner, [source[0], source[0] + 1])
                entries = slice(begin, end)
                values[block.region[entries]] += block.values[entries, kind, state[source[0]]]
        return values

    def dense(self, kind: int) -> FloatArray:
        """Return one kind as a matrix by columns, shape (rows, regions)."""
        table = np.full((self.rows, self.regions), self.background[kind], order="F")
        for block in self.blocks:
            rows = block.first[block.owner][:, None] + np.arange(block.states)
            table[rows, block.region[:, None]] += block.values[:, kind]
        return table
