"""Pictures from outside: read, or refused in one line, with nothing written."""

from __future__ import annotations

import importlib.util
import io
import json
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st
from photographs import Camera, Drawn, blob, outline, photograph, printed_page, save_photo
from PIL import Image

from hippain_maps.cli import main
from hippain_maps.drawing import PainDrawing
from hippain_maps.errors import PageError
from hippain_maps.paper import LAYOUTS
from hippain_maps.regions import Body
from hippain_maps.scan import photo as photo_module
from hippain_maps.scan.photo import WORKING_PIXELS, read_photo


def saved(picture: Image.Image, kind: str, **options: object) -> bytes:
    """Return a picture as the bytes of a file."""
    stream = io.BytesIO()
    picture.save(stream, format=kind, **options)
    return stream.getvalue()


def noise(wide: int = 640, high: int = 480) -> Image.Image:
    """Return a picture of nothing."""
    values = np.random.default_rng(1).integers(0, 255, (high, wide, 3), dtype=np.uint8)
    return Image.fromarray(values)


def bomb(wide: int, high: int) -> bytes:
    """Return a small PNG whose header promises many pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        whole = kind + data
        return struct.pack(">I", len(data)) + whole + struct.pack(">I", zlib.crc32(whole))

    header = struct.pack(">IIBBBBB", wide, high, 8, 2, 0, 0, 0)
    pixels = zlib.compress(bytes(200_000))
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    )


HOSTILE = {
    "a bomb": (bomb(60_000, 60_000), "far more than 64,000,000 pixels, the most"),
    "a smaller bomb": (bomb(9_000, 9_000), "9,000 x 9,000 pixels, and at most 64,000,000"),
    "a bomb below the cap": (bomb(7_000, 7_000), "broken or cut short"),
    "a long strip": (bomb(60_000, 500), "no photo of a page"),
    "one pixel": (saved(noise(1, 1), "PNG"), "too few to read a page"),
    "cut short": (saved(noise(), "JPEG")[:20_000], "broken or cut short"),
    "a header alone": (saved(noise(), "PNG")[:40], "broken or cut short"),
    "nothing": (b"", "the file is empty"),
    "text": (b"it hurts here", "this is not a picture; JPEG, PNG and TIFF"),
    "a PDF": (b"%PDF-1.7\n", "this is a PDF; save its page as an image"),
    "HEIC": (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00", "save the photo as JPEG"),
    "a GIF": (saved(noise(), "GIF"), "this is a GIF"),
    "several pages": (
        saved(noise(), "TIFF", save_all=True, append_images=[noise()]),
        "holds several pages",
    ),
    "no page": (saved(noise(), "JPEG"), "none of the four registration marks was found"),
}


def run(*arguments: object) -> Result:
    """Call the command line."""
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


@pytest.mark.parametrize(("data", "words"), HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_picture_is_refused(data: bytes, words: str, tmp_path: Path) -> None:
    """One line that says why, status 2, and nothing is written."""
    path = tmp_path / "photo.jpg"
    path.write_bytes(data)
    out, preview = tmp_path / "drawing.geojson", tmp_path / "preview.png"
    done = run("scan", path, "-o", out, "--preview", preview)
    assert done.exit_code == 2
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    assert line.startswith("hippain: ")
    assert words in line
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_over_the_cap_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No more of a file is read than the largest that is accepted."""
    monkeypatch.setattr(photo_module, "MAX_PHOTO_BYTES", 1000)
    path = tmp_path / "photo.jpg"
    path.write_bytes(saved(noise(), "JPEG"))
    with pytest.raises(PageError, match="larger than 1,000 bytes"):
        read_photo(path)


def test_no_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    """Both are named."""
    with pytest.raises(PageError, match=r"missing\.jpg: there is no such file"):
        read_photo(tmp_path / "missing.jpg")
    with pytest.raises(PageError, match=r"^[^:]*: this is a folder; give one photo$"):
        read_photo(tmp_path)


