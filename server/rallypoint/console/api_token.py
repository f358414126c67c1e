"""The server's API token: what it has to be."""

from __future__ import annotations

from typing import Final

__all__ = ["TOKEN_CHARS_MIN", "check_token"]

TOKEN_CHARS_MIN: Final = 16


def check_token(token: str) -> None:
    """Raises ``ValueError`` for a token that could be guessed, or that no header can carry. Empty: none is wanted."""
    if token and (len(token) < TOKEN_CHARS_MIN or not all("!" <= char <= "~" for char in token)):
        raise ValueError(f"api_token: give at least {TOKEN_CHARS_MIN} characters of ASCII, without spaces")
