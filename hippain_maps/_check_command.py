"""The commands for those who write files of the atlas: ``hippain schema``."""

from __future__ import annotations

from pathlib import Path

import click

from hippain_maps._writing import write_text
from hippain_maps.atlas import load_atlas
from hippain_maps.file_schemas import KINDS, file_schema, schema_text


@click.command(epilog="Example: hippain schema source -o source.schema.json")
@click.argument("kind", type=click.Choice(KINDS), required=False)
@click.option(
    "-o", "--output", "out", metavar="OUT", help="File to write; without KIND, a folder for all."
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
            write_text(out, text)
            click.echo(f"wrote {out}", err=True)
        else:
            click.echo(text, nl=False)
        return
    if not out:
        raise click.UsageError(f"name a KIND ({', '.join(KINDS)}), or a folder with -o")
    if not Path(out).is_dir():
        raise click.UsageError(f"there is no folder '{out}'; make it first")
    for name in KINDS:
        write_text(Path(out) / f"{name}.schema.json", schema_text(file_schema(name, atlas)))
    click.echo(f"wrote {len(KINDS)} schemas into {out}", err=True)
