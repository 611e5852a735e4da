"""The command ``hippain scan``: a photo of a printed page becomes a drawing."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import click

from hippain_maps.body import load_body
from hippain_maps.errors import OutputError, how_to_install

_NEEDED = ("cv2", "skimage")


@click.command(
    epilog="Example: hippain scan photo.jpg -o drawing.geojson --preview preview.png",
    short_help="Read the marks on a photographed page.",
)
@click.argument("photo")
@click.option("-o", "--output", "out", required=True, metavar="OUT", help="Drawing to write.")
@click.option("--preview", metavar="OUT", help="Also draw what was read: png, svg or pdf.")
@click.option(
    "--complete",
    is_flag=True,
    help="The patient went through every view of the page: what is blank does not hurt.",
)
def scan(photo: str, out: str, preview: str | None, complete: bool) -> None:
    """Read the marks on a photographed or scanned page of 'hippain chart --print'.

    PHOTO is a JPEG, PNG or TIFF file. The page may be turned, tilted and unevenly lit; a page that
    cannot be read with certainty is refused, with the reason. Look at the preview before you rely
    on the drawing. Needs the extra 'scan'.
    """
    if any(importlib.util.find_spec(module) is None for module in _NEEDED):
        raise click.UsageError(f"reading photos needs more packages: {how_to_install('scan')}")
    if Path(out).is_dir() or not Path(out).resolve().parent.is_dir():
        raise OutputError(f"{out}: name a file in a folder that is there")
    if preview:
        from hippain_maps.plotting.saving import checked_target

        checked_target(preview)
    from hippain_maps.scan import scan_photo
    from hippain_maps.scan.preview import count_of, mark_lines, plot_scan, registration_words

    read = scan_photo(photo, load_body(), complete=complete)
    if preview:
        from hippain_maps.plotting import save_figure

        save_figure(plot_scan(read), preview, dpi=120)
    read.drawing.write(out)
    click.echo(f"{count_of(read)}. {registration_words(read)}.")
    for line in (*mark_lines(read), *(f"note: {note}" for note in read.notes)):
        click.echo(line)
    for written in filter(None, (out, preview)):
        click.echo(f"wrote {written}", err=True)
