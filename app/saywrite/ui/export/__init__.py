"""Export of a transcript to a file."""
