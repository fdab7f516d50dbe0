"""Bars and curves as SVG files of their own, in colours for a light and a dark page."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

Point = tuple[float, float]

_STYLE = """
.page { fill: #ffffff } text { fill: #24292f; font: 13px system-ui, sans-serif }
.title { font-size: 15px; font-weight: 600 } .small { fill: #57606a; font-size: 12px }
.end { text-anchor: end } .middle { text-anchor: middle }
.over { paint-order: stroke; stroke: #ffffff; stroke-width: 5px }
.grid { stroke: #d0d7de; fill: none } .line { fill: none; stroke-width: 2 }
.dashed { stroke-dasharray: 6 4 }
.b0 { fill: #8c959f } .b1 { fill: #0969da } .b2 { fill: #1a7f37 } .b3 { fill: #bc4c00 }
.l0 { stroke: #8c959f } .l1 { stroke: #0969da } .l2 { stroke: #1a7f37 } .l3 { stroke: #bc4c00 }
@media (prefers-color-scheme: dark) {
.page { fill: #0d1117 } text { fill: #e6edf3 } .small { fill: #9198a1 }
.over { stroke: #0d1117 }
.grid { stroke: #30363d }
.b0 { fill: #767e88 } .b1 { fill: #388bfd } .b2 { fill: #3fb950 } .b3 { fill: #f0883e }
.l0 { stroke: #767e88 } .l1 { stroke: #388bfd } .l2 { stroke: #3fb950 } .l3 { stroke: #f0883e }
}
"""
COLOURS = 4
_STEPS = [factor * 10**power for power in range(6) for factor in (1, 2, 5)]


@dataclass(frozen=True)
class Bar:
    """A value with its label, in one of COLOURS colours; `note` stands behind the value."""

    label: str
    value: float
    colour: int = 0
    note: str = ""


@dataclass(frozen=True)
class Curve:
    """Points joined by a line, its name at its end."""

    name: str
    points: Sequence[Point]
    colour: int = 0
    dashed: bool = False


def bars(title: str, unit: str, found: Sequence[Bar], legend: Sequence[str] = ()) -> str:
    """Horizontal bars, one below the other. They begin where the axis does, which is not zero."""
    width, left, right, step = 860, 250, 130, 26
    top, bottom = 66, 66 + step * len(found)
    values = [bar.value for bar in found]
    ticks = _ticks(min(values) - (max(values) - min(values)) / 4 - 1, max(values))
    low, high = ticks[0], ticks[-1]

    def place(value: float) -> float:
        return round(left + (value - low) / (high - low) * (width - left - right), 1)

    parts = [_text(16, 26, title, "title"), *_keys(legend, 16, 48)]
    for tick in ticks:
        parts.append(f'<path class="grid" d="M{place(tick)} {top - 6}V{bottom}"/>')
        parts.append(_text(place(tick), bottom + 18, f"{tick:g}", "small middle"))
    for i, bar in enumerate(found):
        y = top + step * i
        length = round(max(place(bar.value) - left, 0), 1)
        parts.append(f'<rect class="b{bar.colour}" x="{left}" y="{y}" width="{length}" ')
        parts[-1] += f'height="{step - 8}" rx="2"/>'
        parts.append(_text(left - 10, y + 14, bar.label, "end"))
        end = place(bar.value) + 6
        parts.append(_text(end, y + 14, f"{bar.value:.2f}", "over"))
        if bar.note:
            parts.append(_text(end + 46, y + 14, bar.note, "small over"))
    parts.append(_text(left, bottom + 36, f"{unit}; the axis begins at {low:g}", "small"))
    return _document(width, bottom + 48, title, parts)


def curves(title: str, x_label: str, y_label: str, found: Sequence[Curve]) -> str:
    """Lines over a common axis."""
    width, height, left, right, top, bottom = 860, 400, 60, 230, 46, 50
    xs = [x for curve in found for x, _ in curve.points]
    ys = [y for curve in found for _, y in curve.points]
    x_ticks, y_ticks = _ticks(min(xs), max(xs)), _ticks(min(ys), max(ys))

    def place(point: Point) -> Point:
        across = (point[0] - x_ticks[0]) / (x_ticks[-1] - x_ticks[0])
        up = (point[1] - y_ticks[0]) / (y_ticks[-1] - y_ticks[0])
        x, y = across * (width - left - right), up * (height - top - bottom)
        return round(left + x, 1), round(height - bottom - y, 1)

    parts = [_text(16, 26, title, "title")]
    for tick in y_ticks:
        x, y = place((x_ticks[0], tick))
        parts.append(f'<path class="grid" d="M{x} {y}H{width - right}"/>')
        parts.append(_text(x - 8, y + 4, f"{tick:g}", "small end"))
    for tick in x_ticks:
        x, y = place((tick, y_ticks[0]))
        parts.append(_text(x, y + 18, f"{tick:g}", "small middle"))
    middle = (left + width - right) / 2
    parts.append(_text(middle, height - 12, x_label, "small middle"))
    parts.append(f'<g transform="translate(18 {(top + height - bottom) / 2}) rotate(-90)">')
    parts[-1] += _text(0, 0, y_label, "small middle") + "</g>"
    for curve in found:
        path = " ".join(f"{x},{y}" for x, y in map(place, curve.points))
        dash = " dashed" if curve.dashed else ""
        parts.append(f'<polyline class="line l{curve.colour}{dash}" points="{path}"/>')
    ends = [place(curve.points[-1])[1] for curve in found]
    for curve, y in zip(found, _apart(ends, 18), strict=True):
        parts.append(_text(width - right + 8, y + 4, curve.name, f"b{curve.colour}"))
    return _document(width, height, title, parts)


def _document(width: int, height: int, title: str, parts: Sequence[str]) -> str:
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
    head += f'width="{width}" height="{height}" role="img" aria-label="{escape(title)}">'
    page = f'<rect class="page" width="{width}" height="{height}" rx="6"/>'
    return "\n".join([head, f"<style>{_STYLE}</style>", page, *parts, "</svg>"]) + "\n"


def _text(x: float, y: float, text: str, kind: str = "") -> str:
    named = f' class="{kind}"' if kind else ""
    return f'<text x="{x:g}" y="{y:g}"{named}>{escape(text)}</text>'


def _keys(names: Sequence[str], x: float, y: float) -> list[str]:
    found = []
    for colour, name in enumerate(names):
        found.append(f'<rect class="b{colour}" x="{x:g}" y="{y - 10}" width="12" height="12"/>')
        found.append(_text(x + 18, y, name, "small"))
        x += 40 + 6.5 * len(name)
    return found


def _apart(places: Sequence[float], least: float) -> list[float]:
    """The same places, moved down until no two are closer than `least`."""
    moved, last = list(places), -math.inf
    for i in sorted(range(len(places)), key=lambda i: places[i]):
        last = moved[i] = max(places[i], last + least)
    return moved


def _ticks(low: float, high: float) -> list[float]:
    """A few round numbers around both."""
    step = next(step for step in _STEPS if high - low <= 8 * step)
    first = math.floor(low / step)
    return [step * i for i in range(first, max(math.ceil(high / step), first + 1) + 1)]
