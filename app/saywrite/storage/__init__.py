"""What is kept on disk: recordings, history, settings."""
