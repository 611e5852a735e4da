"""The results beside the drawing: patterns, comparing, red flags, answers, palpation."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from browser_kit import Desk

pytestmark = pytest.mark.slow

CARDS = "#list-candidates .card"
EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


def first_share(desk: Desk) -> tuple[str, str, float]:
    """Return the first candidate that the page knows."""
    first = desk.state()["ranking"]["candidates"][0]
    return first["source"], first["side"], first["probability"]


def share_of(desk: Desk, source: str, side: str) -> float:
    """Return the share of one muscle; 0 where it is not in the list."""
    listed = desk.state()["ranking"]["candidates"]
    return next((c["probability"] for c in listed if (c["source"], c["side"]) == (source, side)), 0)


def open_file(desk: Desk, path: Path) -> None:
    """Open a drawing file from the menu."""
    desk.click("files")
    with desk.reranked():
        desk.page.set_input_files("#open-file", path)


def test_a_tap_lays_the_pattern_over_the_drawing(desk: Desk) -> None:
    """Solid, dots and crosses come with the first tap and go with the second."""
    desk.draw_gluteus_minimus()
    head = desk.page.locator(f"{CARDS} .card-head").first
    head.click()
    desk.page.wait_for_selector(".pattern.first .essential")
    for part in ("essential", "dots.spillover", "cross"):
        assert desk.page.locator(f"#chart .pattern.first .{part}").count() > 0
    text = desk.page.locator(f"{CARDS}.open").inner_text()
    assert "Speaks for it:" in text
    assert "Trigger points:" in text
    assert "%" in text
    assert len(desk.marks) == 3
    head.click()
    desk.page.wait_for_selector(".pattern.first .essential", state="detached")


def test_one_is_pinned_and_a_second_compared(desk: Desk) -> None:
    """The pinned pattern stays while another is laid beside it in its own texture."""
    desk.draw_gluteus_minimus()
    desk.page.locator(f"{CARDS} .card-head").first.click()
    desk.page.locator('[data-key^="pin-"]').first.click()
    desk.page.locator(f"{CARDS} .card-head").nth(1).click()
    desk.page.wait_for_selector("#chart .pattern.second")
    assert desk.page.locator("#chart .pattern.first").count() > 0
    assert desk.page.locator(f"{CARDS}.shown").count() == 2
    legend = desk.page.locator("#legend").inner_text()
    assert "Gluteus minimus" in legend


def test_details_say_how_to_find_the_trigger_point_and_how_sure_it_is(desk: Desk) -> None:
    """One tap more gives palpation, cautions, clues, confidence and citations."""
    desk.draw_gluteus_minimus()
    desk.page.locator(f"{CARDS} .card-head").first.click()
    desk.page.locator('[data-key^="detail-gluteus_minimus"]').click()
    desk.page.wait_for_selector("#detail-title")
    text = desk.page.locator("#detail").inner_text()
    for word in ("How to find it:", "Clues", "How sure this is", "citations", "No clinician"):
        assert word.lower() in text.lower()
    desk.page.keyboard.press("Escape")
    assert desk.page.locator("#detail").is_hidden()


def test_other_sources_stand_beside_the_muscles(desk: Desk) -> None:
    """Nerve roots and joints have a list of their own, with their own remainder."""
    desk.draw_gluteus_minimus()
    both = desk.state()["ranking"]
    assert {c["kind"] for c in both["candidates"]} == {"muscle"}
    assert "muscle" not in {c["kind"] for c in both["differential"]}
    assert desk.page.locator("#list-differential .card").count() > 0
    assert desk.page.locator("#list-differential .none-of-these").count() == 1


def test_a_positive_emergency_folds_the_ranking_until_it_was_read(desk: Desk) -> None:
    """The first question is a core one; yes puts what to do before everything else."""
    desk.draw_gluteus_minimus()
    with desk.reranked():
        desk.click("flag-yes")
    assert desk.page.locator(CARDS).count() == 0
    assert desk.page.locator(".flag-card.ambulance .flag-action").inner_text().strip()
    assert "yes" in desk.doc["hippain"]["answers"].values()
    desk.click("acknowledge")
    assert desk.page.locator(CARDS).count() > 0
    assert desk.page.locator(".flag-card.ambulance").count() == 1
    with desk.reranked():
        desk.page.locator('.flag-card [data-key^="undo-"]').click()
    assert desk.page.locator(".flag-card.ambulance").count() == 0


def test_what_was_not_asked_is_never_a_no(desk: Desk) -> None:
    """All core questions stand there as open ones until they are answered."""
    desk.draw_gluteus_minimus()
    desk.click("flags-all")
    shown = desk.page.locator(".flag-questions .flag-question").count()
    flags = desk.state()["ranking"]["red_flags"]
    assert shown == sum(f["answer"] == "not_asked" and f["urgency"] != "routine" for f in flags)
    assert "Not asked is not" in desk.page.locator(".flag-questions").inner_text()


def test_a_palpation_finding_moves_the_ranking_and_is_stored(desk: Desk) -> None:
    """The familiar pain raises the muscle, "not found" lowers it; the finding is in the drawing."""
    desk.draw_gluteus_minimus()
    source, side, before = first_share(desk)
    desk.page.locator(f"{CARDS} .card-head").first.click()
    with desk.reranked():
        desk.page.locator('.card.open [data-key$="-not_found"]').first.click()
    assert share_of(desk, source, side) < before
    findings = desk.doc["hippain"]["palpation"]
    assert list(findings.values()) == ["not_found"]
    assert next(iter(findings)).startswith(f"{side}:{source}:")
    with desk.reranked():
        desk.page.evaluate(
            """async (id) => { const { setFinding } = await import("/static/js/state.js");
            setFinding(id, "familiar"); }""",
            next(iter(findings)),
        )
    assert share_of(desk, source, side) > before


def test_an_answer_to_what_to_ask_next_moves_the_ranking(desk: Desk) -> None:
    """Its effect is listed, with a way back that restores the ranking."""
    desk.draw_gluteus_minimus()
    before = [c["probability"] for c in desk.state()["ranking"]["candidates"]]
    with desk.reranked():
        desk.page.locator('.ask-next [data-key^="clue-"].yes').first.click()
    after = [c["probability"] for c in desk.state()["ranking"]["candidates"]]
    assert before != after
    assert desk.page.locator(".effects li").count() == 1
    with desk.reranked():
        desk.page.locator(".effects .link").first.click()
    back = [c["probability"] for c in desk.state()["ranking"]["candidates"]]
    assert back == before


def test_a_trigger_point_to_palpate_next_can_be_answered_on_the_spot(desk: Desk) -> None:
    """A question that asks for a palpation carries the finding's own buttons."""
    desk.draw_gluteus_minimus()
    asked = [q for q in desk.state()["ranking"]["ask_next"] if q.get("palpation")]
    buttons = desk.page.locator('.ask-next [data-key="ask-familiar"]')
    assert buttons.count() == len(asked)
    if asked:
        with desk.reranked():
            buttons.first.click()
        assert desk.doc["hippain"]["palpation"] == {asked[0]["palpation"]: "familiar"}


