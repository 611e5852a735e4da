"""The JSON Schemas of the YAML files: current, true, and of use while writing."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from click.testing import CliRunner

from hippain_maps._resources import resource_dir
from hippain_maps._yaml import read_yaml
from hippain_maps.atlas import Atlas
from hippain_maps.cli import main
from hippain_maps.errors import UnknownNameError
from hippain_maps.file_schemas import KINDS, file_schema, model_of, schema_text
from hippain_maps.packs import NOT_SOURCES

ROOT = Path(__file__).resolve().parents[1]
SCHEMAS = ROOT / "hippain_maps" / "schemas"
INSETS = ("plantar", "dorsal", "perineal")
FILES = [
    path
    for name in ("patterns", "body_regions")
    for path in sorted(resource_dir(name).rglob("*.yaml"))
]


def kind_of(path: Path) -> str:
    """Return the kind of a shipped file."""
    if path.stem in INSETS:
        return "inset"
    if path.parent.name == "other_maps":
        return "other_map"
    special = path.parent.name == "body_regions" or path.stem in NOT_SOURCES
    return path.stem if special else "source"


def faults(kind: str, data: Any) -> list[jsonschema.ValidationError]:
    """Return what the shipped schema of a kind says against some data."""
    schema = json.loads((SCHEMAS / f"{kind}.schema.json").read_text("utf-8"))
    return list(jsonschema.Draft202012Validator(schema).iter_errors(data))


@pytest.mark.parametrize("kind", KINDS)
def test_the_shipped_schema_is_current(kind: str, atlas: Atlas) -> None:
    """Each schema file is what the models say now; `hippain schema -o` writes them anew."""
    shipped = (SCHEMAS / f"{kind}.schema.json").read_text("utf-8")
    assert shipped == schema_text(file_schema(kind, atlas)), (
        "run: hippain schema -o hippain_maps/schemas"
    )
    jsonschema.Draft202012Validator.check_schema(json.loads(shipped))


def test_every_file_has_a_schema() -> None:
    """Each kind of shipped file has a schema, and no schema is left over."""
    assert {kind_of(path) for path in FILES} | {"pack"} == set(KINDS)
    assert {path.name.removesuffix(".schema.json") for path in SCHEMAS.iterdir()} == set(KINDS)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_shipped_files_fit_their_schemas(path: Path) -> None:
    """Every shipped file is fine by its schema."""
    assert faults(kind_of(path), read_yaml(path).data) == []


def test_the_schema_finds_slips() -> None:
    """A misspelt field, region or kind is found by the schema; a clue of one's own is not."""
    data = read_yaml(resource_dir("patterns") / "piriformis.yaml").data
    assert faults("source", data | {"kind": "musle"})
    assert faults("source", data | {"sumary": "x"})
    point = data["trigger_points"][0]
    wrong = point | {"zones": {"essential": ["grion"]}}
    assert faults("source", data | {"trigger_points": [wrong]})
    own = {"speaks_for": {"items": [{"clue": "my_own"}], "confidence": "general knowledge"}}
    assert faults("source", data | {"clues": own}) == []


def test_shipped_files_name_their_schema() -> None:
    """The first line of each shipped file tells an editor where its schema is."""
    for path in FILES:
        first = path.read_text("utf-8").splitlines()[0]
        up = "../" * (len(path.relative_to(ROOT).parts) - 1)
        to = f"{up}hippain_maps/schemas/{kind_of(path)}.schema.json"
        assert first == f"# yaml-language-server: $schema={to}", path.name


def test_unknown_kinds_are_missed_politely() -> None:
    """A kind that does not exist is an error that offers the nearest."""
    with pytest.raises(UnknownNameError, match="did you mean 'source'"):
        model_of("sources")


def test_the_command_writes_schemas(tmp_path: Path) -> None:
    """`hippain schema` prints one, writes one, or writes all into a folder."""
    run = CliRunner().invoke
    assert json.loads(run(main, ["schema", "sets"]).stdout)["title"] == "hippain_maps: sets"
    assert run(main, ["schema", "sets", "-o", str(tmp_path / "a.json")]).exit_code == 0
    assert json.loads((tmp_path / "a.json").read_text())["title"] == "hippain_maps: sets"
    assert run(main, ["schema"]).exit_code == 2
    for folder in (tmp_path, tmp_path / "new" / "folder"):
        assert run(main, ["schema", "-o", str(folder)]).exit_code == 0
        assert len(list(folder.glob("*.schema.json"))) == len(KINDS)
    refused = run(main, ["schema", "-o", str(tmp_path / "a.json" / "folder")])
    assert refused.exit_code == 2
    assert refused.stderr.startswith("hippain: cannot make the folder ")


def test_the_help_names_every_kind() -> None:
    """The usage line is short; the kinds are listed whole in the help."""
    shown = CliRunner().invoke(main, ["schema", "--help"]).stdout
    assert shown.splitlines()[0].endswith("schema [OPTIONS] [KIND]")
    words = set(re.findall(r"\w+", shown))
    assert set(KINDS) <= words
