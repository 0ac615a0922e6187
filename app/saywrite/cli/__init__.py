"""The front end on the terminal."""
