"""``hippain figure``, ``plate`` and ``chart``: what they write, and what they refuse."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from PIL import Image

from hippain_maps import _figure_commands
from hippain_maps.atlas import Atlas
from hippain_maps.cli import main
from hippain_maps.plotting.plate import PER_PAGE
from hippain_maps.regions import Body

Run = Callable[..., Result]


@pytest.fixture
def run(atlas: Atlas, body: Body, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """Return a way to run ``hippain`` in an empty folder, with the atlas read once."""
    monkeypatch.setattr(_figure_commands, "load_atlas", lambda *folders: atlas)
    monkeypatch.setattr(_figure_commands, "load_body", lambda: body)
    monkeypatch.chdir(tmp_path)
    return lambda *words: CliRunner().invoke(main, words)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["figure"], "one SOURCE, or --compare A B, not 0"),
        (["figure", "psoas", "piriformis"], "one SOURCE, or --compare A B, not 2"),
        (["figure", "psoas", "--compare"], "two or three sources, not 1"),
        (["figure", "psoas", "--size", "wide"], "give width x height in cm, such as 20x15"),
        (["figure", "psoas", "--size", "20x300"], "each side is 4 to 150 cm"),
        (["figure", "psoas", "--views", "front"], "no view named 'front'"),
        (["figure", "psoa"], "did you mean 'psoas'"),
        (["figure", "psoas", "--theme", "dim"], "dim"),
        (["plate"], "patterns need several pages; write a .pdf"),
        (["plate", "--set", "lateral-hips"], "did you mean 'lateral-hip'"),
        (["chart", "--regions"], "--regions takes one view"),
        (["chart", "--ids"], "--ids goes with --regions"),
        (["chart", "posterior", "--regions", "--print"], "two different pages"),
        (["chart", "--print", "--theme", "dark"], "a page to print is dark on white"),
    ],
)
def test_what_cannot_be_drawn_is_refused(
    run: Run, tmp_path: Path, words: Sequence[str], says: str
) -> None:
    """Wrong names, sizes and pairs of options are mistakes of use, and leave no file."""
    done = run(*words, "-o", "out.png")
    assert done.exit_code == 2
    assert says in " ".join(done.output.split())
    assert list(tmp_path.iterdir()) == []


def test_a_figure_has_the_size_and_the_views_asked_for(run: Run) -> None:
    """--size is in cm, for a figure of one source and for a comparison."""
    for words in (["psoas"], ["psoas", "piriformis", "--compare"]):
        call = ["figure", *words, "--views", "anterior, posterior", "--size", "20x15"]
        done = run(*call, "--dpi", "50", "-o", "out.png")
        assert done.output == "wrote out.png\n"
        with Image.open("out.png") as picture:
            assert picture.size == pytest.approx((20 / 2.54 * 50, 15 / 2.54 * 50), abs=1)


def test_a_plate_without_names_tells_the_answers(run: Run, atlas: Atlas) -> None:
    """With --no-labels the terminal says which pattern is which, and the picture does not."""
    done = run("plate", "psoas", "piriformis", "--no-labels", "--slide", "-o", "out.svg")
    lines = done.output.splitlines()
    assert lines[-1] == "wrote out.svg"
    for line, name in zip(lines[:-1], ("psoas", "piriformis"), strict=True):
        assert atlas.source(name).name in line
        assert atlas.source(name).name not in Path("out.svg").read_text("utf-8")


def test_a_plate_of_many_is_a_document(run: Run, atlas: Atlas) -> None:
    """More patterns than fit on one page are written as pages of a PDF."""
    names = list(atlas.sources)[: PER_PAGE + 1]
    assert run("plate", *names, "-o", "out.pdf").exit_code == 0
    assert len(re.findall(rb"/Type /Page\b", Path("out.pdf").read_bytes())) == 2


def test_a_chart_is_blank_numbered_or_to_be_printed(run: Run) -> None:
    """The same command draws charts, the regions of one, and the page for a pen."""
    for words, says in (
        (["posterior", "--labels", "de"], "Hinten"),
        (["plantar", "--regions", "--ids"], "heel"),
        (["--print", "--lang", "de"], "Zeichnen"),
    ):
        done = run("chart", *words, "-o", "out.svg")
        assert done.output == "wrote out.svg\n"
        assert says.casefold() in Path("out.svg").read_text("utf-8").casefold(), words
