"""What the transcript shows of a dictation before its final text."""
