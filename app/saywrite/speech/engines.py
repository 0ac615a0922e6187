"""The engines of this version and what they can do, without loading any of them."""

from __future__ import annotations

from saywrite.speech.recognizer import Capabilities

BUILTIN = "builtin"

CAPABILITIES = Capabilities(
    name=BUILTIN,
    label="Built-in (basic)",
    languages=("en",),
    partials=True,
    punctuation=False,
    keywords=False,
    needs_network=False,
    needs_account=False,
    note="English only. Its quality is low: expect wrong words. Nothing leaves this computer.",
)

ENGINES = (CAPABILITIES,)
"""In the order they are offered."""
