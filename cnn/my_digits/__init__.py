"""Digits that people keep, and networks taught on them."""
