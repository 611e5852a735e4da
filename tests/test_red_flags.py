"""Red flags: who is asked what, what is shown first, and that "not asked" never reads as "no"."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from io import StringIO
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from figure_checks import by_gid, check_legible, words
from matplotlib.figure import Figure
from rich.console import Console
from worlds import EXAMPLES, check_contract, example, hand_drawn_atlas, three_patterns

from hippain_maps import cli
from hippain_maps._red_flag_table import print_red_flags
from hippain_maps._resources import resource_dir
from hippain_maps._yaml import read_yaml
from hippain_maps.atlas import Atlas, load_atlas
from hippain_maps.drawing import PainDrawing
from hippain_maps.errors import DataError, DrawingError, UnknownNameError
from hippain_maps.marks import Mark
from hippain_maps.plotting import plot_ranking
from hippain_maps.plotting.look import PRINT
from hippain_maps.plotting.red_flags import add_red_flags
from hippain_maps.ranking import rank
from hippain_maps.red_flags import NO_FLAGS, load_red_flags
from hippain_maps.screening import (
    URGENCIES,
    RedFlagState,
    read_answers,
    red_flags,
    unknown_answers,
)
from hippain_maps.words import words_in

DATA = read_yaml(resource_dir("patterns") / "red_flags.yaml").data
FLAGS = list(DATA["flags"])
CORE = [name for name, flag in DATA["flags"].items() if flag["core"]]
OTHERS = [name for name in FLAGS if name not in CORE]


@dataclass(frozen=True)
class Case:
    """A person: what is drawn, how it feels, and what has been answered."""

    drawn: tuple[str, ...] = ("left:buttock_middle",)
    quality: tuple[str, ...] = ()
    yes: tuple[str, ...] = ()
    no: tuple[str, ...] = ()
    intensity: float | None = None
    depth: str | None = None

    def drawing(self, atlas: Atlas) -> PainDrawing:
        """Return the drawing with the answers in it."""
        drawn = PainDrawing.from_regions(
            atlas.body,
            self.drawn,
            quality=self.quality,
            intensity=self.intensity,
            depth=self.depth,
        )
        return drawn.with_answers(
            {**dict.fromkeys(self.yes, "yes"), **dict.fromkeys(self.no, "no")}
        )


def case(*drawn: str, **others: object) -> Case:
    """Return a person; without a place, someone with pain in the middle of the left buttock."""
    return Case(**({"drawn": drawn} if drawn else {}), **others)  # type: ignore[arg-type]


SCIATICA = case("left:thigh_posterior", "left:leg_lateral")
BOTH_LEGS = case("thigh_posterior", "calf")
GROIN = case("left:groin")
KNEE = case("left:patella", "left:knee_superomedial", "left:knee_suprapatellar")

# For each question that is not core: people who must be asked, and people who need not be.
CALLED: dict[str, tuple[list[Case], list[Case]]] = {
    "saddle_numbness": (
        [
            BOTH_LEGS,
            case("perianal"),
            case("left:buttock_fold_inner", quality=("tingling",)),
            case("sacrum_lower", quality=("aching", "numb")),
        ],
        [SCIATICA, case("sacrum_lower"), case("left:calf", quality=("numb",))],
    ),
    "bladder_change": (
        [BOTH_LEGS, case("perineum"), case(yes=("shingles_rash",))],
        [SCIATICA, GROIN],
    ),
    "bowel_change": ([BOTH_LEGS, case("saddle_back", quality=("numb",))], [SCIATICA]),
    "sexual_change": ([BOTH_LEGS, case("genital", quality=("tingling",))], [SCIATICA, GROIN]),
    "weakness_both_legs": (
        [BOTH_LEGS, case(yes=("new_weakness",)), case(yes=("foot_drop",))],
        [SCIATICA, case("buttock"), case(no=("new_weakness",))],
    ),
    "new_pain_both_legs": (
        [BOTH_LEGS, case("foot_dorsum"), case("calf", quality=("numb",))],
        [SCIATICA, case("buttock"), case("lumbar")],
    ),
    "cord_compression": (
        [case(yes=("past_cancer_or_weight_loss",)), case("lower_thoracic")],
        [case("left:lower_thoracic"), BOTH_LEGS],
    ),
    "leg_short_or_turned": (
        [case(yes=("injury_or_no_weight",)), case(yes=("hip_replacement",))],
        [GROIN, case(no=("injury_or_no_weight",))],
    ),
    "fragile_bones": (
        [case(yes=("after_fall",)), case("spinous_lumbar"), case("lower_thoracic")],
        [case("left:lateral_lumbar"), SCIATICA],
    ),
    "groin_pain_on_loading": (
        [GROIN, case("left:hip_front")],
        [case("left:trochanter_area"), case("left:buttock"), KNEE],
    ),
    "hip_bone_at_risk": (
        [
            case("left:groin", depth="deep"),
            case("left:groin", yes=("limited_internal_rotation",)),
            case("left:hip_front", yes=("night_pain",)),
        ],
        [GROIN, case("left:groin", depth="superficial"), case(yes=("night_pain",))],
    ),
    "child_with_limp": (
        [GROIN, KNEE, case(yes=("limp",))],
        [SCIATICA, case("left:trochanter_area")],
    ),
    "hip_replacement": (
        [GROIN, case("left:greater_trochanter")],
        [SCIATICA, case("left:buttock"), case("left:thigh_lateral")],
    ),
    "over_60_new_pain": (
        [case("left:flank"), case("left:lumbar"), case("left:abdomen"), case("left:inguinal")],
        [SCIATICA, case("left:hip_side"), case("left:thigh_front")],
    ),
    "throbbing_belly_or_collapse": (
        [case("left:abdomen"), case(yes=("over_60_new_pain",))],
        [case("left:paraspinal_lumbar"), GROIN],
    ),
    "blood_thinners": (
        [GROIN, case("left:thigh_anterior"), case(yes=("knee_gives_way",))],
        [SCIATICA, case("left:thigh_lateral"), case("left:trochanter_area")],
    ),
    "swollen_leg": (
        [
            case("left:calf"),
            case("left:popliteal"),
            case("left:thigh_inner"),
            GROIN,
            case(yes=("swelling",)),
        ],
        [case("left:thigh_lateral"), case("left:leg_lateral"), case("left:buttock")],
    ),
    "swollen_leg_breathless": (
        [case("left:calf", yes=("swollen_leg",)), case(yes=("swelling",))],
        [case("left:calf"), case("left:calf", no=("swollen_leg",))],
    ),
    "cold_pale_leg": (
        [case("left:leg_lateral"), case("left:foot"), case(yes=("rest_pain_foot",))],
        [case("left:thigh"), case("left:buttock")],
    ),
    "rest_pain_foot": (
        [
            case("left:foot_dorsum"),
            case("left:leg", "left:foot_dorsum", yes=("night_pain",)),
            case(yes=("walking_cramp",)),
        ],
        [SCIATICA, case("left:leg", "left:foot_dorsum")],
    ),
    "walking_cramp": (
        [
            case("left:calf", yes=("worse_walking",)),
            case("left:calf", quality=("cramping",)),
            case(yes=("better_standing_still",)),
        ],
        [case("left:calf"), case("left:groin", yes=("worse_walking",))],
    ),
    "tight_leg": (
        [
            case("left:calf", yes=("injury_or_no_weight",)),
            case("left:thigh_anterior", yes=("bruise",)),
            case("left:calf", intensity=9),
        ],
        [
            case("left:calf"),
            case("left:calf", intensity=8),
            case(yes=("injury_or_no_weight",)),
            case("left:buttock", intensity=10),
        ],
    ),
    "hernia_lump": ([GROIN, case("pubis")], [SCIATICA, case("left:thigh_anterior")]),
    "testicle_pain": (
        [case("left:inguinal"), case("perineum"), case("pubis")],
        [SCIATICA, case("left:proximal_thigh_3_anterior")],
    ),
    "perineal_infection": (
        [case("perineum"), case("left:groin", yes=("fever_or_infection_risk",))],
        [GROIN, case(yes=("fever_or_infection_risk",))],
    ),
    "belly_ill": (
        [
            case("left:abdomen_low_lateral"),
            case("left:hip_front", yes=("fever_or_infection_risk",)),
        ],
        [case("left:lumbar"), case("left:hip_front")],
    ),
    "urine_signs": (
        [case("left:flank"), case("left:lumbar", yes=("fever_or_infection_risk",))],
        [case("left:paraspinal_lumbar"), SCIATICA],
    ),
    "pregnancy": (
        [case("pubis"), case("left:sacroiliac_joint_area"), case(yes=("in_pregnancy",))],
        [SCIATICA, case("left:buttock"), case("left:thigh_anterior")],
    ),
    "pregnant_belly_pain": (
        [case(yes=("pregnancy",)), case(yes=("in_pregnancy",))],
        [case("left:abdomen"), case("left:abdomen", no=("pregnancy",))],
    ),
    "shingles_rash": (
        [case("left:buttock", quality=("burning",)), case(yes=("touch_hurts",))],
        [case("left:buttock"), case("left:foot_dorsum", quality=("burning",))],
    ),
    "inflammatory_back_pain": (
        [
            case("left:buttock", yes=("long_morning_stiffness",)),
            case("lumbar", yes=("night_pain",)),
        ],
        [case("left:buttock"), case("left:calf", yes=("night_pain",))],
    ),
    "lasting_or_worse": (
        [case(no=tuple(CORE)), case(yes=("night_pain",))],
        [case(), case(no=tuple(CORE[1:]))],
    ),
}


def states(person: Case, atlas: Atlas) -> dict[str, RedFlagState]:
    """Return what is shown for a person, by id, in order."""
    return {state.flag.id: state for state in red_flags(person.drawing(atlas), atlas)}


def table(shown: Iterable[RedFlagState], atlas: Atlas, width: int = 100) -> str:
    """Return the red flags as the terminal has them."""
    file = StringIO()
    console = Console(file=file, width=width, highlight=False, emoji=False, markup=False)
    print_red_flags(console, list(shown), atlas.red_flags.words)
    return file.getvalue()


def joined(text: str) -> str:
    """Return a text without frames and line breaks."""
    return " ".join(re.sub(r"[═║╔╗╚╝─│┌┐└┘]", " ", text).split())


# --- What is asked -----------------------------------------------------------------------------


def test_a_plain_drawing_asks_the_core_questions_alone(atlas: Atlas) -> None:
    """Pain in a buttock, one side or both: five questions, all not asked, none special."""
    assert len(CORE) == 5
    for drawn in (("left:buttock",), ("buttock",), ("right:thigh_lateral",)):
        shown = states(case(*drawn), atlas)
        assert sorted(shown) == sorted(CORE)
        for state in shown.values():
            assert (state.answer, state.called_by, state.raised) == ("not_asked", None, False)


@pytest.mark.parametrize("stem", ["piriformis", "gluteus_medius_trp2", "tensor_fasciae_latae"])
def test_the_examples_at_buttock_and_hip_ask_no_more(atlas: Atlas, stem: str) -> None:
    """A hand-drawn edge that runs over a border calls nothing by itself."""
    assert sorted(s.flag.id for s in red_flags(example(stem), atlas)) == sorted(CORE)


@pytest.mark.parametrize("name", OTHERS)
def test_a_question_is_called_for_and_otherwise_left_out(atlas: Atlas, name: str) -> None:
    """Every other question has people who must be asked, with the reason, and people who not."""
    called, spared = CALLED[name]
    for person in called:
        state = states(person, atlas).get(name)
        assert state is not None, person
        assert state.answer == "not_asked"
        assert state.called_by
    for person in spared:
        assert name not in states(person, atlas), person


def test_no_question_is_forgotten_here() -> None:
    """The table above holds every question that is not core, and no other."""
    assert sorted(CALLED) == sorted(OTHERS)


def test_the_other_side_is_asked_the_same(atlas: Atlas) -> None:
    """A mirrored drawing raises and calls the same flags, for the same reasons."""
    for person in (GROIN, SCIATICA, BOTH_LEGS, case("left:flank", quality=("burning",))):
        drawing = person.drawing(atlas)
        assert red_flags(drawing, atlas) == red_flags(drawing.mirrored(), atlas)


def test_core_questions_say_why_they_press(atlas: Atlas) -> None:
    """A core question is asked in any case; numbness near the saddle gives it a reason."""
    state = states(case("sacrum_lower", quality=("numb",)), atlas)["bladder_bowel_saddle"]
    assert state.called_by == "Numbness or tingling is drawn near the saddle area."


def test_what_is_numb_counts_at_intensity_0(atlas: Atlas) -> None:
    """A numb place that does not hurt is no pain, and raises the alarm all the same."""
    numb = case("perineum", quality=("numb",), intensity=0)
    assert not numb.drawing(atlas).views
    assert states(numb, atlas)["saddle_numbness"].raised
    assert "saddle_numbness" not in states(case("perineum", intensity=0), atlas)


# --- What is raised, and what stands first -----------------------------------------------------


@pytest.mark.parametrize("name", FLAGS)
def test_a_yes_heads_the_json_the_table_and_the_figure(atlas: Atlas, name: str) -> None:
    """Whatever the flag: a yes stands before all that is not asked, with what to do."""
    person = (CALLED[name][0] if name in CALLED else [case()])[0]
    drawing = person.drawing(atlas).with_answers({name: "yes"})
    ranking = rank(drawing, atlas)
    flag = atlas.red_flags[name]

    shown = [s for s in ranking.red_flags if s.raised and s.flag.urgency == flag.urgency]
    assert ranking.red_flags[0].raised
    assert name in [state.flag.id for state in shown]
    document = ranking.to_dict(top=1)
    check_contract(document)
    mine = next(entry for entry in document["red_flags"] if entry["id"] == name)
    assert mine["answer"] == "yes"
    assert mine["urgency"] == flag.urgency
    assert mine["action"] == flag.action["en"]
    assert mine["question"] == flag.ask["en"]
    before = document["red_flags"][: document["red_flags"].index(mine)]
    assert all(entry["raised"] for entry in before)

    said = joined(table(ranking.red_flags, atlas))
    heading = DATA["words"]["heading"][flag.urgency]["en"]
    place = said.index(f"{flag.name['en']} (answered yes). {flag.action['en']}")
    assert said.index(heading) < place
    for state in ranking.red_flags:
        if state.is_open:
            assert place < said.index(state.flag.ask["en"])

    figure = Figure(figsize=(11.69, 8.27))
    top = add_red_flags(
        figure, ranking.red_flags, atlas.red_flags.words, PRINT, box=(0.025, 0.975, 0.975)
    )
    check_legible(figure)
    assert 0.6 < top < 0.96
    assert ("red-flags" in by_gid(figure)) == (ranking.red_flags[0].flag.urgency != "routine")
    assert flag.name["en"] in words(figure).replace("\n", " ")
    if ranking.red_flags[0].flag.urgency == flag.urgency:
        assert flag.action["en"] in words(figure).replace("\n", " ")


def test_the_most_urgent_comes_first(atlas: Atlas) -> None:
    """Raised flags by urgency, then open questions by urgency, then what was answered no."""
    yes = ("lasting_or_worse", "past_cancer_or_weight_loss", "swollen_leg", "saddle_numbness")
    shown = list(states(case("left:calf", yes=yes, no=("cold_pale_leg",)), atlas).values())
    kinds = [(not s.raised, s.answer == "no", URGENCIES.index(s.flag.urgency)) for s in shown]
    assert kinds == sorted(kinds)
    assert [s.flag.id for s in shown if s.raised] == list(reversed(yes))
    assert shown[-1].flag.id == "cold_pale_leg"


def test_an_emergency_stands_alone_in_its_frame(atlas: Atlas) -> None:
    """The first frame holds the emergency and no other flag; then comes that it goes first."""
    yes = ("saddle_numbness", "swollen_leg", "pregnancy")
    said = table(states(case("left:calf", yes=yes), atlas).values(), atlas)
    first, rest = said.split("╝", 1)
    assert first.startswith("╔═ RED FLAG: emergency now ")
    assert "Saddle numbness" in first
    assert "One leg swollen" not in first
    assert joined(rest).startswith(DATA["words"]["before_ranking"]["en"])
    assert "None of these may delay what stands above." in said
    assert "Ask these before anything else." not in said


RAISED = {
    "saddle_numbness": [case("perineum", quality=("numb",)), case("genital", quality=("numb",))],
    "cord_compression": [
        case(yes=("past_cancer_or_weight_loss", "new_weakness")),
        case("lower_thoracic", yes=("past_cancer_or_weight_loss",)),
        case("calf", quality=("numb",), yes=("past_cancer_or_weight_loss",)),
    ],
    "groin_pain_on_loading": [case("left:groin", yes=("injury_or_no_weight",))],
}


@pytest.mark.parametrize("name", [n for n, f in DATA["flags"].items() if "raised_by" in f])
def test_what_points_to_a_sign_is_shown_like_a_yes(atlas: Atlas, name: str) -> None:
    """Numbness drawn over the saddle, or cancer with weakness, need no further answer."""
    for person in RAISED[name]:
        state = states(person, atlas)[name]
        assert (state.answer, state.raised) == ("not_asked", True)
        assert state.called_by
        said = joined(table([state], atlas))
        assert f"{state.flag.name['en']} (not asked yet, but pointed to;" in said
        assert f"Ask: {state.flag.ask['en']}" in said
        # A plain no takes it back; that it contradicts the drawing is said.
        denied = states(replace(person, no=(name,)), atlas)[name]
        assert (denied.raised, denied.contradicted) == (False, True)
        assert f"{state.flag.name['en']} (although: " in joined(table([denied], atlas))


def test_a_touch_of_the_groin_raises_no_alarm(atlas: Atlas) -> None:
    """Numbness of a thigh that just reaches the genitals calls the question, and no more."""
    thigh = case("left:thigh_anterior", quality=("numb",)).drawing(atlas)
    genital = atlas.body.polygon("anterior", "left:genital")
    assert genital is not None
    middle = genital.representative_point()
    spot = Mark("anterior", "Point", (middle.x, middle.y), width_cm=0.8, quality=("numb",))
    state = {s.flag.id: s for s in red_flags(replace(thigh, marks=(*thigh.marks, spot)), atlas)}
    assert not state["saddle_numbness"].raised


def test_a_drawing_that_cannot_be_ranked_still_tells_the_alarm(atlas: Atlas) -> None:
    """Where there is nothing to rank, the refusal begins with what is raised."""
    numb = case("perineum", quality=("numb",), intensity=0).drawing(atlas)
    with pytest.raises(DrawingError, match=r"^RED FLAG: emergency now\. Saddle numbness: .*") as no:
        rank(numb, atlas)
    assert "nothing to rank: no pain is marked" in str(no.value)
    with pytest.raises(DrawingError, match=r"^nothing to rank"):
        rank(PainDrawing().with_answers({"pregnancy": "yes", "new_weakness": "no"}), atlas)


# --- Not asked is not no -----------------------------------------------------------------------


@pytest.mark.parametrize("name", FLAGS)
def test_what_was_not_asked_is_shown_as_not_asked(atlas: Atlas, name: str) -> None:
    """In the JSON, the table and the figure; its name is not among those answered no."""
    person = (CALLED[name][0] if name in CALLED else [case()])[0]
    shown = states(replace(person, no=(*person.no, "belly_ill")), atlas)
    state = shown[name] if name != "belly_ill" else states(person, atlas)[name]
    assert state.to_dict()["answer"] == "not_asked"
    assert not state.to_dict()["raised"]
    said = table([state], atlas)
    assert joined(state.flag.ask["en"]) in joined(said)
    assert f"[{name}]" in joined(said)
    assert "Answered no" not in said
    heading = "Also to ask, no alarm:" if not state.is_alarm else "Red flags not asked: 1."
    assert heading in said
    figure = Figure(figsize=(11.69, 8.27))
    add_red_flags(figure, [state], atlas.red_flags.words, PRINT, box=(0.025, 0.975, 0.975))
    assert ("Red flags not asked: 1 of 1. " in words(figure)) == state.is_alarm


def test_what_was_denied_is_one_short_line(atlas: Atlas) -> None:
    """Answered no: the names, and no question; when nothing is open that is said too."""
    shown = red_flags(case(no=(*CORE, "lasting_or_worse")).drawing(atlas), atlas)
    said = joined(table(shown, atlas))
    assert "Red flags: all 5 that apply were asked; none was answered yes. That rules" in said
    assert "Answered no: Bladder, bowel, sexual change or saddle numbness; New or" in said
    assert "?" not in said


@pytest.mark.parametrize("language", ["en", "de", "fr", "es"])
def test_nothing_open_is_said_at_a_glance(atlas: Atlas, language: str) -> None:
    """All asked: how many, and how many yes; no line reads as if a question were open."""
    said = words_in(language)
    for person, phrase, number in (
        (case(no=tuple(CORE)), "flags_no", 0),
        (case(no=tuple(CORE[1:]), yes=(CORE[0],)), "flags_yes", 1),
    ):
        shown = states(person, atlas)
        assert not [state for state in shown.values() if state.is_open and state.is_alarm]
        figure = Figure(figsize=(11.69, 8.27))
        box = (0.025, 0.975, 0.975)
        add_red_flags(
            figure, [*shown.values()], atlas.red_flags.words, PRINT, box=box, language=language
        )
        whole = sum(state.is_alarm for state in shown.values())
        line = said.say(phrase, number=number, whole=whole)
        assert line in joined(words(figure))
        assert atlas.red_flags.words.not_asked[language] not in words(figure)
        if language == "en":
            assert line in joined(table(shown.values(), atlas))


def test_what_is_pointed_to_and_was_not_asked_is_not_called_asked(atlas: Atlas) -> None:
    """A raised flag without an answer is not open, but nobody has asked it."""
    numb = case("perineum", quality=("numb",), intensity=0)
    called = [name for name in states(numb, atlas) if name != "saddle_numbness"]
    shown = states(replace(numb, no=tuple(called)), atlas)
    pointed = [s for s in shown.values() if s.raised and s.is_alarm and s.answer == "not_asked"]
    alarms = [state for state in shown.values() if state.is_alarm]
    assert pointed
    assert not [state for state in alarms if state.is_open]
    asked = f"Red flags: {len(alarms) - len(pointed)} of {len(alarms)} that apply were asked; what"
    assert asked in joined(table(shown.values(), atlas))


def test_an_answer_of_not_asked_is_no_answer(atlas: Atlas) -> None:
    """Written down as not asked, a flag is open; one that nothing calls for is not brought up."""
    drawing = (
        case()
        .drawing(atlas)
        .with_answers({"new_weakness": "not_asked", "testicle_pain": "not_asked"})
    )
    shown = {state.flag.id: state for state in red_flags(drawing, atlas)}
    assert shown["new_weakness"].is_open
    assert "testicle_pain" not in shown


def test_the_page_always_has_its_line(atlas: Atlas) -> None:
    """A whole page counts what was not asked before its heading, or frames what is raised."""
    drawing = example("quadratus_lumborum_deep_upper")
    plain = plot_ranking(rank(drawing, atlas), drawing, top=1)
    assert words(plain).startswith("Red flags not asked: 5 of 5. Not asked is not")
    check_legible(plain)
    asked = drawing.with_answers({"bladder_bowel_saddle": "yes"})
    alarm = plot_ranking(rank(asked, atlas), asked, top=2)
    assert words(alarm).startswith("RED FLAG: emergency now\n")
    assert "Red flags not asked: 4 of 5." in words(alarm)
    assert "red-flags" in by_gid(alarm)
    check_legible(alarm)


def test_many_raised_flags_leave_room_on_the_page(atlas: Atlas) -> None:
    """Three emergencies are told with what to do, the others by name; all of it is legible."""
    drawing = example("gluteus_minimus_posterior").with_answers(dict.fromkeys(FLAGS, "yes"))
    figure = plot_ranking(rank(drawing, atlas), drawing, top=2)
    check_legible(figure)
    said = words(figure).replace("\n", " ")
    assert "Also: New bowel trouble (emergency); New sexual change (emergency); " in said
    assert (
        "Red flags: all 33 that apply were asked; answered yes: 33. That rules nothing out." in said
    )


def test_an_atlas_without_flags_says_so(world: Atlas) -> None:
    """The hand-drawn world has no flags: the table and the page say that nothing was asked."""
    drawing = PainDrawing.from_regions(world.body, ["left:upper"])
    assert rank(drawing, world).to_dict()["red_flags"] == []
    assert table([], world).strip() == NO_FLAGS
    figure = Figure()
    add_red_flags(figure, (), None, PRINT, box=(0.05, 0.95, 0.95))
    assert words(figure).replace("\n", " ") == NO_FLAGS
    assert hand_drawn_atlas(*three_patterns()).red_flags.words is None


# --- Answers -----------------------------------------------------------------------------------


def test_unknown_answers_are_noted(atlas: Atlas) -> None:
    """An id that is neither flag nor clue is not used, and the result says so and offers one."""
    given = {"sadle_numbness": "yes", "worse_sitting": "yes", "a\x1b[31m\nb": "no"}
    drawing = case().drawing(atlas).with_answers(given)
    notes = rank(drawing, atlas).to_dict()["drawing"]["notes"]
    assert len(notes) == 2
    assert "'sadle_numbness' (yes) is no red flag and no clue" in notes[0]
    assert "did you mean 'saddle_numbness'?" in notes[0]
    assert notes[1].isprintable()
    many = case().drawing(atlas).with_answers({f"question_{n}": "no" for n in range(500)})
    assert len(unknown_answers(many, atlas)) == 9
    assert unknown_answers(many, atlas)[-1].startswith("492 more answers are ")


@pytest.mark.parametrize(
    ("text", "found"),
    [("a=yes", "yes"), ("a=no", "no"), (" a = NO ", "no"), ("a=not_asked", "not_asked")],
)
def test_answers_are_read(text: str, found: str) -> None:
    """ID=yes or ID=no, with blanks and capitals forgiven; the later of two counts."""
    assert read_answers([text], ["a", "b"], "clue") == {"a": found}
    assert read_answers(["a=yes", "b=no", "a=no"], ["a", "b"], "clue") == {"a": "no", "b": "no"}


@pytest.mark.parametrize("text", ["a", "a=", "a=maybe", "=yes", "a:yes", ""])
def test_an_answer_of_another_form_is_refused(text: str) -> None:
    """An id alone is no yes."""
    with pytest.raises((DrawingError, UnknownNameError)):
        read_answers([text], ["a"], "clue")


@pytest.fixture
def run(atlas: Atlas, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Return a way to run ``hippain rank`` on an example in this process."""
    monkeypatch.setattr(cli, "load_atlas", lambda *_: atlas)

    def call(stem: str, *arguments: str) -> Result:
        path = str(EXAMPLES / f"{stem}.geojson")
        return CliRunner().invoke(cli.main, ["rank", path, *arguments])

    return call


