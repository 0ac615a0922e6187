"""Insertion under X11: an own clipboard owner that sees who reads, and key events through XTEST."""
