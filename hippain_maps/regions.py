"""The body: named patches of skin, and the polygon each of them owns in every view that shows it.

A `BodyRegion` is a patch of skin without a side, such as ``thigh_2_posterolateral``. Written down
is the patient's left half; a *sided* region is written ``left:thigh_2_posterolateral``, and the
right one is its mirror. A `BodyChart` is one view: a coverage of polygons that share borders
exactly, with no gap and no overlap. A `Body` holds all charts, and turns names into regions.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import shapely
from numpy.typing import NDArray

from hippain_maps.errors import UnknownNameError
from hippain_maps.geometry import SIDES, VIEWS, Area, FloatArray, Side, View, check_view

IntArray = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class BodyRegion:
    """A named patch of skin, the same on both sides.

    Parameters
    ----------
    id : str
        Lower snake case, without a side.
    name : str
        As clinicians say it.
    skin_cm2 : float
        Area of the patch on one side, measured around the body; slopes against the vertical are
        left out, so the back of the foot is taken from its inset instead.
    fma, uberon : str or None
        Ontology ids, where one fits.
    """

    id: str
    name: str
    skin_cm2: float
    fma: str | None = None
    uberon: str | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """A named set of regions, usable wherever a region is."""

    id: str
    name: str
    regions: tuple[str, ...]
    fma: str | None = None
    uberon: str | None = None


@dataclass(frozen=True, slots=True)
class ContextArea:
    """A part of the figure that is drawn but not charted, such as the head."""

    name: str
    side: Side | None
    area: Area


@dataclass(frozen=True, eq=False)
class BodyChart:
    """One view of the body.

    Parameters
    ----------
    view : view
        Which view.
    index : ndarray of int, shape (n,)
        For each polygon, the place of its sided region in ``Body.sided``.
    polygons : ndarray of shapely geometries, shape (n,)
        Chart cm. Together they are a valid coverage.
    context : tuple of ContextArea
        Drawn, not charted.
    hints : tuple of ndarray, each of shape (m, 2)
        Light lines of the figure.
    """

    view: View
    index: IntArray
    polygons: NDArray[np.object_]
    context: tuple[ContextArea, ...]
    hints: tuple[FloatArray, ...]

    @cached_property
    def areas(self) -> FloatArray:
        """Area of each polygon, cm2."""
        return np.asarray(shapely.area(self.polygons))

    @cached_property
    def charted(self) -> Area:
        """The charted part of the figure as one shape."""
        return _merged(list(self.polygons), coverage=True)

    @cached_property
    def figure(self) -> Area:
        """The whole figure: the charted part and its context, one clean contour."""
        return self.outline(arms=True)

    def outline(self, *, arms: bool) -> Area:
        """Return the whole figure as one shape, with its arms or without."""
        parts = [c.area for c in self.context if arms or c.name != "arm"]
        return _merged([self.charted, *parts], coverage=False)

    @cached_property
    def tree(self) -> shapely.STRtree:
        """Spatial index over `polygons`."""
        return shapely.STRtree(self.polygons)

    def shared_borders(self) -> tuple[IntArray, IntArray, FloatArray]:
        """Return which polygons touch, and along how many centimetres.

        Returns
        -------
        first, second : ndarray of int
            Places in `polygons`, ``first < second``, each pair once.
        length : ndarray of float
            Length of the border they share, cm.
        """
        if not len(self.polygons):
            nothing = np.empty(0, dtype=np.intp)
            return nothing, nothing, np.empty(0)
        parts, of_part = shapely.get_parts(self.polygons, return_index=True)
        rings, of_ring = shapely.get_rings(parts, return_index=True)
        xy, of_point = shapely.get_coordinates(rings, return_index=True)
        xy = np.round(xy, 6)
        joined = of_point[1:] == of_point[:-1]
        a, b, owner = xy[:-1][joined], xy[1:][joined], of_part[of_ring[of_point[:-1][joined]]]
        swap = (a[:, 0] > b[:, 0]) | ((a[:, 0] == b[:, 0]) & (a[:, 1] > b[:, 1]))
        edges = np.hstack([np.where(swap[:, None], b, a), np.where(swap[:, None], a, b)])
        order = np.lexsort((owner, *edges.T))
        edges, owner = edges[order], owner[order]
        twice = np.flatnonzero((edges[1:] == edges[:-1]).all(axis=1))
        pairs = np.stack([owner[twice], owner[twice + 1]], axis=1)
        length = np.hypot(*(edges[twice, :2] - edges[twice, 2:]).T)
        unique, inverse = np.unique(pairs, axis=0, return_inverse=True)
        total = np.bincount(inverse.reshape(-1), weights=length, minlength=len(unique))
        return unique[:, 0], unique[:, 1], np.asarray(total, dtype=float)


def _merged(parts: Sequence[shapely.Geometry], *, coverage: bool) -> Area:
    """Return the union as a polygonal geometry."""
    whole = shapely.coverage_union_all(parts) if coverage else shapely.union_all(parts)
    pieces = [p for p in shapely.get_parts(whole) if isinstance(p, shapely.Polygon)]
    return pieces[0] if len(pieces) == 1 else shapely.MultiPolygon(pieces)


@dataclass(frozen=True, eq=False)
class Body:
    """All regions, groups and charts of a figure.

    Parameters
    ----------
    figure : str
        Which figure this is, such as ``neutral adult``.
    regions : mapping of str to BodyRegion
        By id, in head-to-foot order; without a side.
    groups : mapping of str to Group
        By id.
    charts : mapping of view to BodyChart
        All seven views.
    area_of : mapping of str to str
        The group that names, in a word, where a region is; each region has one.
    """

    figure: str
    regions: Mapping[str, BodyRegion]
    groups: Mapping[str, Group]
    charts: Mapping[View, BodyChart]
    area_of: Mapping[str, str]

    def __repr__(self) -> str:
        """Return name and counts."""
        return (
            f"<Body '{self.figure}': {len(self.regions)} regions a side, "
            f"{len(self.groups)} groups, {len(self.charts)} views>"
        )

    @cached_property
    def sided(self) -> tuple[str, ...]:
        """Every sided region: all left ones, then all right ones in the same order."""
        return tuple(f"{side}:{region}" for side in SIDES for region in self.regions)

    @cached_property
    def place(self) -> Mapping[str, int]:
        """Place of each sided region in `sided`."""
        return {name: i for i, name in enumerate(self.sided)}

    @cached_property
    def skin(self) -> FloatArray:
        """Skin area of each sided region, cm2, shape (2 regions,)."""
        one = np.array([region.skin_cm2 for region in self.regions.values()])
        return np.concatenate([one, one])

    @cached_property
    def mirror_place(self) -> IntArray:
        """Place of the mirror image of each sided region."""
        n = len(self.regions)
        return np.concatenate([np.arange(n, 2 * n), np.arange(n)])

    def members(self, name: str) -> tuple[str, ...]:
        """Return the regions that an unsided region or group name stands for.

        Raises
        ------
        UnknownNameError
            If there is no such region or group; the nearest name is offered.
        """
        if name in self.regions:
            return (name,)
        if name in self.groups:
            return self.groups[name].regions
        raise UnknownNameError(
            "region or group",
            name,
            [*self.regions, *self.groups],
            hint="'hippain list regions' and 'hippain list groups' show them",
        )

    def resolve(self, name: str) -> tuple[str, ...]:
        """Return the sided regions that a name stands for; both sides if it names none.

        Raises
        ------
        UnknownNameError
            If the side, region or group is unknown.
        """
        side, colon, rest = name.partition(":")
        if not colon:
            return tuple(f"{s}:{r}" for s in SIDES for r in self.members(name))
        if side not in SIDES:
            raise UnknownNameError("side", side, SIDES, hint="write left:NAME or right:NAME")
        return tuple(f"{side}:{r}" for r in self.members(rest))

    def label(self, sided: str) -> str:
        """Return a sided region's name for people.

        Raises
        ------
        UnknownNameError
            If there is no such sided region.
        """
        self._find(sided)
        side, _, region = sided.partition(":")
        return f"{self.regions[region].name} ({side})"

    def _find(self, sided: str) -> int:
        """Return the place of a sided region in `sided`, or say what is wrong with its name."""
        if sided not in self.place:
            raise UnknownNameError(
                "sided region", sided, self.sided, hint="write left:REGION or right:REGION"
            )
        return self.place[sided]

    def polygon(self, view: View, sided: str) -> Area | None:
        """Return the polygon of a sided region in a view, or None where it cannot be seen.

        Raises
        ------
        UnknownNameError
            If there is no such view or sided region; the nearest name is offered.
        """
        chart = self.charts[check_view(view)]
        found = np.flatnonzero(chart.index == self._find(sided))
        return chart.polygons[found[0]] if len(found) else None

    def views_of(self, sided: str) -> tuple[View, ...]:
        """Return the views in which a sided region can be seen.

        Raises
        ------
        UnknownNameError
            If there is no such sided region; the nearest name is offered.
        """
        place = self._find(sided)
        return tuple(v for v in VIEWS if place in self._seen[v])

    @cached_property
    def _seen(self) -> Mapping[View, frozenset[int]]:
        return {view: frozenset(chart.index.tolist()) for view, chart in self.charts.items()}
