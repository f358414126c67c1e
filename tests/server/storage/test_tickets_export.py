"""Recorded tickets become lines that a simulation reads, also from the database of a server that runs."""

from __future__ import annotations

import io
import json
import time
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from rallypoint.core.matchmaking.records import TicketPlayer, TicketRecord
from rallypoint.core.matchmaking.ticket import Rating
from rallypoint.matchmaker_command import commands
from rallypoint.storage import recorded_tickets
from rallypoint.storage.recorded_tickets import ExportRefused, write_tickets
from rallypoint_protocol.ids import PlayerId
from rallypoint_simulation.traffic.recorded import read_tickets
from tests.server.storage.made import CREATED_AT, looking_into, store_at, store_on, written


def ticket(number: int, *players: str, queues: tuple[str, ...] = ("ranked",), **changes: Any) -> TicketRecord:
    told = tuple(
        TicketPlayer(
            PlayerId(player),
            {"ranked": Rating(30.0, 2.5), "duel": Rating(20.0, 3.0)},
            {"map": ("ice", "dune"), "level": 12, "pro": False},
            {"eu": 24.5},
        )
        for player in players
    )
    at = CREATED_AT + number
    values: dict[str, Any] = {"queued_at": at, "ended_at": at + 12.25, "outcome": "matched"}
    return TicketRecord(changes.pop("id", f"t{number}"), queues, told, **values | changes)


async def lines(database: str | Path, **options: Any) -> list[dict[str, Any]]:
    out = io.BytesIO()
    done = await write_tickets(database, out, **options)
    found = [json.loads(line) for line in out.getvalue().splitlines()]
    assert len(found) == done.tickets
    return found


def source(url: str) -> str | Path:
    return Path(url.partition("///")[2]) if url.startswith("sqlite") else url


async def test_a_ticket_is_written_as_the_rules_saw_it_without_who_it_was(url):
    async with store_on(url) as store:
        store.ticket_ended(ticket(0, "ada", "bob"))
        store.ticket_ended(ticket(5, "ada", outcome="cancelled", queues=("duel", "ranked")))
        await written(store)
        first, second = await lines(source(url))
    player = {"rating": [30.0, 2.5], "attributes": {"map": ["ice", "dune"], "level": 12, "pro": False}}
    both = [{"id": number, **player, "latency_ms": {"eu": 24.5}} for number in ("1", "2")]
    assert first == {"at": 0, "players": both, "queues": ["ranked"], "waited_s": 12.25, "outcome": "matched"}
    assert (second["at"], second["outcome"], second["players"][0]["id"]) == (5, "cancelled", "1")
    assert second["players"][0]["rating"] == [20.0, 3.0], "that of the ticket's first queue"


async def test_who_wants_the_ids_gets_them(url):
    async with store_on(url) as store:
        store.ticket_ended(ticket(0, "ada", "bob"))
        await written(store)
    (line,) = await lines(source(url), ids=True)
    assert [player["id"] for player in line["players"]] == ["ada", "bob"]


async def test_it_may_be_one_queue_with_the_ratings_of_it_and_a_part_of_the_time(url):
    async with store_on(url) as store:
        store.ticket_ended(ticket(0, "ada"))
        store.ticket_ended(ticket(1, "bob", queues=("duel",)))
        store.ticket_ended(ticket(2, "cid", queues=("duel", "ranked")))
        await written(store)
    ranked = await lines(source(url), queue="ranked", ids=True)
    assert [(line["players"][0]["id"], line["players"][0]["rating"]) for line in ranked] == [
        ("ada", [30.0, 2.5]),
        ("cid", [30.0, 2.5]),
    ]
    late = await lines(source(url), since=CREATED_AT + 13, ids=True)
    assert [(line["players"][0]["id"], line["at"]) for line in late] == [("bob", 0), ("cid", 1)]
    assert await lines(source(url), queue="nothing") == []


