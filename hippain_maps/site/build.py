"""Make every file of the site."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

from hippain_maps._resources import resource_dir
from hippain_maps.atlas import Atlas
from hippain_maps.plotting.look import THEMES, Look
from hippain_maps.site.desk import Desk, Page
from hippain_maps.site.figures import size_of_svg, source_figures
from hippain_maps.site.front_pages import about_page, first_page, model_page
from hippain_maps.site.place_pages import chart_page, place_page
from hippain_maps.site.search_index import search_index
from hippain_maps.site.source_pages import source_page, sources_page
from hippain_maps.site.word_pages import clues_page, red_flags_page, references_page
from hippain_maps.viewer.chart_data import chart_data


def build_site(
    atlas: Atlas,
    *,
    api: bool = False,
    step: Callable[[int], object] = lambda _: None,
) -> dict[str, bytes]:
    """Return every file of the site of an atlas, by path.

    The same atlas gives the same bytes, with the same versions of the libraries that draw; only the
    reference of the Python package may list the members of a set in another order.

    Parameters
    ----------
    atlas : Atlas
        What the pages show; with packs of one's own, those too.
    api : bool
        Whether to add the reference of the Python package; this needs the extra ``docs``.
    step : callable
        Called with 1 for each source, to show how far it is.

    """
    made: dict[str, bytes] = {}
    for source in atlas.sources.values():
        figure, small = source_figures(atlas, source)
        made[f"figures/{source.id}.svg"] = figure
        made[f"thumbs/{source.id}.svg"] = small
        step(1)
    sizes = {name: size_of_svg(made[f"figures/{name}.svg"]) for name in atlas.sources}
    outer = Desk(atlas, "", api, sizes)
    inner = replace(outer, up="../")
    for page in _pages(outer, inner):
        made[page.path] = (inner if "/" in page.path else outer).page(page)
    static = files("hippain_maps") / "site" / "static"
    made["assets/site.css"] = f"{_colours()}{(static / 'site.css').read_text('utf-8')}".encode()
    made["assets/site.js"] = (static / "site.js").read_bytes()
    made["assets/search-index.js"] = search_index(atlas)
    icons = files("hippain_maps") / "viewer" / "static" / "icons"
    made["assets/mark.svg"] = (icons / "mark.svg").read_bytes()
    if api:
        from hippain_maps.site.reference import contents_page, reference_pages

        made["python.html"] = outer.page(contents_page())
        made |= {f"api/{path}": content for path, content in reference_pages().items()}
    return made


def _pages(outer: Desk, inner: Desk) -> Iterator[Page]:
    """Yield every page; `outer` is at the top, `inner` in a folder below it."""
    atlas, chart = outer.atlas, chart_data(outer.atlas)
    yield first_page(outer, chart)
    yield chart_page(outer, chart)
    yield sources_page(outer)
    yield clues_page(outer)
    yield red_flags_page(outer)
    yield references_page(outer)
    yield model_page(outer, model_text(atlas))
    yield about_page(outer)
    for source in atlas.sources.values():
        yield source_page(inner, source)
    for name in (*atlas.body.groups, *atlas.body.regions):
        yield place_page(inner, name)


def model_text(atlas: Atlas) -> str:
    """Return the text of the model file that counts, with the reasons of its constants."""
    homes = [pack.folder for pack in atlas.packs if "model" in pack.overrides and pack.folder]
    path: Path = (homes or [resource_dir("patterns")])[-1] / "model.yaml"
    return path.read_text("utf-8-sig")


def _colours() -> str:
    """Return the colours of the figures as properties of the style sheet, light and dark."""

    def written(look: Look) -> str:
        return (
            f"--paper:{look.paper};--ink:{look.ink};--faint:{look.faint_ink};--skin:{look.skin};"
            f"--pain:{look.pain};--drawn:{look.drawn};--second:{look.second}"
        )

    return (
        f":root{{{written(THEMES['screen'])}}}\n"
        f"@media screen and (prefers-color-scheme:dark){{:root{{{written(THEMES['dark'])}}}}}\n"
    )
