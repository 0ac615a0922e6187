"""The sound of all dictations on disk: journal, metadata, kept recordings."""
