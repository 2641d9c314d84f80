"""The screen on which digits are drawn and read."""
