"""How a guest is known again."""

from __future__ import annotations

import json
import logging
import os
import stat
from pathlib import Path

import pytest

from rallypoint_client.identity import Identity

SECRET = bytes(range(32))


def test_by_default_nobody_is_known():
    identity = Identity()
    assert (identity.player, identity.secret) == ("", b"")
    identity.keep("p", SECRET)
    assert (identity.player, identity.secret) == ("p", SECRET)


def test_it_is_kept_in_a_file_that_only_its_user_may_read(tmp_path):
    path = tmp_path / "config" / "mygame.json"
    identity = Identity.file(path)
    assert (identity.player, identity.secret) == ("", b"")
    assert not path.exists()
    old = os.umask(0)
    try:
        identity.keep("p", SECRET)
    finally:
        os.umask(old)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    again = Identity.file(str(path))
    assert (again.player, again.secret) == ("p", SECRET)
    assert os.listdir(path.parent) == ["mygame.json"]


def test_a_new_secret_replaces_the_old_one_and_its_mode(tmp_path):
    path = tmp_path / "id.json"
    Identity.file(path).keep("p", SECRET)
    path.chmod(0o644)
    Identity.file(path).keep("q", b"new")
    again = Identity.file(path)
    assert (again.player, again.secret) == ("q", b"new")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_the_users_home_is_understood_and_a_link_is_followed(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "link.json").symlink_to(tmp_path / "real.json")
    Identity.file("~/link.json").keep("p", SECRET)
    assert (tmp_path / "link.json").is_symlink()
    assert json.loads((tmp_path / "real.json").read_text())["player"] == "p"


def test_if_it_cannot_be_written_the_old_one_is_still_whole(tmp_path, monkeypatch):
    path = tmp_path / "id.json"
    Identity.file(path).keep("p", SECRET)

    def full(descriptor: int) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr(os, "fsync", full)
    identity = Identity.file(path)
    with pytest.raises(OSError, match="no space"):
        identity.keep("q", b"new")
    assert identity.player == "q"
    monkeypatch.undo()
    assert Identity.file(path).player == "p"
    assert os.listdir(tmp_path) == ["id.json"]


@pytest.mark.parametrize(
    "content",
    [
        "",
        "not json",
        "[]",
        '{"player": "p"}',
        '{"player": "p", "secret": 7}',
        '{"player": "p", "secret": "topsecret-zz"}',
        '{"player": "p", "secret": "00", "volume": 11}',
        b"\xff\xfe",
    ],
)
def test_a_file_of_something_else_is_not_touched_and_not_quoted(tmp_path, content):
    path = tmp_path / "settings.json"
    data = content if isinstance(content, bytes) else content.encode()
    path.write_bytes(data)
    with pytest.raises(ValueError, match="holds no player's id and secret") as caught:
        Identity.file(path)
    assert "topsecret" not in str(caught.value)
    assert path.read_bytes() == data


def test_the_secret_is_in_no_repr(tmp_path):
    path = Path(tmp_path / "id.json")
    for identity in (Identity("p", b"topsecret"), Identity.file(path)):
        identity.keep("p", b"topsecret")
        assert "p" in repr(identity)
        for shown in (repr(identity), str(identity), f"{identity}"):
            assert "topsecret" not in shown
            assert b"topsecret".hex() not in shown


def test_nothing_of_it_is_logged(tmp_path, caplog):
    with caplog.at_level(logging.DEBUG):
        Identity.file(tmp_path / "id.json").keep("p", b"topsecret")
        Identity.file(tmp_path / "id.json")
    assert "topsecret" not in caplog.text
