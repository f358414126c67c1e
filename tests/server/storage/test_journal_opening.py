"""A journal on a real disk, with a thread, and processes that are killed."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import textwrap
from functools import partial
from pathlib import Path

import pytest

from rallypoint.ports import Entry, JournalUnusable, Recovered
from rallypoint.storage.journal_files import FileJournal, JournalSettings
from rallypoint.storage.journal_opening import open_journal
from rallypoint.storage.journal_reading import read_journal
from rallypoint.storage.os_files import OsFiles
from tests.server.storage.journal_house import GONE, PART, WHOLE


async def until(condition) -> None:
    async with asyncio.timeout(20):
        while not condition():
            await asyncio.sleep(0.005)


def opened(folder: Path, durability="process", **settings) -> FileJournal:
    return open_journal(folder, durability, asyncio.get_running_loop(), settings=JournalSettings(**settings))[0]


def recovered(folder: Path) -> Recovered:
    files = OsFiles(folder)
    try:
        return read_journal(files)[0]
    finally:
        files.close()


@pytest.mark.parametrize("durability", ["process", "disk"])
async def test_what_was_appended_is_there_again(tmp_path, durability):
    folder = tmp_path / "data" / "journal"
    journal = opened(folder, durability, segment_bytes=2000)
    done: list[int] = []
    journal.append([Entry("session/a", WHOLE, b"w")], 1.0, lambda: done.append(-1))
    for number in range(100):
        journal.append([Entry("session/a", PART, bytes([number]) * 100)], 1.0 + number, partial(done.append, number))
        if number % 10 == 0:
            await until(lambda: journal._segments.has_ahead)
    await until(lambda: len(done) == 101)
    assert done == list(range(-1, 100))
    await journal.close()
    again, found = open_journal(folder, "process", asyncio.get_running_loop())
    assert found.entries == {"session/a": [b"w", *(bytes([number]) * 100 for number in range(100))]}
    assert (found.now, found.notes, found.undurable, found.stepping) == (100.0, [], "", "")
    await again.close()
    assert len([name for name in os.listdir(folder) if name.endswith(".rpj")]) > 4


async def test_files_are_for_their_owner_alone_and_old_ones_are_deleted(tmp_path):
    folder = tmp_path / "journal"
    journal = opened(folder, segment_bytes=1000)
    async with asyncio.timeout(20):
        while not (folder / "00000006.rpj").exists():
            journal.append([Entry("session/a", WHOLE, bytes(1500))], 1.0, lambda: None)
            await asyncio.sleep(0.002)
    await until(lambda: not (folder / "00000004.rpj").exists())
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {entry.stat().st_mode & 0o777 for entry in folder.iterdir()} == {0o600}
    journal.append([Entry("session/a", GONE, b"")], 1.0, lambda: None)
    await journal.close()


async def test_a_second_server_on_the_same_folder_is_refused(tmp_path):
    journal = opened(tmp_path)
    with pytest.raises(
        JournalUnusable, match=r"another server writes its journal to .*: end it, or set another data_dir"
    ):
        opened(tmp_path)
    await journal.close()
    await opened(tmp_path).close()
    assert os.listdir(tmp_path) == []


async def test_a_folder_that_cannot_be_one_is_refused(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(JournalUnusable, match=r"the journal's folder .*file cannot be used: "):
        opened(tmp_path / "file")


async def test_a_damaged_journal_is_refused_and_left_as_it_is(tmp_path):
    (tmp_path / "00000001.rpj").write_bytes(b"RPJ\n\x09\x00")
    with pytest.raises(JournalUnusable, match=r"the journal in .*: 00000001.rpj was written by another release"):
        opened(tmp_path)
    assert (tmp_path / "00000001.rpj").read_bytes() == b"RPJ\n\x09\x00"
    with pytest.raises(JournalUnusable, match="another release"):  # and the folder is not locked
        opened(tmp_path)


@pytest.mark.parametrize("durability", ["process", "disk"])
async def test_a_folder_that_is_deleted_is_noticed_and_made_anew_with_all_that_lives(tmp_path, durability, monkeypatch):
    monkeypatch.setattr("rallypoint.storage.os_files._LOOK_S", 0.0)
    folder = tmp_path / "journal"
    journal = opened(folder, durability, retry_s=0.05)
    failures: list[str] = []
    journal.failed = failures.append
    journal.mended = lambda: journal.append([Entry("session/a", WHOLE, b"all of it")], 1.0, lambda: None)
    journal.append([Entry("session/a", WHOLE, b"1")], 1.0, lambda: None)
    await asyncio.sleep(0.05)
    shutil.rmtree(folder)
    journal.append([Entry("session/a", PART, b"2")], 1.0, lambda: None)
    await until(lambda: failures and not journal.failure)
    await journal.close()
    assert failures == ["the journal cannot be written: the journal's file was deleted"]
    assert recovered(folder).entries == {"session/a": [b"all of it"]}


CHILD = """
    import asyncio, sys
    from pathlib import Path
    from rallypoint.ports import Entry, EntryKind
    from rallypoint.storage.journal_files import JournalSettings
    from rallypoint.storage.journal_opening import open_journal

    async def main():
        loop = asyncio.get_running_loop()
        settings = JournalSettings(segment_bytes=20_000)
        journal, found = open_journal(Path(sys.argv[1]), sys.argv[2], loop, settings=settings)
        number = len(found.entries.get("session/a", ()))
        def say(number):
            sys.stdout.write(f"{number}\\n")
            sys.stdout.flush()
        if not number:
            journal.append([Entry("session/a", EntryKind.WHOLE, b"0" * 300)], 0.0, lambda: say(1))
            number = 1
        while True:
            for _ in range(5):
                number += 1
                data = str(number - 1).encode() * 100
                journal.stepping("session/a")
                journal.append([Entry("session/a", EntryKind.PART, data)], 0.0, lambda n=number: say(n))
            await asyncio.sleep(0.0005)

    asyncio.run(main())
"""


@pytest.mark.parametrize("durability", ["process", "disk"])
def test_a_process_that_is_killed_has_told_of_nothing_that_is_not_there(tmp_path, durability):
    script = tmp_path / "child.py"
    script.write_text(textwrap.dedent(CHILD))
    folder = tmp_path / "journal"
    for life in range(3):
        with subprocess.Popen([sys.executable, script, folder, durability], stdout=subprocess.PIPE) as child:
            assert child.stdout is not None
            for _ in range(100 + 150 * life):
                assert child.stdout.readline()
            child.send_signal(signal.SIGKILL)
            told = child.stdout.read().split(b"\n")
        found = recovered(folder)
        parts = found.entries["session/a"]
        whole = [line for line in told[:-1] if line]
        assert not whole or len(parts) >= int(whole[-1])
        assert [part[:1] for part in parts] == [str(number).encode()[:1] for number in range(len(parts))]
        assert parts[1:] == [str(number).encode() * 100 for number in range(1, len(parts))]
        assert found.stepping == "session/a"
