"""Rebuild the gallery: the pattern figures and one ranking, as PNG files beside this script.

Run it after a change to the atlas or to the figures, and look at what it made.
"""

from pathlib import Path

from hippain_maps import PainDrawing, load_atlas, rank
from hippain_maps.plotting import (
    plot_comparison,
    plot_pattern,
    plot_plate,
    plot_ranking,
    save_figure,
)

HERE = Path(__file__).resolve().parent


def main(out: Path = HERE, dpi: float = 130) -> None:
    """Write every figure of the gallery into a folder."""
    atlas = load_atlas()
    for source in atlas.sources.values():
        save_figure(plot_pattern(source, atlas), out / f"{source.id}.png", dpi=dpi)
    psoas = plot_pattern(atlas.source("psoas"), atlas, anatomy=True)
    save_figure(psoas, out / "psoas_anatomy.png", dpi=dpi)
    six = list(atlas.sources.values())[:6]
    save_figure(plot_plate(six, atlas, title="Six muscles"), out / "plate.png", dpi=dpi)
    pair = [atlas.source("piriformis"), atlas.source("gluteus minimus")]
    save_figure(plot_comparison(pair, atlas), out / "comparison.png", dpi=dpi)
    drawing = PainDrawing.read(HERE.parent / "drawings" / "gluteus_minimus_posterior.geojson")
    save_figure(plot_ranking(rank(drawing, atlas), drawing), out / "ranking.png", dpi=dpi)


if __name__ == "__main__":
    main()
