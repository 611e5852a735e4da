"""The body chart with every region, and a page for each region and group: what refers there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hippain_maps.geometry import INSET_VIEWS, VIEWS
from hippain_maps.referrals import Referral, referrals
from hippain_maps.regions import Body
from hippain_maps.site.charts import linked_chart, lit_charts
from hippain_maps.site.desk import KIND_WORDS, ZONE_WORDS, Desk, Page
from hippain_maps.site.markup import Html, join, tag
from hippain_maps.viewer.source_data import place_name


def place_page(desk: Desk, name: str) -> Page:
    """Return the page of a region or group."""
    atlas, body = desk.atlas, desk.atlas.body
    title, regions = place_name(name, body), body.members(name)
    found = referrals(atlas, name)
    muscles = [referral for referral in found if referral.source.is_muscle]
    others = [referral for referral in found if not referral.source.is_muscle]
    shared = [place for place in atlas.places if place.regions & set(regions)]
    main = join(
        tag(
            "div",
            tag(
                "div",
                tag("p", "Region" if name in body.regions else "Group of regions", class_="kind"),
                tag("h1", title),
                tag(
                    "p",
                    "Pain drawn here alone can come from any of these; the ",
                    tag("a", "red flags", href=f"{desk.up}red-flags.html"),
                    " come first.",
                    class_="lead",
                ),
                _contents(len(muscles), len(others)),
            ),
            tag("div", lit_charts(body, regions, title), class_="charts-row"),
            class_="opening",
        ),
        tag("section", tag("h2", "Muscles that refer here", id="muscles"), _table(desk, muscles)),
        tag("section", tag("h2", "Other sources", id="others"), _table(desk, others)),
        tag(
            "section",
            tag("h2", "Where place alone cannot decide", id="shared"),
            *(tag("p", place.says) for place in shared),
        )
        if shared
        else None,
        _around(desk, name, regions),
    )
    described = f"What refers pain to: {title}."
    return Page(f"places/{name}.html", title, main, described, wide=True)


def _contents(muscles: int, others: int) -> Html:
    """Return how much refers to a place, with links to it."""
    return tag(
        "p",
        tag("a", f"{muscles} muscle{'s' * (muscles != 1)}", href="#muscles"),
        " and ",
        tag("a", f"{others} other source{'s' * (others != 1)}", href="#others"),
        ", the strongest zones first, the commoner before the rarer.",
        class_="fine",
    )


def _table(desk: Desk, found: Sequence[Referral]) -> Html:
    if not found:
        return tag("p", "None in this atlas.")
    head = tag(
        "thead",
        tag(
            "tr",
            *(tag("th", word, scope="col") for word in ("Source", "Zone", "Covers", "Pattern")),
        ),
    )
    return tag(
        "table", head, tag("tbody", *(_row(desk, referral) for referral in found)), class_="refers"
    )


def _row(desk: Desk, referral: Referral) -> Html:
    source = referral.source
    zone = ZONE_WORDS[referral.zone]
    if referral.frequency is not None:
        zone = f"{100 * referral.frequency:.0f} % of patients"
    if referral.crossed:
        zone += ", from the other side"
    points = ", ".join(point.name for point in referral.trigger_points)
    all_points = len(referral.trigger_points) == len(source.trigger_points)
    kind = None if source.is_muscle else KIND_WORDS[source.kind].lower()
    detail = kind or (points if not all_points else None)
    picture = tag(
        "img",
        src=f"{desk.up}thumbs/{source.id}.svg",
        alt="",
        loading="lazy",
        width="44",
        height="56",
    )
    who = tag("span", desk.source(source), tag("small", detail) if detail else None)
    covered = f"{100 * referral.covered:.0f} %"
    return tag(
        "tr",
        tag("th", tag("span", picture, who, class_="who"), scope="row"),
        tag("td", tag("span", class_=f"key {referral.zone}", aria_hidden="true"), zone),
        tag("td", covered),
        tag("td", source.pattern_evidence.confidence),
    )


def _around(desk: Desk, name: str, regions: Sequence[str]) -> Html:
    """Return what a place belongs to, or what belongs to it."""
    body = desk.atlas.body
    rows: list[tuple[str, Html]] = []
    if name in body.regions:
        groups = [group.id for group in body.groups.values() if name in group.regions]
        area = [r for r, of in body.area_of.items() if of == body.area_of[name] and r != name]
        views = ", ".join(v.replace("_", " ") for v in body.views_of(f"left:{name}"))
        rows = [
            ("Lies in", desk.areas(groups)),
            ("In the same area", desk.areas(area)),
            ("Skin", join(f"{body.regions[name].skin_cm2:.0f} cm² a side, seen in {views} (left)")),
        ]
        item: Any = body.regions[name]
    else:
        skin = sum(body.regions[region].skin_cm2 for region in regions)
        rows = [
            ("Regions", desk.areas(regions)),
            ("Skin", join(f"{skin:.0f} cm² a side")),
        ]
        item = body.groups[name]
    terms = ", ".join(term for term in (item.fma, item.uberon) if term)
    rows += [("Terms", join(terms))] if terms else []
    rows.append(("Id", tag("code", name)))
    return tag(
        "section",
        tag("h2", "This place", id="place"),
        tag(
            "dl",
            *(tag("div", tag("dt", word), tag("dd", said)) for word, said in rows if said),
            class_="facts",
        ),
    )


def chart_page(desk: Desk, chart: dict[str, Any]) -> Page:
    """Return all views, with every region a link, and the regions by area as a list."""
    views = {view["view"]: linked_chart(view, desk.up) for view in chart["views"]}
    main = join(
        tag("h1", "Body chart"),
        tag(
            "p",
            "Choose where it hurts: each region leads to what refers there. Left and right are "
            "the patient's, and both lead to the same page.",
            class_="lead",
        ),
        tag(
            "p",
            "With a keyboard: Tab to a chart, then the arrow keys, and Enter.",
            class_="fine keys",
        ),
        pointed(),
        tag("div", *(views[v] for v in VIEWS if v not in INSET_VIEWS), class_="views standing"),
        tag("div", *(views[v] for v in INSET_VIEWS), class_="views insets"),
        tag("h2", "All regions by area", id="list"),
        tag("div", *_by_area(desk), class_="area-list"),
        tag("h2", "Groups of regions", id="groups"),
        tag(
            "ul",
            *(tag("li", desk.place(group)) for group in desk.atlas.body.groups),
            class_="columns",
        ),
    )
    return Page("chart.html", "Body chart", main, "Every region of the body chart.", wide=True)


def pointed() -> Html:
    """Return the line that says which region the pointer is on."""
    return tag("p", "\u00a0", class_="pointed", aria_hidden="true")


def _by_area(desk: Desk) -> list[Html]:
    body: Body = desk.atlas.body
    areas: dict[str, list[str]] = {}
    for region, area in body.area_of.items():
        areas.setdefault(area, []).append(region)
    return [
        tag(
            "section",
            tag("h3", desk.place(area)),
            tag("ul", *(tag("li", desk.place(region)) for region in regions)),
        )
        for area, regions in areas.items()
    ]
