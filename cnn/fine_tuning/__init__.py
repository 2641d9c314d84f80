"""Saved digits with their labels, and runs that learn from them."""
