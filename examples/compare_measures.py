"""Put the plain overlap measures of the field beside the model.

Jaccard, Dice, coverage and precision compare the drawing with all zones of a muscle at once. They
know neither essential zones nor trigger points that are silent, so a muscle with a wide pattern
and many trigger points looks worse to them than it is. The model reads the same overlap. Nothing
is written.
"""

import sys
from pathlib import Path

from hippain_maps import PainDrawing, load_atlas, rank
from hippain_maps.measures import measures

SHIPPED = Path(__file__).resolve().parent / "drawings" / "gluteus_minimus_anterior.geojson"

path = Path(sys.argv[1]) if len(sys.argv) > 1 else SHIPPED
atlas = load_atlas()
ranking = rank(PainDrawing.read(path), atlas)

rows = []
for candidate in ranking:
    pattern = {
        zone_region.sided(candidate.side)
        for point in candidate.source.trigger_points
        for zone in point.zones.values()
        for zone_region in zone
    }
    rows.append((candidate, measures(ranking.overlap, pattern)))
by_jaccard = sorted(rows, key=lambda row: -row[1].jaccard)

print(path.name)
print(f"{'':30}{'model':>8}{'Jaccard':>9}{'Dice':>7}{'coverage':>10}{'precision':>11}")
for candidate, plain in rows[:6]:
    print(
        f"{candidate.source.name + ', ' + candidate.side:30}{candidate.probability:8.3f}"
        f"{plain.jaccard:9.2f}{plain.dice:7.2f}{plain.coverage:10.2f}{plain.precision:11.2f}"
    )
for title, (first, _) in (("model", rows[0]), ("Jaccard", by_jaccard[0])):
    print(f"First by {title}: {first.source.name}, {first.side}")
