"""Draws bars as SVG, for light and for dark pages."""
from xml.sax.saxutils import escape

WIDTH, BARS, TOP = 820, 380, 92

# The first colours are readable on any page, for viewers that do not know which one they are on.
STYLE = """
text { font: 14px system-ui, sans-serif; fill: #768390 }
.title { font-size: 17px; font-weight: 600 }
.group { font-weight: 600 }
.quiet { font-size: 12px }
.number { font-variant-numeric: tabular-nums }
.bar { fill: #f05138 }
.other { fill: #8b96a3 }
.even { stroke: #768390; stroke-width: 1.5; stroke-dasharray: 4 3 }
.range { stroke: #3d444d; stroke-width: 1.5; fill: none }
.grid { stroke: #768390; stroke-opacity: 0.3 }
@media (prefers-color-scheme: light) {
text { fill: #1f2328 } .quiet { fill: #59636e } .even, .range { stroke: #1f2328 }
}
@media (prefers-color-scheme: dark) {
text { fill: #f0f6fc } .quiet { fill: #9198a1 } .even, .range { stroke: #f0f6fc }
}
"""


def text(x, y, words, kind="", anchor="start"):
    return f'<text x="{x:.1f}" y="{y:.1f}" class="{kind}" text-anchor="{anchor}">{escape(words)}</text>'


def line(x1, y1, x2, y2, kind):
    return f'<path d="M{x1:.1f} {y1:.1f}L{x2:.1f} {y2:.1f}" class="{kind}"/>'


def steps(highest):
    """Where the grid lines are: four to eight of them, at round numbers."""
    step = next(s for s in (0.25, 0.5, 1, 2, 5, 10, 20, 50, 100, 250, 500, 1000, 2500, 5000, 1e9) if highest / s <= 8)
    return [step * i for i in range(int(highest / step) + 1)]


def draw(title, subtitle, even, rows, *, at_even=1, digits=2, most=None, left=110, row_height=34):
    """`even` names the line at `at_even`; a row is (label, value, lowest, highest, note[, kind of bar]), or a heading.

    Bars that are longer than `most` end there; the number beside them says the truth.
    """
    bars = [row for row in rows if not isinstance(row, str)]
    highest = max([1.25 * at_even] + [row[3] for row in bars])
    highest = min(highest, most or highest) * 1.05
    bottom = TOP + row_height * len(rows)

    def at(value):
        return left + BARS * min(value, highest) / highest

    out = [text(16, 30, title, "title"), text(16, 52, subtitle, "quiet")]
    for step in steps(highest):
        out += [line(at(step), TOP - 6, at(step), bottom, "grid")]
        out += [text(at(step), bottom + 18, f"{step:g}", "quiet number", "middle")]
    for index, row in enumerate(rows):
        middle = TOP + row_height * index + row_height / 2
        if isinstance(row, str):
            out += [text(16, middle + 7, row, "group")]
            continue
        label, value, low, high, note, *kind = row
        half = min(10, row_height * 0.36)
        out += [text(left - 10, middle + 5, label, anchor="end")]
        out += [f'<rect x="{left}" y="{middle - half:.1f}" width="{at(value) - left:.1f}" height="{2 * half:.1f}" rx="2" '
                f'class="{kind[0] if kind else "bar"}"/>']
        out += [line(at(low), middle, at(high), middle, "range")]
        out += [line(at(end), middle - 4, at(end), middle + 4, "range") for end in (low, high)]
        out += [text(left + BARS + 16, middle + 5, f"{value:,.{digits}f}", "number")]
        out += [text(left + BARS + 64, middle + 5, note, "quiet number")]
    out += [line(at(at_even), TOP - 10, at(at_even), bottom + 4, "even")]
    out += [text(at(at_even), TOP - 16, even, "quiet", "middle")]
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {bottom + 32}" role="img">'
    return "\n".join([head, f"<title>{escape(title)}</title>", f"<style>{STYLE}</style>", *out, "</svg>", ""])
