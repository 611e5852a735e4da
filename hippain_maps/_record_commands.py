"""The commands of the store: ``hippain visits list | show | export | ...``."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from hippain_maps._every_command import patterns_option, visit_number

if TYPE_CHECKING:
    from hippain_maps.store import Store
    from hippain_maps.visits import VisitLine


def _counted(number: int, what: str = "visit") -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _line(line: VisitLine) -> str:
    """Return a visit as the list shows it; when it was saved tells two of one day apart."""
    saved = line.saved.astimezone()
    at = f"{saved:%H:%M}" if saved.date() == line.date else f"{saved:%Y-%m-%d %H:%M}"
    note = " ".join(line.note.split())
    text = f"{line.id}: {line.date}, saved {at}, drawn by the {line.drawn_by}. {note[:60]}"
    return text.rstrip()


def _open(path: str | None) -> Store:
    # Here and not above: a ranking needs no database.
    from hippain_maps.store import Store

    return Store(path)


def _store_option(command: Any) -> Any:
    return click.option(
        "--store",
        "path",
        metavar="PATH",
        help="A store other than the one in your data folder.",
    )(command)


@click.group(short_help="List, show, export, import and delete visits.")
def visits() -> None:
    """Keep visits on this machine: list, show, export, import, delete, pool referrals.

    Patients are codes, never names. The file is not encrypted: keep it on an encrypted disk.
    """


@visits.command(
    "list",
    epilog="Example: hippain visits list K-17",
    short_help="List patients, or the visits of one.",
)
@click.argument("code", required=False)
@_store_option
def list_(code: str | None, path: str | None) -> None:
    """List the patients, or the visits of the patient CODE, the latest first.

    A visit stands with its number, which 'hippain visits show' takes, its date, when it was last
    saved, and the beginning of its note.
    """
    with _open(path) as store:
        if code is None:
            found = store.patients(most=100_000)
            for patient in found:
                until = f", kept until {patient.keep_until}" if patient.keep_until else ""
                consent = "consent" if patient.consent else "no consent to pooling"
                click.echo(f"{patient.code}: {_counted(patient.visits)}, {consent}{until}")
            if not found:
                click.echo(f"no patients in {store.path}")
            return
        for line in store.visits(code, most=100_000):
            click.echo(_line(line))


@visits.command(
    epilog="Example: hippain visits show 12 > drawing.geojson",
    short_help="Write the drawing of a visit.",
)
@click.argument("number", type=visit_number)
@_store_option
def show(number: int, path: str | None) -> None:
    """Write the drawing of visit NUMBER to standard output, as a drawing file.

    'hippain visits list CODE' shows the numbers of a patient's visits.
    """
    with _open(path) as store:
        click.echo(json.dumps(store.visit(number).drawing.to_geojson(), indent=1))


@visits.command(
    epilog="Example: hippain visits export -o visits.zip K-17",
    short_help="Write patients with their visits to a file.",
)
@click.argument("codes", nargs=-1)
@click.option("-o", "--output", "out", required=True, metavar="OUT", help="The zip to write.")
@_store_option
def export(codes: Sequence[str], out: str, path: str | None) -> None:
    """Write the patients CODES, or all, with their visits to one zip; it is not encrypted."""
    from hippain_maps.store_archive import export_visits

    with _open(path) as store:
        count = export_visits(store, out, codes=codes or None)
    click.echo(f"wrote {_counted(count)} to {out}", err=True)


@visits.command(
    "import",
    epilog="Example: hippain visits import visits.zip --skip-known",
    short_help="Add the patients of a file.",
)
@click.argument("archive")
@click.option("--skip-known", is_flag=True, help="Leave out patients that the store has already.")
@_store_option
def import_(archive: str, skip_known: bool, path: str | None) -> None:
    """Add the patients of an ARCHIVE; nothing that is there is overwritten."""
    from hippain_maps.store_archive import import_visits

    with _open(path) as store:
        added, skipped = import_visits(store, archive, known="skip" if skip_known else "refuse")
    click.echo(f"added {_counted(added)}" + (f"; skipped {', '.join(skipped)}" if skipped else ""))


@visits.command(
    epilog="Example: hippain visits delete K-17 --yes",
    short_help="Delete a patient, a visit, or what is overdue.",
)
@click.argument("code", required=False)
@click.option("--visit", "number", type=visit_number, metavar="N", help="Delete this visit alone.")
@click.option("--expired", is_flag=True, help="Delete every patient past the retention date.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@_store_option
def delete(
    code: str | None, number: int | None, expired: bool, yes: bool, path: str | None
) -> None:
    """Delete the patient CODE with all visits, one visit, or what is expired; for good."""
    if sum([code is not None, number is not None, expired]) != 1:
        raise click.UsageError("say what to delete: a patient CODE, --visit NUMBER or --expired")
    today = dt.date.today()
    with _open(path) as store:
        if expired:
            codes = store.expired(today)
            what = f"{_counted(len(codes), 'expired patient')} ({', '.join(codes) or 'none'})"
        elif number is not None:
            seen = store.visit(number)
            what = f"visit {number} of {seen.patient}, {seen.date}"
        else:
            patient = store.patient(code or "")
            what = f"{patient.code} with {_counted(patient.visits)}"
        if not yes and not click.confirm(f"Delete {what}? This cannot be undone"):
            click.echo("nothing was deleted")
            return
        if expired:
            store.delete_expired(today)
        elif number is not None:
            store.delete_visit(number)
        else:
            store.delete_patient(code or "")
    click.echo(f"deleted {what}")


@visits.command(
    epilog="Example: hippain visits referrals --familiar -o measured/",
    short_help="Pool what pressed trigger points sent.",
)
@click.argument("names", nargs=-1, metavar="[SOURCE]...")
@click.option("--familiar", is_flag=True, help="Count only pain that the patient knew.")
@click.option("--all", "everything", is_flag=True, help="Show every region that was felt.")
@click.option("--json", "as_json", is_flag=True, help="Write the pool as JSON.")
@click.option("-o", "--output", "out", metavar="FOLDER", help="Write it as a pattern pack.")
@click.option(
    "--least",
    type=click.IntRange(1, 100_000),
    default=10,
    help="People that a trigger point needs to be in the pack [10].",
)
@patterns_option
@_store_option
def referrals(
    names: Sequence[str],
    familiar: bool,
    everything: bool,
    as_json: bool,
    out: str | None,
    least: int,
    patterns: Sequence[str],
    path: str | None,
) -> None:
    """Pool what pressed trigger points sent: how many people felt which region, of how many.

    Only patients who consented are read, and no code of a patient is written. A person counts once
    for a trigger point. The pack is a folder for --patterns, 'hippain check' and load_atlas.
    """
    from dataclasses import replace

    from hippain_maps.atlas import load_atlas
    from hippain_maps.pooling import pool_referrals

    atlas = load_atlas(*patterns)
    wanted = {atlas.source(name).id for name in names}
    with _open(path) as store:
        pool = pool_referrals(store, atlas, familiar_only=familiar)
    if wanted:
        pool = replace(pool, points=tuple(p for p in pool.points if p.source.id in wanted))
    if out:
        from hippain_maps.measured_pack import write_pack

        written = write_pack(pool, out, least_people=least, packs=patterns)
        click.echo(f"wrote {', '.join(file.name for file in written)} to {out}", err=True)
    if as_json:
        click.echo(json.dumps(pool.to_dict(), indent=2, allow_nan=False))
    elif not out:
        from hippain_maps._console import console
        from hippain_maps._pool_table import print_pool

        print_pool(console(), pool, everything=everything)


@visits.command(
    "check", epilog="Example: hippain visits check", short_help="Look for damage in the store."
)
@_store_option
def check_store(path: str | None) -> None:
    """Read the whole store and say whether anything in it is damaged."""
    with _open(path) as store:
        store.check()
    click.echo(f"{store.path}: nothing is damaged")


@visits.command(epilog="Example: hippain visits where")
def where() -> None:
    """Say where the store lies."""
    from hippain_maps.store import default_path

    click.echo(str(default_path()))
