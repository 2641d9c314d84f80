"""MNIST: where it comes from, its checks, its splits, and its known label errors."""
