"""The commands for those who write files of the atlas: ``hippain check`` and ``schema``."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import click

from hippain_maps._findings import Findings
from hippain_maps._json import one_line
from hippain_maps._resources import resource_dir
from hippain_maps._writing import write_text
from hippain_maps.atlas import Atlas, load_atlas, read_atlas
from hippain_maps.body import load_body
from hippain_maps.errors import DataError, OutputError
from hippain_maps.file_schemas import KINDS, file_schema, schema_text
from hippain_maps.packs import NOT_SOURCES
from hippain_maps.patterns import Source

_SHOWN = 60
"""So many problems are printed at the most."""


@click.command(
    epilog="Example: hippain check my_pack/ --figure preview.pdf",
    short_help="Check the atlas, or a pack or source file of your own.",
)
@click.argument("path", required=False)
@click.option("--figure", metavar="OUT", help="Also draw what fits: png, svg, or pdf for several.")
def check(path: str | None, figure: str | None) -> None:
    """Check the shipped atlas, or a pack or one source file of your own at PATH.

    Every problem is told, with its file, line and field, what is accepted, and the nearest name;
    the status is 2 if there is one. A file is read with the clues and citations beside it. A copy
    of the folder body_regions is checked as a body, with the shipped patterns.
    """
    if figure:
        from hippain_maps.plotting.saving import checked_target

        checked_target(figure)
    place = Path(path) if path is not None else None
    if place is not None and not place.exists():
        raise DataError("there is no such file or folder", file=path)
    if place is not None and place.is_file() and place.suffix != ".yaml":
        raise DataError(f"the name ends in '{place.suffix}'; call it .yaml", file=path)
    try:
        atlas, names = _read(place)
    except DataError as error:
        _tell(error.problems, place)
        sys.exit(2)
    click.echo(_fits(atlas, place))
    if figure:
        _draw(atlas, names, figure)
        click.echo(f"wrote {figure}", err=True)


def _read(place: Path | None) -> tuple[Atlas, Sequence[str]]:
    """Return the atlas with what lies at a place, and the ids of the sources there."""
    shipped = resource_dir("patterns")
    if place is None:
        return _whole(None)
    home = place.resolve() if place.is_dir() else place.resolve().parent
    alone = place.is_file() and place.stem not in NOT_SOURCES
    if home == shipped and not alone:
        return _whole(None)
    if all((home / f"{name}.yaml").is_file() for name in ("outline", "sections")):
        # A file of a body says nothing by itself; it is checked with all that it belongs to.
        return _whole(None if home == resource_dir("body_regions") else home)
    if not alone:
        folder = place if place.is_dir() else place.parent
        atlas = read_atlas(load_body(), [shipped, folder])
        return atlas, _sources_of(atlas)
    return read_atlas(load_body(), [shipped, home], only=place.stem), [place.stem]


def _whole(body_folder: Path | None) -> tuple[Atlas, Sequence[str]]:
    """Return the shipped atlas on its own body or another, with all files of both read."""
    from hippain_maps.anatomy import load_bones, load_outlines
    from hippain_maps.words import entries_in

    shipped = resource_dir("patterns")
    problems = Findings()
    notes = ["the sources are checked once the body fits; more may follow"]
    with problems.gathered():
        body = load_body(body_folder) if body_folder else load_body()
        notes.clear()
        atlas = read_atlas(body, [shipped]) if body_folder else load_atlas()
    bones = body_folder or resource_dir("body_regions")
    if (bones / "bones.yaml").is_file():
        with problems.gathered():
            load_bones(bones)
    # Read where figures are made, and otherwise by nobody.
    with problems.gathered():
        load_outlines(shipped)
    with problems.gathered():
        entries_in(shipped)
    problems.stop(*notes)
    return atlas, list(atlas.sources)


def _sources_of(atlas: Atlas) -> list[str]:
    return [name for name in (*atlas.packs[-1].adds, *atlas.packs[-1].overrides) if name != "model"]


def _tell(problems: Sequence[DataError], place: Path | None) -> None:
    """Print every problem as a compiler does: what, where, and the line itself."""
    files = list(dict.fromkeys(problem.file for problem in problems))
    for problem in problems[:_SHOWN]:
        click.secho("error: ", fg="red", bold=True, nl=False)
        click.secho(one_line(problem.message), bold=True)
        path = _found(problem.file, place)
        where = ":".join(str(part) for part in (path or problem.file, problem.line) if part)
        if where:
            field = f", {problem.field}" if problem.field else ""
            click.echo(f"  --> {one_line(where + field)}")
        lines = path.read_text("utf-8-sig", "replace").splitlines() if path else []
        if problem.line and problem.line <= len(lines):
            text = lines[problem.line - 1]
            margin = " " * len(str(problem.line))
            click.echo(f"{margin} |\n{problem.line} | {one_line(text.rstrip())[:100]}")
        click.echo()
    if len(problems) > _SHOWN:
        click.echo(f"and {len(problems) - _SHOWN} more; mend these first\n")
    for note in dict.fromkeys(note for problem in problems for note in problem.notes):
        click.echo(f"note: {note}\n")
    count = f"{len(problems)} problem{'s' * (len(problems) != 1)}"
    click.echo(f"hippain: {count} in {len(files)} file{'s' * (len(files) != 1)}", err=True)


def _found(label: str | None, place: Path | None) -> Path | None:
    """Return the file that an error is about, where it can be told."""
    if label is None:
        return None
    homes = [resource_dir("patterns"), resource_dir("body_regions")]
    if place is not None:
        homes.insert(0, place if place.is_dir() else place.parent)
    folder, _, name = label.rpartition("/")
    for home in homes:
        if (not folder or home.resolve().name == folder) and (home / name).is_file():
            return home / name
    return None


def _fits(atlas: Atlas, place: Path | None) -> str:
    """Return what was found to be right."""
    if place is None or not atlas.packs:
        return summary(atlas)
    pack, names = atlas.packs[-1], _sources_of(atlas)
    if not place.is_dir():
        source = atlas.sources[place.stem] if place.stem in names else None
        return f"{place}: {_source_fits(source) if source else 'fits.'}"
    files = len(list(place.glob("*.yaml")))
    fit = f"{files} file{'s fit' if files != 1 else ' fits'}"
    said = [f"{place}: {fit}, as the pack '{pack.name}', version {pack.version}."]
    for name in names:
        how = "in place of the shipped one" if name in pack.overrides else "new"
        said.append(f"  {_source_fits(atlas.sources[name])} ({how})")
    if "model" in pack.overrides:
        said.append("  its model.yaml takes the place of all shipped constants")
    return "\n".join([*said, f"With it: {summary(atlas)}"])


def _source_fits(source: Source) -> str:
    points = len(source.trigger_points)
    if source.is_muscle:
        return f"{source.name} fits, with {points} trigger point{'s' * (points != 1)}"
    return f"{source.name} fits, as a {source.kind.replace('_', ' ')}"


def _draw(atlas: Atlas, names: Sequence[str], out: str) -> None:
    from hippain_maps import plotting
    from hippain_maps.plotting.plate import PER_PAGE

    sources = [atlas.sources[name] for name in names]
    if not sources:
        raise click.UsageError("there is no source to draw")
    if len(sources) == 1:
        plotting.save_figure(plotting.plot_pattern(sources[0], atlas), out)
    elif out.lower().endswith(".pdf"):
        plotting.save_pages(plotting.plate_pages(sources, atlas), out)
    elif len(sources) <= PER_PAGE:
        plotting.save_figure(next(iter(plotting.plate_pages(sources, atlas))), out)
    else:
        raise click.UsageError(f"{len(sources)} patterns need several pages; write a .pdf")


@click.command(
    epilog=f"KIND is one of {', '.join(KINDS)}.\n\n"
    "Example: hippain schema source -o source.schema.json",
    short_help="Write JSON Schemas of the YAML files, for editors.",
)
@click.argument("kind", type=click.Choice(KINDS), metavar="[KIND]", required=False)
@click.option(
    "-o",
    "--output",
    "out",
    metavar="OUT",
    help="File to write; without KIND, a folder for all, made if it is not there.",
)
def schema(kind: str | None, out: str | None) -> None:
    """Write the JSON Schema of a KIND of file, so that an editor completes and checks it.

    A first line such as '# yaml-language-server: $schema=source.schema.json' in a YAML file tells
    the editor.
    """
    atlas = load_atlas()
    if kind:
        text = schema_text(file_schema(kind, atlas))
        if out:
            write_text(out, text, public=True)
            click.echo(f"wrote {out}", err=True)
        else:
            click.echo(text, nl=False)
        return
    if not out:
        raise click.UsageError(f"name a KIND ({', '.join(KINDS)}), or a folder with -o")
    try:
        Path(out).mkdir(parents=True, exist_ok=True)
    except (OSError, ValueError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or error
        raise OutputError(f"cannot make the folder '{one_line(out)}': {reason}") from None
    for name in KINDS:
        text = schema_text(file_schema(name, atlas))
        write_text(Path(out) / f"{name}.schema.json", text, public=True)
    click.echo(f"wrote {len(KINDS)} schemas into {out}", err=True)


def summary(atlas: Atlas) -> str:
    """Return version and counts of an atlas, in a line."""
    muscles = [source for source in atlas.sources.values() if source.is_muscle]
    points = sum(len(source.trigger_points) for source in muscles)
    return (
        f"atlas {atlas.version}: {len(muscles)} muscles with {points} trigger points, "
        f"{len(atlas.sources) - len(muscles)} other sources, {len(atlas.body.regions)} regions a "
        f"side, {len(atlas.body.groups)} groups, {len(atlas.clues)} clues, "
        f"{len(atlas.red_flags)} red flags, {len(atlas.citations)} citations."
    )
