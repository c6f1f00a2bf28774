"""Plain flat avatars of the demonstration's experts: SVG for pages, PNG where a raster is needed."""

from io import BytesIO
from random import Random

from PIL import Image, ImageDraw

from experts.demo.personas import Persona

_SKINS = ("#f6d5bd", "#f1c7a5", "#dfa97f", "#c58a5e", "#95603c", "#6b4129")
_HAIRS = ("#1f1a1a", "#4a2c1a", "#c9994f", "#7d4a22", "#b5502a", "#c3c2bd")
_BACKS = ("#cfe3dd", "#f6dccb", "#d7dff0", "#f4e7c1", "#e5d8ec", "#d3e8f0", "#f3d6d6")
_SHIRTS = ("#1f5c50", "#b5502a", "#2f4f83", "#8c6a14", "#5b3a8c", "#0f5c70", "#8a2f45")
_INK = "#1d1a1a"

# Hair behind the head, then in front of it, for each style.
_BEHIND = {
    2: "M27 44c0-16 9-25 21-25s21 9 21 25v26c-6 5-12 6-21 6s-15-1-21-6Z",
    3: "M28 44c0-15 9-23 20-23s20 8 20 23v12c-4 4-36 4-40 0Z",
    4: "M22 46c-4-18 10-32 26-32s30 14 26 32c-2 10-8 14-12 14H34c-4 0-10-4-12-14Z",
    5: "M28 44c0-15 9-24 20-24s20 9 20 24c0 8 2 14 5 18-8 5-42 5-50 0 3-4 5-10 5-18Z",
    6: "M56 25c16 0 22 22 14 43-6-6-8-16-9-26Z",
    7: "M38 18a10 9 0 0 1 20 0 10 9 0 0 1-20 0Z",
}
_FRONT = {
    0: "M32 43c-1-15 6-22 16-22s18 6 16 22c-2-6-4-10-7-12-6 3-13 3-18 0-4 2-6 6-7 12Z",
    1: "M32 44c-2-11 1-18 8-20-4 4-6 10-5 14Zm32 0c2-11-1-18-8-20 4 4 6 10 5 14Z",
    2: "M33 42c2-10 8-14 17-14 7 0 12 4 13 13-10 1-18-3-22-8-1 4-4 7-8 9Z",
    3: "M32 44c0-14 7-20 16-20s16 6 16 20c-3-6-5-9-8-11-8 2-16 2-20-1-2 3-3 6-4 12Z",
    4: "M32 42c2-12 8-15 16-15s14 3 16 15c-5-7-10-9-16-9s-11 2-16 9Z",
    5: "M32 45c0-14 8-20 17-20 8 0 15 6 15 20-6-3-10-8-11-13-4 7-13 11-21 13Z",
    6: "M32 43c0-13 7-20 16-20s16 7 16 20c-5-8-10-11-15-11s-12 3-17 11Z",
    7: "M32 43c1-12 7-18 16-18s15 6 16 18c-4-7-9-9-16-9s-12 2-16 9Z",
}
_BEARD = "M32 48c1 6 3 7 7 6 5-2 13-2 18 0 4 1 6 0 7-6 0 12-6 19-16 19s-16-7-16-19Z"


def _colours(person: Persona) -> tuple[str, str]:
    """Return the background and the shirt, drawn from the person's address."""
    rng = Random(person.email)
    return rng.choice(_BACKS), rng.choice(_SHIRTS)


def _extra(person: Persona, hair: str) -> str:
    if person.look.extra == "b":
        return f'<path d="{_BEARD}" fill="{hair}"/>'
    if person.look.extra == "g":
        return (
            f'<path d="M36 47a6 6 0 1 0 12 0 6 6 0 1 0 12 0 6 6 0 1 0-12 0 6 6 0 1 0-12 0Z" '
            f'fill="none" stroke="{_INK}" stroke-width="1.6"/>'
        )
    if person.look.extra == "f":
        return '<path d="M38 52h.1m3 1h.1m14-1h.1m3 1h.1" stroke="#a5552b" stroke-width="1.6" stroke-linecap="round"/>'
    return ""


def avatar_svg(person: Persona) -> str:
    """Return the person's portrait: a 96 x 96 SVG document of about a kilobyte, always the same."""
    skin, hair = _SKINS[person.look.skin], _HAIRS[person.look.hair]
    back, shirt = _colours(person)
    behind = _BEHIND.get(person.look.style)
    beard = person.look.extra == "b"
    mouth = skin if beard else _INK
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 96 96">'
        f'<rect width="96" height="96" fill="{back}"/>'
        + (f'<path d="{behind}" fill="{hair}"/>' if behind else "")
        + f'<path d="M14 100c0-19 14-29 34-29s34 10 34 29Z" fill="{shirt}"/>'
        f'<path d="M40 58h16v14c-2 6-14 6-16 0Z" fill="{skin}"/>'
        '<path d="M40 62c4 5 12 5 16 0v5c-5 4-11 4-16 0Z" fill="#000" opacity=".12"/>'
        f'<ellipse cx="48" cy="46" rx="16" ry="19" fill="{skin}"/>'
        f'<path d="{_FRONT[person.look.style]}" fill="{hair}"/>'
        + _extra(person, hair)
        + f'<circle cx="42" cy="47" r="1.9" fill="{_INK}"/><circle cx="54" cy="47" r="1.9" fill="{_INK}"/>'
        f'<path d="M42.5 56c3 3.4 8 3.4 11 0" fill="none" stroke="{mouth}" stroke-width="1.9" '
        'stroke-linecap="round"/></svg>'
    )


def avatar_png(person: Persona, size: int) -> bytes:
    """Return the person's portrait as a square PNG of `size` pixels, simpler than the SVG.

    Drawn four times too large and reduced, since Pillow does not smooth edges. ValueError when
    `size` is not between 16 and 1024.
    """
    if not 16 <= size <= 1024:
        raise ValueError("an avatar measures 16 to 1024 pixels")
    unit = size * 4 / 96

    def box(left: float, top: float, right: float, bottom: float) -> tuple[float, float, float, float]:
        return (left * unit, top * unit, right * unit, bottom * unit)

    skin, hair = _SKINS[person.look.skin], _HAIRS[person.look.hair]
    back, shirt = _colours(person)
    image = Image.new("RGB", (size * 4, size * 4), back)
    draw = ImageDraw.Draw(image)
    if person.look.style >= 2:
        draw.rounded_rectangle(box(27, 19, 69, 72), radius=21 * unit, fill=hair)
    draw.ellipse(box(14, 71, 82, 129), fill=shirt)
    draw.rounded_rectangle(box(40, 58, 56, 77), radius=7 * unit, fill=skin)
    draw.ellipse(box(32, 27, 64, 65), fill=skin)
    if person.look.extra == "b":
        draw.chord(box(32, 29, 64, 67), 15, 165, fill=hair)
    if person.look.style != 1:
        draw.chord(box(31, 21, 65, 61), 200, 340, fill=hair)
    for centre in (42, 54):
        draw.ellipse(box(centre - 1.9, 45.1, centre + 1.9, 48.9), fill=_INK)
    mouth = skin if person.look.extra == "b" else _INK
    draw.arc(box(42, 50, 54, 59), 30, 150, fill=mouth, width=max(1, round(1.9 * unit)))
    out = BytesIO()
    image.resize((size, size), Image.Resampling.LANCZOS).save(out, "PNG", optimize=True)
    return out.getvalue()
