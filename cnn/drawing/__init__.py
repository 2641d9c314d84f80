"""Strokes or a picture: brought into the form of MNIST's images."""
