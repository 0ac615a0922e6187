"""What the history adds up to: the speed of each step, and where speech went."""
