"""Settings, keywords and secrets on disk."""
