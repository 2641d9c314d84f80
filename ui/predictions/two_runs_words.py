"""What McNemar's test says of two networks, in a beginner's words."""

from cnn.evaluation.comparison import SIGNIFICANCE, Comparison


def verdict(comparison: Comparison) -> str:
    """Return the answer in one sentence."""
    if comparison.is_significant:
        return "The difference is more than chance."
    return "The difference is not more than chance."


def chance_sentence(comparison: Comparison) -> str:
    """Return what the verdict stands on, and what it means."""
    first, second = comparison.count("first"), comparison.count("second")
    if first + second == 0:
        return (
            "There is no digit that only one of them reads right, so there is nothing that could "
            "speak for either."
        )
    split = (
        f"Only one of the two reads {_digits(first + second)} right: {first:,} A, {second:,} B. "
        f"Were both equally good, a split at least as uneven would come about in "
        f"{p_words(comparison.p_value)} of all cases ({p_label(comparison.p_value)})."
    )
    return f"{split} {_meaning(comparison)}"


def _meaning(comparison: Comparison) -> str:
    if comparison.first.seen_in_training or comparison.second.seen_in_training:
        return "It says nothing of new digits."
    if comparison.is_significant:
        better = "B" if comparison.difference > 0 else "A"
        return f"So {better} very likely reads new digits of this kind better, too."
    if not comparison.can_be_significant:
        return "So few digits could not show a difference, however they were split."
    return "So on other digits the other one may well be ahead. More test digits could tell."


def _digits(count: int) -> str:
    return "1 digit" if count == 1 else f"{count:,} digits"


def p_words(p_value: float) -> str:
    """Return a probability as a share of cases, and never a false 0%."""
    if p_value < 0.001:
        return "less than 0.1%"
    if _is_near_limit(p_value):
        return f"{p_value * 100:.2f}%"
    return f"{p_value * 100:.1f}%" if p_value < 0.0995 else f"{p_value * 100:.0f}%"


def _is_near_limit(p_value: float) -> bool:
    """Whether rounding would hide on which side of the limit a p-value is."""
    return abs(p_value - SIGNIFICANCE) < 0.0005


def p_label(p_value: float) -> str:
    """Return a p-value as the field writes it."""
    if p_value < 0.001:
        return "p < 0.001"
    if _is_near_limit(p_value):
        return f"p = {p_value:.4f}"
    return f"p = {p_value:.3f}" if p_value < 0.0995 else f"p = {p_value:.2f}"
