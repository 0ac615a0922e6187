"""aiOla's streaming service as a recognizer."""
