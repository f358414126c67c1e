"""``docs/protocol.md`` says what the code says: tables, bounds, links, and the trace, which is played again."""

from __future__ import annotations

import json
import re
import typing
from pathlib import Path
from typing import Any

import msgspec
import pytest

from rallypoint_protocol import limits, messages as m
from rallypoint_protocol.codec import decode_lobby, decode_lobby_reply, decode_session_reply
from tests.shared.stranger import Stranger
from tests.vectors.labels import ELEMENTS, KINDS
from tests.vectors.notation import unpacked
from tests.vectors.skirmish import Skirmish
from tests.vectors.trace import FILE, played, signature
from tests.vectors.trace_document import DOCUMENT, with_trace

TEXT = DOCUMENT.read_text(encoding="utf-8")
RULES = TEXT[: TEXT.index("<!-- trace")]
MESSAGES: dict[int, Any] = {
    kind.__struct_config__.tag: kind
    for union in (m.LobbyMessage, m.SessionMessage, m.LobbyReply, m.SessionReply)
    for kind in typing.get_args(union)
}
TRACE: list[dict[str, Any]] = json.loads(FILE.read_text(encoding="utf-8"))


def rows(columns: int) -> list[list[str]]:
    """The cells of all tables with so many columns."""
    lines = [line.strip()[1:-1].strip(" ") for line in RULES.splitlines() if line.startswith("| ")]
    return [cells for line in lines if len(cells := re.split(r" *\| *", line)) == columns]


def documented() -> dict[int, tuple[str, list[str], str]]:
    """Kind to name, elements and place."""
    return {
        int(c[0]): (c[1], _elements(c[2]), c[3])
        for c in rows(4)
        if c[0].isdigit() and int(c[0]) > 0 and c[1] in KINDS.values()
    }


def _elements(cell: str) -> list[str]:
    bare = re.sub(r"\([^()]*(\([^()]*\)[^()]*)*\)|`[^`]*`|: see .*", "", cell)
    return [element.split("=")[0].strip() for element in bare.split(",") if element.strip()]


# --- tables -----------------------------------------------------------------------------------------------------------


def test_every_kind_is_in_the_tables_with_its_name_and_elements():
    found = documented()
    assert set(found) == set(MESSAGES) == set(KINDS)
    for kind, (name, elements, _) in found.items():
        assert name == KINDS[kind]
        assert tuple(elements) == ELEMENTS[kind], name


def test_the_elements_of_the_tables_are_those_of_the_code_in_order():
    other = {
        "request id": "id",
        "kind of push": "kind",
        "lobby id": "lobby",
        "seat part": "seat",
        "schema hash": "schema",
    }
    for kind, struct in MESSAGES.items():
        names = [other.get(name, name) if kind != 40 else name.replace(" ", "_") for name in ELEMENTS[kind]]
        assert names == list(struct.__struct_fields__), KINDS[kind]


def test_what_may_be_left_out_is_what_has_a_default():
    for kind, struct in MESSAGES.items():
        (line,) = (row[2] for row in rows(4) if row[0] == str(kind) and row[1] == KINDS[kind])
        assert line.count(" = ") == len(struct.__struct_defaults__), KINDS[kind]


def test_the_place_of_each_message_is_where_it_is_understood():
    for kind, (name, _, place) in documented().items():
        lobby = MESSAGES[kind] in typing.get_args(m.LobbyMessage) + typing.get_args(m.LobbyReply)
        session = MESSAGES[kind] in typing.get_args(m.SessionMessage) + typing.get_args(m.SessionReply)
        assert [part in place for part in "LS"] == [lobby, session], name


@pytest.mark.parametrize(
    ("struct", "pattern"),
    [
        (m.SessionRow, r"- \*row\*: `\[(.*?)\]`"),
        (m.ChatLine, r"- \*line\*: `\[(.*?)\]`"),
        (m.Head, r"\*\*head\*\* `\[(.*?)\]`"),
        (m.SeatPart, r"\*\*seat part\*\* nil, or `\[(.*?)\]`"),
        (m.Part, r"\*\*parts\*\*.*?`\[(.*?)\]`"),
        (m.EventItem, r"### 9.4 Events\s+`\[(.*?)\]`"),
    ],
)
def test_arrays_inside_of_messages_have_the_elements_of_the_code(struct: Any, pattern: str):
    (found,) = re.findall(pattern, RULES, re.DOTALL)
    assert found.split(", ") == list(struct.__struct_fields__)


