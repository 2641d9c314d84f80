"""The screen on which networks are trained."""
