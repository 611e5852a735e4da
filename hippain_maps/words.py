"""Words on figures, in the languages of ``patterns/words.yaml``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from hippain_maps._resources import resource_dir
from hippain_maps.errors import UnknownNameError
from hippain_maps.geometry import Side, View


@dataclass(frozen=True, slots=True)
class Words:
    """Words on figures in one language."""

    language: str
    views: Mapping[View, str]
    letters: Mapping[Side, str]
    sides: Mapping[Side, str]
    confidence: Mapping[str, str]
    referral_patterns: str
    or_: str
    classic_pattern: str
    pattern: str
    essential_in_all: str
    only: str
    nothing: str
    published_frequencies: str
    frequency_tone: str
    numb_or_tingling: str


@cache
def languages() -> Mapping[str, Words]:
    """Return the words of every language; read once.

    Raises
    ------
    DataError
        If the shipped file is wrong.
    """
    from hippain_maps._pattern_files import read_words

    data, _ = read_words(resource_dir("patterns"))
    keys = [name for name in Words.__slots__ if name != "language"]
    return {
        language: Words(language=language, **{key: getattr(entry, key) for key in keys})
        for language, entry in data.languages.items()
    }


def words_in(language: str) -> Words:
    """Return the words of a language.

    Raises
    ------
    UnknownNameError
        If there are none; the known languages are named.

    Examples
    --------
    >>> words_in("de").letters["right"]
    'R'
    """
    known = languages()
    if language not in known:
        raise UnknownNameError(
            "language", language, known, hint=f"languages are {', '.join(known)}"
        )
    return known[language]
