"""The command ``hippain view``: the viewer in the browser, on this machine."""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence

import click

from hippain_maps._figure_commands import patterns_option
from hippain_maps.atlas import load_atlas

_NEEDED = ("fastapi", "uvicorn")


@click.command(epilog="Example: hippain view --port 8175")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    metavar="N",
    help="Port on this machine [8175, or any free one where it is taken]; 0 takes any free one.",
)
@click.option("--no-browser", is_flag=True, help="Print the link only.")
@patterns_option
def view(port: int | None, no_browser: bool, patterns: Sequence[str]) -> None:
    """Open the viewer: draw, see which muscles fit and why, and what to ask next.

    It runs on this machine and is closed to every other one. The link it prints lets a browser in;
    keep it to yourself. The drawing on the page is kept in a private file until you clear it. Stop
    with Ctrl-C.
    """
    if any(importlib.util.find_spec(name) is None for name in _NEEDED):
        raise click.UsageError('the viewer needs more packages: pip install "hippain-maps[viewer]"')
    from hippain_maps.viewer.server import serve, take_port

    listening = take_port(port)
    atlas = load_atlas(*patterns)
    click.echo("Open this link; nobody else should have it. Ctrl-C stops the viewer.", err=True)
    serve(listening, atlas, say=click.echo, open_browser=not no_browser)
