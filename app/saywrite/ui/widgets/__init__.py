"""Widgets that do not depend on a feature of the window."""
