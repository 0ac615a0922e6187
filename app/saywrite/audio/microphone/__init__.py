"""Capture from a microphone: opening, resuming, resampling, gaps."""
