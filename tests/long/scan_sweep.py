"""How well pages are read from photographs: many seeded ones, more than the suite has time for.

Run it from the checkout::

    python -m tests.long.scan_sweep --photos 100

Every photo has outlines in blue, red and black pen, and its own turn, tilt, bend, light, blur,
noise and compression. Every third page then loses a corner or gets something laid over it, and is
photographed again: it must be refused, or be read right.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from pathlib import Path

import cv2
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from photographs import (
    Camera,
    Photo,
    overlaps,
    photograph,
    printed_page,
    random_camera,
    random_outlines,
    torn,
)

from hippain_maps.body import load_body
from hippain_maps.errors import PageError
from hippain_maps.paper import LAYOUTS
from hippain_maps.scan import scan_pixels

RIGHT = 0.9


def compressed(photo: Photo, quality: int) -> Photo:
    """Return a photo as it is after JPEG."""
    _, data = cv2.imencode(".jpg", photo[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.ascontiguousarray(cv2.imdecode(data, cv2.IMREAD_COLOR)[..., ::-1])


def covered(page: Photo, rng: np.random.Generator, camera: Camera) -> Photo:
    """Return a page with a finger or a card over its edge."""
    high, wide = page.shape[:2]
    left = page.copy()
    start = np.array([rng.uniform(0, wide), rng.choice([0, high])])
    inward = np.array([rng.uniform(-0.3, 0.3) * wide, (0.5 - start[1] / high) * high * 0.7])
    colour = (196, 150, 122) if rng.random() < 0.5 else camera.table
    thickness = int(rng.uniform(0.05, 0.12) * high)
    end = start + inward
    cv2.line(left, tuple(start.astype(int)), tuple(end.astype(int)), colour, thickness)
    return left


def main() -> None:
    """Run the sweep and print what came out."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--photos", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--megapixels", type=float, default=8.0)
    parser.add_argument("--keep", metavar="DIR", help="keep photos that went wrong here")
    asked = parser.parse_args()
    body = load_body()
    by_pen: dict[str, list[float]] = {}
    refused: Counter[str] = Counter()
    damaged: Counter[str] = Counter()
    wrong_pen = extra_photos = 0
    times, errors = [], []
    for number in range(asked.photos):
        rng = np.random.default_rng([asked.seed, number])
        layout = LAYOUTS[int(rng.choice(len(LAYOUTS), p=[0.6, 0.25, 0.15]))]
        drawn = random_outlines(body, layout, rng)
        camera = random_camera(rng, asked.megapixels)
        page = printed_page(body, layout, drawn, paper=str(rng.choice(["a4", "letter"])))
        photo = compressed(photograph(page, camera), camera.quality)
        started = time.perf_counter()
        try:
            scan = scan_pixels(photo, body)
        except PageError as error:
            refused[str(error)] += 1
            keep(asked.keep, photo, f"refused_{number}")
        else:
            times.append(time.perf_counter() - started)
            errors.append(scan.registration.error_mm)
            found, extra = overlaps(scan.drawing, drawn)
            for item, share in zip(drawn, found, strict=True):
                by_pen.setdefault(item.pen, []).append(share)
            pens = Counter(item.pen for item in drawn)
            read = Counter(mark.extra["properties"]["pen"] for mark in scan.drawing.marks)
            wrong_pen += pens != read
            if extra > 1 or min(found, default=1) < RIGHT:
                extra_photos += extra > 1
                least = min(found, default=1.0)
                print(f"photo {number}: least {least:.3f}, extra {extra:.1f} cm2, {camera}")
                keep(asked.keep, photo, f"wrong_{number}")
        if number % 3 == 0:
            what = "torn corner" if number % 2 else "covered"
            size = rng.uniform(0.08, 0.5)
            hurt = (
                torn(page, int(rng.integers(4)), size, camera)
                if number % 2
                else covered(page, rng, camera)
            )
            photo = compressed(photograph(hurt, camera), camera.quality)
            try:
                scan = scan_pixels(photo, body)
            except PageError:
                damaged[f"{what}: refused"] += 1
            else:
                found, extra = overlaps(scan.drawing, drawn)
                good = extra <= 1 and min(found, default=1) >= RIGHT
                damaged[f"{what}: {'right' if good else 'WRONG'}"] += 1
                if not good:
                    print(f"photo {number} {what}: least {min(found, default=1):.3f}, {extra:.1f}")
                    keep(asked.keep, photo, f"damaged_{number}")
        if number % 10 == 9:
            every = [share for shares in by_pen.values() for share in shares]
            least = min(every, default=1.0)
            print(f"{number + 1} photos, least {least:.3f}, {refused.total()} refused", flush=True)
    print(f"{asked.photos} photos of {asked.megapixels:g} megapixels, seed {asked.seed}")
    for pen, shares in sorted(by_pen.items()):
        s = np.array(shares)
        print(
            f"{pen}: {len(s)} outlines, Jaccard median {np.median(s):.3f}, 5th percentile "
            f"{np.quantile(s, 0.05):.3f}, least {s.min():.3f}; under {RIGHT}: {(s < RIGHT).sum()}"
        )
    print(
        f"refused: {sum(refused.values())}",
        *(f"  {n} x {why}" for why, n in refused.items()),
        sep="\n",
    )
    print(f"photos with other pens than drawn: {wrong_pen}; with extra marks: {extra_photos}")
    print("damaged:", dict(sorted(damaged.items())))
    print(f"seconds a photo: median {np.median(times):.1f}, most {max(times):.1f}")
    print(f"registration error, mm: median {np.median(errors):.2f}, most {max(errors):.2f}")


def keep(folder: str | None, photo: Photo, name: str) -> None:
    """Write a photo for looking at."""
    if folder:
        cv2.imwrite(str(Path(folder) / f"{name}.jpg"), photo[..., ::-1])


if __name__ == "__main__":
    main()
