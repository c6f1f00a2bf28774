"""The brand's accent, corrected until its text can be read (WCAG 2.2, contrast 4.5:1)."""


def readable_accent(accent: str) -> tuple[str, str]:
    """(accent, text colour on it): darkened step by step until white reads, unless black already does."""
    rgb = _parse(accent)
    while True:
        if _contrast(rgb, (255, 255, 255)) >= 4.5:
            return _text(rgb), "#ffffff"
        if _contrast(rgb, (17, 17, 17)) >= 7:
            return _text(rgb), "#111111"
        rgb = (int(rgb[0] * 0.94), int(rgb[1] * 0.94), int(rgb[2] * 0.94))


def contrast_of(colour: str, text: str) -> float:
    """Contrast by WCAG 2.2, to one decimal, rounded down."""
    return int(_contrast(_parse(colour), _parse(text)) * 10) / 10


def _parse(colour: str) -> tuple[int, int, int]:
    digits = colour.lstrip("#")
    if len(digits) != 6 or any(c not in "0123456789abcdefABCDEF" for c in digits):
        return (11, 74, 91)
    return (int(digits[0:2], 16), int(digits[2:4], 16), int(digits[4:6], 16))


def _text(rgb: tuple[int, int, int]) -> str:
    return "#{:02x}{:02x}{:02x}".format(*rgb)


def _contrast(one: tuple[int, int, int], other: tuple[int, int, int]) -> float:
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(rgb: tuple[int, int, int]) -> float:
    parts = [c / 255 / 12.92 if c / 255 <= 0.04045 else ((c / 255 + 0.055) / 1.055) ** 2.4 for c in rgb]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]
