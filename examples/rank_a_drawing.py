"""Rank a pain drawing and say why.

Reads one of the shipped drawings (or the file named on the command line), prints the first
candidates with the areas that speak for and against them, and writes the whole ranking as JSON
into the current folder.
"""

import json
import sys
from pathlib import Path

from hippain_maps import PainDrawing, load_atlas, rank
from hippain_maps.reasons import reasons
from hippain_maps.shares import percent

SHIPPED = Path(__file__).resolve().parent / "drawings" / "piriformis.geojson"

path = Path(sys.argv[1]) if len(sys.argv) > 1 else SHIPPED
atlas = load_atlas()
drawing = PainDrawing.read(path)
ranking = rank(drawing, atlas)

print(f"{path.name}: {drawing}")
for candidate in ranking[:3]:
    why = reasons(candidate, atlas.body)
    print(f"\n{candidate.rank}. {candidate.source.name}, {candidate.side}")
    print(f"   share of the list  {percent(candidate.probability)}")
    print(f"   explains           {percent(candidate.explained)} of the pain drawn")
    for title, areas in (
        ("drawn, in pattern", why.explained),
        ("essential, missing", why.missing),
        ("drawn, outside it", why.unexplained),
    ):
        if areas:
            print(f"   {title:18} {'; '.join(area.name for area in areas)}")

# Where the place alone cannot decide, the ranking says so.
for place in ranking.places:
    print(f"\n{place.says}")
if ranking.undecided:
    names = " or ".join(f"{c.source.name} ({c.side})" for c in ranking.undecided)
    print(f"\nToo close to call: {names}.")

output = Path(f"{path.stem}_ranking.json")
output.write_text(json.dumps(ranking.to_dict(), indent=2), encoding="utf-8")
print(f"\nThe whole ranking is in {output}. Candidates to examine, never a diagnosis.")
