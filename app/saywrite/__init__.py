"""Saywrite: speak, and it is written."""

__version__ = "0.1.0"
