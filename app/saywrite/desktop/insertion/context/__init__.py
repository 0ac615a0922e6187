"""The place that a text is inserted into: the text before the caret, what the user did."""
