"""Red flags for the terminal: before any ranking, raised ones first and in a frame of their own."""

from __future__ import annotations

from collections.abc import Sequence

from rich import box
from rich.console import Console
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from hippain_maps.red_flags import NO_FLAGS, RedFlagWords
from hippain_maps.screening import URGENCIES, RedFlagState, asked_words
from hippain_maps.words import words_in


def print_red_flags(
    console: Console, states: Sequence[RedFlagState], words: RedFlagWords | None
) -> None:
    """Print what is raised with what to do, then what was not asked, then what was answered no.

    What was not asked is printed as a question and never reads as a no.
    """
    if words is None:
        console.print(Text(f"{NO_FLAGS}\n", "bold"))
        return
    raised = [state for state in states if state.raised]
    for urgency in URGENCIES:
        if some := [state for state in raised if state.flag.urgency == urgency]:
            _print_raised(console, words.heading[urgency]["en"], some, words)
            # The most urgent stands alone: what follows is told its place at once.
            if some[0] is raised[0] and some[0].is_alarm:
                console.print(Text(f"{words.before_ranking['en']}\n", "bold red"))
    left = [state for state in states if state.is_open]
    if alarms := [state for state in left if state.is_alarm]:
        emergency = any(state.flag.urgency == URGENCIES[0] for state in raised)
        note = words.not_asked_after_alarm if emergency else words.not_asked_note
        title = f"{words.not_asked['en']}: {len(alarms)}. {note['en']}"
        _print_questions(console, Text(title, "bold red"), alarms, words)
    else:
        console.print(Text(asked_words(states, words_in("en"))))
    if others := [state for state in left if not state.is_alarm]:
        _print_questions(console, Text(f"{words.also_ask['en']}:", "bold"), others, words)
    if left:
        console.print(Text("Answer with --answer ID=yes or ID=no; IDs stand in brackets.", "dim"))
    if denied := [state for state in states if state.answer == "no"]:
        console.print(Text(f"{words.answered_no['en']}: {'; '.join(map(_denied, denied))}."))
    console.print()


def _print_raised(
    console: Console, heading: str, states: Sequence[RedFlagState], words: RedFlagWords
) -> None:
    """Print the flags of one urgency in a frame."""
    text = Text()
    for number, state in enumerate(states):
        how = words.answered_yes if state.answer == "yes" else words.not_yet_asked
        because = f" {state.called_by}" if state.answer != "yes" and state.called_by else ""
        text.append("\n\n" if number else "")
        text.append(state.flag.name["en"], "bold")
        text.append(f" ({how['en']}).{because}\n")
        text.append(f"{state.flag.action['en']}\n", "bold")
        text.append(f"It may mean: {state.flag.means}")
        if state.answer != "yes":
            text.append(f"\nAsk: {state.flag.ask['en']}  [{state.flag.id}]")
    alarm = states[0].is_alarm
    console.print(
        Panel(
            text,
            box=box.DOUBLE if alarm else box.SQUARE,
            title=Text(heading, "bold red" if alarm else "bold"),
            title_align="left",
            border_style="red" if alarm else "none",
        )
    )


def _print_questions(
    console: Console, title: Text, states: Sequence[RedFlagState], words: RedFlagWords
) -> None:
    """Print questions that are open, with the reason where something calls for one."""
    console.print(title)
    table = Table(box=None, pad_edge=False, padding=(0, 1), header_style="bold")
    table.add_column("if yes", no_wrap=True)
    table.add_column("question")
    for state in states:
        question = Text(state.flag.ask["en"])
        question.append(f"  [{state.flag.id}]", "dim")
        if state.called_by:
            question.append(f" {state.called_by}", "italic")
        table.add_row(words.if_yes[state.flag.urgency]["en"], question)
    console.print(table)


def _denied(state: RedFlagState) -> str:
    name = state.flag.name["en"]
    return (
        f"{name} (although: {(state.called_by or '').rstrip('.')})" if state.contradicted else name
    )
