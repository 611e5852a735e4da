"""A study from raw drawings to results: everything in it is simulated.

Two groups of invented people draw where it hurts: in one, the pain comes mostly from the muscles of
the lateral hip, in the other from those of the low back. Everyone draws once, and some again a
minute later. The drawings are written as Parquet, ranked, mapped, compared, and looked at for how
repeatable they are. A number of people a group may be given: `python study.py 200`.

Leaves a folder `study/` with the raw drawings, the tables, the figures, and how each was made.
"""

import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import shapely

from hippain_maps import load_atlas
from hippain_maps.cohort.groups import (
    compare_groups,
    extent_summary,
    first_counts,
    frequency_map,
    read_regions,
    write_rows,
)
from hippain_maps.cohort.inputs import open_cohort
from hippain_maps.cohort.reliability import reliability_of
from hippain_maps.cohort.run import rank_cohort
from hippain_maps.plotting import save_figure
from hippain_maps.plotting.cohort import plot_difference, plot_frequency, plot_reliability
from hippain_maps.simulation import Hand, draw, patient

PEOPLE = int(sys.argv[1]) if len(sys.argv) > 1 else 60
GROUPS = {
    "lateral hip": ("gluteus_medius", "gluteus_minimus", "tensor_fasciae_latae", "piriformis"),
    "low back": ("quadratus_lumborum", "iliocostalis_lumborum", "multifidus", "psoas"),
}
LEAST = 5

atlas = load_atlas()
generator = np.random.default_rng(20)
folder = Path("study")
folder.mkdir(exist_ok=True)

# The raw drawings: a mark in a row, with what the study knows of each person.
columns = ("drawing", "patient", "session", "group", "affected_side", "view", "geometry")
rows = []
for group, muscles in GROUPS.items():
    for number in range(PEOPLE):
        person = f"{group.replace(' ', '-')}-{number:04d}"
        side = str(generator.choice(["left", "right"]))
        muscle = atlas.source(str(generator.choice(muscles)))
        who = patient(muscle, side, atlas, generator)
        hand = Hand(shake=0.5)
        for session in (1, 2) if number % 3 == 0 else (1,):
            drawing = draw(who, hand, atlas.body, generator)
            for mark in drawing.marks:
                shape = shapely.geometry.shape(mark.to_feature()["geometry"])
                name = f"{person}-{session}"
                rows.append((name, person, session, group, side, mark.view, shape.wkb))
raw = folder / "drawings.parquet"
pq.write_table(pa.table(dict(zip(columns, map(list, zip(*rows, strict=True)), strict=True))), raw)

# Ranked: candidates, drawn fractions of regions, what was put aside, manifest and codebook.
done = rank_cohort(raw, folder / "ranked.parquet", atlas, regions=folder / "regions.parquet")
print(f"{done.counts.ranked} simulated drawings ranked, {done.counts.rejected} put aside")

# One drawing a person; right-sided pain mirrored, so that the affected side is one.
people = read_regions(folder / "regions.parquet", atlas.body).one_each("patient")
mirrored = people.mirrored_to("affected_side")
found = frequency_map(mirrored, least=LEAST)
write_rows(folder / "frequency.csv", found.rows())
save_figure(
    plot_frequency(found, title=f"Where it hurts: {len(mirrored)} simulated people"),
    folder / "frequency.png",
)

# Where the groups differ.
first, second = GROUPS
differs = compare_groups(
    mirrored.where("group", first),
    mirrored.where("group", second),
    names=(first, second),
    permutations=1999,
    seed=1,
    least=LEAST,
)
write_rows(folder / "difference.csv", differs.rows())
save_figure(
    plot_difference(differs, title=f"{first} against {second}: simulated"),
    folder / "difference.png",
)
sure = [row for row in differs.rows() if row["q"] is not None and row["q"] < 0.05]
print(f"{len(sure)} of {len(differs.q)} regions differ (q < 0.05)")

# What came first, how much was drawn, and how repeatable it was.
for group in GROUPS:
    chosen = people.where("group", group)
    extent, counts = extent_summary(chosen), first_counts(chosen, least=LEAST)
    named = [f"{row['source']} {row['count']}" for row in counts if row["count"]]
    print(f"{group}: extent {extent['median']:.1f} % (median); first: {', '.join(named[:3])}")
twice = reliability_of(open_cohort(raw), "patient", atlas.body)
save_figure(plot_reliability(twice), folder / "reliability.png")
print(
    f"drawn twice by {len(twice.people)}: Jaccard {twice.jaccard.mean():.2f}, "
    f"extent ICC {twice.icc:.2f}, smallest detectable change {twice.smallest_change:.2f} %"
)
