"""Bytes to messages and back. Decoding is validation: what comes out can be used as it is."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from operator import or_
from typing import Any, Final, TypeVar, cast

import msgspec

from .close import CloseCode
from .messages import LobbyMessage, LobbyReply, SessionMessage, SessionReply

__all__ = ["BadMessage", "decode_lobby", "decode_lobby_reply", "decode_session_reply", "decoder", "encode"]

T = TypeVar("T")

_encoder: Final = msgspec.msgpack.Encoder()
encode: Final[Callable[[Any], bytes]] = _encoder.encode
"""The bytes of a message."""


class BadMessage(Exception):
    """A message that could not be decoded. Whoever sent it is to be closed with ``code``.

    ``reason`` is fit for a close frame: it names the place, and repeats nothing of what was sent.
    """

    def __init__(self, reason: str, code: CloseCode = CloseCode.MALFORMED) -> None:
        super().__init__(reason)
        self.reason = reason
        self.code = code


def decoder(*types: type) -> Callable[[bytes], Any]:
    """A strict decoder for one of ``types`` (tagged structs): raises :class:`BadMessage` for anything else."""
    union: Any = reduce(or_, types)
    decode: Callable[[bytes], Any] = msgspec.msgpack.Decoder(union).decode

    def strict(data: bytes) -> Any:
        try:
            return decode(data)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise BadMessage(_reason(error)) from None
        except RecursionError:
            raise BadMessage("nested too deeply") from None

    return strict


def _reason(error: Exception) -> str:
    if isinstance(error, UnicodeDecodeError):
        return "text is not UTF-8"
    text = str(error)
    # msgspec quotes the value of an unknown tag or enum member; everything else it says is about types and places.
    if text.startswith("Invalid "):
        return "unknown kind or value" + (text[text.rindex(" - at") :] if " - at" in text else "")
    return text[:100]


_lobby = decoder(*LobbyMessage.__args__)
_lobby_reply = decoder(*LobbyReply.__args__)
_session_reply = decoder(*SessionReply.__args__)


def decode_lobby(data: bytes) -> LobbyMessage:
    """Decodes what a client sent on the lobby. Raises :class:`BadMessage`."""
    return cast(LobbyMessage, _lobby(data))


def decode_lobby_reply(data: bytes) -> LobbyReply:
    """Decodes what a server sent on the lobby. Raises :class:`BadMessage`."""
    return cast(LobbyReply, _lobby_reply(data))


def decode_session_reply(data: bytes) -> SessionReply:
    """Decodes what a server sent on a session. Raises :class:`BadMessage`."""
    return cast(SessionReply, _session_reply(data))


def session_decoder(inputs: tuple[type, ...]) -> Callable[[bytes], Any]:
    """Decodes what a client may send on a session of a game with these wire input classes. Raises BadMessage."""
    return decoder(*SessionMessage.__args__, *inputs)
