"""The only rooms where TensorFlow lives: a process of its own, never imported by the app."""
