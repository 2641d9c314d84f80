"""The commands of `python -m cnn`: each module adds its own to the parser."""
