"""Reading YAML strictly, and saying where it is wrong."""

from __future__ import annotations

import subprocess
import sys
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, Field, field_validator

from hippain_maps import _yaml
from hippain_maps._limits import MAX_YAML_BYTES, MAX_YAML_DEPTH
from hippain_maps._yaml import YamlFile, parse_yaml, read_yaml, yaml_text
from hippain_maps._yaml_fields import validate
from hippain_maps.errors import DataError

PSOAS = """\
id: psoas
side: left
trigger_points:
  - name: upper
    weight: 0.5
  - name: distal
    weight: 1
"""


@pytest.fixture(params=["python", "fastest"])
def _either_parser(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run a test with the parser written in Python, and with libyaml where there is one."""
    if request.param == "python":
        monkeypatch.setattr(_yaml, "_LOADER", yaml.SafeLoader)


either_parser = pytest.mark.usefixtures("_either_parser")


def parse(text: str) -> YamlFile:
    """Return `text` parsed under the label that the expected messages carry."""
    return parse_yaml(text, label="patterns/psoas.yaml")


def refusal(text: str) -> DataError:
    """Return the error with which `text` is refused."""
    with pytest.raises(DataError) as caught:
        parse(text)
    return caught.value


@either_parser
class TestValues:
    """What a scalar means."""

    @pytest.mark.parametrize(
        ("text", "value"),
        [
            ("no", "no"),
            ("off", "off"),
            ("yes", "yes"),
            ("Y", "Y"),
            ("true", True),
            ("False", False),
            ("null", None),
            ("~", None),
            ("", None),
            ("12", 12),
            ("-7", -7),
            ("012", 12),
            ("0x1F", 31),
            ("0o17", 15),
            ("1.5", 1.5),
            ("-.5", -0.5),
            ("1e3", 1000.0),
            ("4:30", "4:30"),
            ("2026-11-22", "2026-11-22"),
            ("1_000", "1_000"),
            ("L5", "L5"),
            ("'12'", "12"),
            ('"true"', "true"),
            ("|\n  two\n  lines\n", "two\nlines\n"),
            (">\n  one\n  line\n", "one line\n"),
        ],
    )
    def test_scalars_follow_the_core_schema(self, text: str, value: Any) -> None:
        """A scalar means what YAML 1.2 says, type included, quoted or not."""
        read = parse(f"field: {text}").data["field"]
        assert read == value
        assert type(read) is type(value)

    def test_keys_are_text_as_written(self) -> None:
        """A key is the text a person wrote, whatever it would mean as a value."""
        assert parse("{81.4: a, no: b, true: c, 'x': d}").data == {
            "81.4": "a",
            "no": "b",
            "true": "c",
            "x": "d",
        }

    def test_collections_nest(self) -> None:
        """Lists and mappings, block and flow, come out as plain Python."""
        data = parse("a:\n  - [1, {b: 2}]\n  - - 3\n    - {}\n  - []\n").data
        assert data == {"a": [[1, {"b": 2}], [3, {}], []]}

    @pytest.mark.parametrize("text", ["", "# only a comment\n", "\n\n"])
    def test_an_empty_file_is_refused(self, text: str) -> None:
        """A file with nothing in it is a mistake, not an empty mapping."""
        assert str(refusal(text)).startswith("patterns/psoas.yaml: the file is empty")


@either_parser
class TestRefusals:
    """What is not plain data, with the line it stands on."""

    @pytest.mark.parametrize(
        ("text", "line", "field", "words"),
        [
            ("a: 1\nb: 2\na: 3", 3, "a", "the key is given twice, first on line 1; keep one"),
            ("z: 1\na:\n  b: 1\n  b: 2", 4, "a.b", "twice, first on line 3"),
            ("[{a: 1, 'a': 2}]", 1, "0.a", "twice"),
            ("a: &x 1", 1, "a", "anchors (&name) and aliases (*name) are not accepted"),
            ("a: 1\nb: *x", 2, "b", "anchors (&name) and aliases (*name) are not accepted"),
            ("&x a: 1", 1, None, "anchors (&name) and aliases (*name) are not accepted"),
            ("a:\n  b: !!python/name:os.system x", 2, "a.b", "tags (tag:yaml.org,2002:python/name"),
            ("a: !!str 1", 1, "a", "quote a value to keep it text"),
            ("? [a, b]\n: 1", 1, None, "a list cannot be a key; a key is one line of text"),
            ("? {a: b}\n: 1", 1, None, "a mapping cannot be a key"),
            ("a:\n  ?\n  : 1", 2, "a", "an empty value cannot be a key"),
            ("a: {'': 1}", 1, "a", "'' cannot be a key"),
            ('"a\\nb": 1', 1, None, r"'a\nb' cannot be a key; a key is one line of text"),
            ("a: [1, .nan]", 1, "a.1", "numbers must be finite; quote it if it is text"),
            ("a: -.inf", 1, "a", "numbers must be finite"),
            ("a: 1e999", 1, "a", "numbers must be finite"),
            (f"a: {'9' * 5000}", 1, "a", "numbers have at most 18 digits"),
            ("a: 1\n---\nb: 2", 3, None, "a second document starts here; keep one in a file"),
            ("a: 1\nb: bell\a", 2, None, r"unprintable character '\x07'; remove it"),
            ('a: 1\nb: "\\e[31m"', 2, "b", r"unprintable character '\x1b'; remove the escape"),
        ],
    )
    def test_the_message_says_where_and_what(
        self, text: str, line: int, field: str | None, words: str
    ) -> None:
        """Each kind of refused YAML names its line, its field and what is accepted."""
        error = refusal(text)
        assert words in error.message
        assert (error.file, error.line, error.field) == ("patterns/psoas.yaml", line, field)

    @pytest.mark.parametrize(
        ("text", "line"),
        [("a: [1\nb: 2", 2), ("a: 1\n\t- b", 2), ("x: 1\na: b: c", 2), ("a: 'open", 1), ("@", 1)],
    )
    def test_broken_syntax_names_the_line(self, text: str, line: int) -> None:
        """What is not YAML at all is refused in one line of words, with the line number."""
        error = refusal(text)
        assert error.line == line
        assert error.message.startswith("this is not YAML: ")
        assert "\n" not in str(error)

    def test_a_lone_surrogate_is_refused(self) -> None:
        """Text that cannot be written as UTF-8 is not text."""
        assert refusal('a: 1\nb: "\\ud800"').line == 2

    @pytest.mark.parametrize("opening", ["[", "{a: ", "- "])
    def test_deep_nesting_is_refused(self, opening: str) -> None:
        """Nesting stops at the cap, long before the interpreter's own limit."""
        error = refusal(opening * 50_000)
        assert f"nested deeper than {MAX_YAML_DEPTH} levels" in error.message

    def test_nesting_up_to_the_cap_is_read(self) -> None:
        """The cap itself is allowed."""
        assert parse("[" * MAX_YAML_DEPTH + "]" * MAX_YAML_DEPTH).data


class TestLines:
    """Where the fields of a file stand."""

    def test_every_field_has_its_line(self) -> None:
        """A field of a mapping stands where its key does, an item where it starts."""
        file = parse(PSOAS)
        assert file.line(()) == 1
        assert file.line(("trigger_points",)) == 3
        assert file.line(("trigger_points", 1)) == 6
        assert file.line(("trigger_points", 1, "weight")) == 7

    def test_a_missing_field_stands_with_its_nearest_ancestor(self) -> None:
        """The line of what is not there is the line of what should hold it."""
        file = parse(PSOAS)
        assert file.line(("trigger_points", 1, "zones", 0)) == 6
        assert file.line(("trigger_points", 9)) == 3
        assert file.line(("clues",)) == 1

    def test_data_built_by_hand_has_no_lines(self) -> None:
        """A file that was not parsed still makes errors, without a line."""
        file = YamlFile({"id": "psoas"}, "a pack")
        assert file.line(("id",)) is None
        assert str(file.error("no good", ("id",))) == "a pack, id: no good"


class TestReading:
    """From a path to data."""

    def test_the_label_is_folder_and_name(self, tmp_path: Path) -> None:
        """A file is named by its folder and name, with a slash on every system."""
        path = tmp_path / "patterns" / "psoas.yaml"
        path.parent.mkdir()
        path.write_text(PSOAS, encoding="utf-8")
        file = read_yaml(path)
        assert file.label == "patterns/psoas.yaml"
        assert file.data["id"] == "psoas"
        assert read_yaml(path, label="my pack").label == "my pack"

    def test_a_byte_order_mark_is_ignored(self, tmp_path: Path) -> None:
        """A file saved by an editor that marks UTF-8 reads like any other, line ends included."""
        path = tmp_path / "a.yaml"
        path.write_bytes(b"\xef\xbb\xbfname: gl\xc3\xbcteus\r\nweight: 1\r\n")
        file = read_yaml(path)
        assert file.data == {"name": "glüteus", "weight": 1}
        assert file.line(("weight",)) == 2

    def test_other_encodings_are_refused(self, tmp_path: Path) -> None:
        """A file that is not UTF-8 says so, with the line of the first wrong byte."""
        path = tmp_path / "a.yaml"
        path.write_bytes("a: 1\nname: glüteus\n".encode("latin-1"))
        with pytest.raises(DataError, match="line 2: the file is not UTF-8; save it as UTF-8"):
            read_yaml(path)

    def test_a_missing_file_is_named(self, tmp_path: Path) -> None:
        """The message about a missing file tells where it was looked for."""
        path = tmp_path / "psaos.yaml"
        with pytest.raises(DataError, match="there is no such file") as caught:
            read_yaml(path)
        assert str(path) in str(caught.value)

    def test_a_folder_is_refused(self, tmp_path: Path) -> None:
        """A folder where a file is wanted gets a sentence, not the system's error."""
        with pytest.raises(DataError, match="this is a folder; name a YAML file"):
            read_yaml(tmp_path)

    def test_an_unreadable_file_is_refused(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A file that may not be opened gets the system's reason, in one line."""

        def deny(*_: object) -> None:
            raise PermissionError(13, "Permission denied")

        monkeypatch.setattr(Path, "open", deny)
        with pytest.raises(DataError, match=r"a\.yaml: the file cannot be read: Permission denied"):
            read_yaml(tmp_path / "a.yaml")

    def test_a_file_over_the_cap_is_refused(self, tmp_path: Path) -> None:
        """Size is checked before anything is parsed; the cap itself is allowed."""
        path = tmp_path / "a.yaml"
        path.write_bytes(b"a: " + b"x" * (MAX_YAML_BYTES - 3))
        assert len(read_yaml(path).data["a"]) == MAX_YAML_BYTES - 3
        path.write_bytes(b"a: " + b"x" * (MAX_YAML_BYTES - 2))
        with pytest.raises(DataError, match=f"larger than {MAX_YAML_BYTES} bytes"):
            read_yaml(path)


class _QuotedText(yaml.SafeDumper):
    """Writes every text in quotes: its bare words follow YAML 1.1, where others are text."""


_QuotedText.add_representer(
    str, lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", text, style='"')
)


plain_text = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cn", "Co", "Zl", "Zp"]),
    max_size=12,
)
plain_data = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**18) + 1, 10**18 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | plain_text,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(plain_text.filter(bool), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(plain_data)
def test_what_pyyaml_writes_is_read_back(data: Any) -> None:
    """Any plain data survives a trip through PyYAML's writer and this reader."""
    text = yaml.dump(data, Dumper=_QuotedText, allow_unicode=True, sort_keys=False)
    assert parse(text).data == data


@given(st.text(max_size=60) | st.text("ab1: -[]{},?!&*'\"|>%@#\n\\", max_size=30))
def test_any_text_is_read_or_refused(text: str) -> None:
    """Whatever the text, the answer is data or a DataError of one line."""
    try:
        answer = parse(text).label
    except DataError as error:
        answer = str(error)
    assert len(answer.splitlines()) == 1


class Depth(Enum):
    SUPERFICIAL = "superficial"
    DEEP = "deep"


class Forbids(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Marked(Forbids):
    kind: Literal["mark"]
    at: tuple[float, float]


class Named(Forbids):
    kind: Literal["name"]
    words: str


class TriggerPoint(Forbids):
    name: str
    weight: float = Field(default=1.0, ge=0, le=1)
    places: tuple[Annotated[Marked | Named, Field(discriminator="kind")], ...] = ()


class Weighted(Forbids):
    region: str
    weight: float


class Source(Forbids):
    id: str
    side: Literal["left", "right"] = "left"
    depth: Depth = Depth.DEEP
    levels: dict[float, tuple[float, ...]] = {}
    zone: tuple[str | Weighted, ...] = ()
    trigger_points: tuple[TriggerPoint, ...] = Field(min_length=1)
    reviewed_by: list[str] | None = None
    is_muscle: bool = True

    @field_validator("id")
    @classmethod
    def _one_word(cls, value: str) -> str:
        if " " in value:
            raise ValueError(f"'{value}' has a space; ids are lower snake case")
        return value


def problem(text: str) -> DataError:
    """Return the error with which `text` fails to be a source."""
    with pytest.raises(DataError) as caught:
        validate(Source, parse(text))
    return caught.value


class TestValidation:
    """From data to a model, or to errors that a person can act on."""

    def test_valid_data_becomes_the_model(self) -> None:
        """Lists fill tuples, words fill enumerations, keys and whole numbers fill floats."""
        source = validate(Source, parse(PSOAS + "depth: deep\nlevels: {81.4: [-25, 25.5]}\n"))
        assert source.depth is Depth.DEEP
        assert source.levels == {81.4: (-25.0, 25.5)}
        assert source.trigger_points[1] == TriggerPoint(name="distal", weight=1.0)

    @pytest.mark.parametrize(
        ("change", "line", "field", "message"),
        [
            (("side: left", "sied: left"), 2, "sied", "unknown field; did you mean 'side'?"),
            (
                ("    weight: 1\n", "    wieght: 1\n"),
                7,
                "trigger_points.1.wieght",
                "unknown field; did you mean 'weight'? (accepted: name, places, weight)",
            ),
            (
                ("side: left", "side: lift"),
                2,
                "side",
                "'lift' is not accepted; did you mean 'left'? (accepted: left, right)",
            ),
            (("side: left", "side: 3"), 2, "side", "3 is not accepted (accepted: left, right)"),
            (
                ("side: left", "depth: deap"),
                2,
                "depth",
                "'deap' is not accepted; did you mean 'deep'? (accepted: superficial, deep)",
            ),
            (("id: psoas\n", ""), 1, "id", "this field is missing; add it"),
            (
                ("  - name: distal\n    weight", "  - weight"),
                6,
                "trigger_points.1.name",
                "this field is missing; add it",
            ),
            (("id: psoas", "id: 12"), 1, "id", "12 is not text; quote it if it is text"),
            (("id: psoas", "id:"), 1, "id", "an empty value is not text"),
            (("id: psoas", "id: [a]"), 1, "id", "a list is not text"),
            (
                ("weight: 0.5", "weight: '0.5'"),
                5,
                "trigger_points.0.weight",
                "'0.5' is not a number",
            ),
            (("weight: 0.5", "weight: true"), 5, "trigger_points.0.weight", "true is not a number"),
            (
                ("weight: 0.5", "weight: 2"),
                5,
                "trigger_points.0.weight",
                "2 is not accepted; it should be less than or equal to 1",
            ),
            (
                ("side: left", "is_muscle: no"),
                2,
                "is_muscle",
                "'no' is not true or false",
            ),
            (
                ("id: psoas", "id: psoas major"),
                1,
                "id",
                "'psoas major' has a space; ids are lower snake case",
            ),
            (("side: left", "zone: groin"), 2, "zone", "'groin' is not a list"),
            (("side: left", "zone: [4]"), 2, "zone.0", "4 is not text or a mapping; quote it"),
            (
                ("side: left", "zone: [{region: groin, wait: 1}]"),
                2,
                "zone.0.wait",
                "unknown field; did you mean 'weight'? (accepted: region, weight)",
            ),
            (
                ("side: left", "levels: {high: [1]}"),
                2,
                "levels.high",
                "'high' is not accepted; it should be a valid number",
            ),
            (
                ("weight: 0.5", "places: [{kind: mark, at: [1, 2, 3]}]"),
                5,
                "trigger_points.0.places.0.at",
                "a list is not accepted; tuple should have at most 2 items",
            ),
            (
                ("weight: 0.5", "places: [{kind: mark, at: [1, far]}]"),
                5,
                "trigger_points.0.places.0.at.1",
                "'far' is not a number",
            ),
            (
                ("weight: 0.5", "places: [{kind: nane}]"),
                5,
                "trigger_points.0.places.0.kind",
                "'nane' is not accepted; did you mean 'name'? (accepted: mark, name)",
            ),
            (
                ("weight: 0.5", "places: [{kind: name, wrods: here}]"),
                5,
                "trigger_points.0.places.0.wrods",
                "unknown field; did you mean 'words'? (accepted: at, kind, words)",
            ),
            (
                ("weight: 0.5", "places: [{at: [1, 2]}]"),
                5,
                "trigger_points.0.places.0.kind",
                "this field is missing; add it",
            ),
        ],
    )
    def test_the_message_says_where_and_what(
        self, change: tuple[str, str], line: int, field: str, message: str
    ) -> None:
        """Each kind of wrong field names its line, itself and what is accepted."""
        assert change[0] in PSOAS
        error = problem(PSOAS.replace(*change, 1))
        assert message in error.message
        assert (error.file, error.line, error.field) == ("patterns/psoas.yaml", line, field)
        assert "\n" not in str(error)

    def test_an_empty_list_is_told_what_it_lacks(self) -> None:
        """A rule without wording of ours keeps pydantic's."""
        error = problem("id: psoas\ntrigger_points: []")
        assert "should have at least 1 item" in error.message
        assert error.line == 2

    def test_a_file_that_is_no_mapping_is_refused(self) -> None:
        """A list at the top of a file is told that a mapping is wanted."""
        error = problem("- id: psoas")
        assert (error.message, error.line, error.field) == ("a list is not a mapping", 1, None)

    def test_all_problems_are_kept(self) -> None:
        """The first problem is the message, in the order of the file; the rest come with it."""
        error = problem(PSOAS.replace("weight: 1", "weight: 7").replace("left", "north"))
        assert str(error).endswith("(and 1 more)")
        assert error.field == "side"
        assert [other.field for other in error.others] == ["trigger_points.1.weight"]
        assert [other.line for other in error.others] == [7]

    def test_a_misspelt_field_is_one_problem(self) -> None:
        """That the field it should have been is missing goes without saying."""
        error = problem(PSOAS.replace("name: distal", "nmae: distal"))
        assert error.field == "trigger_points.1.nmae"
        assert "did you mean 'name'?" in error.message
        assert error.others == ()

    def test_long_values_are_shortened(self) -> None:
        """A message stays one readable line however long the value is."""
        error = problem(PSOAS.replace("side: left", f"is_muscle: {'long ' * 200}"))
        assert len(str(error)) < 200


def test_reading_does_not_import_pydantic() -> None:
    """Programs that read no pack do not wait for a validation library."""
    code = "import sys, hippain_maps._yaml; print('pydantic' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


SPACES = ["a", "word", "fills-a-line", " ", "  ", "\n", "\n ", "\t", "\r", "\x85", "\u2028"]
SIGNS = ["#", ": ", "- ", "'", '"', "\\", "|", ">", "%", "{", "]", ",", "null", "1e3", "0o7"]
words = st.sampled_from([*SPACES, *SIGNS])
texts = st.lists(words, max_size=40).map("".join)


@given(
    st.dictionaries(
        st.text(alphabet="abc_", min_size=1, max_size=4),
        texts | st.lists(texts, max_size=3) | st.integers(-99, 99) | st.booleans() | st.none(),
        max_size=3,
    )
)
@settings(deadline=None)
def test_what_is_written_is_read_as_the_same(data: dict[str, Any]) -> None:
    """No text is changed by being folded, however its spaces and line breaks fall."""
    assert parse_yaml(yaml_text(data), label="a pack").data == data
