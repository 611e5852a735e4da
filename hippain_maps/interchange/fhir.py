"""A drawing as a FHIR R5 bundle, for a clinic's record; our own bundles are read back.

The bundle holds one Observation, whose components are the regions that hurt with the percentage
drawn, and one BodyStructure, which names the same regions with their side and carries the drawing
as it is (GeoJSON) and as a picture (SVG). It is checked with the FHIR models of `fhir.resources`
before it is written. It holds what was drawn: no candidates, no ranking.

Codes are ours, FMA and UBERON; codes of a terminology that needs a licence, such as SNOMED CT, can
be given as a mapping. Needs the extra ``interchange``.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
import uuid
from collections.abc import Mapping
from typing import Any

import numpy as np

from hippain_maps._json import cut, one_line, parse_json, shown
from hippain_maps.drawing import PainDrawing
from hippain_maps.errors import DrawingError
from hippain_maps.interchange.records import Record, needs
from hippain_maps.interchange.svg_write import to_svg
from hippain_maps.overlap import overlap
from hippain_maps.regions import Body, BodyRegion, Group

REGION_SYSTEM = "urn:hippain-maps:region"
OBSERVATION_SYSTEM = "urn:hippain-maps:observation"
SIDE_SYSTEM = "urn:hippain-maps:side"
QUALITY_SYSTEM = "urn:hippain-maps:quality"
# The form that FHIR gives for sources of the UMLS, and that of OBO for its ontologies.
FMA_SYSTEM = "http://www.nlm.nih.gov/research/umls/fma"
UBERON_SYSTEM = "http://purl.obolibrary.org/obo/uberon.owl"
UCUM = "http://unitsofmeasure.org"
GEOJSON = "application/geo+json"

_ID = re.compile(r"[A-Za-z0-9.-]{1,64}")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_NAMESPACE = uuid.UUID("6f0f3c0e-6d1e-5d0c-9a55-0d3c5f0a7a11")
_LEAST_PERCENT = 0.5

Codes = Mapping[str, Mapping[str, str]]
"""Codings of one's own: region, side, group or quality id to system, code and display."""


def to_fhir(
    drawing: PainDrawing,
    body: Body,
    *,
    patient: str | None = None,
    name: str = "1",
    codes: Codes | None = None,
) -> dict[str, Any]:
    """Return a drawing as a FHIR R5 Bundle, checked.

    Parameters
    ----------
    drawing : PainDrawing
        What was drawn; with a ``date`` (YYYY-MM-DD) in its ``about``, the Observation is dated.
    body : Body
        Whose regions are named.
    patient : str, optional
        Logical id of the Patient on the server that the bundle is for.
    name : str
        Of the drawing, kept as an identifier.
    codes : mapping, optional
        Further codings, by region id, group id, side or quality word.

    Returns
    -------
    dict
        JSON data. Regions of which less than half a percent is drawn are left out.

    Raises
    ------
    DrawingError
        If the extra ``interchange`` is not installed, or a code of one's own does not fit FHIR.

    Examples
    --------
    >>> from hippain_maps.body import load_body
    >>> body = load_body()
    >>> drawing = PainDrawing.from_regions(body, "left:thigh_2_posterior", intensity=6)
    >>> bundle = to_fhir(drawing, body)
    >>> [entry["resource"]["resourceType"] for entry in bundle["entry"]]
    ['Observation', 'BodyStructure']
    >>> bundle["entry"][0]["resource"]["component"][0]["code"]["text"]
    'Thigh, band 2 of 5, posterior (left)'
    """
    own = codes or {}
    if patient is not None and not _ID.fullmatch(patient):
        raise DrawingError(
            f"the patient {shown(patient)} is no FHIR id: letters, digits, - and ., at most 64"
        )
    text = json.dumps(drawing.to_geojson(), ensure_ascii=False, allow_nan=False)
    seed = uuid.uuid5(_NAMESPACE, f"{name}\n{text}")
    ids = {kind: f"urn:uuid:{uuid.uuid5(seed, kind)}" for kind in ("Observation", "BodyStructure")}
    found = overlap(drawing, body)
    percent = np.maximum(found.fraction, found.sensory) * 100
    drawn = [
        (body.sided[place], float(percent[place])) for place in np.argsort(-percent, kind="stable")
    ]
    drawn = [(region, part) for region, part in drawn if part >= _LEAST_PERCENT]
    subject = {"reference": f"Patient/{patient}"} if patient else {"display": "not stated"}
    observation: dict[str, Any] = {
        "resourceType": "Observation",
        "status": "final",
        "identifier": [_identifier(name)],
        "category": [{"text": "Pain drawing"}],
        "code": _concept("Pain drawing", OBSERVATION_SYSTEM, "pain-drawing", own),
        "subject": subject,
        "bodyStructure": {"reference": ids["BodyStructure"]},
        "note": [{"text": "What was drawn on a body chart; no diagnosis."}],
    }
    date = drawing.about.get("date")
    if isinstance(date, str) and _DATE.fullmatch(date):
        observation["effectiveDateTime"] = date
    components = [_region_component(region, part, body, own) for region, part in drawn]
    components += _whole_components(drawing, own)
    for place, cm2 in found.outside_cm2.items():
        code = _concept(f"Drawn outside the map: {place}", OBSERVATION_SYSTEM, "outside", {})
        components.append({"code": code, "valueQuantity": _quantity(cm2, "cm2")})
    if components:
        observation["component"] = components
    if not any(mark.is_pain for mark in drawing.marks):
        observation["valueString"] = "no pain drawn"
    picture = to_svg(drawing, body)
    structure: dict[str, Any] = {
        "resourceType": "BodyStructure",
        "identifier": [_identifier(name)],
        "active": True,
        "description": "Regions of a pain drawing, in the order of how much of each is drawn",
        "image": [
            _attachment(text, GEOJSON, "Pain drawing, hippain_maps GeoJSON"),
            _attachment(picture, "image/svg+xml", "Pain drawing, picture"),
        ],
        "patient": subject,
        "includedStructure": [_included(region, body, own) for region, _ in drawn]
        or [{"structure": {"text": "no region drawn"}}],
    }
    bundle = {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [
            {"fullUrl": ids["Observation"], "resource": observation},
            {"fullUrl": ids["BodyStructure"], "resource": structure},
        ],
    }
    _validate(bundle)
    return bundle


