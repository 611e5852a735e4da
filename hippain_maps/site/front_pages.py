"""The first page, the model, and what the atlas is for."""

from __future__ import annotations

from typing import Any

from hippain_maps import ranking
from hippain_maps.atlas import Atlas
from hippain_maps.patterns import Evidence
from hippain_maps.site.charts import linked_chart
from hippain_maps.site.desk import TITLE, Desk, Page, search_box
from hippain_maps.site.markup import Html, join, tag
from hippain_maps.site.place_pages import pointed
from hippain_maps.site.prose import constants, docstring
from hippain_maps.site.source_pages import wall


def counts(atlas: Atlas) -> str:
    """Return what an atlas holds, in a sentence."""
    muscles = [source for source in atlas.sources.values() if source.is_muscle]
    points = sum(len(source.trigger_points) for source in muscles)
    return (
        f"{len(muscles)} muscles with {points} trigger points, "
        f"{len(atlas.sources) - len(muscles)} other sources, "
        f"{len(atlas.body.regions)} regions a side, {len(atlas.clues)} clues and "
        f"{len(atlas.red_flags)} red flags."
    )


def first_page(desk: Desk, chart: dict[str, Any]) -> Page:
    """Return the first page: the chart, the search, and ready-made sets."""
    views = {view["view"]: linked_chart(view, desk.up) for view in chart["views"]}
    doors = [
        ("chart.html", "Where does it hurt?", "Every region of the chart, and what refers there."),
        ("sources.html", "What can send it?", "Muscles, nerve roots, nerves and joints."),
        ("red-flags.html", "What comes first?", "Signs that need care before any pattern."),
    ]
    main = join(
        tag(
            "div",
            tag(
                "div",
                tag("h1", "The referral map of hip, low back and leg"),
                tag(
                    "p",
                    "Trigger points, nerve roots and joints: where each sends pain, how to find "
                    "it, what tells it apart, and how sure anyone is.",
                    class_="lead",
                ),
                search_box("first-search"),
                tag(
                    "ul",
                    *(
                        tag("li", tag("a", tag("b", title), tag("span", says), href=to))
                        for to, title, says in doors
                    ),
                    class_="doors",
                ),
                tag("p", counts(desk.atlas), class_="fine"),
            ),
            tag(
                "div",
                tag(
                    "div",
                    views["anterior"],
                    views["posterior"],
                    class_="views standing two",
                ),
                pointed(),
            ),
            class_="hero",
        ),
        *(
            tag(
                "section",
                tag("h2", ready.title, id=f"set-{ready.id}"),
                wall(desk, (desk.atlas.sources[name] for name in ready.sources)),
            )
            for ready in desk.atlas.sets.values()
        ),
    )
    described = "Trigger points and other sources of pain in hip, low back and leg."
    return Page("index.html", TITLE, main, described, wide=True)


def model_page(desk: Desk, model: str) -> Page:
    """Return the formula of the ranking and all its constants.

    Parameters
    ----------
    desk : Desk
        What the page is made with.
    model : str
        The text of ``model.yaml``.
    """
    basis = desk.atlas.model.priors_basis
    evidence = Evidence(basis.confidence, tuple(basis.citations))
    main = join(
        tag("h1", "How a drawing is ranked"),
        tag(
            "p",
            "From a drawing to a ranking: the formula, and every constant with its reason.",
            class_="lead",
        ),
        tag("div", docstring(ranking.__doc__ or ""), class_="prose"),
        tag("h2", "Constants", id="constants"),
        constants(model),
        tag("p", "Basis of the priors: ", desk.basis(evidence), class_="fine"),
    )
    said = "The formula of the ranking, and its constants."
    return Page("model.html", "Model", main, said, wide=True)


def about_page(desk: Desk) -> Page:
    """Return intended use, limits, how to read an entry, and licences."""
    main = join(
        tag("h1", "About this atlas"),
        tag("p", counts(desk.atlas), class_="lead"),
        tag("h2", "Intended use", id="use"),
        tag(
            "p",
            "For clinicians, teachers and researchers who know the anatomy, as a structured "
            "reminder of what to examine. Patients: please take this to somebody who can examine "
            "you.",
        ),
        tag("h2", "Limits", id="limits"),
        tag(
            "ul",
            *(
                tag("li", said)
                for said in (
                    "What it names are candidates to examine. It does not diagnose, and it rules "
                    "nothing out.",
                    "Most patterns are classic clinical ones, described and not measured. They "
                    "overlap, people differ, and examiners agree only moderately on where a "
                    "trigger point is.",
                    "Above the ninth thoracic level, and for some muscles of the foot, it holds "
                    "nothing: a source that is missing cannot be named.",
                    "Red flags come before every pattern, and the list of them is not complete.",
                )
            ),
        ),
        tag("h2", "How to read an entry", id="reading"),
        tag("dl", *(_grade(*grade) for grade in _GRADES), class_="facts"),
        tag(
            "p",
            "Solid zones are essential: felt by nearly everyone with that trigger point. Dots are "
            "spillover: felt by some. Crosses are trigger points. Patterns are drawn on the left; "
            "the right is the mirror image. Left and right are the patient's.",
        ),
        tag("h2", "Offline and private", id="private"),
        tag(
            "p",
            "These pages load nothing from anywhere, send nothing anywhere, and keep nothing in "
            "the browser. Links to references leave them only when clicked.",
        ),
        tag("h2", "Licence", id="licence"),
        tag(
            "p",
            f"Atlas {desk.atlas.provenance}. Content and figures: CC BY 4.0, credit "
            "“Atlas: hippain_maps contributors, CC BY 4.0”. Code: MIT.",
        ),
    )
    return Page("about.html", "About", main, "Intended use, limits, and how to read an entry.")


_GRADES = (
    ("confirmed", "Seen in a published page."),
    ("partial", "The main statement was seen; details are not."),
    ("general knowledge", "Taught widely; no page was read for it."),
)


def _grade(name: str, says: str) -> Html:
    return tag(
        "div",
        tag("dt", tag("span", name, class_=f"grade {name.split()[0]}")),
        tag("dd", says),
    )
