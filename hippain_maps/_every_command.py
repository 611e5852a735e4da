"""What several commands of the command line take."""

from __future__ import annotations

from typing import Any

import click

from hippain_maps._json import one_line

_MOST_NUMBER = 2**63 - 1
"""The highest number that SQLite gives a row."""


def visit_number(given: str) -> int:
    """Read the number of a visit; a code in its place is told where the numbers are."""
    if given.isdecimal() and len(given) < 20 and int(given) <= _MOST_NUMBER:
        return int(given)
    raise click.BadParameter(
        f"'{one_line(given[:80])}' is no number of a visit; 'hippain visits list CODE' shows the "
        "numbers of a patient's visits"
    )


def patterns_option(command: Any) -> Any:
    """Add the option that names folders of sources of one's own."""
    return click.option(
        "--patterns",
        multiple=True,
        metavar="DIR",
        help="A folder of source files of your own, added to the atlas; may be repeated.",
    )(command)
