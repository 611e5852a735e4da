"""What every page is made with: links to the others, and the frame around them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from hippain_maps.atlas import Atlas
from hippain_maps.patterns import Evidence, Source
from hippain_maps.site.markup import Html, join, tag
from hippain_maps.viewer.source_data import place_name
from hippain_maps.words import words_in

TITLE = "Referral map of hip, low back and leg"
ROOMS = (
    ("chart.html", "Body chart"),
    ("sources.html", "Sources"),
    ("clues.html", "Clues"),
    ("red-flags.html", "Red flags"),
    ("model.html", "Model"),
    ("about.html", "About"),
)
"""What the head of every page links to."""

KIND_WORDS = {
    "muscle": "Muscle",
    "nerve_root": "Nerve root",
    "nerve": "Nerve",
    "joint": "Joint",
    "tendon_bursa": "Tendon or bursa",
    "spine": "Spine",
    "strain": "Strain",
}
ZONE_WORDS = {
    "essential": "Essential",
    "spillover": "Spillover",
    "rare": "Rare",
    "frequency": "By frequency",
    "core": "Numb or tingling",
}


@dataclass(frozen=True)
class Page:
    """One page: its path in the site, its title, and what stands in it."""

    path: str
    title: str
    main: Html
    description: str
    wide: bool = False


@dataclass(frozen=True)
class Desk:
    """The atlas, and how a page of some depth reaches the others.

    Parameters
    ----------
    atlas : Atlas
        What the pages show.
    up : str
        From the page to the top of the site: ``""`` or ``"../"``.
    api : bool
        Whether the reference of the Python package stands beside the atlas.
    sizes : mapping of str to (float, float)
        Width and height of each source's figure, points.
    """

    atlas: Atlas
    up: str = ""
    api: bool = False
    sizes: Mapping[str, tuple[float, float]] = field(default_factory=dict)

    def source(self, source: Source, text: str | None = None) -> Html:
        """Return a link to the page of a source."""
        return tag("a", text or source.name, href=f"{self.up}sources/{source.id}.html")

    def place(self, name: str, text: str | None = None) -> Html:
        """Return a link to the page of a region or group."""
        shown = text or place_name(name, self.atlas.body)
        return tag("a", shown, href=f"{self.up}places/{name}.html")

    def basis(self, evidence: Evidence) -> Html:
        """Return how sure something is, and the keys of its citations."""
        marks = [
            tag("a", key, href=f"{self.up}references.html#{key}")
            if key in self.atlas.citations
            else join(key)
            for key in evidence.citations
        ]
        grade = evidence.confidence
        return tag(
            "span",
            tag("span", grade, class_=f"grade {grade.split()[0]}"),
            " " if marks else None,
            join(*(join(" " if n else None, mark) for n, mark in enumerate(marks))),
            class_="basis",
        )

    def areas(self, names: Iterable[str]) -> Html:
        """Return areas of the body in a row, each a link."""
        return join(*(join(", " if n else None, self.place(a)) for n, a in enumerate(names)))

    def page(self, page: Page) -> bytes:
        """Return a page as the bytes of its file."""
        body = join(
            tag("a", "Skip to the content", class_="skip", href="#content"),
            self._head(page.path),
            tag("main", page.main, id="content", class_="wide" if page.wide else None),
            self._foot(),
        )
        up = self.up
        head = join(
            tag("meta", charset="utf-8"),
            tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
            tag("meta", name="color-scheme", content="light dark"),
            tag("meta", name="referrer", content="no-referrer"),
            tag("meta", name="description", content=page.description),
            tag("title", page.title if page.title == TITLE else f"{page.title} · {TITLE}"),
            tag("link", rel="icon", href=f"{up}assets/mark.svg", type="image/svg+xml"),
            tag("link", rel="stylesheet", href=f"{up}assets/site.css"),
            tag("script", src=f"{up}assets/search-index.js", defer=True),
            tag("script", src=f"{up}assets/site.js", defer=True),
        )
        whole = tag("html", tag("head", head), tag("body", body), lang="en", data_up=up)
        return f"<!doctype html>\n{whole}\n".encode()

    def _head(self, path: str) -> Html:
        rooms = [*ROOMS, ("python.html", "Python")] if self.api else [*ROOMS]
        here = {"sources/": "sources.html", "places/": "chart.html"}.get(
            path[: path.find("/") + 1], path
        )
        return tag(
            "header",
            tag(
                "a",
                tag("img", src=f"{self.up}assets/mark.svg", alt="", width="34", height="34"),
                tag("span", tag("b", "hippain_maps"), " ", tag("small", "atlas")),
                class_="brand",
                href=f"{self.up}index.html",
                aria_label="hippain_maps atlas, first page",
            ),
            tag(
                "nav",
                *(
                    tag("a", name, href=self.up + to, aria_current="page" if to == here else None)
                    for to, name in rooms
                ),
                aria_label="Parts of the atlas",
            ),
            search_box("search"),
            class_="top",
        )

    def _foot(self) -> Html:
        return tag(
            "footer",
            tag(
                "p",
                tag("b", words_in("en").say("never")),
                " Red flags come before every pattern. No entry counts as reviewed unless it says "
                "by whom.",
            ),
            tag(
                "p",
                f"Atlas {self.atlas.provenance}, CC BY 4.0, hippain_maps contributors. ",
                tag("a", "Intended use and limits", href=f"{self.up}about.html"),
                " · ",
                tag("a", "References", href=f"{self.up}references.html"),
            ),
        )


def search_box(name: str) -> Html:
    """Return a box for searching; it shows itself where scripts run."""
    return tag(
        "form",
        tag("label", "Search the atlas", class_="unseen", for_=name),
        tag(
            "input",
            id=name,
            type="search",
            placeholder="Search: muscle, region, sign",
            role="combobox",
            autocomplete="off",
            spellcheck="false",
            aria_autocomplete="list",
            aria_expanded="false",
            aria_controls=f"{name}-found",
        ),
        tag("ul", id=f"{name}-found", role="listbox", aria_label="Found", hidden=True),
        tag("p", class_="unseen", role="status"),
        role="search",
        class_="search",
        hidden=True,
    )
