"""Figures of groups: where it hurts how often, where groups differ, how repeatable drawings are."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Colormap, ListedColormap, Normalize, TwoSlopeNorm
from matplotlib.figure import Figure

from hippain_maps.cohort.groups import AFFECTED, BoolArray, Difference, FrequencyMap, RegionTable
from hippain_maps.cohort.reliability import Reliability
from hippain_maps.geometry import STANDING_VIEWS, VIEWS, FloatArray, View
from hippain_maps.plotting import artists
from hippain_maps.plotting.chart import full_crop, plot_chart
from hippain_maps.plotting.layout import Crop, add_heading, figure_for, row_of_axes, size_of
from hippain_maps.plotting.look import PRINT, Look
from hippain_maps.regions import Body
from hippain_maps.words import words_in

SURE = 0.05
"""Regions with a false discovery rate below this are outlined as different."""

_HEAD, _FOOT = 0.95, 1.0
_HIDDEN, _UNSEEN = "////", "...."


def plot_frequency(
    found: FrequencyMap,
    *,
    title: str = "Where it hurts",
    language: str = "en",
    figure: Figure | None = None,
    look: Look = PRINT,
) -> Figure:
    """Draw how many of a group have pain in each region.

    The darker, the more: the tones get darker evenly, so that they are read in grey too. Regions
    where nobody hurts are plain; those that nobody could show are dotted, those that are kept back
    hatched.

    Parameters
    ----------
    found : FrequencyMap
        The group.
    title : str
        Above the charts.
    language : str
        Of the names of the views: en, la, de, fr or es.
    figure : Figure, optional
        Where to draw; by default a new one.
    """
    most = float(np.nanmax(found.share, initial=0.0))
    norm = Normalize(0, max(0.1, math.ceil(most * 10 - 1e-9) / 10))
    tones = _tones()
    table = found.table
    shown = _views(table.body, np.nan_to_num(found.share))

    def style(place: int) -> dict[str, object]:
        if found.hidden[place]:
            return _pattern(_HIDDEN, look)
        if not found.seen[place]:
            return _pattern(_UNSEEN, look)
        share = found.share[place]
        return {"facecolor": tones(norm(share)) if share else look.skin, "edgecolor": "none"}

    figure = _charts(table, shown, style, title, language, figure, look)
    _bar(figure, ScalarMappable(norm, tones), "share with pain", look)
    low, high = _denominators(found)
    people = f"{len(table):,} drawings"
    if low != high:
        people += f"; a region could be shown by {low:,} to {high:,} of them"
    lines = [
        f"{people}. A region counts where {found.threshold:.0%} of it is drawn.",
        _notes(table, found, found.hidden, found.seen == 0),
    ]
    _below(figure, lines, look)
    return figure


def plot_difference(
    found: Difference,
    *,
    title: str | None = None,
    language: str = "en",
    figure: Figure | None = None,
    look: Look = PRINT,
) -> Figure:
    """Draw where two groups differ.

    Red where the first group hurts more often, blue where the second does; regions whose difference
    stands up to the control of the false discovery rate (q below 0.05) have a dark outline.

    Parameters
    ----------
    found : Difference
        Of two groups.
    title : str, optional
        Above the charts; by default the names of the groups.
    language : str
        Of the names of the views: en, la, de, fr or es.
    figure : Figure, optional
        Where to draw; by default a new one.
    """
    table = found.first.table
    hidden = found.first.hidden | found.second.hidden
    value = np.where(hidden, np.nan, found.difference)
    most = max(0.1, math.ceil(float(np.nanmax(np.abs(value), initial=0.0)) * 10 - 1e-9) / 10)
    norm, tones = TwoSlopeNorm(0, -most, most), matplotlib.colormaps["RdBu_r"]
    sure = ~hidden & (np.nan_to_num(found.q, nan=1.0) < SURE)

    def style(place: int) -> dict[str, object]:
        if hidden[place]:
            return _pattern(_HIDDEN, look)
        if np.isnan(value[place]):
            return _pattern(_UNSEEN, look)
        return {"facecolor": tones(norm(value[place])), "edgecolor": "none"}

    shown = _views(table.body, np.nan_to_num(np.abs(value)))
    first, second = found.names
    heading = title or f"{first} against {second}"
    figure = _charts(table, shown, style, heading, language, figure, look, outlined=sure)
    _bar(
        figure,
        ScalarMappable(norm, tones),
        f"more in {second}   \N{LEFTWARDS ARROW}   share with pain   "
        f"\N{RIGHTWARDS ARROW}   more in {first}",
        look,
    )
    lines = [
        f"{first}: {len(table):,} drawings; {second}: {len(found.second.table):,}. Outlined: "
        f"{int(sure.sum())} regions with a false discovery rate below {SURE:.0%} "
        f"({found.permutations:,} permutations, seed {found.seed}).",
        _notes(table, found.first, hidden, np.isnan(found.difference)),
    ]
    _below(figure, lines, look)
    return figure


def plot_reliability(
    found: Reliability, *, figure: Figure | None = None, look: Look = PRINT
) -> Figure:
    """Draw how repeatable drawings are: overlap of location, and agreement of extent.

    Parameters
    ----------
    found : Reliability
        Of pairs of drawings.
    figure : Figure, optional
        Where to draw; by default a new one.
    """
    figure = figure or Figure(figsize=(8.6, 3.9), facecolor=look.paper)
    left, right = figure.subplots(1, 2)
    figure.subplots_adjust(left=0.075, right=0.975, top=0.86, bottom=0.16, wspace=0.24)
    for ax, name in (
        (left, "Where: overlap of the two drawings"),
        (right, "How much: agreement of pain extent"),
    ):
        ax.set_facecolor(look.paper)
        ax.set_title(name, fontsize=look.title_size + 1, loc="left", color=look.ink)
        ax.tick_params(labelsize=look.text_size, colors=look.ink)
        ax.spines[["top", "right"]].set_visible(False)
        ax.spines[["left", "bottom"]].set_color(look.faint_ink)
    left.hist(
        found.jaccard, bins=np.linspace(0, 1, 21).tolist(), color=look.drawn, edgecolor=look.paper
    )
    median = float(np.median(found.jaccard))
    left.axvline(median, color=look.ink, linewidth=1.2)
    left.set_ylim(top=1.15 * left.get_ylim()[1])
    _words(left, median, 0.99, f"median {median:.2f}", look, right=median > 0.6)
    left.set_xlabel("Jaccard index", fontsize=look.text_size, color=look.ink)
    left.set_ylabel("people", fontsize=look.text_size, color=look.ink)
    left.set_xlim(0, 1)
    left.yaxis.get_major_locator().set_params(integer=True)

    mean, difference = found.extent.mean(axis=1), np.diff(found.extent, axis=1)[:, 0]
    right.axhspan(*found.low_interval, color=look.drawn, alpha=0.12, linewidth=0)
    right.axhspan(*found.high_interval, color=look.drawn, alpha=0.12, linewidth=0)
    right.axhspan(*found.bias_interval, color=look.faint_ink, alpha=0.22, linewidth=0)
    right.scatter(mean, difference, s=13, color=look.drawn, alpha=0.75, linewidth=0, zorder=3)
    for level, name, dashes in (
        (found.high_limit, "+1.96 SD", (4, 2)),
        (found.bias, "mean", (1, 0)),
        (found.low_limit, "-1.96 SD", (4, 2)),
    ):
        right.axhline(level, color=look.ink, linewidth=1, dashes=dashes, zorder=2)
        right.annotate(
            f"{name} {level:+.2f}",
            (1, level),
            xycoords=("axes fraction", "data"),
            xytext=(0, 2.5),
            textcoords="offset points",
            ha="right",
            fontsize=look.text_size,
            color=look.ink,
        )
    reach = 1.35 * float(np.abs(difference).max(initial=0.1))
    reach = max(reach, 1.25 * abs(found.high_interval[1]), 1.25 * abs(found.low_interval[0]))
    right.set_ylim(-reach, reach)
    right.set_xlabel("mean extent, % of the body", fontsize=look.text_size, color=look.ink)
    right.set_ylabel("second less first, % of the body", fontsize=look.text_size, color=look.ink)
    figure.text(
        0.01,
        0.965,
        f"Drawn twice by {len(found.people):,} people.  Extent: ICC {found.icc:.2f} "
        f"({found.icc_low:.2f} to {found.icc_high:.2f}); smallest detectable change "
        f"{found.smallest_change:.2f} % of the body",
        fontsize=look.title_size,
        fontweight="bold",
        va="center",
        color=look.ink,
    )
    return figure


def _words(ax: Axes, x: float, y: float, text: str, look: Look, *, right: bool) -> None:
    ax.annotate(
        text,
        (x, y),
        xycoords=("data", "axes fraction"),
        xytext=(-4 if right else 4, 0),
        textcoords="offset points",
        ha="right" if right else "left",
        va="top",
        fontsize=look.text_size,
        color=look.ink,
    )


def _tones() -> Colormap:
    """Return tones that darken evenly, from nearly paper on."""
    return ListedColormap(matplotlib.colormaps["magma_r"](np.linspace(0.0, 0.88, 256)))


def _pattern(hatch: str, look: Look) -> dict[str, object]:
    return {
        "facecolor": "none",
        "edgecolor": look.faint_ink,
        "linewidth": 0.0,
        "hatch": hatch,
        "hatch_linewidth": 0.5,
    }


def _views(body: Body, share: FloatArray) -> list[View]:
    """Return the standing views, and the insets where there is something to show."""
    return [
        view
        for view in VIEWS
        if view in STANDING_VIEWS or (share[body.charts[view].index] > 0).any()
    ]


def _charts(
    table: RegionTable,
    views: Sequence[View],
    style: Callable[[int], dict[str, object]],
    title: str,
    language: str,
    figure: Figure | None,
    look: Look,
    *,
    outlined: BoolArray | None = None,
) -> Figure:
    """Draw the charts with every region in its style."""
    body = table.body
    crops = []
    for view in views:
        if view in STANDING_VIEWS:
            x0, _, x1, y1 = body.charts[view].charted.bounds
            crops.append(Crop(x0 - 2, -2, x1 + 2, y1 + 2))
        else:
            crops.append(full_crop(body, view))
    figure = figure or figure_for(crops, least=7.0, words=_HEAD + _FOOT)
    figure.set_facecolor(look.paper)
    _, high = size_of(figure)
    box = (0.02, _FOOT / high, 0.96, 1 - (_HEAD + _FOOT) / high)
    letters = words_in(language).letters
    called = dict(zip((letters["left"], letters["right"]), table.sides, strict=True))
    for ax, view, crop in zip(row_of_axes(figure, crops, box), views, crops, strict=True):
        plot_chart(body, view, ax=ax, crop=crop, arms=False, language=language, look=look)
        if table.sides == AFFECTED:
            # Sides of the patient no more: the letters would lie.
            for text in ax.texts:
                text.set_text(called.get(text.get_text(), text.get_text()))
                text.set_fontsize(look.text_size)
            if len(ax.texts) == 1:
                ax.title.set_text("Side")
        chart = body.charts[view]
        for place, shape in zip(chart.index.tolist(), chart.polygons, strict=True):
            patch = artists.area_patch(shape, zorder=2, antialiased=False, **style(place))
            patch.set_gid(f"{view}-{body.sided[place]}")
            ax.add_artist(patch)
            if outlined is not None and outlined[place]:
                ax.add_artist(
                    artists.area_patch(
                        shape, facecolor="none", edgecolor=look.ink, linewidth=0.9, zorder=3
                    )
                )
    add_heading(figure, title, look)
    return figure


def _bar(figure: Figure, tones: ScalarMappable, label: str, look: Look) -> None:
    wide, high = size_of(figure)
    width = min(3.4, 0.5 * wide) / wide
    ax = figure.add_axes((0.5 - width / 2, 0.72 / high, width, 0.12 / high))
    bar = figure.colorbar(tones, cax=ax, orientation="horizontal")
    bar.ax.xaxis.set_major_formatter(lambda value, _: f"{abs(value):.0%}".replace("%", " %"))
    bar.ax.tick_params(labelsize=look.small_size, colors=look.ink, length=2)
    bar.outline.set_linewidth(0.5)
    ax.set_title(label, fontsize=look.text_size, color=look.ink, pad=3)


def _denominators(found: FrequencyMap) -> tuple[int, int]:
    seen = found.seen[found.seen > 0]
    return (int(seen.min()), int(seen.max())) if len(seen) else (0, 0)


def _notes(table: RegionTable, found: FrequencyMap, hidden: BoolArray, unseen: BoolArray) -> str:
    """Return what the reader of a map must know: what is missing, and why."""
    said = []
    if hidden.any():
        said.append(f"Hatched: kept back, fewer than {found.least} people with pain or without.")
    if unseen.any():
        said.append("Dotted: not shown by any view that was used.")
    left_out = [f"{count:,} left out ({reason})" for reason, count in table.left_out.items()]
    if left_out:
        said.append(f"{'; '.join(left_out)}.")
    return " ".join(said)


def _below(figure: Figure, lines: Sequence[str], look: Look) -> None:
    _, high = size_of(figure)
    figure.text(
        0.5,
        0.34 / high,
        "\n".join(line for line in lines if line),
        fontsize=look.small_size,
        ha="center",
        va="top",
        color=look.caption_ink,
        linespacing=1.35,
    )
