"""The result of McNemar's test in words."""

from cnn.evaluation.comparison import SIGNIFICANCE, Comparison

HELP = (
    "McNemar's exact test (1947) looks only at the digits that one network gets right and the "
    "other wrong. If both were equally good, each of them would be A's or B's with probability "
    "1/2. A split that would come about in less than 5% of all cases is called significant."
)


def verdict(comparison: Comparison) -> str:
    """Return the result in one sentence."""
    negation = "" if comparison.is_significant else "not "
    return f"The difference is {negation}statistically significant."


def explanation(comparison: Comparison) -> str:
    """Return what the verdict is based on, and what it means."""
    first, second = comparison.count("first"), comparison.count("second")
    total = first + second
    if total == 0:
        return "There is no digit that only one of them gets right, so nothing tells them apart."
    digits = "1 digit" if total == 1 else f"{total:,} digits"
    share, p_value = p_value_text(comparison.p_value)
    return (
        f"Only one of the two gets {digits} right: {first:,} A, {second:,} B. If both were equally "
        f"good, a split at least as uneven would come about in {share} of all cases ({p_value}). "
        f"{_meaning(comparison)}"
    )


def _meaning(comparison: Comparison) -> str:
    if comparison.first.seen_in_training or comparison.second.seen_in_training:
        return "It says nothing about new digits."
    if comparison.is_significant:
        better = "B" if comparison.difference > 0 else "A"
        return f"So {better} is very likely better on new digits of this kind, too."
    if not comparison.can_be_significant:
        return "So few digits could not show a difference, however they were split."
    return "So on other digits the other one may be better. More test digits could tell."


def p_value_text(p_value: float) -> tuple[str, str]:
    """Return a p-value in percent and as it is usually written: ("3.2%", "p = 0.032").

    Near the limit of significance it has more digits, so that it shows on which side it is.
    """
    if p_value < 0.001:
        return "less than 0.1%", "p < 0.001"
    if abs(p_value - SIGNIFICANCE) < 0.0005:
        return f"{p_value:.2%}", f"p = {p_value:.4f}"
    return (
        (f"{p_value:.1%}", f"p = {p_value:.3f}")
        if p_value < 0.0995
        else (f"{p_value:.0%}", f"p = {p_value:.2f}")
    )
