"""HTML made of functions: every text is escaped, unless it is markup already."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from typing import TypeAlias

Attribute: TypeAlias = str | float | bool | None

_VOID = frozenset({"br", "hr", "img", "input", "link", "meta"})
_ADDRESS = re.compile(r"https?://[^\s\"'<>\\]+", re.ASCII)


class Html(str):
    """Text that is markup already, and is not escaped again."""

    __slots__ = ()


Child: TypeAlias = "str | Iterable[Child] | None"


def join(*children: Child, by: str = "") -> Html:
    """Return children side by side; what is not markup is escaped, None is left out.

    Examples
    --------
    >>> join("a < b", None, ["c", Html("<br>")])
    'a &lt; bc<br>'
    """
    return Html(html.escape(by).join(_parts(children)))


def _parts(children: Iterable[Child]) -> Iterable[str]:
    for child in children:
        if isinstance(child, Html):
            yield str(child)
        elif isinstance(child, str):
            yield html.escape(child)
        elif child is not None:
            yield from _parts(child)


def tag(name: str, /, *children: Child, **attributes: Attribute) -> Html:
    """Return an element.

    Parameters
    ----------
    name : str
        Of the element.
    *children : str, Html, None, or iterables of these
        Text is escaped.
    **attributes : str, number, bool or None
        An underscore at the end is dropped, every other one is a hyphen; False and None leave the
        attribute out.

    Examples
    --------
    >>> tag("a", "<psoas>", href="psoas.html", aria_label='"p"', class_="x", hidden=False)
    '<a href="psoas.html" aria-label="&quot;p&quot;" class="x">&lt;psoas&gt;</a>'
    """
    written = "".join(
        f" {key.rstrip('_').replace('_', '-')}"
        + ("" if value is True else f'="{html.escape(_said(value))}"')
        for key, value in attributes.items()
        if value is not None and value is not False
    )
    if name in _VOID:
        return Html(f"<{name}{written}>")
    return Html(f"<{name}{written}>{join(*children)}</{name}>")


def _said(value: Attribute) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def link_out(address: str | None, *children: Child) -> Html:
    """Return a link to a page of the web, or the text alone where the address is none.

    Examples
    --------
    >>> link_out("javascript:alert(1)", "x")
    'x'
    """
    if address is None or not _ADDRESS.fullmatch(address):
        return join(*children)
    return tag("a", *children, href=address, rel="noreferrer")
