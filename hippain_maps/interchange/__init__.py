"""Other programs' files in and out: a module for each format.

`hippain_maps.interchange.formats` lists them, says what survives each, and reads and writes a
file by its format. Every reader ends at the gate of drawing files (`PainDrawing.from_geojson`),
so that a drawing is checked in the same way wherever it came from.
"""
