"""Pain drawings: what a person drew on the body chart, read, held, mirrored and written.

A drawing is a GeoJSON FeatureCollection in the frame of `hippain_maps.geometry`; each feature is
one `Mark` in one view. Outlines are filled, strokes are as wide as the brush, pressed spots are
discs. A mark keeps the coordinates as they were drawn; `Mark.area` is what they cover, whatever
the hand did, and `PainDrawing.notes` says what had to be decided for it.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field, replace
from typing import Any, BinaryIO, Protocol

import shapely
from shapely import MultiPolygon, Polygon

from hippain_maps._gate import (
    ANSWERS,
    DEPTHS,
    QUALITIES,
    VERSION,
    Kind,
    check_answers,
    check_drawing,
)
from hippain_maps._limits import MAX_DRAWING_BYTES
from hippain_maps._reading import fetch
from hippain_maps._writing import write_text
from hippain_maps.errors import DrawingError
from hippain_maps.geometry import (
    FRAME,
    VIEWS,
    Area,
    View,
    as_area,
    check_view,
    mirror_view,
    overlaid,
)
from hippain_maps.marks import DEFAULT_WIDTH, Mark, check_crossings, union_of

__all__ = [
    "ANSWERS",
    "DEFAULT_WIDTH",
    "DEPTHS",
    "QUALITIES",
    "BodyLike",
    "Kind",
    "Mark",
    "PainDrawing",
    "drawing_schema",
]


class BodyLike(Protocol):
    """What `PainDrawing.from_regions` asks of a body; `hippain_maps.regions.Body` has it."""

    def resolve(self, name: str) -> tuple[str, ...]:
        """Return the sided regions that a region or group name stands for."""

    def views_of(self, sided: str) -> tuple[View, ...]:
        """Return the views in which a sided region can be seen."""

    def polygon(self, view: View, sided: str) -> Area | None:
        """Return the polygon of a sided region in a view, if it can be seen there."""


@dataclass(frozen=True, slots=True, repr=False)
class PainDrawing:
    """Everything one person drew at one time.

    Make one with `read`, `from_geojson`, `from_polygons` or `from_regions`, which check what
    they are given.

    Parameters
    ----------
    marks : tuple of Mark
        In the order of the file.
    views_completed : tuple of view
        Views that the person declared complete: what is not drawn there does not hurt.
    answers : mapping of str to str
        Clue or red flag id to ``yes``, ``no`` or ``not_asked``.
    palpation, about : mapping
        Findings, and study metadata; JSON data, kept as given.
    extra : mapping
        What else the file held, in the file's own nesting.

    Examples
    --------
    >>> drawing = PainDrawing.from_polygons(
    ...     {"posterior": shapely.box(-14, 60, -5, 96)}, intensity=7, quality=["aching"]
    ... )
    >>> drawing
    <PainDrawing: 1 mark (posterior: 1 outline)>
    >>> drawing.area("posterior").area
    324.0
    """

    marks: tuple[Mark, ...] = ()
    views_completed: tuple[View, ...] = ()
    answers: Mapping[str, str] = field(default_factory=dict)
    palpation: Mapping[str, Any] = field(default_factory=dict)
    about: Mapping[str, Any] = field(default_factory=dict)
    extra: Mapping[str, Any] = field(default_factory=dict)
    _areas: dict[tuple[View, bool | None], Area] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    _on_grid: set[View] = field(default_factory=set, init=False, repr=False, compare=False)

    def __repr__(self) -> str:
        """Return how many marks of which kind there are in which view."""
        views = []
        for view in VIEWS:
            kinds = Counter(mark.kind for mark in self.marks if mark.view == view)
            if kinds:
                views.append(f"{view}: {', '.join(_count(n, kind) for kind, n in kinds.items())}")
        inside = f" ({'; '.join(views)})" if views else ""
        return f"<PainDrawing: {_count(len(self.marks), 'mark')}{inside}>"

    # --- Making one ---

    @classmethod
    def read(cls, source: str | os.PathLike[str] | BinaryIO) -> PainDrawing:
        """Return the drawing in a GeoJSON file.

        Parameters
        ----------
        source : path or binary file
            Read once, and no further than the largest drawing that is accepted.

        Raises
        ------
        DrawingError
            If there is no such file, or no usable drawing in it; the message names both.
        """
        name, data = fetch(source, MAX_DRAWING_BYTES)
        try:
            return cls.from_geojson(data)
        except DrawingError as error:
            where = f"{name}: {error.where}" if error.where else name
            raise DrawingError(error.message, where=where) from None

    @classmethod
    def from_geojson(cls, data: Mapping[str, Any] | str | bytes) -> PainDrawing:
        """Return the drawing in a GeoJSON FeatureCollection.

        Parameters
        ----------
        data : mapping, str or bytes
            The FeatureCollection as Python data, or as JSON text. It is copied.

        Raises
        ------
        DrawingError
            If it cannot be used; ``where`` is the place, such as ``features[2].geometry``.

        Examples
        --------
        >>> text = '''{"type": "FeatureCollection", "features": [{"type": "Feature",
        ...     "geometry": {"type": "LineString", "coordinates": [[-9, 96], [-7, 60]]},
        ...     "properties": {"view": "posterior", "width_cm": 3}}]}'''
        >>> PainDrawing.from_geojson(text)
        <PainDrawing: 1 mark (posterior: 1 stroke)>
        """
        document = check_drawing(data)
        header = document.pop("hippain")
        marks = tuple(Mark.from_feature(feature) for feature in document.pop("features"))
        check_crossings(marks)
        completed = header.pop("views_completed", [])
        known = {name: header.pop(name, {}) for name in ("answers", "palpation", "about")}
        # Frame and version are written anew; what is then left is unknown here, and kept.
        for members, name in ((document, "type"), (header, "frame"), (header, "version")):
            del members[name]
        return cls(
            marks=marks,
            views_completed=tuple(view for view in VIEWS if view in completed),
            extra=document | ({"hippain": header} if header else {}),
            **known,
        )

    @classmethod
    def from_polygons(
        cls,
        areas: Mapping[str, Area | Iterable[Area]] | Iterable[tuple[str, Area]],
        *,
        intensity: float | None = None,
        quality: Sequence[str] = (),
        depth: str | None = None,
        views_completed: Iterable[str] = (),
    ) -> PainDrawing:
        """Return a drawing of filled outlines.

        Parameters
        ----------
        areas : mapping of view to polygon or polygons, or pairs of view and polygon
            Shapely polygons in chart cm, valid or not; each becomes one mark.
        intensity, quality, depth
            Given to every mark.
        views_completed : iterable of view
            Views that are complete.

        Raises
        ------
        DrawingError
            As for a file with these marks; also if something is not a polygon.

        Examples
        --------
        >>> PainDrawing.from_polygons([("plantar", shapely.Point(5, 20).buffer(2))])
        <PainDrawing: 1 mark (plantar: 1 outline)>
        """
        properties = {"intensity": intensity, "quality": list(quality), "depth": depth}
        features: list[dict[str, Any]] = []
        for view, area in _pairs(areas):
            if not isinstance(area, Polygon | MultiPolygon):
                raise DrawingError(
                    f"a Shapely Polygon or MultiPolygon is expected, not {type(area).__name__}",
                    where=f"features[{len(features)}]",
                )
            geometry = {k: area.__geo_interface__[k] for k in ("type", "coordinates")}
            features.append(
                {"type": "Feature", "geometry": geometry, "properties": {"view": view} | properties}
            )
        header = {"views_completed": list(views_completed)}
        return cls.from_geojson(
            {"type": "FeatureCollection", "hippain": header, "features": features}
        )

    @classmethod
    def from_regions(
        cls,
        body: BodyLike,
        names: Iterable[str],
        *,
        views: Iterable[str] | None = None,
        intensity: float | None = None,
        quality: Sequence[str] = (),
        depth: str | None = None,
    ) -> PainDrawing:
        """Return the drawing in which the named regions, and nothing else, are filled.

        Parameters
        ----------
        body : Body
            Where the regions are.
        names : str or iterable of str
            Regions or groups, such as ``left:thigh_2_posterior``; both sides if no side is named.
        views : iterable of view, optional
            Where to draw; by default in every view in which a region can be seen.
        intensity, quality, depth
            Given to every mark. There is one mark for each view.

        Raises
        ------
        UnknownNameError
            If a region, group or view is unknown.
        DrawingError
            If a region cannot be seen in any of `views`.

        Examples
        --------
        >>> from hippain_maps.body import load_body
        >>> drawing = PainDrawing.from_regions(load_body(), "left:buttock", intensity=6)
        >>> "posterior" in drawing.views
        True
        """
        wanted = VIEWS if views is None else tuple(check_view(view) for view in views)
        shapes: dict[View, list[Area]] = {}
        names = [names] if isinstance(names, str) else names
        for region in dict.fromkeys(r for name in names for r in body.resolve(name)):
            seen = body.views_of(region)
            if not set(seen) & set(wanted):
                raise DrawingError(
                    f"{region} cannot be seen in {', '.join(wanted) or 'no view'}; "
                    f"it is seen in {', '.join(seen)}"
                )
            for view in (view for view in wanted if view in seen):
                shape = body.polygon(view, region)
                if shape is not None:
                    shapes.setdefault(view, []).append(shape)
        areas = [(v, as_area(shapely.union_all(shapes[v]))) for v in VIEWS if v in shapes]
        return cls.from_polygons(areas, intensity=intensity, quality=quality, depth=depth)

    # --- What it covers ---

    @property
    def views(self) -> tuple[View, ...]:
        """The views with pain drawn in them, in the order of `VIEWS`."""
        return tuple(v for v in VIEWS if any(m.view == v and m.is_pain for m in self.marks))

    @property
    def used_views(self) -> tuple[View, ...]:
        """The views that say something: with any mark in them, or declared complete."""
        used = {*self.views_completed, *(mark.view for mark in self.marks)}
        return tuple(view for view in VIEWS if view in used)

    @property
    def notes(self) -> tuple[str, ...]:
        """What had to be decided about marks that are not plain shapes, a sentence each."""
        notes = ((place, mark.note) for place, mark in enumerate(self.marks))
        return tuple(f"features[{place}]: {note}" for place, note in notes if note)

    @property
    def joined_on_grid(self) -> frozenset[View]:
        """The views, of those asked for so far, whose marks GEOS could join on a grid only."""
        return frozenset(self._on_grid)

    def area(self, view: View, *, sensory: bool | None = None) -> Area:
        """Return the marked area of a view in chart cm; marks that overlap are one area.

        What is drawn outside the body is part of it.

        Parameters
        ----------
        view : view
            Where.
        sensory : bool, optional
            Only marks that say numb or tingling and nothing else, or only the others.
        """
        if (view, sensory) not in self._areas:
            marks = [mark for mark in self.marks if mark.view == view and mark.is_pain]
            chosen = [mark for mark in marks if sensory in (None, mark.is_sensory)]
            # Mostly there is one kind alone, and nothing to unite twice.
            same = sensory is not None and len(chosen) == len(marks)
            if same:
                self._areas[view, sensory] = self.area(view)
            else:
                self._areas[view, sensory], retried = union_of(chosen)
                if retried:
                    self._on_grid.add(view)
        return self._areas[view, sensory]

    @property
    def qualities(self) -> tuple[str, ...]:
        """The qualities of all marks that count, in the order of `QUALITIES`."""
        said = {word for mark in self.marks if mark.is_pain for word in mark.quality}
        return tuple(word for word in QUALITIES if word in said)

    def intensity_areas(self, view: View) -> list[tuple[Area, float | None]]:
        """Return the painful area of a view cut by intensity, the highest first.

        The areas do not overlap: where marks do, the highest intensity wins, and any intensity
        wins over none stated. Areas that are wholly covered are left out.

        Examples
        --------
        >>> low, high = shapely.box(0, 0, 4, 1), shapely.box(3, 0, 5, 1)
        >>> mild = PainDrawing.from_polygons({"anterior": low}, intensity=2)
        >>> strong = PainDrawing.from_polygons({"anterior": high}, intensity=8)
        >>> both = PainDrawing(mild.marks + strong.marks)
        >>> [(area.area, intensity) for area, intensity in both.intensity_areas("anterior")]
        [(2.0, 8), (3.0, 2)]
        """
        by_intensity: dict[float | None, list[Mark]] = {}
        for mark in self.marks:
            if mark.view == view and mark.is_pain:
                by_intensity.setdefault(mark.intensity, []).append(mark)
        areas: list[tuple[Area, float | None]] = []
        covered: Area = Polygon()
        for intensity in sorted(by_intensity, key=lambda i: -1.0 if i is None else i, reverse=True):
            union, _ = union_of(by_intensity[intensity])
            left = as_area(overlaid(shapely.difference, union, covered)[0])
            if not left.is_empty:
                areas.append((left, intensity))
            covered = as_area(overlaid(shapely.union, covered, union)[0])
        return areas

    # --- Changing and writing it ---

    def mirrored(self) -> PainDrawing:
        """Return the drawing with left and right exchanged; all that is not place is kept.

        Examples
        --------
        >>> drawing = PainDrawing.from_polygons({"left_lateral": shapely.box(-5, 80, 0, 90)})
        >>> drawing.mirrored().area("right_lateral").bounds
        (0.0, 80.0, 5.0, 90.0)
        """
        completed = {mirror_view(view) for view in self.views_completed}
        return replace(
            self,
            marks=tuple(mark.mirrored() for mark in self.marks),
            views_completed=tuple(view for view in VIEWS if view in completed),
            # A bounding box would be wrong now.
            extra={name: value for name, value in self.extra.items() if name != "bbox"},
        )

    def with_answers(self, answers: Mapping[str, str]) -> PainDrawing:
        """Return the drawing with `answers` added to its own; a new answer replaces an old one.

        Raises
        ------
        DrawingError
            If an answer is not ``yes``, ``no`` or ``not_asked``.
        """
        check_answers(answers, "answers")
        return replace(self, answers={**self.answers, **answers})

    def to_geojson(self) -> dict[str, Any]:
        """Return the drawing as a GeoJSON FeatureCollection, fresh plain data.

        Examples
        --------
        >>> PainDrawing(views_completed=("anterior",)).to_geojson()["hippain"]
        {'frame': 'hippain-175', 'version': 1, 'views_completed': ['anterior']}
        """
        rest = deepcopy(dict(self.extra))
        header: dict[str, Any] = {"frame": FRAME, "version": VERSION}
        known = {
            "views_completed": list(self.views_completed),
            "answers": deepcopy(dict(self.answers)),
            "palpation": deepcopy(dict(self.palpation)),
            "about": deepcopy(dict(self.about)),
        }
        header |= {name: value for name, value in known.items() if value}
        header |= rest.pop("hippain", {})
        features = [mark.to_feature() for mark in self.marks]
        return {"type": "FeatureCollection", "hippain": header, **rest, "features": features}

    def write(self, path: str | os.PathLike[str]) -> None:
        """Write the drawing to a file, one mark to a line.

        The file is replaced in one step: it is never seen half written, and an old one stays
        if writing fails.

        Raises
        ------
        OutputError
            If the file cannot be written.
        """
        write_text(path, self.to_text())

    def to_text(self) -> str:
        """Return the drawing as the text of a drawing file, one mark to a line.

        Examples
        --------
        >>> PainDrawing.from_geojson(PainDrawing().to_text())
        <PainDrawing: 0 marks>
        """
        document = self.to_geojson()
        marks = ",\n".join(_dumps(feature) for feature in document.pop("features"))
        return f'{_dumps(document)[:-1]}, "features": [\n{marks}\n]}}\n'


def drawing_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of the drawing file, for other programs.

    A schema cannot say everything: that rings are closed, and how many points a drawing may
    have, is checked on reading only.

    Examples
    --------
    >>> drawing_schema()["title"]
    'hippain_maps pain drawing'
    """
    # Here and not above: it takes longer to import than a drawing to read.
    import importlib.resources

    folder = importlib.resources.files("hippain_maps")
    text = (folder / "drawing.schema.json").read_text(encoding="utf-8")
    schema: dict[str, Any] = json.loads(text)
    return schema


def _pairs(
    areas: Mapping[str, Area | Iterable[Area]] | Iterable[tuple[str, Area]],
) -> Iterator[tuple[str, Any]]:
    if not isinstance(areas, Mapping):
        yield from areas
        return
    for view, given in areas.items():
        if isinstance(given, shapely.Geometry):
            yield view, given
        else:
            yield from ((view, area) for area in given)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _dumps(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)