def test_bounds_are_those_of_the_code():
    text = " ".join(RULES.split())
    assert f"at most {limits.INBOUND_BYTES_MAX:,} bytes" in text
    assert f"where (list of at most {limits.CONDITIONS_MAX} conditions)" in text
    assert f"limit (1 to {limits.LISTED_MAX})" in text
    assert f"text (1 to {limits.CHAT_CHARS_MAX})" in text
    assert f"map of text (1 to {limits.KEY_CHARS_MAX} code points)" in text
    assert f"text of at most {limits.VALUE_CHARS_MAX} | {limits.BAG_KEYS_MAX} entries" in text
    assert f"text of at most {limits.KEY_CHARS_MAX + 5})" in text
    assert f"at most {limits.NAME_CHARS_MAX} code points" in text
    assert f"sessions of up to {limits.APPLIED_TABLE_SEATS_MAX} seats" in text
    assert f"A mask has at most {limits.FIELDS_PER_ENTITY_MAX} bits" in text
    assert f"| ticks sent and not acknowledged | {limits.ACK_WINDOW_TICKS} |" in text
    assert f"| how far back a resume reaches | {limits.HISTORY_TICKS} ticks |" in text
    assert f"at most {limits.ACK_EVERY_TICKS}. After applying a pass" in text
    assert limits.SUBPROTOCOL in text


def test_every_push_and_request_is_described():
    pushes = {row[0].strip("`") for row in rows(2) if row[0].startswith("`")}
    assert {"queued", "matched", "unqueued", "rematch", "rematch_off"} <= pushes
    described = {name for row in rows(3) for name in row[0].split(", ")}
    requests = {KINDS[kind.__struct_config__.tag] for kind in typing.get_args(m.LobbyRequest)}
    assert requests <= described


def test_links_lead_somewhere():
    anchors = {_anchor(line) for line in TEXT.splitlines() if line.startswith("#")}
    for target in re.findall(r"\]\(([^)]+)\)", TEXT):
        file, _, anchor = target.partition("#")
        if file:
            assert (DOCUMENT.parent / file).exists(), target
        else:
            assert anchor in anchors, target


def _anchor(heading: str) -> str:
    return re.sub(r"[^\w\- ]", "", heading.lstrip("# ").lower()).replace(" ", "-")


def test_the_table_of_contents_names_every_section():
    headings = [line for line in RULES.splitlines() if re.match(r"#{2,3} \d", line)]
    contents = RULES[: RULES.index("## 1. ")]
    assert [line for line in headings if f"(#{_anchor(line)})" not in contents] == []


# --- the trace --------------------------------------------------------------------------------------------------------


def test_the_trace_in_the_document_is_the_one_of_the_vectors():
    assert with_trace(TEXT) == TEXT, "`make vectors` writes it"


@pytest.mark.parametrize("step", [step for step in TRACE if "hex" in step], ids=lambda step: step["is"])
def test_a_frame_of_the_trace_is_of_the_kind_that_it_is_said_to_be(step: dict[str, Any]):
    data = bytes.fromhex(step["hex"])
    if step["from"] == "client":
        message = (decode_lobby if step["on"] == "lobby" else Skirmish.definition().decode)(data)
    else:
        message = (decode_lobby_reply if step["on"] == "lobby" else decode_session_reply)(data)
    assert isinstance(message, msgspec.Struct)
    kind: Any = message.__struct_config__.tag
    assert step["is"] == KINDS.get(kind, "input")


def test_a_stranger_understands_the_passes_of_the_trace_between_which_none_is_missing():
    stranger = None
    schema: list[Any] = []
    for step in TRACE:
        if step["is"] == "seated":
            message = unpacked(bytes.fromhex(step["hex"]))
            schema = unpacked(message[11]) if message[11] else schema
            stranger = stranger or Stranger(schema, message[3])
            stranger.seated(message)
        elif step["is"] == "pass":
            assert stranger is not None
            message = unpacked(bytes.fromhex(step["hex"]))
            if message[2][1] == stranger.tick + 1 or message[3][0][1] != 1:
                stranger.passed(message)
    assert stranger is not None
    assert stranger.entities()["-1"]["fields"]["name"] == "Ann"


async def test_another_run_of_the_trace_goes_the_same_way():
    assert signature(await played()) == signature(TRACE)


def test_the_trace_tells_of_hello_match_play_drop_resume_and_leave():
    kinds = [step["is"] for step in TRACE]
    story = ["hello", "welcome", "quick match", "push", "take seat", "seated", "pass", "input", "breaks", "resume"]
    places = [kinds.index(kind) for kind in story]
    assert places == sorted(places)
    assert kinds[-2:] == ["leave", "closed"]
    assert Path(FILE).name == "trace.json"
