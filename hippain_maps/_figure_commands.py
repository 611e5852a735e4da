"""The commands that draw: ``hippain figure``, ``plate`` and ``chart``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click

from hippain_maps._every_command import patterns_option
from hippain_maps.atlas import load_atlas
from hippain_maps.body import load_body
from hippain_maps.geometry import STANDING_VIEWS, Side, check_view


def _page_size(ctx: Any, param: Any, value: str | None) -> tuple[float, float] | None:
    """Return a page size such as 20x15, in cm, as inches."""
    if value is None:
        return None
    wide, _, high = value.lower().partition("x")
    try:
        size = float(wide), float(high)
    except ValueError:
        raise click.BadParameter(
            f"'{value}' is no size; give width x height in cm, such as 20x15"
        ) from None
    if not all(4 <= side <= 150 for side in size):
        raise click.BadParameter(f"'{value}' is no usable size; each side is 4 to 150 cm")
    return size[0] / 2.54, size[1] / 2.54


def _figure_options(command: Any) -> Any:
    """Add what every figure command takes."""
    for option in (
        click.option("--side", type=click.Choice(["left", "right"]), default="left", help="Side."),
        click.option("--theme", default="print", help="print, screen, dark or grey [print]."),
        click.option("--labels", default="en", metavar="LANG", help="en, la, de, fr or es [en]."),
        click.option("--dpi", type=click.IntRange(30, 1200), default=200, help="Of a png [200]."),
        click.option(
            "--size", callback=_page_size, metavar="WxH", help="Of the page in cm, such as 20x15."
        ),
        click.option("-o", "--output", "out", required=True, metavar="OUT", help="File to write."),
    ):
        command = option(command)
    return command


@click.command(
    epilog="Example: hippain figure gluteus_minimus --side right -o minimus.png",
    short_help="Draw the referral pattern of a source.",
)
@click.argument("sources", nargs=-1, metavar="SOURCE...")
@click.option("--compare", is_flag=True, help="Draw two or three SOURCES on one chart.")
@click.option("--views", metavar="A,B", help="Views to show, such as posterior,left_lateral.")
@click.option("--whole", is_flag=True, help="Show whole bodies, not the part that matters.")
@click.option("--anatomy", is_flag=True, help="Draw bones and the muscle itself lightly below.")
@click.option("--no-labels", is_flag=True, help="Leave out names and numbers: a question.")
@click.option("--no-caption", is_flag=True, help="Leave out key, source, confidence, licence.")
@_figure_options
@patterns_option
def figure(
    sources: Sequence[str],
    compare: bool,
    views: str | None,
    whole: bool,
    anatomy: bool,
    no_labels: bool,
    no_caption: bool,
    out: str,
    dpi: int,
    theme: str,
    labels: str,
    size: tuple[float, float] | None,
    side: Side,
    patterns: Sequence[str],
) -> None:
    """Draw the referral pattern of SOURCE: png, svg or pdf by the extension of OUT.

    With --compare A B [C], draws these sources on one chart: what they share, what tells them
    apart.
    """
    from hippain_maps import plotting
    from hippain_maps.plotting.saving import checked_target

    checked_target(out)
    look = plotting.theme(theme)
    shown = None if views is None else [check_view(v.strip()) for v in views.split(",")]
    most = 3 if compare else 1
    if not 1 + compare <= len(sources) <= most:
        wanted = "two or three sources" if compare else "one SOURCE, or --compare A B"
        raise click.UsageError(
            f"name {wanted}, not {len(sources)}; 'hippain list sources' shows them"
        )
    atlas = load_atlas(*patterns)
    chosen = [atlas.source(name) for name in sources]

    def draw(page: Any = None) -> Any:
        common: dict[str, Any] = {
            "side": side,
            "views": shown,
            "with_caption": not no_caption,
            "language": labels,
            "figure": page,
            "look": look,
        }
        if compare:
            return plotting.plot_comparison(chosen, atlas, **common)
        return plotting.plot_pattern(
            chosen[0], atlas, whole=whole, anatomy=anatomy, labels=not no_labels, **common
        )

    drawn = plotting.fill_page(size, draw, look) if size else draw()
    plotting.save_figure(drawn, out, dpi=dpi)
    click.echo(f"wrote {out}", err=True)


@click.command(
    epilog="Example: hippain plate piriformis QL TFL -o plate.pdf",
    short_help="Draw several patterns on a page.",
)
@click.argument("sources", nargs=-1)
@click.option("--set", "set_name", metavar="NAME", help="A ready-made set: see 'list sets'.")
@click.option("--title", help="Heading of the page.")
@click.option("--slide", is_flag=True, help="Pages of 16 to 9 instead of A4.")
@click.option("--no-labels", is_flag=True, help="Letters instead of names; the key is printed.")
@_figure_options
@patterns_option
def plate(
    sources: Sequence[str],
    set_name: str | None,
    title: str | None,
    slide: bool,
    no_labels: bool,
    out: str,
    dpi: int,
    theme: str,
    labels: str,
    size: tuple[float, float] | None,
    side: Side,
    patterns: Sequence[str],
) -> None:
    """Draw several patterns on a page: SOURCES, a ready-made set, or all muscles.

    More than six need several pages, which only a pdf has.
    """
    from hippain_maps import plotting
    from hippain_maps.plotting.plate import A4_LANDSCAPE, PER_PAGE, SLIDE, answers
    from hippain_maps.plotting.saving import checked_target

    _, kind = checked_target(out)
    look = plotting.theme(theme)
    atlas = load_atlas(*patterns)
    names = list(sources)
    if set_name:
        ready = atlas.teaching_set(set_name)
        names, title = [*ready.sources, *names], title or ready.title
    chosen = [atlas.source(name) for name in names] or list(atlas.sources.values())
    if kind != "pdf" and len(chosen) > PER_PAGE:
        raise click.UsageError(f"{len(chosen)} patterns need several pages; write a .pdf")
    pages = plotting.plate_pages(
        chosen,
        atlas,
        side=side,
        title=title,
        labels=not no_labels,
        size=size or (SLIDE if slide else A4_LANDSCAPE),
        language=labels,
        look=look,
    )
    if kind == "pdf":
        plotting.save_pages(pages, out)
    else:
        plotting.save_figure(next(pages), out, dpi=dpi)
    if no_labels:
        click.echo("\n".join(answers(chosen)))
    click.echo(f"wrote {out}", err=True)


@click.command(
    epilog="Example: hippain chart --print --lang de -o page.pdf",
    short_help="Draw blank charts, also as the page for pen and paper.",
)
@click.argument("views", nargs=-1)
@click.option("--regions", is_flag=True, help="Number the regions of one view, with their names.")
@click.option("--ids", is_flag=True, help="With --regions: ids, and a grid in chart cm.")
@click.option(
    "--print", "to_print", is_flag=True, help="A page to draw on with a pen, for 'hippain scan'."
)
@click.option("--paper", default="a4", help="Of that page: a4 or letter [a4].")
@click.option("--theme", default="print", help="print, screen, dark or grey [print].")
@click.option(
    "--labels", "--lang", "labels", default="en", metavar="LANG", help="en, la, de, fr or es [en]."
)
@click.option("--dpi", type=click.IntRange(30, 1200), default=200, help="Of a png [200].")
@click.option("-o", "--output", "out", required=True, metavar="OUT", help="File to write.")
def chart(
    views: Sequence[str],
    regions: bool,
    ids: bool,
    to_print: bool,
    paper: str,
    theme: str,
    labels: str,
    dpi: int,
    out: str,
) -> None:
    """Draw blank charts of VIEWS, to be drawn on by hand: by default the four standing ones.

    With --print, a page for patients with an instruction and registration marks, which 'hippain
    scan' reads back from a photo: all seven views, or larger ones with anterior posterior, or
    left_lateral right_lateral. Print it at any scale.
    """
    from hippain_maps import plotting
    from hippain_maps.plotting.saving import checked_target

    checked_target(out)
    look = plotting.theme(theme)
    chosen = [check_view(view) for view in views]
    if regions and to_print:
        raise click.UsageError("--regions and --print are two different pages; give one of them")
    if ids and not regions:
        raise click.UsageError("--ids goes with --regions")
    if regions and len(views) != 1:
        raise click.UsageError("--regions takes one view, such as posterior")
    if to_print and theme not in ("print", "grey"):
        raise click.UsageError("a page to print is dark on white; leave --theme out")
    body = load_body()
    if to_print:
        from hippain_maps.paper import layout_for
        from hippain_maps.plotting.paper_page import plot_paper_page

        drawn = plot_paper_page(
            body, layout_for(chosen), paper=paper.lower(), language=labels, look=look
        )
    elif regions:
        drawn = plotting.plot_region_map(body, chosen[0], ids=ids, look=look)
    else:
        drawn = plotting.plot_charts(
            body, chosen or list(STANDING_VIEWS), language=labels, look=look
        )
    plotting.save_figure(drawn, out, dpi=dpi)
    click.echo(f"wrote {out}", err=True)
