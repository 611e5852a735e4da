"""The reference of the Python package, made from its docstrings by pdoc (extra ``docs``)."""

from __future__ import annotations

import html
import pkgutil
import re
import tempfile
import warnings
from importlib import import_module
from importlib.resources import files
from pathlib import Path
from typing import Any

from hippain_maps.site.desk import Page
from hippain_maps.site.markup import join, tag
from hippain_maps.site.prose import formulas, inline

_PACKAGE = "hippain_maps"
_UP = "hippain-top/"
"""Stands for the way up to the top of the site, until the depth of a page is known."""

_STYLE = "reference.css"
_FORMULA = re.compile(r"<p>\$\$(?P<latex>.*?)\$\$</p>", re.DOTALL)

_LEFT_OUT = ("cli", "viewer", "site")
"""What people run and do not import."""


def has_reference() -> bool:
    """Return whether what makes the reference, and what the modules in it import, is installed."""
    from importlib.util import find_spec

    if find_spec("pdoc") is None:
        return False
    try:
        for name in public_modules():
            import_module(name)
    except ModuleNotFoundError as error:
        if (error.name or "").startswith(_PACKAGE):
            raise
        return False
    return True


def reference_pages() -> dict[str, bytes]:
    """Return the reference of every public module, by path."""
    import pdoc

    pdoc.render.configure(
        docformat="numpy",
        favicon=f"{_UP}assets/mark.svg",
        footer_text=f"{_PACKAGE}, MIT",
        logo=f"{_UP}assets/mark.svg",
        logo_link=f"{_UP}index.html",
        show_source=False,
    )
    with tempfile.TemporaryDirectory(prefix="hippain-") as folder:
        top = Path(folder)
        # The private modules of a sub-package would come with it.
        with warnings.catch_warnings():
            # It looks for the types of a named tuple's fields without the names of its module.
            warnings.filterwarnings("ignore", "Error parsing type annotation", UserWarning)
            # Types of libraries that are not installed stay as they are written.
            warnings.filterwarnings("ignore", "Failed to run TYPE_CHECKING code", UserWarning)
            # In a checkout the folder of the package lies here as well; what is installed is meant.
            warnings.filterwarnings("ignore", f"'{_PACKAGE}' may refer to either", RuntimeWarning)
            pdoc.pdoc(*public_modules(), rf"!{_PACKAGE}\.(.*\.)?_", output_directory=top)
        return {_STYLE: _style()} | {
            path.as_posix(): _placed(top / path, len(path.parts))
            for path in sorted(found.relative_to(top) for found in top.rglob("*.*"))
        }


def contents_page() -> Page:
    """Return the list of all modules, with what each is for."""
    rows = []
    for name in public_modules():
        said = (import_module(name).__doc__ or "").strip().partition("\n")[0]
        path = f"api/{name.replace('.', '/')}.html"
        link = tag("a", tag("code", name), href=path)
        rows.append(tag("div", tag("dt", link), tag("dd", inline(said))))
    main = join(
        tag("h1", "The Python package"),
        tag(
            "p",
            "What other programs call: made from the docstrings, whose examples are run by the "
            "tests. It is installed from a copy of the project, in its folder: ",
            tag("code", "pip install ."),
            class_="lead",
        ),
        tag("dl", *rows, class_="modules"),
    )
    return Page("python.html", "Python", main, "The modules of the Python package.")


def _style() -> bytes:
    """Return the colours of the pages, and those of code in the dark."""
    from pygments.formatters import HtmlFormatter

    own = files("hippain_maps.site").joinpath("static", _STYLE).read_text(encoding="utf-8")
    formatter: Any = HtmlFormatter(style="native")
    code = formatter.get_style_defs(".pdoc-code")
    return f"{own}@media (prefers-color-scheme: dark) {{\n{code}\n}}\n".encode()


def _placed(page: Path, depth: int) -> bytes:
    """Return a page with its formulas drawn, and its links, which depend on how deep it lies."""
    if page.suffix != ".html":
        # The index of the search: it holds the text of all pages.
        return page.read_bytes()
    text = page.read_text(encoding="utf-8")
    link = f'<link rel="stylesheet" href="{_UP}api/{_STYLE}"></head>'
    text = text.replace("</head>", link, 1)
    text = _FORMULA.sub(lambda found: str(formulas(_latex(found["latex"]))), text)
    return text.replace(_UP, "../" * depth).encode()


def _latex(marked: str) -> str:
    """Return formulas that pdoc has written as paragraphs in one line."""
    joined = re.sub(r"</p>\s*<p>", r" \\qquad ", marked)
    return " ".join(html.unescape(re.sub(r"</?em>", "_", joined)).split())


def public_modules() -> list[str]:
    """Return the package and its public modules."""
    package = import_module(_PACKAGE)
    found = [_PACKAGE]
    for module in pkgutil.iter_modules(package.__path__, f"{_PACKAGE}."):
        name = module.name.rpartition(".")[2]
        # A module that shares the name of a public function is there with the package already.
        if not name.startswith("_") and name not in (*_LEFT_OUT, *package.__all__):
            found.append(module.name)
    return found