def fhir_text(bundle: Mapping[str, Any]) -> str:
    """Return a bundle as JSON text."""
    return json.dumps(bundle, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def from_fhir(data: str | bytes) -> Record:
    """Return the drawing in a bundle of ours: the GeoJSON that its BodyStructure carries.

    Raises
    ------
    DrawingError
        If it is no Bundle, or none of its attachments is a drawing file.
    """
    document = parse_json(data)
    if not isinstance(document, dict) or document.get("resourceType") != "Bundle":
        raise DrawingError("this is no FHIR Bundle")
    for entry in _listed(document.get("entry")):
        resource = entry.get("resource")
        if not isinstance(resource, dict) or resource.get("resourceType") != "BodyStructure":
            continue
        for image in _listed(resource.get("image")):
            if image.get("contentType") == GEOJSON:
                return Record(_name_in(resource), PainDrawing.from_geojson(_decoded(image)))
    raise DrawingError(
        f"no BodyStructure of the bundle carries a drawing file ({GEOJSON}); only bundles that "
        "hippain_maps wrote are read"
    )


def _decoded(image: Mapping[str, Any]) -> bytes:
    try:
        return base64.b64decode(str(image.get("data", "")), validate=True)
    except binascii.Error:
        raise DrawingError("its attachment is not base64") from None


def _listed(value: object) -> list[dict[str, Any]]:
    return [v for v in value if isinstance(v, dict)] if isinstance(value, list) else []


def _name_in(resource: Mapping[str, Any]) -> str:
    named = [identifier.get("value") for identifier in _listed(resource.get("identifier"))]
    return next((value for value in named if isinstance(value, str)), "1")


def _identifier(name: str) -> dict[str, str]:
    return {"system": "urn:hippain-maps:drawing", "value": name}


def _quantity(value: float, unit: str) -> dict[str, Any]:
    return {"value": round(value, 1), "unit": unit, "system": UCUM, "code": unit}


def _attachment(text: str, kind: str, title: str) -> dict[str, Any]:
    data = base64.b64encode(text.encode()).decode()
    return {"contentType": kind, "data": data, "title": title, "size": str(len(text.encode()))}


def _concept(text: str, system: str, code: str, own: Codes) -> dict[str, Any]:
    codings: list[dict[str, str]] = [{"system": system, "code": code, "display": text}]
    if code in own:
        codings.append(dict(own[code]))
    return {"coding": codings, "text": text}


def _region_component(region: str, percent: float, body: Body, own: Codes) -> dict[str, Any]:
    side, _, plain = region.partition(":")
    concept = _structure(plain, body, own)
    concept["coding"][0] |= {"code": region, "display": body.label(region)}
    if side in own:
        concept["coding"].append(dict(own[side]))
    concept["text"] = body.label(region)
    return {"code": concept, "valueQuantity": _quantity(percent, "%")}


def _structure(region: str, body: Body, own: Codes) -> dict[str, Any]:
    """Return the concept of a region: ours, then the nearest terms that FMA and UBERON have."""
    concept = _concept(body.regions[region].name, REGION_SYSTEM, region, own)
    for system, attribute in ((FMA_SYSTEM, "fma"), (UBERON_SYSTEM, "uberon")):
        found = _nearest(region, attribute, body)
        if found is not None:
            term, display = found
            code = term.removeprefix("FMA:")
            concept["coding"].append({"system": system, "code": code, "display": display})
    return concept


def _nearest(region: str, attribute: str, body: Body) -> tuple[str, str] | None:
    """Return the term of a region, or of the smallest group around it that has one."""
    groups = [group for group in body.groups.values() if region in group.regions]
    groups.sort(key=lambda group: len(group.regions))
    around: list[BodyRegion | Group] = [body.regions[region], *groups]
    for part in around:
        term = getattr(part, attribute)
        if term:
            return term, part.name
    return None


def _included(region: str, body: Body, own: Codes) -> dict[str, Any]:
    side, _, plain = region.partition(":")
    return {
        "structure": _structure(plain, body, own),
        "laterality": _concept(side.capitalize(), SIDE_SYSTEM, side, own),
    }


def _whole_components(drawing: PainDrawing, own: Codes) -> list[dict[str, Any]]:
    """Return what the marks say beside their place: the highest intensity, and the qualities."""
    components: list[dict[str, Any]] = []
    felt = [mark.intensity for mark in drawing.marks if mark.intensity is not None]
    if felt:
        text = "Highest pain intensity drawn, 0 to 10"
        code = _concept(text, OBSERVATION_SYSTEM, "highest-intensity", own)
        components.append({"code": code, "valueQuantity": {"value": max(felt)}})
    for word in drawing.qualities:
        code = _concept("Pain quality", OBSERVATION_SYSTEM, "quality", {})
        value = _concept(word, QUALITY_SYSTEM, word, own)
        components.append({"code": code, "valueCodeableConcept": value})
    return components


def _validate(bundle: dict[str, Any]) -> None:
    try:
        from fhir.resources.bundle import Bundle
    except ImportError:
        raise needs("fhir.resources", "interchange", "FHIR") from None
    try:
        Bundle.model_validate(bundle)
    except ValueError as error:
        lines = [line.strip() for line in str(error).splitlines() if line.strip()]
        reason = one_line(cut(" ".join(lines[1:3])))
        raise DrawingError(
            f"the codes given do not fit FHIR R5 ({reason}); a code is an object of 'system', "
            "'code' and 'display'"
        ) from None


def read_codes(data: str | bytes) -> Codes:
    """Return codings of one's own from JSON: id to an object of system, code and display.

    Raises
    ------
    DrawingError
        If it is not such an object.

    Examples
    --------
    >>> read_codes('{"left": {"system": "urn:x", "code": "L"}}')
    {'left': {'system': 'urn:x', 'code': 'L'}}
    """
    document = parse_json(data)
    if not isinstance(document, dict):
        raise DrawingError(f"{shown(document)} is no object of id and coding")
    for name, coding in document.items():
        fits = isinstance(coding, dict) and all(
            isinstance(value, str) and value.strip() for value in coding.values()
        )
        if not fits or not {"system", "code"} <= set(coding) <= {"system", "code", "display"}:
            raise DrawingError(
                'a coding is an object of texts, such as {"system": "…", "code": "…", '
                '"display": "…"}',
                where=cut(name),
            )
    return document
