"""Drawings as codes of another body map, and codes as drawings.

Codes say less than drawings: an area hurts or does not. A code becomes a mark that fills its area
on our chart; of a drawing, every mark goes to the areas that hold a quarter of it, or of which it
covers a quarter. What does not fit is said in words, never dropped.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import shapely

from hippain_maps._json import shown
from hippain_maps.drawing import Mark, PainDrawing
from hippain_maps.errors import DrawingError, did_you_mean
from hippain_maps.geometry import overlaid
from hippain_maps.interchange.body_maps import BodyMap, MapArea
from hippain_maps.interchange.records import Record
from hippain_maps.overlap import overlap

Numbering = Literal["standard", "female", "redcap"]

LEAST = 0.25
"""Share of an area, or of a mark, from which they belong together. A border drawn by hand is off
by a centimetre or two (a redraw overlaps at a Jaccard index of 0.62), so less than a quarter is
as likely a slip as a statement."""

_CODE = re.compile(r"([a-z]?)(\d{1,3})", re.IGNORECASE)


def standard_code(text: str, body_map: BodyMap, numbering: Numbering = "standard") -> str:
    """Return a code as the standard numbering has it.

    Parameters
    ----------
    text : str
        A code such as ``118`` or, as REDCap enters it, ``f18``.
    body_map : BodyMap
        Whose code it is.
    numbering : {"standard", "female", "redcap"}
        How codes without a letter count; a letter says by itself that REDCap's are meant, which
        are the same for both figures.

    Raises
    ------
    DrawingError
        If the map has no such code.

    Examples
    --------
    >>> from hippain_maps.body import load_body
    >>> from hippain_maps.interchange.body_maps import load_body_map
    >>> choir = load_body_map("choir", load_body())
    >>> standard_code("b18", choir), standard_code("112", choir, "female")
    ('218', '116')
    """
    match = _CODE.fullmatch(text.strip())
    code = ""
    if match and match[1]:
        first = body_map.prefixes.get(match[1].lower(), "?")
        code = f"{first}{int(match[2]):02d}"
    elif match:
        code = str(int(match[2]))
        if numbering == "female":
            code = body_map.female.get(code, code)
    if code not in body_map.areas and code != body_map.none:
        known = [*body_map.areas, *(redcap_code(c, body_map) for c in body_map.areas)]
        raise DrawingError(
            f"{shown(text)} is no code of the {body_map.name}{did_you_mean(text[:9], known)}"
        )
    return code


def redcap_code(code: str, body_map: BodyMap) -> str:
    """Return a standard code as REDCap enters it: ``b18`` for ``218``."""
    for letter, first in body_map.prefixes.items():
        if code.startswith(first):
            return f"{letter}{code[len(first) :]}"
    return code


def written_code(code: str, body_map: BodyMap, numbering: Numbering) -> str:
    """Return a standard code in another numbering."""
    if numbering == "redcap":
        return redcap_code(code, body_map)
    if numbering == "female":
        back = {standard: female for female, standard in body_map.female.items()}
        return back.get(code, code)
    return code


def drawing_from_codes(
    codes: Iterable[str],
    body_map: BodyMap,
    *,
    numbering: Numbering = "standard",
    name: str = "1",
) -> Record:
    """Return the drawing in which the areas of some codes are filled.

    The views of the map count as complete: what is not named does not hurt. Codes of places
    outside our chart are kept in the drawing's ``about``, and named in the notes.

    Parameters
    ----------
    codes : iterable of str
        The codes; one given twice counts once.
    body_map : BodyMap
        Whose codes they are.
    numbering : {"standard", "female", "redcap"}
        How codes without a letter count.
    name : str
        Of the record.

    Raises
    ------
    DrawingError
        If the map has no such code.

    Examples
    --------
    >>> from hippain_maps.body import load_body
    >>> from hippain_maps.interchange.body_maps import load_body_map
    >>> choir = load_body_map("choir", load_body())
    >>> record = drawing_from_codes(["b18", "f12"], choir)
    >>> record.drawing
    <PainDrawing: 1 mark (posterior: 1 outline)>
    >>> record.notes
    ('outside the map: 112 Upper arm, front (left)',)
    """
    given = [standard_code(code, body_map, numbering) for code in codes]
    known = [code for code in body_map.areas if code in given]
    if body_map.none in given and known:
        raise DrawingError(
            f"the code {body_map.none} says that nothing hurts, and {', '.join(known)} "
            "say the contrary; keep one"
        )
    areas = [body_map.areas[code] for code in known]
    outside = [area for area in areas if not area.is_mapped]
    said = {"map": body_map.id, "codes": known}
    notes = []
    if outside:
        named = ", ".join(f"{area.code} {area.label}" for area in outside)
        notes.append(f"outside the map: {named}")
    notes += [
        f"about {area.above:.0%} of {area.code} {area.label} lies above the map"
        for area in areas
        if area.is_mapped and area.above
    ]
    drawing = PainDrawing(
        marks=tuple(mark for code in known for mark in body_map.marks[code]),
        views_completed=body_map.complete,
        about={"body_map": said},
    )
    return Record(name, drawing, tuple(notes))


@dataclass(frozen=True, slots=True)
class CodedArea:
    """An area that a drawing touches: how much of the area is drawn, and whether it is named."""

    area: MapArea
    share: float
    named: bool


@dataclass(frozen=True, slots=True)
class Coded:
    """A drawing in the codes of another map, and what these do not say.

    Parameters
    ----------
    touched : tuple of CodedArea
        Every area that the drawing touches, in the map's order.
    outside : tuple of MapArea
        Areas outside our chart that the drawing was read with.
    notes : tuple of str
        The residue, a sentence each.
    """

    touched: tuple[CodedArea, ...]
    outside: tuple[MapArea, ...]
    notes: tuple[str, ...]

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes that the drawing stands for, standard numbering, sorted."""
        named = [touched.area.code for touched in self.touched if touched.named]
        return tuple(sorted({*named, *(area.code for area in self.outside)}, key=int))