def test_the_command_asks_before_it_ranks(run: Callable[..., Result]) -> None:
    """The open questions stand above the first candidate, with the ids to answer them by."""
    said = run("piriformis").stdout
    assert said.startswith('Red flags not asked: 5. Not asked is not "no". Ask these before')
    assert said.index("[past_cancer_or_weight_loss]") < said.index("1  Piriformis")


def test_the_command_takes_answers(run: Callable[..., Result]) -> None:
    """--answer raises a flag above the ranking; a no takes its question away."""
    result = run("piriformis", "--answer", "new_weakness=yes", "--answer", "injury_or_no_weight=no")
    assert result.exit_code == 0
    said = joined(result.stdout)
    assert said.startswith("RED FLAG: to be seen today New or worsening weakness (answered yes).")
    assert said.index("This goes first.") < said.index("1 Piriformis")
    assert "Answered no: Fall, injury or no weight possible." in said
    assert "[injury_or_no_weight]" not in said


def test_an_answer_replaces_that_of_the_drawing(run: Callable[..., Result], tmp_path: Path) -> None:
    """What is typed counts before what the file says; both are in the result."""
    path = tmp_path / "answered.geojson"
    example("piriformis").with_answers({"new_weakness": "yes", "worse_sitting": "yes"}).write(path)
    result = CliRunner().invoke(cli.main, ["rank", str(path), "--answer", "new_weakness=no"])
    said = joined(result.stdout)
    assert "Answered no: New or worsening weakness." in said
    assert "answered yes" not in said


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        ("new_weaknes=yes", "did you mean 'new_weakness'?"),
        ("worse_siting=no", "did you mean 'worse_sitting'?"),
        ("new_weakness", "write ID=yes or ID=no"),
        ("new_weakness=perhaps", "write ID=yes or ID=no"),
    ],
)
def test_an_unusable_answer_is_refused(run: Callable[..., Result], answer: str, fault: str) -> None:
    """Status 2, one line that says what was meant, and no table."""
    result = run("piriformis", "--answer", answer)
    assert result.exit_code == 2
    assert fault in result.output
    assert len(result.output.splitlines()) == 1


