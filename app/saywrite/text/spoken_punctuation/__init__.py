"""Spoken marks and commands in eight languages."""
