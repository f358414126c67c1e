"""The table in docs/limits.md: every limit in it is what the code says, and every setting of a limit is in it."""

from __future__ import annotations

import inspect
import re
from dataclasses import fields
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from rallypoint.config import Limits, Settings
from rallypoint.core.bucket import Rate
from rallypoint.game.options import Options
from rallypoint.transport.connection import ConnectionLimits
from rallypoint.transport.listener import ListenerLimits

DOCS = Path(__file__).parents[2] / "docs"
TEXT = (DOCS / "limits.md").read_text(encoding="utf-8")
ROWS = [
    (found[1], found[2], found[3])
    for line in TEXT.splitlines()
    if (found := re.fullmatch(r"\| `([^`]+)` \| ([^|]+) \| ([^|]+) \|", line))
]
FACTORS = {"KiB": 2**10, "MiB": 2**20, None: 1}
OTHER_NAMES = {
    "address_per_s": "connections_per_address_per_s",
    "address_burst": "connections_per_address_burst",
    "per_address_max": "connections_per_address_max",
}
"""Of the listener's limits, as settings."""


def default_of(name: str) -> Any:
    """What the code says."""
    if found := re.fullmatch(r"Game\((\w+)=\)", name):
        return next(field.default for field in fields(Options) if field.name == found[1])
    if ":" not in name:
        limit = name.removeprefix("limits.")
        return (Limits if limit != name else Settings).model_fields[limit].default
    module, _, path = name.partition(":")
    thing: Any = import_module(module)
    if found := re.fullmatch(r"(\w+)\((\w+)\)", path):
        return inspect.signature(getattr(thing, found[1])).parameters[found[2]].default
    if found := re.fullmatch(r"(\w+)\.(\w+)", path):
        return next(field.default for field in fields(getattr(thing, found[1])) if field.name == found[2])
    return getattr(thing, path)


def numbers(text: str) -> list[float]:
    """The numbers in a cell, with what KiB and MiB make of them."""
    found = re.findall(r"([\d,]*\d(?:\.\d+)?) ?(KiB|MiB)?", text)
    return [float(number.replace(",", "")) * FACTORS[unit or None] for number, unit in found]


@pytest.mark.parametrize(("name", "default", "says"), ROWS, ids=[row[0] for row in ROWS])
def test_each_limit_is_what_the_code_says(name: str, default: str, says: str):
    match default_of(name):
        case Rate(per_second, burst):
            assert numbers(default) == [per_second, burst]
        case tuple(entries):
            assert default == (", ".join(entries) or "none")
        case None:
            assert default == "none"
        case value:
            assert numbers(default) == [value]


def test_every_setting_of_a_limit_is_in_the_table_once():
    names = [name.removeprefix("limits.") for name, _, _ in ROWS]
    assert len(names) == len(set(names))
    assert set(Limits.model_fields) <= {
        name.removeprefix("limits.") for name, _, _ in ROWS if name.startswith("limits.")
    }


@pytest.mark.parametrize("kind", [ListenerLimits, ConnectionLimits])
def test_every_limit_of_the_listener_is_in_the_table_and_the_settings_have_the_same_default(kind: type[Any]):
    names = {name for name, _, _ in ROWS}
    for field in fields(kind):
        setting = OTHER_NAMES.get(field.name, field.name)
        if setting in Limits.model_fields:
            assert Limits.model_fields[setting].default == field.default, field.name
        elif field.name != "inbound_bytes_max":  # INBOUND_BYTES_MAX of the protocol
            assert f"{kind.__module__}:{kind.__name__}.{field.name}" in names


def test_the_close_codes_that_are_named_exist():
    explained = (DOCS / "close-codes.md").read_text(encoding="utf-8")
    codes = {found for _, _, says in ROWS for found in re.findall(r"\b[14]\d{3}\b", says)}
    assert len(codes) > 8
    assert [code for code in codes if f"| {code} |" not in explained] == []
