"""Figures: charts, patterns, drawings and rankings, on matplotlib and never through pyplot.

Every function takes an axes or a figure, makes a fresh one if it gets none, and returns what it
drew on.
"""

from hippain_maps.plotting.chart import plot_chart, plot_drawing, plot_pattern
from hippain_maps.plotting.ranking import plot_ranking
from hippain_maps.plotting.saving import save_figure

__all__ = ["plot_chart", "plot_drawing", "plot_pattern", "plot_ranking", "save_figure"]
