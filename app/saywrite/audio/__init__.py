"""Sound: capture, conversion, files, the journal."""
