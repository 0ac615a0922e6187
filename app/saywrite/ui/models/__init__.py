"""The recognition models in the window."""
