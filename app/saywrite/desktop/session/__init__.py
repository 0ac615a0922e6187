"""The user's session: suspend, resume, lock, and lockers that give no signal."""
