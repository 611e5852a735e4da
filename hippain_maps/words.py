"""Words on figures, in the languages of ``patterns/words.yaml``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from string import Formatter
from typing import TYPE_CHECKING

from hippain_maps._cache import cached
from hippain_maps._resources import resource_dir
from hippain_maps.errors import UnknownNameError
from hippain_maps.geometry import Side, View

if TYPE_CHECKING:
    from hippain_maps._pattern_files import WordsEntry
    from hippain_maps.regions import Group

ENGLISH = "en"
"""What another language leaves out is said in this one."""


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
    areas: Mapping[str, str]
    plain_areas: Mapping[str, str]
    terms: Mapping[str, str]
    phrases: Mapping[str, str]

    def area(self, group: Group) -> str:
        """Return what an area of the body is called; its own name where there is none."""
        return self.areas.get(group.id, group.name)

    def plain_area(self, group: Group) -> str:
        """Return what a patient calls an area of the body."""
        return self.plain_areas.get(group.id) or self.area(group)

    def term(self, word: str) -> str:
        """Return a word of the data, such as ``aching``; itself where there is none."""
        return self.terms.get(word, word)

    def number(self, value: float, form: str) -> str:
        """Return a number as the language writes it.

        Examples
        --------
        >>> words_in("de").number(2.25, ".1f")
        '2,2'
        """
        return format(value, form).replace(".", self.term("."))

    def say(self, phrase: str, **parts: object) -> str:
        """Return a phrase with its parts filled in.

        Examples
        --------
        >>> words_in("de").say("explains", share=71)
        'Erklärt 71 % des gezeichneten Schmerzes'
        """
        return self.phrases[phrase].format(**parts)


@cache
def languages() -> Mapping[str, Words]:
    """Return the words of every language; read once.

    Raises
    ------
    DataError
        If the shipped file is wrong.
    """
    folder = resource_dir("patterns")
    return cached("words", [folder / "words.yaml"], (Words,), lambda: _languages(folder))


def _languages(folder: Path) -> dict[str, Words]:
    entries = entries_in(folder)
    own = ("language", "terms", "phrases")
    keys = [name for name in Words.__slots__ if name not in own]
    return {
        language: Words(
            language=language,
            terms=_filled(entries, language, "terms"),
            phrases=_filled(entries, language, "phrases"),
            **{key: getattr(entry, key) for key in keys},
        )
        for language, entry in entries.items()
    }


def _filled(entries: Mapping[str, WordsEntry], language: str, key: str) -> dict[str, str]:
    """Return some words of a language, the English ones where it has none."""
    return {**getattr(entries[ENGLISH], key), **getattr(entries[language], key)}


def entries_in(folder: Path) -> Mapping[str, WordsEntry]:
    """Return what the file of a pattern folder holds, by language.

    Raises
    ------
    DataError
        If it does not fit its format, or a language says what English does not.
    """
    # Checking files takes a validation library; it is imported where files are read.
    from hippain_maps._pattern_files import read_words

    data, file = read_words(folder)
    found = data.languages
    english = found["en"]
    for language, entry in found.items():
        here = ("languages", language)
        for key in ("terms", "phrases"):
            for name, text in getattr(entry, key).items():
                told = getattr(english, key).get(name)
                if told is None:
                    raise file.error("nothing of that name is said in English", (*here, key, name))
                if key == "phrases" and parts_of(text) != parts_of(told):
                    raise file.error(
                        f"the parts in braces differ from the English ones, {parts_of(told)}",
                        (*here, key, name),
                    )
    return {str(language): entry for language, entry in found.items()}


def parts_of(phrase: str) -> list[str]:
    """Return the names of the parts that a phrase leaves open, in order.

    Examples
    --------
    >>> parts_of("{number} of 10")
    ['number']
    """
    return sorted(name for _, name, _, _ in Formatter().parse(phrase) if name is not None)


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
