"""Recognizers behind one interface."""
