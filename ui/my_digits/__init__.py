"""The screen of kept digits, and teaching."""
