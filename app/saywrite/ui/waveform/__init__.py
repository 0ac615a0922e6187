"""The recording's waveform with its utterances."""
