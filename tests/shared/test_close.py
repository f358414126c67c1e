"""Every close has a policy, and the document says the same as the code."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from rallypoint_protocol.close import CloseCode, ClosePolicy, Fault, Retry, policy

DOCUMENT = Path(__file__).parents[2] / "docs" / "close-codes.md"
BROKEN = policy(None)
REASON_BYTES_MAX = 123
KNOWN = [code for code in range(1000, 5000) if code == 1006 or policy(code) is not BROKEN]


def documented() -> dict[int, tuple[str | None, ClosePolicy]]:
    """The rows of the document: code to name (ours only) and policy."""
    rows: dict[int, tuple[str | None, ClosePolicy]] = {}
    for line in DOCUMENT.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip().strip("`") for cell in line.strip("|").split("|")]
        if re.fullmatch(r"\d{4}", cells[0]):
            meaning, fault, retry = cells[-3:]
            name = cells[1] if len(cells) == 5 else None
            assert int(cells[0]) not in rows
            rows[int(cells[0])] = name, ClosePolicy(meaning, Fault(fault), Retry(retry))
    return rows


@pytest.mark.parametrize("code", CloseCode)
def test_every_code_has_a_policy_and_can_be_sent(code: CloseCode):
    assert 4000 <= code <= 4999
    assert code.policy is policy(code) is policy(int(code))
    assert code.retry is code.policy.retry
    assert 0 < len(code.policy.meaning.encode()) <= REASON_BYTES_MAX


def test_no_two_codes_mean_the_same():
    meanings = [policy(code).meaning for code in KNOWN]
    assert len(set(meanings)) == len(meanings)


def test_the_document_has_every_code_with_its_policy():
    assert {code: row[1] for code, row in documented().items()} == {code: policy(code) for code in KNOWN}
    assert {code: name for code, (name, _) in documented().items() if name} == {int(c): c.name for c in CloseCode}


def test_the_document_says_what_a_client_does_for_every_retry():
    lines = DOCUMENT.read_text(encoding="utf-8").splitlines()
    assert [line.split("`")[1] for line in lines if re.match(r"\| `[a-z]+` \|", line)] == [item.value for item in Retry]


@pytest.mark.parametrize("code", [None, 999, 1004, 1010, 1015, 3000, 4099, 4999, 0, -1])
def test_an_unknown_code_counts_as_a_broken_connection(code: int | None):
    assert policy(code) is policy(1006)
    assert policy(code).retry is Retry.RESUME


def test_nobody_is_told_to_try_again_what_only_a_changed_client_could_do():
    for code in KNOWN:
        row = policy(code)
        if row.fault is Fault.CLIENT and row.retry is Retry.RESUME:
            assert code in (CloseCode.TOO_FAST, CloseCode.FIRST_FRAME_LATE)
