"""What the history keeps besides the present text: receipts, earlier texts, and deletions that can be undone."""
