"""What the history keeps besides the present text: receipts, earlier texts, deletions."""
