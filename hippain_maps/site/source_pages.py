"""A page for each source, and the wall of all of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from hippain_maps.atlas import Atlas, cited
from hippain_maps.atlas_parts import fold
from hippain_maps.patterns import (
    ZONES,
    ClueLink,
    Frequencies,
    Source,
    Statements,
    TriggerPoint,
    ZoneRegion,
)
from hippain_maps.site.desk import KIND_WORDS, ZONE_WORDS, Desk, Page
from hippain_maps.site.markup import Child, Html, join, link_out, tag

_ENLARGED = 2.1
"""CSS pixels of a page for each point of a figure."""

LANGUAGES = {"la": "Latin", "de": "German", "fr": "French", "es": "Spanish"}

# What is said of a source in statements, and under which heading.
_CLUES = (
    ("speaks_for", "Speaks for it"),
    ("speaks_against", "Speaks against it"),
    ("worse_with", "Worse with"),
    ("eased_by", "Eased by"),
)
_MORE = (
    ("quality", "How it feels"),
    ("causes", "What brings it on"),
    ("mimics", "What imitates it"),
    ("coexists_with", "Often found together with"),
)


def source_page(desk: Desk, source: Source) -> Page:
    """Return the page of a source: everything that the atlas holds on it."""
    kind = KIND_WORDS[source.kind]
    sections = [
        ("trigger-points", "Trigger points", _points(desk, source))
        if source.is_muscle
        else ("felt", "Where it is felt", _territory(desk, source)),
        ("clues", "Clues", _clues(desk, source)),
        ("questions", "Questions that move the ranking", _questions(desk, source)),
        ("apart", "Told apart", _relations(desk, source)),
        *((name, title, _statements(desk, getattr(source, name))) for name, title in _MORE),
        ("limits", "Limits of this entry", _items(source.limits)),
        ("references", "References", _references(desk, source)),
    ]
    written = [(name, title, content) for name, title, content in sections if content]
    others = [name for name, language in LANGUAGES.items() if name in source.names]
    lead = join(
        tag("p", tag("a", kind, href=f"{desk.up}sources.html#{source.kind}"), class_="kind"),
        tag("h1", source.name),
        tag("p", source.summary, class_="lead"),
    )
    pack = desk.atlas.pack_of(source)
    facts = tag(
        "dl",
        _fact("Pattern", desk.basis(source.pattern_evidence)),
        _fact("From the pack", str(pack) if pack else None),
        _fact("Reviewed by", ", ".join(source.reviewed_by) or "no clinician yet"),
        _fact("Also called", ", ".join(_other_names(source))),
        *(_fact(LANGUAGES[name], tag("span", source.names[name], lang=name)) for name in others),
        class_="facts",
    )
    contents = tag(
        "nav",
        tag("h2", "On this page"),
        tag("ul", *(tag("li", tag("a", title, href=f"#{n}")) for n, title, _ in written)),
        aria_label="On this page",
        class_="contents",
    )
    main = join(
        _warning(desk),
        tag("div", tag("div", lead), facts, class_="opening"),
        _figure(desk, source),
        tag(
            "div",
            contents,
            tag(
                "div",
                *(
                    tag("section", tag("h2", title, id=name), content)
                    for name, title, content in written
                ),
            ),
            class_="with-contents",
        ),
        _neighbours(desk, source),
    )
    return Page(f"sources/{source.id}.html", source.name, main, source.summary, wide=True)


def _other_names(source: Source) -> list[str]:
    """Return the synonyms that are not given as names in a language."""
    given = {fold(name) for name in source.names.values()}
    return [name for name in source.synonyms if fold(name) not in given]


def _warning(desk: Desk) -> Html:
    return tag(
        "p",
        "A pattern on a chart cannot tell harmless from dangerous: ask the ",
        tag("a", "red flags", href=f"{desk.up}red-flags.html"),
        " first.",
        class_="warning",
    )


def _fact(name: str, said: Child) -> Html | None:
    return tag("div", tag("dt", name), tag("dd", said)) if said else None


def _figure(desk: Desk, source: Source) -> Html:
    """Return the figure, with words for those who cannot see it, and how to make another."""
    said = []
    for point in source.trigger_points:
        name = f"{point.name}: " if source.is_muscle else ""
        for zone in ZONES:
            if areas := _areas(desk.atlas, point.zones[zone]):
                groups = desk.atlas.body.groups
                names = ", ".join(groups[area].name + (side or "") for area, side in areas)
                said.append(f"{name}{zone} in {names}")
    path = f"{desk.up}figures/{source.id}.svg"
    words = f"Referral pattern of {source.name}, the patient's left. {'; '.join(said)}"
    meaning = "Solid: essential zone, felt by nearly everyone. Dots: spillover, felt by some."
    if source.is_muscle:
        meaning += " Crosses: trigger points."
    if source.frequencies:
        meaning = "Toned by the published share of patients with pain anywhere in the area."
    wide, high = (round(_ENLARGED * points) for points in desk.sizes[source.id])
    return tag(
        "figure",
        tag("img", src=path, alt=words, width=str(wide), height=str(high)),
        tag(
            "figcaption",
            meaning,
            " The right is the mirror image. ",
            tag(
                "span",
                tag("a", "Save as SVG", href=path, download=f"{source.id}.svg"),
                " or make your own: ",
                tag("code", f"hippain figure {source.id} -o {source.id}.pdf"),
                class_="screen-only",
            ),
        ),
        class_="pattern",
    )


def _points(desk: Desk, source: Source) -> Html:
    several = len(source.trigger_points) > 1
    return join(
        *(
            _point(desk, point, number if several else None)
            for number, point in enumerate(source.trigger_points, 1)
        )
    )


def _point(desk: Desk, point: TriggerPoint, number: int | None) -> Html:
    cautions = None
    if point.cautions:
        cautions = tag(
            "div",
            tag("h4", "Take care"),
            _items(point.cautions),
            class_="caution",
        )
    badge = tag("span", str(number), class_="badge", aria_hidden="true") if number else None
    return tag(
        "article",
        tag("h3", badge, point.name, id=point.id),
        tag("h4", "How to find it"),
        tag("p", point.find, " ", desk.basis(point.spot_evidence)),
        cautions,
        tag("h4", "Where it refers"),
        _zones(desk, point),
        tag("p", point.note, class_="note") if point.note else None,
        class_="point",
    )


def _zones(desk: Desk, point: TriggerPoint) -> Html:
    rows = []
    for zone in ZONES:
        if areas := _areas(desk.atlas, point.zones[zone]):
            named = join(*(join(desk.place(area), side) for area, side in areas), by=", ")
            key = tag("span", class_=f"key {zone}", aria_hidden="true")
            rows.append(tag("div", tag("dt", key, ZONE_WORDS[zone]), tag("dd", named)))
    return join(
        tag("dl", *rows, class_="zones"),
        tag("p", "Zones: ", desk.basis(point.zones_evidence), class_="fine"),
    )


def _areas(atlas: Atlas, parts: Iterable[ZoneRegion]) -> list[tuple[str, str | None]]:
    """Return the areas that a zone lies in, each once, and on which side if not on its own."""
    sides: dict[str, set[bool]] = {}
    for part in parts:
        sides.setdefault(atlas.body.area_of[part.region], set()).add(part.crossed)
    said = {frozenset({True}): " (other side)", frozenset({True, False}): " (both sides)"}
    return [(area, said.get(frozenset(crossed))) for area, crossed in sides.items()]


def _territory(desk: Desk, source: Source) -> Html:
    (territory,) = source.trigger_points
    body = desk.atlas.body
    core = list(dict.fromkeys(body.area_of[part.region] for part in source.core))
    return join(
        _frequencies(desk, source.frequencies) if source.frequencies else _zones(desk, territory),
        tag("p", tag("b", "Numb or tingling: "), desk.areas(core)) if core else None,
        tag("p", territory.note, class_="note") if territory.note else None,
    )


def _frequencies(desk: Desk, frequencies: Frequencies) -> Html:
    rows = [
        tag(
            "tr",
            tag("th", desk.place(group.group), scope="row"),
            tag("td", _bar(group.share)),
        )
        for group in sorted(frequencies.groups, key=lambda group: -group.share)
    ]
    return join(
        tag(
            "table",
            tag("caption", f"Share with pain anywhere in it, of {frequencies.population}"),
            tag("tbody", *rows),
            class_="bars",
        ),
        tag("p", desk.basis(frequencies.evidence), class_="fine"),
    )


def _bar(share: float) -> Html:
    said = f"{100 * share:.0f} %"
    bar = tag("span", class_="bar", style=f"width:{100 * share:.0f}%", aria_hidden="true")
    return join(tag("span", said, class_="share"), tag("span", bar, class_="track"))


def _items(items: Sequence[str]) -> Html | None:
    return tag("ul", *(tag("li", item) for item in items)) if items else None


def _statements(desk: Desk, facts: Statements | None) -> Html | None:
    if facts is None:
        return None
    return join(_items(facts.items), tag("p", desk.basis(facts.evidence), class_="fine"))


def _clues(desk: Desk, source: Source) -> Html | None:
    cards = [
        tag("div", tag("h3", title), _statements(desk, facts), class_=f"card {name}")
        for name, title in _CLUES
        if (facts := getattr(source, name)) is not None
    ]
    return tag("div", *cards, class_="cards") if cards else None


def _questions(desk: Desk, source: Source) -> Html | None:
    """Return the questions whose answers move the source, published ratios first."""
    links = [link for link in source.clues if desk.atlas.clues[link.clue].ask.get("en")]
    if not links:
        return None
    links.sort(key=lambda link: (not (link.ratio_yes or link.ratio_no), not link.favours))
    rows = [
        tag(
            "tr",
            tag(
                "th",
                tag(
                    "a",
                    desk.atlas.clues[link.clue].ask["en"],
                    href=f"{desk.up}clues.html#{link.clue}",
                ),
                scope="row",
            ),
            tag("td", said_of(link)),
        )
        for link in links
    ]
    titles = (tag("th", word, scope="col") for word in ("Question", "Yes"))
    head = tag("thead", tag("tr", *titles))
    return tag("table", head, tag("tbody", *rows), class_="list")


def said_of(link: ClueLink) -> Html:
    """Return what "yes" to a clue means for a source, with a published ratio where there is one."""
    word, css = ("for", "for") if link.favours else ("against", "not")
    return join(tag("span", word, class_=css), ratios(link))


def ratios(link: ClueLink) -> Html:
    """Return the published likelihood ratios of a clue, and where they stand."""
    given = (("LR+", link.ratio_yes), ("LR\u2212", link.ratio_no))
    said = ", ".join(f"{name} {ratio:g}" for name, ratio in given if ratio)
    return tag("span", f" {said}", class_="ratio") if said else join()


def _relations(desk: Desk, source: Source) -> Html | None:
    found = []
    for relation in desk.atlas.relations:
        if source.id not in relation.between:
            continue
        other = next(name for name in relation.between if name != source.id)
        verb = "imitates" if relation.kind == "imitate" else "often together with"
        evidence = desk.basis(relation.evidence)
        found.append(
            tag(
                "li",
                tag("span", verb, class_="kind"),
                " ",
                tag("b", desk.source(desk.atlas.sources[other])),
                tag("p", relation.says, " ", evidence),
            )
        )
    return tag("ul", *found, class_="apart") if found else None


def _references(desk: Desk, source: Source) -> Html | None:
    keys = sorted(cited(source))
    if not keys:
        return None
    citations = desk.atlas.citations
    return tag(
        "dl",
        *(
            tag(
                "div",
                tag("dt", tag("a", key, href=f"{desk.up}references.html#{key}")),
                tag("dd", link_out(citations[key].address, citations[key].what)),
            )
            for key in keys
        ),
        class_="references",
    )


def _neighbours(desk: Desk, source: Source) -> Html:
    """Return links to the sources before and after, of the same list."""
    row = [other for other in desk.atlas.sources.values() if other.is_muscle == source.is_muscle]
    place = row.index(source)
    links = []
    for step, word in ((-1, "Before"), (1, "Next")):
        if 0 <= place + step < len(row):
            other = row[place + step]
            links.append(tag("p", tag("small", word), " ", desk.source(other), class_=word.lower()))
    return tag("nav", *links, class_="neighbours", aria_label="Other sources")


def wall(desk: Desk, sources: Iterable[Source]) -> Html:
    """Return sources as a wall of small pictures, each a link."""
    return tag(
        "ul",
        *(
            tag(
                "li",
                tag(
                    "a",
                    tag(
                        "img",
                        src=f"{desk.up}thumbs/{source.id}.svg",
                        alt="",
                        loading="lazy",
                        width="160",
                        height="205",
                    ),
                    tag("span", source.name),
                    href=f"{desk.up}sources/{source.id}.html",
                ),
            )
            for source in sources
        ),
        class_="wall",
    )


def sources_page(desk: Desk) -> Page:
    """Return the wall of all sources, by kind."""
    by_kind = {
        kind: [source for source in desk.atlas.sources.values() if source.kind == kind]
        for kind in KIND_WORDS
    }
    plural = {"strain": "Strains", "spine": "Spine", "tendon_bursa": "Tendons and bursae"}
    parts = [
        tag(
            "section",
            tag("h2", plural.get(kind, f"{KIND_WORDS[kind]}s"), id=kind),
            wall(desk, sources),
        )
        for kind, sources in by_kind.items()
        if sources
    ]
    main = join(
        tag("h1", "Sources of pain"),
        tag(
            "p",
            "Muscles refer pain from trigger points; nerve roots, nerves and joints draw pictures "
            "that are often taken for theirs. Neither list pushes the other out.",
            class_="lead",
        ),
        *parts,
    )
    return Page("sources.html", "Sources", main, "Every source of the atlas, by kind.", wide=True)
