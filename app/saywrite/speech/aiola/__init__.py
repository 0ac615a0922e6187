"""aiOla's streaming service as a recogniser."""
