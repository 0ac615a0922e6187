"""Sound files: containers, their headers and ends, decoding."""
