"""The evaluation figure: recovery by condition and method, and calibration."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure

from hippain_maps.evaluation import Result
from hippain_maps.plotting.look import PRINT, Look

_LEAST_IN_BIN = 5
_EDGES = ("#1f5f99", "#c0391b", "#2f7f6f", "#7a5195", "#8d6a00", "#2b2622")
_METHODS = ("model", "trained classifier", "jaccard", "precision", "coverage", "random")


def plot_evaluation(
    results: Sequence[Result], *, figure: Figure | None = None, look: Look = PRINT
) -> Figure:
    """Draw top-1 recovery of each method on each condition, and the calibration of the model.

    Parameters
    ----------
    results : sequence of Result
        What `hippain_maps.evaluation.evaluate` returned, a row each.
    figure : Figure, optional
        Where to draw; by default a new one.
    """
    figure = figure or Figure(figsize=(11, 1.6 + 0.75 * len(results)), layout="constrained")
    figure.set_facecolor(look.paper)
    left, right = figure.subplots(1, 2, width_ratios=[2.2, 1])
    rows = np.arange(len(results))[::-1]
    shown = [m for m in _METHODS if any(m in result.methods for result in results)]
    height = 0.8 / len(shown)
    shades = np.linspace(0.15, 0.85, len(shown))
    for number, method in enumerate(shown):
        values = [r.methods[method].top1 if method in r.methods else 0.0 for r in results]
        bars = left.barh(
            rows + 0.4 - (number + 0.5) * height,
            values,
            height=height * 0.9,
            color=look.pain if method == "model" else str(shades[number]),
            label=method,
        )
        left.bar_label(bars, [f"{v:.2f}" for v in values], fontsize=look.small_size, padding=2)
    left.set_yticks(rows, [r.condition.name for r in results], fontsize=look.text_size)
    left.set_xlim(0, 1.1)
    left.set_xlabel("true source and side first (two muscles: either one)", fontsize=look.text_size)
    left.legend(
        fontsize=look.small_size,
        loc="upper center",
        bbox_to_anchor=(0.5, -0.09),
        ncols=len(shown),
        frameon=False,
    )
    right.plot([0, 1], [0, 1], color=look.faint_ink, linewidth=0.8)
    for number, result in enumerate(results):
        # A bin of a few drawings says nothing; the others are as large as they are well filled.
        bins = np.array([row for row in result.calibration if row[2] >= _LEAST_IN_BIN])
        bins = bins.reshape(-1, 3)
        right.scatter(
            *bins[:, :2].T,
            s=12 + 120 * bins[:, 2] / result.drawings,
            marker="osD^vP"[number % 6],
            facecolors="none",
            edgecolors=_EDGES[number % 6],
            linewidths=1.2,
            label=result.condition.name,
        )
    right.set_xlim(0, 1)
    right.set_ylim(0, 1.02)
    right.set_xlabel("share of the first candidate", fontsize=look.text_size)
    right.set_ylabel("how often it was right", fontsize=look.text_size)
    right.legend(fontsize=look.small_size - 1, frameon=False, loc="upper left")
    for ax in (left, right):
        ax.spines[["top", "right"]].set_visible(False)
        ax.tick_params(labelsize=look.text_size)
    figure.suptitle(
        "Recovery of encoded patterns under simulated hands; not clinical accuracy",
        fontsize=look.heading_size - 2,
        color=look.ink,
    )
    return figure
