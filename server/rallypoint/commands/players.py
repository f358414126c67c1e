"""``rallypoint players``: who is there, how their connections are, and what is to be done about somebody."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from .api_client import Refused, below
from .bulk import Many, do
from .connected import Desk, connected, group
from .figures import clock, counted
from .player_rows import RATING_COLUMNS, happened_columns, player_columns, player_facts, seat_columns, ticket_columns
from .sheets import Column, Row

__all__ = ["players"]

players = group("Lists players, shows one, and removes, mutes and tells them something.")

Players = Annotated[list[str] | None, typer.Argument(metavar="PLAYER", help="Ids; else those that a filter means.")]
Text = Annotated[str, typer.Option("--q", help="In the player's name or id.")]
Place = Annotated[Literal["lobby", "queue", "seated"] | None, typer.Option("--place", help="Who is there.")]
All = Annotated[bool, typer.Option("--all", help="All of them.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]


@players.command("list")
@connected
def list_(
    desk: Desk,
    q: Text = "",
    place: Place = None,
    sort: Annotated[Literal["name", "since", "behind", "place"], typer.Option(help="By what.")] = "since",
    ascending: Annotated[bool, typer.Option("--asc/--desc", help="The least first, or last.")] = False,
    limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = 50,
    offset: Annotated[int, typer.Option(min=0, help="Skip so many.")] = 0,
) -> None:
    """Lists everybody who is in the lobby or has a seat, the newest first.

    Example: rallypoint players list --sort behind --limit 10
    """
    asked = {"q": q or None, "place": place, "sort": sort, "desc": not ascending}
    found = desk.api.rows("/tables/players", limit, offset, **asked)
    if not desk.answered(found):
        desk.table(player_columns(desk.now), found["rows"], "No players.")
        desk.of(len(found["rows"]), found["matched"], found["total"], "players")


@players.command()
@connected
def show(desk: Desk, player: Annotated[str, typer.Argument(help="The player's id.")]) -> None:
    """Shows a player: connections, seats, tickets, ratings, and what happened of late.

    Example: rallypoint players show user-1042
    """
    found = desk.api.get(below("players", player))
    if desk.answered(found):
        return
    desk.facts(player_facts(found, desk.now))
    tables: list[tuple[list[Row], list[Column]]] = [
        (found["seats"], seat_columns(desk.now)),
        (found["tickets"], ticket_columns(desk.now)),
        (_ratings(desk, player), RATING_COLUMNS),
        (found["recent"], happened_columns(desk.now)),
    ]
    for rows, columns in tables:
        if rows:
            desk.say("")
            desk.table(columns, rows, "")


@players.command()
@connected
def kick(
    desk: Desk,
    player: Players = None,
    q: Text = "",
    place: Place = None,
    everything: All = False,
    reason: Annotated[str, typer.Option(help="For the audit log and the player's history.")] = "",
    yes: Yes = False,
) -> int | None:
    """Removes players from the lobby and from every seat; no ban. Of a filter, it counts first, and asks.

    Example: rallypoint players kick user-1042 --reason 'spam'
    """
    many = Many(
        path="/players/bulk",
        what="player",
        action="kick",
        verb="Remove",
        done="removed",
        one=lambda id_: desk.api.post(below("players", id_, "kick"), {"reason": reason}),
        told=lambda desk, id_, answer: desk.say(f"{id_} is removed from {counted(answer['places'], 'place')}"),
        more={"text": reason},
    )
    return do(desk, many, player or [], {"q": q, "place": place or ""}, everything=everything, yes=yes)


@players.command()
@connected
def mute(
    desk: Desk,
    player: Players = None,
    minutes: Annotated[int, typer.Option(min=1, max=525_600, help="For so long.")] = 60,
    q: Text = "",
    place: Place = None,
    everything: All = False,
    reason: Annotated[str, typer.Option(help="They are told.")] = "",
    yes: Yes = False,
) -> int | None:
    """Lets players not chat, for a time; also somebody who is not here. Of a filter, it counts first, and asks.

    Example: rallypoint players mute user-1042 --minutes 60 --reason 'be kind'
    """
    many = Many(
        path="/players/bulk",
        what="player",
        action="mute",
        verb="Mute",
        done="muted",
        one=lambda id_: desk.api.post(below("players", id_, "mute"), {"minutes": minutes, "reason": reason}),
        told=lambda desk, id_, answer: desk.say(f"{id_} is muted until {clock(answer['until_at'], desk.now)}"),
        more={"text": reason, "minutes": minutes},
    )
    return do(desk, many, player or [], {"q": q, "place": place or ""}, everything=everything, yes=yes)


@players.command()
@connected
def unmute(
    desk: Desk, player: Players = None, q: Text = "", place: Place = None, everything: All = False, yes: Yes = False
) -> int | None:
    """Lets players chat again. Of a filter, it counts first, and asks.

    Example: rallypoint players unmute user-1042
    """
    many = Many(
        path="/players/bulk",
        what="player",
        action="unmute",
        verb="Unmute",
        done="unmuted",
        one=lambda id_: desk.api.post(below("players", id_, "unmute"), {}),
        told=lambda desk, id_, answer: desk.say(f"{id_} {'may chat again' if answer['lifted'] else 'was not muted'}"),
        more={},
    )
    return do(desk, many, player or [], {"q": q, "place": place or ""}, everything=everything, yes=yes)


@players.command()
@connected
def message(
    desk: Desk,
    text: Annotated[str, typer.Option(help="What they are told.")],
    player: Players = None,
    q: Text = "",
    place: Place = None,
    everything: All = False,
    yes: Yes = False,
) -> int | None:
    """Tells players something. Of a filter, it counts first, and asks.

    Example: rallypoint players message user-1042 --text 'Please change your name'
    """
    many = Many(
        path="/players/bulk",
        what="player",
        action="message",
        verb="Write to",
        done="told",
        one=lambda id_: desk.api.post(below("players", id_, "message"), {"text": text}),
        told=lambda desk, id_, answer: desk.say(f"{id_} {'is told' if answer['now'] else 'is told at the return'}"),
        more={"text": text},
    )
    return do(desk, many, player or [], {"q": q, "place": place or ""}, everything=everything, yes=yes)


def _ratings(desk: Desk, player: str) -> list[Row]:
    """None, if the server keeps none of this player."""
    try:
        found: list[Row] = desk.api.get(below("players", player, "ratings"), limit=0)["ratings"]
    except Refused:
        return []
    return found
