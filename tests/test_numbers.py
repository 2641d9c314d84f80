import pytest

from ui.shared.number_text import counted, duration, percent, points, with_minus


@pytest.mark.parametrize(
    ("share", "digits", "text"),
    [(None, 1, "–"), (0.0, 1, "0.0%"), (0.983, 1, "98.3%"), (0.9706, 2, "97.06%"), (1, 0, "100%")],
)
def test_a_share_is_told_in_percent(share, digits, text):
    assert percent(share, digits) == text


def test_a_difference_has_its_sign_and_nothing_has_no_minus():
    shown = [points(one) for one in (0.0123, -0.002, 0.0, -0.000001)]
    assert [text.split()[0] for text in shown] == ["+1.23", "-0.20", "+0.00", "+0.00"]
    assert with_minus(shown[1]) == "−0.20 percentage points"


DURATIONS = {
    **{None: "–", 0: "0.0 s", -3.0: "0.0 s", 0.04: "0.0 s", 3.21: "3.2 s", 9.94: "9.9 s"},
    **{9.96: "10 s", 59.4: "59 s", 59.6: "1 min 00 s", 200: "3 min 20 s", 599.4: "9 min 59 s"},
    **{599.6: "10 min", 7199.4: "119 min", 7199.6: "2 h 00 min", 90_000: "25 h 00 min"},
}


@pytest.mark.parametrize(("seconds", "text"), DURATIONS.items())
def test_a_time_is_as_exact_as_a_person_would_say_it(seconds, text):
    assert duration(seconds) == text


def test_a_count_has_its_noun_in_the_right_number():
    texts = [counted(count, "epoch") for count in (0, 1, 2, 1_000)]
    assert texts == ["0 epochs", "1 epoch", "2 epochs", "1,000 epochs"]
