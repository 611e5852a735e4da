"""What several commands of the command line take."""

from __future__ import annotations

from typing import Any

import click


def patterns_option(command: Any) -> Any:
    """Add the option that names folders of sources of one's own."""
    return click.option(
        "--patterns",
        multiple=True,
        metavar="DIR",
        help="A folder of source files of your own, added to the atlas; may be repeated.",
    )(command)
