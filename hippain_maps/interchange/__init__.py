"""Other programs' files in and out: a module for each format.

`formats` lists them and says what survives each; `files_in` and `files_out` read and write a file
by its format. Every reader ends at the gate of drawing files (`PainDrawing.from_geojson`),
so that a drawing is checked in the same way wherever it came from.
"""
