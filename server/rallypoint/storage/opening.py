"""The store and the webhooks that the settings ask for. What is heavy is imported only if they ask for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rallypoint.config import Settings
from rallypoint.ports import Store, StoreUnusable

from .no_store import NoStore

if TYPE_CHECKING:
    from rallypoint.runtime.webhooks import WebhookSender

__all__ = ["FILE_NAME", "open_storage"]

FILE_NAME = "rallypoint.db"
"""In ``data_dir``."""


async def open_storage(settings: Settings) -> tuple[Store, WebhookSender | None]:
    """The store, open and migrated, and the sender of its webhooks, if there is a URL, not yet started.

    Raises:
        StoreUnusable: the database cannot be used, or webhooks cannot be sent as it is set; a sentence says what to do.
    """
    if not settings.database_url and settings.data_dir is None:
        if settings.webhook_url:
            raise StoreUnusable("webhooks are kept in the database until they have arrived: set data_dir too")
        return NoStore(), None
    from sqlalchemy import URL

    from .store import SqlStore

    url: str | URL = settings.database_url
    if not url:
        assert settings.data_dir is not None
        path = settings.data_dir.expanduser().absolute() / FILE_NAME
        url = URL.create("sqlite+aiosqlite", database=str(path))
    if not settings.webhook_url:
        return await SqlStore.open(url), None
    from rallypoint.runtime.webhooks import WebhookSender, checked_url

    try:
        hook = checked_url(settings.webhook_url)
    except ValueError as error:
        raise StoreUnusable(f"webhook_url: {error}") from None
    store = await SqlStore.open(url, webhooks=True)
    return store, WebhookSender(store.outbox, hook, settings.webhook_secret.get_secret_value())
