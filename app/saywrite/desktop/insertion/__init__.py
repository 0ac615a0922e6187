"""Putting text into the program in front: one interface (`way.py`), one module or package per way."""
