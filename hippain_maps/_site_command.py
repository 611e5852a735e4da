"""The command ``hippain site``: the atlas as a folder of web pages."""

from __future__ import annotations

from collections.abc import Sequence

import click

from hippain_maps._every_command import patterns_option
from hippain_maps.atlas import load_atlas
from hippain_maps.errors import how_to_install


@click.command(
    epilog="Example: hippain site -o atlas-site", short_help="Write the atlas as web pages."
)
@click.option("-o", "--output", "out", required=True, metavar="DIR", help="Folder to write.")
@click.option("--no-api", is_flag=True, help="Leave out the reference of the Python package.")
@patterns_option
def site(out: str, no_api: bool, patterns: Sequence[str]) -> None:
    """Write the atlas as web pages into DIR: open its index.html in any browser.

    A page for each source, region and group, the body chart, search, clues, red flags and the
    model. The pages load nothing from anywhere else. DIR is a new or empty folder, or that of an
    earlier site, which is replaced.
    """
    from hippain_maps._tables import progress
    from hippain_maps.site import broken_links, build_site, write_site
    from hippain_maps.site.folder import check_folder
    from hippain_maps.site.reference import has_reference

    check_folder(out)
    atlas = load_atlas(*patterns)
    api = not no_api and has_reference()
    with progress(len(atlas.sources), "drawing") as step:
        made = build_site(atlas, api=api, step=step)
    if broken := broken_links(made):
        shown = "; ".join(broken[:5])
        raise click.ClickException(f"{len(broken)} links lead nowhere, nothing is written: {shown}")
    folder = write_site(made, out)
    if not api and not no_api:
        click.echo(
            f"without the reference of the Python package, which needs: {how_to_install('docs')}",
            err=True,
        )
    size = sum(map(len, made.values())) / 1e6
    click.echo(f"wrote {folder / 'index.html'} and {len(made) - 1} more files, {size:.1f} MB")
