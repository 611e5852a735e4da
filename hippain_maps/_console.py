"""Where tables are printed: the terminal, or a file or pipe in its place."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console


def console() -> Console:
    """Return the console of the command line."""
    from rich.console import Console

    class PipedConsole(Console):
        def on_broken_pipe(self) -> None:
            # The default is to leave with 1.
            raise BrokenPipeError

    # Off a terminal (a file, a pipe) rich would assume 80 columns and cut tables.
    width = None if sys.stdout.isatty() or os.environ.get("COLUMNS") else 110
    return PipedConsole(width=width, highlight=False, emoji=False, markup=False)
