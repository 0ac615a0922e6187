"""Modules that every layer uses: events, errors, folders, files, the catalog of languages and engines."""
