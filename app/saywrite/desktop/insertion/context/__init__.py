"""What is known of the place that text goes to: the text before the caret, what the user did."""
