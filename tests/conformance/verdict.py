"""What the cases' results mean: which are as they should be, which are known and why, and which must not happen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["KNOWN", "Case", "failed", "is_as_known", "not_ok", "table", "unexpected"]


@dataclass(frozen=True, slots=True)
class Case:
    """One case and how it went: ``behavior`` and ``closing`` are the words of the Autobahn report."""

    id: str
    behavior: str
    closing: str

    @property
    def group(self) -> str:
        """The number before the first point."""
        return self.id.partition(".")[0]

    @property
    def worst(self) -> str:
        """``OK``, or what is the matter: of the closing only if it is worse than the rest."""
        return self.behavior if self.closing in ("OK", "INFORMATIONAL") or self.behavior == "FAILED" else self.closing


_COMPRESSION = "compression is off: small frames gain nothing, and it costs memory"
_MID_FRAME = "stricter than RFC 6455: bad UTF-8 in the middle of a frame is seen when the frame is whole"
_NO_RULE = "RFC 6455 leaves it open: for information only"
KNOWN: dict[str, tuple[str, str]] = {
    "7.1.5": (
        "FAILED",
        "the library answers a close frame amid a fragmented message with 1002 instead of its code (it documents that)",
    ),
    "6.4.3": ("NON-STRICT", _MID_FRAME),
    "6.4.4": ("NON-STRICT", _MID_FRAME),
    "7.1.6": ("INFORMATIONAL", _NO_RULE),
    "7.13.1": ("INFORMATIONAL", _NO_RULE),
    "7.13.2": ("INFORMATIONAL", _NO_RULE),
    "12": ("UNIMPLEMENTED", _COMPRESSION),
    "13": ("UNIMPLEMENTED", _COMPRESSION),
}
"""By case or whole group: the result that is no surprise, and why. A better one is welcome."""

_TITLES = {
    "1": "framing",
    "2": "pings, pongs",
    "3": "reserved bits",
    "4": "opcodes",
    "5": "fragmentation",
    "6": "UTF-8 in text",
    "7": "closing",
    "9": "sizes up to 16 MiB",
    "10": "automatic fragments",
    "12": "compression",
    "13": "compression, options",
}
_COLUMNS = ("OK", "NON-STRICT", "INFORMATIONAL", "UNIMPLEMENTED")


def is_as_known(case: Case) -> bool:
    """Whether the case passed, or went wrong in the way that is known of it."""
    if case.worst == "OK":
        return True
    known, _ = KNOWN.get(case.id) or KNOWN.get(case.group) or ("", "")
    return case.behavior == known


def failed(case: Case) -> bool:
    """Whether the case is anything worse than not strict."""
    return case.worst not in _COLUMNS


def unexpected(cases: Sequence[Case]) -> list[Case]:
    """Those that must not have gone as they did."""
    return [case for case in cases if not is_as_known(case)]


def not_ok(cases: Sequence[Case]) -> list[Case]:
    """All that are anything but OK, compression aside."""
    return [case for case in cases if case.worst not in ("OK", "UNIMPLEMENTED")]


def table(cases: Sequence[Case]) -> str:
    """How many cases of each group went how, as text."""
    head = f"{'group':<26}{'cases':>6}" + "".join(f"{name.lower():>15}" for name in _COLUMNS) + f"{'failed':>8}"
    lines = [head, "-" * len(head)]
    groups = sorted({case.group for case in cases}, key=int)
    lines += [
        _line(f"{key:>2}  {_TITLES.get(key, '')}", [case for case in cases if case.group == key]) for key in groups
    ]
    return "\n".join([*lines, _line("all", cases)])


def _line(title: str, cases: Sequence[Case]) -> str:
    counts = Counter(case.worst for case in cases)
    others = len(cases) - sum(counts[name] for name in _COLUMNS)
    return f"{title:<26}{len(cases):>6}" + "".join(f"{counts[name]:>15}" for name in _COLUMNS) + f"{others:>8}"
