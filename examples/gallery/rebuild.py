"""Rebuild the gallery: patterns, plates, comparisons and rankings, as PNG files beside this script.

Run it after a change to the atlas or to the figures, and look at what it made.
"""

import datetime as dt
from dataclasses import replace
from pathlib import Path

from hippain_maps import PainDrawing, load_atlas, rank
from hippain_maps.interchange.body_maps import load_body_map
from hippain_maps.paper import LAYOUTS
from hippain_maps.plotting import (
    plot_comparison,
    plot_pattern,
    plot_plate,
    plot_ranking,
    save_figure,
)
from hippain_maps.plotting.body_map import plot_body_map
from hippain_maps.plotting.paper_page import plot_paper_page
from hippain_maps.report import Case, write_report

HERE = Path(__file__).resolve().parent
PATTERNS = (
    "gluteus_medius",
    "gluteus_minimus",
    "piriformis",
    "psoas",
    "quadratus_lumborum",
    "tensor_fasciae_latae",
    "hip_joint",
    "l5_root",
)
PLATES = {"plate": "six-muscles", "plate_calf": "calf", "plate_foot": "foot"}
COMPARISONS = {
    "comparison": ("piriformis", "gluteus_minimus"),
    "comparison_l5_root": ("gluteus_minimus", "l5_root"),
}
RANKINGS: dict[str, tuple[str, dict[str, str]]] = {
    "ranking": ("gluteus_minimus_posterior", {}),
    "ranking_answers": (
        "tensor_fasciae_latae",
        {"worse_stairs_up": "yes", "worse_lying_on_it": "yes", "new_weakness": "no"},
    ),
}

REPORT = "gluteus_medius_trp1"
ANSWERS = {
    "bladder_bowel_saddle": "no",
    "new_weakness": "no",
    "fever_or_infection_risk": "no",
    "injury_or_no_weight": "no",
    "worse_lying_on_it": "yes",
}
FINDINGS = {"right:gluteus_medius:trp1_posterior": "familiar"}


def report_case() -> Case:
    """Return what the report of the gallery is about."""
    drawing = PainDrawing.read(HERE.parent / "drawings" / f"{REPORT}.geojson")
    drawing = replace(drawing.with_answers(ANSWERS), palpation=FINDINGS)
    return Case(drawing, code="K-17", date=dt.date(2026, 11, 22), drawn_by="patient")


def main(out: Path = HERE, dpi: float = 120) -> None:
    """Write every figure of the gallery into a folder; whole pages with fewer dots to the inch."""
    atlas = load_atlas()
    page = 0.85 * dpi
    for name in PATTERNS:
        save_figure(plot_pattern(atlas.source(name), atlas), out / f"{name}.png", dpi=dpi)
    psoas = plot_pattern(atlas.source("psoas"), atlas, anatomy=True)
    save_figure(psoas, out / "psoas_anatomy.png", dpi=dpi)
    choir = load_body_map("choir", atlas.body)
    save_figure(plot_body_map(choir), out / "choir_areas.png", dpi=page)
    for name, ready in PLATES.items():
        shown = atlas.teaching_set(ready)
        sources = [atlas.source(source) for source in shown.sources]
        plate = plot_plate(sources, atlas, title=shown.title)
        save_figure(plate, out / f"{name}.png", dpi=page)
    save_figure(plot_paper_page(atlas.body, LAYOUTS[0]), out / "paper_page.png", dpi=page)
    for name, compared in COMPARISONS.items():
        figure = plot_comparison([atlas.source(source) for source in compared], atlas)
        save_figure(figure, out / f"{name}.png", dpi=dpi)
    for name, (stem, answers) in RANKINGS.items():
        drawing = PainDrawing.read(HERE.parent / "drawings" / f"{stem}.geojson")
        drawing = drawing.with_answers(answers)
        ranking = plot_ranking(rank(drawing, atlas), drawing)
        save_figure(ranking, out / f"{name}.png", dpi=page)
    case = report_case()
    write_report(out / "report.png", case, atlas, dpi=0.72 * dpi)
    write_report(out / "report_patient.png", case, atlas, dpi=0.6 * dpi, for_patient=True)


if __name__ == "__main__":
    main()
