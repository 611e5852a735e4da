"""What the fuzzer starts from, and what it once found: read or refused in one line, in seconds."""

from __future__ import annotations

import pytest
from fuzz.targets import TARGETS, check


@pytest.mark.parametrize("name", TARGETS)
def test_seeds_are_read(name: str) -> None:
    """Every reader of bytes has seeds, and reads them."""
    seeds = list(TARGETS[name].seeds())
    assert seeds
    assert {seed: check(TARGETS[name], data) for seed, data in seeds} == dict.fromkeys(
        seed for seed, _ in seeds
    )
