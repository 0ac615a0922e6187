"""Inserts text into the program in front: `base.py` is the interface of all backends."""
