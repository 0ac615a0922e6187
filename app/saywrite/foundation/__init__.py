"""What every layer may use: events, errors, folders, files, the catalog of languages and engines."""
