"""Settings, keywords and secrets at rest."""
