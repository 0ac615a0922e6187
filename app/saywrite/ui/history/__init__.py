"""Past dictations and their timings."""
