"""Keys that are heard whatever program has the focus: one module for each system's interface."""
