"""A picture of the results, as plain SVG: bars of speeds, and two curves."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from html import escape

Curve = list[tuple[float, float]]

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 480, 300, 70, 20, 40, 45
"""Of one panel, and of its margins, in pixels."""
LABEL = 230
"""Pixels for a tool's name."""
COLOURS = {"relint": "#0b7a75"}
OTHER = "#b0762a"


def draw(speeds: dict[str, float], lines: dict[str, Curve], rules: dict[str, Curve]) -> str:
    """The three panels side by side; an empty one is left out."""
    panels = [
        _bars("megabytes a second, cold", speeds) if speeds else "",
        _curves("seconds by lines of code", lines) if lines else "",
        _curves("seconds by number of rules", rules) if rules else "",
    ]
    shown = [panel for panel in panels if panel]
    placed = [f'<g transform="translate({number * WIDTH} 0)">{panel}</g>' for number, panel in enumerate(shown)]
    width = WIDTH * max(1, len(shown))
    size = f'viewBox="0 0 {width} {HEIGHT}"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="sans-serif" font-size="12">'
    return "\n".join([head, f'<rect width="{width}" height="{HEIGHT}" fill="white"/>', *placed, "</svg>\n"])


def _title(text: str) -> str:
    return f'<text x="{WIDTH / 2}" y="20" text-anchor="middle" font-weight="bold">{escape(text)}</text>'


def _bars(title: str, speeds: dict[str, float]) -> str:
    """On a logarithmic scale from a tenth of the slowest."""
    parts = [_title(title)]
    low = min(speeds.values()) / 10
    scale = _scale(low, max(speeds.values()), LABEL, WIDTH - RIGHT - 40)
    step = (HEIGHT - TOP - 10) / len(speeds)
    for number, (tool, speed) in enumerate(sorted(speeds.items(), key=lambda each: -each[1])):
        top = TOP + number * step
        end, middle = scale(speed), top + step / 2 + 4
        parts.append(f'<text x="{LABEL - 6}" y="{middle:.1f}" text-anchor="end" font-size="10">{escape(tool)}</text>')
        bar = f'<rect x="{LABEL}" y="{top + 4:.1f}" width="{end - LABEL:.1f}" height="{step - 8:.1f}"'
        parts.append(f'{bar} fill="{COLOURS.get(tool, OTHER)}"/>')
        parts.append(f'<text x="{end + 4:.1f}" y="{middle:.1f}">{_number(speed)}</text>')
    return "\n".join(parts)


def _curves(title: str, curves: dict[str, Curve]) -> str:
    """Both axes logarithmic."""
    points = [point for curve in curves.values() for point in curve]
    x = _scale(min(a for a, _ in points), max(a for a, _ in points), LEFT, WIDTH - RIGHT - 50)
    y = _scale(min(b for _, b in points), max(b for _, b in points), HEIGHT - BOTTOM, TOP)
    parts = [_title(title)]
    for tick in _powers([a for a, _ in points]):
        parts.append(f'<text x="{x(tick):.1f}" y="{HEIGHT - BOTTOM + 20}" text-anchor="middle">{_number(tick)}</text>')
        parts.append(_line(x(tick), TOP, x(tick), HEIGHT - BOTTOM))
    for tick in _powers([b for _, b in points]):
        parts.append(f'<text x="{LEFT - 6}" y="{y(tick) + 4:.1f}" text-anchor="end">{_number(tick)}</text>')
        parts.append(_line(LEFT, y(tick), WIDTH - RIGHT - 50, y(tick)))
    for tool, curve in curves.items():
        colour = COLOURS.get(tool, OTHER)
        path = " ".join(f"{x(a):.1f},{y(b):.1f}" for a, b in curve)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [f'<circle cx="{x(a):.1f}" cy="{y(b):.1f}" r="3" fill="{colour}"/>' for a, b in curve]
        last_x, last_y = curve[-1]
        parts.append(f'<text x="{x(last_x) + 6:.1f}" y="{y(last_y) + 4:.1f}" fill="{colour}">{escape(tool)}</text>')
    return "\n".join(parts)


def _line(x1: float, y1: float, x2: float, y2: float) -> str:
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="#ddd"/>'


def _scale(low: float, high: float, start: float, end: float) -> Callable[[float], float]:
    """From numbers to pixels, logarithmic."""
    wide = math.log(high / low) or 1.0
    return lambda value: start + (end - start) * math.log(value / low) / wide


def _powers(values: list[float]) -> Iterator[float]:
    """The powers of ten among the values, and the ends where fewer than two lie there."""
    low, high = min(values), max(values)
    inside = [10.0**power for power in range(math.ceil(math.log10(low)), math.floor(math.log10(high)) + 1)]
    yield from inside if len(inside) > 1 else sorted({low, high})


def _number(value: float) -> str:
    for unit, name in ((1e6, "M"), (1e3, "k")):
        if value >= unit:
            return f"{value / unit:.3g}{name}"
    return f"{value:.2g}"