@pytest.mark.parametrize("width", [60, 80, 120])
def test_the_table_fits_any_terminal(atlas: Atlas, width: int) -> None:
    """No line is wider than the terminal, and no word of a question or an action is lost."""
    everything = red_flags(case("thigh", "groin", yes=tuple(FLAGS[:9])).drawing(atlas), atlas)
    said = table(everything, atlas, width)
    assert max(map(len, said.splitlines())) <= width
    for state in everything:
        text = state.flag.action["en"] if state.raised else state.flag.ask["en"]
        assert joined(text) in joined(
            re.sub(r"\n(emergency|today|within days|routine) ", " ", said)
        )


# --- What is written in the file ---------------------------------------------------------------


@pytest.mark.parametrize("name", FLAGS)
def test_a_flag_is_written_in_four_languages(name: str, atlas: Atlas) -> None:
    """Name, question and action in English, German, French and Spanish; one question each."""
    flag = atlas.red_flags[name]
    for texts in (flag.name, flag.ask, flag.action):
        assert set(texts) == {"en", "de", "fr", "es"}
        assert len(set(texts.values())) > 1
    for language, ask in flag.ask.items():
        assert ask.endswith("?"), language
        assert ask.count("?") == 1
    assert ("¿" in flag.ask["es"]) or flag.ask["es"].startswith("¿")
    assert flag.means.endswith(".")
    assert all(action.endswith(".") for action in flag.action.values())
    assert flag.evidence.confidence == "general knowledge" or flag.evidence.citations


