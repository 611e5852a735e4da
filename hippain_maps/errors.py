"""The errors this package raises on purpose.

::

    HippainError
      DataError(HippainError, ValueError)      a YAML file is wrong: file, line, field
      UnknownNameError(HippainError, KeyError) no such source, region, group or view
      DrawingError(HippainError, ValueError)   a pain drawing cannot be used
      CohortError(HippainError, ValueError)    a file of many drawings cannot be used
      OutputError(HippainError, OSError)       a result cannot be written
      StoreError(HippainError, OSError)        the store of visits cannot be used
      PageError(HippainError, ValueError)      a page cannot be printed, or not be read from a photo

Every message says what was given, what is accepted and what to do, in one line.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return ``"; did you mean 'groin'?"``, or an empty string when nothing is near.

    Parameters
    ----------
    name : str
        What was given.
    known : iterable of str
        What is accepted.

    Examples
    --------
    >>> did_you_mean("grion", ["groin", "buttock"])
    "; did you mean 'groin'?"
    >>> did_you_mean("xyz", ["groin"])
    ''
    """
    near = nearest(name, known)
    return f"; did you mean '{near}'?" if near else ""


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Return which of some names was probably meant, None when nothing is near.

    Examples
    --------
    >>> nearest("grion", ["groin", "buttock"])
    'groin'
    """
    # What is accepted may come from a file: a name that would act on a terminal is not offered.
    accepted = sorted(filter(str.isprintable, known))
    # Imported where it is needed: most programs make no spelling mistake.
    import difflib

    near = difflib.get_close_matches(name.lower(), accepted, n=1, cutoff=0.6)
    return near[0] if near else None


def how_to_install(extra: str) -> str:
    """Return the command that installs what an extra of this package needs.

    It names the package and no folder: pip takes the one that is installed, so the command is right
    after an installation from a copy of the project too, and in any folder.

    Examples
    --------
    >>> how_to_install("scan")
    'pip install "hippain-maps[scan]"'
    """
    return f'pip install "hippain-maps[{extra}]"'


class HippainError(Exception):
    """Base of every error that this package raises on purpose."""


class DataError(HippainError, ValueError):
    """Raised when a file of the atlas is wrong.

    Parameters
    ----------
    message : str
        What was found, what is accepted, what to do.
    file : str, optional
        The file, as a person would name it (``patterns/psoas.yaml``).
    line : int, optional
        The line, counted from 1.
    field : str, optional
        The field, dotted (``trigger_points.0.zones``).
    others : tuple of DataError, optional
        What else is wrong, when one reading found several problems; the text says how many.
    notes : tuple of str, optional
        What was not looked at because of this, so that more may follow once it is mended.
    """

    def __init__(
        self,
        message: str,
        *,
        file: str | None = None,
        line: int | None = None,
        field: str | None = None,
        others: tuple[DataError, ...] = (),
        notes: tuple[str, ...] = (),
    ) -> None:
        self.message = message
        self.file = file
        self.line = line
        self.field = field
        self.others = others
        self.notes = notes
        where = [part for part in (file, f"line {line}" if line else None, field) if part]
        beside = "; ".join([*([f"and {len(others)} more"] if others else []), *notes])
        more = f" ({beside})" if beside else ""
        super().__init__(f"{', '.join(where)}: {message}{more}" if where else f"{message}{more}")

    @classmethod
    def of(cls, problems: Sequence[DataError], *notes: str) -> DataError:
        """Return several problems as one error: the first, with all others behind it."""
        first, *others = problems
        said = [*(note for problem in problems for note in problem.notes), *notes]
        return cls(
            first.message,
            file=first.file,
            line=first.line,
            field=first.field,
            others=tuple(others),
            notes=tuple(dict.fromkeys(said)),
        )

    @property
    def problems(self) -> tuple[DataError, ...]:
        """Every problem by itself, this one first."""
        alone = DataError(
            self.message, file=self.file, line=self.line, field=self.field, notes=self.notes
        )
        return (alone, *self.others)


class UnknownNameError(HippainError, KeyError):
    """Raised when a name is not in the atlas.

    Parameters
    ----------
    kind : str
        What the name should have been: ``"region"``, ``"source"``, ``"view"``.
    name : str
        The name that was given.
    known : iterable of str
        The accepted names, from which the nearest is offered.
    hint : str, optional
        Where the accepted names are listed.
    """

    def __init__(self, kind: str, name: str, known: Iterable[str], *, hint: str = "") -> None:
        self.kind = kind
        self.name = name
        tail = f" ({hint})" if hint else ""
        self.message = f"there is no {kind} named '{name}'{did_you_mean(name, known)}{tail}"
        super().__init__(self.message)

    def __reduce__(self) -> tuple[object, ...]:
        # Rebuilt from its message: the names it was compared with stay behind.
        return type(self).__new__, (type(self), *self.args), vars(self)

    def __str__(self) -> str:
        # KeyError would print the message in quotes.
        return self.message


class DrawingError(HippainError, ValueError):
    """Raised when a pain drawing cannot be used as it is.

    Parameters
    ----------
    message : str
        What was given, what is accepted, what to do.
    where : str, optional
        The place in the file, such as ``features[2]``.
    """

    def __init__(self, message: str, *, where: str | None = None) -> None:
        self.message = message
        self.where = where
        super().__init__(f"{where}: {message}" if where else message)


class CohortError(HippainError, ValueError):
    """Raised when a file of many drawings, or a table made from one, cannot be used."""


class OutputError(HippainError, OSError):
    """Raised when a result cannot be written where it was asked for."""


class StoreError(HippainError, OSError):
    """Raised when the store of visits cannot be opened, read or written, or refuses a change.

    Parameters
    ----------
    message : str
        What was given, what is accepted, what to do.
    kind : {"refused", "missing", "changed", "unavailable"}
        What was asked for cannot be done; what it names is not there; somebody else saved in
        between; or the file or the disk is at fault, and nothing that was asked.
    """

    def __init__(
        self,
        message: str,
        *,
        kind: Literal["refused", "missing", "changed", "unavailable"] = "refused",
    ) -> None:
        self.message = message
        self.kind = kind
        super().__init__(message)


class PageError(HippainError, ValueError):
    """Raised when there is no such page to print, or a photo of one cannot be read."""
