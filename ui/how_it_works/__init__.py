"""The How it works page's pieces of screen."""
