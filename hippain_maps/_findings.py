"""Problems gathered while files are read, so that one reading tells them all."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from hippain_maps.errors import DataError, did_you_mean

if TYPE_CHECKING:
    # Where nothing is read, the reader is not loaded.
    from hippain_maps._yaml import FieldPath, YamlFile


class Findings(list[DataError]):
    """Every problem found so far, in the order in which they were met."""

    @contextmanager
    def gathered(self) -> Iterator[None]:
        """Keep what is raised inside, and go on behind it."""
        try:
            yield
        except DataError as error:
            self += error.problems

    def stop(self, *notes: str) -> None:
        """Raise everything that was found, as one error, if there is anything.

        It is told file by file as they were met, and in each from its first line to its last; what
        has no line comes last. The notes say what was not looked at because of it.
        """
        if not self:
            return
        files = list(dict.fromkeys(problem.file for problem in self))
        self.sort(key=lambda one: (files.index(one.file), one.line is None, one.line or 0))
        raise DataError.of(self, *notes)


@dataclass(frozen=True, slots=True)
class Proof:
    """A file whose form is right, and the problems met in what it says."""

    file: YamlFile
    found: Findings = field(default_factory=Findings)

    def problem(self, message: str, at: FieldPath = ()) -> None:
        """Note a problem at a field, and go on reading."""
        self.found.append(self.file.error(message, at))

    def check_citations(self, known: Collection[str]) -> None:
        """Note every citation that no bibliography lists, where it stands."""
        for place, key in self.texts():
            if place[-2:-1] == ("citations",) and key not in known:
                near = did_you_mean(key, known)
                self.problem(f"the citation '{key}' is not in bibliography.yaml{near}", place)

    def keys(self, field: str) -> list[str]:
        """Return the keys of a mapping in the file, whether or not the form is right."""
        entries = self.file.data.get(field) if isinstance(self.file.data, dict) else None
        return list(entries) if isinstance(entries, dict) else []

    def untold_texts(self) -> list[tuple[FieldPath, str]]:
        """Return the texts whose fields have no problem so far, so that none is told twice."""
        told = {problem.field for problem in self.found}
        return [(at, text) for at, text in self.texts() if ".".join(map(str, at)) not in told]

    def texts(self) -> Iterator[tuple[FieldPath, str]]:
        """Yield every text in the file with its place, whether or not the form is right."""
        yield from _texts(self.file.data, ())


def _texts(data: Any, here: FieldPath) -> Iterator[tuple[FieldPath, str]]:
    if not isinstance(data, dict | list):
        # A file may hold a single number, or a word.
        return
    inner = data.items() if isinstance(data, dict) else enumerate(data)
    for name, value in inner:
        if isinstance(value, str):
            yield (*here, name), value
        else:
            yield from _texts(value, (*here, name))
