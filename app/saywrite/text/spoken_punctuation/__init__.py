"""Spoken punctuation and commands: "comma", "new paragraph", "scratch that", "example dot com". Pure."""
