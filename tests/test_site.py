"""The atlas as a folder of web pages."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from click.testing import CliRunner
from worlds import hand_drawn_atlas, three_patterns

from hippain_maps.atlas import Atlas
from hippain_maps.atlas_parts import Citation
from hippain_maps.cli import main
from hippain_maps.errors import OutputError
from hippain_maps.plotting.look import THEMES
from hippain_maps.site import broken_links, build_site, reference, write_site
from hippain_maps.site.build import model_text
from hippain_maps.site.desk import Desk
from hippain_maps.site.folder import MANIFEST
from hippain_maps.site.front_pages import model_page
from hippain_maps.site.markup import link_out
from hippain_maps.site.place_pages import place_page
from hippain_maps.site.prose import constants, docstring
from hippain_maps.site.reference import contents_page, reference_pages
from hippain_maps.site.source_pages import source_page
from hippain_maps.site.word_pages import clues_page, red_flags_page, references_page

EVIL = '"><script>alert(1)</script><img src=x onerror=alert(2)>'


@pytest.fixture(scope="module")
def site(world: Atlas) -> dict[str, bytes]:
    """Return the site of the hand-drawn world."""
    return build_site(world)


@pytest.fixture(scope="module")
def shipped(atlas: Atlas) -> dict[str, bytes]:
    """Return some pages of the shipped atlas, as they are."""
    desk = Desk(atlas, "../", sizes=dict.fromkeys(atlas.sources, (300.0, 300.0)))
    pages = [
        *(source_page(desk, atlas.source(name)) for name in ("gluteus_medius", "l5_root", "QL")),
        place_page(desk, "greater_trochanter"),
        place_page(desk, "groin"),
        model_page(desk, model_text(atlas)),
        clues_page(Desk(atlas, "")),
        red_flags_page(Desk(atlas, "")),
        references_page(Desk(atlas, "")),
    ]
    return {page.path: desk.page(page) for page in pages}


class Tags(HTMLParser):
    """Collects the tags of a page, with their attributes."""

    def __init__(self, page: bytes) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def test_everything_has_a_page(site: dict[str, bytes], world: Atlas) -> None:
    """Each source has a page, a figure and a small picture; each region and group has a page."""
    for source in world.sources:
        for path in (f"sources/{source}.html", f"figures/{source}.svg", f"thumbs/{source}.svg"):
            assert path in site
    for place in (*world.body.regions, *world.body.groups):
        assert f"places/{place}.html" in site


def test_no_link_is_broken(site: dict[str, bytes]) -> None:
    """Every link leads somewhere, and no page loads anything from outside."""
    assert broken_links(site) == []


def test_the_same_atlas_gives_the_same_bytes(site: dict[str, bytes], world: Atlas) -> None:
    """Building twice makes the same files, byte for byte."""
    assert build_site(world) == site


def test_every_region_of_the_chart_is_named_and_leads_to_its_page(
    site: dict[str, bytes], world: Atlas
) -> None:
    """On the chart each region of each view is a link with a name."""
    links = [attrs for tag, attrs in Tags(site["chart.html"]).tags if "data-area" in attrs]
    assert len(links) == sum(len(chart.polygons) for chart in world.body.charts.values())
    assert all(link["aria-label"] for link in links)
    pages = {re.sub(r"^places/|\.html$", "", str(link["href"])) for link in links}
    assert pages == set(world.body.regions)


def test_a_source_page_tells_everything(shipped: dict[str, bytes], atlas: Atlas) -> None:
    """How to find a trigger point, cautions, clues, confidence, citations and limits are there."""
    source = atlas.source("gluteus_medius")
    text = Tags(shipped["sources/gluteus_medius.html"]).text
    for point in source.trigger_points:
        assert point.name in text
        assert point.find in text
        assert all(caution in text for caution in point.cautions)
    assert source.worse_with is not None
    for said in (*source.worse_with.items, *source.limits, source.summary):
        assert said in text
    assert all(key in text for key in source.pattern_evidence.citations)
    assert "general knowledge" in text


def test_a_place_page_tells_what_refers_there(shipped: dict[str, bytes]) -> None:
    """The page of the trochanter names the muscle and the joint that hurt there, and how often."""
    text = Tags(shipped["places/greater_trochanter.html"]).text
    assert "Gluteus medius" in text
    assert "77 % of patients" in text


def test_every_clue_flag_and_citation_is_told(shipped: dict[str, bytes], atlas: Atlas) -> None:
    """Clues say what they move, red flags what to do, and references who rests on them."""
    clues, flags, cites = (
        Tags(shipped[f"{name}.html"]).text for name in ("clues", "red-flags", "references")
    )
    for clue in atlas.clues.values():
        assert clue.says["en"] in clues
    for flag in atlas.red_flags.values():
        assert flag.name["en"] in flags
        assert flag.action["en"] in flags
    for key in atlas.citations:
        assert key in cites
    assert atlas.source("piriformis").name in clues
    assert atlas.source("piriformis").name in cites


def test_the_model_page_holds_formula_and_constants(shipped: dict[str, bytes]) -> None:
    """Formulas are pictures with their source as text; each constant stands under its reason."""
    page = Tags(shipped["model.html"])
    formulas = [attrs for tag, attrs in page.tags if attrs.get("class") == "formula"]
    assert any("log p_{s,r}" in str(attrs["aria-label"]) for attrs in formulas)
    assert "spillover_felt: 0.5" in page.text


def test_every_page_works_without_a_pointer(site: dict[str, bytes]) -> None:
    """Each page has a language, one main heading, a way past the head, and named images."""
    for path, content in site.items():
        if not path.endswith(".html"):
            continue
        tags = Tags(content).tags
        names = [tag for tag, _ in tags]
        assert names.count("h1") == names.count("main") == 1
        assert ("html", "en") in [(tag, attrs.get("lang")) for tag, attrs in tags]
        assert any(attrs.get("href") == "#content" for _, attrs in tags)
        assert all("alt" in attrs for tag, attrs in tags if tag == "img")


def test_the_search_index_is_data(site: dict[str, bytes]) -> None:
    """The index is one line of JSON in a script, and its paths exist."""
    text = site["assets/search-index.js"].decode()
    index = json.loads(text.partition(" = ")[2].rstrip().rstrip(";"))
    for name, kind, path, _ in index:
        assert name
        assert kind
        assert path.partition("#")[0] in site


def test_hostile_words_stay_words(world: Atlas) -> None:
    """Names, statements and addresses that hold markup or scripts are shown, never run."""
    source = replace(
        three_patterns()[0], name=EVIL, summary=EVIL, synonyms=(EVIL,), limits=(EVIL,), names={}
    )
    evil = replace(
        hand_drawn_atlas(source),
        citations={"x": Citation("x", EVIL, "javascript:alert(3)")},
        version=EVIL,
    )
    made = build_site(evil)
    assert broken_links(made) == []
    for path, content in made.items():
        assert b"<script>alert" not in content
        if path.endswith(".html"):
            tags = Tags(content).tags
            assert not any(name.startswith("on") for _, attrs in tags for name in attrs)
            assert not any("javascript" in str(attrs.get("href")) for _, attrs in tags)


@pytest.mark.parametrize(
    ("page", "fault"),
    [
        ('<a href="gone.html">', "leads to no file"),
        ('<a href="b/c.html#x">', "leads to no place in b/c.html"),
        ('<a href="b/c.html#twice">', "leads to one of several places"),
        ('<a href="#x">', "leads to no place in a.html"),
        ('<a href="/b/c.html">', "does not stay within the site"),
        ('<a href="../b/c.html">', "leads to no file"),
        ('<a href="file:///etc/passwd">', "does not stay within the site"),
        ('<a href="javascript:alert(1)">', "does not stay within the site"),
        ('<img src="https://example.org/x.png">', "would be loaded from outside"),
        ('<script src="//example.org/x.js"></script>', "would be loaded from outside"),
        ('<link rel="stylesheet" href="gone.css">', "leads to no file"),
    ],
)
def test_a_broken_link_is_found(page: str, fault: str) -> None:
    """Each way in which a link can be wrong is told, with the page and the link."""
    files = {"a.html": page.encode(), "b/c.html": b'<p id="twice"></p><p id="twice"></p>'}
    (found,) = broken_links(files)
    assert found.startswith("a.html: ")
    assert fault in found


def test_good_links_are_not_complained_of() -> None:
    """Links to files, places in them and pages of the web are fine."""
    page = b'<p id="x"><a href="#x"></a><a href="b/c%20d.html#y"></a><a href="https://a.b/c"></a>'
    back = b'<p id="y"><a href="../a.html#x"></a><img src="data:image/png;base64,AA">'
    assert broken_links({"a.html": page, "b/c d.html": back}) == []


def test_an_address_that_is_none_is_text() -> None:
    """Only http and https addresses become links to the web."""
    assert link_out("https://example.org/a?b=c", "x").startswith("<a href=")
    for address in (None, "ftp://a.b", "javascript:x", "https://a b", "example.org", 'https://a"b'):
        assert link_out(address, "x") == "x"


def test_a_figure_turns_dark_with_its_page(site: dict[str, bytes], world: Atlas) -> None:
    """A figure carries the colours of the dark look for screens that ask for them."""
    svg = site[f"figures/{next(iter(world.sources))}.svg"].decode()
    light, dark = THEMES["print"], THEMES["dark"]
    assert f'[style*="fill: {light.skin}"]{{fill:{dark.skin}!important}}' in svg


def test_an_earlier_site_is_replaced_and_nothing_else(tmp_path: Path) -> None:
    """What the new site lacks is removed; a file that somebody put beside it stays."""
    folder = tmp_path / "site"
    write_site({"index.html": b"1", "old/page.html": b"2"}, folder)
    (folder / "notes.txt").write_text("mine")
    write_site({"index.html": b"3"}, folder)
    assert (folder / "index.html").read_bytes() == b"3"
    assert not (folder / "old" / "page.html").exists()
    assert (folder / "notes.txt").read_text() == "mine"


def test_a_list_of_files_cannot_lead_out(tmp_path: Path) -> None:
    """A list of an earlier site that names a file outside the folder removes nothing there."""
    folder = tmp_path / "site"
    outside = tmp_path / "precious.txt"
    outside.write_text("mine")
    write_site({"index.html": b"1"}, folder)
    manifest = folder / MANIFEST
    manifest.write_text(f"{manifest.read_text()}../precious.txt\n{outside}\n")
    write_site({"index.html": b"2"}, folder)
    assert outside.read_text() == "mine"


def test_a_folder_of_other_things_is_refused(tmp_path: Path) -> None:
    """A folder of other things, a file, and a place without a folder are refused."""
    (tmp_path / "a.txt").write_text("mine")
    with pytest.raises(OutputError, match="holds other files"):
        write_site({}, tmp_path)
    with pytest.raises(OutputError, match="this is a file"):
        write_site({}, tmp_path / "a.txt")
    with pytest.raises(OutputError, match="there is no folder"):
        write_site({}, tmp_path / "b" / "c")


def test_a_docstring_becomes_a_page() -> None:
    """Headings, formulas, code and emphasis of a docstring are kept; markup in it is escaped."""
    made = docstring(
        "First line.\n\nThe model\n---------\nA *word* and ``a < b``.\n\n"
        ".. math::\n\n    a = \\frac{1}{2}, \\qquad b\n\nEnd."
    )
    assert made.startswith('<h2 id="the-model">The model</h2><p>A <em>word</em> and <code>a &lt; b')
    assert made.count('class="formula"') == 2
    assert made.endswith("<p>End.</p>")


def test_constants_stand_under_their_reasons() -> None:
    """Each comment of the model file is a reason, and the values below it follow."""
    made = constants("# Why a.\na: 1\n# Why b.\nb: 2\n\n# Alone.\n")
    assert re.findall(r"<p>(.*?)</p>", made) == ["Why a.", "Why b.", "Alone."]
    assert re.findall(r"<code>(.*?)</code>", made) == ["a: 1", "b: 2"]


@pytest.mark.slow
def test_the_reference_lies_beside_the_atlas(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, recwarn: pytest.WarningsRecorder
) -> None:
    """Every public module has a page in the reference, with links to the atlas that work.

    A folder of the package's name, as in a checkout, is neither taken for it nor warned of.
    """
    (tmp_path / "hippain_maps").mkdir()
    (tmp_path / "hippain_maps" / "__init__.py").write_text("")
    monkeypatch.chdir(tmp_path)
    made = {f"api/{path}": content for path, content in reference_pages().items()}
    contents = contents_page()
    assert f'href="api/{contents.path.replace("python", "hippain_maps/ranking")}"' in contents.main
    made[contents.path] = contents.main.encode()
    assert [str(warning.message) for warning in recwarn] == []
    assert "api/hippain_maps/ranking.html" in made
    assert not any("/_" in path for path in made)
    pages = {path: content for path, content in made.items() if path.endswith(".html")}
    assert not [path for path, content in pages.items() if b"$$" in content]
    assert made["api/hippain_maps/ranking.html"].count(b'class="formula"') == 6
    assert broken_links({**made, "index.html": b"", "assets/mark.svg": b""}) == []


def test_without_a_library_that_a_module_imports_there_is_no_reference(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A missing library leaves the reference out; a missing module of ours is a fault."""
    assert reference.has_reference()
    monkeypatch.setattr(reference, "public_modules", lambda: ["hippain_maps", "no_such_library"])
    assert not reference.has_reference()
    monkeypatch.setattr(reference, "public_modules", lambda: ["hippain_maps.no_such_module"])
    with pytest.raises(ModuleNotFoundError):
        reference.has_reference()


def test_the_command_writes_a_site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`hippain site` refuses before it works, and says where the first page is."""
    (tmp_path / "a.txt").write_text("mine")
    refused = CliRunner().invoke(main, ["site", "-o", str(tmp_path)])
    assert refused.exit_code == 2
    monkeypatch.setattr("hippain_maps.site.build_site", lambda *_, **__: {"index.html": b"<p>"})
    done = CliRunner().invoke(main, ["site", "-o", str(tmp_path / "site"), "--no-api"])
    assert done.exit_code == 0, done.output
    assert "index.html" in done.output
    assert (tmp_path / "site" / "index.html").is_file()


def test_a_site_with_broken_links_is_not_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Broken links stop the command, with the links named."""
    broken = {"index.html": b'<a href="gone.html">'}
    monkeypatch.setattr("hippain_maps.site.build_site", lambda *_, **__: broken)
    done = CliRunner().invoke(main, ["site", "-o", str(tmp_path / "site"), "--no-api"])
    assert done.exit_code != 0
    assert "gone.html" in done.output
    assert not (tmp_path / "site").exists()
