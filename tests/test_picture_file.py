import contextlib
import io
import struct
import warnings
import zlib

import numpy as np
import pytest
from PIL import Image

from cnn.drawing import picture_file
from cnn.drawing.picture import image_from_picture
from cnn.drawing.picture_file import MAX_SIDE, picture_from_bytes

SEVEN = np.full((120, 100), 255, np.uint8)
SEVEN[20:30, 20:80] = SEVEN[30:100, 70:80] = 0


def file_of(image, kind="png", **options):
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def seven(mode="L"):
    return Image.fromarray(SEVEN).convert(mode)


def looks_like_the_seven(pixels):
    shown = image_from_picture(pixels).astype(int)
    return np.abs(shown - image_from_picture(SEVEN)).mean() < 6


def transparent(ink):
    pixels = np.full((*SEVEN.shape, 4), ink, np.uint8)
    pixels[..., 3] = 255 - SEVEN
    return Image.fromarray(pixels)


DEEP = Image.fromarray(SEVEN.astype(np.uint16) * 257)
PALETTE = seven("RGB").quantize(4)


@pytest.mark.parametrize("kind", ["png", "jpeg", "webp", "gif", "bmp", "tiff"])
def test_each_format_is_read(kind):
    assert looks_like_the_seven(picture_from_bytes(file_of(seven(), kind)))


@pytest.mark.parametrize(
    "data",
    [
        file_of(seven("1")),
        file_of(seven("LA")),
        file_of(seven("RGBA")),
        file_of(PALETTE),
        file_of(PALETTE, transparency=0),
        file_of(seven("CMYK"), "jpeg"),
        file_of(seven("CMYK"), "tiff"),
        file_of(seven("LAB"), "tiff"),
        file_of(DEEP),
        file_of(DEEP, "tiff"),
        file_of(seven("I"), "tiff"),
        file_of(seven("F"), "tiff"),
        file_of(transparent(0)),
        file_of(transparent(255)),
        file_of(transparent(0), "webp"),
    ],
    ids=[
        "black and white",
        "gray with opacity",
        "opaque",
        "palette",
        "transparent palette",
        "CMYK JPEG",
        "CMYK TIFF",
        "LAB",
        "16 bits",
        "16 bits TIFF",
        "32 bits",
        "floats",
        "dark ink on nothing",
        "light ink on nothing",
        "WebP on nothing",
    ],
)
def test_each_kind_of_color_is_read(data):
    pixels = picture_from_bytes(data)
    assert pixels.dtype == np.uint8
    assert looks_like_the_seven(pixels)


@pytest.mark.parametrize("kind", ["gif", "webp", "png", "tiff"])
def test_of_an_animated_picture_the_first_one_counts(kind):
    others = [Image.new("L", (100, 120), 255), Image.fromarray(255 - SEVEN)]
    data = file_of(seven(), kind, save_all=True, append_images=others)
    assert looks_like_the_seven(picture_from_bytes(data))


@pytest.mark.parametrize("kind", ["jpeg", "png", "webp", "tiff"])
def test_a_photo_taken_sideways_is_turned(kind):
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by a quarter, clockwise
    data = file_of(seven().rotate(90, expand=True), kind, exif=exif)
    assert looks_like_the_seven(picture_from_bytes(data))


@pytest.mark.parametrize("kind", ["jpeg", "png"])
def test_a_large_photo_is_made_small_enough(kind):
    data = file_of(seven().resize((4000, 4800)), kind)
    pixels = picture_from_bytes(data)
    assert max(pixels.shape) <= MAX_SIDE
    assert looks_like_the_seven(pixels)


def png_header(width, height):
    def chunk(kind, body):
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    pixels = chunk(b"IDAT", zlib.compress(b"\0" * 100))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + pixels + chunk(b"IEND", b"")


def bmp_header(width, height):
    return b"BM" + struct.pack("<IHHIIiiHHIIiiII", 54, 0, 0, 54, 40, width, height, 1, 24, *[0] * 6)


def gif_with_a_large_screen():
    data = bytearray(file_of(seven(), "gif"))
    data[6:10] = struct.pack("<HH", 20_000, 20_000)
    return bytes(data)


@pytest.mark.parametrize(
    "data",
    [
        png_header(20_000, 20_000),
        png_header(9_000, 9_000),
        bmp_header(9_000, 9_000),
        gif_with_a_large_screen(),
    ],
    ids=["PNG", "smaller PNG", "BMP", "GIF"],
)
def test_too_many_pixels_are_refused_before_they_are_unpacked(data, monkeypatch):
    monkeypatch.setattr(picture_file, "_pixels", lambda image: pytest.fail("unpacked"))
    with pytest.raises(ValueError, match="too large"):
        picture_from_bytes(data)


PNG, JPEG, GIF = file_of(seven()), file_of(seven(), "jpeg"), file_of(seven(), "gif")


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "empty"),
        (b"just some words", "not a picture that can be read"),
        (b"%PDF-1.7 ...", "not a picture that can be read"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "not a picture that can be read"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "save it as JPEG"),
        (PNG[: len(PNG) // 2], "damaged or incomplete"),
        (PNG[:20], "damaged or incomplete"),
        (PNG[:60] + b"\0" * 40 + PNG[100:], "damaged or incomplete"),
        (JPEG[: len(JPEG) // 2], "damaged or incomplete"),
        (JPEG[:3], "damaged or incomplete"),
        (GIF[:30], "damaged or incomplete"),
        (png_header(100, 100), "damaged or incomplete"),
        (b"BM" + bytes(60), "damaged or incomplete"),
        (b"II*\0" + bytes(60), "damaged or incomplete"),
        (b"x" * 20_000_001, "larger than 20 MB"),
    ],
)
def test_what_is_no_picture_gets_a_sentence(data, sentence):
    with pytest.raises(ValueError, match=sentence):
        picture_from_bytes(data)


def test_nothing_but_sentences_comes_of_damaged_bytes(capfd):
    generator = np.random.default_rng(28)
    kinds = ("png", "jpeg", "webp", "gif", "bmp", "tiff")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for data in [file_of(seven("RGB"), kind) for kind in kinds] * 20:
            broken = bytearray(data)
            for place in generator.integers(0, min(len(data), 400), 6):
                broken[place] = generator.integers(256)
            with contextlib.suppress(ValueError):
                assert max(picture_from_bytes(bytes(broken)).shape[:2]) <= MAX_SIDE
    assert capfd.readouterr() == ("", "")
