"""The README counts what the atlas holds, as the data files have it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from hippain_maps.atlas import Atlas

README = Path(__file__).resolve().parents[1] / "README.md"
GRADES = ("confirmed", "partial", "general knowledge")


def row(title: str, grades: Iterable[str]) -> str:
    """Return a row: how many there are, and how many of each grade."""
    counts = Counter(grades)
    return f"| {title} | {counts.total()} | {' | '.join(str(counts[g]) for g in GRADES)} |"


def table(atlas: Atlas) -> list[str]:
    """Return the table of the README, from the data."""
    muscles = [source for source in atlas.sources.values() if source.is_muscle]
    others = [source for source in atlas.sources.values() if not source.is_muscle]
    points = [point for muscle in muscles for point in muscle.trigger_points]
    plain = {
        "body regions a side": len(atlas.body.regions),
        "clues": len(atlas.clues),
        "red flags": len(atlas.red_flags),
        "pairs that imitate or accompany each other": len(atlas.relations),
    }
    return [
        f"| | count | {' | '.join(GRADES)} |",
        "|---|---|---|---|---|",
        row("muscles (referral pattern)", (m.pattern_evidence.confidence for m in muscles)),
        row("their trigger points (zones)", (p.zones_evidence.confidence for p in points)),
        row(
            "their trigger points (where to find them)",
            (p.spot_evidence.confidence for p in points),
        ),
        row("other sources (where they are felt)", (s.pattern_evidence.confidence for s in others)),
        *(f"| {title} | {count} | | | |" for title, count in plain.items()),
    ]


def test_the_readme_counts_what_the_data_hold(atlas: Atlas) -> None:
    """The table stands in the README line by line; copy the new one there when data change."""
    text = README.read_text(encoding="utf-8")
    assert "<!-- table: atlas -->\n" + "\n".join(table(atlas)) in text, "\n".join(table(atlas))


def test_the_names_in_the_readme_are_known(atlas: Atlas) -> None:
    """Every example of a name that the README gives resolves."""
    for name in ("QL", "TFL", "peroneus", "iliopsoas", "glute min", "trochanteric bursitis"):
        assert atlas.source(name).id
    assert atlas.source("piriformis syndrome").id == "deep_gluteal_syndrome"
    assert atlas.source("glute min").id == "gluteus_minimus"
