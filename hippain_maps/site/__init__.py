"""The atlas as a folder of web pages that need nothing but a browser.

`build_site` makes every file in memory, `broken_links` follows every link among them, and
`write_site` puts them into a folder. The pages load nothing from anywhere else, work from a disk
as from a server, and come out the same, byte for byte, for the same atlas (`build_site` says where
not).
"""

from hippain_maps.site.build import build_site
from hippain_maps.site.folder import write_site
from hippain_maps.site.links import broken_links

__all__ = ["broken_links", "build_site", "write_site"]
