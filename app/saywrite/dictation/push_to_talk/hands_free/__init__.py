"""The hands-free mode: a spoken phrase begins a dictation, another one ends it."""
