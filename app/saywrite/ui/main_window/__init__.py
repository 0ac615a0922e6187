"""The main window: controls, status, notices."""
