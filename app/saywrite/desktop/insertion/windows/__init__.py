"""Insertion on Windows."""
