"""The figures of the site: each pattern drawn once, and shown light and dark."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

from matplotlib.font_manager import FontProperties
from matplotlib.path import Path as Outline
from matplotlib.textpath import TextPath

from hippain_maps.atlas import Atlas
from hippain_maps.patterns import Source
from hippain_maps.plotting import save_figure
from hippain_maps.plotting.look import THEMES
from hippain_maps.plotting.pattern import Panel, panel_of, plot_panel
from hippain_maps.site.charts import thumbnail
from hippain_maps.site.markup import Html, tag

_HEAD = re.compile(r"<\?xml.*?<svg", re.DOTALL)
_METADATA = re.compile(r"\s*<metadata>.*?</metadata>", re.DOTALL)
_NUMBER = re.compile(r"(?<![#\w])-?\d+\.\d{3,}")
_SPACES = re.compile(r">\s+<")
_STYLED = re.compile(r"(fill|stroke): (#[0-9a-f]{6})")
_SIZE = re.compile(rb'viewBox="0 0 ([\d.]+) ([\d.]+)"')
_LETTERS = {
    Outline.MOVETO: "M",
    Outline.LINETO: "L",
    Outline.CURVE3: "Q",
    Outline.CURVE4: "C",
    Outline.CLOSEPOLY: "Z",
}


def source_figures(atlas: Atlas, source: Source) -> tuple[bytes, bytes]:
    """Return the figure of a source and a small picture of it, both SVG.

    Parameters
    ----------
    atlas : Atlas
        The body, and the version in the caption.
    source : Source
        Whose pattern, on the left.
    """
    panel = panel_of(source, atlas)
    return _figure(panel, atlas), f"{thumbnail(panel, atlas.body)}\n".encode()


def _figure(panel: Panel, atlas: Atlas) -> bytes:
    # A folder that nobody else may enter, gone before the bytes are returned.
    with tempfile.TemporaryDirectory(prefix="hippain-") as folder:
        path = save_figure(plot_panel(panel, atlas), Path(folder) / "figure.svg")
        return in_both_lights(path.read_text("utf-8")).encode()


def in_both_lights(svg: str) -> str:
    """Return a figure made with the look for print, in less space, that is dark where pages are.

    Its colours change with the page that shows it; on paper it is light. Coordinates are kept to a
    hundredth of a point.
    """
    svg = _HEAD.sub("<svg", svg, count=1)
    svg = _METADATA.sub("", svg, count=1)
    svg = _NUMBER.sub(lambda found: f"{round(float(found[0]), 2) + 0.0:g}", svg)
    svg = _SPACES.sub(">\n<", svg.replace("\n", " "))
    # No look but the one for print is told apart by these colours.
    light, dark = THEMES["print"], THEMES["dark"]
    named = {getattr(light, name): getattr(dark, name) for name in light.__slots__}
    # White is paper where it fills, and the halo around letters where it is drawn.
    rules = "".join(
        f'[style*="{how}: {colour}"]{{{how}:{named[colour]}!important}}'
        for how, colour in sorted(set(_STYLED.findall(svg)))
        if colour in named
    )
    # Letters without a colour of their own are black.
    style = (
        "text{font-family:system-ui,-apple-system,'Segoe UI',Roboto,'Noto Sans',"
        "'DejaVu Sans',sans-serif!important}"
        f"@media screen and (prefers-color-scheme:dark){{{rules}"
        f'text:not([style*="fill"]){{fill:{dark.ink}}}}}'
    )
    return svg.replace("</style>", f"{style}</style>", 1).strip() + "\n"


def size_of_svg(svg: bytes) -> tuple[float, float]:
    """Return the width and height of a figure, points."""
    found = _SIZE.search(svg)
    assert found  # every figure of ours begins with it
    return float(found[1]), float(found[2])


def formula(latex: str) -> Html:
    """Return a formula as a picture that takes the colour of the text around it.

    Parameters
    ----------
    latex : str
        One line of it, as matplotlib reads formulas.
    """
    outline = TextPath((0, 0), f"${latex}$", size=20, prop=FontProperties(math_fontfamily="stix"))
    drawn, place = [], 0
    points, codes = outline.vertices.round(2).tolist(), outline.codes.tolist()
    while place < len(codes):
        code = codes[place]
        count = {Outline.CURVE3: 2, Outline.CURVE4: 3}.get(code, 1)
        if code == Outline.CLOSEPOLY:
            drawn.append("Z")
        elif code != Outline.STOP:
            numbers = [f"{n + 0.0:g}" for pair in points[place : place + count] for n in pair]
            drawn.append(_LETTERS[code] + " ".join(numbers))
        place += count
    box = outline.get_extents()
    return tag(
        "svg",
        tag("path", d="".join(drawn), transform="scale(1 -1)"),
        viewBox=f"{box.x0 - 1:.1f} {-box.y1 - 1:.1f} {box.width + 2:.1f} {box.height + 2:.1f}",
        # Font size 20 in chart units is 1.25 em of the text.
        style=f"width:{(box.width + 2) / 16:.2f}em",
        role="img",
        aria_label=latex,
        class_="formula",
    )
