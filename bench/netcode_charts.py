"""Small charts as SVG, without a library: readable on light and on dark pages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

__all__ = ["Chart"]

Point = tuple[float, float]
_STYLE = """
text { font: 12px system-ui, sans-serif; fill: #333a45; }
.title { font-weight: 600; font-size: 13px; }
.axis, .grid { stroke: #8a93a3; stroke-width: 1; fill: none; }
.grid { opacity: 0.25; }
.a { stroke: #1668c7; fill: #1668c7; } .b { stroke: #c2410c; fill: #c2410c; }
.c { stroke: #15803d; fill: #15803d; } .d { stroke: #7a5bb5; fill: #7a5bb5; }
.line { fill: none; stroke-width: 2; } .thin { stroke-width: 1; } .dash { stroke-dasharray: 5 4; }
.dot { stroke: none; } .band { stroke: none; opacity: 0.18; }
@media (prefers-color-scheme: dark) {
  text { fill: #d5dae3; }
  .a { stroke: #6db3ff; fill: #6db3ff; } .b { stroke: #ff9a5c; fill: #ff9a5c; }
  .c { stroke: #5fd38a; fill: #5fd38a; } .d { stroke: #b9a0ee; fill: #b9a0ee; }
}
.line.a, .line.b, .line.c, .line.d { fill: none; }
"""


class Chart:
    """One picture, 720 wide. Colours are the classes ``a`` to ``d``."""

    width, left, right, top, bottom = 720, 56, 24, 52, 40

    def __init__(self, title: str, x: tuple[float, float], y: tuple[float, float], height: int = 260) -> None:
        self._title = title
        self._x, self._y, self._height = x, y, height
        self._parts: list[str] = []
        self._keys: list[str] = []
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
            self._parts.append(f'<path class="grid" d="M{left:.1f} {at:.1f}H{self.width - self.right}"/>')
            self.text_at(left - 6, at + 4, label, "end")
        low = self._height - self.bottom
        self._parts.append(f'<path class="axis" d="M{self.left} {low}H{self.width - self.right}"/>')
        for value, label in xs:
            self.text_at(self.at(value, 0)[0], low + 16, label, "middle")
        self.text_at(self.width - self.right, self._height - 6, x, "end")
        self.text_at(4, self.top - 8, y)

    def line(self, points: Sequence[Point], colour: str, key: str = "", *, more: str = "") -> None:
        """A line through these points."""
        path = "L".join(f"{x:.1f} {y:.1f}" for x, y in (self.at(*point) for point in points))
        self._parts.append(f'<path class="line {colour} {more}" d="M{path}"/>')
        self._key(f"line {colour} {more}", key)

    def dots(self, points: Iterable[Point], colour: str, key: str = "", radius: float = 3.0) -> None:
        """A dot at each of these points."""
        for x, y in (self.at(*point) for point in points):
            self._parts.append(f'<circle class="dot {colour}" cx="{x:.1f}" cy="{y:.1f}" r="{radius:g}"/>')
        self._key(f"dot {colour}", key)

    def band(self, x0: float, x1: float, y0: float, y1: float, colour: str, key: str = "") -> None:
        """A rectangle behind all that comes later."""
        (left, low), (right, high) = self.at(x0, y0), self.at(x1, y1)
        size = f'x="{left:.1f}" y="{high:.1f}" width="{right - left:.1f}" height="{low - high:.1f}"'
        self._parts.append(f'<rect class="band {colour}" {size}/>')
        self._key(f"band {colour}", key)

    def text(self, x: float, y: float, words: str, anchor: str = "start") -> None:
        """Words in the picture."""
        self.text_at(*self.at(x, y), words, anchor)

    def text_at(self, x: float, y: float, words: str, anchor: str = "start") -> None:
        """The same, in the picture's own coordinates."""
        if words:
            self._parts.append(f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(words)}</text>')

    def _key(self, style: str, words: str) -> None:
        if not words:
            return
        x, y = self._key_x, 34
        shape = (
            f'<circle class="{style}" cx="{x + 9:.0f}" cy="{y - 4}" r="4"/>'
            if style.startswith("dot")
            else f'<rect class="{style}" x="{x:.0f}" y="{y - 10}" width="18" height="12"/>'
            if style.startswith("band")
            else f'<path class="{style}" d="M{x:.0f} {y - 4}h18"/>'
        )
        self._keys.append(f'{shape}<text x="{x + 24:.0f}" y="{y}">{escape(words)}</text>')
        self._key_x += 40 + 6.4 * len(words)

    def svg(self) -> str:
        """The file."""
        size = f'viewBox="0 0 {self.width} {self._height}" width="{self.width}" height="{self._height}"'
        title = escape(self._title)
        head = f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-label="{title}">'
        name = f'<text class="title" x="{self.left}" y="16">{title}</text>'
        return "\n".join([head, f"<style>{_STYLE}</style>", name, *self._keys, *self._parts, "</svg>", ""])
