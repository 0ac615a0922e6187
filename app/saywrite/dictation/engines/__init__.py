"""The recognizers of one dictation: its own, the one that listens along, and a stand-in."""
