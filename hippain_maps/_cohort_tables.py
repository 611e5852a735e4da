"""Group results on the terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from hippain_maps.cohort.reliability import Reliability

_SHOWN = 12
"""So many sources of each list are printed; the file has all."""

_LISTS = {"candidates": "muscle listed first", "differential": "other source listed first"}


def print_summary(
    console: Console, extent: Mapping[str, Any], counts: Sequence[Mapping[str, Any]]
) -> None:
    """Print how extent is spread, and what came first how often."""
    console.print(f"{extent['count']:,} drawings.")
    if extent["median"] is not None:
        console.print(
            f"Pain extent: median {extent['median']:.1f} % of the charted body (quartiles "
            f"{extent['quartile_1']:.1f} to {extent['quartile_3']:.1f}), mean {extent['mean']:.1f}."
        )
    for name, title in _LISTS.items():
        table = Table(box=None, pad_edge=False, header_style="bold")
        for column in (title, "count", "share", "95 % interval", "left", "right"):
            table.add_column(column, justify="left" if column == title else "right")
        mine = [row for row in counts if row["list"] == name]
        for row in mine[:_SHOWN]:
            known = row["count"] is not None
            table.add_row(
                Text(row["source"].replace("_", " ")),
                str(row["count"]) if known else "kept back",
                f"{row['share']:.1%}" if known else "",
                f"{row['low']:.1%} to {row['high']:.1%}" if known else "",
                "" if row["left"] is None else str(row["left"]),
                "" if row["right"] is None else str(row["right"]),
            )
        console.print()
        console.print(table)
        if len(mine) > _SHOWN:
            console.print(f"and {len(mine) - _SHOWN} more")


def print_reliability(console: Console, found: Reliability) -> None:
    """Print how repeatable drawings are."""
    said = found.to_dict()
    jaccard, agreement = said["jaccard"], said["extent_agreement"]
    console.print(
        f"{said['people']:,} people drew twice ({said['people_with_one_drawing']:,} once; "
        f"{said['unusable_drawings']:,} drawings could not be used)."
    )
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column()
    table.add_column()
    table.add_row(
        "overlap (Jaccard)",
        f"mean {jaccard['mean']:.2f} +- {jaccard['sd']:.2f}; median {jaccard['median']:.2f}, "
        f"quartiles {jaccard['quartile_1']:.2f} to {jaccard['quartile_3']:.2f}",
    )
    table.add_row(
        "extent, ICC(A,1)", f"{found.icc:.3f} (95 % {found.icc_low:.2f} to {found.icc_high:.2f})"
    )
    table.add_row(
        "extent, second less first",
        f"{agreement['bias']:+.2f} % of the body; limits of agreement "
        f"{agreement['low_limit']:+.2f} to {agreement['high_limit']:+.2f}",
    )
    table.add_row(
        "smallest detectable change",
        f"{found.smallest_change:.2f} % of the body (standard error {found.sem:.2f})",
    )
    console.print(table)