def _texts(data: object) -> list[str]:
    if isinstance(data, Mapping):
        return [text for value in data.values() for text in _texts(value)]
    if isinstance(data, list):
        return [text for value in data for text in _texts(value)]
    return [data] if isinstance(data, str) else []


def test_no_text_asks_for_what_may_harm() -> None:
    """Nobody is asked to hop or jump: it can complete a stress fracture of the femur."""
    harmful = re.compile(
        r"\bhop(s|ping|ped)?\b|\bjump|hüpf|\bspringen|\bhops|\bsaut(er|ez|iller)|\bsalt(ar|e|o)\b"
        r"|\bbrinc|cloche-pied|pata coja"
    )
    texts = _texts(DATA)
    assert len(texts) > 500
    assert [text for text in texts if harmful.search(text.lower())] == []
    assert harmful.search("please hop on this leg")


def test_the_file_says_what_it_is_worth(atlas: Atlas) -> None:
    """Nobody has reviewed it, and its head says that it and its translations are not validated."""
    assert atlas.red_flags.reviewed_by == ()
    text = (resource_dir("patterns") / "red_flags.yaml").read_text(encoding="utf-8")
    opening = " ".join(line.lstrip("# ") for line in text.splitlines() if line.startswith("#"))
    assert "translations are by the project and not clinically validated" in opening
    assert "it never rules anything out" in opening
    assert repr(atlas.red_flags) == f"<RedFlags: {len(FLAGS)}, 5 of them core>"


