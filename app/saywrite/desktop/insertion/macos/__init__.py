"""Insertion on macOS."""
