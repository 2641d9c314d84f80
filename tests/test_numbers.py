import pytest

from ui.shared.number_text import counted, duration, percent, points, with_minus


@pytest.mark.parametrize(
    ("share", "digits", "text"),
    [
        (None, 1, "–"),
        (0.0, 1, "0.0%"),
        (0.983, 1, "98.3%"),
        (0.9706, 2, "97.06%"),
        (1, 1, "100.0%"),
        (0.12345, 0, "12%"),
    ],
)
def test_a_share_is_told_in_percent(share, digits, text):
    assert percent(share, digits) == text


@pytest.mark.parametrize(
    ("difference", "text"),
    [
        (0.0123, "+1.23 percentage points"),
        (-0.002, "-0.20 percentage points"),
        (0.0, "+0.00 percentage points"),
        (-0.000001, "+0.00 percentage points"),
    ],
)
def test_a_difference_has_its_sign_and_nothing_has_no_minus(difference, text):
    assert points(difference) == text


def test_a_loss_is_printed_with_a_real_minus():
    assert with_minus(points(-0.002)) == "−0.20 percentage points"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (None, "–"),
        (0, "0.0 s"),
        (-3.0, "0.0 s"),
        (0.04, "0.0 s"),
        (3.21, "3.2 s"),
        (9.94, "9.9 s"),
        (9.96, "10 s"),
        (10, "10 s"),
        (12.4, "12 s"),
        (59.4, "59 s"),
        (59.6, "1 min 00 s"),
        (200, "3 min 20 s"),
        (599.4, "9 min 59 s"),
        (599.6, "10 min"),
        (3540, "59 min"),
        (7199.4, "119 min"),
        (7199.6, "2 h 00 min"),
        (7260, "2 h 01 min"),
        (90_000, "25 h 00 min"),
    ],
)
def test_a_time_is_as_exact_as_a_person_would_say_it(seconds, text):
    assert duration(seconds) == text


@pytest.mark.parametrize(
    ("count", "text"), [(0, "0 epochs"), (1, "1 epoch"), (2, "2 epochs"), (1_000, "1,000 epochs")]
)
def test_a_count_has_its_noun_in_the_right_number(count, text):
    assert counted(count, "epoch") == text
