"""Another body map on our chart: every area of it, with its codes and the patient's side."""

from __future__ import annotations

import shapely
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke

from hippain_maps.geometry import STANDING_VIEWS, Area, View
from hippain_maps.interchange.body_maps import BodyMap, MapArea
from hippain_maps.interchange.codes import redcap_code
from hippain_maps.plotting import artists
from hippain_maps.plotting.chart import plot_chart
from hippain_maps.plotting.layout import Crop, row_of_axes
from hippain_maps.plotting.look import PRINT, Look

_TINTS = (0.10, 0.22, 0.34, 0.16, 0.28)


def plot_body_map(body_map: BodyMap, *, figure: Figure | None = None, look: Look = PRINT) -> Figure:
    """Draw the areas of another body map on our front and back charts, with their codes.

    Under the codes of each area stands its name; codes are those of the standard numbering, and
    beside them those that REDCap enters, where they differ.

    Parameters
    ----------
    body_map : BodyMap
        Which map.
    figure : Figure, optional
        Where to draw; by default a new one.
    """
    views = [view for view in STANDING_VIEWS[:2] if _shown(body_map, view)]
    figure = figure or Figure(figsize=(8.2, 10.6))
    figure.set_facecolor(look.paper)
    crops = []
    for view in views:
        x0, y0, x1, y1 = body_map.body.charts[view].charted.bounds
        crops.append(Crop(x0 - 5, y0 - 2, x1 + 5, y1 + 6))
    rows = row_of_axes(figure, crops, (0.02, 0.05, 0.96, 0.86))
    for ax, view, crop in zip(rows, views, crops, strict=True):
        plot_chart(body_map.body, view, ax=ax, crop=crop, look=look)
        names = list(dict.fromkeys(area.name for area in _shown(body_map, view)))
        for area in _shown(body_map, view):
            shape = area.shapes[view]
            tint = _TINTS[names.index(area.name) % len(_TINTS)]
            patch = artists.area_patch(
                shape, facecolor=look.drawn, alpha=tint, edgecolor="none", zorder=2
            )
            patch.set_gid(f"{view}-{body_map.id}-{area.code}")
            edge = artists.area_patch(
                shape, facecolor="none", edgecolor=look.drawn, linewidth=1.0, zorder=3.5
            )
            ax.add_artist(patch)
            ax.add_artist(edge)
            x, y = _middle(shape)
            ax.text(
                x,
                y,
                _label(area, body_map, narrow=shape.bounds[2] - shape.bounds[0] < 10),
                fontsize=look.small_size,
                ha="center",
                va="center",
                color=look.ink,
                zorder=6,
                linespacing=1.1,
                path_effects=[withStroke(linewidth=2.2, foreground=look.halo, alpha=0.75)],
                gid=f"{view}-{body_map.id}-{area.code}-label",
            )
    outside = sum(not area.is_mapped for area in body_map.areas.values())
    insets = {view for area in body_map.areas.values() for view in area.shapes} - set(views)
    feet = "Feet and saddle also cover their own charts. " if insets else ""
    figure.text(
        0.5,
        0.975,
        f"{body_map.name} on our chart",
        fontsize=look.heading_size,
        ha="center",
        va="top",
        color=look.ink,
    )
    figure.text(
        0.5,
        0.02,
        f"{len(body_map.areas) - outside} of {len(body_map.areas)} areas; the others lie outside. "
        f"{feet}Place on our chart: {body_map.confidence}. "
        "Atlas: hippain_maps contributors, CC BY 4.0",
        fontsize=look.small_size,
        ha="center",
        color=look.caption_ink,
    )
    return figure


def _shown(body_map: BodyMap, view: View) -> list[MapArea]:
    return [area for area in body_map.areas.values() if view in area.shapes]


def _label(area: MapArea, body_map: BodyMap, *, narrow: bool) -> str:
    entered = redcap_code(area.code, body_map)
    between = "\n" if narrow else " · "
    codes = area.code if entered == area.code else f"{area.code}{between}{entered}"
    words = area.name.split(", ")[0]
    # Narrow areas take a word a line.
    return f"{codes}\n{words}" if len(words) < 8 else f"{codes}\n" + words.replace(" ", "\n", 1)


def _middle(shape: Area) -> tuple[float, float]:
    x, y = shapely.get_coordinates(shapely.maximum_inscribed_circle(shape, tolerance=0.1))[0]
    return float(x), float(y)
