"""A drawing as a FHIR R5 bundle: what it says, that it is valid, and that ours come back."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from fhir.resources.bodystructure import BodyStructure
from fhir.resources.bundle import Bundle
from fhir.resources.observation import Observation
from hypothesis import given, settings
from interchange_files import full_drawing, refusal
from strategies import documents

from hippain_maps.drawing import PainDrawing
from hippain_maps.interchange.fhir import (
    FMA_SYSTEM,
    GEOJSON,
    REGION_SYSTEM,
    UBERON_SYSTEM,
    fhir_text,
    from_fhir,
    read_codes,
    to_fhir,
)
from hippain_maps.overlap import overlap
from hippain_maps.regions import Body


def resources(bundle: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the Observation and the BodyStructure of a bundle."""
    observation, structure = (entry["resource"] for entry in bundle["entry"])
    return observation, structure


@pytest.fixture(scope="module")
def calf(body: Body) -> PainDrawing:
    """Return a drawing of one calf, with what can be said of it."""
    return PainDrawing.from_regions(
        body, "left:leg_2_posterior", intensity=6, quality=["burning"], views=["posterior"]
    )


def test_bundles_are_valid_r5(body: Body, calf: PainDrawing) -> None:
    """The bundle and each resource in it pass the FHIR models, as text too."""
    for drawing in (calf, full_drawing(), PainDrawing()):
        bundle = to_fhir(drawing, body, patient="K-17", name="x")
        Bundle.model_validate_json(fhir_text(bundle))
        observation, structure = resources(bundle)
        Observation.model_validate(observation)
        BodyStructure.model_validate(structure)


def test_there_is_a_component_for_each_region(body: Body) -> None:
    """Components are the drawn regions with the percentage drawn, most first, and no others."""
    drawing = full_drawing()
    observation, _ = resources(to_fhir(drawing, body))
    told = {
        component["code"]["coding"][0]["code"]: component["valueQuantity"]["value"]
        for component in observation["component"]
        if component["code"]["coding"][0]["system"] == REGION_SYSTEM
    }
    found = overlap(drawing, body)
    percent = {
        region: max(found.fraction[place], found.sensory[place]) * 100
        for region, place in body.place.items()
    }
    assert told == {r: round(float(p), 1) for r, p in percent.items() if p >= 0.5}
    assert list(told.values()) == sorted(told.values(), reverse=True)


def test_sides_and_terms_are_told(body: Body, calf: PainDrawing) -> None:
    """A region has its side, and the nearest terms of FMA and UBERON."""
    _, structure = resources(to_fhir(calf, body))
    (included,) = structure["includedStructure"]
    assert included["laterality"]["coding"][0]["code"] == "left"
    codes = {c["system"]: c["code"] for c in included["structure"]["coding"]}
    assert codes[REGION_SYSTEM] == "leg_2_posterior"
    assert codes[FMA_SYSTEM] == body.groups["calf"].fma.removeprefix("FMA:")  # type: ignore[union-attr]
    assert codes[UBERON_SYSTEM] == body.groups["calf"].uberon


def test_every_region_can_be_told(body: Body) -> None:
    """Each region of the body makes a valid component and structure."""
    drawing = PainDrawing.from_regions(body, list(body.regions))
    observation, structure = resources(to_fhir(drawing, body))
    assert len(structure["includedStructure"]) == len(body.sided)
    assert len(observation["component"]) >= len(body.sided)


def test_quality_intensity_and_date_are_told(body: Body, calf: PainDrawing) -> None:
    """What was said of the marks, and the date of the drawing, are in the Observation."""
    document = calf.to_geojson()
    document["hippain"]["about"] = {"date": "2026-11-22"}
    observation, _ = resources(to_fhir(PainDrawing.from_geojson(document), body))
    assert observation["effectiveDateTime"] == "2026-11-22"
    texts = {component["code"]["text"]: component for component in observation["component"]}
    assert texts["Highest pain intensity drawn, 0 to 10"]["valueQuantity"] == {"value": 6}
    assert texts["Pain quality"]["valueCodeableConcept"]["text"] == "burning"


