"""Words on figures: every language is complete, and every source has a name in each."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

import hippain_maps
from hippain_maps._gate import DEPTHS, QUALITIES
from hippain_maps._resources import resource_dir
from hippain_maps.atlas import Atlas
from hippain_maps.errors import DataError, UnknownNameError
from hippain_maps.geometry import SIDES, VIEWS
from hippain_maps.regions import Body
from hippain_maps.words import entries_in, languages, parts_of, words_in

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
def test_sources_have_names_and_answer_to_them(language: str, atlas: Atlas) -> None:
    """Every source is named in each language and found by that name; Latin is for anatomy.

    A syndrome, a strain or a tendon has no Latin name of its own.
    """
    for source in atlas.sources.values():
        assert language in source.names or (language == "la" and not source.is_muscle)
        assert atlas.source(source.name_in(language)) is source
        assert atlas.source(source.name_in(language).lower()) is source


@pytest.mark.parametrize("language", LANGUAGES[1:])
def test_every_area_has_a_name_of_its_own(language: str, body: Body) -> None:
    """Each area that reports name has one name in each language, and no two share it."""
    words = words_in(language)
    assert set(body.area_of.values()) <= set(words.areas) <= set(body.groups)
    assert len(set(words.areas.values())) == len(words.areas)
    for area in words.areas:
        assert words.area(body.groups[area]) == words.areas[area]
        assert words.areas[area][0].isupper()


@pytest.mark.parametrize("language", ["en", "de", "fr", "es"])
def test_plain_names_are_names_of_areas(language: str, body: Body) -> None:
    """A patient's name for an area is of an area that reports name, and no two share it."""
    words = words_in(language)
    areas = set(body.area_of.values())
    assert set(words.plain_areas) <= areas
    names = [words.plain_area(body.groups[area]) for area in areas]
    assert len(set(names)) == len(names)
    assert words.plain_area(body.groups["calf"]) == words.area(body.groups["calf"])


def test_english_areas_are_those_of_the_body(body: Body) -> None:
    """The names of the groups are English, so the words do not repeat them."""
    words = words_in("en")
    assert not words.areas
    assert words.area(body.groups["calf"]) == "Calf"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_phrase_is_there_with_its_parts(language: str) -> None:
    """Each phrase of the English figures is there, with the same parts left open."""
    words, english = words_in(language), words_in("en")
    assert set(words.phrases) == set(english.phrases)
    assert set(words.terms) == set(english.terms)
    for name, phrase in words.phrases.items():
        assert parts_of(phrase) == parts_of(english.phrases[name])
        assert "{" not in words.say(name, **dict.fromkeys(parts_of(phrase), "x"))
    if language not in ("en", "la"):
        own = [name for name in words.phrases if words.phrases[name] == english.phrases[name]]
        # Nothing in these is a word.
        assert set(own) <= {"change", "effect", "report_named"}


def test_every_phrase_is_said_somewhere() -> None:
    """No phrase is translated for nothing: each is named in the code of a figure."""
    folder = Path(str(hippain_maps.__file__)).parent
    code = "".join(path.read_text("utf-8") for path in folder.rglob("*.py"))
    for name in words_in("en").phrases:
        quoted = f'"{name}"' in code or f"'{name}'" in code
        assert quoted or name.startswith("key_"), name


def test_words_of_the_data_have_terms() -> None:
    """Qualities, depths and fits of the data have a word; an unknown one stays as it is."""
    for language in LANGUAGES[2:]:
        words = words_in(language)
        for word in (*QUALITIES, *DEPTHS, "strong", "moderate", "weak", "yes", "no"):
            assert word in words.terms
        assert words.term("throbbing") == "throbbing"
    assert words_in("fr").number(1.25, ".1f") == "1,2"
    assert words_in("en").number(0.5, ".2g") == "0.5"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("only: Nur\n", "only: Nur\n    onyl: Nur\n", "onyl"),
        ("      heel: Ferse\n", '      heel: ""\n', "heel"),
        ('explains: "Erklärt {share} %', 'explains: "Erklärt {shares} %', r"parts.*share"),
        ('      never: "Kandidaten', '      nevver: "Kandidaten', "nothing of that name"),
        ("      strong: gut", "      storng: gut", "nothing of that name"),
    ],
)
def test_wrong_words_are_refused_with_their_line(
    old: str, new: str, message: str, tmp_path: Path
) -> None:
    """A field, part or phrase that English does not have is an error that says where."""
    text = (resource_dir("patterns") / "words.yaml").read_text("utf-8")
    assert old in text
    (tmp_path / "words.yaml").write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(DataError, match=message) as caught:
        entries_in(tmp_path)
    assert caught.value.line


def test_source_without_a_name_in_a_language_keeps_its_own(atlas: Atlas) -> None:
    """A language that a source has no name in gives the English one."""
    assert atlas.source("psoas").name_in("fi") == atlas.source("psoas").name
    assert atlas.source("psoas").name_in("en") == atlas.source("psoas").name


def test_unknown_language_is_refused() -> None:
    """A language that is not there is named, with those that are."""
    with pytest.raises(UnknownNameError, match=r"no language named 'it'.*en, la, de, fr, es"):
        words_in("it")
