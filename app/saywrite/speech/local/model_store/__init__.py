"""Brings recognition models onto this computer, checks and removes them."""
