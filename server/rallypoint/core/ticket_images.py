"""What is kept of tickets if the server dies, and what comes of it: images of them, and the other way round."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from rallypoint_protocol.ids import LobbyId, SessionId

from .lobby_image import PlaysImage, TicketImage
from .lobby_session import LobbySession
from .lobby_ticket import Entrant, LobbyTicket
from .matchmaking.ticket import Member, Rating
from .party import plain, values

__all__ = ["KeptTicket", "by_ticket", "image_of", "image_of_plays", "member_of", "ticket_of"]

KeptTicket = tuple[LobbySession, TicketImage]
"""A lobby session, and what it has kept of its ticket: all of a party have their own."""


def image_of(ticket: LobbyTicket, session: LobbySession, *, told: int, quick: bool) -> TicketImage:
    """One player's part of a ticket. ``told``: the place that was told last; ``quick``: of one game's queue alone."""
    own = next(entrant for entrant in ticket.entrants if entrant.session is session)
    barred: list[str] = sorted(ticket.barred)
    return TicketImage(
        ticket.queues[0],
        ticket.number,
        ticket.queued_at,
        told,
        barred,
        [] if quick else list(ticket.queues),
        plain(own.attributes),
        dict(own.latency_ms),
        [entrant.session.id for entrant in ticket.entrants] if ticket.size > 1 else [],
        "" if ticket.found is None or ticket.found.check is None else ticket.found.id,
    )


def by_ticket(kept: Mapping[LobbyId, KeptTicket]) -> Iterator[tuple[list[KeptTicket], bool]]:
    """The parts of each ticket, in order of arrival; and whether all of them are there."""
    done: dict[LobbyId, None] = {}
    for session, image in sorted(kept.values(), key=lambda one: one[1].number):
        if session.id not in done:
            ids = [LobbyId(it) for it in image.members] or [session.id]
            done.update((it, None) for it in ids)
            parts = [kept[it] for it in ids if it in kept and kept[it][1].number == image.number]
            yield parts, len(parts) == len(ids)


def ticket_of(parts: Sequence[KeptTicket], queues: tuple[str, ...], shift_s: float) -> LobbyTicket:
    """The ticket again, in those of its queues that there still are."""
    image = parts[0][1]
    entrants = tuple(Entrant(session, values(one.attributes), dict(one.latency_ms)) for session, one in parts)
    ticket = LobbyTicket(entrants, queues, image.number, image.queued_at + shift_s)
    ticket.barred = frozenset(SessionId(barred) for barred in image.barred)
    return ticket


def image_of_plays(plays: tuple[str, Member] | None) -> PlaysImage | None:
    """As what a player was matched, by which queue."""
    if plays is None:
        return None
    name, member = plays
    return PlaysImage(name, plain(member.attributes), dict(member.latency_ms), member.rating.mu, member.rating.sigma)


def member_of(session: LobbySession, image: PlaysImage) -> Member:
    """The same again. Whom the player met and has blocked is not kept here."""
    return Member(session.player, values(image.attributes), Rating(image.mu, image.sigma), dict(image.latency_ms))
