"""What the fuzzer starts from, and what it once found: read or refused in one line, in seconds."""

from __future__ import annotations

from pathlib import Path

import pytest
from fuzz.targets import CASES, TARGETS, check


@pytest.mark.parametrize("name", TARGETS)
def test_seeds_are_read(name: str) -> None:
    """Every reader of bytes has seeds, and reads them."""
    seeds = list(TARGETS[name].seeds())
    assert seeds
    assert {seed: check(TARGETS[name], data) for seed, data in seeds} == dict.fromkeys(
        seed for seed, _ in seeds
    )


KEPT = sorted(path for path in CASES.glob("*/*") if path.parent.name in TARGETS)


@pytest.mark.parametrize("path", KEPT, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_what_was_found_stays_fixed(path: Path) -> None:
    """An input that once broke a reader is read, or refused in one printable line."""
    check(TARGETS[path.parent.name], path.read_bytes())


def test_every_kept_case_has_a_reader() -> None:
    """A folder of cases is named after its target."""
    assert {path.name for path in CASES.iterdir()} <= set(TARGETS)
