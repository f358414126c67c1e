"""The two-token rotation of a resumable connection (DESIGN 7 and 16).

A match issues T0. Resuming with Tn answers Tn+1; at most two tokens are valid: the last *proven* and the newest
*issued*. The client's first frame after it received the new one, ``proved``, ends the old one, and so does resuming
with the new one. If the answer is lost on the way, the old token still works, and the new one that nobody saw ends with
the next that is issued. A consumed token is answered like an unknown one.

Only hashes are kept; comparison takes constant time.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable

from rallypoint_protocol.ids import Token

__all__ = ["TOKEN_BYTES", "NewToken", "TokenPair", "token_hash"]

TOKEN_BYTES = 32

NewToken = Callable[[], Token]
"""Makes 256 random bits: core has no randomness of its own."""


def token_hash(token: bytes) -> bytes:
    """What is stored of a token. Tokens are random, so a plain hash is enough."""
    return hashlib.sha256(token).digest()


class TokenPair:
    """The valid tokens of one seat or lobby session."""

    __slots__ = ("_issued", "_proven")

    def __init__(self, first: Token) -> None:
        self._proven = token_hash(first)
        self._issued: bytes | None = None

    @classmethod
    def restored(cls, proven: bytes, issued: bytes | None) -> TokenPair:
        """From what :attr:`hashes` gave."""
        pair = cls.__new__(cls)
        pair._proven, pair._issued = proven, issued
        return pair

    @property
    def hashes(self) -> tuple[bytes, bytes | None]:
        """Of the last proven token, and of the newest issued one if that is another."""
        return self._proven, self._issued

    def knows(self, token: bytes) -> bool:
        """True if ``token`` is valid now. Changes nothing."""
        digest = token_hash(token)
        proven = hmac.compare_digest(digest, self._proven)
        issued = self._issued is not None and hmac.compare_digest(digest, self._issued)
        return proven or issued

    def redeem(self, token: bytes, new_token: NewToken) -> Token | None:
        """Checks ``token`` and issues the next one; ``None`` if it is not valid (nothing changes then)."""
        digest = token_hash(token)
        if self._issued is not None and hmac.compare_digest(digest, self._issued):
            self._proven = self._issued
        elif not hmac.compare_digest(digest, self._proven):
            return None
        return self.issue(new_token)

    def issue(self, new_token: NewToken) -> Token:
        """The next token, for one who is known otherwise; an issued one that was never proven ends with it."""
        issued = new_token()
        self._issued = token_hash(issued)
        return issued

    @property
    def newest(self) -> bytes:
        """The hash of the newest token, for :meth:`proved`."""
        return self._issued or self._proven

    def proved(self, digest: bytes) -> None:
        """The client has shown that it has the token of that hash, which let it in: older ones end. Idempotent.

        A newer one, which was issued meanwhile because its player is known otherwise, stays.
        """
        self._proven = digest
        if self._issued == digest:
            self._issued = None
