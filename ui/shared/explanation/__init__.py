"""Explanations of a prediction, for Draw and Predictions."""
