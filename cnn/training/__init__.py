"""Training with Keras and TensorFlow, in a process of its own: the app never imports it."""
