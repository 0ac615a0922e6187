"""The column of the history window that lists dictations: search, filters, pages."""
