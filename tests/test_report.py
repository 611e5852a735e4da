"""Reports: everything is on the page, nothing lies on anything else, what is missing is said."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import shapely
from click.testing import CliRunner
from figure_checks import laid_out, texts, words
from matplotlib import rc_context
from matplotlib.figure import Figure
from worlds import EXAMPLES, example

from hippain_maps.atlas import Atlas
from hippain_maps.cli import main
from hippain_maps.drawing import PainDrawing
from hippain_maps.errors import OutputError, StoreError, UnknownNameError
from hippain_maps.regions import Body
from hippain_maps.report import PAPERS, Case, report_bytes, report_pages, write_report
from hippain_maps.report.flow import NO_GLYPH
from hippain_maps.store import Store
from hippain_maps.words import words_in

DAY = dt.date(2026, 11, 22)
LANGUAGES = ("en", "de", "fr", "es")
ALARMS = {
    "bladder_bowel_saddle": "yes",
    "new_weakness": "yes",
    "past_cancer_or_weight_loss": "yes",
    "swollen_leg": "yes",
    "cold_pale_leg": "yes",
    "injury_or_no_weight": "no",
    "worse_cough": "yes",
}
FINDINGS = {
    "left:piriformis:trp1_lateral": "familiar",
    "left:gluteus_minimus:posterior": "not_found",
}
LONG = "Antidisestablishmentarianism" * 9
NOTE = f"Needling of the piriformis, three times; $5 and $6 paid.\nThen {LONG}, and 针灸."


@pytest.fixture(scope="module")
def cases(body: Body) -> Callable[[str], Case]:
    """Return a function that gives a case by its name."""

    @cache
    def of(name: str) -> Case:
        if name == "empty":
            return Case(PainDrawing())
        if name == "outside":
            head = shapely.box(-5, 150, 5, 165)
            return Case(PainDrawing.from_polygons({"anterior": head}, intensity=4))
        if name == "numb":
            numb = PainDrawing.from_regions(body, ["left:saddle", "left:foot"], quality=["numb"])
            return Case(numb)
        if name == "crowded":
            places = ["left:buttock", "left:thigh", "left:leg", "right:foot", "right:groin"]
            wide = PainDrawing.from_regions(body, [*places, "saddle"], intensity=5)
            return Case(
                replace(wide.with_answers(ALARMS), palpation=FINDINGS),
                code="A-very-long-code-of-forty-characters-012",
                date=DAY,
                drawn_by="therapist",
                note=NOTE,
                before=example("mixed_piriformis_gluteus_minimus"),
                before_date=dt.date(2026, 11, 1),
                atlas_then="0.0+older",
            )
        return Case(example(name), code="K-17", date=DAY, drawn_by="patient")

    return of


@pytest.fixture(scope="module")
def pages(cases: Callable[[str], Case], atlas: Atlas) -> Callable[..., list[Figure]]:
    """Return a function that gives the pages of a case; drawn once, to be read."""

    @cache
    def of(name: str, **options: Any) -> list[Figure]:
        return report_pages(cases(name), atlas, **options)

    return of


def said(found: list[Figure]) -> str:
    """Return what is written on pages, line breaks as blanks."""
    return " ".join(" ".join(words(page).split()) for page in found)


def place(figure: Figure, part: str) -> float:
    """Return how high on the page the first text stands that has some words in it."""
    return max(
        text.get_window_extent().y1 for text in texts(laid_out(figure)) if part in text.get_text()
    )


# --- Nothing lies on anything else -------------------------------------------------------------


def check_page(page: Figure, paper: str) -> None:
    """Assert that all text lies inside the margins, and none on other text or on a chart."""
    sheet = PAPERS[paper]
    assert page.get_size_inches().tolist() == [sheet.wide, sheet.high]
    # As it is written to files.
    with rc_context({"text.hinting": "none"}):
        laid_out(page)
        boxes = [(text, text.get_window_extent()) for text in texts(page)]
    dots = page.dpi
    for text, box in boxes:
        inside = (
            box.x0 >= (sheet.left - 0.02) * dots
            and box.x1 <= (sheet.wide - sheet.right + 0.02) * dots
            and box.y0 >= 0.2 * dots
            and box.y1 <= (sheet.high - 0.2) * dots
        )
        assert inside, text.get_text()
    for (one, box), (other, beside) in itertools.combinations(boxes, 2):
        wide = min(box.x1, beside.x1) - max(box.x0, beside.x0)
        high = min(box.y1, beside.y1) - max(box.y0, beside.y0)
        assert wide <= 1 or high <= 1, (one.get_text(), other.get_text())
    for ax in page.axes:
        chart = ax.get_window_extent()
        for text, box in boxes:
            if text.axes is None:
                wide = min(box.x1, chart.x1) - max(box.x0, chart.x0)
                high = min(box.y1, chart.y1) - max(box.y0, chart.y0)
                assert wide <= 1 or high <= 1, text.get_text()


CROWDS = [
    ("empty", {}),
    ("outside", {"language": "fr"}),
    ("numb", {"language": "es", "mono": True}),
    ("gluteus_minimus_posterior", {"top": 1}),
    ("gluteus_minimus_posterior", {"language": "de", "paper": "letter"}),
    ("quadratus_lumborum_deep_upper", {"top": 20}),
    ("left_and_right", {"language": "es", "paper": "letter", "mono": True}),
    ("crowded", {"top": 20}),
    ("crowded", {"top": 40, "language": "de", "paper": "letter"}),
    ("empty", {"for_patient": True, "language": "de"}),
    ("left_and_right", {"for_patient": True, "language": "fr"}),
    ("crowded", {"for_patient": True, "language": "es", "paper": "letter", "mono": True}),
]


@pytest.mark.parametrize(("name", "options"), CROWDS)
def test_nothing_overlaps_and_nothing_leaves_the_page(
    name: str, options: dict[str, Any], pages: Callable[..., list[Figure]]
) -> None:
    """With no, one or many candidates, every text is inside the margins and lies on nothing."""
    for page in pages(name, **options):
        check_page(page, options.get("paper", "a4"))


def test_simple_case_is_one_page(pages: Callable[..., list[Figure]]) -> None:
    """A drawing of one muscle fits one page, signature and sources included; so does nothing."""
    for name, options in (
        ("gluteus_minimus_posterior", {}),
        ("gluteus_minimus_posterior", {"for_patient": True}),
        ("empty", {}),
        ("empty", {"for_patient": True}),
    ):
        assert len(pages(name, **options)) == 1
    assert "Signature" in said(pages("gluteus_minimus_posterior"))
    assert "Sources of the patterns" in said(pages("gluteus_minimus_posterior"))


def test_pages_are_numbered_and_say_whose_they_are(pages: Callable[..., list[Figure]]) -> None:
    """Each page has its number; the code and the limits stand on every one."""
    found = pages("crowded", top=20)
    for number, page in enumerate(found, 1):
        written = words(page)
        assert f"Page {number} of {len(found)}" in written
        assert "never a diagnosis" in written
        assert "A-very-long-code" in written
    assert len(found) <= 3


# --- What stands on the page -------------------------------------------------------------------


def test_red_flags_come_first(pages: Callable[..., list[Figure]], atlas: Atlas) -> None:
    """Raised flags stand above the drawing with what to do, the most urgent first, in a frame."""
    first, *_ = pages("crowded", top=20)
    written = said([first])
    for name in ("bladder_bowel_saddle", "cold_pale_leg", "new_weakness"):
        assert atlas.red_flags[name].action["en"] in written
    heights = [
        place(first, part)
        for part in ("emergency now", "seen today", "within days", "not asked:", "What was drawn")
    ]
    assert heights == sorted(heights, reverse=True)
    assert any(artist.get_gid() == "red-flags" for artist in first.artists)


def test_asked_and_not_asked_are_told_apart(pages: Callable[..., list[Figure]]) -> None:
    """A flag that was not asked has boxes to tick; one that was denied is named as such."""
    written = said(pages("crowded", top=20))
    assert "Answered no: Fall, injury or no weight possible." in written
    assert "\N{BALLOT BOX} yes" in written
    simple = said(pages("gluteus_minimus_posterior"))
    assert "Red flags not asked: 7 of 7." in simple
    assert "Past cancer or weight loss (within days)" in simple


def test_page_for_the_file_holds_everything(
    pages: Callable[..., list[Figure]], cases: Callable[[str], Case]
) -> None:
    """Drawing, findings, answers, candidates, what to ask, change, note, sources, signature."""
    written = said(pages("crowded", top=20))
    for part in (
        "What was drawn",
        "Palpation findings",
        "Piriformis, left, TrP1, lateral: familiar pain (factor 3)",
        "What the answers did",
        "Candidates to examine",
        "Other sources of the same picture",
        "To ask and examine next",
        "Change since 2026-11-01",
        "Needling of the piriformis",
        "At the visit the atlas was 0.0+older",
        "Examined by",
        "20 ",
    ):
        assert part in written


def test_listed_candidates_are_those_asked_for(pages: Callable[..., list[Figure]]) -> None:
    """With `top` so many are listed; without, only those with more than hardly any share."""
    assert "20 " in said(pages("quadratus_lumborum_deep_upper", top=20))
    assert "\n2 " not in words(pages("gluteus_minimus_posterior", top=1)[0]).split("Other")[0]


def test_nothing_mapped_is_said_and_no_candidate_named(
    pages: Callable[..., list[Figure]], atlas: Atlas
) -> None:
    """Without pain on the map the page says so, and asks the red flags all the same."""
    for name in ("empty", "outside"):
        written = said(pages(name))
        assert "Nothing is ranked" in written
        assert "Red flags not asked" in written
        assert "Candidates to examine\n" not in words(pages(name)[0])
        assert not any(source.name in written for source in atlas.sources.values())
    assert "Hors de la carte" in said(pages("outside", language="fr"))


def test_numbness_alone_shows_nerves(pages: Callable[..., list[Figure]]) -> None:
    """Where nothing but numbness is drawn, other sources have the cards, and it is ranked."""
    written = said(pages("numb", language="es", mono=True))
    assert words_in("es").say("only_numb") in written
    assert words_in("es").say("report_unranked") not in written


def test_what_cannot_be_printed_is_said(pages: Callable[..., list[Figure]]) -> None:
    """A character without a glyph is a square, and the page says what that means."""
    written = said(pages("crowded", top=20))
    assert NO_GLYPH * 2 in written
    assert "stands for a character that this page cannot print" in written
    # Too long for a line, the word is broken and none of it lost.
    assert written.replace(" ", "").count("Antidisestablishmentarianism") == 9


def test_english_parts_are_named_in_other_languages(pages: Callable[..., list[Figure]]) -> None:
    """A page in another language says which parts of it are English."""
    german = said(pages("gluteus_minimus_posterior", language="de", paper="letter"))
    assert "Nur auf Englisch" in german
    assert "only" not in said(pages("empty"))


# --- The page for the patient ------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_patient_reads_no_names_and_no_numbers(
    language: str, pages: Callable[..., list[Figure]], atlas: Atlas
) -> None:
    """The page names no muscle, nerve or joint, gives no share, and says what it is not."""
    written = said(pages("gluteus_minimus_posterior", for_patient=True, language=language))
    for source in atlas.sources.values():
        assert source.name_in(language) not in written
    assert "%" not in written
    flags = atlas.red_flags
    assert flags["bladder_bowel_saddle"].ask[language] in written
    assert words_in(language).say("patient_do_ambulance") not in written
    assert words_in(language).say("patient_limits") in written


@pytest.mark.parametrize("language", LANGUAGES)
def test_patient_is_told_what_to_do_first(
    language: str, cases: Callable[[str], Case], atlas: Atlas
) -> None:
    """What is raised stands first, with what to do; then nothing is said of where pain is from."""
    drawing = cases("psoas").drawing.with_answers({"bladder_bowel_saddle": "yes"})
    say = words_in(language).say
    found = report_pages(Case(drawing), atlas, for_patient=True, language=language)
    written = said(found)
    assert say("patient_do_ambulance") in written
    assert written.index(say("patient_do_ambulance")) < written.index(say("patient_drawn"))
    assert atlas.red_flags["bladder_bowel_saddle"].ask[language] in written
    assert say("patient_later") in written
    assert say("patient_muscles") not in written


def test_patient_sees_what_was_drawn_by_side(pages: Callable[..., list[Figure]]) -> None:
    """Places stand under the side that they are on, in words for patients."""
    written = said(pages("gluteus_minimus_posterior", for_patient=True))
    assert "Left: Back of the thigh" in written
    assert "Right:" not in written
    assert "The strongest pain is 7 of 10." in written


# --- Files, the store and the command ----------------------------------------------------------


def test_bytes_are_those_of_the_kind_asked_for(atlas: Atlas) -> None:
    """A report is given as a PDF or as a PNG, the same bytes each time."""
    case = Case(PainDrawing())
    pdf = report_bytes(case, atlas)
    assert pdf.startswith(b"%PDF-")
    assert b"/FontFile2" in pdf
    assert pdf == report_bytes(case, atlas)
    assert report_bytes(case, atlas, kind="png", dpi=40).startswith(b"\x89PNG")


def test_png_holds_all_pages(cases: Callable[[str], Case], atlas: Atlas, tmp_path: Path) -> None:
    """Several pages stand below each other in one picture."""
    case = replace(cases("empty"), note="ab " * 3_000)
    path = write_report(tmp_path / "r.png", case, atlas, dpi=30)
    header = path.read_bytes()[:24]
    wide, high = (int.from_bytes(header[at : at + 4]) for at in (16, 20))
    assert high / wide == pytest.approx(
        len(report_pages(case, atlas)) * PAPERS["a4"].high / PAPERS["a4"].wide, rel=0.01
    )


def test_wrong_styles_and_names_are_refused(atlas: Atlas, tmp_path: Path) -> None:
    """Another format, language or paper is refused with those there are."""
    case = Case(PainDrawing())
    with pytest.raises(OutputError, match=r"ends in '\.svg'.*as \.pdf or \.png"):
        write_report(tmp_path / "r.svg", case, atlas)
    with pytest.raises(UnknownNameError, match="languages are en, de, fr, es"):
        report_bytes(case, atlas, language="la")
    with pytest.raises(UnknownNameError, match="papers are a4, letter"):
        report_bytes(case, atlas, paper="a3")


def test_case_that_no_page_could_hold_is_refused() -> None:
    """A code that the store would refuse is refused here too, and so is an endless note."""
    with pytest.raises(StoreError, match="no patient code"):
        Case(PainDrawing(), code="x" * 41)
    with pytest.raises(StoreError, match="at most 20,000 characters"):
        Case(PainDrawing(), note="x" * 20_001)


@pytest.mark.parametrize("note", ["ж" * 20_000, "жя " * 6_600], ids=["one word", "many"])
def test_long_notes_go_on_to_further_pages(
    note: str, cases: Callable[[str], Case], atlas: Atlas
) -> None:
    """The longest note is printed whole, as one word or as many, and the last page is signed."""
    found = report_pages(replace(cases("empty"), note=note), atlas)
    assert len(found) > 2
    assert said(found).count("ж") == note.count("ж")
    assert "Signature" in words(found[-1])


def test_case_of_a_visit_knows_the_visit_before(tmp_path: Path) -> None:
    """A visit is compared with the one before it, of the same patient and no other."""
    with Store(tmp_path / "visits.sqlite") as store:
        for code in ("K-1", "K-2"):
            store.add_patient(code, consent=True)
        old = store.add_visit("K-1", example("psoas"), date=dt.date(2026, 11, 1))
        store.add_visit("K-2", example("soleus"), date=dt.date(2026, 11, 5))
        new = store.add_visit("K-1", example("piriformis"), date=DAY, note="Better.")
        store.add_visit("K-1", example("soleus"), date=dt.date(2026, 11, 29))
        case = Case.of_visit(store, new.id)
        assert (case.code, case.date, case.note) == ("K-1", DAY, "Better.")
        assert case.before == example("psoas")
        assert case.before_date == old.date
        assert Case.of_visit(store, old.id).before is None


def test_command_takes_what_is_said_beside_the_drawing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An earlier drawing, answers, a code and a date count as if they were in a visit."""
    made: list[Case] = []
    monkeypatch.setattr(
        "hippain_maps.report.write_report", lambda _, case, *a, **k: made.append(case)
    )
    before, now = (EXAMPLES / f"{name}.geojson" for name in ("left_and_right", "piriformis"))
    more = ["--answer", "new_weakness=yes", "--code", "K-9", "--date", "2026-03-04"]
    call = ["report", str(now), "--before", str(before), *more, "-o", str(tmp_path / "r.pdf")]
    done = CliRunner().invoke(main, call)
    assert done.exit_code == 0, done.output
    (case,) = made
    assert case.drawing == PainDrawing.read(now).with_answers({"new_weakness": "yes"})
    assert (case.code, case.date) == ("K-9", dt.date(2026, 3, 4))
    assert case.before == PainDrawing.read(before)