def test_too_close_to_call_is_said(desk: Desk, drawings: Path) -> None:
    """By the book this pattern lies on both halves alike, and no drawing tells its side."""
    open_file(desk, drawings / "multifidus.geojson")
    assert len(desk.state()["ranking"]["undecided"]) > 1
    assert "Too close to call" in desk.page.locator("#results").inner_text()


def test_a_mixture_is_explained_by_a_combination(desk: Desk, drawings: Path) -> None:
    """Two muscles drawn at once are named together, with what each adds."""
    open_file(desk, drawings / "mixed_piriformis_gluteus_minimus.geojson")
    parts = desk.page.locator(".parts li")
    assert parts.count() == 2
    text = desk.page.locator(".parts").inner_text()
    assert "Piriformis" in text
    assert "Gluteus minimus" in text


def test_pain_beside_the_mapped_body_is_told(desk: Desk, drawings: Path) -> None:
    """What lies outside is neither clipped nor ranked in silence."""
    open_file(desk, drawings / "outside_the_map.geojson")
    assert "outside the mapped body" in desk.page.locator("#results").inner_text()


def test_a_server_that_is_gone_is_told_and_the_drawing_stays(desk: Desk) -> None:
    """The page says so in words, and ranks again when the server is back."""
    desk.draw_gluteus_minimus()
    desk.page.route("**/api/v1/rank*", lambda route: route.abort())
    desk.stroke("posterior", [(9, 92), (9, 84)])
    desk.page.wait_for_selector(".results .error")
    assert len(desk.marks) == 4
    desk.page.unroute("**/api/v1/rank*")
    with desk.reranked():
        desk.stroke("posterior", [(9, 80), (9, 70)])
    assert desk.page.locator(".results .error").count() == 0
    desk.troubles = [t for t in desk.troubles if "ERR_FAILED" not in t]


