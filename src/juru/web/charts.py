"""One chart: it answers one question in its title; the table behind it has every number.

Drawn on the server as SVG: bars from zero, labels beside them, no colour that says anything alone. Days and hours stand
beside each other, a wide and a narrow drawing of the same; shares lie below each other as plain text with a bar.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from markupsafe import Markup, escape

from juru.web.wording import compact
from juru.web.words import Lang, Words

SHARES_SHOWN = 8
_HEIGHT, _FOOT, _HEAD = 170, 20, 18


class Bar(msgspec.Struct, frozen=True):
    """One bar: how it is called under it, what it is worth, and both in words. An open one may still grow."""

    label: str
    value: int
    told: str
    open: bool = False


class Share(msgspec.Struct, frozen=True):
    """One part of a whole: ``width`` of 1,000 of the largest."""

    label: str
    value: str
    width: int


class Chart(msgspec.Struct, frozen=True):
    """The title that answers, and the drawing: bars beside each other, or shares below each other."""

    title: str
    wide: Markup = Markup()
    narrow: Markup = Markup()
    shares: tuple[Share, ...] = ()


def beside(title: str, bars: Sequence[Bar], lang: Lang, t: Words) -> Chart:
    """Bars beside each other, in the order given."""
    return Chart(title, _draw(bars, 960, 12, lang, t), _draw(bars, 340, 5, lang, t))


def below(title: str, parts: Sequence[tuple[str, int, str]]) -> Chart:
    """The largest parts below each other. ``parts``: of each its name, its worth and that in words."""
    largest = sorted((part for part in parts if part[1] > 0), key=lambda part: -part[1])[:SHARES_SHOWN]
    top = largest[0][1] if largest else 1
    return Chart(title, shares=tuple(Share(name, told, max(value * 1_000 // top, 2)) for name, value, told in largest))


def _draw(bars: Sequence[Bar], width: int, labels_max: int, lang: Lang, t: Words) -> Markup:
    """Columns from a common zero; as many labels as fit, the highest always among them."""
    top = max(0, *(bar.value for bar in bars))
    low = min(0, *(bar.value for bar in bars))
    room = _HEIGHT - _FOOT - _HEAD
    reach = (top - low) or 1
    zero = _HEAD + top * room // reach
    step = width / len(bars)
    thick = max(min(step * 0.72, 56), 2)
    every = -(-len(bars) // labels_max)
    extremes = {max(range(len(bars)), key=lambda i: bars[i].value)}
    if low < 0:
        extremes.add(min(range(len(bars)), key=lambda i: bars[i].value))
    parts = [
        Markup('<svg class="columns" viewBox="0 0 {} {}" role="presentation" focusable="false">').format(
            width, _HEIGHT
        ),
        Markup('<line class="zero" x1="0" x2="{}" y1="{}" y2="{}"/>').format(width, zero, zero),
    ]
    for place, bar in enumerate(bars):
        middle = step * place + step / 2
        size = abs(bar.value) * room // reach
        y = zero - size if bar.value >= 0 else zero
        kind = ("minus" if bar.value < 0 else "plus") + (" open" if bar.open else "")
        parts.append(
            Markup('<rect class="{}" x="{:.1f}" y="{}" width="{:.1f}" height="{}"><title>{}</title></rect>').format(
                kind, middle - thick / 2, y, thick, max(size, 1 if bar.value else 0), bar.told
            )
        )
        if place % every == 0:
            parts.append(_text("tick", middle, _HEIGHT - 6, bar.label))
        if (len(bars) <= labels_max or (place in extremes and bar.value)) and (bar.value >= 0 or place in extremes):
            at = max(min(middle, width - 26), 26)
            parts.append(_text("value", at, y - 5 if bar.value >= 0 else y + size + 13, compact(bar.value, lang, t)))
    parts.append(Markup("</svg>"))
    return Markup().join(parts)


def _text(kind: str, x: float, y: int, text: str) -> Markup:
    return Markup('<text class="{}" x="{:.1f}" y="{}" text-anchor="middle">{}</text>').format(kind, x, y, escape(text))
