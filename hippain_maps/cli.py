"""The command line ``hippain``: parse, call the library, format.

Standard output is the answer, standard error is for people. Status 0: done; 2: the input or the
arguments cannot be used, with one line that says why; 130: interrupted; 1: a fault of ours.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hippain_maps._console import console as _console
from hippain_maps._every_command import patterns_option
from hippain_maps._json import by_lines, one_line
from hippain_maps.atlas import load_atlas
from hippain_maps.drawing import PainDrawing
from hippain_maps.errors import HippainError, UnknownNameError, how_to_install
from hippain_maps.screening import read_answers

if TYPE_CHECKING:
    from hippain_maps.simulation import Family


_ELSEWHERE = {
    "chart": "_figure_commands",
    "check": "_check_command",
    "cohort": "_cohort_commands",
    "convert": "_convert_command",
    "figure": "_figure_commands",
    "plate": "_figure_commands",
    "rank-many": "_cohort_commands",
    "report": "_report_command",
    "scan": "_scan_command",
    "schema": "_check_command",
    "site": "_site_command",
    "view": "_view_command",
    "visits": "_record_commands",
}
"""Commands in modules of their own, which are imported when they are asked for."""


def _say_version(ctx: click.Context) -> None:
    from importlib.metadata import version

    from hippain_maps._check_command import summary

    click.echo(f"hippain {version('hippain-maps')}")
    click.echo(summary(load_atlas()))
    ctx.exit()


class _Hippain(click.Group):
    """The group of commands, with one place where errors become a line and a status."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands."""
        return sorted({*super().list_commands(ctx), *_ELSEWHERE})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command, from its module if it has one; None if there is none of that name."""
        if cmd_name in _ELSEWHERE and cmd_name not in self.commands:
            module = importlib.import_module(f"hippain_maps.{_ELSEWHERE[cmd_name]}")
            self.add_command(getattr(module, cmd_name.replace("-", "_")), cmd_name)
        return super().get_command(ctx, cmd_name)

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Run a command and leave with its status."""
        kwargs["standalone_mode"] = False
        try:
            super().main(*args, **kwargs)
        except click.ClickException as error:
            error.show()
            sys.exit(error.exit_code)
        except (click.Abort, KeyboardInterrupt):
            click.echo("interrupted", err=True)
            sys.exit(130)
        except HippainError as error:
            # Names of files and sources come from outside; they may hold line breaks and escapes.
            click.echo(f"hippain: {one_line(str(error))}", err=True)
            sys.exit(2)
        except OSError as error:
            click.echo(f"hippain: cannot write the answer: {error.strerror or error}", err=True)
            sys.exit(2)
        except Exception as error:
            if os.environ.get("HIPPAIN_TRACEBACK"):
                raise
            click.echo(
                f"hippain: a fault of the program, not of your input: {type(error).__name__}: "
                f"{one_line(str(error))}; please report it (HIPPAIN_TRACEBACK=1 shows more)",
                err=True,
            )
            sys.exit(1)
        sys.exit(0)

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; a reader that has seen enough, as of ``| head``, is no failure."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            # Caught here, since click would leave with 1. Nothing more can be said on that pipe.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            sys.exit(0)


@click.group(
    cls=_Hippain,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 96},
    epilog="Example: hippain rank drawing.geojson --figure ranking.png",
)
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=lambda ctx, _, asked: _say_version(ctx) if asked else None,
    help="Show the versions of program and atlas, and what the atlas holds.",
)
def main() -> None:
    """Name candidate sources of drawn pain: trigger-point referral maps of the lower quarter.

    Candidates to examine, never a diagnosis. Nothing leaves this machine.
    """


