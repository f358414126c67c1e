"""How one task waits for what comes in between."""

import asyncio

import pytest

from rallypoint_client.news import News


async def test_who_waits_is_told():
    news = News("this")
    news.tell()  # nobody waits: not kept
    waiting = asyncio.create_task(news.wait())
    await asyncio.sleep(0)
    assert not waiting.done()
    news.tell()
    news.tell()
    await waiting


async def test_only_one_may_wait():
    news = News("one seat")
    waiting = asyncio.create_task(news.wait())
    await asyncio.sleep(0)
    with pytest.raises(RuntimeError, match="two tasks iterate over one seat"):
        await news.wait()
    news.tell()
    await waiting


async def test_after_one_was_cancelled_another_may_wait():
    news = News("this")
    waiting = asyncio.create_task(news.wait())
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.wait([waiting])
    another = asyncio.create_task(news.wait())
    await asyncio.sleep(0)
    news.tell()
    await another
