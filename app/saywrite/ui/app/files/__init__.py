"""The window with the queue of sound files."""
