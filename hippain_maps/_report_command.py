"""The command that prints: ``hippain report``."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hippain_maps._every_command import patterns_option, visit_number
from hippain_maps.atlas import load_atlas
from hippain_maps.drawing import PainDrawing
from hippain_maps.errors import StoreError
from hippain_maps.screening import read_answers

if TYPE_CHECKING:
    from hippain_maps.report import Case


def _day(ctx: Any, param: Any, value: str | None) -> dt.date | None:
    """Return a date such as 2026-11-22."""
    if value is None:
        return None
    try:
        return dt.date.fromisoformat(value)
    except ValueError:
        raise click.BadParameter(f"'{value}' is no date; write it as 2026-11-22") from None


@click.command(
    epilog="Example: hippain report drawing.geojson -o report.pdf --code K-17",
    short_help="Write the page for the file, or that for the patient.",
)
@click.argument("drawing", required=False)
@click.option("-o", "--output", "out", required=True, metavar="OUT", help="File: .pdf or .png.")
@click.option("--patient", "for_patient", is_flag=True, help="The page in plain words instead.")
@click.option("--lang", "language", default="en", metavar="LANG", help="en, de, fr or es [en].")
@click.option("--paper", default="a4", metavar="NAME", help="a4 or letter [a4].")
@click.option("--mono", is_flag=True, help="For printing in black and white.")
@click.option("--top", type=click.IntRange(1, 200), help="Candidates to list [those that matter].")
@click.option("--before", metavar="DRAWING", help="An earlier drawing, for what changed.")
@click.option("--code", metavar="CODE", help="The patient's code; no name.")
@click.option("--date", callback=_day, metavar="DATE", help="Of the drawing, as 2026-11-22.")
@click.option(
    "--visit",
    type=visit_number,
    metavar="N",
    help="Take visit N of the store, not a DRAWING.",
)
@click.option("--store", metavar="PATH", help="A store other than the one in your data folder.")
@click.option(
    "--answer",
    "answers",
    multiple=True,
    metavar="ID=yes|no",
    help="Answer a red flag or a clue; may be given again. It replaces the drawing's own answer.",
)
@click.option("--dpi", type=click.IntRange(30, 1200), default=200, help="Of a png [200].")
@patterns_option
def report(
    drawing: str | None,
    out: str,
    for_patient: bool,
    language: str,
    paper: str,
    mono: bool,
    top: int | None,
    before: str | None,
    code: str | None,
    date: dt.date | None,
    visit: int | None,
    store: str | None,
    answers: Sequence[str],
    dpi: int,
    patterns: Sequence[str],
) -> None:
    """Write the page for the file: red flags, DRAWING, candidates, what to ask, what changed.

    DRAWING is a GeoJSON pain drawing; - reads it from standard input. With --visit, drawing, code,
    date, note and the visit before come from the store. What is not given has a line to write on.
    """
    from hippain_maps.report import write_report
    from hippain_maps.report.files import checked_report, checked_style

    checked_report(out)
    checked_style(language, paper)
    atlas = load_atlas(*patterns)
    case = _case(drawing, visit, store)
    if before is not None:
        case = replace(case, before=PainDrawing.read(before), before_date=None)
    if answers:
        given = read_answers(answers, [*atlas.red_flags, *atlas.clues], "red flag or clue")
        case = replace(case, drawing=case.drawing.with_answers(given))
    if code is not None:
        case = replace(case, code=code)
    if date is not None:
        case = replace(case, date=date)
    write_report(
        out,
        case,
        atlas,
        dpi=dpi,
        for_patient=for_patient,
        language=language,
        paper=paper,
        mono=mono,
        top=top,
    )
    click.echo(f"wrote {out}", err=True)


def _case(drawing: str | None, visit: int | None, store: str | None) -> Case:
    """Return what the report is about: a drawing, or a visit in a store."""
    from hippain_maps.report import Case

    if (drawing is None) == (visit is None):
        given = "neither is" if drawing is None else "both are"
        raise click.UsageError(f"give a DRAWING or --visit N; {given} given")
    if visit is None:
        if store is not None:
            raise click.UsageError(
                "--store goes with --visit N; 'hippain visits list CODE' shows them"
            )
        return Case(PainDrawing.read(sys.stdin.buffer if drawing == "-" else str(drawing)))
    from hippain_maps.store import Store, default_path

    path = default_path() if store is None else Path(store)
    if not path.exists():
        # Opening it would make an empty one.
        raise StoreError(f"there is no store '{path}'; 'hippain visits where' says where yours is")
    with Store(path) as kept:
        return Case.of_visit(kept, visit)
