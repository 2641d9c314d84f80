"""Pictures of strokes: clean ones, and what a camera makes of them."""

import numpy as np
from PIL import Image, ImageDraw
from scipy import ndimage


def picture_of(strokes, pen=12, paper=0, ink=255):
    """A clean drawing, 280 pixels a side."""
    image = Image.new("L", (280, 280), paper)
    for line in strokes:
        ImageDraw.Draw(image).line(line, fill=ink, width=pen, joint="curve")
    return np.asarray(image)


def photo_of(strokes, pen=5, paper=220, ink=60, ruled=False, table=0):
    """A photo, 480 pixels a side: corners darker, half in shadow, grain; perhaps on a table."""
    generator = np.random.default_rng(28)
    large = Image.new("L", (480, 480), paper)
    pencil = ImageDraw.Draw(large)
    for y in range(20, 480, 36) if ruled else ():
        pencil.line([(0, y), (480, y + 6)], fill=paper - 40)
    for line in strokes:
        pencil.line([(x + 90, y + 90) for x, y in line], fill=ink, width=pen, joint="curve")
    pencil.rectangle((-1, -1, table, 480), fill=90)
    y, x = np.indices((480, 480)) / 480 - 0.5
    light = 1 - 0.5 * (x**2 + y**2) - 0.35 / (1 + np.exp(-(x + 0.3 * y) / 0.02))
    grain = ndimage.gaussian_filter(generator.normal(0, 6, light.shape), 1)
    seen = np.asarray(large) * light + grain + generator.normal(0, 3, light.shape)
    return np.clip(seen, 0, 255).astype(np.uint8)
