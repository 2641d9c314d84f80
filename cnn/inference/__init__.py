"""A run's exported network: images and drawings to probabilities."""
