"""Two drawings on one chart: what is gone, what is new, what remains."""

from __future__ import annotations

import shapely
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from hippain_maps.comparison import Comparison, ViewChange
from hippain_maps.geometry import Area, View
from hippain_maps.plotting import artists
from hippain_maps.plotting.chart import plot_chart
from hippain_maps.plotting.layout import add_heading, crop_to, figure_for, row_of_axes, size_of
from hippain_maps.plotting.look import PRINT, Look
from hippain_maps.regions import Body

KINDS = ("gone", "remaining", "new")
"""What a comparison paints, in the order of its key."""

_HEAD, _KEY, _FOOT = 0.75, 0.32, 0.5


def plot_change(
    comparison: Comparison,
    body: Body,
    *,
    title: str = "What changed",
    language: str = "en",
    figure: Figure | None = None,
    look: Look = PRINT,
) -> Figure:
    """Draw what changed between two drawings.

    Gone pain is a dashed outline with sparse lines, pain that remains is filled, new pain is filled
    lightly and hatched, so that the three are told apart in grey too. Extent and overlap stand
    below.

    Parameters
    ----------
    comparison : Comparison
        Of two drawings.
    body : Body
        The charts.
    title : str
        Above the charts.
    language : str
        Of the names of the views: en, la, de, fr or es.
    figure : Figure, optional
        Where to draw; by default a new one.
    """
    content: dict[View, list[shapely.Geometry]] = {
        view: [getattr(change, kind) for kind in KINDS] for view, change in comparison.views.items()
    }
    crops = crop_to(body, content or {"anterior": [], "posterior": []}, whole_width=True)
    if figure is None:
        figure = figure_for(list(crops.values()), least=5.0)
        figure.set_facecolor(look.paper)
    _, high = size_of(figure)
    box = (0.02, (_FOOT + _KEY) / high, 0.96, 1 - (_HEAD + _FOOT + _KEY) / high)
    for ax, (view, crop) in zip(
        row_of_axes(figure, list(crops.values()), box), crops.items(), strict=True
    ):
        plot_chart(body, view, ax=ax, crop=crop, language=language, look=look)
        if view in comparison.views:
            add_change(ax, comparison.views[view], view, look)
    add_heading(figure, title, look)
    _key(figure, comparison, look)
    figure.text(
        0.5,
        0.08 / high,
        "\n".join(_lines(comparison)),
        fontsize=look.small_size,
        ha="center",
        va="bottom",
        color=look.caption_ink,
    )
    return figure


def add_change(ax: Axes, change: ViewChange, view: View, look: Look = PRINT) -> None:
    """Add what is gone, what remains and what is new in a view to its chart."""
    for kind in KINDS:
        area: Area = getattr(change, kind)
        if not area.is_empty:
            patch = artists.area_patch(area, **change_style(kind, look), zorder=2.8)
            patch.set_gid(f"{view}-{kind}")
            ax.add_artist(patch)


def change_style(kind: str, look: Look) -> dict[str, object]:
    """Return how an area that is gone, remains or is new is drawn."""
    if kind == "gone":
        return {
            "facecolor": "none",
            "edgecolor": look.faint_ink,
            "linewidth": 1.1,
            "linestyle": (0, (3, 2)),
            "hatch": "//",
            "hatch_linewidth": 0.4,
        }
    if kind == "remaining":
        return {"facecolor": look.drawn, "edgecolor": look.drawn, "linewidth": 0.8, "alpha": 0.75}
    return {
        "facecolor": "none",
        "edgecolor": look.pain,
        "linewidth": 1.1,
        "hatch": "xxx",
        "hatch_linewidth": 0.6,
    }


def _key(figure: Figure, comparison: Comparison, look: Look) -> None:
    """Write the key, each kind with its area."""
    wide, high = size_of(figure)
    areas = comparison.areas()
    step = 0.9 / len(KINDS)
    for number, kind in enumerate(KINDS):
        x = 0.07 + number * step
        ax = figure.add_axes((x, (_FOOT + 0.1) / high, 0.26 / wide, 0.13 / high))
        ax.set_axis_off()
        ax.set_xlim(0, 1)
        ax.set_ylim(0, 1)
        ax.add_artist(
            artists.area_patch(shapely.box(0.02, 0.05, 0.98, 0.95), **change_style(kind, look))
        )
        figure.text(
            x + 0.34 / wide,
            (_FOOT + 0.165) / high,
            f"{kind} {areas[kind]:.0f} cm²",
            fontsize=look.text_size,
            va="center",
            color=look.ink,
        )


def _lines(comparison: Comparison) -> list[str]:
    before, after = comparison.before, comparison.after
    said = [f"Pain extent {before.percent:.1f} % before, {after.percent:.1f} % after"]
    if comparison.jaccard is not None:
        said.append(f"overlap (Jaccard) {comparison.jaccard:.2f}")
    lines = ["; ".join(said)]
    if comparison.jaccard is not None:
        lines.append(
            f"Two drawings of one pain a minute apart overlap at {comparison.redraw_words} "
            "(Leoni 2013)"
        )
    return lines
