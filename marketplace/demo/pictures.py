"""Plain illustrations of the demonstration products, as SVG without text or inline style."""

from functools import cache
from string import Template

from marketplace.demo.catalogue import read_content
from marketplace.demo.model import DemoBrand, DemoProduct

# Background, then what the drawings call a (main), d (dark) and l (light).
_PALETTES: dict[str, tuple[tuple[str, str, str, str], ...]] = {
    "nordet-trail": (
        ("#e4efe9", "#1f7a66", "#0f4a3f", "#9fd3c0"),
        ("#fdeee6", "#e4672e", "#9a3b12", "#ffc9a6"),
        ("#e6eef6", "#2f6ea8", "#1b3f66", "#a9cdee"),
        ("#f6efdb", "#d9a21b", "#7d5806", "#ffe49a"),
        ("#efe9f4", "#7a5aa6", "#452f66", "#cfbce8"),
    ),
    "lumengrain": (
        ("#ece7f4", "#5b3a8c", "#372157", "#c7b3e6"),
        ("#eaeef0", "#54626b", "#2c363c", "#bccad2"),
        ("#f7ebe4", "#b5603b", "#6e341b", "#f0c3aa"),
        ("#e5f0ee", "#2f8078", "#184a45", "#a6d8d1"),
    ),
    "maison-braisette": (
        ("#f9e9e4", "#b5391f", "#6f1e0d", "#f2b7a6"),
        ("#f7f0e0", "#d6a95c", "#85602a", "#f6e0b4"),
        ("#e8eee6", "#5d7f52", "#34492d", "#bcd3b3"),
        ("#e7edf2", "#41627d", "#233a4d", "#b2c9da"),
        ("#f3ebe6", "#8c5a3c", "#4f2f1c", "#d9b79f"),
    ),
}
_FIXED = {"k": "#23282b", "m": "#b9c2c6", "w": "#ffffff", "y": "#f3c34f"}


@cache
def _drawings() -> dict[str, Template]:
    raw: dict[str, str] = read_content("drawings")
    return {name: Template(markup.replace("'", '"')) for name, markup in raw.items()}


def product_svg(brand: DemoBrand, product: DemoProduct) -> str:
    """Return the product's illustration: a 400 x 400 SVG document, the same at every call."""
    palettes = _PALETTES[brand.slug]
    back, main, dark, light = palettes[product.shade % len(palettes)]
    colours = {"a": main, "d": dark, "l": light, **_FIXED}
    # Two backdrops alternate, so that a shelf of neighbours does not look stamped.
    wide = 150 if product.shade % 2 else 132
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 400">'
        f'<rect width="400" height="400" fill="{back}"/>'
        f'<circle cx="200" cy="196" r="{wide}" fill="#ffffff" opacity=".55"/>'
        '<ellipse cx="200" cy="332" rx="130" ry="12" fill="#23282b" opacity=".14"/>'
        f"{_drawings()[product.drawing].substitute(colours)}</svg>"
    )
