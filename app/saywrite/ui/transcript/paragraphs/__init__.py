"""The rows of the transcript as paragraphs of running prose."""
