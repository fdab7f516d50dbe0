"""Line and point charts as inline SVG, in colours that a style sheet sets (`s0`, `s1`, ...)."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

Point = tuple[float, float]

WIDTH, HEIGHT = 560, 320
_LEFT, _RIGHT, _TOP, _BOTTOM = 52, 12, 12, 40
COLOURS = 8


@dataclass(frozen=True)
class Series:
    """Points with a name; `line` joins them, `dots` marks them, `dashed` is for references."""

    name: str
    points: Sequence[Point]
    line: bool = True
    dots: bool = True
    dashed: bool = False


def chart(title: str, x_label: str, y_label: str, series: Sequence[Series]) -> str:
    """A figure with its legend; empty without points."""
    series = [one for one in series if one.points]
    if not series:
        return ""
    head = f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(title)}">'
    keys = "".join(
        f'<li class="s{i % COLOURS}">{escape(one.name)}</li>' for i, one in enumerate(series)
    )
    caption = f"<figcaption>{escape(title)}</figcaption>{head}{plot(x_label, y_label, series)}"
    return f'<figure class="chart">{caption}</svg><ul class="keys">{keys}</ul></figure>'


def plot(x_label: str, y_label: str, series: Sequence[Series]) -> str:
    """What stands in an SVG of WIDTH x HEIGHT: axes and series, each of which has points."""
    xs = [x for one in series for x, _ in one.points]
    ys = [y for one in series for _, y in one.points]
    x_ticks, y_ticks = ticks(min(xs), max(xs)), ticks(min(ys), max(ys))
    place = _Scale((x_ticks[0], x_ticks[-1]), (y_ticks[0], y_ticks[-1]))
    parts = [
        *(_grid_x(place, tick) for tick in x_ticks),
        *(_grid_y(place, tick) for tick in y_ticks),
        f'<text class="axis" x="{WIDTH / 2}" y="{HEIGHT - 4}">{escape(x_label)}</text>',
        f'<text class="axis" transform="translate(12 {HEIGHT / 2}) rotate(-90)">'
        f"{escape(y_label)}</text>",
        *(_drawn(place, one, i % COLOURS) for i, one in enumerate(series)),
    ]
    return "".join(parts)


@dataclass(frozen=True)
class _Scale:
    xs: Point
    ys: Point

    def __call__(self, point: Point) -> Point:
        across = (point[0] - self.xs[0]) / (self.xs[1] - self.xs[0])
        up = (point[1] - self.ys[0]) / (self.ys[1] - self.ys[0])
        inner = (WIDTH - _LEFT - _RIGHT, HEIGHT - _TOP - _BOTTOM)
        return round(_LEFT + across * inner[0], 1), round(HEIGHT - _BOTTOM - up * inner[1], 1)


def _drawn(place: _Scale, one: Series, colour: int) -> str:
    points = [place(point) for point in one.points]
    found = []
    if one.line:
        path = " ".join(f"{x},{y}" for x, y in points)
        dash = ' stroke-dasharray="5 4"' if one.dashed else ""
        found.append(f'<polyline points="{path}"{dash}/>')
    if one.dots:
        found += [f'<circle cx="{x}" cy="{y}" r="3"/>' for x, y in points]
    return f'<g class="s{colour}">{"".join(found)}</g>'


def _grid_x(place: _Scale, tick: float) -> str:
    x, bottom = place((tick, place.ys[0]))
    line = f'<path class="grid" d="M{x} {_TOP}V{bottom}"/>'
    return f'{line}<text class="tick" x="{x}" y="{bottom + 14}">{tick:g}</text>'


def _grid_y(place: _Scale, tick: float) -> str:
    left, y = place((place.xs[0], tick))
    line = f'<path class="grid" d="M{left} {y}H{WIDTH - _RIGHT}"/>'
    return f'{line}<text class="tick left" x="{left - 5}" y="{y + 4}">{tick:g}</text>'


def ticks(low: float, high: float) -> list[float]:
    """Four to eight round numbers around all values."""
    if high - low < 1e-9:
        low, high = low - 1, high + 1
    raw = (high - low) / 5
    size = 10 ** math.floor(math.log10(raw))
    step = size * min((1, 2, 5, 10), key=lambda factor: abs(factor * size - raw))
    first, last = math.floor(low / step), math.ceil(high / step)
    return [round(step * i, 10) for i in range(first, last + 1)]
