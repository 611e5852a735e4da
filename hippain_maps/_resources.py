"""Where the shipped folders `body_regions` and `patterns` are.

They stand beside the package in a checkout, where people edit them, and inside it in a wheel.
"""

from __future__ import annotations

from pathlib import Path

from hippain_maps.errors import DataError

_PACKAGE = Path(__file__).resolve().parent


def resource_dir(name: str, *, package: Path = _PACKAGE) -> Path:
    """Return the shipped folder called `name`.

    Two places are tried: ``<package>/data/<name>`` (a wheel), then ``<package>/../<name>`` (a
    checkout). The second counts only beside a ``pyproject.toml``: without that test a folder
    called ``patterns`` which another project left in ``site-packages`` would be read as ours.

    Parameters
    ----------
    name : str
        ``"body_regions"`` or ``"patterns"``.
    package : Path, optional
        The folder of the installed package; by default this one.

    Raises
    ------
    DataError
        If the folder is in neither place; the message names both.

    Examples
    --------
    >>> resource_dir("patterns").name
    'patterns'
    """
    installed = package / "data" / name
    if installed.is_dir():
        return installed
    checkout = package.parent / name
    if checkout.is_dir() and (package.parent / "pyproject.toml").is_file():
        return checkout
    raise DataError(
        f"the shipped folder '{name}' is neither at {installed} (a wheel) nor at {checkout}"
        " beside a pyproject.toml (a checkout); install hippain-maps again"
    )
