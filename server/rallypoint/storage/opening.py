"""Where things are kept, as the settings say: store, webhooks, journal, replays. What is heavy is imported late."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from rallypoint.config import Settings
from rallypoint.operator_ports import OperatorStore
from rallypoint.operators_in_memory import OperatorsInMemory
from rallypoint.ports import Journal, Recovered, Store, StoreUnusable

from .journal_off import JournalOff
from .no_store import NoStore

if TYPE_CHECKING:
    from sqlalchemy import URL

    from rallypoint.core.replay_format import ReplayHeader
    from rallypoint.runtime.recovery import SetAside
    from rallypoint.runtime.replays import Replays
    from rallypoint.runtime.webhooks import WebhookSender

__all__ = [
    "FILE_NAME",
    "open_journal_of",
    "open_replays",
    "open_storage",
    "operators_of",
    "replay_folders",
    "set_aside_in",
    "travelled_folders",
    "url_of",
]

FILE_NAME: Final = "rallypoint.db"
"""In ``data_dir``, as the folders that follow."""
JOURNAL: Final = "journal"
REPLAYS: Final = "replays"
REPLAY_STREAMS: Final = "replay-streams"
QUARANTINE: Final = "quarantine"


def open_journal_of(settings: Settings) -> tuple[Journal, Recovered | None]:
    """The journal, and what it held; nothing is written to it yet. To be called on the running event loop.

    Raises:
        JournalUnusable: it cannot be opened; a sentence says what to do.
    """
    durability = settings.durability_in_force
    if durability == "off":
        return JournalOff(), None
    from .journal_opening import open_journal

    return open_journal(_folder(settings, JOURNAL), durability, asyncio.get_running_loop())


def open_replays(settings: Settings) -> Replays | None:
    """Who keeps replays, if they are wanted. To be called on the running event loop."""
    if settings.replays == "off":
        return None
    from rallypoint.runtime.replays import Replays

    from .replay_file import ReplayFolder

    return Replays(
        ReplayFolder(_folder(settings, REPLAYS)),
        asyncio.get_running_loop(),
        time.time,
        keep_days=settings.replays_keep_days,
        bytes_max=settings.replays_bytes_max,
    )


def replay_folders(settings: Settings) -> tuple[Path, Path] | None:
    """Where replays are, and where what pages see of them is kept; ``None`` if they are not wanted."""
    if settings.replays == "off":
        return None
    return _folder(settings, REPLAYS), _folder(settings, REPLAY_STREAMS)


def travelled_folders(settings: Settings) -> tuple[Path | None, Path | None]:
    """Where replays and the journal are; ``None``: there is none."""
    replays = None if settings.replays == "off" else _folder(settings, REPLAYS)
    return replays, None if settings.durability_in_force == "off" else _folder(settings, JOURNAL)


def set_aside_in(settings: Settings) -> SetAside:
    """Keeps the journal of a quarantined session as a replay file. It raises ``OSError``."""

    def set_aside(header: ReplayHeader, entries: Sequence[bytes]) -> str:
        from .replay_file import ReplayFolder

        return str(ReplayFolder(_folder(settings, QUARANTINE)).put(header, entries))

    return set_aside


def _folder(settings: Settings, name: str) -> Path:
    assert settings.data_dir is not None
    return settings.data_dir.expanduser().absolute() / name


async def open_storage(settings: Settings) -> tuple[Store, WebhookSender | None]:
    """The store, open and migrated, and the sender of its webhooks, if there is a URL, not yet started.

    Raises:
        StoreUnusable: the database cannot be used, or webhooks cannot be sent as it is set; a sentence says what to do.
    """
    if not settings.database_url and settings.data_dir is None:
        if settings.webhook_url:
            raise StoreUnusable("webhooks are kept in the database until they have arrived: set data_dir too")
        return NoStore(), None
    from .store import SqlStore

    url = url_of(settings)
    if not settings.webhook_url:
        return await SqlStore.open(url), None
    from rallypoint.runtime.webhooks import WebhookSender, checked_url

    try:
        hook = checked_url(settings.webhook_url)
    except ValueError as error:
        raise StoreUnusable(f"webhook_url: {error}") from None
    store = await SqlStore.open(url, webhooks=True)
    return store, WebhookSender(store.outbox, hook, settings.webhook_secret.get_secret_value())


def url_of(settings: Settings) -> str | URL:
    """Of the database that these settings name: there is one."""
    if settings.database_url:
        return settings.database_url
    from sqlalchemy import URL

    assert settings.data_dir is not None
    path = settings.data_dir.expanduser().absolute() / FILE_NAME
    return URL.create("sqlite+aiosqlite", database=str(path))


def operators_of(store: Store) -> OperatorStore:
    """Where operators are kept: with everything else."""
    if isinstance(store, NoStore):
        return OperatorsInMemory()
    from .operators import SqlOperators
    from .store import SqlStore

    assert isinstance(store, SqlStore)
    return SqlOperators(store.database)