def codes_of(drawing: PainDrawing, body_map: BodyMap) -> Coded:
    """Return the areas of another map that a drawing stands for.

    Marks of intensity 0, and those that say only numb or tingling, are no pain and have no code.
    Marks in views that the map does not show go to its areas by region.

    Parameters
    ----------
    drawing : PainDrawing
        What was drawn.
    body_map : BodyMap
        Whose codes are wanted.

    Examples
    --------
    >>> from hippain_maps.body import load_body
    >>> from hippain_maps.interchange.body_maps import load_body_map
    >>> body = load_body()
    >>> drawing = PainDrawing.from_regions(body, "left:buttock_middle", views=["posterior"])
    >>> codes_of(drawing, load_body_map("choir", body)).codes
    ('222', '223')
    """
    share = dict.fromkeys(body_map.areas, 0.0)
    named: set[str] = set()
    notes: list[str] = []
    marks = [mark for mark in drawing.marks if mark.is_pain and not mark.is_sensory]
    sideways = 0.0
    uncoded, beyond = 0.0, 0
    for mark in marks:
        size = mark.area().area
        if not size:
            continue
        if mark.view in body_map.in_view:
            held = _held(mark, body_map)
            beyond += size - sum(cm2 for cm2, _ in held.values()) > 1e-6 * size
        else:
            held = _held_by_region(mark, body_map)
            sideways += size
            beyond += not body_map.body.charts[mark.view].charted.covers(mark.area())
        for code, (cm2, of_area) in held.items():
            share[code] = max(share[code], of_area)
            if of_area >= LEAST or cm2 >= LEAST * size:
                named.add(code)
        if not any(code in named for code in held):
            uncoded += size
    if len(marks) < len(drawing.marks):
        count = len(drawing.marks) - len(marks)
        are = "1 mark is" if count == 1 else f"{count} marks are"
        notes.append(f"{are} no pain (intensity 0, or numb or tingling alone) and have no code")
    few = {code: part for code, part in share.items() if part > 0.005 and code not in named}
    if few:
        told = ", ".join(f"{c} {body_map.areas[c].label} {part:.0%}" for c, part in few.items())
        notes.append(f"touched, but not by a quarter: {told}")
    if sideways:
        notes.append(
            f"{sideways:.0f} cm2 are drawn where the {body_map.name} has no view; "
            "they went to its areas by region"
        )
    # Measured only where a mark does not lie in the areas whole.
    outside = overlap(drawing, body_map.body).outside_cm2 if beyond else {}
    if outside:
        told = ", ".join(f"{name} {cm2:.0f} cm2" for name, cm2 in outside.items())
        notes.append(f"drawn outside the map, without a code: {told}")
    elif uncoded:
        notes.append(f"{uncoded:.0f} cm2 are drawn where the {body_map.name} has no area")
    touched = tuple(
        CodedArea(area, min(share[code], 1.0), code in named)
        for code, area in body_map.areas.items()
        if share[code] > 0.005 or code in named
    )
    return Coded(touched, _kept_outside(drawing, body_map), tuple(notes))


def _held(mark: Mark, body_map: BodyMap) -> dict[str, tuple[float, float]]:
    """Return the cm2 of a mark in each area of its view, and the share of the area they are."""
    areas, tree = body_map.in_view[mark.view]
    found: dict[str, tuple[float, float]] = {}
    for place in tree.query(mark.area(), predicate="intersects").tolist():
        shape = areas[place].shapes[mark.view]
        cm2 = float(shapely.area(overlaid(shapely.intersection, shape, mark.area())[0]))
        if cm2 > 1e-6:
            found[areas[place].code] = (cm2, cm2 / shape.area)
    return found


def _held_by_region(mark: Mark, body_map: BodyMap) -> dict[str, tuple[float, float]]:
    """Return the same for a mark in a view that the map does not show."""
    chart = body_map.body.charts[mark.view]
    touched = chart.tree.query(mark.area(), predicate="intersects")
    shared, _ = overlaid(shapely.intersection, chart.polygons[touched], mark.area())
    cm2 = shapely.area(shared)
    found: dict[str, tuple[float, float]] = {}
    for place, part in zip(touched.tolist(), cm2.tolist(), strict=True):
        region = body_map.body.sided[chart.index[place]]
        drawn = part / float(chart.areas[place])
        for code, (of_region, of_area) in body_map.areas_of.get(region, {}).items():
            before = found.get(code, (0.0, 0.0))
            found[code] = (before[0] + part * of_region, before[1] + drawn * of_area)
    return found


def _kept_outside(drawing: PainDrawing, body_map: BodyMap) -> tuple[MapArea, ...]:
    """Return the areas outside our chart that the drawing was once read with."""
    said = drawing.about.get("body_map")
    if not isinstance(said, dict) or said.get("map") != body_map.id:
        return ()
    codes = said.get("codes")
    known = [str(code) for code in codes] if isinstance(codes, list) else []
    return tuple(
        area for code, area in body_map.areas.items() if code in known and not area.is_mapped
    )
