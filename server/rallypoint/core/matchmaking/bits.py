"""Words as bits, so that what many have in common is one operation on numbers."""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["Bits"]


class Bits:
    """Which bit stands for which word. A bit is free again when nobody uses its word: words come from players."""

    __slots__ = ("_bits", "_free", "_users", "_words")

    def __init__(self) -> None:
        self._bits: dict[str, int] = {}
        self._words: list[str] = []
        self._users: list[int] = []
        self._free: list[int] = []

    def take(self, words: Iterable[str]) -> int:
        """A number with the bits of these words. To be given back."""
        mask = 0
        for word in words:
            bit = self._bits.get(word)
            if bit is None:
                bit = self._new(word)
            if not mask >> bit & 1:
                self._users[bit] += 1
                mask |= 1 << bit
        return mask

    def give_back(self, mask: int) -> None:
        """It is not used any more."""
        while mask:
            bit = mask.bit_length() - 1
            mask ^= 1 << bit
            self._users[bit] -= 1
            if not self._users[bit]:
                del self._bits[self._words[bit]]
                self._free.append(bit)

    def bit_of(self, word: str) -> int:
        """A number with the bit of one word; 0 if nobody uses it."""
        bit = self._bits.get(word)
        return 0 if bit is None else 1 << bit

    def words(self, mask: int) -> list[str]:
        """Which words they are, in alphabetical order."""
        return sorted(word for word, bit in self._bits.items() if mask >> bit & 1)

    def _new(self, word: str) -> int:
        if self._free:
            bit = self._free.pop()
            self._words[bit] = word
        else:
            bit = len(self._words)
            self._words.append(word)
            self._users.append(0)
        self._bits[word] = bit
        return bit
