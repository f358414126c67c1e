"""The list of sessions for backends, page by page."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rallypoint.core.orders import Denial
from rallypoint.runtime.session_host import SessionHost
from rallypoint.runtime.session_info import SessionInfo, session_info

__all__ = ["Page", "page_of"]


@dataclass(frozen=True, slots=True)
class Page:
    """Some of the sessions, oldest first. ``next``: where the next page begins; ``None``: there is none."""

    sessions: tuple[SessionInfo, ...]
    next: str | None


def page_of(
    hosts: Sequence[SessionHost], fits: Callable[[SessionHost], bool], limit: int, after: str = ""
) -> Page | Denial:
    """At most ``limit`` of the hosts that fit, those behind ``after``, which is an earlier page's ``next``.

    ``hosts`` are in the order of their creation. A page's place is a time and an id, not a position: a session that is
    there all the while is in exactly one page, whatever ends meanwhile. Denied: ``invalid``, for an ``after`` that is
    none.
    """
    begin = _cursor(after)
    if begin is None:
        return Denial("invalid", "after: give what an earlier page had as `next`")
    found: list[tuple[tuple[int, str], SessionHost]] = []
    for at in range(bisect_left(hosts, begin[0], key=_created_us), len(hosts)):
        host = hosts[at]
        if len(found) > limit and _created_us(host) > found[-1][0][0]:
            break  # not before: those of one microsecond are not in the order of their ids
        key = (_created_us(host), host.core.id)
        if key > begin and fits(host):
            found.append((key, host))
    found.sort(key=lambda item: item[0])
    shown = found[:limit]
    last = f"{shown[-1][0][0]}-{shown[-1][0][1]}" if len(found) > limit else None
    return Page(tuple(session_info(host) for _, host in shown), last)


def _created_us(host: SessionHost) -> int:
    """When it was created, on the node's monotonic clock: the wall clock may be set back."""
    return round(host.listed_at * 1e6)


def _cursor(after: str) -> tuple[int, str] | None:
    """Behind which session a page begins, as its time and id; ``None`` if ``after`` is nothing that we gave."""
    if not after:
        return (-1, "")
    created, dash, session = after.partition("-")
    return (int(created), session) if dash and created.isascii() and created.isdigit() and len(created) < 20 else None
