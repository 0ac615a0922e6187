"""The sound of every dictation on disk: journal, metadata, kept recordings."""
