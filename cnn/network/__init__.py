"""The layers of a network, their shapes and parameters, by arithmetic."""