@main.command(
    epilog="Example: hippain rank drawing.geojson --top 5 --figure ranking.png",
    short_help="Rank what could be behind a drawing, with the reasons.",
)
@click.argument("drawing")
@click.option("--top", type=click.IntRange(1, 200), default=5, help="Candidates to show [5].")
@click.option("--json", "as_json", is_flag=True, help="Write the whole ranking as JSON.")
@click.option("--figure", metavar="OUT", help="Also draw it: png, svg or pdf by extension.")
@click.option("--labels", default="en", metavar="LANG", help="Of the figure: en, la, de, fr or es.")
@click.option(
    "--redraws",
    type=click.IntRange(1, 1000),
    metavar="N",
    help="Say how often the first candidate stays first when the drawing is drawn again N times.",
)
@click.option(
    "--answer",
    "--clue",
    "answers",
    multiple=True,
    metavar="ID=yes|no",
    help="Answer a red flag or a clue; may be given again. It replaces the drawing's own answer.",
)
@patterns_option
def rank(
    drawing: str,
    top: int,
    as_json: bool,
    figure: str | None,
    labels: str,
    redraws: int | None,
    answers: Sequence[str],
    patterns: Sequence[str],
) -> None:
    """Rank the muscles that could be behind DRAWING, with the reasons.

    DRAWING is a GeoJSON pain drawing; - reads it from standard input. With --json every candidate
    is written unless --top is given.
    """
    # Where they are used, here and below: a command imports what it needs, and starts the sooner.
    from hippain_maps.combination import combination
    from hippain_maps.questions import ask_next
    from hippain_maps.ranking import rank as rank_drawing

    atlas = load_atlas(*patterns)
    source = sys.stdin.buffer if drawing == "-" else drawing
    known = [*atlas.red_flags, *atlas.clues]
    answered = read_answers(answers, known, "red flag or clue")
    drawn = PainDrawing.read(source).with_answers(answered)
    ranking = rank_drawing(drawn, atlas)
    together = combination(ranking)
    steady = None
    if redraws:
        from hippain_maps.stability import stability

        steady = stability(drawn, atlas, redraws=redraws)
    if figure:
        from hippain_maps.plotting import plot_ranking, save_figure
        from hippain_maps.plotting.saving import checked_target

        checked_target(figure)
        save_figure(plot_ranking(ranking, drawn, language=labels), figure)
    if as_json:
        given = click.get_current_context().get_parameter_source("top")
        limit = None if given is click.core.ParameterSource.DEFAULT else top
        data = ranking.to_dict(top=limit) | {"combination": together.to_dict()}
        data["ask_next"] = [question.to_dict() for question in ask_next(ranking)]
        if steady:
            data["stability"] = {
                "redraws": steady.redraws,
                "same_first": steady.same_first,
                "firsts": dict(steady.firsts),
            }
        click.echo(by_lines(data))
    else:
        from hippain_maps._tables import print_ranking

        print_ranking(_console(), ranking, top, together=together, steady=steady)
    if figure:
        click.echo(f"wrote {figure}", err=True)


@main.command(
    epilog="Example: hippain evaluate --per-source 25 -o evaluation.json",
    short_help="Measure the ranking on simulated drawings.",
)
@click.option("--per-source", type=click.IntRange(1, 2000), default=25, help="Patients [25].")
@click.option("--family", type=click.Choice(["warp", "brush"]), default="brush", help="Of hands.")
@click.option("--seed", type=int, default=1, help="The same seed gives the same digits [1].")
@click.option("--set", "ready", metavar="NAME", help="Only the muscles of a ready-made set.")
@click.option("--classifier", is_flag=True, help="Also train a classifier (scikit-learn).")
@click.option("-o", "--output", "out", metavar="OUT", help="Write everything as JSON.")
@click.option("--figure", metavar="OUT", help="Draw it: png, svg or pdf by extension.")
@patterns_option
def evaluate(
    per_source: int,
    family: Family,
    seed: int,
    ready: str | None,
    classifier: bool,
    out: str | None,
    figure: str | None,
    patterns: Sequence[str],
) -> None:
    """Measure recovery, stability and calibration of the ranking on simulated drawings.

    Each muscle and side gets PER-SOURCE patients, who draw twice. The constants of the model were
    chosen on the warp family of hands; the brush family was not used for that.
    """
    import dataclasses
    import importlib.util

    from hippain_maps import evaluation
    from hippain_maps._tables import print_results, progress
    from hippain_maps._writing import write_text

    # Everything that could stop the run at its end is looked at before it begins.
    if classifier and importlib.util.find_spec("sklearn") is None:
        raise click.UsageError(f"--classifier needs scikit-learn: {how_to_install('dev')}")
    if out and not Path(out).resolve().parent.is_dir():
        raise click.UsageError(f"there is no folder for '{out}'; make it first")
    if figure:
        from hippain_maps.plotting.saving import checked_target

        checked_target(figure)

    atlas = load_atlas(*patterns)
    if ready:
        atlas = atlas.only(atlas.teaching_set(ready).sources)
    conditions = evaluation.conditions(family, atlas)
    muscles = sum(source.kind == "muscle" for source in atlas.sources.values())
    results = []
    with progress(len(conditions) * muscles * 2 * per_source) as step:
        for condition in conditions:
            results.append(
                evaluation.evaluate(
                    atlas,
                    condition,
                    per_source=per_source,
                    seed=seed,
                    with_classifier=classifier,
                    progress=step,
                )
            )
    print_results(_console(), results, atlas)
    if out:
        data = {
            "atlas": atlas.version,
            "packs": [pack.to_dict() for pack in atlas.packs],
            "family": family,
            "seed": seed,
            "per_source": per_source,
            "results": [dataclasses.asdict(result) for result in results],
        }
        write_text(out, json.dumps(data, indent=2, allow_nan=False) + "\n")
        click.echo(f"wrote {out}", err=True)
    if figure:
        from hippain_maps.plotting import save_figure
        from hippain_maps.plotting.evaluation import plot_evaluation

        save_figure(plot_evaluation(results), figure)
        click.echo(f"wrote {figure}", err=True)


