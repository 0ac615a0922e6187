"""The keyword table and its files."""
