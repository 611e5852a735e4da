"""What the code says of itself, as HTML: docstrings, and YAML with its comments."""

from __future__ import annotations

import html
import inspect
import re
from collections.abc import Iterator

from hippain_maps.site.figures import formula
from hippain_maps.site.markup import Html, join, tag

_INLINE = re.compile(r"``(?P<code>[^`]+)``|`(?P<name>[^`]+)`|\*(?P<strong>[^*\s][^*]*)\*(?!\w)")


def docstring(text: str) -> Html:
    """Return a docstring as HTML: paragraphs, headings, formulas.

    The first line, which stands in lists of modules, is left out.
    """
    lines = inspect.cleandoc(text).splitlines()[1:]
    return join(*_blocks("\n".join(lines).strip().split("\n\n")))


def _blocks(blocks: list[str]) -> Iterator[Html]:
    maths = False
    for block in blocks:
        lines = block.strip("\n").splitlines()
        if lines[0].strip() == ".. math::":
            maths = True
            lines = lines[1:]
        if maths and (not lines or lines[0].startswith(" ")):
            if lines:
                yield formulas(" ".join(line.strip() for line in lines))
            continue
        maths = False
        if len(lines) > 1 and set(lines[1]) == {"-"}:
            yield tag("h2", lines[0], id=lines[0].lower().replace(" ", "-"))
            lines = lines[2:]
        if lines:
            yield tag("p", inline(" ".join(lines)))


def formulas(latex: str) -> Html:
    """Return formulas that stand in one line of the source, a line each."""
    large = latex.replace(r"\frac", r"\dfrac")
    return tag(
        "div",
        *(tag("p", formula(part.strip(" ,"))) for part in large.split(r"\qquad")),
        class_="formulas",
    )


def inline(text: str) -> Html:
    """Return a line of a docstring with its code and emphasis.

    Examples
    --------
    >>> inline("the *core*, in ``a < b``")
    'the <em>core</em>, in <code>a &lt; b</code>'
    """

    def marked(found: re.Match[str]) -> str:
        if found["strong"]:
            return tag("em", Html(found["strong"]))
        return tag("code", Html(found["code"] or found["name"]))

    return Html(_INLINE.sub(marked, html.escape(text, quote=False)))


def constants(text: str) -> Html:
    """Return a YAML file whose comments are reasons: each reason, and the values below it."""
    parts = []
    for block in text.replace("\r\n", "\n").split("\n\n"):
        said: list[str] = []
        values: list[str] = []
        for line in block.splitlines():
            if line.startswith("# yaml-language-server:"):
                continue
            if line.startswith("#"):
                # A reason within a block opens a part of its own.
                if values:
                    parts.append(_constant(said, values))
                    said, values = [], []
                said.append(line.lstrip("# "))
            elif line.strip():
                values.append(line)
        if said or values:
            parts.append(_constant(said, values))
    return join(*parts)


def _constant(said: list[str], values: list[str]) -> Html:
    reason = tag("p", " ".join(said)) if said else None
    written = tag("pre", tag("code", "\n".join(values))) if values else None
    return tag("div", reason, written, class_="constant")
