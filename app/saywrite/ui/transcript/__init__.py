"""The live text: rows, editing, finding, translations."""
