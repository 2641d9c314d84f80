"""One file for each figure in the README; each prints how it was measured."""