def test_command_makes_no_store(tmp_path: Path) -> None:
    """A visit of a store that is not there is refused, and leaves no store behind."""
    missing = ["report", "--visit", "1", "--store", str(tmp_path / "none.sqlite")]
    done = CliRunner().invoke(main, [*missing, "-o", str(tmp_path / "r.pdf")])
    assert done.exit_code == 2
    assert "there is no store" in done.output
    assert list(tmp_path.iterdir()) == []


def test_command_writes_and_refuses(tmp_path: Path) -> None:
    """The command writes a report, also of a visit; what it cannot use is a line and status 2."""
    drawing = tmp_path / "empty.geojson"
    PainDrawing().write(drawing)
    store, out = tmp_path / "visits.sqlite", tmp_path / "r.pdf"
    with Store(store) as kept:
        kept.add_patient("K-1", consent=True)
        visit = kept.add_visit("K-1", PainDrawing()).id
    run = CliRunner().invoke
    for given in ([str(drawing)], ["--visit", str(visit), "--store", str(store)]):
        done = run(main, ["report", *given, "-o", str(out), "--patient", "--lang", "de"])
        assert done.exit_code == 0, done.output
        assert out.read_bytes().startswith(b"%PDF-")
        out.unlink()
    for given, message in (
        ([], "neither is given"),
        ([str(drawing), "--visit", "1"], "both are given"),
        ([str(drawing), "--store", str(store)], "--store goes with --visit"),
        (["--visit", "99", "--store", str(store)], "there is no visit 99"),
        ([str(tmp_path / "no.geojson")], "there is no such file"),
        ([str(drawing), "--paper", "a5"], "papers are"),
        ([str(drawing), "--date", "soon"], "no date"),
        ([str(drawing), "--code", " "], "no patient code"),
        ([str(drawing), "--answer", "new_weakness"], "no answer"),
    ):
        done = run(main, ["report", *given, "-o", str(out)])
        assert done.exit_code == 2
        assert message in done.output
        assert not out.exists()
