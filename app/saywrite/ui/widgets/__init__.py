"""Single widgets that know nothing of a dictation's rules."""
