"""Read a photograph: the header first, then pixels, upright, as plain colours and nothing else.

What else a picture file holds (where and when it was taken, by which device, a small copy of it) is
left behind here: nothing but pixels goes on.
"""

from __future__ import annotations

import io
import os
import warnings

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from hippain_maps._json import one_line
from hippain_maps._limits import (
    MAX_PHOTO_BYTES,
    MAX_PHOTO_PIXELS,
    MAX_PHOTO_RATIO,
    MIN_PHOTO_SIDE,
)
from hippain_maps.errors import PageError

ColourImage = NDArray[np.uint8]
"""Rows, columns, and red, green and blue."""

FORMATS = ("JPEG", "PNG", "TIFF")

WORKING_PIXELS = 16_000_000
"""A larger picture is made smaller at once: 16 million pixels are 13 to a millimetre."""

_OTHERS = {
    b"%PDF": "a PDF; save its page as an image, or scan to JPEG",
    b"ftyp": "HEIC or another film format; set the camera to JPEG, or save the photo as JPEG",
    b"GIF8": "a GIF, which has too few colours; take a photo as JPEG",
    b"<svg": "a drawing in SVG; a photo is needed",
    b"RIFF": "a WebP or RIFF file; save it as JPEG or PNG",
}


def read_photo(path: str | os.PathLike[str]) -> ColourImage:
    """Return the pixels of a photograph, upright as its header says.

    Parameters
    ----------
    path : path
        A JPEG, PNG or TIFF file.

    Returns
    -------
    ndarray of uint8, shape (rows, columns, 3)
        Red, green and blue; at most `WORKING_PIXELS`.

    Raises
    ------
    PageError
        If there is no such file, it is no picture, or too large, too small or broken.
    """
    name = one_line(os.fspath(path))
    data = _bytes_of(path, name)
    try:
        with warnings.catch_warnings():
            # Broken metadata is not our business; it goes no further.
            warnings.simplefilter("ignore")
            picture = Image.open(io.BytesIO(data), formats=FORMATS)
            _check_header(picture, name)
            pixels = _decoded(picture)
    except PageError:
        raise
    except UnidentifiedImageError:
        raise PageError(f"{name}: {_kind_of(data)}; JPEG, PNG and TIFF are read") from None
    except Image.DecompressionBombError:
        # Far above our cap, the library looks away before we can ask.
        raise PageError(
            f"{name}: the picture says it has far more than {MAX_PHOTO_PIXELS:,} pixels, the most "
            "that are read; scan at 300 dots an inch, or make it smaller"
        ) from None
    except MemoryError:
        raise PageError(f"{name}: there is not enough memory to decode this picture") from None
    except Exception as error:
        # Decoders raise a dozen kinds of errors on broken files, and say little with them.
        raise PageError(
            f"{name}: the picture is broken or cut short ({one_line(str(error))[:80]}); "
            "copy or take it again"
        ) from None
    return pixels


def _bytes_of(path: str | os.PathLike[str], name: str) -> bytes:
    if os.path.isdir(path):
        raise PageError(f"{name}: this is a folder; give one photo")
    try:
        with open(path, "rb") as stream:
            data = stream.read(MAX_PHOTO_BYTES + 1)
    except FileNotFoundError:
        raise PageError(f"{name}: there is no such file") from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise PageError(f"{name}: the file cannot be read: {reason}") from None
    if len(data) > MAX_PHOTO_BYTES:
        raise PageError(
            f"{name}: the file is larger than {MAX_PHOTO_BYTES:,} bytes, the most that is read; "
            "scan at 300 dots an inch, or save it as JPEG"
        )
    if not data:
        raise PageError(f"{name}: the file is empty")
    return data


_OURS = (b"\xff\xd8\xff", b"\x89PNG", b"II*\x00", b"MM\x00*")


def _kind_of(data: bytes) -> str:
    if data.startswith(_OURS):
        return "the picture is broken or cut short"
    for sign, said in _OTHERS.items():
        if sign in data[:16].lower() or sign in data[:16]:
            return f"this is {said}"
    return "this is not a picture"


def _check_header(picture: Image.Image, name: str) -> None:
    wide, high = picture.size
    if wide * high > MAX_PHOTO_PIXELS:
        raise PageError(
            f"{name}: the picture says it has {wide:,} x {high:,} pixels, and at most "
            f"{MAX_PHOTO_PIXELS:,} are read; scan at 300 dots an inch, or make it smaller"
        )
    if min(wide, high) < MIN_PHOTO_SIDE:
        raise PageError(
            f"{name}: the picture has {wide:,} x {high:,} pixels, too few to read a page; at least "
            f"{MIN_PHOTO_SIDE} are needed each way, and 8 million in all are good"
        )
    if max(wide, high) > MAX_PHOTO_RATIO * min(wide, high):
        raise PageError(f"{name}: a picture of {wide:,} x {high:,} pixels is no photo of a page")
    # A telephone's JPEG may hold further pictures of the same scene; a TIFF holds other pages.
    if picture.format == "TIFF" and getattr(picture, "n_frames", 1) > 1:
        raise PageError(f"{name}: this TIFF holds several pages; save each page on its own")


def _decoded(picture: Image.Image) -> ColourImage:
    wide, high = picture.size
    if picture.format in ("JPEG", "MPO"):
        # The decoder can leave out detail at once, which saves most of the memory.
        smaller = min(1.0, (WORKING_PIXELS / (wide * high)) ** 0.5)
        picture.draft("RGB", (int(wide * smaller), int(high * smaller)))
    picture.load()
    upright = ImageOps.exif_transpose(picture)
    if upright.mode.startswith(("I", "F")):
        # 16 bits of grey; converting them directly would cut, not scale.
        values = np.asarray(upright, dtype=np.float32)
        top = 65535.0 if values.max(initial=0) > 255 else 255.0
        grey = np.clip(values * (255.0 / top), 0, 255).astype(np.uint8)
        upright = Image.fromarray(grey)
    if "A" in upright.getbands() or "transparency" in upright.info:
        upright = upright.convert("RGBA")
        paper = Image.new("RGBA", upright.size, "white")
        upright = Image.alpha_composite(paper, upright)
    colours = upright.convert("RGB")
    wide, high = colours.size
    if wide * high > WORKING_PIXELS:
        smaller = (WORKING_PIXELS / (wide * high)) ** 0.5
        size = (int(wide * smaller), int(high * smaller))
        colours = colours.resize(size, Image.Resampling.BOX)
    return np.array(colours, dtype=np.uint8)
