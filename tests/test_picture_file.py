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
FILES = {
    **{kind: file_of(seven(), kind) for kind in ("png", "jpeg", "webp", "gif", "bmp", "tiff")},
    "black and white": file_of(seven("1")),
    "gray with opacity": file_of(seven("LA")),
    "opaque": file_of(seven("RGBA")),
    "palette": file_of(PALETTE),
    "transparent palette": file_of(PALETTE, transparency=0),
    "CMYK JPEG": file_of(seven("CMYK"), "jpeg"),
    "CMYK TIFF": file_of(seven("CMYK"), "tiff"),
    "LAB": file_of(seven("LAB"), "tiff"),
    "16 bits": file_of(DEEP),
    "16 bits TIFF": file_of(DEEP, "tiff"),
    "32 bits": file_of(seven("I"), "tiff"),
    "floats": file_of(seven("F"), "tiff"),
    "dark ink on nothing": file_of(transparent(0)),
    "light ink on nothing": file_of(transparent(255)),
    "WebP on nothing": file_of(transparent(0), "webp"),
}


@pytest.mark.parametrize("data", FILES.values(), ids=FILES)
def test_each_format_and_kind_of_color_is_read(data):
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
    data = file_of(seven().resize((2000, 2400)), kind)
    pixels = picture_from_bytes(data)
    assert max(pixels.shape) <= MAX_SIDE
    assert looks_like_the_seven(pixels)


def png_header(width, height):
    def chunk(kind, body):
        ends = struct.pack(">I", len(body)), struct.pack(">I", zlib.crc32(kind + body))
        return ends[0] + kind + body + ends[1]

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    pixels = chunk(b"IDAT", zlib.compress(b"\0" * 100))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + pixels + chunk(b"IEND", b"")


@pytest.mark.parametrize("data", [png_header(20_000, 20_000), png_header(9_000, 9_000)])
def test_too_many_pixels_are_refused_before_they_are_unpacked(data, monkeypatch):
    monkeypatch.setattr(picture_file, "_pixels", lambda image: pytest.fail("unpacked"))
    with pytest.raises(ValueError, match="too large"):
        picture_from_bytes(data)


PNG, JPEG, GIF = FILES["png"], FILES["jpeg"], FILES["gif"]
UNKNOWN = b"just some words", b"%PDF-1.7 ...", b'<svg xmlns="http://www.w3.org/2000/svg"/>'
DAMAGED = [PNG[: len(PNG) // 2], PNG[:20], PNG[:60] + b"\0" * 40 + PNG[100:], JPEG[:3], GIF[:30]]
DAMAGED += [JPEG[: len(JPEG) // 2], png_header(100, 100), b"BM" + bytes(60), b"II*\0" + bytes(60)]


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "empty"),
        *((data, "not a picture that can be read") for data in UNKNOWN),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "save it as JPEG"),
        *((data, "damaged or incomplete") for data in DAMAGED),
        (b"x" * 20_000_001, "larger than 20 MB"),
    ],
)
def test_what_is_no_picture_gets_a_sentence(data, sentence):
    with pytest.raises(ValueError, match=sentence):
        picture_from_bytes(data)


def test_nothing_but_sentences_comes_of_damaged_bytes(capfd):
    generator = np.random.default_rng(28)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for data in list(FILES.values())[:6] * 20:
            broken = bytearray(data)
            for place in generator.integers(0, min(len(data), 400), 6):
                broken[place] = generator.integers(256)
            with contextlib.suppress(ValueError):
                assert max(picture_from_bytes(bytes(broken)).shape[:2]) <= MAX_SIDE
    assert capfd.readouterr() == ("", "")
