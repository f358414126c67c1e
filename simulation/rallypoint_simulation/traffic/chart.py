"""Small charts as SVG without a library, coloured by the page that they are in: readable on light and on dark."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import Final

__all__ = ["CHART_STYLE", "Chart", "Point"]

Point = tuple[float, float]
"""x and y."""
CHART_STYLE: Final = """
svg { width: 100%; height: auto; max-width: 720px; display: block; }
svg text { font: 12px system-ui, sans-serif; fill: var(--text); }
svg .title { font-weight: 600; font-size: 13px; }
.axis { stroke: var(--dim); stroke-width: 1; fill: none; }
.grid { stroke: var(--dim); stroke-width: 1; fill: none; opacity: 0.25; }
.line { fill: none; stroke-width: 2; }
.line.a { stroke: var(--a); } .line.b { stroke: var(--b); stroke-dasharray: 6 3; }
.bar.a { fill: var(--a); } .bar.b { fill: var(--b); }
.pale { opacity: 0.35; }
"""


class Chart:
    """One picture, 720 wide. Colours are the classes ``a`` and ``b``, which the page defines."""

    width, left, right, top, bottom = 720, 56, 20, 52, 40

    def __init__(self, title: str, x: tuple[float, float], y: tuple[float, float], height: int = 260) -> None:
        self._title = title
        self._x, self._y, self._height = x, (y[0], y[1] if y[1] > y[0] else y[0] + 1), height
        self._parts: list[str] = []
        self._key_x = float(self.left)

    def at(self, x: float, y: float) -> Point:
        """Where that is in the picture."""
        (x0, x1), (y0, y1) = self._x, self._y
        wide, high = self.width - self.left - self.right, self._height - self.top - self.bottom
        return self.left + (x - x0) / (x1 - x0) * wide, self.top + (y1 - y) / (y1 - y0) * high

    def axes(self, xs: Iterable[tuple[float, str]], ys: Iterable[tuple[float, str]], x: str = "", y: str = "") -> None:
        """Ticks with their labels, and what the axes are."""
        for value, label in ys:
            left, at = self.at(self._x[0], value)
            self._parts.append(f'<path class="grid" d="M{left:.0f} {at:.1f}H{self.width - self.right}"/>')
            self.text_at(left - 6, at + 4, label, "end")
        low = self._height - self.bottom
        self._parts.append(f'<path class="axis" d="M{self.left} {low}H{self.width - self.right}"/>')
        for value, label in xs:
            self.text_at(self.at(value, 0)[0], low + 16, label, "middle")
        self.text_at(self.width - self.right, self._height - 6, x, "end")
        self.text_at(4, self.top - 8, y)

    def line(self, points: Sequence[Point], colour: str, key: str = "", *, more: str = "") -> None:
        """A line through these points."""
        if points:
            path = "L".join(f"{x:.1f} {y:.1f}" for x, y in (self.at(*point) for point in points))
            self._parts.append(f'<path class="line {colour} {more}" d="M{path}"/>')
        self.key(f"line {colour} {more}", key)

    def box(self, x0: float, x1: float, y0: float, y1: float, colour: str, hint: str = "", share: float = 1.0) -> None:
        """A filled rectangle; ``hint`` is shown on pointing at it; ``share``: how much of the colour."""
        (left, low), (right, high) = self.at(x0, y0), self.at(x1, y1)
        size = f'x="{left:.1f}" y="{high:.1f}" width="{max(0.5, right - left):.1f}" height="{max(0.5, low - high):.1f}"'
        pale = f' opacity="{share:.2f}"' if share < 1 else ""
        title = f"<title>{escape(hint)}</title>" if hint else ""
        self._parts.append(f'<rect class="bar {colour}" {size}{pale}>{title}</rect>')

    def text_at(self, x: float, y: float, words: str, anchor: str = "start") -> None:
        """Words, in the picture's own coordinates."""
        if words:
            self._parts.append(f'<text x="{x:.0f}" y="{y:.0f}" text-anchor="{anchor}">{escape(words)}</text>')

    def key(self, style: str, words: str) -> None:
        """What a colour stands for."""
        if not words:
            return
        x, y = self._key_x, 34
        shape = (
            f'<path class="{style}" d="M{x:.0f} {y - 4}h18"/>'
            if style.startswith("line")
            else f'<rect class="{style}" x="{x:.0f}" y="{y - 10}" width="18" height="12"/>'
        )
        self._parts.append(f'{shape}<text x="{x + 24:.0f}" y="{y}">{escape(words)}</text>')
        self._key_x += 40 + 6.6 * len(words)

    def svg(self) -> str:
        """The picture, for a page with :data:`CHART_STYLE`."""
        title = escape(self._title)
        head = f'<svg viewBox="0 0 {self.width} {self._height}" role="img" aria-label="{title}">'
        name = f'<text class="title" x="{self.left}" y="16">{title}</text>'
        return "\n".join([head, name, *self._parts, "</svg>"])