WRONG = {
    "an unknown group": ("drawn: [calf, popliteal]", "drawn: [calff]", "did you mean 'calf'?"),
    "an unknown answer": (
        "any_yes: [limp]",
        "any_yes: [limpp]",
        "no red flag or clue 'limpp'; did",
    ),
    "an unknown shared condition": ("- both_legs", "- both_leg", "did you mean 'both_legs'?"),
    "an unknown citation": ("citations: [S-avn]", "citations: [S-avm]", "did you mean 'S-avn'?"),
    "an unknown urgency": ("urgency: urgent", "urgency: urgend", "did you mean 'urgent'?"),
    "an unknown quality": ("quality: [numb]", "quality: [num]", "did you mean 'numb'?"),
    "a clue's id": ("  lasting_or_worse:\n", "  weakness:\n", "'weakness' is a clue already"),
    "no English": ("    action:\n      en: ", "    action:\n      la: ", "(en) are missing"),
    "nobody asks": ("    core: true\n", "    core: false\n", "nobody ever asks it"),
    "how without where": ("any_yes: [limp]", "any_yes: [limp], share: 0.5", "name places (drawn)"),
    "a condition of nothing": (", any_yes: [limp]", "", "a condition needs places"),
    "a wrong field": ("both_sides: true", "both_side: true", "did you mean 'both_sides'?"),
    "an urgency without words": (
        "    routine: {en: routine,",
        "    rutine: {en: routine,",
        "if_yes",
    ),
}