@settings(max_examples=60, deadline=None)
@given(
    kind=st.sampled_from(["JPEG", "PNG", "TIFF"]),
    changes=st.lists(st.tuples(st.integers(0, 5000), st.integers(0, 255)), max_size=8),
    length=st.integers(0, 6000),
)
def test_broken_bytes_never_do_more_than_be_refused(
    kind: str, changes: list[tuple[int, int]], length: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """A damaged file is a picture, or a `PageError`; never another error."""
    flat = Image.new("RGB", (420, 420), "white")
    data = bytearray(saved(flat, kind))
    for place, value in changes:
        data[place % len(data)] = value
    path = tmp_path_factory.mktemp("broken") / "photo"
    path.write_bytes(data[: max(length, 10)])
    try:
        pixels = read_photo(path)
    except PageError:
        return
    assert pixels.dtype == np.uint8
    assert pixels.ndim == 3


@pytest.mark.parametrize("mode", ["L", "LA", "P", "RGBA", "CMYK", "I;16", "1"])
def test_every_kind_of_pixel_becomes_colours(mode: str, tmp_path: Path) -> None:
    """Grey, palettes, transparency, print colours and 16 bits; what is transparent is paper."""
    path = tmp_path / "photo.tif"
    if mode == "I;16":
        picture = Image.fromarray(np.full((420, 420), 65535, np.uint16))
    else:
        picture = Image.new("RGB", (420, 420), "white").convert(mode)
    if mode == "RGBA":
        picture.putalpha(0)
    picture.save(path)
    pixels = read_photo(path)
    assert pixels.shape == (420, 420, 3)
    assert pixels.min() == 255


def test_a_large_picture_is_made_smaller(tmp_path: Path) -> None:
    """Of fifty million pixels, as many are kept as help."""
    path = tmp_path / "photo.jpg"
    Image.new("L", (8000, 6000), 200).save(path)
    high, wide, _ = read_photo(path).shape
    assert WORKING_PIXELS / 4 <= high * wide <= WORKING_PIXELS
    assert wide / high == pytest.approx(8 / 6, abs=0.01)


def test_a_telephones_two_pictures_in_one_are_read(tmp_path: Path) -> None:
    """Beside the photo, such a file holds a second one for bright screens."""
    path = tmp_path / "photo.jpg"
    noise().save(path, format="MPO", save_all=True, append_images=[noise(320, 240)])
    assert read_photo(path).shape == (480, 640, 3)


# --- The command


@pytest.fixture(scope="module")
def photo(body: Body, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a photo of a page with an area round the left buttock; its header names a place."""
    rng = np.random.default_rng(3)
    area = blob((-9, 94), 7, rng)
    page = printed_page(
        body, LAYOUTS[1], [Drawn("posterior", outline(area, rng), area=area)], dpi=200
    )
    path = tmp_path_factory.mktemp("photo") / "jane_doe.jpg"
    pixels = photograph(page, Camera(megapixels=4, turn=4, seed=2))
    exif = Image.Exif()
    exif[0x010E] = "SECRETPLACE"
    exif.get_ifd(0x8825)[29] = "SECRETDAY"
    Image.fromarray(pixels).save(path, exif=exif, quality=85)
    assert b"SECRETPLACE" in path.read_bytes()
    return path


def test_a_photo_becomes_a_drawing_that_can_be_ranked(photo: Path, tmp_path: Path) -> None:
    """From photo to candidates, with a preview to look at; the header's secrets stay behind."""
    out, preview = tmp_path / "drawing.geojson", tmp_path / "preview.png"
    done = run("scan", photo, "-o", out, "--preview", preview)
    assert done.exit_code == 0, done.stderr
    assert "1 mark (1 outline). Registration good: page 2, 4 of 4 marks" in done.stdout
    assert "1: posterior, outline, blue pen" in done.stdout
    assert preview.read_bytes().startswith(b"\x89PNG")
    written = out.read_bytes() + preview.read_bytes()
    for secret in (b"SECRET", b"jane", b"Exif"):
        assert secret not in written
    assert PainDrawing.read(out).views == ("posterior",)
    ranked = run("rank", out, "--json", "--top", "1")
    assert json.loads(ranked.stdout)["candidates"][0]["side"] == "left"


def test_a_scan_needs_a_folder_to_write_to(photo: Path, tmp_path: Path) -> None:
    """What could stop the command at its end is looked at before it begins."""
    done = run("scan", photo, "-o", tmp_path / "missing" / "drawing.geojson")
    assert done.exit_code == 2
    assert "name a file in a folder that is there" in done.stderr
    done = run("scan", photo, "-o", tmp_path / "d.geojson", "--preview", tmp_path / "p.jpg")
    assert done.exit_code == 2
    assert list(tmp_path.iterdir()) == []


def test_without_the_extra_one_line_names_it(
    photo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Reading photos takes packages that the rest does without."""
    find = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "cv2" else find(name)
    )
    done = run("scan", photo, "-o", tmp_path / "drawing.geojson")
    assert done.exit_code == 2
    assert done.stderr.splitlines()[-1] == (
        'Error: reading photos needs more packages: pip install "hippain-maps[scan]"'
    )


@pytest.mark.parametrize("kind", ["pdf", "png", "svg"])
def test_a_page_is_printed(kind: str, tmp_path: Path) -> None:
    """The page is written in each format, in the language asked for."""
    out = tmp_path / f"page.{kind}"
    done = run("chart", "anterior", "posterior", "--print", "--lang", "de", "--dpi", 60, "-o", out)
    assert done.exit_code == 0, done.stderr
    if kind == "svg":
        assert "Wo tut es weh?" in out.read_text(encoding="utf-8")
    if kind == "png":
        with Image.open(out) as page:
            assert page.size == pytest.approx((210 / 25.4 * 60, 297 / 25.4 * 60), abs=1)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["plantar", "--print"], "no page shows plantar"),
        (["--print", "--paper", "a5"], "papers are a4, letter"),
        (["--print", "--regions", "posterior"], "two different pages"),
        (["--print", "--theme", "dark"], "dark on white"),
        (["--print", "--lang", "it"], "languages are"),
    ],
)
def test_a_page_that_cannot_be_printed_is_refused(
    arguments: list[str], words: str, tmp_path: Path
) -> None:
    """The message names what there is."""
    done = run("chart", *arguments, "-o", tmp_path / "page.pdf")
    assert done.exit_code == 2
    assert words in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_printed_pdf_is_read_back(body: Body, tmp_path: Path) -> None:
    """What the command prints is what the command reads: a blank page has no marks."""
    out = tmp_path / "page.png"
    assert run("chart", "--print", "--paper", "letter", "--dpi", 150, "-o", out).exit_code == 0
    done = run("scan", out, "-o", tmp_path / "drawing.geojson")
    assert done.exit_code == 0, done.stderr
    assert "no marks. Registration good: page 1" in done.stdout
    assert "note: no ink was found on the charts" in done.stdout
    path = save_photo(np.full((600, 800, 3), 200, np.uint8), tmp_path / "blank.jpg")
    assert run("scan", path, "-o", out).exit_code == 2
