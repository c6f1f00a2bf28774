"""The demonstration's avatars are small, varied and safe under a strict policy."""

from io import BytesIO
from xml.etree import ElementTree

import pytest
from PIL import Image

from experts.demo.avatars import avatar_png, avatar_svg
from experts.demo.personas import personas


def test_portraits_are_small_well_formed_and_without_inline_style() -> None:
    for person in personas():
        drawing = avatar_svg(person)
        assert 500 <= len(drawing.encode()) <= 1500
        for node in ElementTree.fromstring(drawing).iter():  # noqa: S314 - our own drawing
            assert "style" not in node.attrib


def test_portraits_differ_and_do_not_change() -> None:
    drawings = [avatar_svg(person) for person in personas()]
    assert len(set(drawings)) >= 38
    assert drawings == [avatar_svg(person) for person in personas()]


def test_a_raster_portrait_has_the_size_asked_for() -> None:
    person = personas()[0]
    image = Image.open(BytesIO(avatar_png(person, 64)))
    assert image.size == (64, 64)
    assert avatar_png(person, 64) == avatar_png(person, 64)


@pytest.mark.parametrize("size", [0, 2000])
def test_an_absurd_size_is_refused(size: int) -> None:
    with pytest.raises(ValueError, match="16 to 1024"):
        avatar_png(personas()[0], size)
