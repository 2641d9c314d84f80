"""Every color of the app, as #rrggbb: saved pictures, charts and the pages' stylesheet read it."""

from collections.abc import Sequence

# Readable on white and on near-black. Color-blind people can tell blue from orange.
ACCENT, MISTAKE = "#4f5bd5", "#e5484d"
POSITIVE, NEGATIVE, NEUTRAL = "#2e7ede", "#d66214", "#80838e"
# Lines of several runs, told apart by the dashes too; on white and near-black at least 3:1.
SERIES = (ACCENT, "#d66214", "#0d9488", "#a33ce8", "#e5484d", "#64748b")
DASHES = ((), (6, 3), (2, 2), (10, 3, 2, 3), (12, 4))  # pixels: line, gap, and so on
GRID = "#88888844"
WHITE, TILE = "#ffffff", "#f1f1f4"
LAYER, LAYER_EDGE = "#7b86ee", "#3a45ad"

# What the stylesheet calls --NAME: in the light and in the dark theme.
THEMED = {
    "primary": ("#4450c8", "#6570e4"),  # as in .streamlit/config.toml, with the next four
    "on-primary": (WHITE, WHITE),
    "background": (WHITE, "#12141f"),
    "surface": ("#f3f4fa", "#1c1f2e"),
    "border": ("#d9dbe8", "#34384d"),
    "correct": ("#15703a", "#74d693"),
    "mistake": ("#b3261e", "#ff9a91"),
    "warning": ("#7a4b00", "#ffc266"),
    "highlight": ("#c2410c", "#fb923c"),
    "positive": (POSITIVE, POSITIVE),
    "negative": (NEGATIVE, NEGATIVE),
    "neutral": (NEUTRAL, NEUTRAL),
    "unsure": ("#6b7080", "#6b7080"),
    "tile": (TILE, "#24262e"),
    "tile-border": ("#dcdde3", "#3a3d48"),
    "track": ("#7f82a038", "#7f82a038"),
}
CORRECT_TEXT, MISTAKE_TEXT = THEMED["correct"][0], THEMED["mistake"][0]  # on a picture's white


def luminance(color: Sequence[int]) -> float:
    """Return the relative luminance of red, green and blue, 0 to 1, as WCAG 2 defines it."""
    channels = [one / 255 for one in color]
    linear = [one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def rgb(color: str) -> tuple[int, int, int]:
    """Return red, green and blue, each 0 to 255, of #rrggbb."""
    red, green, blue = bytes.fromhex(color[1:7])
    return red, green, blue
