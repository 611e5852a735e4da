"""The command ``hippain convert``: other programs' files in and out."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from hippain_maps._every_command import patterns_option
from hippain_maps._json import one_line
from hippain_maps._reading import fetch
from hippain_maps._writing import write_text
from hippain_maps.atlas import load_atlas
from hippain_maps.body import load_body
from hippain_maps.errors import DrawingError, UnknownNameError
from hippain_maps.geometry import STANDING_VIEWS, VIEWS, check_view

if TYPE_CHECKING:
    from hippain_maps.interchange.files_in import Read

FORMAT_IDS = "geojson, svg, wkt, wkb, geoparquet, wkt-bare, wkb-bare, choir, michigan or fhir"
HELD = ("regions", "groups", "patterns", "chart", "choir", "michigan")
MOST_NOTES = 20

_POINT = r"([-+0-9.eE]+),([-+0-9.eE]+)"


def _placed(ctx: Any, param: Any, values: Sequence[str]) -> list[Any]:
    """Return pairs such as 120,30=0,175 as points."""
    found = []
    for value in values:
        match = re.fullmatch(rf"\s*{_POINT}\s*=\s*{_POINT}\s*", value[:200])
        try:
            if match is None:
                raise ValueError
            x, y, u, v = map(float, match.groups())
        except ValueError:
            raise click.BadParameter(
                f"'{value[:60]}' is no pair of points; write X,Y=U,V such as 120,30=0,175"
            ) from None
        found.append(((x, y), (u, v)))
    return found


@click.command(
    epilog="Example: hippain convert study.choir.csv -o drawings/   "
    "(also: hippain convert drawing.geojson -o drawing.svg)",
    short_help="Convert drawings between formats.",
)
@click.argument("source", metavar="[IN]", required=False)
@click.option("-o", "--output", "out", required=True, metavar="OUT", help="File or folder.")
@click.option("--from", "from_", metavar="FORMAT", help="Of IN, where its name does not say it.")
@click.option("--to", metavar="FORMAT", help="Of OUT, where its name does not say it.")
@click.option("--record", metavar="ID", help="Only this drawing of a file that holds many.")
@click.option(
    "--skip-bad", is_flag=True, help="Leave out drawings that cannot be used, and say so."
)
@click.option(
    "--view", metavar="VIEW", help="Of marks that name none; the view of a bare geometry."
)
@click.option(
    "--at",
    "placed",
    multiple=True,
    callback=_placed,
    metavar="X,Y=U,V",
    help="A point of a foreign SVG and where it lies on the chart (cm); two or more.",
)
@click.option("--column", metavar="NAME", help="The field of a table that holds the codes.")
@click.option(
    "--numbering",
    type=click.Choice(["standard", "female", "redcap"]),
    help="Of CHOIR codes: standard (male) or female; when written, also redcap [redcap].",
)
@click.option("--patient", metavar="ID", help="The Patient that a FHIR bundle refers to.")
@click.option("--codes", metavar="FILE", help="Codings of your own for FHIR, as JSON.")
@click.option("--notes", "notes_out", metavar="FILE", help="Write every note to a file.")
@click.option(
    "--atlas",
    "held",
    type=click.Choice(HELD),
    help="Write a part of the atlas instead of a drawing: geojson or svg; choir also csv.",
)
@patterns_option
def convert(
    source: str | None,
    out: str,
    from_: str | None,
    to: str | None,
    record: str | None,
    skip_bad: bool,
    view: str | None,
    placed: list[Any],
    column: str | None,
    numbering: Any,
    patient: str | None,
    codes: str | None,
    notes_out: str | None,
    held: str | None,
    patterns: Sequence[str],
) -> None:
    """Convert drawings between formats, by the names of the files: IN to OUT.

    .geojson, .svg, .parquet, .wkt.csv, .wkb.csv, .choir.csv, .michigan.csv, .fhir.json, and bare
    .wkt and .wkb; a .csv is read by its columns, - is standard input, and a folder holds a
    drawing a file. What a format cannot say is told on standard error.

    With --atlas, IN may name a source, region or group, and OUT is .geojson or .svg. A chart
    (--atlas chart -o chart.svg) can be drawn upon in a drawing program and read back.
    """
    if held is not None:
        _write_atlas(held, source, out, patterns)
        click.echo(f"wrote {out}", err=True)
        return
    if source is None:
        raise click.UsageError("name the file to convert, or what to write with --atlas")
    from hippain_maps.interchange.fhir import read_codes
    from hippain_maps.interchange.files_in import read_drawings
    from hippain_maps.interchange.files_out import write_drawings
    from hippain_maps.interchange.formats import Options, format_of

    options = Options(
        view=None if view is None else check_view(view),
        placed=placed,
        column=column,
        numbering=numbering,
        patient=patient,
        codes=None if codes is None else read_codes(fetch(codes, 1_000_000)[1]),
    )
    for given in (from_, to):
        format_of("", given)
    body = load_body()
    stream = sys.stdin.buffer if source == "-" else source
    found = read_drawings(stream, body, given=from_, options=options, skip_bad=skip_bad)
    records = found.records
    if record is not None:
        known = [one.id for one in records]
        if record not in known:
            raise UnknownNameError("drawing", record, known, hint=f"the file holds {len(known)}")
        records = [one for one in records if one.id == record]
    lost = write_drawings(records, out, body, given=to, options=options)
    _tell(found, records, lost, notes_out)
    click.echo(f"wrote {len(records)} drawing{'s' if len(records) != 1 else ''} to {out}", err=True)


def _tell(found: Read, records: Sequence[Any], lost: Sequence[str], notes_out: str | None) -> None:
    """Say on standard error what was passed over on the way."""
    notes = [f"{bad.id} (line {bad.line}) left out: {bad.reason}" for bad in found.rejected]
    notes += found.notes
    several = len(records) > 1
    for one in records:
        notes += [f"{one.id}: {note}" if several else note for note in one.notes]
    notes += lost
    if notes_out is not None:
        write_text(notes_out, "".join(f"{one_line(note)}\n" for note in notes))
    for note in notes[:MOST_NOTES]:
        click.echo(f"note: {one_line(note)}", err=True)
    if len(notes) > MOST_NOTES:
        where = f"all are in {notes_out}" if notes_out else "--notes FILE writes all"
        click.echo(f"note: and {len(notes) - MOST_NOTES} more; {where}", err=True)


def _write_atlas(held: str, name: str | None, out: str, patterns: Sequence[str]) -> None:
    """Write a part of the atlas by the ending of the file."""
    from hippain_maps.interchange import atlas_export
    from hippain_maps.interchange.body_maps import MAPS, load_body_map
    from hippain_maps.interchange.code_table import crosswalk_csv

    ending = out.lower().rpartition(".")[2]
    endings = {"chart": ("svg",), "choir": ("geojson", "json", "svg", "csv")}
    accepted = endings.get(held, ("geojson", "json", "svg"))
    if held == "michigan":
        accepted = endings["choir"]
    if ending not in accepted:
        raise DrawingError(
            f"'{out}' is not written for --atlas {held}; end it in .{', .'.join(accepted)}"
        )
    atlas = load_atlas(*patterns)
    body = atlas.body
    if held == "chart":
        views = [check_view(name)] if name else [*STANDING_VIEWS, *VIEWS[4:]]
        write_text(out, atlas_export.chart_svg(views, body), public=True)
        return
    if held in MAPS:
        body_map = load_body_map(held, body)
        if ending == "csv":
            write_text(out, crosswalk_csv(body_map), public=True)
            return
        features, title = list(atlas_export.body_map_features(body_map)), body_map.name
    elif held == "patterns":
        if name is None and ending == "svg":
            raise click.UsageError("an svg holds one pattern: name it, as in 'convert piriformis'")
        sources = list(atlas.sources.values()) if name is None else [atlas.source(name)]
        features = list(atlas_export.pattern_features(atlas, sources))
        title = "Referral patterns" if name is None else sources[0].name
    else:
        kind = held.removesuffix("s")
        maker = getattr(atlas_export, f"{kind}_features")
        features, title = list(maker(body)), held.capitalize()
        if name is not None:
            known = body.regions if kind == "region" else body.groups
            if name not in known:
                raise UnknownNameError(kind, name, known, hint=f"'hippain list {held}' shows them")
            features = [f for f in features if f["properties"][kind] == name]
    if ending == "svg":
        if held == "patterns":
            features = [f for f in features if f["properties"]["side"] == "left"]
        write_text(out, atlas_export.features_svg(features, body, title=title), public=True)
    else:
        text = atlas_export.geojson_text(features, held, atlas.version)
        write_text(out, text, public=True)
