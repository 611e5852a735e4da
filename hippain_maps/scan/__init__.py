"""Paper to drawing: a photo of a printed page with marks in pen becomes a pain drawing.

The steps, one module each: `photo` reads the picture, `registration` finds the page and
straightens it, `light` evens out the lamp, `ink` tells pen from print, `tracing` turns ink into
outlines, strokes and spots, and `page` gives each its view and says how sure the reading is.
Needs the extra ``scan``.
"""

from hippain_maps.scan.page import Scan, scan_photo, scan_pixels
from hippain_maps.scan.registration import Registration

__all__ = ["Registration", "Scan", "scan_photo", "scan_pixels"]
