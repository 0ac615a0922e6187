"""The recognizer on this computer: Whisper in a child process."""
