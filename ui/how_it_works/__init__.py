"""Components of the How it works page."""
