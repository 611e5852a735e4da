"""How much this package reads before it refuses: every cap in one place, each with its reason.

The caps are there for files that come from outside. They are far above anything a person
draws, so meeting one means a wrong file, a broken export or an attack, and the reader says
which cap was met instead of filling the memory. Lengths are chart centimetres (see
`hippain_maps.geometry`).
"""

from __future__ import annotations

# --- A pain drawing (GeoJSON) -----------------------------------------------------------------

MAX_DRAWING_BYTES = 5_000_000
"""Size of a drawing file. 50 000 vertices, pretty-printed at full precision, fit in it."""

MAX_JSON_DEPTH = 32
"""Nesting of a drawing. A MultiPolygon needs 8 levels; the rest is room for study metadata, and
the limit stays well inside what Python's JSON reader can recurse into."""

MAX_FEATURES = 500
"""Marks in one drawing. A careful drawing has a dozen; one that shades with strokes, hundreds."""

MAX_VERTICES = 50_000
"""Points in one drawing, all marks together. A tablet at 120 points a second needs seven minutes
of unbroken drawing to get here."""

MAX_NEAR_PAIRS = 300_000
"""Pairs of line pieces that come near each other, over a whole drawing. Minutes of shading stay
below; the same points thrown at random would fill the memory with their crossings."""

MAX_RINGS = 2_000
"""Rings and lines in one drawing, all marks together. Making a shape valid costs more for every
pair of rings that touch, so many tiny rings are dearer than their vertices suggest."""

MAX_TEXT = 10_000
"""Characters in one string, member names included. Free study metadata fits; an embedded image
does not."""

MAX_COORDINATE = 500.0
"""Largest distance of a coordinate from 0, either way, in cm. The figure is 175 cm tall, so there
is room for any mark beside it, while most drawings made in pixels are noticed."""

MIN_WIDTH = 0.1
"""Narrowest brush or pressed spot, in cm: about a pen line on a printed chart."""

MAX_WIDTH = 20.0
"""Widest brush or pressed spot, in cm: wider than the thigh, so that nothing drawn by hand is
refused."""

# --- A YAML file of the atlas, or of a pack of one's own ---------------------------------------

MAX_YAML_BYTES = 1_000_000
"""Size of one YAML file. The largest shipped one is well below a tenth of it."""

MAX_YAML_DEPTH = 32
"""Nesting of one YAML file. The atlas needs fewer than ten levels; PyYAML recurses per level."""

MAX_BODY_NAMES = 2_000
"""Regions, borders or groups of a body; the shipped one has about 250 regions. A grid of patches
names as many regions as it has bands times columns, so that a short file could name billions."""

MAX_GROUP_DEPTH = 32
"""Groups within groups."""

# --- The built atlas in the cache folder --------------------------------------------------------

MAX_CACHE_BYTES = 50_000_000
"""Size of one file. The shipped atlas takes a fiftieth of it."""

# --- An archive of visits ----------------------------------------------------------------------

MAX_ARCHIVE_BYTES = 500_000_000
"""All of an archive unpacked. Ten thousand large drawings with their rankings stay below."""

MAX_ARCHIVE_UPLOAD = 100_000_000
"""Size of an archive that the viewer takes; it is in memory meanwhile. Larger ones go through
``hippain visits import``."""

MAX_ARCHIVE_ENTRIES = 100_000
"""Files in one archive."""

MAX_ARCHIVE_RATIO = 200
"""How much one file of an archive may grow by unpacking. Coordinates shrink to a third; a file
that shrinks to nothing was made to burst."""

# --- A cohort: a table or folder of many drawings ----------------------------------------------

MAX_COHORT_ROWS = 50_000_000
"""Rows of a table of marks, or files of a folder. A registry of a million patients with a dozen
marks each stays below; rows are read a thousand at a time."""

MAX_COHORT_COLUMNS = 2_000
"""Columns of such a table. Study fields are carried through, so they cost memory."""

# --- Files of other programs -------------------------------------------------------------------

MAX_SVG_BYTES = 20_000_000
"""Size of an SVG file. A drawing over an embedded picture of a chart fits."""

MAX_XML_DEPTH = 64
"""Nesting of an SVG file. Drawing programs nest layers and groups a dozen deep."""

MAX_XML_ELEMENTS = 20_000
"""Elements of an SVG file, drawn or not. An anatomical figure to draw on has thousands."""

MAX_XML_TEXT = 15_000_000
"""Characters in one attribute of an SVG file: an embedded picture is one attribute."""

MAX_GEOMETRY_DEPTH = 3
"""Nesting of a WKT or WKB geometry: a multi-part geometry in a collection. Readers recurse."""

MAX_TABLE_BYTES = 500_000_000
"""Size of a table. A registry of a million patients with their codes fits."""

MAX_TABLE_ROWS = 2_000_000
"""Rows of a table, read one after the other."""

MAX_TABLE_COLUMNS = 5_000
"""Columns of a table. REDCap writes a column for each box that can be ticked."""

MAX_CELL = 4_000_000
"""Characters in one line of a table: one mark with every vertex that a drawing may have."""

MAX_RECORDS = 10_000
"""Drawings that are held in memory at once, where a format needs all of them."""

# --- A photograph of a printed page -------------------------------------------------------------

MAX_PHOTO_BYTES = 60_000_000
"""Size of the file. A page scanned at 600 dots an inch in colour, hardly compressed, fits."""

MAX_PHOTO_PIXELS = 64_000_000
"""Pixels by the file's own header, asked before any is decoded: telephones take up to 50 million,
and a page at 600 dots an inch has 35. Decoded, so many fill 200 MB."""

MAX_PHOTO_RATIO = 12
"""Long side of a picture over its short one; a page is far from that."""

MIN_PHOTO_SIDE = 400
"""Short side of a picture, pixels. On fewer no registration mark of a page can be read."""

MAX_SCAN_MARKS = 300
"""Marks read from one page. A page with more is covered with something else: text, a pattern."""
