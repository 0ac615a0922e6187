"""Replaces PyInstaller's hook for `webrtcvad`, which looks for a distribution of that name.

Ours is `webrtcvad-wheels`; the specification copies its metadata like those of all others, so nothing is left to do.
"""