def test_what_lies_outside_is_told(body: Body) -> None:
    """Pain drawn on the head is a component of its own."""
    from hippain_maps.geometry import as_area

    head = next(c.area for c in body.charts["anterior"].context if c.name == "head")
    drawing = PainDrawing.from_polygons({"anterior": as_area(head.buffer(-2))})
    observation, _ = resources(to_fhir(drawing, body))
    assert any("head" in component["code"]["text"] for component in observation["component"])


def test_the_drawing_is_attached(body: Body, calf: PainDrawing) -> None:
    """The BodyStructure carries the drawing file and a picture, with their sizes."""
    _, structure = resources(to_fhir(calf, body))
    data = {image["contentType"]: base64.b64decode(image["data"]) for image in structure["image"]}
    assert PainDrawing.from_geojson(data[GEOJSON]) == calf
    assert data["image/svg+xml"].startswith(b"<?xml")
    assert [int(image["size"]) for image in structure["image"]] == [len(d) for d in data.values()]


def test_no_candidates_are_told(body: Body, atlas: Any) -> None:
    """A record of what was drawn names no source."""
    text = fhir_text(to_fhir(full_drawing(), body)).lower()
    text = text[: text.index("contenttype")]
    assert not any(source.name.lower() in text for source in atlas.sources.values())


@given(documents(max_marks=2))
@settings(max_examples=15, deadline=None)
def test_any_drawing_comes_back(body: Body, document: dict[str, Any]) -> None:
    """Whatever a drawing holds comes back from a bundle of ours."""
    drawing = PainDrawing.from_geojson(document)
    record = from_fhir(fhir_text(to_fhir(drawing, body, name="K 17")))
    assert record.id == "K 17"
    assert record.drawing.to_geojson() == drawing.to_geojson()


def test_the_same_drawing_gives_the_same_bundle(body: Body, calf: PainDrawing) -> None:
    """Ids come from the content, so nothing changes between two exports; another has others."""
    assert to_fhir(calf, body) == to_fhir(calf, body)
    assert (
        to_fhir(calf, body, name="2")["entry"][0]["fullUrl"]
        != (to_fhir(calf, body)["entry"][0]["fullUrl"])
    )


def test_codes_of_ones_own_are_added(body: Body, calf: PainDrawing) -> None:
    """A mapping adds codings to regions, sides and qualities."""
    own = {
        "left": {"system": "http://snomed.info/sct", "code": "1"},
        "leg_2_posterior": {"system": "urn:x", "code": "2", "display": "two"},
        "burning": {"system": "urn:x", "code": "3"},
    }
    text = fhir_text(to_fhir(calf, body, codes=read_codes(json.dumps(own))))
    for code in ('"code": "1"', '"code": "2"', '"code": "3"'):
        assert code in text


@pytest.mark.parametrize(
    "text",
    [
        '{"left": 1}',
        "[1]",
        "{",
        '{"left": {"code": "x"}}',
        '{"a": {"system": "s", "code": 1}}',
        '{"a": {"system": " ", "code": "1"}}',
    ],
)
def test_codes_that_are_none_are_refused(text: str) -> None:
    """A file of codes has the form that is asked for, or is refused."""
    assert refusal(lambda: read_codes(text))


def test_a_patient_that_is_no_id_is_refused(body: Body, calf: PainDrawing) -> None:
    """What FHIR does not accept is not written."""
    assert "is no FHIR id" in refusal(lambda: to_fhir(calf, body, patient="Anna Muster"))
    own: Any = {"left": {"system": "urn:x", "code": ["1"]}}
    assert "do not fit FHIR R5" in refusal(lambda: to_fhir(calf, body, codes=own))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('{"resourceType": "Patient"}', "no FHIR Bundle"),
        ('{"resourceType": "Bundle"}', "only bundles that hippain_maps wrote"),
        ('{"resourceType": "Bundle", "entry": [{"resource": {"resourceType": "BodyStructure", '
         '"image": [{"contentType": "application/geo+json", "data": "%%"}]}}]}', "not base64"),
        ('{"resourceType": "Bundle", "entry": [{"resource": {"resourceType": "BodyStructure", '
         '"image": [{"contentType": "application/geo+json", "data": "e30="}]}}]}', "type is"),
        ("[" * 1000, "levels deep"),
        ("x", "not JSON"),
    ],
)  # fmt: skip
def test_other_bundles_are_refused(text: str, says: str) -> None:
    """A bundle without a drawing of ours is refused."""
    assert says in refusal(lambda: from_fhir(text))