@main.command(
    epilog="Example: hippain compare monday.geojson friday.geojson --figure change.png",
    short_help="Compare two drawings of one person.",
)
@click.argument("before")
@click.argument("after")
@click.option("--json", "as_json", is_flag=True, help="Write the comparison as JSON.")
@click.option("--figure", metavar="OUT", help="Also draw it: png, svg or pdf by extension.")
@patterns_option
def compare(
    before: str, after: str, as_json: bool, figure: str | None, patterns: Sequence[str]
) -> None:
    """Compare two drawings of one person: what is gone, new and remaining.

    BEFORE and AFTER are GeoJSON pain drawings; the places of the first sources in both are told.
    """
    from hippain_maps.comparison import compare as compare_drawings

    atlas = load_atlas(*patterns)
    found = compare_drawings(PainDrawing.read(before), PainDrawing.read(after), atlas)
    if figure:
        from hippain_maps.plotting import save_figure
        from hippain_maps.plotting.change import plot_change
        from hippain_maps.plotting.saving import checked_target

        checked_target(figure)
        save_figure(plot_change(found, atlas.body), figure)
    if as_json:
        packs = [pack.to_dict() for pack in atlas.packs]
        data = {"atlas": atlas.version, "packs": packs, **found.to_dict()}
        click.echo(json.dumps(data, indent=2))
    else:
        from hippain_maps._tables import print_comparison

        print_comparison(_console(), found)
    if figure:
        click.echo(f"wrote {figure}", err=True)


LISTED = ("sources", "regions", "groups", "sets", "clues", "flags")


@main.command("list", epilog="Example: hippain list sources")
@click.argument("what", type=click.Choice(LISTED))
@click.option("--long", is_flag=True, help="Sources with confidence, priors and citations.")
@patterns_option
def list_(what: str, long: bool, patterns: Sequence[str]) -> None:
    """List what the atlas holds, a line each.

    WHAT is sources, regions, groups, sets (for teaching), clues or flags (red flags); answers to
    clues and flags are given with 'hippain rank --answer ID=yes'.
    """
    from hippain_maps import _atlas_tables

    if what == "sources":
        _atlas_tables.print_sources(_console(), load_atlas(*patterns), long=long)
        return
    if what == "clues":
        _atlas_tables.print_clues(_console(), load_atlas(*patterns))
        return
    if what == "flags":
        _atlas_tables.print_flags(_console(), load_atlas(*patterns))
        return
    if what == "sets":
        for ready in load_atlas(*patterns).sets.values():
            click.echo(f"{ready.id}: {ready.title} ({', '.join(ready.sources)})")
        return
    from hippain_maps.body import load_body

    body = load_body()
    if what == "regions":
        _atlas_tables.print_regions(_console(), body)
    else:
        _atlas_tables.print_groups(_console(), body)


@main.command(
    epilog="Example: hippain show gluteus_minimus",
    short_help="Show a source, a region or a group of the atlas.",
)
@click.argument("name")
@patterns_option
def show(name: str, patterns: Sequence[str]) -> None:
    """Show what the atlas holds on NAME: a source (any of its names), a region or a group."""
    from hippain_maps import _atlas_tables

    atlas = load_atlas(*patterns)
    body, key = atlas.body, name.strip().lower()
    if key in body.regions:
        _atlas_tables.print_region(_console(), atlas, key)
    elif key in body.groups:
        _atlas_tables.print_group(_console(), atlas, key)
    else:
        try:
            source = atlas.source(name)
        except UnknownNameError:
            known = [*atlas.sources, *body.regions, *body.groups]
            raise UnknownNameError(
                "source, region or group",
                name,
                known,
                hint="'hippain list sources', 'list regions' and 'list groups' show them",
            ) from None
        _atlas_tables.print_source(_console(), atlas, source)