@pytest.mark.parametrize("language", ["de", "fr", "es"])
def test_the_page_speaks_the_language_of_the_browser(desks: Any, language: str) -> None:
    """Names, red flags and questions come in that language; nothing is left as a key."""
    desk = desks(locale=f"{language}-{language.upper()}")
    desk.draw_gluteus_minimus()
    assert desk.page.evaluate("() => document.documentElement.lang") == language
    text = desk.page.evaluate("() => document.body.innerText")
    assert "Draw where it hurts" not in text
    assert not [word for word in text.split() if word.startswith(("results.", "flags.", "ask."))]


def test_a_pack_is_named_wherever_it_counts(desks: Any, tmp_path: Path) -> None:
    """The results name the atlas and the packs in it; a source says the pack it comes from."""
    from browser_kit import serving

    with serving(tmp_path, "--patterns", str(EXAMPLES / "pack")) as (_, link):
        desk = desks(address=link)
        with desk.reranked():
            desk.stroke("plantar", [(6.5, 17), (8.5, 17.5)])
        said = desk.page.locator(".provenance").inner_text()
        assert desk.state()["ranking"]["atlas"] in said
        assert "foot-extra 1.0" in said
        card = desk.page.locator(CARDS).filter(has_text="Flexor digitorum brevis").first
        card.locator(".card-head").click()
        desk.page.wait_for_selector(f"{CARDS}.open")
        assert "From the pack foot-extra" in desk.page.locator(f"{CARDS}.open").inner_text()
        desk.page.locator(f'{CARDS}.open [data-key^="detail-"]').click()
        desk.page.wait_for_selector("#detail-title")
        assert "foot-extra" in desk.page.locator(".detail-head").inner_text()
        # Left before the server goes, which the page would miss.
        desk.page.goto("about:blank")


def test_a_drawing_mostly_beside_the_body_is_said_first(desk: Desk) -> None:
    """Where most of what is drawn lies outside the map, that stands above the candidates."""
    with desk.reranked():
        desk.stroke("posterior", [(-9, 70), (-9, 66)])
    assert desk.page.locator(".mostly-outside").count() == 0
    with desk.reranked():
        desk.stroke("posterior", [(-22, 112), (-26, 92), (-22, 112), (-26, 92)])
    note = desk.page.locator("#results .mostly-outside")
    assert "lie outside the mapped body" in note.inner_text()
    card = desk.page.locator(CARDS).first.bounding_box()
    place = note.bounding_box()
    assert card is not None
    assert place is not None
    assert place["y"] < card["y"]


def test_what_is_easily_confused_is_named(desk: Desk) -> None:
    """A sentence on two sources stands under their names, in the results and with the source."""
    desk.draw_gluteus_minimus()
    relation = desk.page.locator("#results .relation").first
    assert "Gluteus minimus" in relation.locator("b").inner_text()
    desk.page.locator(f"{CARDS} .card-head").first.click()
    desk.page.locator('[data-key^="detail-"]').first.click()
    desk.page.wait_for_selector("#detail .relation b")
    assert all(desk.page.locator("#detail .relation b").all_inner_texts())
