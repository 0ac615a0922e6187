"""The history: the text of all dictations, in SQLite."""
