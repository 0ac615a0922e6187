"""Says which local words a text agrees with, and which sound has its text. Pure."""
