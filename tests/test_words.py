"""Words on figures: every language is complete, and every source has a name in each."""

from __future__ import annotations

from dataclasses import fields

import pytest
from figure_checks import SOURCES

from hippain_maps.atlas import Atlas
from hippain_maps.errors import UnknownNameError
from hippain_maps.geometry import SIDES, VIEWS
from hippain_maps.words import languages, words_in

LANGUAGES = ("en", "la", "de", "fr", "es")


def test_languages_are_those_promised() -> None:
    """English, Latin, German, French and Spanish are there, in this order."""
    assert tuple(languages()) == LANGUAGES


@pytest.mark.parametrize("language", LANGUAGES)
def test_language_is_complete(language: str, atlas: Atlas) -> None:
    """Every word is there; views and sides are told apart; every confidence has a word."""
    words = words_in(language)
    assert words.language == language
    assert set(words.views) == set(VIEWS)
    assert len(set(words.views.values())) == len(VIEWS)
    for said in (words.letters, words.sides):
        assert set(said) == set(SIDES)
        assert said["left"] != said["right"]
    assert all(len(letter) == 1 and letter.isupper() for letter in words.letters.values())
    used = {source.pattern_evidence.confidence for source in atlas.sources.values()}
    assert used <= set(words.confidence)
    for field in fields(words):
        said = getattr(words, field.name)
        texts = [said] if isinstance(said, str) else list(said.values())
        assert all(text == text.strip() and text for text in texts)


@pytest.mark.parametrize("language", ["de", "fr", "es"])
def test_language_is_not_english(language: str) -> None:
    """Nothing that is read as a sentence was left in English."""
    words, english = words_in(language), words_in("en")
    for name in ("classic_pattern", "referral_patterns", "essential_in_all", "only", "nothing"):
        assert getattr(words, name) != getattr(english, name)
    assert all(words.views[view] != english.views[view] for view in VIEWS)


@pytest.mark.parametrize("language", LANGUAGES[1:])
@pytest.mark.parametrize("name", SOURCES)
def test_source_has_a_name_and_answers_to_it(name: str, language: str, atlas: Atlas) -> None:
    """A source is named in each language, and found by that name."""
    source = atlas.sources[name]
    assert language in source.names
    assert atlas.source(source.name_in(language)) is source
    assert atlas.source(source.name_in(language).lower()) is source


def test_source_without_a_name_in_a_language_keeps_its_own(atlas: Atlas) -> None:
    """A language that a source has no name in gives the English one."""
    assert atlas.source("psoas").name_in("fi") == atlas.source("psoas").name
    assert atlas.source("psoas").name_in("en") == atlas.source("psoas").name


def test_unknown_language_is_refused() -> None:
    """A language that is not there is named, with those that are."""
    with pytest.raises(UnknownNameError, match=r"no language named 'it'.*en, la, de, fr, es"):
        words_in("it")
