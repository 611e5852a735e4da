"""What `import hippain_maps` gives, and what it costs."""

from __future__ import annotations

import importlib
import importlib.metadata
import inspect
import json
import subprocess
import sys

import pytest

import hippain_maps

# The names that scripts of other people rely on.
PROMISED = {"PainDrawing", "load_atlas", "rank", "rank_many"}
HEAVY = ("click", "matplotlib", "pydantic", "rich")


def test_promised_names_are_public() -> None:
    """The names that the README and other people's scripts import are there."""
    assert set(hippain_maps.__all__) >= PROMISED


def test_all_is_what_is_public() -> None:
    """`__all__` names nothing twice, nothing that is missing, and leaves out nothing of ours."""
    names = hippain_maps.__all__
    assert len(names) == len(set(names))
    # Asked for first, because a name may be loaded only when it is used.
    for name in names:
        getattr(hippain_maps, name)
    ours = {
        name
        for name, value in vars(hippain_maps).items()
        if not name.startswith("_")
        and str(getattr(value, "__module__", "")).startswith(hippain_maps.__name__)
    }
    assert ours - set(names) == set()


def test_every_public_name_is_documented() -> None:
    """Each public class and function has a docstring of its own, and so have its methods."""
    bare = []
    for name in hippain_maps.__all__:
        thing = getattr(hippain_maps, name)
        if not (inspect.isclass(thing) or inspect.isroutine(thing)):
            continue
        members = vars(thing).items() if inspect.isclass(thing) else ()
        methods = [(f"{name}.{key}", m) for key, m in members if not key.startswith("_")]
        for label, item in [(name, thing), *methods]:
            function = getattr(item, "__func__", item)
            if (callable(function) or isinstance(item, property)) and not function.__doc__:
                bare.append(label)
    assert bare == []


def test_names_are_missed_politely() -> None:
    """A name that is not public is an AttributeError, as with any module."""
    with pytest.raises(AttributeError):
        hippain_maps.no_such_name  # noqa: B018 - reading it is the test


def test_the_version_is_that_of_the_installation() -> None:
    """The version is read from the installed metadata, so it is written down once."""
    assert hippain_maps.__version__ == importlib.metadata.version("hippain-maps")


def test_importing_is_light() -> None:
    """Importing the package loads no figure, validation, table or command line library."""
    code = (
        "import json, sys, hippain_maps\n"
        f"print(json.dumps([name for name in {HEAVY} if name in sys.modules]))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == []


def test_public_things_live_in_public_modules() -> None:
    """A public class or function can be imported from the module that it says it is from."""
    for name in hippain_maps.__all__:
        thing = getattr(hippain_maps, name)
        if inspect.isclass(thing) or inspect.isroutine(thing):
            home = importlib.import_module(thing.__module__)
            assert getattr(home, name) is thing
