"""A run as a stand-alone Keras script or notebook."""
