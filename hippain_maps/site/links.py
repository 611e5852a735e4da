"""Follow every link among the files of a site."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from html.parser import HTMLParser
from urllib.parse import unquote, urlsplit

_LOADED = {
    "img": ("src", "srcset"),
    "script": ("src",),
    "link": ("href",),
    "source": ("src",),
    "iframe": ("src",),
    "object": ("data",),
}
"""What a page fetches by itself, without anybody's click."""


class _Links(HTMLParser):
    """Collects the links of a page, and the places in it that links may lead to."""

    def __init__(self) -> None:
        super().__init__()
        self.targets: set[str] = set()
        self.doubled: set[str] = set()
        self.links: list[str] = []
        self.loads: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the links and targets of one tag."""
        for name, value in attrs:
            if value is None:
                continue
            if name == "id":
                (self.doubled if value in self.targets else self.targets).add(value)
            elif name in _LOADED.get(tag, ()):
                self.loads.append(value)
            elif name == "href" and tag in ("a", "area", "use"):
                self.links.append(value)


def broken_links(files: Mapping[str, bytes]) -> list[str]:
    """Return what is wrong with the links of a site, a sentence each.

    Checked are the HTML pages: every link to a file of the site must lead to one, and to a place
    in it that exists once; no link may leave the site but as ``http`` or ``https``; and a page may
    load nothing from outside, so that it opens without a network.

    Parameters
    ----------
    files : mapping of str to bytes
        What `build_site` returned: contents by path.

    Examples
    --------
    >>> broken_links({"a.html": b'<p id="x"></p>', "b/c.html": b'<a href="../a.html#y">y</a>'})
    ['b/c.html: ../a.html#y leads to no place in a.html']
    """
    pages = {path: _read(content) for path, content in files.items() if path.endswith(".html")}
    faults = []
    for path, page in sorted(pages.items()):
        for link in page.loads:
            if urlsplit(link).scheme not in ("", "data") or link.startswith("//"):
                faults.append(f"{path}: {link} would be loaded from outside")
            else:
                faults += _fault(path, link, files, pages)
        for link in page.links:
            faults += _fault(path, link, files, pages)
    return list(dict.fromkeys(faults))


def _read(content: bytes) -> _Links:
    parser = _Links()
    parser.feed(content.decode("utf-8"))
    parser.close()
    return parser


def _fault(
    path: str, link: str, files: Mapping[str, bytes], pages: Mapping[str, _Links]
) -> list[str]:
    """Return what is wrong with one link: nothing, or a sentence."""
    parts = urlsplit(link)
    if parts.scheme in ("http", "https", "data"):
        return []
    if parts.scheme or parts.netloc or parts.path.startswith("/"):
        return [f"{path}: {link} does not stay within the site"]
    here = posixpath.dirname(path)
    target = posixpath.normpath(posixpath.join(here, unquote(parts.path))) if parts.path else path
    if target not in files:
        return [f"{path}: {link} leads to no file"]
    place = unquote(parts.fragment)
    if place and target in pages:
        if place not in pages[target].targets:
            return [f"{path}: {link} leads to no place in {target}"]
        if place in pages[target].doubled:
            return [f"{path}: {link} leads to one of several places in {target}"]
    return []
