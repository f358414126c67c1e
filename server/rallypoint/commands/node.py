"""``rallypoint node``: how a node is, its emptying, its settings, and what operators did."""

from __future__ import annotations

import time
from typing import Annotated, Any, Final

import typer

from .confirm import confirmed
from .connected import EXIT_FAILED, Desk, complain, connected, group
from .figures import counted
from .node_rows import SETTING_COLUMNS, audit_columns, cordon_words, costly_columns, node_facts, setting_rows

__all__ = ["node"]

LOOK_S: Final = 2.0
AUDIT_PAGE_MAX: Final = 500
node = group("Shows a node, empties it, and lists its settings and what operators did.")


@node.command()
@connected
def show(desk: Desk) -> None:
    """Shows how the node is doing, and which sessions cost most.

    Example: rallypoint node show
    """
    found = desk.api.get("/node")
    if desk.answered(found):
        return
    desk.facts(node_facts(found, desk.now))
    if found["costly"]:
        desk.say("")
        desk.table(costly_columns(), found["costly"], "")


@node.command()
@connected
def cordon(desk: Desk) -> None:
    """Lets no session be created here until `uncordon`, or a restart. Those that go on are still filled.

    Example: rallypoint node cordon
    """
    _told(desk, desk.api.post("/node/cordon"))


@node.command()
@connected
def drain(
    desk: Desk,
    end_after: Annotated[
        float | None, typer.Option(min=0, help="Seconds after which sessions that are left are ended; asks first.")
    ] = None,
    wait: Annotated[bool, typer.Option("--wait", help="Until all sessions are over; says how far it is.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> int | None:
    """Lets no session be created here, and waits for those that go on to end.

    Example: rallypoint node drain --end-after 600 --wait
    """
    if end_after is not None:
        running = counted(desk.api.get("/node")["sessions"], "session")
        if not confirmed(f"{running} now", f"End what is left of them after {end_after:g} s?", yes=yes):
            return EXIT_FAILED
    found = desk.api.post("/node/drain", {} if end_after is None else {"end_after_s": end_after})
    if not wait:
        _told(desk, found)
        return None
    return _wait(desk)


@node.command()
@connected
def uncordon(desk: Desk) -> None:
    """Takes a cordon or a drain back: sessions are created again.

    Example: rallypoint node uncordon
    """
    _told(desk, desk.api.post("/node/uncordon"))


@node.command()
@connected
def settings(
    desk: Desk,
    changed: Annotated[bool, typer.Option("--changed", help="Only those that are not as by default.")] = False,
) -> None:
    """Lists the settings in force, and where each comes from; and the options of each game.

    Example: rallypoint node settings --changed
    """
    found = desk.api.get("/settings")
    if not desk.answered(found):
        desk.table(SETTING_COLUMNS, setting_rows(found, changed=changed), "Everything is as by default.")


@node.command()
@connected
def audit(
    desk: Desk,
    limit: Annotated[int, typer.Option(min=1, max=AUDIT_PAGE_MAX, help="At most so many, the newest.")] = 50,
    before: Annotated[int | None, typer.Option(min=1, help="Older than this row: `next` of --json.")] = None,
    operator: Annotated[str | None, typer.Option(help="Only of this operator or token.")] = None,
    action: Annotated[str | None, typer.Option(help="Only this, as end_session.")] = None,
    to: Annotated[str | None, typer.Option(help="Only what was done to this session, player or queue.")] = None,
) -> None:
    """Lists what operators did, newest first.

    Example: rallypoint node audit --operator ada --action end_session
    """
    found = desk.api.get("/audit", limit=limit, before=before, operator=operator, action=action, object=to)
    if desk.answered(found):
        return
    desk.table(audit_columns(desk.now), found["rows"], "Nothing was done.")
    if found["next"] is not None:
        desk.say(f"Older ones: --before {found['next']}", "dim")


def _told(desk: Desk, cordon: dict[str, Any]) -> None:
    if not desk.answered(cordon):
        desk.say(cordon_words(cordon, desk.now))


def _wait(desk: Desk) -> int | None:
    """Until nothing is left; fails if somebody has taken it back."""
    said = ""
    while True:
        found = desk.api.get("/node")
        words = cordon_words(found["cordon"], time.time())
        if found["cordon"]["state"] != "draining":
            _told(desk, found["cordon"])
            return None if found["cordon"]["state"] == "drained" else EXIT_FAILED
        if words != said:
            complain(words)
            said = words
        time.sleep(LOOK_S)
