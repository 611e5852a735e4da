"""What changed since the drawing before, as the report says it."""

from __future__ import annotations

import shapely
from matplotlib.figure import Figure

from hippain_maps.comparison import REDRAW, Comparison
from hippain_maps.plotting import artists
from hippain_maps.plotting.change import KINDS, change_style
from hippain_maps.plotting.layout import size_of
from hippain_maps.plotting.ranking_words import percent_of
from hippain_maps.regions import Body
from hippain_maps.report.charts import change_charts
from hippain_maps.report.flow import Block, Column, Drawn, Row
from hippain_maps.report.setting import GAP, Setting

MOVED = 4
"""Sources whose places are told at the most."""

NONE, PLUS_MINUS = "\N{EN DASH}", "\N{PLUS-MINUS SIGN}"
_CHARTS = 2.0


def change_blocks(change: Comparison, body: Body, scale: float, setting: Setting) -> list[Block]:
    """Return what changed: charts at the left, words at the right."""
    words, side = setting.words, 0.5 * setting.width
    wide = setting.width - side - GAP
    said: list[Block] = []
    if change.views:
        areas = change.areas()
        for kind in KINDS:
            name = words.say("report_named", name=words.term(kind), what=f"{areas[kind]:.0f} cm²")
            said.append(
                Row(((0.0, _swatch(kind, setting)), (0.32, setting.text(name, side - 0.32))))
            )
    before, after = (words.number(e.percent, ".1f") for e in (change.before, change.after))
    lines = [words.say("report_extent", before=before, after=after)]
    if change.intensity != (None, None):
        strength = [words.number(i, ".1f") if i is not None else NONE for i in change.intensity]
        lines.append(words.say("report_intensity", before=strength[0], after=strength[1]))
    if change.jaccard is not None:
        overlap = words.number(change.jaccard, ".2f")
        redraw = f" {PLUS_MINUS} ".join(words.number(value, "g") for value in REDRAW)
        lines.append(words.say("report_overlap", share=overlap, redraw=redraw))
        if change.within_redraw:
            lines.append(words.say("report_within"))
    if change.one_sided:
        views = ", ".join(words.views[view] for view in change.one_sided)
        lines.append(words.say("report_one_sided", views=views))
    for moved in change.moved[:MOVED]:
        places = [
            f"{place[0]} ({percent_of(place[1], words)} %)" if place else NONE
            for place in (moved.before, moved.after)
        ]
        name = f"{moved.source.name_in(words.language)}, {words.sides[moved.side]}"
        lines.append(words.say("report_moved", name=name, before=places[0], after=places[1]))
    said += [setting.text(line, side) for line in lines]
    if not change.views:
        return said
    charts = change_charts(change, body, wide, scale * _CHARTS, setting)
    return [Row(((0.0, charts), (wide + GAP, Column(tuple(said)))))]


def _swatch(kind: str, setting: Setting) -> Block:
    """Return an example of how gone, remaining or new pain is drawn."""
    height = setting.text("x").height

    def draw(figure: Figure, x: float, y: float) -> None:
        wide, high = size_of(figure)
        ax = figure.add_axes(
            (x / wide, 1 - (y + 0.9 * height) / high, 0.25 / wide, 0.8 * height / high)
        )
        ax.set_axis_off()
        ax.set_xlim(0, 1)
        ax.set_ylim(0, 1)
        example = shapely.box(0.03, 0.06, 0.97, 0.94)
        ax.add_artist(artists.area_patch(example, **change_style(kind, setting.look)))

    return Drawn(height, draw)
