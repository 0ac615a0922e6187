"""The queue of sound files that are transcribed one after the other."""
