"""Draws bars of ratios as SVG, for light and for dark pages."""
from xml.sax.saxutils import escape

WIDTH, LEFT, BARS, ROW, TOP = 820, 110, 380, 34, 92

# The first colours are readable on any page, for viewers that do not know which one they are on.
STYLE = """
text { font: 14px system-ui, sans-serif; fill: #768390 }
.title { font-size: 17px; font-weight: 600 }
.quiet { font-size: 12px }
.number { font-variant-numeric: tabular-nums }
.bar { fill: #f05138 }
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
    step = next(s for s in (0.25, 0.5, 1, 2, 5, 10, 20, 50, 100, 1e9) if highest / s <= 8)
    return [step * i for i in range(int(highest / step) + 1)]


def draw(title, subtitle, even, rows):
    """`even` names the line at 1; a row is (label, ratio, lowest, highest, note)."""
    highest = max([1.25] + [row[3] for row in rows]) * 1.05
    bottom = TOP + ROW * len(rows)

    def at(ratio):
        return LEFT + BARS * ratio / highest

    out = [text(16, 30, title, "title"), text(16, 52, subtitle, "quiet")]
    for step in steps(highest):
        out += [line(at(step), TOP - 6, at(step), bottom, "grid")]
        out += [text(at(step), bottom + 18, f"{step:g}", "quiet number", "middle")]
    for index, (label, ratio, low, high, note) in enumerate(rows):
        middle = TOP + ROW * index + ROW / 2
        out += [text(LEFT - 10, middle + 5, label, anchor="end")]
        width = at(ratio) - LEFT
        out += [f'<rect x="{LEFT}" y="{middle - 10:.1f}" width="{width:.1f}" height="20" rx="2" class="bar"/>']
        out += [line(at(low), middle, at(high), middle, "range")]
        out += [line(at(end), middle - 4, at(end), middle + 4, "range") for end in (low, high)]
        out += [text(LEFT + BARS + 16, middle + 5, f"{ratio:.2f}", "number")]
        out += [text(LEFT + BARS + 64, middle + 5, note, "quiet number")]
    out += [line(at(1), TOP - 10, at(1), bottom + 4, "even"), text(at(1), TOP - 16, even, "quiet", "middle")]
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {bottom + 32}" role="img">'
    return "\n".join([head, f"<title>{escape(title)}</title>", f"<style>{STYLE}</style>", *out, "</svg>", ""])
