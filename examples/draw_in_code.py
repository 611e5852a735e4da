"""Make drawings in code: from shapes, from names, and as a mirror image.

Shapes are Shapely polygons in chart centimetres: y is the height above the floor, and in the
posterior view the patient's left is at x < 0. Names are regions and groups of the atlas
(`hippain list groups`). Each drawing is written into the current folder and read back.
"""

from pathlib import Path

from shapely import LineString, Point

from hippain_maps import PainDrawing, load_atlas, rank
from hippain_maps.shares import percent

atlas = load_atlas()

# From shapes: a patch on the lower inner buttock, a band down the back of the thigh, a calf.
shapes = [
    ("posterior", Point(-7, 86).buffer(5)),
    ("posterior", LineString([(-8, 82), (-10, 66), (-12, 50)]).buffer(3)),
    ("posterior", LineString([(-12, 44), (-13, 30)]).buffer(3.5)),
]
from_shapes = PainDrawing.from_polygons(
    shapes, intensity=6, quality=["aching"], depth="deep", views_completed=["posterior"]
)

# From names: every region of two groups, in each view that shows it.
from_names = PainDrawing.from_regions(atlas.body, ["left:thigh_lateral", "left:leg_lateral"])

# The mirror image: left becomes right, and the ranking keeps its order and its values.
mirrored = from_shapes.mirrored()

for name, drawing in (
    ("from_shapes", from_shapes),
    ("from_names", from_names),
    ("mirrored", mirrored),
):
    path = Path(f"{name}.geojson")
    drawing.write(path)
    assert PainDrawing.read(path).to_geojson() == drawing.to_geojson()
    first = rank(drawing, atlas)[0]
    print(f"{path}: {first.source.name}, {first.side} ({percent(first.probability)} of the list)")
