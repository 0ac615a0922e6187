"""What a dictation leaves on disk, written on the disk thread."""
