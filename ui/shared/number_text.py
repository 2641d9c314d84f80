"""Numbers, times and names as text."""

import re
from datetime import datetime


def percent(share: float | None, digits: int = 1) -> str:
    """Return a share as 98.3%, or a dash where there is none."""
    return "–" if share is None else f"{share * 100:.{digits}f}%"


def probability(share: float) -> str:
    """Return a probability as 98.3%, and never a false 0% or 100%."""
    if share > 0.999:
        return "> 99.9%"
    return "< 0.1%" if share < 0.001 else percent(share)


def points(difference: float) -> str:
    """Return a difference of shares in percentage points, with its sign.

    A loss has a hyphen: `st.metric` takes a change for one only with it. See `with_minus`.
    """
    return f"{difference * 100:+z.2f} percentage points"


def with_minus(number: str) -> str:
    """Return a signed number as it is printed, with a real minus in the hyphen's place."""
    return number.replace("-", "−")


def duration(seconds: float | None) -> str:
    """Return a length of time as 12 s or 3 min 20 s, or a dash where it is not known."""
    if seconds is None:
        return "–"
    seconds = max(seconds, 0.0)
    whole = round(seconds)
    if whole < 60:
        return f"{seconds:.1f} s" if seconds < 9.95 else f"{whole} s"
    minutes, rest = divmod(whole, 60)
    if minutes < 10:
        return f"{minutes} min {rest:02} s"
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h {minutes % 60:02} min"


def counted(count: int, noun: str) -> str:
    """Return a number with its noun: 1 epoch, 5 epochs."""
    return f"{count:,} {noun}" + "s" * (count != 1)


def a_digit(digit: int) -> str:
    """Return a digit with its article: a 7, an 8."""
    return f"an {digit}" if digit == 8 else f"a {digit}"


def moment(time: datetime) -> str:
    """Return when a run was created, as 24 Nov, 21:05: the same on all pages."""
    return f"{time.day} {time:%b, %H:%M}"


def literal(text: str) -> str:
    """Return what a person has written so that Markdown shows it as it stands."""
    return re.sub(r"([\\`*_\[\]<>$:#~!|&])", r"\\\1", text)
