"""Layouts, and the parts that dialogs have in common."""
