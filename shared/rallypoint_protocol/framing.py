"""WebSocket frames around whole binary messages, as both ends write them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from websockets.utils import apply_mask
else:
    try:
        from websockets.speedups import apply_mask
    except ImportError:
        from websockets.utils import apply_mask

__all__ = ["BINARY", "apply_mask", "frame", "masked_frame"]

BINARY: Final = 0x82
"""First byte of a whole message of binary data: FIN and opcode 2."""
_SMALL: Final = tuple(bytes((BINARY, n)) for n in range(126))
_SMALL_MASKED: Final = tuple(bytes((BINARY, 128 | n)) for n in range(126))


def frame(payload: bytes) -> bytes:
    """The bytes of one unmasked binary message, as a server sends it. Build it once, write it to many."""
    size = len(payload)
    if size < 126:
        return _SMALL[size] + payload
    return _long_header(size, 0) + payload


def masked_frame(payload: bytes, mask: bytes) -> bytes:
    """The bytes of one binary message as a client sends it; ``mask`` is 4 bytes that nobody can predict."""
    size = len(payload)
    header = _SMALL_MASKED[size] if size < 126 else _long_header(size, 128)
    return header + mask + apply_mask(payload, mask)


def _long_header(size: int, mask_bit: int) -> bytes:
    if size < 65536:
        return bytes((BINARY, mask_bit | 126)) + size.to_bytes(2, "big")
    return bytes((BINARY, mask_bit | 127)) + size.to_bytes(8, "big")
