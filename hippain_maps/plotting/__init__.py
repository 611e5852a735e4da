"""Figures: charts, patterns, drawings and rankings, on matplotlib and never through pyplot.

Every function takes an axes or a figure, makes a fresh one if it gets none, and returns what it
drew on.
"""

from hippain_maps.plotting.anatomy import add_bones, add_muscle
from hippain_maps.plotting.chart import plot_chart
from hippain_maps.plotting.comparison import plot_comparison
from hippain_maps.plotting.drawing import plot_drawing
from hippain_maps.plotting.enlarging import fill_page
from hippain_maps.plotting.layout import new_page
from hippain_maps.plotting.look import THEMES, Look, theme
from hippain_maps.plotting.pattern import plot_pattern
from hippain_maps.plotting.plate import plate_pages, plot_plate
from hippain_maps.plotting.ranking import plot_ranking
from hippain_maps.plotting.region_map import plot_charts, plot_region_map
from hippain_maps.plotting.saving import save_figure, save_pages

__all__ = [
    "THEMES",
    "Look",
    "add_bones",
    "add_muscle",
    "fill_page",
    "new_page",
    "plate_pages",
    "plot_chart",
    "plot_charts",
    "plot_comparison",
    "plot_drawing",
    "plot_pattern",
    "plot_plate",
    "plot_ranking",
    "plot_region_map",
    "save_figure",
    "save_pages",
    "theme",
]
