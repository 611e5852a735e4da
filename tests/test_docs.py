"""The documentation says what is true: its code runs, and its commands exist."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(language: str) -> list[str]:
    """Return the README's fenced blocks in one language, in order."""
    return [text for name, text in BLOCK.findall(README) if name == language]


def marked_command(name: str) -> str:
    """Return the bash block that stands directly after the marker of that name."""
    found = re.findall(rf"^<!-- command: {name} -->\n```bash\n(.*?)^```$", README, re.M | re.S)
    assert len(found) == 1, f"the README has {len(found)} blocks marked '{name}'"
    return str(found[0]).strip()


def hippain_calls() -> list[str]:
    """Return every call of the command `hippain` in the README's bash blocks."""
    steps = [step for block in blocks("bash") for step in re.split(r"&&|\n", block)]
    calls = [re.sub(r"^\.venv/bin/", "", step.strip()) for step in steps]
    return [call for call in calls if call.startswith("hippain ")]


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """Return a folder with the examples in it, as a reader has it, that may be written to."""
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    return tmp_path


def run(command: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    """Run `command` in `folder`; the output is UTF-8 on every system."""
    return subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


@pytest.mark.parametrize("code", blocks("python"), ids=lambda code: code.splitlines()[-1][:40])
def test_python_blocks_run(code: str, clone: Path) -> None:
    """Each Python block of the README runs by itself, beside the examples, without a warning."""
    done = run([sys.executable, "-W", "error", "-c", code], clone)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("call", hippain_calls())
def test_hippain_calls_run(call: str, clone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each call of `hippain` in the README works as it is written."""
    from hippain_maps.cli import main

    monkeypatch.chdir(clone)
    # A process for each would import everything anew; the main command below is run as one.
    done = CliRunner().invoke(main, shlex.split(call)[1:])
    assert done.exit_code == 0, done.output
    assert done.stdout or "wrote " in done.stderr


def test_the_main_command_leaves_its_figure(clone: Path) -> None:
    """The README's main command makes its own environment and leaves ranking.png."""
    make, install, call = marked_command("main").split(" && ")
    assert make == "python3 -m venv .venv"
    assert install.startswith(".venv/bin/pip install ")
    assert shlex.split(call)[0] == ".venv/bin/hippain"
    done = run([sys.executable, "-m", "hippain_maps", *shlex.split(call)[1:]], clone)
    assert done.returncode == 0, done.stderr
    assert (clone / "ranking.png").read_bytes().startswith(b"\x89PNG")


def test_the_test_command_runs_everything() -> None:
    """The README's test command makes its own environment and runs all tests."""
    make, install, call = marked_command("test").split(" && ")
    assert make == "python3 -m venv .venv"
    assert install.startswith(".venv/bin/pip install ")
    assert "[dev]" in install
    assert call == ".venv/bin/pytest -q -n auto --dist worksteal"


def test_ci_runs_the_same_command() -> None:
    """CI takes the test command from the README, and beside it runs what that leaves out."""
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert 'command="$(readme_command test)"' in script
    assert 'bash -euo pipefail -c "$command"' in script
    assert re.findall(r"pytest.*", script) == ["pytest -q -n auto --dist worksteal -m slow"]
    for tool in ("ruff check", "ruff format --check", "mypy"):
        assert f"\n.venv/bin/{tool}\n" in script


@pytest.mark.slow
def test_the_worked_example_of_a_muscle_fits(tmp_path: Path) -> None:
    """The source file that CONTRIBUTING writes out is checked and drawn as it stands."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    ((name, source),) = re.findall(
        r"^<!-- source: (\w+) -->\n```yaml\n(.*?)^```$", text, re.M | re.S
    )
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / f"{name}.yaml").write_text(source, encoding="utf-8")
    calls = [
        line
        for block in re.findall(r"^```bash\n(.*?)^```$", text, re.M | re.S)
        for line in block.splitlines()
        if line.startswith("hippain ") and "mine" in line
    ]
    assert len(calls) == 3
    for call in calls:
        done = run([sys.executable, "-m", "hippain_maps", *shlex.split(call)[1:]], tmp_path)
        assert done.returncode == 0, done.stderr
        assert (tmp_path / shlex.split(call)[-1]).is_file()


def commands() -> Iterator[tuple[str, click.Command]]:
    """Yield every command of the command line with its full name, groups left out."""
    # Imported here, so that a broken command line fails its tests and not those of the README.
    from hippain_maps.cli import main

    def walk(command: click.Command, name: str) -> Iterator[tuple[str, click.Command]]:
        if isinstance(command, click.Group):
            context = click.Context(command)
            for key in command.list_commands(context):
                inner = command.get_command(context, key)
                assert inner is not None
                yield from walk(inner, f"{name} {key}")
        else:
            yield name, command

    return walk(main, "hippain")


def test_no_line_of_the_overview_is_cut() -> None:
    """What stands beside a command in the overview is a whole sentence in 80 columns."""
    for arguments in ([], ["visits"], ["cohort"]):
        done = run([sys.executable, "-m", "hippain_maps", *arguments, "--help"], ROOT)
        listed = done.stdout.partition("Commands:\n")[2].partition("\n\n")[0].splitlines()
        assert len(listed) > 3
        assert [line for line in listed if not line.endswith(".") or line.endswith("..")] == []


def test_every_command_ends_its_help_with_an_example() -> None:
    """The help of each command says what it does, and ends with a call of that command."""
    faults = []
    for name, command in commands():
        text = f"{command.help or ''}\n\n{command.epilog or ''}"
        paragraphs = re.split(r"\n\s*\n", text.strip())
        if len(paragraphs) < 2 or f"{name} " not in f"{paragraphs[-1]} ":
            faults.append(name)
    assert faults == []


def test_every_option_is_explained() -> None:
    """Each option of each command has a help text."""
    bare = [
        f"{name} {parameter.opts[0]}"
        for name, command in commands()
        for parameter in command.params
        if isinstance(parameter, click.Option) and not parameter.help
    ]
    assert bare == []


def test_every_command_is_in_the_readme() -> None:
    """The README mentions each command, under its full name."""
    missing = [name for name, _ in commands() if not re.search(rf"{name}(?![\w-])", README)]
    assert missing == []


def test_every_linked_file_exists() -> None:
    """Each link from one document to another file of the checkout leads somewhere."""
    broken = [
        f"{document.name}: {target}"
        for document in ROOT.glob("*.md")
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", document.read_text("utf-8"))
        if not (ROOT / target).exists()
    ]
    assert broken == []


def test_every_promise_of_security_has_its_test() -> None:
    """Each test that SECURITY.md names is there, and each line of its table names one."""
    root = Path(__file__).resolve().parents[1]
    text = (root / "SECURITY.md").read_text(encoding="utf-8")
    table = text.partition("| promise | test |")[2].partition("\n\n")[0].splitlines()[2:]
    assert table
    for line in table:
        named = re.findall(r"`(tests/\w+\.py)::(\w+)`", line)
        assert named, line
        for file, test in named:
            assert f"def {test}(" in (root / file).read_text(encoding="utf-8"), test
