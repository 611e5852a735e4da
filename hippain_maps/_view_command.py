"""The command ``hippain view``: the viewer in the browser, on this machine."""

from __future__ import annotations

import importlib.util
import sys
import threading
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hippain_maps._every_command import patterns_option
from hippain_maps.atlas import Atlas, load_atlas
from hippain_maps.errors import how_to_install

if TYPE_CHECKING:
    from hippain_maps.viewer.work import WorkFile

_NEEDED = {"viewer": ("fastapi", "threadpoolctl", "uvicorn"), "pair": ("cryptography", "segno")}


@click.command(
    epilog="Example: hippain view --port 8175", short_help="Open the viewer in the browser."
)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    metavar="N",
    help="Port on this machine [8175, or any free one where it is taken]; 0 takes any free one.",
)
@click.option("--no-browser", is_flag=True, help="Print the link only.")
@click.option(
    "--pair",
    is_flag=True,
    help="Also let one patient draw on a second device in this network, by a QR code.",
)
@click.option(
    "--pair-language",
    type=click.Choice(["en", "de", "fr", "es"]),
    default="en",
    help="Of that patient [en].",
)
@click.option(
    "--store",
    metavar="PATH",
    help="Keep visits in this file, not in the one in your data folder.",
)
@patterns_option
def view(
    port: int | None,
    no_browser: bool,
    pair: bool,
    pair_language: str,
    store: str | None,
    patterns: Sequence[str],
) -> None:
    """Open the viewer: draw, see which muscles fit and why, and what to ask next.

    It runs on this machine and is closed to every other one. The link it prints lets a browser in;
    keep it to yourself. The drawing on the page is kept in a private file until you clear it. Stop
    with Ctrl-C.

    Only with --pair it listens on the network too: over TLS, for a link that works once.
    """
    _check_extra("viewer")
    if pair:
        _check_extra("pair")
    from hippain_maps.viewer.server import serve, take_port

    listening = take_port(port)
    atlas = load_atlas(*patterns)
    click.echo("Open this link; nobody else should have it. Ctrl-C stops the viewer.", err=True)
    serve(
        listening,
        atlas,
        say=click.echo,
        open_browser=not no_browser,
        store=Path(store) if store else None,
        pair=_pairing(atlas, pair_language) if pair else None,
    )


def _check_extra(name: str) -> None:
    if any(importlib.util.find_spec(module) is None for module in _NEEDED[name]):
        what = "the viewer" if name == "viewer" else "--pair"
        raise click.UsageError(f"{what} needs more packages: {how_to_install(name)}")


def _pairing(atlas: Atlas, language: str) -> Callable[[WorkFile], None]:
    """Return what opens the door for a second device, and says how to come in."""

    def open_door(kept: WorkFile) -> None:
        from hippain_maps.viewer.pair_server import open_pair_server

        door = open_pair_server(atlas, kept, language)

        def invite(presses: Iterable[str]) -> None:
            for _ in presses:
                click.echo(door.invitation(), err=True)
                click.echo("Press Enter for the next patient's link.", err=True)

        invite([""])
        if sys.stdin is not None and sys.stdin.isatty():
            threading.Thread(target=invite, args=(sys.stdin,), daemon=True).start()

    return open_door