@pytest.mark.parametrize("fault", WRONG)
def test_a_faulty_file_is_refused(atlas: Atlas, tmp_path: Path, fault: str) -> None:
    """The message names file and line, what was given and what was probably meant."""
    old, new, said = WRONG[fault]
    text = (resource_dir("patterns") / "red_flags.yaml").read_text(encoding="utf-8")
    if fault == "nobody asks":
        start = text.index("  fever_or_infection_risk:")
        text = text[:start] + text[start:].replace(old, new, 1)
    else:
        assert old in text
        text = text.replace(old, new, 1)
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "red_flags.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(DataError) as caught:
        load_red_flags(folder, atlas.body, atlas.clues, atlas.citations)
    assert said in str(caught.value)
    assert re.match(r"mine/red_flags\.yaml, line \d+, ", str(caught.value))


def test_a_pack_cannot_take_the_flags_away(atlas: Atlas, tmp_path: Path) -> None:
    """A pack with a red_flags file of its own is refused: it would replace all shipped ones."""
    text = (resource_dir("patterns") / "red_flags.yaml").read_text(encoding="utf-8")
    (tmp_path / "red_flags.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(
        DataError, match="a pack cannot bring red flags: they come before everything"
    ):
        load_atlas(tmp_path, body=atlas.body)
