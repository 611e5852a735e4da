"""The pages of clues, red flags and references."""

from __future__ import annotations

from hippain_maps.atlas import Atlas, cited
from hippain_maps.clues import by_clue
from hippain_maps.patterns import Clue
from hippain_maps.red_flags import NO_FLAGS, RedFlag
from hippain_maps.site.desk import Desk, Page
from hippain_maps.site.markup import Html, join, link_out, tag
from hippain_maps.site.source_pages import ratios

TOPICS = {
    "worse_with": "Worse with",
    "eased_by": "Eased by",
    "time": "Time",
    "quality": "Quality",
    "sensation": "Sensation",
    "limited": "Limited movement",
    "sign": "Signs",
}
URGENCIES = ("ambulance", "same_day", "urgent", "routine")


def clues_page(desk: Desk) -> Page:
    """Return the vocabulary of clues: what each asks, and which sources it moves."""
    parts = []
    for topic, title in TOPICS.items():
        clues = [clue for clue in desk.atlas.clues.values() if clue.topic == topic]
        if clues:
            written = [_clue(desk, clue) for clue in clues]
            parts.append(tag("section", tag("h2", title, id=topic), *written))
    main = join(
        tag("h1", "Clues"),
        tag(
            "p",
            "Questions and signs beside the drawing. A published likelihood ratio (LR) counts as "
            "it stands; every other answer counts by a small, stated amount.",
            class_="lead",
        ),
        *parts,
    )
    return Page("clues.html", "Clues", main, "Every clue, and the sources that it moves.")


def _clue(desk: Desk, clue: Clue) -> Html:
    found = by_clue(desk.atlas).get(clue.id, ())
    moved = [
        tag(
            "p",
            tag("b", title, class_=css),
            join(*(join(desk.source(source), ratios(link)) for source, link in group), by=", "),
            class_="moved",
        )
        for title, css, favours in (("For", "for", True), ("Against", "not", False))
        if (group := [(source, link) for source, link in found if link.favours == favours])
    ]
    ask = clue.ask.get("en")
    return tag(
        "article",
        tag("h3", clue.says["en"], id=clue.id),
        tag("p", ask, class_="ask") if ask else None,
        tag("p", "Read from the drawing, not asked.", class_="fine") if clue.seen else None,
        *moved,
        class_="clue",
    )


def red_flags_page(desk: Desk) -> Page:
    """Return the red flags: the core ones first, then by how soon they need care."""
    flags = desk.atlas.red_flags
    core = [flag for flag in flags.values() if flag.core]
    rest = [
        (urgency, [f for f in flags.values() if not f.core and f.urgency == urgency])
        for urgency in URGENCIES
    ]
    words = flags.words
    reviewed = ", ".join(flags.reviewed_by) or "no clinician yet"
    main = join(
        tag("h1", "Red flags"),
        tag(
            "p",
            "Signs that something needs care before any pattern is looked at. This list finds some "
            f"dangers and misses others; it rules nothing out. Reviewed by: {reviewed}.",
            class_="lead",
        ),
        None if flags else tag("p", NO_FLAGS),
        tag("section", tag("h2", "Always asked", id="core"), *(_flag(desk, f) for f in core)),
        *(
            tag(
                "section",
                tag("h2", words.heading[urgency]["en"] if words else urgency, id=urgency),
                *(_flag(desk, flag) for flag in found),
            )
            for urgency, found in rest
            if found
        ),
    )
    described = "Signs that need care before any pattern is looked at."
    return Page("red-flags.html", "Red flags", main, described)


def _flag(desk: Desk, flag: RedFlag) -> Html:
    words = desk.atlas.red_flags.words
    heading = words.heading[flag.urgency]["en"] if words else flag.urgency
    reasons = dict.fromkeys(c.because for c in (*flag.raised_by, *flag.called_by))
    because = " ".join(reasons) if not flag.core else ""
    return tag(
        "article",
        tag("p", heading, class_=f"urgency {flag.urgency}"),
        tag("h3", flag.name["en"], id=flag.id),
        tag("p", flag.ask["en"], class_="ask"),
        tag("p", tag("b", "May mean: "), flag.means),
        tag("p", tag("b", "On yes: "), flag.action["en"]),
        tag("p", tag("b", "Asked when: "), because) if because else None,
        tag("p", desk.basis(flag.evidence), class_="fine"),
        class_="flag",
    )


def references_page(desk: Desk) -> Page:
    """Return every citation, and who cites it."""
    citing = _citing(desk)
    rows = [
        tag(
            "div",
            tag("dt", key, id=key),
            tag(
                "dd",
                link_out(citation.address, citation.what),
                tag("p", join(*citing[key], by=", "), class_="fine") if key in citing else None,
            ),
        )
        for key, citation in sorted(desk.atlas.citations.items())
    ]
    main = join(
        tag("h1", "References"),
        tag(
            "p",
            "What was read, and which entries rest on it. Content comes from words and published "
            "figures; no artwork was traced or copied.",
            class_="lead",
        ),
        tag("dl", *rows, class_="references"),
    )
    return Page("references.html", "References", main, "Every citation of the atlas.")


def _citing(desk: Desk) -> dict[str, list[Html]]:
    atlas: Atlas = desk.atlas
    found: dict[str, list[Html]] = {}
    for source in atlas.sources.values():
        for key in sorted(cited(source)):
            found.setdefault(key, []).append(desk.source(source))
    for relation in atlas.relations:
        for key in relation.evidence.citations:
            for name in relation.between:
                link = desk.source(atlas.sources[name])
                if link not in found.setdefault(key, []):
                    found[key].append(link)
    for flag in atlas.red_flags.values():
        for key in flag.evidence.citations:
            link = tag("a", flag.name["en"], href=f"{desk.up}red-flags.html#{flag.id}")
            found.setdefault(key, []).append(link)
    for key in atlas.model.priors_basis.citations:
        found.setdefault(key, []).append(tag("a", "priors", href=f"{desk.up}model.html"))
    return found
