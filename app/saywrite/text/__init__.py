"""Words: pure functions on text. No I/O, no clock."""
