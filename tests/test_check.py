"""``hippain check``: many faults are told at once, each once, where they stand, and counted."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from hippain_maps import cli, load_atlas
from hippain_maps._body_names import name_faults
from hippain_maps._resources import resource_dir
from hippain_maps._yaml import parse_yaml
from hippain_maps.atlas import read_atlas
from hippain_maps.body import load_body
from hippain_maps.errors import DataError
from hippain_maps.red_flags import load_red_flags

Edit = tuple[str, str, str]
"""A file, a regular expression, and what takes its place once."""


def changed(kind: str, folder: Path, *edits: Edit) -> Path:
    """Return a copy of a shipped folder, with changes."""
    copy = folder / kind
    shutil.copytree(resource_dir(kind), copy)
    for name, old, new in edits:
        path = copy / name
        text, times = re.subn(old, new, path.read_text("utf-8"), count=1, flags=re.M)
        assert times == 1, (name, old)
        path.write_text(text, "utf-8")
    return copy


def check(*arguments: object) -> Result:
    """Return what the command says."""
    return CliRunner().invoke(cli.main, ["check", *map(str, arguments)])


def places(error: DataError) -> list[tuple[str, str]]:
    """Return file and field of each problem, in the order in which they are told."""
    return [(str(one.file).rpartition("/")[2], str(one.field)) for one in error.problems]


FORM_AND_NAMES = (
    ("outline.yaml", r"front: \[82, 96\]", "front: [96, 82]"),
    ("sections.yaml", r"    levels: \[81\.4, 76,", "    leveles: [81.4, 76,"),
    ("free_borders.yaml", r"^(  gluteal_fold:\n +points: \[)\[", r"\1nowhere, ["),
    ("dorsal.yaml", r"^  great_toe:", "  graet_toe:"),
    ("groups.yaml", r"^(  hip_side: .*)greater_trochanter\]", r"\1greater_trochantr]"),
)


def test_faults_in_five_files_of_the_body_are_told_at_once(tmp_path: Path) -> None:
    """Form and names, file by file, each with its line; a note says what was not looked at."""
    folder = changed("body_regions", tmp_path, *FORM_AND_NAMES)
    with pytest.raises(DataError) as caught:
        load_body(folder)
    assert places(caught.value) == [
        ("outline.yaml", "trunk_begins.front"),
        ("sections.yaml", "limbs.thigh.leveles"),
        ("free_borders.yaml", "borders.gluteal_fold"),
        ("dorsal.yaml", "regions.graet_toe"),
        ("groups.yaml", "groups.hip_side.members.1"),
    ]
    assert all(problem.line for problem in caught.value.problems)
    assert "how borders and regions meet" in str(caught.value)


def test_the_command_prints_each_fault_of_a_body_and_counts_them(tmp_path: Path) -> None:
    """A copy of the folder is checked as a body; what follows from a fault is not told."""
    folder = changed("body_regions", tmp_path, *FORM_AND_NAMES)
    done = check(folder)
    assert done.exit_code == 2
    assert done.stderr == "hippain: 5 problems in 5 files\n"
    assert re.findall(rf"--> {folder}/(\w+)\.yaml:\d+, ", done.stdout) == [
        "outline",
        "sections",
        "free_borders",
        "dorsal",
        "groups",
    ]
    assert done.stdout.count("did you mean") == 3
    assert done.stdout.count("note: ") == done.stdout.count("more may follow") == 2


def test_faults_of_the_skin_are_told_together(tmp_path: Path) -> None:
    """Faces without a region, open borders of insets and what groups miss, in one reading."""
    folder = changed(
        "body_regions",
        tmp_path,
        ("regions.yaml", r"^  coccyx: .*\n", ""),
        ("free_borders.yaml", r"^landmarks:\n", "landmarks:\n  # moved\n"),
        ("plantar.yaml", r"^(  heel_front: +\{points: \[)\[[^]]*\], ", r"\1[5.5, 7.2], "),
        ("dorsal.yaml", r"^(  great_toe: \{at: )\[.*\]", r"\1[30, 30]"),
    )
    with pytest.raises(DataError) as caught:
        load_body(folder)
    said = [problem.message for problem in caught.value.problems]
    for words in (
        r"the face at \(254.* has no region",
        r"border 'heel_front' ends in the open",
        r"region 'great_toe' has its point \(30\.00, 30\.00\) in no face",
        r"'coccyx' is no region, no group",
        r"there is no region or group 'coccyx'",
    ):
        assert sum(bool(re.match(words, one)) for one in said) == 1, words
    # The face that the lost point leaves is told as well: it says where the point belongs.
    assert len(said) == 6


def test_every_border_that_ends_in_the_open_is_told(tmp_path: Path) -> None:
    """Not only the first; the faces between them are left for the next time."""
    folder = changed(
        "body_regions",
        tmp_path,
        ("sections.yaml", r"^(  back_level_t11: .*to: )[\w.]+", r"\g<1>200"),
        ("sections.yaml", r"^(  back_level_l1: .*to: )[\w.]+", r"\g<1>200"),
    )
    with pytest.raises(DataError) as caught:
        load_body(folder)
    assert places(caught.value) == [
        ("sections.yaml", "borders.back_level_t11"),
        ("sections.yaml", "borders.back_level_l1"),
    ]
    assert "faces are looked for once every border ends on another" in str(caught.value)


def test_a_file_that_cannot_be_read_hides_no_other_and_accuses_none(tmp_path: Path) -> None:
    """What the file might have named counts as known."""
    folder = changed(
        "body_regions",
        tmp_path,
        ("regions.yaml", r"\A", "regions: [\n"),
        ("hints.yaml", r"border: iliac_crest,", "border: iliac_cerst,"),
    )
    with pytest.raises(DataError) as caught:
        load_body(folder)
    assert places(caught.value) == [("regions.yaml", "None"), ("hints.yaml", "posterior.3.border")]


@pytest.mark.parametrize("text", ["5", "[]", "limbs: 3", "limbs: {leg: 2}\nborders: [x]", "a"])
def test_names_are_looked_for_in_whatever_is_written(text: str) -> None:
    """A file of any shape gives names or none; looking for them fails on nothing."""
    stems = ("sections", "free_borders", "regions", "groups", "hints", "dorsal")
    files = {stem: parse_yaml(text, label=stem) for stem in stems}
    assert [fault for fault in name_faults(files) if not isinstance(fault, DataError)] == []


def test_a_short_file_cannot_name_billions_of_regions(tmp_path: Path) -> None:
    """A grid of thousands of bands and columns, and groups in groups in groups, are refused."""
    many = ", ".join(f"k{n}: {{at: 1, name: n}}" for n in range(3000))
    rows = f"bands: {{{many}}}, columns: {{{many}}}"
    grid = f"patches:\n  - {{id: 'x_{{band}}_{{column}}', name: x, {rows}}}\n"
    chain = "".join(f"  g{n}: {{name: x, members: [g{n + 1}]}}\n" for n in range(1500))
    folder = changed(
        "body_regions",
        tmp_path,
        ("regions.yaml", r"^patches:\n", grid),
        ("groups.yaml", r"^groups:\n", f"groups:\n{chain}  g1500: {{name: x, members: [pubis]}}\n"),
    )
    with pytest.raises(DataError, match="there are more than 2000 regions") as caught:
        load_body(folder)
    said = [problem.message for problem in caught.value.problems]
    assert any("groups within groups are deeper than 32" in one for one in said)


def test_all_faults_of_the_red_flags_are_told_at_once(tmp_path: Path) -> None:
    """Form, regions, answers, shared conditions and citations, by line, each once."""
    folder = changed(
        "patterns",
        tmp_path,
        ("red_flags.yaml", r"drawn: \[calf, popliteal\]", "drawn: [calff, popliteal]"),
        ("red_flags.yaml", r"any_yes: \[limp\]", "any_yes: [limpp]"),
        ("red_flags.yaml", r"- both_legs", "- both_leg"),
        ("red_flags.yaml", r"citations: \[S-avn\]", "citations: [S-avm]"),
        ("red_flags.yaml", r"urgency: urgent", "urgency: urgend"),
    )
    atlas = load_atlas()
    with pytest.raises(DataError) as caught:
        load_red_flags(folder, atlas.body, atlas.clues, atlas.citations)
    problems = caught.value.problems
    assert len(problems) == 5
    lines = [problem.line or 0 for problem in problems]
    assert lines == sorted(lines)
    for meant in ("calf", "limp", "both_legs", "S-avn", "urgent"):
        assert sum(f"did you mean '{meant}'?" in one.message for one in problems) == 1, meant


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [("clues.yaml", "topic: ", "topci: "), ("bibliography.yaml", "    what: ", "    waht: ")],
)
def test_a_fault_in_a_list_of_names_is_told_alone(
    tmp_path: Path, name: str, old: str, new: str
) -> None:
    """A clue or citation with a wrong entry exists: the sources that use it are not at fault."""
    folder = changed("patterns", tmp_path, (name, old, new))
    with pytest.raises(DataError) as caught:
        read_atlas(load_body(), [folder])
    (problem,) = caught.value.problems
    assert f"did you mean '{old.strip()[:-1]}'?" in problem.message


def test_a_list_of_names_that_cannot_be_read_stops_with_a_note(tmp_path: Path) -> None:
    """Hundreds of unknown clues would say nothing; that more may follow is said."""
    folder = changed("patterns", tmp_path, ("clues.yaml", r"\A", "clues: [\n"))
    with pytest.raises(DataError, match=r"that use what clues\.yaml lists were not") as caught:
        read_atlas(load_body(), [folder])
    assert len(caught.value.problems) == 1


def test_the_bones_of_a_body_are_read_too(tmp_path: Path) -> None:
    """A body does without them, and only figures draw them; what is wrong with them is told."""
    folder = changed("body_regions", tmp_path, ("bones.yaml", r"^landmarks:", "landmark:"))
    done = check(folder)
    assert done.exit_code == 2
    assert f"--> {folder}/bones.yaml:" in done.stdout
    assert done.stderr == "hippain: 1 problem in 1 file\n"
    (folder / "bones.yaml").unlink()
    assert check(folder).stdout.startswith("atlas ")


def test_a_shipped_folder_is_checked_whole() -> None:
    """Neither of them is a pack; both are checked as ``check`` alone does."""
    alone = check().stdout
    assert check(resource_dir("patterns")).stdout == alone
    assert check(resource_dir("body_regions")).stdout == alone


def test_a_file_with_another_ending_is_not_passed_over(tmp_path: Path) -> None:
    """A pack with a .yml file would be read without it; the name is told, with others or alone."""
    for name in ("soleus.yml", "psoas.YAML", "piriformis.yaml.txt", "notes.txt"):
        (tmp_path / name).write_text("id: x\n", "utf-8")
    assert "end 'piriformis.yaml.txt' in .yaml" in check(tmp_path).stdout
    shutil.copy(resource_dir("patterns") / "soleus.yaml", tmp_path)
    done = check(tmp_path)
    assert done.exit_code == 2
    assert done.stdout.count("call it .yaml") == 3
    assert "notes.txt" not in done.stdout


def test_a_bracket_that_is_never_closed_is_shown_where_it_opens(tmp_path: Path) -> None:
    """The end of the file is where YAML notices, but not where one looks."""
    path = tmp_path / "mine.yaml"
    path.write_text("id: mine\nsynonyms: [a, b\n\n", "utf-8")
    done = check(path)
    assert f"--> {path}:2\n" in done.stdout
    assert "2 | synonyms: [a, b" in done.stdout


def test_a_file_that_holds_a_single_value_is_refused_in_words(tmp_path: Path) -> None:
    """A number or a word where fields are expected."""
    path = tmp_path / "mine.yaml"
    for text in ("5", "piriformis"):
        path.write_text(text, "utf-8")
        done = check(path)
        assert done.exit_code == 2
        assert "is not a mapping" in done.stdout


def test_a_file_of_another_kind_is_told_what_to_be_called(tmp_path: Path) -> None:
    """A list of citations that is called as a source is one problem, not one for each field."""
    shutil.copy(resource_dir("patterns") / "bibliography.yaml", tmp_path / "books.yaml")
    done = check(tmp_path)
    assert done.stderr == "hippain: 1 problem in 1 file\n"
    assert "call it bibliography.yaml" in done.stdout


def test_a_folder_with_the_name_of_a_file_is_refused_as_one(tmp_path: Path) -> None:
    """It is neither read nor passed over."""
    (tmp_path / "mine.yaml").mkdir()
    done = check(tmp_path)
    assert done.exit_code == 2
    assert "this is a folder; name a YAML file" in done.stdout


def test_tabs_are_told_by_their_name(tmp_path: Path) -> None:
    """YAML takes no tab for indentation, and few see one."""
    path = tmp_path / "mine.yaml"
    for text in ("id: mine\n\tname: x\n", "names:\n\tde: x\n"):
        path.write_text(text, "utf-8")
        assert "indent with spaces, not with tabs" in check(path).stdout
