"""Components of the Predictions page."""
