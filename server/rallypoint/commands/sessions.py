"""``rallypoint sessions``: which there are, what happens in one, its past, and what is to be done about it."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any, Literal

import typer

from .api_client import below
from .bulk import Many, do
from .connected import Desk, connected, group
from .figures import duration
from .session_rows import (
    CHANGE_COLUMNS,
    HAPPENED_COLUMNS,
    seat_columns,
    session_columns,
    session_facts,
    session_words,
    ticks_facts,
    timeline_columns,
    tree,
)

__all__ = ["sessions"]

sessions = group("Lists sessions, shows one and its past, and pauses, steps, ends them.")

Session = Annotated[str, typer.Argument(help="The session's id.")]
Sessions = Annotated[list[str] | None, typer.Argument(metavar="SESSION", help="Ids; else those that a filter means.")]
Text = Annotated[str, typer.Option("--q", help="Begins the id, is the room code, or is in a player's name or id.")]
Game = Annotated[str, typer.Option("--game", help="Of this game.")]
State = Annotated[Literal["waiting", "running", "paused"] | None, typer.Option("--state", help="In this state.")]
All = Annotated[bool, typer.Option("--all", help="All of them.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]
Sort = Literal["created", "game", "players", "away", "cost", "step_max", "behind", "skipped", "spectators"]


@sessions.command("list")
@connected
def list_(
    desk: Desk,
    q: Text = "",
    game: Game = "",
    state: State = None,
    sort: Annotated[Sort, typer.Option(help="By what.")] = "created",
    ascending: Annotated[bool, typer.Option("--asc/--desc", help="The least first, or last.")] = False,
    limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = 50,
    offset: Annotated[int, typer.Option(min=0, help="Skip so many.")] = 0,
) -> None:
    """Lists sessions, the newest first.

    Example: rallypoint sessions list --game orbit --sort behind --limit 10
    """
    asked = {"q": q or None, "game": game or None, "state": state, "sort": sort}
    found = desk.api.rows("/tables/sessions", limit, offset, **asked, desc=not ascending)
    if not desk.answered(found):
        desk.table(session_columns(desk.now), found["rows"], "No sessions.")
        desk.of(len(found["rows"]), found["matched"], found["total"], "sessions")


@sessions.command()
@connected
def show(desk: Desk, session: Session) -> None:
    """Shows a session: how it is, and who sits in it.

    Example: rallypoint sessions show 5f0c9a1be2d34c77
    """
    found = desk.api.get(below("sessions", session, "look"))
    if desk.answered(found):
        return
    desk.facts(session_facts(found, desk.now))
    desk.say("")
    desk.table(seat_columns(desk.now), found["seats"], "Nobody has a seat.")


@sessions.command()
@connected
def timeline(
    desk: Desk,
    session: Session,
    limit: Annotated[int | None, typer.Option(min=1, help="At most so many, the newest.")] = None,
) -> None:
    """Lists what happened in a session: who joined, dropped and came back, what operators did, slow steps.

    Example: rallypoint sessions timeline 5f0c9a1be2d34c77
    """
    found = desk.api.get(below("sessions", session, "timeline"), limit=limit)
    if desk.answered(found):
        return
    if found["left_out"]:
        desk.say(f"{found['left_out']:,} earlier ones left out", "dim")
    desk.table(timeline_columns(desk.now), found["items"], "Nothing has happened.")


@sessions.command()
@connected
def state(desk: Desk, session: Session) -> None:
    """Prints the whole state of a session's game, fields that no player sees, too.

    Example: rallypoint sessions state 5f0c9a1be2d34c77 --json
    """
    found = desk.api.get(below("sessions", session))
    if desk.answered(found):
        return
    desk.say(session_words(found["session"]), "bold")
    for line in tree(found["game_state"] or {}):
        desk.say(line)
    if found["entities_left_out"]:
        desk.say(f"{found['entities_left_out']:,} entities left out", "dim")


@sessions.command()
@connected
def pause(
    desk: Desk,
    session: Sessions = None,
    q: Text = "",
    game: Game = "",
    state: State = None,
    everything: All = False,
    reason: Annotated[str, typer.Option(help="Players are told.")] = "",
    yes: Yes = False,
) -> int | None:
    """Pauses sessions: no ticks, and session time stands still. Of a filter, it counts first, and asks.

    Example: rallypoint sessions pause 5f0c9a1be2d34c77 --reason 'looking into it'
    """
    many = _many(desk, "pause", ("Pause", "paused"), {"reason": reason} if reason else {}, reason)
    return do(desk, many, session or [], {"q": q, "game": game, "state": state or ""}, everything=everything, yes=yes)


@sessions.command()
@connected
def resume(
    desk: Desk,
    session: Sessions = None,
    q: Text = "",
    game: Game = "",
    everything: All = False,
    yes: Yes = False,
) -> int | None:
    """Lets paused sessions go on. Of a filter, it counts first, and asks.

    Example: rallypoint sessions resume --game orbit
    """
    many = replace(_many(desk, "resume", ("Resume", "resumed"), {}), only={"state": "paused"})
    return do(desk, many, session or [], {"q": q, "game": game}, everything=everything, yes=yes)


@sessions.command()
@connected
def step(
    desk: Desk,
    session: Session,
    ticks: Annotated[int, typer.Option(min=1, max=100, help="So many.")] = 1,
) -> None:
    """Steps a paused session.

    Example: rallypoint sessions step 5f0c9a1be2d34c77 --ticks 20
    """
    _told(desk, session, desk.api.post(below("sessions", session, "step"), {"ticks": ticks}))


@sessions.command()
@connected
def message(
    desk: Desk,
    text: Annotated[str, typer.Option(help="What their players are told.")],
    session: Sessions = None,
    q: Text = "",
    game: Game = "",
    state: State = None,
    everything: All = False,
    yes: Yes = False,
) -> int | None:
    """Tells the players of sessions something. Of a filter, it counts first, and asks.

    Example: rallypoint sessions message --game orbit --text 'The server restarts in five minutes'
    """
    many = _many(desk, "message", ("Write to", "told"), {"text": text}, text)
    return do(desk, many, session or [], {"q": q, "game": game, "state": state or ""}, everything=everything, yes=yes)


@sessions.command()
@connected
def end(
    desk: Desk,
    session: Sessions = None,
    q: Text = "",
    game: Game = "",
    state: State = None,
    everything: All = False,
    reason: Annotated[str, typer.Option(help="Players are told.")] = "ended by an operator",
    yes: Yes = False,
) -> int | None:
    """Ends sessions, without a result of the game's. Of a filter, it counts first, and asks.

    Example: rallypoint sessions end --game orbit --state waiting
    """
    many = _many(desk, "end", ("End", "ended"), {"reason": reason}, reason)
    return do(desk, many, session or [], {"q": q, "game": game, "state": state or ""}, everything=everything, yes=yes)


@sessions.command()
@connected
def kick(desk: Desk, session: Session, player: Annotated[str, typer.Argument(help="The player's id.")]) -> None:
    """Removes a player from a session, who does not come back to it.

    Example: rallypoint sessions kick 5f0c9a1be2d34c77 user-1042
    """
    _told(desk, session, desk.api.post(below("sessions", session, "kick"), {"player": player}))


@sessions.command()
@connected
def lock(desk: Desk, session: Session) -> None:
    """Lets nobody else be seated in a session.

    Example: rallypoint sessions lock 5f0c9a1be2d34c77
    """
    _told(desk, session, desk.api.post(below("sessions", session, "lock"), {"locked": True}))


@sessions.command()
@connected
def unlock(desk: Desk, session: Session) -> None:
    """Opens the free seats of a session again, unless the game itself has locked them.

    Example: rallypoint sessions unlock 5f0c9a1be2d34c77
    """
    _told(desk, session, desk.api.post(below("sessions", session, "lock"), {"locked": False}))


@sessions.command()
@connected
def tick(
    desk: Desk,
    session: Session,
    number: Annotated[int | None, typer.Argument(min=0, metavar="[TICK]", help="Else: which there are.")] = None,
    whole: Annotated[bool, typer.Option("--state", help="The whole state, too.")] = False,
) -> None:
    """Time travel: what a session was at a tick, what that step has changed, and what had reached it.

    Example: rallypoint sessions tick 5f0c9a1be2d34c77 412
    """
    if number is None:
        found = desk.api.get(below("sessions", session, "ticks"))
        if not desk.answered(found):
            desk.facts(ticks_facts(found))
        return
    found = desk.api.get(below("sessions", session, "ticks", number))
    if desk.answered(found):
        return
    desk.say(f"tick {found['tick']:,}, {duration(found['now_ms'] / 1000)}, epoch {found['epoch']}", "bold")
    for title, rows, columns in (
        ("What reached it", found["stimuli"], HAPPENED_COLUMNS),
        ("What came of it", found["events"], HAPPENED_COLUMNS),
        ("What it changed", found["changes"], CHANGE_COLUMNS),
    ):
        if rows:
            desk.say(title, "bold")
            desk.table(list(columns), rows, "")
    if not found["known_before"]:
        desk.say("The tick before is not known, so not what this one has changed.", "dim")
    if found["left_out"]:
        desk.say(f"{found['left_out']:,} more left out", "dim")
    if whole:
        desk.say("State", "bold")
        for line in tree(found["state"]):
            desk.say(line)


def _many(desk: Desk, action: str, words: tuple[str, str], body: dict[str, Any], text: str = "") -> Many:
    return Many(
        path="/sessions/bulk",
        what="session",
        action=action,
        verb=words[0],
        done=words[1],
        one=lambda id_: desk.api.post(below("sessions", id_, action), body),
        told=_told_of,
        more={"text": text} if text else {},
    )


def _told_of(desk: Desk, session: str, answer: Any) -> None:
    desk.say(session_words(answer))


def _told(desk: Desk, session: str, answer: Any) -> None:
    if not desk.answered(answer):
        _told_of(desk, session, answer)
