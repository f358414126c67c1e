"""``rallypoint queues``: who waits and why, pausing, and other rules tried on those who wait."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from .api_client import Misused, below
from .connected import EXIT_FAILED, Desk, connected, group
from .figures import counted
from .inert import plain
from .queue_rows import (
    QUEUE_RULE_COLUMNS,
    TRIAL_COLUMNS,
    NoRules,
    queue_columns,
    rules_by_queue,
    ticket_columns,
    trial_rows,
    why_facts,
)

__all__ = ["queues"]

queues = group("Shows queues and why tickets wait, pauses queues, and tries other rules.")

Queue = Annotated[str, typer.Argument(help="The queue's name; of quick matches, the game's.")]


@queues.command("list")
@connected
def list_(desk: Desk) -> None:
    """Lists the queues: who waits, and what was matched in the last quarter of an hour.

    Example: rallypoint queues list
    """
    found = desk.api.get("/queues")
    if not desk.answered(found):
        desk.table(queue_columns(desk.now), found, "No queues.")


@queues.command()
@connected
def tickets(
    desk: Desk,
    queue: Queue,
    q: Annotated[str, typer.Option("--q", help="In the ticket's id, or a player's name or id.")] = "",
    limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = 50,
    offset: Annotated[int, typer.Option(min=0, help="Skip so many.")] = 0,
) -> None:
    """Lists the tickets that wait in a queue, oldest first.

    Example: rallypoint queues tickets ranked --q ann
    """
    found = desk.api.rows(below("queues", queue, "tickets"), limit, offset, q=q or None)
    if not desk.answered(found):
        desk.table(ticket_columns(desk.now), found["rows"], "No tickets.")
        desk.of(len(found["rows"]), found["matched"], found["total"], "tickets")


@queues.command()
@connected
def why(desk: Desk, queue: Queue, ticket: Annotated[str, typer.Argument(help="As `tickets` shows it.")]) -> None:
    """Says why a ticket waits, rule by rule.

    Example: rallypoint queues why ranked t_5f0c9a1b
    """
    found = desk.api.get(below("queues", queue, "tickets", ticket))
    if desk.answered(found):
        return
    desk.facts(why_facts(found))
    if found["rules"]:
        desk.say("")
        desk.table(QUEUE_RULE_COLUMNS, found["rules"], "")


@queues.command()
@connected
def rules(
    desk: Desk,
    queue: Queue,
    toml: Annotated[bool, typer.Option("--toml", help="As they can be written, to be changed and tried.")] = False,
) -> None:
    """Says by what a queue matches.

    Example: rallypoint queues rules ranked --toml > ranked.toml
    """
    found = desk.api.get(below("queues", queue, "rules"))
    if desk.answered(found):
        return
    for line in (found["toml"] if toml else found["text"]).splitlines():
        desk.say(line)


@queues.command()
@connected
def pause(desk: Desk, queue: Queue) -> None:
    """Stops matching in a queue until `resume`, or a restart: players keep their places, and are told.

    Example: rallypoint queues pause ranked
    """
    _told(desk, desk.api.post(below("queues", queue, "pause")))


@queues.command()
@connected
def resume(desk: Desk, queue: Queue) -> None:
    """Lets a queue match again.

    Example: rallypoint queues resume ranked
    """
    _told(desk, desk.api.post(below("queues", queue, "resume")))


@queues.command("dry-run")
@connected
def dry_run(
    desk: Desk,
    file: Annotated[Path, typer.Argument(help="A TOML file of rules, as `queues rules --toml` writes it.")],
    queue: Annotated[str, typer.Option(help="Only this queue of the file; else all of them.")] = "",
) -> int | None:
    """Tries other rules on those who wait, next to the rules in force. Nothing is changed.

    Example: rallypoint queues dry-run ranked.toml

    Exit code 1 if the rules cannot be: a sentence says where and why.
    """
    try:
        parts = rules_by_queue(file.read_text(encoding="utf-8"))
    except NoRules as error:
        raise Misused(f"{file}: {error}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise Misused(f"cannot read {file}: {getattr(error, 'strerror', None) or 'it is no text'}") from None
    if queue and queue not in parts:
        raise Misused(f"{file} has no queue {queue}, only {', '.join(parts)}")
    fine = True
    for name, text in parts.items():
        if queue in ("", name):
            found = desk.api.post(below("queues", name, "dry-run"), {"rules": text})
            fine = fine and found["ok"]
            if not desk.answered(found):
                _tried(desk, file, name, found)
    return None if fine else EXIT_FAILED


def _tried(desk: Desk, file: Path, name: str, found: dict[str, Any]) -> None:
    for error in found["errors"]:
        line = "" if error["line"] is None else f":{error['line']}"
        desk.say(f"{file}{line}: {error['text']}", "red")
    if not found["ok"]:
        return
    desk.say(name, "bold")
    for change in found["changed"] or ["the same rules"]:
        desk.say(f"  {change}")
    desk.table(TRIAL_COLUMNS, trial_rows(found), "")
    if found["left_out"]:
        desk.say(f"{counted(found['left_out'], 'ticket')} not tried: away, held, or too many", "dim")


def _told(desk: Desk, queue: dict[str, Any]) -> None:
    if not desk.answered(queue):
        state = "is paused" if queue["paused"] else "matches"
        waiting = counted(queue["waiting"], "ticket")
        desk.say(f"{plain(queue['queue'])} {state}: {waiting} of {counted(queue['players'], 'player')} waiting")
