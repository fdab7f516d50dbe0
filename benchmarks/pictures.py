"""Bars and curves as SVG files of their own, in colours for a light and a dark page."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from sshr.evaluation.report.charts import HEIGHT, WIDTH, Series, plot, ticks

_STYLE = """
.page { fill: #ffffff } text { fill: #24292f; font: 13px system-ui, sans-serif }
.title { font-size: 15px; font-weight: 600 } .small { fill: #57606a; font-size: 12px }
.end { text-anchor: end } .middle { text-anchor: middle }
.over { paint-order: stroke; stroke: #ffffff; stroke-width: 5px }
.grid { stroke: #d0d7de; fill: none } .tick, .axis { font-size: 11px; text-anchor: middle }
.left { text-anchor: end } polyline { fill: none; stroke: currentColor; stroke-width: 2 }
.b0 { fill: #8c959f } .b1 { fill: #0969da } .b2 { fill: #1a7f37 } .b3 { fill: #bc4c00 }
.s0 { color: #8c959f } .s1 { color: #0969da } .s2 { color: #1a7f37 } .s3 { color: #bc4c00 }
@media (prefers-color-scheme: dark) {
.page { fill: #0d1117 } text { fill: #e6edf3 } .small { fill: #9198a1 }
.over { stroke: #0d1117 }
.grid { stroke: #30363d }
.b0 { fill: #767e88 } .b1 { fill: #388bfd } .b2 { fill: #3fb950 } .b3 { fill: #f0883e }
.s0 { color: #767e88 } .s1 { color: #388bfd } .s2 { color: #3fb950 } .s3 { color: #f0883e }
}
"""


@dataclass(frozen=True)
class Bar:
    """A value with its label, in one of four colours; `note` stands behind the value."""

    label: str
    value: float
    colour: int = 0
    note: str = ""


def bars(title: str, unit: str, found: Sequence[Bar], legend: Sequence[str] = ()) -> str:
    """Horizontal bars, one below the other. They begin where the axis does, which is not zero."""
    width, left, right, step = 860, 250, 130, 26
    top, bottom = 66, 66 + step * len(found)
    values = [bar.value for bar in found]
    marks = ticks(min(values) - (max(values) - min(values)) / 4 - 1, max(values))
    low, high = marks[0], marks[-1]

    def place(value: float) -> float:
        return round(left + (value - low) / (high - low) * (width - left - right), 1)

    parts = [_text(16, 26, title, "title"), *_keys(legend, 16, 48)]
    for tick in marks:
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


def curves(title: str, x_label: str, y_label: str, found: Sequence[Series]) -> str:
    """Lines over a common axis, their names above."""
    top, names = 64, [one.name for one in found]
    drawn = f'<g transform="translate(0 {top})">{plot(x_label, y_label, found)}</g>'
    parts = [_text(16, 26, title, "title"), *_keys(names, 16, 48), drawn]
    return _document(WIDTH, HEIGHT + top, title, parts)


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
