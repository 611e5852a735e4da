"""What is drawn in an SVG file: its shapes with their transforms, and nothing that could act.

The file is parsed as a stream, without entities and without a tree. A script, an event handler or
a reference to anything outside the file ends the reading: a drawing needs none of them.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from hippain_maps._json import cut, one_line, shown
from hippain_maps._limits import MAX_SVG_BYTES, MAX_XML_DEPTH, MAX_XML_ELEMENTS, MAX_XML_TEXT
from hippain_maps.errors import DrawingError
from hippain_maps.geometry import VIEWS
from hippain_maps.interchange.records import needs

Matrix = tuple[float, float, float, float, float, float]
PLAIN: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)

SHAPES = ("path", "rect", "circle", "ellipse", "line", "polyline", "polygon")
_SVG = "http://www.w3.org/2000/svg"
_INHERITED = ("fill", "fill-rule", "stroke", "stroke-width", "visibility")
_OWN = ("display", "opacity")
# Their content is drawn only where something else refers to it.
_TEMPLATES = {"defs", "symbol", "clipPath", "mask", "pattern", "marker", "filter"}
_SILENT = {
    "title",
    "desc",
    "metadata",
    "style",
    "linearGradient",
    "radialGradient",
    "g",
    "svg",
    "a",
}
_TOLD = {
    "use": "clones (unlink them to keep them)",
    "image": "pictures",
    "text": "texts",
    "tspan": "",
    "foreignObject": "foreign objects",
}
_TRANSFORM = re.compile(r"\s*([A-Za-z]+)\s*\(([^()]*)\)[\s,]*")
_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
_LENGTH = re.compile(rf"\s*({_NUMBER.pattern})\s*(px|pt|pc|mm|cm|in|)\s*")
_UNITS = {"": 1, "px": 1, "pt": 96 / 72, "pc": 16, "mm": 96 / 25.4, "cm": 96 / 2.54, "in": 96}
_OUTSIDE = re.compile(r"url\s*\(\s*['\"]?\s*(?!#|['\"]?\s*\))|@import|expression\s*\(", re.I)


@dataclass(frozen=True, slots=True)
class Group:
    """What the elements around a shape say: its view, and how its units lie on the page.

    Parameters
    ----------
    view : str or None
        The view that a group around it names.
    box : tuple of float or None
        The part of the chart that a panel of ours shows; then units are chart cm.
    to_page : tuple of float
        From the units of that group to those of the page.
    """

    view: str | None = None
    box: tuple[float, float, float, float] | None = None
    to_page: Matrix = PLAIN


@dataclass(frozen=True, slots=True)
class Shape:
    """One drawn shape: its tag and attributes, its style, and where it lies."""

    tag: str
    attributes: Mapping[str, str]
    style: Mapping[str, str]
    local: Matrix
    group: Group

    @property
    def to_page(self) -> Matrix:
        """From the units of the shape to those of the page."""
        return times(self.group.to_page, self.local)


@dataclass
class Scan:
    """Everything found in one file."""

    shapes: list[Shape] = field(default_factory=list)
    panels: list[Group] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)
    metadata: str = ""
    styled: bool = False


def scan_svg(data: bytes) -> Scan:
    """Return the shapes of an SVG file.

    Raises
    ------
    DrawingError
        If it is no SVG, is over a cap, or holds a script, an entity or a reference to outside.
    """
    try:
        from defusedxml.common import DefusedXmlException
        from defusedxml.ElementTree import ParseError, XMLParser
    except ImportError:
        raise needs("defusedxml", "interchange", "SVG") from None
    if len(data) > MAX_SVG_BYTES:
        raise DrawingError(f"the SVG is larger than {MAX_SVG_BYTES:,} bytes, the most that is read")
    if data[:2] == b"\x1f\x8b":
        raise DrawingError("this is a compressed SVG (svgz); save it as plain SVG")
    target = _Target()
    # A plain DOCTYPE, as older programs write it, is passed over; declarations in it are not.
    parser = XMLParser(target=target, forbid_dtd=False, forbid_entities=True, forbid_external=True)
    try:
        parser.feed(data)
        parser.close()
    except DefusedXmlException:
        raise DrawingError(
            "the SVG declares entities or refers to a file outside; save it as plain SVG"
        ) from None
    except ParseError as error:
        raise DrawingError(f"this is no SVG: {one_line(cut(str(error)))}") from None
    except (ValueError, LookupError) as error:
        if isinstance(error, DrawingError):
            raise
        raise DrawingError(f"this is no SVG: {one_line(cut(str(error)))}") from None
    return target.scan


@dataclass(frozen=True, slots=True)
class _State:
    tag: str
    group: Group
    local: Matrix
    style: Mapping[str, str]
    drawn: bool
    gone: bool = False


class _Target:
    """Receives the elements of the file one after the other; keeps no tree."""

    def __init__(self) -> None:
        self.scan = Scan()
        self.stack: list[_State] = []
        self.elements = 0
        self.text: list[str] | None = None
        self.text_of = ""
        self.length = 0

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        space, _, tag = name[1:].rpartition("}") if name.startswith("{") else ("", "", name)
        self.elements += 1
        if self.elements > MAX_XML_ELEMENTS:
            raise DrawingError(f"the SVG has more than {MAX_XML_ELEMENTS:,} elements")
        if len(self.stack) >= MAX_XML_DEPTH:
            raise DrawingError(f"the SVG is nested more than {MAX_XML_DEPTH} levels deep")
        if not self.stack and (tag != "svg" or space not in (_SVG, "")):
            raise DrawingError(f"this is no SVG: its first element is {shown(tag)}")
        _refuse_active(tag, attributes)
        before = self.stack[-1] if self.stack else _State("", Group(), PLAIN, {}, True)
        if space not in (_SVG, ""):
            self.stack.append(replace(before, tag=tag, drawn=False))
            return
        if tag in ("style", "metadata"):
            self.text, self.text_of, self.length = [], tag, 0
            if tag == "metadata" and attributes.get("id") != "hippain":
                self.text = None
        self.stack.append(self._entered(tag, attributes, before))

    def end(self, name: str) -> None:
        state = self.stack.pop()
        if self.text is None or state.tag != self.text_of:
            return
        text, self.text = "".join(self.text), None
        if state.tag == "metadata":
            self.scan.metadata = text
        elif text.strip():
            if _OUTSIDE.search(text):
                raise _refers(text)
            self.scan.styled = True

    def data(self, text: str) -> None:
        if self.text is not None:
            self.length += len(text)
            if self.length > MAX_XML_TEXT:
                raise DrawingError(f"a text of the SVG has more than {MAX_XML_TEXT:,} characters")
            self.text.append(text)

    def close(self) -> None:
        """Do nothing at the end of the file; the parser asks for it."""

    def _entered(self, tag: str, attributes: Mapping[str, str], before: _State) -> _State:
        """Return the state inside an element of SVG; note it if it is drawn."""
        own = _styles(attributes)
        style = {n: v for n, v in before.style.items() if n in _INHERITED} | own
        local = times(before.local, _matrix(attributes.get("transform", "")))
        if tag == "svg" and self.stack:
            local = times(local, _nested_page(attributes))
        group = before.group
        label = attributes.get(_LABEL)
        view = attributes.get("data-view") or (label if label in VIEWS else group.view)
        box = _box(attributes.get("data-box"))
        if box and tag == "g":
            # A panel of ours: from here on, units are chart cm.
            group, local = Group(view, box, times(group.to_page, local)), PLAIN
            self.scan.panels.append(group)
        elif view != group.view:
            group = replace(group, view=view)
        gone = before.gone or own.get("display") == "none"
        hidden = gone or style.get("visibility") in ("hidden", "collapse")
        drawn = before.drawn and tag not in _TEMPLATES
        is_chart = "chart" in attributes.get("class", "").split()
        state = _State(tag, group, local, style, drawn and not is_chart, gone)
        if not drawn or is_chart or tag in _SILENT:
            return state
        if tag not in SHAPES:
            if (what := _TOLD.get(tag, f"elements of the kind {shown(tag)}")) and not hidden:
                self.scan.left_out[what] += 1
        elif hidden or _invisible(style):
            self.scan.left_out["hidden shapes"] += 1
        else:
            self.scan.shapes.append(Shape(tag, dict(attributes), style, local, group))
        return state


_LABEL = "{http://www.inkscape.org/namespaces/inkscape}label"


def _refuse_active(tag: str, attributes: Mapping[str, str]) -> None:
    if tag.lower() == "script":
        raise DrawingError("the SVG holds a script; save it as plain SVG without scripts")
    for name, value in attributes.items():
        bare = name.rpartition("}")[2].lower()
        if len(value) > MAX_XML_TEXT:
            raise DrawingError(
                f"the attribute {shown(bare)} has more than {MAX_XML_TEXT:,} characters"
            )
        if bare.startswith("on"):
            raise DrawingError(f"the SVG holds a script in {shown(bare)}; save it without scripts")
        refers = bare in ("href", "src") and not value.strip().startswith(("#", "data:image/"))
        if refers and value.strip():
            raise _refers(value)
        if "(" in value and not bare.endswith("transform") and _OUTSIDE.search(value):
            raise _refers(value)


def _refers(value: str) -> DrawingError:
    return DrawingError(
        f"the SVG refers to something outside it ({shown(value.strip())}); "
        "embed it or take it out, and save again"
    )


def _styles(attributes: Mapping[str, str]) -> dict[str, str]:
    """Return the style that an element gives itself: its style attribute wins."""
    found = {n: attributes[n].strip() for n in (*_INHERITED, *_OWN) if n in attributes}
    for part in attributes.get("style", "").split(";"):
        name, _, value = part.partition(":")
        if name.strip() in (*_INHERITED, *_OWN):
            found[name.strip()] = value.replace("!important", "").strip()
    return {name: value for name, value in found.items() if value != "inherit"}


def _invisible(style: Mapping[str, str]) -> bool:
    return style.get("opacity") in ("0", "0.0") or (
        style.get("fill") in ("none", "transparent")
        and style.get("stroke", "none") in ("none", "transparent")
    )


def _box(text: str | None) -> tuple[float, float, float, float] | None:
    try:
        x0, y0, x1, y1 = map(float, (text or "").split())
    except ValueError:
        return None
    return (x0, y0, x1, y1) if x0 < x1 and y0 < y1 else None


def length(text: str | None, what: str) -> float:
    """Return a length in units of the page; an absent one is 0."""
    if text is None:
        return 0.0
    match = _LENGTH.fullmatch(text[:60])
    if match is None:
        raise DrawingError(f"{what} is {shown(text)}; a number or an absolute length is read")
    return float(match[1]) * _UNITS[match[2]]


def numbers(text: str, what: str) -> list[float]:
    """Return a list of numbers; anything between them but commas and space is refused."""
    if _NUMBER.sub("", text).strip(" ,\t\r\n"):
        raise DrawingError(f"{what} holds {shown(text)}, which are no numbers")
    return [float(found) for found in _NUMBER.findall(text)]


def _nested_page(attributes: Mapping[str, str]) -> Matrix:
    """Return how an svg element inside the page lies in it."""
    x, y = (length(attributes.get(name), name) for name in ("x", "y"))
    if "viewBox" not in attributes:
        return (1.0, 0.0, 0.0, 1.0, x, y)
    box = numbers(attributes["viewBox"], "a viewBox")
    sizes = [length(attributes.get(name, "100%"), name) for name in ("width", "height")]
    fit = attributes.get("preserveAspectRatio", "xMidYMid meet")
    if len(box) != 4 or min(box[2:]) <= 0 or fit.split()[:1] not in (["xMidYMid"], ["none"]):
        raise DrawingError("an svg element inside the page has a viewBox that cannot be read")
    across, down = sizes[0] / box[2], sizes[1] / box[3]
    if fit != "none":
        across = down = max(across, down) if "slice" in fit else min(across, down)
        x += (sizes[0] - box[2] * across) / 2
        y += (sizes[1] - box[3] * down) / 2
    return (across, 0.0, 0.0, down, x - box[0] * across, y - box[1] * down)


def times(outer: Matrix, inner: Matrix) -> Matrix:
    """Return the transform that does `inner` first and `outer` then.

    Examples
    --------
    >>> times((1, 0, 0, 1, 5, 0), (2, 0, 0, 2, 0, 0))
    (2, 0, 0, 2, 5, 0)
    """
    if inner == PLAIN:
        return outer
    if outer == PLAIN:
        return inner
    a, b, c, d, e, f = outer
    p, q, r, s, t, u = inner
    return (
        a * p + c * q,
        b * p + d * q,
        a * r + c * s,
        b * r + d * s,
        a * t + c * u + e,
        b * t + d * u + f,
    )


def _matrix(text: str) -> Matrix:
    """Return a transform attribute as one matrix."""
    from fontTools.misc.transform import Transform

    if not text.strip() or text.strip() == "none":
        return PLAIN
    if len(text) > 2000:
        raise DrawingError(f"a transform has {len(text):,} characters; at most 2000 are read")
    found: Any = Transform()
    at = 0
    while at < len(text):
        match = _TRANSFORM.match(text, at)
        if match is None:
            raise DrawingError(f"the transform {shown(text)} cannot be read")
        at = match.end()
        found = found.transform(_step(match[1], numbers(match[2], f"the transform {match[1]}")))
    matrix = tuple(map(float, found))
    if not all(abs(entry) < 1e9 for entry in matrix):
        raise DrawingError(f"the transform {shown(text)} is out of all measure")
    return matrix  # type: ignore[return-value]


def _step(name: str, given: list[float]) -> Any:
    import math

    from fontTools.misc.transform import Transform

    turn = math.radians(given[0]) if given else 0.0
    match name, given:
        case "matrix", [_, _, _, _, _, _]:
            return Transform(*given)
        case "translate", [x, *y] if len(y) < 2:
            return Transform().translate(x, *y)
        case "scale", [x, *y] if len(y) < 2:
            return Transform().scale(x, *(y or [x]))
        case "rotate", [_]:
            return Transform().rotate(turn)
        case "rotate", [_, x, y]:
            return Transform().translate(x, y).rotate(turn).translate(-x, -y)
        case "skewX", [_]:
            return Transform().skew(turn, 0)
        case "skewY", [_]:
            return Transform().skew(0, turn)
    raise DrawingError(f"the transform {shown(name)} with {len(given)} numbers cannot be read")
