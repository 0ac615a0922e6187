"""What was dictated, in SQLite."""
