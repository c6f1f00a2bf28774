"""Pictures of people: checked, cut to a square and written anew, so that nothing of the file brought survives."""

import io
import warnings

from PIL import Image, ImageOps

from experts.errors import NotAPicture

SIZE = 256
"""Side in pixels."""
MOST_BYTES = 8 * 1024 * 1024
MOST_PIXELS = 40_000_000
_FORMATS = ("PNG", "JPEG", "WEBP")


def square(content: bytes) -> bytes:
    """A WebP square of 256 pixels from the middle of the picture, upright, without metadata. Raises `NotAPicture`."""
    if not content or len(content) > MOST_BYTES:
        raise NotAPicture(field="picture")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content), formats=_FORMATS) as picture:
                if picture.width * picture.height > MOST_PIXELS:
                    raise NotAPicture(field="picture")
                upright = ImageOps.exif_transpose(picture).convert("RGBA")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise NotAPicture(field="picture") from error
    cut = ImageOps.fit(upright, (SIZE, SIZE), Image.Resampling.LANCZOS)
    plain = Image.new("RGB", cut.size, "white")
    plain.paste(cut, mask=cut.getchannel("A"))
    out = io.BytesIO()
    plain.save(out, "WEBP", quality=84, method=4)
    return out.getvalue()
