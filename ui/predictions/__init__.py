"""The screen of a network's answers to the test digits."""
