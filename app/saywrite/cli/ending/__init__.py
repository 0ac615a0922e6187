"""How a command ends: exit codes, signals, time limits, standard output."""