async def test_many_come_in_pages_each_once_and_progress_is_told(url, monkeypatch):
    monkeypatch.setattr(recorded_tickets, "PAGE", 7)
    async with store_on(url) as store:
        for number in range(40):  # many end at the same moment
            store.ticket_ended(ticket(number // 10, f"p{number:02}", id=f"t{number}"))
        await written(store)
    told: list[int] = []
    found = await lines(source(url), ids=True, progress=lambda far: told.append(far.tickets))
    assert sorted(line["players"][0]["id"] for line in found) == [f"p{number:02}" for number in range(40)]
    assert told[-1] == 40
    assert told == sorted(told)
    assert len(told) > 5


async def test_a_simulation_reads_it(tmp_path):
    async with store_at(tmp_path / "rallypoint.db") as store:
        for number in (3, 1, 2):
            store.ticket_ended(ticket(number, f"p{number}"))
        await written(store)
        with (tmp_path / "tickets.jsonl").open("wb") as out:
            await write_tickets(tmp_path / "rallypoint.db", out)
    found = read_tickets(tmp_path / "tickets.jsonl", "ranked")
    assert [each.at for each in found] == [0, 1, 2]
    assert found[0].players[0].attributes == {"map": ("ice", "dune"), "level": 12, "pro": False}


async def test_reading_neither_changes_the_file_nor_waits_for_a_writer_nor_stops_one(tmp_path):
    path = tmp_path / "rallypoint.db"
    async with store_at(path) as store:
        store.ticket_ended(ticket(1, "ada"))
        await written(store)
        with looking_into(path) as other:
            other.execute("BEGIN IMMEDIATE")  # as a server in the midst of a write
            assert len(await lines(path)) == 1
            other.execute("DELETE FROM tickets")
            other.execute("COMMIT")
        assert await lines(path) == []


async def test_what_is_no_database_of_this_release_is_told(tmp_path):
    with pytest.raises(ExportRefused, match="there is no database"):
        await lines(tmp_path / "rallypoint.db")
    (tmp_path / "text").write_text("no database, but long enough to be one" * 99)
    with pytest.raises(ExportRefused, match="file is not a database"):
        await lines(tmp_path / "text")
    (tmp_path / "empty").touch()
    with pytest.raises(ExportRefused, match="no such table: tickets"):
        await lines(tmp_path / "empty")
    with pytest.raises(ExportRefused, match="URL is none"):
        await lines("nonsense")
    assert not (tmp_path / "rallypoint.db").exists()


# --- the command ------------------------------------------------------------------------------------------------------


@pytest.fixture
async def folder(tmp_path: Path) -> Path:
    async with store_at(tmp_path / "rallypoint.db", wall=time.time) as store:
        now = time.time()
        store.ticket_ended(ticket(1, "ada", queued_at=now - 7300, ended_at=now - 7200))
        store.ticket_ended(ticket(2, "bob", queued_at=now - 70, ended_at=now - 60))
        await written(store)
    return tmp_path


def run(*words: str) -> Any:
    return CliRunner().invoke(commands(["export"]), ["export", *words])


def test_the_command_writes_a_file(folder):
    out = folder / "out.jsonl"
    done = run("-o", str(out), "--data", str(folder))
    assert done.exit_code == 0, done.output
    assert done.stderr == "2 tickets of 2 players\n"
    assert len(out.read_bytes().splitlines()) == 2
    assert run("-o", str(out), "--data", str(folder), "--since", "1h").exit_code == 0
    assert len(out.read_bytes().splitlines()) == 1


def test_without_a_file_it_writes_to_standard_output_and_nothing_else_there(folder):
    done = run("--data", str(folder), "--ids")
    assert [json.loads(line)["players"][0]["id"] for line in done.stdout.splitlines()] == ["ada", "bob"]


def test_the_command_leaves_the_file_alone_when_there_is_nothing_to_write(folder):
    out = folder / "out.jsonl"
    out.write_text("as it was")
    for words, sentence in (
        (["--queue", "other"], "there is no such ticket"),
        (["--data", str(folder / "nowhere")], "there is no database"),
        (["--since", "yesterday"], "give a time"),
        (["--database-url", "mysql+nothing://here/x"], "mysql"),
        (["--database-url", "postgresql+asyncpg://ann:secret@127.0.0.1:1/x"], "ann:***@127.0.0.1"),
        (["--database-url", "sqlite+aiosqlite:///" + str(folder / "none.db")], "there is no database"),
    ):
        done = run("-o", str(out), *(["--data", str(folder)] if "--data" not in words else []), *words)
        assert (done.exit_code, done.stdout) == (2, ""), words
        assert done.stderr.startswith("rallypoint: ")
        assert sentence in done.stderr
    assert out.read_text() == "as it was"
    assert run("-o", str(folder / "nowhere" / "out.jsonl"), "--data", str(folder)).exit_code == 2
    assert list(folder.glob("*.part")) == []


def test_a_row_that_cannot_be_read_is_left_out_and_told(folder):
    with looking_into(folder / "rallypoint.db") as other:
        other.execute("UPDATE tickets SET record = '{\"id\": 7}' WHERE ticket = 't1'")
    done = run("--data", str(folder))
    assert done.exit_code == 0
    assert "1 tickets of 1 players; 1 that this release cannot read are left out" in done.stderr


def test_it_is_what_the_simulation_of_a_day_plays(folder, tmp_path):
    (tmp_path / "rules.toml").write_text('[queue.ranked]\ngame = "arena"\nteams = "1v1"\n')
    out = str(tmp_path / "out.jsonl")
    assert run("-o", out, "--data", str(folder)).exit_code == 0
    words = ["simulate", str(tmp_path / "rules.toml"), "--tickets", out, "--json"]
    done = CliRunner().invoke(commands(["simulate"]), words)
    assert done.exit_code == 0, done.output
    json.loads(done.stdout)
