"""Pictures are cut square, written anew and stripped; anything else is refused."""

import io

import pytest
from PIL import Image

from experts import avatars
from experts.errors import NotAPicture


def picture(kind: str = "JPEG", size: tuple[int, int] = (400, 300), **more: object) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "teal").save(out, kind, **more)
    return out.getvalue()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_picture_becomes_a_small_square_webp(kind: str) -> None:
    with Image.open(io.BytesIO(avatars.square(picture(kind)))) as made:
        assert (made.format, made.size) == ("WEBP", (256, 256))


def test_place_and_camera_are_forgotten() -> None:
    exif = Image.Exif()
    exif[271] = "Camera"
    exif[34853] = {1: "N"}
    made = avatars.square(picture(exif=exif.tobytes()))
    assert b"Camera" not in made
    with Image.open(io.BytesIO(made)) as opened:
        assert not opened.getexif()


@pytest.mark.parametrize(
    "content", [b"", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"\xff\xd8\xff not a picture", picture()[:200]]
)
def test_what_is_no_picture_is_refused(content: bytes) -> None:
    with pytest.raises(NotAPicture):
        avatars.square(content)


def test_a_picture_of_too_many_pixels_is_refused() -> None:
    with pytest.raises(NotAPicture):
        avatars.square(picture("PNG", (9_000, 5_000)))


def test_other_formats_are_refused() -> None:
    with pytest.raises(NotAPicture):
        avatars.square(picture("GIF"))
